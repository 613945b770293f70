"""What the Hub lists: which commit a revision is, and the files of a commit with the digests claimed for them.

Every field is checked before it is believed: a listing that no git tree can have (a path that leads out of it, a path
twice, two sizes for one file) is an IntegrityError, an answer of another shape an AccessError. Shapes: the Hub's API,
``/api/{models,datasets,spaces}/{id}/revision/{revision}`` and ``/tree/{commit}``, pages linked by ``Link: rel="next"``.
"""

from __future__ import annotations

from weighbridge.access.hub.client import not_a_hub
from weighbridge.core.artifact import ListedFile
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.refs import is_commit, is_outside, is_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from weighbridge.access.hub.client import HubClient

MOST_FILES = 200_000
"""Files and folders of one commit; the Hub itself advises to stay below 100,000."""
MOST_PAGES = 2_000
LARGEST_LISTING = 256 << 20
"""Bytes of all pages; 200,000 files have some 80 MB."""
LONGEST_PATH = 4096
LONGEST_QUERY = 8192
LARGEST_FILE = 1 << 50
DEFAULT_REVISION = "main"


def commit_of(client: HubClient, repository: str, revision: str, what: str) -> str:
    """Ask which commit a branch or tag is; a full commit is taken as it is. Raises AccessError.

    ``repository`` is ``models/org/name`` and the like, encoded.
    """
    from urllib.parse import quote

    if is_commit(revision):
        return revision
    asked = quote(revision or DEFAULT_REVISION, safe="")
    answer, _ = client.document(f"/api/{repository}/revision/{asked}?expand=sha", what)
    commit = answer.get("sha") if isinstance(answer, dict) else None
    if not isinstance(commit, str) or not is_commit(commit):
        raise not_a_hub(what)
    return commit


def files_of(client: HubClient, repository: str, commit: str, what: str) -> tuple[ListedFile, ...]:
    """List all files of a commit, sorted by path; raises AccessError or IntegrityError."""
    found: dict[str, ListedFile] = {}
    for entry in _entries(client, f"/api/{repository}/tree/{commit}", what):
        if not isinstance(entry, dict):
            raise not_a_hub(what)
        path = _path(entry.get("path"), what)
        if entry.get("type") == "directory":
            continue
        if path in found:
            raise _lie(what, f"{path!r} is listed twice")
        found[path] = _file(path, entry, what)
    for path in found:
        if any(path[:at] in found for at, letter in enumerate(path) if letter == "/"):
            raise _lie(what, f"{path!r} lies below a file")
    return tuple(found[path] for path in sorted(found))


def _entries(client: HubClient, path: str, what: str) -> Iterator[Any]:
    query = "recursive=true&expand=false"
    seen: set[str] = set()
    count, before = 0, client.traffic.bytes
    while query:
        if query in seen or len(seen) >= MOST_PAGES or client.traffic.bytes - before > LARGEST_LISTING:
            raise AccessError(f"{what}: the listing goes round in circles", hint="check HF_ENDPOINT")
        seen.add(query)
        page, headers = client.document(f"{path}?{query}", what)
        if not isinstance(page, list):
            raise not_a_hub(what)
        count += len(page)
        if count > MOST_FILES:
            raise AccessError(
                f"{what} lists more than {MOST_FILES:,} files", hint="name a folder of it behind the name"
            )
        yield from page
        query = following(headers, what)


def following(headers: Mapping[str, str], what: str) -> str:
    """Give the query of the next page, empty behind the last; whose address it stands in does not matter."""
    from urllib.parse import urlsplit

    for link in headers.get("link", "").split(","):
        address, _, relation = link.partition(">")
        if "next" in relation:
            try:
                query = urlsplit(address.strip().removeprefix("<")).query
            except ValueError:
                query = ""
            if not query or not query.isascii() or not query.isprintable() or len(query) > LONGEST_QUERY:
                raise not_a_hub(what)
            return query
    return ""


def _path(said: object, what: str) -> str:
    if not isinstance(said, str):
        raise not_a_hub(what)
    parts = said.split("/")
    if is_outside(said) or "\0" in said or not all(parts) or "." in parts:
        raise _lie(what, f"it lists {said[:80]!r}, which is no path inside a repository")
    try:
        is_short = len(said.encode()) <= LONGEST_PATH
    except UnicodeEncodeError:
        is_short = False
    if not is_short:
        raise _lie(what, f"it lists {said[:80]!r}, which no system could hold")
    return said


def _file(path: str, entry: dict[str, Any], what: str) -> ListedFile:
    size, oid, xet, lfs = entry.get("size"), entry.get("oid"), entry.get("xetHash", ""), entry.get("lfs")
    if entry.get("type") != "file" or type(size) is not int or not isinstance(oid, str) or not is_commit(oid):
        raise not_a_hub(what)
    if not 0 <= size <= LARGEST_FILE:
        raise _lie(what, f"it lists {path!r} with {size} bytes")
    if not isinstance(xet, str) or (xet and not is_sha256(xet)):
        raise not_a_hub(what)
    if lfs is None:
        return ListedFile(path=path, size=size, git=oid, xet=xet)
    sha256 = lfs.get("oid") if isinstance(lfs, dict) else None
    if not isinstance(sha256, str) or not is_sha256(sha256):
        raise not_a_hub(what)
    if lfs.get("size") != size:
        raise _lie(what, f"it lists {path!r} with two sizes")
    # What git names is the pointer then, not the content.
    return ListedFile(path=path, size=size, sha256=sha256, xet=xet)


def _lie(what: str, words: str) -> IntegrityError:
    return IntegrityError(f"{what}: {words}", hint="the server is broken or lies: check HF_ENDPOINT, use nothing of it")
