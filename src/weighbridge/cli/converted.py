"""Conversions and comparisons of weights for people and programs; the outcome is first, then what was dropped."""

from __future__ import annotations

from weighbridge.cli.terminal import USUAL
from weighbridge.reports.neutral import encodable, visible
from weighbridge.reports.outline import plural, size
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from weighbridge.conversion.compare import Difference
    from weighbridge.conversion.convert import Converted

SCHEMA = "weighbridge.convert/1"
LISTED = 20
"""Things of one kind that the text shows; the JSON document has them all."""


def report(done: Sequence[Converted], form: str) -> str:
    """Write what was converted, as text or JSON."""
    if form == "json":
        return dumps({"schema": SCHEMA, "files": [_document(one) for one in done], "directories": []})
    return "".join(_text(one) for one in done)


def _text(made: Converted) -> str:
    plan, total = made.plan, sum(one.size for one in made.weights)
    lines = [
        f"✓ CONVERTED: {visible(made.source)}, {plural(len(plan.tensors), 'tensor')}, {size(total)}",
        *(f"  {visible(one.path)}" for one in made.weights[:LISTED]),
    ]
    if len(made.weights) > LISTED:
        lines.append(f"  and {len(made.weights) - LISTED:,} more files")
    lines += [f"  {visible(path)}" for path in (made.plain, made.record) if path]
    lines += listed("aliases", [f"{name} is {kept}" for name, kept in plan.aliases])
    lines += listed("ENCODED, to be made again of parts", [encoded(*one) for one in plan.encoded])
    lines += listed("NOT CONVERTED", [f"{name}: {why}" for name, why in plan.unsupported])
    dropped = [f"{one.what}{f' at {one.path}' if one.path else ''}: {one.reason}" for one in plan.dropped]
    lines += listed("dropped", dropped, plan.more_dropped)
    return "\n".join((*lines, ""))


def encoded(name: str, note: str) -> str:
    """Say of what a tensor is made that safetensors does not have."""
    import json

    found = json.loads(note)
    return f"{name} ({found['encoding']}): {', '.join(found['parts'])}"


def listed(title: str, items: Sequence[str], more: int = 0) -> list[str]:
    """Write a list under its title, the first ``LISTED`` of it; ``more`` are not even among the items."""
    if not items:
        return []
    lines = [f"  {title}:"]
    for item in items[:LISTED]:
        lines += wrap(visible(item), USUAL, first="    ", rest="      ")
    more += max(0, len(items) - LISTED)
    return [*lines, f"    and {more:,} more: the record has them"] if more else lines


def _document(made: Converted) -> dict[str, object]:
    plan, digests = made.plan, dict(made.tensors)
    return {
        "source": made.source,
        "layout": plan.layout,
        "sha256": made.sha256,
        "weights": [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in made.weights],
        "plain": made.plain or None,
        "record": made.record,
        "tensors": [
            {"name": one.name, "dtype": one.dtype, "shape": list(one.shape), "sha256": digests[one.name]}
            for one in plan.tensors
        ],
        "aliases": dict(plan.aliases),
        "dropped": [{"path": one.path, "what": one.what, "reason": one.reason} for one in plan.dropped],
        "more_dropped": plan.more_dropped,
        "not_converted": dict(plan.unsupported),
        "encoded": {name: _loaded(note) for name, note in plan.encoded},
    }


def _loaded(note: str) -> object:
    import json

    return json.loads(note)


def compared(paths: Sequence[str], found: Sequence[Difference], form: str) -> str:
    """Write whether two files are the same weights, as text or JSON."""
    if form == "json":
        listed = [{"name": one.name, "detail": one.detail} for one in found]
        return dumps({"schema": "weighbridge.check/1", "files": list(paths), "same": not found, "differences": listed})
    names = " and ".join(visible(path) for path in paths)
    if not found:
        return f"✓ THE SAME WEIGHTS: {names}\n"
    lines = [f"✗ OTHER WEIGHTS: {names}"]
    for one in found[:LISTED]:
        lines += wrap(visible(f"{one.name}: {one.detail}"), USUAL, first="  ✗ ", rest="    ")
    if len(found) > LISTED:
        lines.append(f"    and {len(found) - LISTED:,} more: --format json has them all")
    return "\n".join((*lines, ""))


def dumps(document: dict[str, object]) -> str:
    """Write a document as JSON that every terminal and file can take."""
    import json

    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"
