"""What the commands ``feed`` say about feeds: for people, and as JSON."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from weighbridge.inventory.advisories.store import Feed, Told

SCHEMA = "weighbridge.feeds/1"
NAMED = 10
"""Records with a defect that are named in text; ``--defects`` and JSON name them all."""

_KINDS = {
    "unreadable": "is no JSON, or too long",
    "wrong_type": "has a field of another type",
    "missing": "lacks what the schema asks for",
    "no_published": "has no time of publication",
    "unknown_field": "has a field that the schema does not know",
    "unknown_word": "has a word that the schema does not know",
    "time": "has a time that is none",
    "impossible_time": "has a time of long ago or of the future",
    "commit": "names a commit that is none",
    "events": "contradicts itself",
    "version": "has versions that cannot be put in order",
    "severity": "has a rating that is none",
    "alias": "is its own alias",
    "duplicate": "is there twice",
}


def text(feeds: Sequence[Feed], told: Sequence[Told], now: datetime, *, all_: bool = False) -> str:
    """Tell of feeds and of what is wrong with their records."""
    lines = [line for feed in feeds for line in _feed(feed, now)]
    lines += _defects([one for one in told if one.defect.fatal], "left out, because they cannot be used", all_=all_)
    kept = [one for one in told if not one.defect.fatal]
    lines += _defects(kept, "used all the same, although something is wrong with them", all_=all_)
    return "\n".join((*lines, ""))


def _feed(feed: Feed, now: datetime) -> list[str]:
    from weighbridge.inventory.advisories.ages import told
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.wrap import wrap

    withdrawn = f", {feed.withdrawn:,} withdrawn" if feed.withdrawn else ""
    packages = f" on {_number(feed.packages, 'package')}" if feed.packages else ""  # digests of files name none
    lines = [f"{visible(feed.name)}: {_number(feed.records, 'record')}{packages}{withdrawn}"]
    lines += wrap(f"from {visible(feed.origin)}", 80, first="  ", rest="    ")
    if feed.imported:
        newest = f"newest change {feed.newest[:10]}, {told(feed.age(now))}" if feed.newest else "no record has a time"
        lines.append(f"  imported {feed.imported[:16].replace('T', ' ')} UTC; {newest}")
    elif feed.newest:
        lines.append(f"  newest change {feed.newest[:10]}")
    if feed.invalid or feed.unusable:
        lines.append(f"  breaking the schema of OSV: {feed.invalid:,}; left out as of no use: {feed.unusable:,}")
    lines += [f"  {one.records:>5,}  {_KINDS[one.kind]} ({one.kind})" for one in feed.defects]
    return lines


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _defects(told: list[Told], title: str, *, all_: bool) -> list[str]:
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.wrap import wrap

    if not told:
        return []
    lines = ["", f"{title}:"]
    shown = told if all_ else told[:NAMED]
    for one in shown:
        words = f"{one.record or 'a record without id'}: {one.defect.words} ({one.place})"
        lines += wrap(visible(words), 80, first="  ", rest="    ")
    if len(told) > len(shown):
        lines.append(f"  … and {len(told) - len(shown):,} more: weighbridge feed status --defects")
    return lines


def json(path: str, feeds: Sequence[Feed], told: Sequence[Told], now: datetime) -> str:
    """Give the same as a document, with every defect."""
    from json import dumps

    defects = [
        {"record": one.record, "place": one.place, "kind": str(one.defect.kind), "words": one.defect.words,
         "left_out": one.defect.fatal}
        for one in told
    ]  # fmt: skip
    document = {
        "schema": SCHEMA,
        "database": path,
        "feeds": [_document(one, now) for one in feeds],
        "defects": defects,
    }
    return dumps(document, indent=2, ensure_ascii=True) + "\n"


def _document(feed: Feed, now: datetime) -> dict[str, Any]:
    return {
        "name": feed.name,
        "origin": feed.origin,
        "imported": feed.imported,
        "newest": feed.newest,
        "age_days": round(feed.age(now), 2) if feed.imported else None,
        "records": feed.records,
        "withdrawn": feed.withdrawn,
        "unusable": feed.unusable,
        "invalid": feed.invalid,
        "packages": feed.packages,
        "defects": {str(one.kind): one.records for one in feed.defects},
    }
