"""What lies beside a model and vouches for it: the lock that pins it, and signatures over it."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError, WeighbridgeError
from weighbridge.core.refs import HUB
from weighbridge.core.report import SIGNATURES
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.inventory.graph import Graph
    from weighbridge.inventory.model.witnesses import Signature
    from weighbridge.provenance.signing.policy import SignerPolicy

LOCK = "model.lock"
ABOVE = 8
"""Directories above a model in which a lock is looked for."""
LARGEST = 64 << 20
"""Bytes of a lock that nobody has named."""


def vouched(graph: Graph, listing: Listing, given: Given, config: Config) -> Graph:
    """Add what a lock and signatures say; raises UsageError for a lock or policy that was named and cannot be read."""
    policy = None
    if named := given.one("--signers") or config.signers:
        from weighbridge.provenance.signing.policy_file import load

        policy = load(named)
    graph = _locked(graph, listing, given.one("--lock"))
    files = [
        file
        for file in (*listing.files, *listing.extras)
        if file.real and listing.root and file.path.endswith(SIGNATURES)
    ]
    if not files:
        return graph
    from weighbridge.inventory.model.witnesses import signed

    for file in files:
        graph = signed(graph, _signature(file, graph, listing, policy))
    return graph


def _locked(graph: Graph, listing: Listing, named: str) -> Graph:
    path = named or _lock_of(listing)
    if not path:
        return graph
    from hashlib import sha256

    from weighbridge.inventory.assembly import added
    from weighbridge.inventory.model.witnesses import locked
    from weighbridge.provenance.lock import document
    from weighbridge.provenance.verify.places import surely

    shown = named or os.path.relpath(path, os.path.realpath(listing.root)).replace(os.sep, "/")
    try:
        if not named and os.path.getsize(path) > LARGEST:
            return added(graph, (), (f"{shown}: it has more than {LARGEST >> 20} MiB; --lock reads it all the same",))
        content = document.read(path)
        lock = document.loads(content, name=shown)
        entry = surely(listing, lock, path)
        if entry is not None:
            return locked(graph, entry, shown, sha256(content).hexdigest())
    except (UsageError, OSError) as error:
        if named:
            raise
        return added(graph, (), (f"{shown}: {str(error).removeprefix(f'{shown}: ')}",))
    if named:
        raise UsageError(f"{named!r} has no entry that is this model", hint="lock it: weighbridge lock TARGET")
    return graph


def _lock_of(listing: Listing) -> str:
    """Find the nearest lock file, in the directory of a model or above it."""
    folder = os.path.realpath(listing.root) if listing.root else ""
    for _ in range(ABOVE if folder else 0):
        path = os.path.join(folder, LOCK)
        if os.path.isfile(path) and not os.path.islink(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return ""


def _signature(file: ListedFile, graph: Graph, listing: Listing, policy: SignerPolicy | None) -> Signature:
    """Read a signature, and hold the files against it where a policy says whom to trust."""
    from weighbridge.inventory.model.witnesses import Signature
    from weighbridge.provenance.signing import bundle, statement
    from weighbridge.provenance.signing.verify import notice, verify_signature

    path = file.path
    if file.trouble:
        return Signature(path=path, trouble=f"{path} is {file.trouble}")
    place = os.path.join(listing.root, path)
    seen = notice(place)
    if seen.trouble:
        return Signature(path=path, trouble=seen.trouble.replace(place, path))
    known = dict(_computed(graph))
    stated = statement.loads(bundle.load(place).payload)
    is_plain = (stated.layout.method, stated.layout.algorithm) == ("files", "sha256")
    found = Signature(
        path=path, sha256=known.get(path, ""), signer=seen.signer, words="not checked: no --signers policy was named",
        digests=tuple((one.name, one.digest) for one in stated.resources) if is_plain else (),
    )  # fmt: skip
    if policy is None:
        return found
    folder = os.path.dirname(path)
    within = f"{folder}/" if folder else ""
    digests = {
        name.removeprefix(within): digest for name, digest in known.items() if digest and name.startswith(within)
    }
    try:
        report = verify_signature(
            os.path.join(listing.root, folder), place, policy, digests=digests, follow_links=listing.kind == HUB
        )
    except WeighbridgeError as trouble:
        return replace(found, holds=False, words=f"it does not hold: {trouble}")
    if report.holds:
        return replace(found, holds=True, words=f"it holds, and is trusted as {report.policy}")
    return replace(found, holds=False, words=f"it does not hold: {report.problems[0]}")


def _computed(graph: Graph) -> Iterator[tuple[str, str]]:
    """Yield the files whose digests were computed here, by their paths."""
    from weighbridge.inventory.graph import Confidence, Field, Kind

    for one in graph.of(Kind.FILE):
        held = one.best(Field.SHA256)
        if held is not None and held.origin.confidence is Confidence.VERIFIED:
            yield one.id.partition(":")[2], str(held.content)
