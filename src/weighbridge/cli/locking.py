"""The work of ``lock``: resolve, scan, compare with what was locked, write."""

from __future__ import annotations

import os

from weighbridge import __version__
from weighbridge.access.stores import store_for
from weighbridge.cli.locked import Done, LockedEntry
from weighbridge.cli.naming import name_of
from weighbridge.cli.signatures import noted
from weighbridge.core.artifact import Listing
from weighbridge.core.errors import IntegrityError, UsageError
from weighbridge.core.refs import HUB, PATH, parse
from weighbridge.core.report import Verdict
from weighbridge.core.values import replace
from weighbridge.provenance.lock import document
from weighbridge.provenance.lock.changes import Change, Weight, changes
from weighbridge.provenance.lock.entry import Known, entry
from weighbridge.provenance.lock.model import Lock, LockEntry, ScanRecord
from weighbridge.provenance.verify.compare import twins
from weighbridge.provenance.verify.places import without_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.core.artifact import ListedFile
    from weighbridge.core.refs import Ref
    from weighbridge.core.report import Report

_TELL = "fetch it anew; if it stays so, tell the publisher"


class Locking:
    """One run of the command."""

    def __init__(self, given: Given, config: Config) -> None:
        self.given = given
        self.config = config
        self.path = given.one("--lock") or document.FILE_NAME
        self.folder = os.path.dirname(self.path) or "."
        self.before = self._read_before()
        self.lock = document.loads(self.before, name=self.path) if self.before is not None else Lock()
        self.notes: list[str] = []

    def run(self) -> Done:
        """Lock what was asked for; the file is written whole or not at all. Raises the errors of stores and scans."""
        done = [*self._removed(), *self._updated(), *self._added()]
        lock = {one.name: one for one in self.lock.entries}
        for one in done:
            lock.pop(one.name, None)
            if one.new is not None:
                lock[one.name] = one.new
        accepted = self.given.on("--accept")
        result = Done(lock=self.path, entries=tuple(done), written=False, accepted=accepted, notes=tuple(self.notes))
        if self.given.on("--dry-run") or result.undecided or not result.differs:
            return result
        self._write(Lock(entries=tuple(lock[name] for name in sorted(lock))))
        return replace(result, written=True)

    # -- what is asked for ----------------------------------------------------------------------------------------

    def _removed(self) -> Iterator[LockedEntry]:
        for name in self.given.every("--remove"):
            yield LockedEntry(name=name, old=self._entry(name), new=None)

    def _updated(self) -> Iterator[LockedEntry]:
        names = self.given.every("--update")
        if self.given.on("--update-all"):
            names = tuple(one.name for one in self.lock.entries)
        for name in dict.fromkeys(names):
            old = self._entry(name)
            ref = parse(old.source)
            if ref.scheme == PATH:
                ref = replace(ref, name=os.path.join(self.folder, ref.name))
            yield self._compared(old, self._locked(replace(ref, revision=old.asked), name))

    def _added(self) -> Iterator[LockedEntry]:
        seen: set[str] = set()
        for ref in (*map(parse, self.given.operands), *self._named(self.given.one("--from-project"))):
            new = self._locked(ref, self.given.one("--name"))
            if new.name in seen:
                raise UsageError(f"two targets would be called {new.name!r}", hint="lock them one by one, with --name")
            seen.add(new.name)
            known = self.lock.entry(new.name)
            yield (
                self._compared(known, new)
                if known
                else LockedEntry(name=new.name, old=None, new=new, changes=_judged(new))
            )

    def _named(self, folder: str) -> tuple[Ref, ...]:
        """Give the models that an application names and the lock does not; note what is not pinned or not read."""
        if not folder:
            return ()
        from weighbridge.cli.project_refs import named

        found = named(folder, self.given.number("--jobs"))
        self.notes += found.notes
        refs = {name_of(ref): ref for ref in found.refs}
        locked = [name for name in refs if self.lock.entry(name)]
        self.notes += [f"{name} is locked already" for name in locked]
        return tuple(ref for name, ref in refs.items() if name not in locked)

    def _entry(self, name: str) -> LockEntry:
        found = self.lock.entry(name)
        if found is None:
            names = ", ".join(one.name for one in self.lock.entries[:8])
            raise UsageError(f"{self.path} has no entry {name!r}", hint=f"it has {names}" if names else "it is empty")
        return found

    # -- one entry ------------------------------------------------------------------------------------------------

    def _locked(self, ref: Ref, name: str) -> LockEntry:
        """Resolve, scan and write down one artifact."""
        listing = store_for(ref, offline=self.given.on("--offline")).listing(ref)
        listing = without_lock(listing, self.path)
        name = name or name_of(listing.ref)
        if not document.can_be_locked(name):
            raise UsageError(f"an entry cannot be called {name!r}", hint="give it a name: --name org/model")
        before = self.lock.entry(name)
        pinned = ref if ref.scheme == PATH else replace(ref, revision=listing.resolved or ref.revision)
        self._check(listing)
        elsewhere = listing.root not in {"", os.path.realpath(ref.name)}
        if ref.scheme == PATH and elsewhere and os.path.isdir(ref.name):
            pinned = replace(ref, name=listing.root)  # of a cache, the one artifact in it that is locked
        known, scan = self._read(pinned, listing)
        if listing.ref.scheme == PATH:
            source = os.path.relpath(ref.name, self.folder)
        else:
            source = str(replace(listing.ref, revision=""))
        for path, other in twins(file.path for file in (*listing.files, *listing.extras)):
            self.notes.append(f"{path} is the same name as {other} where case does not count: verify will not pass it")
        signers = self.given.one("--signers") or (before.signers if before else "")
        return entry(name, listing, known, scan=scan, signers=signers, source=source)

    def _read(self, ref: Ref, listing: Listing) -> tuple[Mapping[str, Known], ScanRecord | None]:
        if self.given.on("--no-scan"):
            return {**self._hashed(listing), **self._streamed(ref, listing)}, None
        from weighbridge.cli.weighing import learn
        from weighbridge.engine.claims import RULE

        report, answers = learn(str(ref), self.given, self.config)
        report = noted(report, self.config.signers)
        for artifact in report.artifacts:
            for signature in artifact.signatures:
                path = signature.path.removeprefix(artifact.ref).lstrip("/") or signature.path
                self.notes.append(f"{path}: {'signed ' * signature.words.startswith('by ')}{signature.words}")
        for file in (file for artifact in report.artifacts for file in artifact.files):
            for finding in file.findings:
                if finding.rule == RULE:  # no state to write down
                    raise IntegrityError(f"{file.path}: {finding.message}", hint=_TELL)
        _check_same(listing, report)
        known = {}
        for listed in (*listing.files, *listing.extras):
            # Stores that keep files by their digests have them elsewhere than they say.
            answer = answers.get(listed.path) or answers.get(_place(listed, listing))
            if answer is not None:
                known[listed.path] = Known(
                    size=answer.size, sha256=answer.sha256, formats=answer.formats, outline=answer.outline
                )
        return known, _record(report)

    def _hashed(self, listing: Listing) -> Mapping[str, Known]:
        """Hash what lies on this machine; of remote files only the store's claims are known."""
        from weighbridge.provenance.hashing import Wanted, hash_files

        local = [file for file in (*listing.files, *listing.extras) if file.real and not file.trouble]
        digests = hash_files((Wanted(real=file.real) for file in local), jobs=self.given.number("--jobs"))
        for file in local:
            if digests[file.real].trouble:
                raise UsageError(f"{file.path}: {digests[file.real].trouble}")
        return {file.path: Known(size=digests[file.real].size, sha256=digests[file.real].sha256) for file in local}

    def _streamed(self, ref: Ref, listing: Listing) -> Mapping[str, Known]:
        """Fetch and hash remote files for which the store has no SHA-256, or all of them with ``--full``."""
        import hashlib

        store, found = store_for(ref, offline=self.given.on("--offline")), {}
        for file in listing.files:
            if file.real or file.trouble or (file.sha256 and not self.given.on("--full")):
                continue
            digest, blob, size = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False), 0
            for block in store.stream(listing, file):
                digest.update(block)
                blob.update(block)
                size += len(block)
            if file.git not in {"", blob.hexdigest()}:
                raise IntegrityError(f"{file.path}: its bytes are not those that the store lists", hint=_TELL)
            found[file.path] = Known(size=size, sha256=digest.hexdigest())
        return found

    def _check(self, listing: Listing) -> None:
        """Hold a store of this machine against its own claims: a lock must not make a change in a cache lawful."""
        if not listing.root or listing.kind == "directory":
            return
        from weighbridge.provenance.verify.compare import against_store

        found = against_store(listing, jobs=self.given.number("--jobs"))
        if not found.holds:
            first = found.differences[0]
            words = f"{first.kind} {first.path} {first.words}".replace("  ", " ").strip()
            raise IntegrityError(
                f"{listing.root} is not what its own store says: {words}", hint="weighbridge verify --store tells all"
            )

    def _compared(self, old: LockEntry, new: LockEntry) -> LockedEntry:
        return LockedEntry(name=new.name, old=old, new=new, changes=changes(old, new, older=self._is_older(old, new)))

    def _is_older(self, old: LockEntry, new: LockEntry) -> bool | None:
        """Tell whether the new state comes before the locked one; only the Hub tells of its history."""
        ref = parse(new.source)
        if ref.scheme != HUB or old.source != new.source or old.resolved == new.resolved:
            return None
        from weighbridge.access.hub.store import HubStore

        listing = Listing(ref=ref, kind=HUB, resolved=new.resolved)
        return HubStore(offline=self.given.on("--offline")).is_behind(listing, old.resolved)

    def _read_before(self) -> bytes | None:
        return document.read(self.path) if os.path.lexists(self.path) else None

    def _write(self, lock: Lock) -> None:
        from weighbridge.cli.output import Output, write

        if self._read_before() != self.before:
            raise UsageError(
                f"{self.path} was changed by somebody else meanwhile", hint="nothing is lost: run it again"
            )
        write(document.dumps(lock), Output(format="lock", file=self.path))


