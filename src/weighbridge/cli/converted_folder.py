"""Conversions and comparisons of directories for people and programs: the outcome, then what is not as it was."""

from __future__ import annotations

import os

from weighbridge.cli.converted import LISTED, SCHEMA, dumps, encoded, listed
from weighbridge.cli.terminal import USUAL
from weighbridge.reports.neutral import visible
from weighbridge.reports.outline import plural, size
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from weighbridge.conversion.folders.convert import ConvertedFolder, Made
    from weighbridge.conversion.folders.models import Twins
    from weighbridge.conversion.folders.survey import Noted


def report(done: ConvertedFolder, form: str) -> str:
    """Write what became of a directory, as text or JSON."""
    return dumps({"schema": SCHEMA, "files": [], "directories": [_document(done)]}) if form == "json" else _text(done)


def _text(done: ConvertedFolder) -> str:
    weights = [one for made in done.models for one in made.weights]
    count, total = sum(len(made.tensors) for made in done.models), sum(one.size for one in weights)
    tensors = f"{plural(count, 'tensor')}, {size(total)}"
    lines = [
        f"✓ CONVERTED: {visible(done.source)}, {tensors}",
        f"  {visible(done.target)}: {plural(len(weights), 'weight file')}, {len(done.copied):,} copied, record "
        f"{done.record}",
    ]
    results = [f"{made.stem}: {_names(one.path for one in made.sources)}" for made in done.models]
    lines += listed("models, and what they are made of", results)
    lines += listed("tied weights, written out", [f"{a} is {b}" for made in done.models for a, b in made.repeated])
    parts = [encoded(*one) for made in done.models for one in made.encoded]
    lines += listed("ENCODED, to be made again of parts", parts)
    lines += listed("NOT CONVERTED", [f"{name}: {why}" for made in done.models for name, why in made.unsupported])
    lines += listed("LEFT OUT", _said(done.left))
    lines += listed("changed", _said(done.changed))
    lines += listed("to be known", _said(done.notes))
    dropped = [
        f"{one.what}{f' at {one.path}' if one.path else ''}: {one.reason}"
        for made in done.models
        for one in made.dropped
    ]
    lines += listed("dropped from inside of weight files", dropped, sum(made.more_dropped for made in done.models))
    return "\n".join((*lines, ""))


def _names(paths: Iterable[str]) -> str:
    first, *rest = (os.path.basename(path) for path in paths)
    return f"{first} and {len(rest):,} more" if rest else first


def _said(noted: Sequence[Noted]) -> list[str]:
    return [f"{one.path}: {one.words}" for one in noted]


def _document(done: ConvertedFolder) -> dict[str, object]:
    return {
        "source": done.source,
        "target": done.target,
        "record": done.record,
        "models": [_model(made) for made in done.models],
        "copied": [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in done.copied],
        "changed": {one.path: one.words for one in done.changed},
        "left_out": {one.path: one.words for one in done.left},
        "notes": {one.path: one.words for one in done.notes},
    }


def _model(made: Made) -> dict[str, object]:
    return {
        "name": made.stem,
        "sources": [
            {"path": one.path, "layout": one.layout, "size": one.size, "sha256": one.sha256} for one in made.sources
        ],
        "weights": [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in made.weights],
        "others": [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in made.others],
        "tensors": [
            {"name": one.name, "dtype": one.dtype, "shape": list(one.shape), "sha256": sha256}
            for one, sha256 in made.tensors
        ],
        "written_out": dict(made.repeated),
        "dropped": [{"path": one.path, "what": one.what, "reason": one.reason} for one in made.dropped],
        "more_dropped": made.more_dropped,
        "not_converted": dict(made.unsupported),
    }


def compared(folders: Sequence[str], pairs: Sequence[Twins], form: str) -> str:
    """Write whether two directories hold the same weights, as text or JSON."""
    found = [(one.kept or one.other, words) for one in pairs for words in one.differences]
    if form == "json":
        listing = [{"name": name, "detail": words} for name, words in found]
        return dumps(
            {"schema": "weighbridge.check/1", "files": list(folders), "same": not found, "differences": listing}
        )
    names = " and ".join(visible(path) for path in folders)
    if not found:
        return f"✓ THE SAME WEIGHTS: {names}\n" + "".join(
            f"  {visible(one.kept)} and {visible(one.other)}\n" for one in pairs[:LISTED]
        )
    lines = [f"✗ OTHER WEIGHTS: {names}"]
    for name, words in found[:LISTED]:
        lines += wrap(visible(f"{name}: {words}"), USUAL, first="  ✗ ", rest="    ")
    if len(found) > LISTED:
        lines.append(f"    and {len(found) - LISTED:,} more: --format json has them all")
    return "\n".join((*lines, ""))
