"""One file of a commit, by ranges: each answer must be what was asked for, of the file that was listed.

The Hub must name the commit of the listing, and where it tells size and digest they must be the listed ones; ``ETag``
must stay what it was at the first answer. Storage behind the Hub is asked directly once the Hub has redirected there,
as long as the signed address holds.
"""

from __future__ import annotations

from weighbridge.access.hub.client import not_a_hub
from weighbridge.access.hub.refusals import EXPIRED, TransientError
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.refs import is_commit, is_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.access.hub.client import HubClient, Reply
    from weighbridge.core.artifact import ListedFile

WHOLE = 1 << 20
"""A file up to this size is fetched at once: nearly all are text, of which every byte is read."""
PROGRESS = 1 << 20
"""Bytes after which a stream that broke has got on, so that its attempts are counted anew."""


class HubFile:
    """Reads one listed file from ``url``, its address below ``/resolve/{commit}/``."""

    def __init__(self, client: HubClient, url: str, commit: str, file: ListedFile, what: str) -> None:
        self._client = client
        self._url = url
        self._commit = commit
        self._file = file
        self._what = what
        self._place = ""
        """Where the Hub redirected to."""
        self._etags: dict[str, str] = {}
        """By host: two of them may name one content differently."""
        self._is_named = False
        """Whether the Hub has named the commit since it was last asked."""

    def fetch(self, start: int, stop: int) -> bytes:
        """Read the bytes from ``start`` to ``stop``; raises AccessError or IntegrityError."""
        return b"".join(self._pieces(start, stop, is_stream=False))

    def stream(self, start: int) -> Iterator[bytes]:
        """Give the bytes from ``start`` to the end; what follows the end is an IntegrityError."""
        return self._pieces(start, self._file.size, is_stream=True)

    def _pieces(self, start: int, stop: int, *, is_stream: bool) -> Iterator[bytes]:
        at = mark = start
        attempts = self._client.attempts()
        while at < stop:
            try:
                for block in self._answered(at, stop, is_stream=is_stream):
                    at += len(block)
                    yield block
            except TransientError as trouble:
                if at - mark >= PROGRESS:
                    attempts.begin_anew()
                    mark = at
                if not attempts.wait(trouble.asked):
                    raise

    def _answered(self, start: int, stop: int, *, is_stream: bool) -> Iterator[bytes]:
        """Give the bytes from ``start`` to ``stop`` out of one answer; raises TransientError when it ends before."""
        with self._asked(f"bytes={start}-{stop - 1}") as reply:
            if reply.status == 416:
                raise self._broken(f"it has fewer than the {self._file.size:,} bytes that are listed")
            self._client.demand(reply, self._what)
            skipped = self._begins(reply, start, stop, is_stream=is_stream)
            blocks = reply.blocks(self._what)
            left = stop - start
            for block in blocks:
                kept = block[skipped:]
                skipped -= len(block) - len(kept)
                if is_stream and len(kept) > left:
                    raise self._broken(f"it goes on after its {self._file.size:,} bytes")
                if kept:
                    yield kept[:left]
                    left -= len(kept[:left])
                if not left:
                    break
            if left:
                raise TransientError(f"{self._what}: the answer ends {left:,} bytes too early", hint="try again later")
            if is_stream and "content-length" not in reply.headers and self._goes_on(blocks):
                raise self._broken(f"it goes on after its {self._file.size:,} bytes")

    def _asked(self, span: str) -> Reply:
        """Ask for a range where the Hub redirected to, or anew when that address no longer holds."""
        if self._place:
            reply = self._client.get(self._place, self._what, span=span, look=self._look)
            if reply.status not in EXPIRED:
                return reply
            reply.close()
            self._place = ""
        self._is_named = False
        reply = self._client.get(self._url, self._what, span=span, look=self._look)
        if reply.status < 400 and not self._is_named:
            reply.close()
            raise not_a_hub(self._what)
        if reply.status < 400 and reply.url != self._url:
            self._place = reply.url
        return reply

    def _begins(self, reply: Reply, start: int, stop: int, *, is_stream: bool) -> int:
        """Check what the answer holds; gives how many of its bytes come before ``start``."""
        size = self._file.size
        length = reply.headers.get("content-length", "")
        if reply.status == 206:
            expected = f"bytes {start}-{stop - 1}/{size}"
            found = reply.headers.get("content-range", "")
            if found != expected:
                raise self._broken(f"{expected!r} was to come, {found[:60]!r} came")
            if _number(length) > stop - start:
                raise self._broken(f"{length[:20]} bytes come where {stop - start:,} were asked for")
            return 0
        if length and _number(length) != size:
            raise self._broken(f"it has {length[:20]} bytes, {size:,} are listed")
        if is_stream or (size <= WHOLE and start == 0 and stop == size):
            return start
        raise AccessError(
            f"{self._what}: {reply.host} sends the whole file where a part was asked for",
            hint="pull it first, and name its directory then",
        )

    def _look(self, reply: Reply) -> None:
        """Compare what an answer says about the file with the listing; raises IntegrityError."""
        if reply.status >= 400:
            return
        headers = reply.headers
        commit = headers.get("x-repo-commit", self._commit)
        if commit != self._commit:
            raise self._broken(f"it comes from commit {commit[:40]!r}, {self._commit} was asked for")
        self._is_named |= reply.is_hub and "x-repo-commit" in headers
        size = headers.get("x-linked-size", str(self._file.size))
        if size != str(self._file.size):
            raise self._broken(f"it has {size[:20]} bytes, {self._file.size:,} are listed")
        etag = _plain(headers.get("etag", ""))
        if etag and reply.status < 300 and self._etags.setdefault(reply.host, etag) != etag:
            raise self._broken("it changed while it was read")
        if "x-linked-etag" in headers:
            self._is_listed(_plain(headers["x-linked-etag"]))
        elif reply.status < 300 and reply.is_hub and (is_commit(etag) or is_sha256(etag)):
            self._is_listed(etag)

    def _is_listed(self, etag: str) -> None:
        """Compare the digest that the Hub names: SHA-256 of a file in LFS, SHA-1 of the git blob otherwise."""
        listed = self._file.sha256 if len(etag) == 64 else self._file.git
        if etag != listed:
            listed = self._file.git or self._file.sha256
            raise self._broken(f"the Hub says that its digest is {etag[:64]!r}, {listed} is listed")

    def _goes_on(self, blocks: Iterator[bytes]) -> bool:
        try:
            return bool(next(blocks, b""))
        except AccessError:
            return False  # nothing came, and everything has

    def _broken(self, words: str) -> IntegrityError:
        return IntegrityError(
            f"{self._what}: {words}",
            hint="the server is broken or lies, or the lock is of another Hub: use nothing of it",
        )


def _plain(etag: str) -> str:
    """An entity tag without quotes and the mark of a weak one."""
    return etag.strip().removeprefix("W/").strip('"')


def _number(text: str) -> int:
    """A header's number; -1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
