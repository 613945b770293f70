"""Artifacts in OCI registries: ``oci://registry[:port]/name[:tag|@sha256:…]``.

Source: OCI distribution specification 1.1. Manifests are checked against the digest that was asked for; blobs are
asked for by digest, and what streams whole is hashed on the way. A registry on this machine is spoken to over http,
others over https.
"""

from __future__ import annotations

from weighbridge.access.oci.client import Passing, RegistryClient, is_loopback
from weighbridge.access.oci.credentials import DOCKER_HUB, credentials
from weighbridge.access.oci.manifest import INDEX_TYPES, LARGEST, MANIFEST_TYPES, Manifest, files, read_manifest
from weighbridge.core.artifact import Listing
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.refs import OCI

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.access.oci.client import Reply
    from weighbridge.access.retries import Clock
    from weighbridge.core.artifact import ListedFile
    from weighbridge.core.refs import Ref
    from weighbridge.core.source import ByteSource

_HUB_HOST = "registry-1.docker.io"
_HINT = "the registry, or something on the way, altered it: tell the publisher"
_SKIPPED = 8 << 20
"""Most bytes that are read and thrown away where a registry gives a whole blob in place of a range."""

_DEEPEST = 4
"""Indexes within each other that are followed."""

_ACCEPT = ", ".join((*MANIFEST_TYPES, *INDEX_TYPES))
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-/")


class OciStore:
    """Reads from registries. ``plain`` names registries, as ``host:port``, that may be spoken to over http."""

    def __init__(
        self, *, offline: bool = False, plain: tuple[str, ...] = (), clock: Clock | None = None
    ) -> None:  # fmt: skip
        self.offline = offline
        self._plain = plain
        self._clock = clock
        self._clients: dict[str, RegistryClient] = {}

    def listing(self, ref: Ref) -> Listing:
        """Resolve a tag or digest to a manifest and list its files.

        An index of one is that one. Raises UsageError for an index of several, IntegrityError for a manifest that is
        not the one that was asked for, AccessError.
        """
        client = self._client(ref)
        asked = ref.revision or "latest"
        digest, manifest = _fetched(client, asked, str(ref))
        for _ in range(_DEEPEST):
            if manifest.layers or not manifest.manifests:
                break
            if len(manifest.manifests) > 1:
                first = manifest.manifests[0].sha256
                raise UsageError(
                    f"{ref} is an index of {len(manifest.manifests)} artifacts",
                    hint=f"name one of them, for example {ref.source}@sha256:{first}",
                )
            digest, manifest = _fetched(client, f"sha256:{manifest.manifests[0].sha256}", str(ref))
        listed = tuple(sorted(files(manifest), key=lambda file: file.path.encode("utf-8", "surrogateescape")))
        resolved = f"sha256:{digest}"
        return Listing(
            ref=ref, kind=OCI, resolved=resolved, files=listed,
            names=() if asked.startswith("sha256:") else ((asked, resolved),),
        )  # fmt: skip

    def source(self, listing: Listing, file: ListedFile) -> ByteSource:
        """Give a blob for reading by ranges; lengths are checked, its digest is a claim."""
        from weighbridge.access.ranges import RangeSource

        client = self._client(listing.ref)
        return RangeSource(lambda start, stop: _range(client, file, start, stop), file.size)

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        """Give a blob's bytes from ``start``; what breaks off is continued.

        Raises IntegrityError for a blob that goes on beyond its size or, read from its beginning, is not the promised
        one.
        """
        import hashlib

        digest, at = hashlib.sha256(), start
        client = self._client(listing.ref)
        attempts = client.attempts()
        while at < file.size:
            before = at
            try:
                for block in _blocks(client, file, at, file.size):
                    digest.update(block)
                    at += len(block)
                    yield block
            except Passing as trouble:
                if at > before:
                    attempts.begin_anew()
                if not attempts.wait(trouble.asked):
                    raise
        if not start and digest.hexdigest() != file.sha256:
            raise IntegrityError(
                f"{file.path}: the registry promises sha256 {file.sha256[:16]}…, {digest.hexdigest()[:16]}… came",
                hint=_HINT,
            )

    def _client(self, ref: Ref) -> RegistryClient:
        if self.offline:
            raise AccessError(f"{ref} is in a registry, and this is --offline", hint="pull it first, or go online")
        registry, repository = _place(ref)
        client = self._clients.get(ref.name)
        if client is None:
            host = _HUB_HOST if registry == DOCKER_HUB else registry
            bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
            scheme = "http" if is_loopback(bare.strip("[]")) or registry in self._plain else "https"
            known = credentials(registry, repository)
            client = RegistryClient(f"{scheme}://{host}", repository, known, clock=self._clock)
            self._clients[ref.name] = client
        return client


