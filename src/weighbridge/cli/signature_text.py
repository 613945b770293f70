"""Signatures for people and programs: what was signed, and whether a model is what was signed. The verdict is first."""

from __future__ import annotations

from weighbridge.cli.terminal import USUAL
from weighbridge.reports.neutral import encodable, visible
from weighbridge.reports.outline import of_files, size
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.provenance.signing.model import Layout, SignatureReport, Signed, Signer

SCHEMA = "weighbridge.signature/1"

_LISTED = 40
"""Problems that the text shows; the JSON document has them all."""


def report_text(report: SignatureReport, *, width: int = USUAL) -> str:
    """Write the outcome of a verification for a person."""
    lines = [
        f"{'✓ HOLDS:' if report.holds else '✗ FAILS:'} {visible(report.directory)}",
        *_lines("signature", report.bundle, width),
    ]
    lines += _who(report.signer, width)
    if report.policy:
        lines += _lines("trusted as", report.policy, width)
    if report.name or report.version:
        lines += _lines("signed as", f"{report.name} {report.version}".strip(), width)
    if report.layout is not None:
        lines += _lines("compared", f"{of_files(report.files)}, {size(report.size)}, {_how(report.layout)}", width)
    shown = report.problems[:_LISTED]
    lines += [""] if shown else []
    for problem in shown:
        lines += wrap(visible(problem), width, first="  ✗ ", rest="    ")
    if len(report.problems) > _LISTED:
        lines.append(f"    and {len(report.problems) - _LISTED:,} more: --format json has them all")
    lines += [""] if report.warnings else []
    for warning in report.warnings:
        lines += wrap(visible(warning), width, first="  note: ", rest="    ")
    return "\n".join((*lines, ""))


def signed_text(signed: Signed, *, width: int = USUAL) -> str:
    """Say for a person what was signed."""
    lines = [f"✓ SIGNED: {of_files(signed.files)}, {size(signed.size)}, {_how(signed.layout)}"]
    lines += _lines("signature", signed.signature, width)
    lines += _who(signed.signer, width)
    if signed.name or signed.version:
        lines += _lines("signed as", f"{signed.name} {signed.version}".strip(), width)
    for path in signed.ignored[:_LISTED]:
        lines += _lines("not covered", path, width)
    if len(signed.ignored) > _LISTED:
        lines += _lines("", f"and {len(signed.ignored) - _LISTED:,} more", width)
    return "\n".join((*lines, ""))


def report_document(report: SignatureReport) -> dict[str, Any]:
    """Give the outcome of a verification as JSON has it."""
    return {
        "schema": SCHEMA, "holds": report.holds, "directory": report.directory, "signature": report.bundle,
        "signer": _signer(report.signer), "policy": report.policy, "subject": report.subject, "name": report.name,
        "version": report.version, "layout": _layout(report.layout) if report.layout else None, "files": report.files,
        "size": report.size, "missing": list(report.missing), "altered": list(report.altered),
        "extra": list(report.extra), "ignored": list(report.ignored), "unsigned": list(report.unsigned),
        "problems": list(report.problems), "warnings": list(report.warnings),
    }  # fmt: skip


def signed_document(signed: Signed) -> dict[str, Any]:
    """Give what was signed as JSON has it."""
    return {
        "schema": SCHEMA, "signature": signed.signature, "signer": _signer(signed.signer), "name": signed.name,
        "version": signed.version, "layout": _layout(signed.layout), "files": signed.files, "size": signed.size,
        "ignored": list(signed.ignored), "warnings": list(signed.warnings),
    }  # fmt: skip


def as_json(document: dict[str, Any]) -> str:
    """Write a document; names that are no Unicode are written out."""
    import json

    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _who(signer: Signer | None, width: int) -> Iterator[str]:
    if signer is None:
        return
    if signer.subject or signer.san:
        yield from _lines("signed by", ", ".join(signer.san) or signer.subject, width)
        issued = f"issued by {signer.issuer}"
        yield from _lines("certificate", f"{signer.subject}, {issued}" if signer.subject else issued, width)
        yield from _lines("valid", f"{signer.not_before[:10]} to {signer.not_after[:10]}", width)
    yield from _lines("key", f"{signer.curve} sha256:{signer.key}".strip(), width)


def _lines(label: str, text: str, width: int) -> list[str]:
    return wrap(visible(text), width, first=f"  {label:12}", rest=" " * 14)


def _how(layout: Layout) -> str:
    return f"{layout.algorithm} over " + (f"shards of {size(layout.shard)}" if layout.shard else "files")


def _signer(signer: Signer | None) -> dict[str, Any] | None:
    if signer is None:
        return None
    return {
        "method": str(signer.method), "key": f"sha256:{signer.key}" if signer.key else "", "curve": signer.curve,
        "subject": signer.subject, "san": list(signer.san), "issuer": signer.issuer, "eku": list(signer.usages),
        "not_before": signer.not_before, "not_after": signer.not_after,
    }  # fmt: skip


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "method": layout.method, "hash": layout.algorithm, "shard_size": layout.shard or None,
        "allow_symlinks": layout.links, "ignore_paths": list(layout.ignored),
    }  # fmt: skip