def _judged(new: LockEntry) -> tuple[Change, ...]:
    """Say what of a new entry wants a decision: a model that the scan calls malicious is not locked by accident."""
    if new.scan and new.scan.verdict == Verdict.MALICIOUS:
        return (Change(weight=Weight.ALARM, what="verdict", words="the scan says malicious; see weighbridge scan"),)
    return ()


def _place(file: ListedFile, listing: Listing) -> str:
    """Say where a file lies below the root of its store."""
    return os.path.relpath(file.real, listing.root) if file.real and listing.root else ""


def _check_same(listing: Listing, report: Report) -> None:
    """Raise IntegrityError where a store promised other bytes when it was scanned than when it was listed."""
    (artifact,) = report.artifacts
    base = artifact.ref.rstrip("/") + "/"
    claims = {file.path.removeprefix(base): file.claimed_sha256 for file in artifact.files}
    for file in listing.files:
        claim = claims.get(file.path, "")
        if claim and file.sha256 and claim != file.sha256:
            raise IntegrityError(
                f"{file.path}: it was replaced while it was locked", hint="start again, when nobody writes there"
            )


def _record(report: Report) -> ScanRecord:
    files = [file for artifact in report.artifacts for file in artifact.files]
    whole = all(file.sha256 for file in files) and not any(file.gaps for file in files)
    return ScanRecord(verdict=str(report.verdict()), rules=report.rules, tool=__version__, whole=whole)
