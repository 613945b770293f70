"""What an update of a lock entry would mean: every difference, and which of them are about security."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value
from weighbridge.provenance.lock.roles import can_run, is_obeyed, is_pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.provenance.lock.model import LockedFile, LockEntry


class Weight(StrEnum):
    """How much a change matters: ``alarm`` wants a person's decision, ``notice`` a look, ``plain`` is only told."""

    ALARM = "alarm"
    NOTICE = "notice"
    PLAIN = "plain"


@value
class Change:
    """One difference between the locked state and the new one; ``what`` is a fixed word, ``words`` are for people."""

    weight: Weight
    what: str
    words: str
    path: str = ""


_VERDICTS = ("clean", "inconclusive", "suspicious", "malicious")


def changes(old: LockEntry, new: LockEntry, *, older: bool | None = None) -> tuple[Change, ...]:
    """List what changes from ``old`` to ``new``.

    ``older`` says that the new state is an ancestor of the old one, None that nobody knows.
    """
    found = [*_identity(old, new, older), *_judgement(old, new), *_files(old, new)]
    return tuple(sorted(found, key=lambda one: list(Weight).index(one.weight)))


def _identity(old: LockEntry, new: LockEntry, older: bool | None) -> Iterator[Change]:
    if old.source != new.source:
        publisher = _publisher(old.source), _publisher(new.source)
        what = "publisher" if publisher[0] != publisher[1] else "source"
        yield Change(weight=Weight.ALARM, what=what, words=f"comes from {new.source}, was {old.source}")
    if old.asked != new.asked:
        yield Change(
            weight=Weight.NOTICE, what="asked", words=f"{new.asked or 'nothing'} is asked for, was {old.asked}"
        )
    if old.resolved != new.resolved:
        yield Change(weight=Weight.PLAIN, what="resolved", words=f"{_short(old.resolved)} → {_short(new.resolved)}")
        if older:
            words = f"{new.asked} moved backwards, to a state before the locked one"
            yield Change(weight=Weight.ALARM, what="backwards", words=words)
    elif {file.path: file.sha256 for file in old.files} != {
        file.path: file.sha256 for file in new.files
    } and old.resolved:
        words = f"the files differ although {_short(new.resolved)} is still the state that is named"
        yield Change(weight=Weight.ALARM, what="same-state", words=words)
    if old.signers and old.signers != new.signers:
        words = f"signatures of {new.signers or 'nobody'} are required, were {old.signers}"
        yield Change(weight=Weight.ALARM, what="signers", words=words)
    if old.parents != new.parents:
        words = f"made from {_parents(new)}, was {_parents(old)}"
        yield Change(weight=Weight.ALARM, what="parents", words=words)


def _judgement(old: LockEntry, new: LockEntry) -> Iterator[Change]:
    if new.remote_code and not old.remote_code:
        words = "the configuration now makes loaders run code of the repository"
        yield Change(weight=Weight.ALARM, what="remote-code", words=words)
    if old.scan and new.scan and old.scan.verdict != new.scan.verdict:
        worse = _rank(new.scan.verdict) > _rank(old.scan.verdict)
        weight = Weight.ALARM if worse else Weight.NOTICE
        yield Change(weight=weight, what="verdict", words=f"the scan says {new.scan.verdict}, said {old.scan.verdict}")
    elif old.scan and not new.scan:
        words = f"it was not scanned; of the locked state the scan said {old.scan.verdict}"
        yield Change(weight=Weight.ALARM, what="unscanned", words=words)
    elif new.scan and not old.scan and new.scan.verdict != _VERDICTS[0]:
        weight = Weight.ALARM if new.scan.verdict == _VERDICTS[-1] else Weight.NOTICE
        words = f"the scan says {new.scan.verdict}; the locked state was not scanned"
        yield Change(weight=weight, what="verdict", words=words)


