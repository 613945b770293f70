"""A feed of advisories as files that any web server can host: one document for each record, all in a zip, an index.

The layout is that of the exports of OSV (https://google.github.io/osv.dev/data/): ``ID.json``, ``all.zip``,
``modified_id.csv`` with the latest change first. Equal records give equal bytes.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile

from weighbridge.core.errors import UsageError, reason
from weighbridge.core.values import value
from weighbridge.inventory.advisories.reading import parse
from weighbridge.inventory.advisories.sense import Weight, remarks
from weighbridge.inventory.advisories.sources import pieces

ALL, INDEX = "all.zip", "modified_id.csv"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}|x_[A-Za-z0-9._-]{1,120}", re.ASCII)
_TOLD = 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of all members: the first that zip knows."""


@value
class Export:
    """The files of a feed by their names, and how many records they hold."""

    files: tuple[tuple[str, bytes], ...]
    records: int


def export(path: str) -> Export:
    """Read the records of a file or directory; raises UsageError for any that cannot be published as it is."""
    held: dict[str, tuple[str, bytes]] = {}
    wrong: list[str] = []
    for piece in pieces(path):
        if os.path.basename(piece.where.partition("/")[0]) == ALL:
            continue  # of a feed that was exported before: its records lie beside it
        found = [] if piece.trouble else [one for one in remarks(piece.text) if one.weight is Weight.WRONG]
        if piece.trouble or found:
            words = piece.trouble or f"{found[0].at}: {found[0].words}".lstrip(": ")
            wrong.append(f"{piece.where}: {words}")
            continue
        advisory = parse(piece.text).advisory
        assert advisory is not None  # what cannot be read was told
        if not _ID.fullmatch(advisory.id):
            wrong.append(f"{piece.where}: the id {advisory.id[:60]!r} can be no name of a file")
        elif advisory.id in held:
            wrong.append(f"{piece.where}: {advisory.id} is there twice")
        else:
            held[advisory.id] = advisory.modified, _canonical(piece.text)
    if wrong:
        more = f"; and {len(wrong) - _TOLD:,} more" if len(wrong) > _TOLD else ""
        raise UsageError(
            f"nothing is written, because records are wrong: {'; '.join(wrong[:_TOLD])}{more}",
            hint="weighbridge advisory validate tells all",
        )
    if not held:
        raise UsageError(f"there is no advisory in {path!r}", hint="OSV documents end with .json")
    ordered = sorted(held.items())
    index = sorted(((modified, id_) for id_, (modified, _) in ordered), key=lambda row: (row[0], row[1]), reverse=True)
    files = [(f"{id_}.json", text) for id_, (_, text) in ordered]
    lines = "".join(f"{modified},{id_}\n" for modified, id_ in index).encode()
    return Export(files=(*files, (ALL, _zipped(files)), (INDEX, lines)), records=len(files))


def _canonical(text: bytes) -> bytes:
    return (json.dumps(json.loads(text), indent=2, ensure_ascii=True) + "\n").encode()


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    """Pack without compression: compressors differ between systems, and bytes must not."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system, member.external_attr = 3, 0o100644 << 16
            archive.writestr(member, text)
    return packed.getvalue()


def write(made: Export, folder: str) -> None:
    """Write a feed as a whole: into a new folder, or in place of one that holds a feed; raises UsageError."""
    target = os.path.realpath(folder)
    try:
        _check(target, folder)
        unfinished, old = f"{target}.{os.getpid()}.part", f"{target}.{os.getpid()}.old"
        os.makedirs(unfinished)
        try:
            for name, text in made.files:
                with open(os.path.join(unfinished, name), "xb") as file:
                    file.write(text)
            if os.path.lexists(target):
                os.rename(target, old)
            os.rename(unfinished, target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
            if os.path.lexists(target):
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder!r}: {reason(error)}") from None


def _check(target: str, folder: str) -> None:
    """Refuse to replace what is no feed."""
    if not os.path.lexists(target):
        return
    names = set(os.listdir(target))
    is_feed = {ALL, INDEX} <= names and all(name in {ALL, INDEX} or name.endswith(".json") for name in names)
    if names and not is_feed:
        raise UsageError(f"{folder!r} holds something else than a feed", hint="name a new directory")
