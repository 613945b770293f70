"""Paths of this machine as a store: what ``listings`` recognises, for reading."""

from __future__ import annotations

from weighbridge.access import local_files
from weighbridge.access.local_stores.recognise import listings
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.core.refs import Ref
    from weighbridge.core.source import ByteSource


class LocalStore:
    """What lies at a path. ``offline`` changes nothing: it never asks a network."""

    def __init__(self, *, offline: bool = False) -> None:
        self.offline = offline

    def listing(self, ref: Ref) -> Listing:
        """List the one artifact at a path; raises AccessError, and UsageError where a store holds several."""
        found = listings(ref.name)
        if len(found) > 1:
            names = ", ".join(str(one.ref) if one.ref.scheme else one.resolved for one in found[:3])
            raise UsageError(
                f"{ref.name!r} holds {len(found)} artifacts: {names}{', …' if len(found) > 3 else ''}",
                hint="name one of them",
            )
        return found[0]

    def source(self, listing: Listing, file: ListedFile) -> ByteSource:  # noqa: ARG002
        """Give a file for reading by ranges; raises IntegrityError where it is not what it claims to be."""
        return local_files.source(file)

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:  # noqa: ARG002
        """Give a file's bytes in order."""
        return local_files.stream(file, start)
