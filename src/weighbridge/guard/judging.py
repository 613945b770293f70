"""The judgement on one file: is it what the lock has, is it part of no model, or must it stay out."""

from __future__ import annotations

import os
import sys

from weighbridge.guard.names import is_model
from weighbridge.guard.refusal import Decision, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.guard.files import Held
    from weighbridge.guard.names import Names, Place
    from weighbridge.provenance.lock.model import LockedFile

_MEND = "see 'weighbridge verify'; to accept the new bytes: weighbridge lock --update {name}"
_ADD = "to accept it: weighbridge lock {source}"


def judge(names: Names, allowed: tuple[str, ...], loader: str, held: Held) -> Decision:
    """Judge a file that was hashed. The place decides where there is one, then the content, then allowed folders."""
    path, real, digest = held.asked or held.real, held.real, held.digest
    decision = by_place(names, loader, path, real, digest)
    if decision is not None:
        return decision
    known = names.by_digest.get(digest)
    if known is not None:
        entry, file = known
        return Decision(
            outcome=Outcome.NAMED, loader=loader, path=path, entry=entry.name, file=file.path, expected=digest,
            found=digest,
        )  # fmt: skip
    if is_below(real, allowed):
        return Decision(outcome=Outcome.ALLOWED, loader=loader, path=path, reason="lies in an allowed folder")
    namesake = names.file_called(path)
    if namesake is not None:
        return _differs(loader, path, namesake, digest, hint=_MEND.format(name="NAME"))
    return Decision(
        outcome=Outcome.REFUSED, loader=loader, path=path, found=digest, reason="it is not in the lock",
        hint=_ADD.format(source=path),
    )  # fmt: skip


def by_place(names: Names, loader: str, path: str, real: str, digest: str) -> Decision | None:
    """Judge by the place alone; None where there is none, or where it says nothing about such a file.

    ``path`` is as the program wrote it, ``real`` where it leads to.
    """
    for one in (os.path.abspath(path), real):
        place = names.place(one)
        decision = _in_place(names, place, loader, path, digest) if place is not None else None
        if decision is not None:
            return decision
    return None


def of_repository(names: Names, place: Place, loader: str, path: str, digest: str) -> Decision:
    """Judge content that must be one file of one repository."""
    decision = _in_place(names, place, loader, path, digest)
    return decision or _extra(place, loader, path, digest)


def unlocked(source: str, loader: str, path: str) -> Decision:
    """Refuse a repository that the lock does not have."""
    return Decision(
        outcome=Outcome.REFUSED, loader=loader, path=path, reason=f"{source} is not in the lock",
        hint=_ADD.format(source=source),
    )  # fmt: skip


def moved(place: Place, loader: str, path: str) -> Decision:
    """Refuse another state of a repository than the locked one."""
    entry = place.entries[0]
    return Decision(
        outcome=Outcome.REFUSED, loader=loader, path=path, entry=entry.name, expected=entry.resolved,
        found=place.commit, reason=f"it is commit {place.commit[:12]} of {place.source}, the lock has "
        f"{entry.resolved[:12]}",
        hint=f"ask for revision={entry.resolved!r}, or accept the new one: weighbridge lock --update {entry.name}",
    )  # fmt: skip


def is_below(path: str, folders: tuple[str, ...]) -> bool:
    """Tell whether a path without links lies in one of the folders."""
    return any(path.startswith(folder.rstrip("/") + "/") for folder in folders)


def own_folders() -> tuple[str, ...]:
    """Give the folders of this interpreter: the standard library and installed packages read data of their own."""
    import sysconfig

    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [path for path in sys.path if os.path.basename(path) in {"site-packages", "dist-packages"}]
    return tuple(dict.fromkeys(map(os.path.realpath, found)))


def _in_place(names: Names, place: Place, loader: str, path: str, digest: str) -> Decision | None:
    """Judge by the place; None where a folder holds a file of its own that is no part of a model."""
    if not place.entries:
        return unlocked(place.source, loader, path)
    entries = tuple(one for one in place.entries if not place.commit or one.resolved == place.commit)
    if not entries:
        return moved(place, loader, path)
    if place.path:
        there = [one for one in names.files(place) if one[0] in entries]
        if not there:
            return None if place.open and not is_model(place.path) else _extra(place, loader, path, digest)
    else:
        there = [(one, file) for one in entries for file in one.files if file.sha256 == digest]
        if not there:
            return _extra(place, loader, path, digest)
    entry, file = next((one for one in there if one[1].sha256 == digest), there[0])
    if file.sha256 != digest:
        return _differs(loader, path, file, digest, hint=_MEND.format(name=entry.name), entry=entry.name)
    return Decision(
        outcome=Outcome.NAMED, loader=loader, path=path, entry=entry.name, file=file.path, expected=digest, found=digest
    )


def _extra(place: Place, loader: str, path: str, digest: str) -> Decision:
    entry = place.entries[0]
    return Decision(
        outcome=Outcome.REFUSED, loader=loader, path=path, entry=entry.name, found=digest,
        reason=f"the lock of {entry.name} has no such file",
        hint=_MEND.format(name=entry.name).replace("the new bytes", "the new file"),
    )  # fmt: skip


def _differs(loader: str, path: str, wanted: LockedFile, digest: str, *, hint: str, entry: str = "") -> Decision:
    return Decision(
        outcome=Outcome.REFUSED, loader=loader, path=path, entry=entry, file=wanted.path, expected=wanted.sha256,
        found=digest, reason="its bytes are not the locked ones", hint=hint,
    )  # fmt: skip
