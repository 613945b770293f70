"""What ``verify`` found, for a terminal and for programs."""

from __future__ import annotations

import os

from weighbridge import __version__
from weighbridge.provenance.verify.compare import Kind
from weighbridge.reports.neutral import encodable, shorten, visible
from weighbridge.reports.outline import plural, size
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.provenance.signing.model import SignatureReport
    from weighbridge.provenance.verify.compare import Difference, Verification

SCHEMA = "weighbridge.verification/1"
SHOWN = 40
"""Differences of one place that the text lists; the rest are counted, and JSON has them all."""
_GREEN, _RED, _BOLD = "1;32", "1;31", "1"
_SHORT = 16


def as_json(found: tuple[Verification, ...]) -> str:
    """Write the schema ``schemas/verification-v1.json``."""
    import json

    document = {
        "schema": SCHEMA,
        "tool": {"name": "weighbridge", "version": __version__},
        "holds": bool(found) and all(one.holds for one in found),
        "places": [
            {
                "name": encodable(one.name), "place": encodable(one.place), "store": one.kind, "against": one.against,
                "resolved": one.resolved, "files": one.files, "bytes": one.size, "unchecked": one.unchecked,
                "holds": one.holds,
                "differences": [
                    {
                        "kind": str(each.kind), "path": encodable(each.path), "expected": each.expected,
                        "found": each.found, "message": encodable(each.words),
                    }
                    for each in one.differences
                ],
            }
            for one in found
        ],
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_text(found: tuple[Verification, ...], *, colour: bool, width: int) -> str:
    """Write for people: every place with its verdict, what differs in a table, counts at the end."""
    lines: list[str] = []
    for one in found:
        lines += [*_place(one, colour=colour, width=width), ""]
    good = sum(one.holds for one in found)
    if not found:
        lines.append("exit 1: there was nothing to verify")
        return "\n".join(lines) + "\n"
    if len(found) > 1:
        lines.append(f"{len(found)} places: {good} hold, {len(found) - good} differ")
    holds = good == len(found)
    last = "exit 0: everything is as promised" if holds else "exit 1: something differs from what was promised"
    lines += wrap(last, width)
    return "\n".join(lines) + "\n"


def signature(report: SignatureReport, format_name: str) -> str:
    """Write the outcome of holding a directory against a signature."""
    from weighbridge.cli.signature_text import as_json, report_document, report_text

    return as_json(report_document(report)) if format_name == "json" else report_text(report)


def _place(one: Verification, *, colour: bool, width: int) -> Iterator[str]:
    word = "✓ HOLDS:" if one.holds else "✗ DIFFERS:"
    said = _holding(one) if one.holds else _differing(one)
    first, *rest = wrap(f"{word} {visible(one.name)}{said}", width, rest="  ")
    yield (f"\x1b[{_GREEN if one.holds else _RED}m{word}\x1b[0m" if colour else word) + first[len(word) :]
    yield from rest
    if one.place:
        yield "  " + shorten(_from_here(one.place), width - 2, keep_end=True)
    if one.differences:
        yield ""
    for each in one.differences[:SHOWN]:
        yield from _difference(each, width)
    if len(one.differences) > SHOWN:
        yield f"  and {len(one.differences) - SHOWN:,} more (--format json has them all)"
    if any(each.kind is Kind.MISSING for each in one.differences) and one.against == "lock":
        yield ""
        hint = "weighbridge pull brings what is missing, unless it was locked from a path."
        yield from wrap(hint, width, first="  ", rest="  ")


def _from_here(path: str) -> str:
    """Write a path below the working directory as people would."""
    here = os.path.join(os.getcwd(), "")
    return path.removeprefix(here) if path.startswith(here) else path


def _holding(one: Verification) -> str:
    files = f"{plural(one.files, 'file')}, {size(one.size)}"
    if one.against == "lock":
        return f", {files}, as locked"
    unchecked = f"; {one.unchecked:,} without a digest were not checked" if one.unchecked else ""
    return (
        f", {files}, as its own store says{unchecked}. A lock would say more: who can change one can change the other"
    )


def _differing(one: Verification) -> str:
    against = "the lock" if one.against == "lock" else "its own store"
    return f", {plural(len(one.differences), 'difference')} from {against}"


def _difference(each: Difference, width: int) -> Iterator[str]:
    head = f"  {each.kind:<11} "
    path = visible(each.path)
    digests = f"expected {_short(each.expected)}, found {_short(each.found)}" if each.found else ""
    said = "; ".join(part for part in (visible(each.words), digests) if part)
    if not path:
        yield from wrap(said, width, first=head, rest=" " * len(head))
        return
    yield head + shorten(each.path, width - len(head), keep_end=True)
    if said:
        yield from wrap(said, width, first=" " * len(head), rest=" " * len(head))


def _short(identity: str) -> str:
    bare = identity.removeprefix("sha256:")
    return visible(bare[:_SHORT]) + ("…" if len(bare) > _SHORT else "")
