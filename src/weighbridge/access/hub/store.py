"""The Hub as a store: references to listings of a commit, and its files as byte sources and streams."""

from __future__ import annotations

from weighbridge.access.hub.client import HubClient, Traffic
from weighbridge.access.hub.file import WHOLE, HubFile
from weighbridge.access.hub.history import is_behind
from weighbridge.access.hub.tree import DEFAULT_REVISION, commit_of, files_of
from weighbridge.access.ranges import FIRST, RangeSource
from weighbridge.access.retries import USUAL, Clock
from weighbridge.core.artifact import Listing
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.core.refs import HUB, is_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.access.retries import Patience
    from weighbridge.core.artifact import ListedFile
    from weighbridge.core.refs import Ref

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class HubStore:
    """Repositories of models, data sets and spaces on the Hub, or on the one at ``endpoint`` or HF_ENDPOINT.

    ``traffic`` counts requests and bytes. Offline, also by HF_HUB_OFFLINE, everything is an AccessError whose hint says
    where the Hub's own cache has the artifact. For one thread at a time.
    """

    def __init__(
        self, offline: bool = False, *, endpoint: str = "", clock: Clock | None = None, patience: Patience = USUAL
    ) -> None:
        self.traffic = Traffic()
        self._offline = offline
        self._endpoint = endpoint
        self._clock = clock or Clock()
        self._patience = patience
        self._client: HubClient | None = None

    def listing(self, ref: Ref) -> Listing:
        """Resolve a reference to a commit and list its files, below ``ref.path`` if there is one.

        Raises AccessError for what cannot be had, UsageError for no name of a repository, IntegrityError for a listing
        that no repository can have.
        """
        client, repository = self._reached(ref), _repository(ref)
        what = str(ref)
        commit = commit_of(client, repository, ref.revision, what)
        files = files_of(client, repository, commit, what)
        if ref.path:
            files = tuple(file for file in files if f"{file.path}/".startswith(f"{ref.path}/"))
            if not files:
                raise AccessError(f"{what}: there is no such file or folder", hint="check the path behind the name")
        names = () if is_commit(ref.revision) else ((ref.revision or DEFAULT_REVISION, commit),)
        return Listing(ref=ref, kind=HUB, resolved=commit, files=files, names=names)

    def source(self, listing: Listing, file: ListedFile) -> RangeSource:
        """Give a file for reading by ranges; it counts ``requests`` and bytes ``moved`` for itself."""
        first = file.size if file.size <= WHOLE else FIRST
        return RangeSource(self._opened(listing, file).fetch, file.size, first=first)

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        """Give a file's bytes in order from ``start``; ends early only by raising."""
        return self._opened(listing, file).stream(start)

    def is_behind(self, listing: Listing, later: str) -> bool | None:
        """Tell whether the listed commit came before ``later``, in whose history it is; None where nobody can tell."""
        if not is_commit(later):
            return None
        client = self._reached(listing.ref)
        return is_behind(client, _repository(listing.ref), listing.resolved, later, str(listing.ref))

    def _opened(self, listing: Listing, file: ListedFile) -> HubFile:
        from urllib.parse import quote

        client = self._reached(listing.ref)
        repository = _repository(listing.ref).removeprefix("models/")
        what = f"{listing.ref.source}@{listing.resolved}/{file.path}"
        if not is_commit(listing.resolved) or file.size < 0:
            raise AccessError(f"{what} cannot be fetched without its commit and size", hint="lock it again")
        url = f"{client.session.endpoint}/{repository}/resolve/{listing.resolved}/{quote(file.path)}"
        return HubFile(client, url, listing.resolved, file, what)

    def _reached(self, ref: Ref) -> HubClient:
        """Give the client; raises AccessError when there is to be no network."""
        if self._client is None and not self._offline:
            from weighbridge.access.hub.session import Session

            session = Session(self._endpoint)
            self._offline = session.is_offline
            self._client = HubClient(session, self.traffic, self._clock, self._patience)
        if self._offline or self._client is None:
            from weighbridge.access.hub.cache import where

            raise AccessError(f"{ref} is on the Hub, and the network is not to be used", hint=where(ref))
        return self._client


def _repository(ref: Ref) -> str:
    """Give the repository as the API has it, ``models/org/name``; raises UsageError for what cannot be one."""
    parts = ref.name.split("/")
    kind = parts.pop(0) if len(parts) == 3 else "models"
    if len(parts) != 2 or any(part.strip(".") == "" or not _NAME.issuperset(part) for part in parts):
        raise UsageError(f"{str(ref)!r} is no repository of the Hub", hint="write hf://org/name[@revision][/path]")
    return "/".join((kind, *parts))