def _files(old: LockEntry, new: LockEntry) -> Iterator[Change]:
    before = {file.path: file for file in old.files}
    after = {file.path: file for file in new.files}
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path), after.get(path)
        if was is None and now is not None:
            yield _added(now)
        elif was is not None and now is None:
            yield _removed(was)
        elif was is not None and now is not None and was.sha256 != now.sha256:
            yield from _altered(was, now, runs_code=new.remote_code)
    yield from _fallback(before, after)


def _added(file: LockedFile) -> Change:
    if is_pickle(file.formats, file.path):
        return Change(weight=Weight.ALARM, what="new-pickle", path=file.path, words="a new file that runs when loaded")
    if is_obeyed(file.role, file.formats):
        what = "new-code" if file.role == "code" else "new-orders"
        words = f"new {file.role}" + ("" if file.role in {"code", "template"} else f" ({file.formats[-1]})")
        return Change(weight=Weight.ALARM, what=what, path=file.path, words=words)
    if can_run(file.formats, file.path):
        words = "a new file of a format that can run code when it is loaded"
        return Change(weight=Weight.ALARM, what="new-code", path=file.path, words=words)
    weight = Weight.NOTICE if file.role in {"weights", "config", "tokenizer"} else Weight.PLAIN
    return Change(weight=weight, what="new", path=file.path, words=f"new ({file.role})")


def _removed(file: LockedFile) -> Change:
    weight = Weight.ALARM if file.role == "signature" else Weight.NOTICE if file.role == "weights" else Weight.PLAIN
    return Change(weight=weight, what="gone", path=file.path, words=f"is gone ({file.role})")


def _altered(was: LockedFile, now: LockedFile, *, runs_code: bool) -> Iterator[Change]:
    """Tell what became of a file; where the configuration names code to run, another one may name other code."""
    if was.formats and now.formats and was.formats != now.formats:
        safe_before = not can_run(was.formats, was.path) and not is_obeyed(was.role, was.formats)
        runs_now = can_run(now.formats, now.path) or is_obeyed(now.role, now.formats)
        weight = Weight.ALARM if safe_before and runs_now else Weight.NOTICE
        words = f"is {', '.join(now.formats)}, was {', '.join(was.formats)}"
        yield Change(weight=weight, what="format", path=now.path, words=words)
    if was.tensors and now.tensors and was.tensors != now.tensors:
        words = f"tensors were added, removed or reshaped ({_count(was)} → {_count(now)})"
        yield Change(weight=Weight.ALARM, what="tensors", path=now.path, words=words)
    weight = Weight.NOTICE
    if is_obeyed(now.role, now.formats) or (runs_code and now.role == "config"):
        weight = Weight.ALARM
    elif now.role in {"document", "other", "data"}:
        weight = Weight.PLAIN
    words = f"other content ({now.role})" + ("" if was.size == now.size else f", {was.size:,} → {now.size:,} bytes")
    yield Change(weight=weight, what="content", path=now.path, words=words)


def _fallback(before: dict[str, LockedFile], after: dict[str, LockedFile]) -> Iterator[Change]:
    """See whether weights that were safe to load are now there only in formats that run code."""

    def safe(files: dict[str, LockedFile]) -> bool:
        return any(file.role == "weights" and not can_run(file.formats, file.path) for file in files.values())

    if safe(before) and not safe(after) and any(can_run(file.formats, file.path) for file in after.values()):
        words = "weights fell back: no file is left that loads without a way to run anything"
        yield Change(weight=Weight.ALARM, what="fallback", words=words)


def _publisher(source: str) -> str:
    return source.rpartition("/")[0]


def _parents(entry: LockEntry) -> str:
    return ", ".join(f"{one.source}@{_short(one.resolved)}" for one in entry.parents) or "nothing"


def _short(identity: str) -> str:
    return identity.removeprefix("sha256:")[:12] or "nothing"


def _count(file: LockedFile) -> str:
    return file.tensors.partition(":")[0]


def _rank(verdict: str) -> int:
    return _VERDICTS.index(verdict) if verdict in _VERDICTS else len(_VERDICTS)
