"""``weighbridge verify``: hold what lies here against the lock, offline."""

from __future__ import annotations

from weighbridge.cli.console import note
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.cli.terminal import USUAL, colours, width
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.options import Given
    from weighbridge.provenance.lock.model import Lock
    from weighbridge.provenance.verify.compare import Verification

COMMAND = Command(
    name="verify",
    description="Hold models on this machine against model.lock, to the byte. Nothing is sent or fetched.",
    formats=("text", "json"),
    operand=Operand(metavar="PATH", help="a model, or a cache (default: all that the lock names)", least=0),
    groups=(
        Group(
            title="what it is held against",
            options=(
                Option(names=("--lock",), metavar="FILE", help="the lock file (default: model.lock)"),
                Option(names=("--name",), metavar="NAME", help="the entry that PATH should be"),
                Option(names=("--store",), help="only what the store itself claims: Hub cache, Ollama, OCI, DVC, LFS"),
                Option(
                    names=("--allow-extra",), metavar="GLOB", repeatable=True,
                    help="extra files that are accepted; repeatable",
                ),
            ),
        ),
        Group(
            title="how it works",
            options=(
                Option(
                    names=("--jobs", "-j"), metavar="N", number=True, help="threads (default: one per processor)"
                ),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 everything is as locked, 1 something differs, 2 an error

examples:
  weighbridge verify
  weighbridge verify models/bert --name bert
  weighbridge verify ~/.cache/huggingface/hub --store
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    if given.on("--store") and (given.one("--lock") or given.one("--name") or not given.operands):
        raise UsageError("--store takes paths and neither --lock nor --name", hint="weighbridge verify --store PATH")
    found = tuple(_verified(given))
    from weighbridge.cli import verified

    holds = bool(found) and all(one.holds for one in found)
    for destination in destinations:
        if destination.format == "json":
            text = verified.as_json(found)
        else:
            shown = destination == Output(format="text")
            text = verified.as_text(found, colour=shown and colours(), width=width() if shown else USUAL)
        write(text, destination)
    return PASS if holds else FAIL


def _verified(given: Given) -> Iterator[Verification]:
    if given.on("--store"):
        yield from _by_store(given)
        return
    from weighbridge.provenance.lock.document import FILE_NAME, load

    path = given.one("--lock") or FILE_NAME
    lock = load(path)
    if given.one("--name") and lock.entry(given.one("--name")) is None:
        raise UsageError(f"{path} has no entry {given.one('--name')!r}", hint=_names(lock))
    yield from _by_path(given, lock, path) if given.operands else _by_entry(given, lock, path)


def _by_store(given: Given) -> Iterator[Verification]:
    from weighbridge.access.local_stores import listings
    from weighbridge.provenance.verify.compare import against_store

    for path in given.operands:
        for listing in listings(path):
            yield against_store(listing, jobs=given.number("--jobs"))


def _by_path(given: Given, lock: Lock, lock_path: str) -> Iterator[Verification]:
    from weighbridge.provenance.verify.compare import against_lock, against_store, unknown
    from weighbridge.provenance.verify.places import of_path

    for path in given.operands:
        for placed in of_path(path, lock, lock_path, name=given.one("--name")):
            listing = placed.listing
            if placed.entry is not None:
                yield against_lock(
                    placed.entry, listing, jobs=given.number("--jobs"), allowed=given.every("--allow-extra")
                )
            elif listing.kind == "directory":
                yield unknown(listing)
            else:
                note(f"{listing.ref} is not in the lock; it is held against its own store", quiet=given.on("--quiet"))
                yield against_store(listing, jobs=given.number("--jobs"))


def _by_entry(given: Given, lock: Lock, path: str) -> Iterator[Verification]:
    from weighbridge.provenance.verify.compare import absent, against_lock
    from weighbridge.provenance.verify.places import of_entry

    for entry in lock.entries:
        if given.one("--name") not in {"", entry.name}:
            continue
        there = of_entry(entry, path)
        for listing in there:
            yield against_lock(entry, listing, jobs=given.number("--jobs"), allowed=given.every("--allow-extra"))
        if not there:
            yield absent(entry)


def _names(lock: Lock) -> str:
    return f"it has {', '.join(entry.name for entry in lock.entries[:8]) or 'no entry'}"
