"""What ``lock --from-project`` locks: the repositories of the Hub that an application names, and notes on the rest."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import HUB, Ref
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.references import ModelReference

_PREFIXES = {"dataset": "datasets/", "space": "spaces/"}


@value
class ProjectRefs:
    """The references to lock, each repository once, and what there is to say about them and about what is left out."""

    refs: tuple[Ref, ...]
    notes: tuple[str, ...]


def named(folder: str, jobs: int) -> ProjectRefs:
    """Find what the application in a folder names; raises UsageError and SandboxError.

    What only the name of a key tells is not locked, but noted: a lock of something that nobody loads would be worse.
    """
    from weighbridge.inventory.application.finder import find
    from weighbridge.inventory.application.references import Kind, Method, Pin

    if not os.path.isdir(folder):
        raise UsageError(f"{folder!r} is no directory")
    found = find(folder, jobs=jobs)
    notes = [f"{one.path}: not looked at: {one.why}" for one in found.unread]
    notes += [f"{one.at.path}:{one.at.line}: {one.call} gets {one.why}" for one in found.unresolved]
    refs: dict[str, Ref] = {}
    for one in found.references:
        where = f"{one.text.path}:{one.text.line}"
        if one.kind is Kind.FILE and one.method is not Method.CONTENT and os.path.exists(f"{folder}/{one.written}"):
            notes.append(f"{where}: {one.written!r} lies in the project; lock it by its path")
        if one.hub != "hf":
            continue
        ref = _ref(one)
        if ref is None:
            notes.append(f"{where}: {one.name!r} has no owner; lock it by the name that the Hub has for it now")
            continue
        if one.method is Method.NAME:
            notes.append(f"{where}: {ref} may be a model by the name of its key; lock it if it is used")
            continue
        before = refs.setdefault(ref.name, ref)
        if before.revision != ref.revision:
            notes.append(f"{where}: {ref} is also named as {before}")
        if one.pin is not Pin.COMMIT:
            notes.append(f"{where}: {ref} is not pinned to a commit")
    if not refs:
        notes.append(f"nothing below {folder} names a model of a hub")
    return ProjectRefs(refs=tuple(refs.values()), notes=tuple(dict.fromkeys(notes)))


def _ref(one: ModelReference) -> Ref | None:
    if "/" not in one.name:
        return None
    return Ref(scheme=HUB, name=_PREFIXES.get(one.kind, "") + one.name, revision=one.revision)
