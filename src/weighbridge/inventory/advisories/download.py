"""The export of an ecosystem from OSV, or from a mirror: bounded, whole, and over an encrypted line.

Source of the usual address: https://google.github.io/osv.dev/data/ ("Data dumps").
"""

from __future__ import annotations

import os
import time
from http.client import HTTPException, IncompleteRead
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from weighbridge import __version__
from weighbridge.access.retries import Attempts, Clock, Patience
from weighbridge.core.errors import AccessError, UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPMessage, HTTPResponse
    from typing import IO

USUAL = "https://osv-vulnerabilities.storage.googleapis.com"
LARGEST = 4 << 30
"""Bytes of one export; the largest, npm, had some 150 MB in 2025."""
SECONDS = 30.0
"""Until a server that says nothing is given up."""
LONGEST = 1_800.0
"""Seconds for one export: 4 GiB at 20 Mbit/s; a server that sends a byte a minute never ends otherwise."""
_BLOCK = 1 << 20
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_AGAIN = frozenset({429, 500, 502, 503, 504})
_PATIENCE = Patience(attempts=4, seconds=60.0)


def address(ecosystem: str) -> str:
    """Give the address of an ecosystem's export at OSV."""
    return f"{USUAL}/{quote(ecosystem, safe='')}/all.zip"


def checked(url: str) -> str:
    """Give an address that may be asked; raises UsageError for another."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError(f"{url!r} is no address of a feed", hint="https://…/all.zip")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise UsageError(f"{url!r} is not encrypted: anybody on the way could hide an advisory", hint="https://…")
    return url


def download(url: str, path: str, clock: Clock | None = None) -> None:
    """Fetch an address into a new file; raises AccessError where it is not there as a whole."""
    checked(url)
    attempts = Attempts(clock or Clock(), _PATIENCE)
    while True:
        try:
            _fetch(url, path)
            return  # noqa: TRY300
        except HTTPError as error:
            again = error.code in _AGAIN and attempts.wait(error.headers.get("Retry-After", ""))
            words = f"the server answers {error.code}"
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            again = attempts.wait()
            words = _words(error)
        except OSError as error:
            raise AccessError(f"cannot write {path!r}: {reason(error)}") from None
        if not again:
            raise AccessError(f"cannot fetch {url!r}: {words}", hint="nothing was changed; what was imported still is")


def _words(error: Exception) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return "the server does not answer"
    if isinstance(cause, IncompleteRead):
        return "it ends too early"
    return reason(cause) if isinstance(cause, OSError) and cause.strerror else str(cause) or type(cause).__name__


class _Guarded(HTTPRedirectHandler):
    """Follows a server elsewhere only where we would have gone ourselves."""

    def redirect_request(  # type: ignore[no-untyped-def]  # noqa: PLR0917
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ):
        try:
            checked(newurl)
        except UsageError as error:
            raise AccessError(f"the server sends us elsewhere: {error}") from None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(url: str, path: str) -> None:
    request = Request(url, headers={"User-Agent": f"weighbridge/{__version__}"})  # noqa: S310  (checked above)
    begin = time.monotonic()
    answer: HTTPResponse
    with build_opener(_Guarded).open(request, timeout=SECONDS) as answer, open(path, "wb") as file:
        promised = answer.headers.get("Content-Length", "")
        size = 0
        while block := answer.read(_BLOCK):
            size += len(block)
            if size > LARGEST:
                raise AccessError(f"{url!r} has more than {LARGEST >> 30} GiB", hint="import a part: feed import")
            if time.monotonic() - begin > LONGEST:
                raise AccessError(f"{url!r} takes more than {LONGEST / 60:.0f} minutes", hint="fetch it another way")
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if promised.isdigit() and int(promised) != size:
        raise IncompleteRead(b"", int(promised) - size)
