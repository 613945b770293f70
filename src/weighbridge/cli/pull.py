"""``weighbridge pull``: bring exactly what the lock says."""

from __future__ import annotations

import os

from weighbridge.cli.console import Progress
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.cli.terminal import USUAL
from weighbridge.core.errors import UsageError
from weighbridge.core.events import Examined, Planned
from weighbridge.reports.neutral import visible
from weighbridge.reports.outline import plural, size
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.cli.options import Given
    from weighbridge.provenance.lock.model import Lock, LockEntry
    from weighbridge.provenance.pull import Pulled

COMMAND = Command(
    name="pull",
    description="Fetch what model.lock names and nothing else; a file gets its name when it is verified.",
    formats=("text", "json"),
    operand=Operand(metavar="NAME", help="entries of the lock (default: all that have a remote source)", least=0),
    groups=(
        Group(
            title="what and where",
            options=(
                Option(names=("--lock",), metavar="FILE", help="the lock file (default: model.lock)"),
                Option(
                    names=("--into",), metavar="DIR", help="where NAME/ is made (default: models/ beside the lock file)"
                ),
            ),
        ),
    ),
    epilog="""\
After an interruption pull goes on where it stopped.
exit codes: 0 everything is there, 1 something else than was locked came,
2 an error

examples:
  weighbridge pull
  weighbridge pull bert --into /srv/models
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.provenance.lock.document import FILE_NAME, load

    path = given.one("--lock") or FILE_NAME
    below = given.one("--into") or os.path.dirname(path) or os.curdir
    done = [(entry, folder, _pulled(entry, folder, below, given)) for entry, folder in _wanted(given, load(path), path)]
    for destination in destinations:
        write(_json(done) if destination.format == "json" else _text(done), destination)
    return PASS


def _wanted(given: Given, lock: Lock, path: str) -> list[tuple[LockEntry, str]]:
    """Choose entries and the directory of each; raises UsageError for a name that the lock does not have."""
    from weighbridge.core.refs import PATH, parse
    from weighbridge.provenance.verify.places import pulled_to

    chosen = []
    for name in given.operands:
        entry = lock.entry(name)
        if entry is None:
            names = ", ".join(one.name for one in lock.entries[:8])
            raise UsageError(f"{path} has no entry {name!r}", hint=f"it has {names or 'none'}")
        if parse(entry.source).scheme == PATH:
            raise UsageError(
                f"{name!r} was locked from {entry.source!r} on this machine", hint="there is nothing to fetch"
            )
        chosen.append(entry)
    if not given.operands:
        chosen = [entry for entry in lock.entries if parse(entry.source).scheme != PATH]
        if not chosen:
            raise UsageError(f"{path} names nothing that could be fetched", hint="lock a remote model: hf://org/name")
    into = given.one("--into")
    _check_nesting(chosen if into else lock.entries, {entry.name for entry in chosen})
    return [(one, os.path.join(into, *one.name.split("/")) if into else pulled_to(one, path)) for one in chosen]


def _check_nesting(entries: Iterable[LockEntry], chosen: set[str]) -> None:
    """Refuse to put one entry into the directory of another: a file of both would be that of the last."""
    from weighbridge.core.refs import PATH, parse

    names = {entry.name for entry in entries if parse(entry.source).scheme != PATH}
    for name in names:
        above = next((one for one in _above(name) if one in names), "")
        if above and not chosen.isdisjoint({name, above}):
            raise UsageError(
                f"{name!r} would lie among the files of {above!r}",
                hint="pull them one by one, each with its --into DIR",
            )


def _above(name: str) -> Iterator[str]:
    """Give the names of the directories above that of an entry."""
    while name := name.rpartition("/")[0]:
        yield name


def _pulled(entry: LockEntry, folder: str, below: str, given: Given) -> Pulled:
    from weighbridge.access.stores import store_for
    from weighbridge.core.refs import parse
    from weighbridge.provenance.pull import pull

    store = store_for(parse(entry.source), offline=given.on("--offline"))
    progress = Progress(quiet=given.on("--quiet"))
    progress(Planned(files=len(entry.files), size=sum(file.size for file in entry.files)))
    try:
        return pull(
            entry, store, folder, below=below,
            tell=lambda path, size: progress(Examined(path=path, size=size, reused=False)),
        )  # fmt: skip
    finally:
        progress.close()


def _text(done: list[tuple[LockEntry, str, Pulled]]) -> str:
    lines = []
    for entry, folder, pulled in done:
        said = f"✓ PULLED: {visible(entry.name)}, {plural(len(entry.files), 'file')} as locked"
        lines += wrap(said, USUAL, rest="  ")
        lines += wrap(visible(folder), USUAL, first="  ", rest="  ")
        lines.append(f"  {len(pulled.fetched):,} fetched, {size(pulled.size)}; {len(pulled.kept):,} were there already")
    return "\n".join(lines) + "\n"


def _json(done: list[tuple[LockEntry, str, Pulled]]) -> str:
    import json

    listed = [
        {
            "name": entry.name, "folder": folder, "resolved": entry.resolved, "fetched": list(pulled.fetched),
            "kept": list(pulled.kept), "bytes": pulled.size,
        }
        for entry, folder, pulled in done
    ]  # fmt: skip
    return json.dumps({"schema": "weighbridge.pull/1", "entries": listed}, indent=2) + "\n"