def _place(ref: Ref) -> tuple[str, str]:
    """Part a reference's name into registry and repository; raises UsageError for what is neither."""
    registry, _, repository = ref.name.partition("/")
    is_host = "." in registry or ":" in registry or registry == "localhost"
    if not is_host or not repository or not _NAME.issuperset(repository) or ".." in repository.split("/"):
        raise UsageError(f"{ref} names no repository of a registry", hint="write oci://registry/name[:tag|@sha256:…]")
    if registry == DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    return registry, repository


def _fetched(client: RegistryClient, asked: str, what: str) -> tuple[str, Manifest]:
    """Fetch a manifest: its digest, and what it says."""
    import hashlib

    attempts = client.attempts()
    while True:
        try:
            with client.get(f"manifests/{asked}", {"Accept": _ACCEPT}, what) as reply:
                content = reply.whole(LARGEST, what)
                told = reply.headers.get("docker-content-digest", "")
            break
        except Passing as trouble:
            if not attempts.wait(trouble.asked):
                raise
    digest = hashlib.sha256(content).hexdigest()
    for promised in (asked, told):
        if promised.startswith("sha256:") and promised != f"sha256:{digest}":
            raise IntegrityError(
                f"{what}: the manifest {promised[:23]}… was promised, sha256:{digest[:16]}… came",
                hint=_HINT,
            )
    return digest, read_manifest(_parsed(content, what))


def _parsed(content: bytes, what: str) -> dict[str, Any]:
    import json

    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AccessError(f"{what}: the registry gives no manifest", hint="check registry, name and tag")
    return found


def _range(client: RegistryClient, file: ListedFile, start: int, stop: int) -> bytes:
    attempts = client.attempts()
    while True:
        try:
            return b"".join(_blocks(client, file, start, stop))
        except Passing as trouble:
            if not attempts.wait(trouble.asked):
                raise


def _blocks(client: RegistryClient, file: ListedFile, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of a blob from ``start`` to ``stop``; raises Passing where fewer come."""
    what = file.path
    is_whole = start == 0 and stop == file.size
    headers = {} if is_whole else {"Range": f"bytes={start}-{stop - 1}"}
    with client.get(f"blobs/sha256:{file.sha256}", headers, what) as reply:
        skip = _skipped(reply, file, start, stop)
        left = stop - start
        for block in reply.blocks(what):
            if skip:
                block, skip = block[skip:], max(0, skip - len(block))  # noqa: PLW2901
            if len(block) > left:
                if reply.status == 200 and stop < file.size:
                    block = block[:left]  # noqa: PLW2901
                else:
                    raise IntegrityError(f"{what}: more than the {file.size:,} bytes of its manifest come", hint=_HINT)
            left -= len(block)
            if block:
                yield block
            if not left and (reply.status == 206 or stop < file.size):
                return
        if left:
            raise Passing(f"{what}: {client.host} breaks off {left:,} bytes early", hint="check the network")


def _skipped(reply: Reply, file: ListedFile, start: int, stop: int) -> int:
    """Check which bytes an answer has; gives how many of them come before the wanted ones."""
    length = reply.headers.get("content-length", "")
    if reply.status == 206:
        expected = f"bytes {start}-{stop - 1}/{file.size}"
        if reply.headers.get("content-range", "").strip().lower() != expected:
            raise IntegrityError(
                f"{file.path}: {expected!r} was asked for, {reply.headers.get('content-range', '')[:60]!r} comes",
                hint=_HINT,
            )
        return 0
    if length.isdecimal() and int(length) != file.size:
        raise IntegrityError(
            f"{file.path}: the manifest says {file.size:,} bytes, the registry has {int(length):,}",
            hint=_HINT,
        )
    if start > _SKIPPED:
        raise AccessError(f"{file.path}: the registry gives no ranges", hint="read it whole: --full")
    return start
