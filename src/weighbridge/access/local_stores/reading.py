"""Reading from stores of this machine: what they list has a place, and is opened there."""

from __future__ import annotations

from abc import ABC, abstractmethod

from weighbridge.access import local_files
from weighbridge.core.errors import AccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.core.refs import Ref
    from weighbridge.core.source import ByteSource


class LocalReading(ABC):
    """What such stores have in common. ``offline`` changes nothing for them: they never ask a network."""

    def __init__(self, *, offline: bool = False) -> None:
        self.offline = offline
        self._listings: dict[str, Listing] = {}

    @abstractmethod
    def listing(self, ref: Ref) -> Listing:
        """List one artifact; raises AccessError."""

    def source(self, listing: Listing, file: ListedFile) -> ByteSource:
        """Give a file for reading by ranges; raises IntegrityError where it cannot be what it is said to be."""
        return local_files.source(self._placed(listing, file))

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        """Give a file's bytes in order; raises as ``source`` does."""
        return local_files.stream(self._placed(listing, file), start)

    def _placed(self, listing: Listing, file: ListedFile) -> ListedFile:
        """Find the place of a file that a lock lists, and not this store."""
        if file.real or file.trouble:
            return file
        key = str(listing.ref)
        if key not in self._listings:
            self._listings[key] = self.listing(listing.ref)
        here = self._listings[key]
        for one in (*here.files, *here.extras):
            if one.path == file.path:
                return one
        raise AccessError(f"{key} has no file {file.path!r}", hint="the store has another state than was listed")
