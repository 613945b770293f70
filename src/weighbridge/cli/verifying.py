"""The work of ``verify``: finds places, holds them against lock, store or signature."""

from __future__ import annotations

import os

from weighbridge.cli.console import note
from weighbridge.core.errors import UsageError, WeighbridgeError
from weighbridge.core.refs import HUB
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.options import Given
    from weighbridge.core.artifact import Listing
    from weighbridge.provenance.lock.model import Lock, LockEntry
    from weighbridge.provenance.signing.model import SignatureReport
    from weighbridge.provenance.signing.policy import SignerPolicy
    from weighbridge.provenance.verify.compare import Difference, Verification

POLICY = "signers.toml"
"""The policy beside the lock file, or in the working directory, where ``--signers`` names no other."""


def places(given: Given) -> Iterator[Verification]:
    """Verify what a command line names; raises UsageError and AccessError."""
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
    from weighbridge.provenance.verify.compare import against_store, unpromised

    for path in given.operands:
        for listing in listings(path):
            found = against_store(listing, jobs=given.number("--jobs"))
            yield found if found.files or found.differences else unpromised(found)


def _by_path(given: Given, lock: Lock, lock_path: str) -> Iterator[Verification]:
    from weighbridge.provenance.verify.compare import against_store, unknown
    from weighbridge.provenance.verify.places import of_path

    for path in given.operands:
        there = tuple(of_path(path, lock, lock_path, name=given.one("--name")))
        for placed in there:
            listing = placed.listing
            if placed.entry is not None:
                yield _locked(placed.entry, listing, given, lock_path)
            elif listing.kind == "directory" or not any(one.entry for one in there):
                yield unknown(listing)
            else:
                # A cache holds the models of other projects, too.
                note(f"{listing.ref} is not in the lock; it is held against its own store", quiet=given.on("--quiet"))
                yield against_store(listing, jobs=given.number("--jobs"))


def _by_entry(given: Given, lock: Lock, path: str) -> Iterator[Verification]:
    from weighbridge.provenance.verify.compare import absent
    from weighbridge.provenance.verify.places import of_entry

    for entry in lock.entries:
        if given.one("--name") not in {"", entry.name}:
            continue
        there = of_entry(entry, path)
        for listing in there:
            yield _locked(entry, listing, given, path)
        if not there:
            yield absent(entry)


def _names(lock: Lock) -> str:
    return f"it has {', '.join(entry.name for entry in lock.entries[:8]) or 'no entry'}"


def _locked(entry: LockEntry, listing: Listing, given: Given, lock_path: str) -> Verification:
    """Hold a place against its entry, and against the signature that the entry asks for."""
    from weighbridge.provenance.verify.compare import against_lock

    seen: dict[str, str] = {}
    found = against_lock(entry, listing, jobs=given.number("--jobs"), allowed=given.every("--allow-extra"), seen=seen)
    if not entry.signers:
        return found
    path = given.one("--signers") or os.path.join(os.path.dirname(lock_path), POLICY)
    missing = _unsigned(entry, listing, path, seen)
    return replace(found, differences=(*found.differences, *missing))


def _unsigned(entry: LockEntry, listing: Listing, policy_path: str, seen: dict[str, str]) -> tuple[Difference, ...]:
    """Say why no signature in a place is the one that its entry asks for; nothing when one is."""
    from weighbridge.provenance.signing.policy_file import load
    from weighbridge.provenance.signing.verify import is_signature, verify_signature
    from weighbridge.provenance.verify.compare import Difference, Kind

    policy = load(policy_path)
    if entry.signers not in {one.name for one in policy.signers}:
        raise UsageError(f"{policy_path} has no signer {entry.signers!r}", hint=f"{entry.name} in the lock asks for it")
    asked = replace(policy, signers=tuple(one for one in policy.signers if one.name == entry.signers))
    why = "there is no signature file"
    for file in listing.files:
        if not is_signature(file.path) or not file.real:
            continue
        try:
            # A Hub cache is made of links; the lock has said where they lead and what lies there.
            path, links = os.path.join(listing.root, file.path), listing.kind == HUB
            report = verify_signature(listing.root, path, asked, digests=seen, follow_links=links)
        except WeighbridgeError as trouble:
            why = f"{file.path}: {trouble}"
            continue
        if report.holds:
            return ()
        why = f"{file.path}: {report.problems[0]}"
    return (Difference(kind=Kind.UNSIGNED, words=f"not signed by {entry.signers}: {why}"),)


def signature(given: Given) -> SignatureReport:
    """Hold one directory against one signature file; raises UsageError, AccessError and IntegrityError."""
    from weighbridge.provenance.signing.verify import verify_signature

    if len(given.operands) > 1 or given.on("--store") or given.one("--lock"):
        raise UsageError("--signature takes one PATH and neither --lock nor --store")
    bundle = given.one("--signature")
    folder = given.operands[0] if given.operands else os.path.dirname(bundle) or "."
    return verify_signature(
        folder, bundle, _trusted(given), keys=given.every("--key") if given.one("--signers") else (),
        name=given.one("--name"), version=given.one("--version"), at_least=given.one("--at-least"),
        allow_extra=given.every("--allow-extra"), jobs=given.number("--jobs"),
    )  # fmt: skip


def _trusted(given: Given) -> SignerPolicy:
    """Give the policy: a file, or keys that are named here and now; nobody is trusted by default."""
    if given.every("--key") and not given.one("--signers"):
        from weighbridge.provenance.signing.policy import trusting_keys

        return trusting_keys(*given.every("--key"))
    from weighbridge.provenance.signing.policy_file import load

    path = given.one("--signers") or POLICY
    if not given.one("--signers") and not os.path.exists(path):
        raise UsageError(
            "nobody is named who may have signed", hint=f"--key FILE, or --signers FILE (or a {POLICY} here)"
        )
    return load(path)
