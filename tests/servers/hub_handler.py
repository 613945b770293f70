"""The requests of the local Hub: routes, headers and bodies as huggingface.co has them; see `tests/servers/hub.py`."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.servers.contents import Content, Held
from tests.servers.hub import Fault, Request
from tests.servers.hub_repository import Repository, as_json, is_lfs

if TYPE_CHECKING:
    from tests.servers.hub import HubServer, _Listener

BLOCK = 1 << 16
ENDLESS = 256 << 20
"""Even an endless body ends before a broken client has filled the machine."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Code": code, "X-Error-Message": message} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 30

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the log is a list."""

    def do_HEAD(self) -> None:
        """Answer the headers of GET."""
        self._answer()

    def do_GET(self) -> None:
        """Answer a question or a file."""
        self._answer()

    def do_POST(self) -> None:
        """Answer `/paths-info/`."""
        self._answer()

    @property
    def hub(self) -> HubServer:
        """The server that this connection belongs to."""
        return cast("_Listener", self.server).hub

    def _answer(self) -> None:
        url = urlsplit(self.path)
        self.where = unquote(url.path)
        self.noted = Request(
            host=cast("_Listener", self.server).host, method=self.command, path=self.where,
            range=self.headers.get("Range") or "", authorization=self.headers.get("Authorization") or "",
        )  # fmt: skip
        self.hub.note(self.noted)
        self.query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.fault = self.hub.struck(self.command, self.where) or Fault(times=0)
        length = int(self.headers.get("Content-Length") or 0)
        self.form = parse_qs(self.rfile.read(length).decode()) if length else {}
        if self.fault.before:
            self.fault.before()
        try:
            if self.fault.location:
                self._say(302, {"Location": self.fault.location})
            elif self.fault.status:
                self._say(self.fault.status, {})
            elif self.fault.body is not None:
                self._say(200, {"Content-Type": "application/json"}, self.fault.body)
            else:
                self._route([unquote(part) for part in url.path.split("/")[1:]])
        except Refused as refused:
            self._say(refused.status, refused.headers, as_json({"error": str(refused)}))
        except OSError:
            self.close_connection = True  # the client has gone

    # Routes.

    def _route(self, parts: list[str]) -> None:
        match parts:
            case ["cdn", *_]:
                self._cdn()
            case ["api", "resolve-cache", kind, org, name, commit, *path]:
                repository = self._repository(kind, org, name)
                self._file(repository, self._commit(repository, commit), "/".join(path), final=True)
            case ["api", ("models" | "datasets" | "spaces") as kind, org, name, *rest]:
                self._api(self._repository(kind, org, name), rest)
            case [("datasets" | "spaces") as kind, org, name, "resolve", revision, *path]:
                self._resolve(self._repository(kind, org, name), revision, "/".join(path))
            case [org, name, "resolve", revision, *path]:
                self._resolve(self._repository("models", org, name), revision, "/".join(path))
            case _:
                raise Refused(404, "", "Not Found")

    def _repository(self, kind: str, org: str, name: str) -> Repository:
        found = self.hub.repositories.get(f"{org}/{name}" if kind == "models" else f"{kind}/{org}/{name}")
        given = self.headers.get("Authorization")
        if given and not self._is_known():
            raise Refused(401, "", "Invalid credentials in Authorization header")
        if found is None or (found.private and not given):
            # Who is nobody is not told whether it is missing or private.
            if given:
                raise Refused(404, "RepoNotFound", "Repository not found")
            raise Refused(401, "RepoNotFound", "Invalid username or password.")
        return found

    def _is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.hub.token}"

    def _commit(self, repository: Repository, revision: str) -> str:
        commit = repository.resolve(revision)
        if not commit:
            raise Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit

    def _api(self, repository: Repository, rest: list[str]) -> None:
        match rest:
            case []:
                self._json(repository.info(self._commit(repository, "main")))
            case ["revision", revision]:
                self._json(repository.info(self._commit(repository, revision)))
            case ["tree", revision, *folder]:
                self._tree(repository, self._commit(repository, revision), "/".join(folder))
            case ["paths-info", revision]:
                commit = self._commit(repository, revision)
                wanted = self.form.get("paths", [])
                self._json([repository.entry(commit, path) for path in wanted if path in repository.trees[commit]])
            case ["commits", revision]:
                self._paged(repository.history(self._commit(repository, revision)), 50)
            case ["refs"]:
                self._json(repository.refs())
            case _:
                raise Refused(404, "", "Not Found")

    def _tree(self, repository: Repository, commit: str, folder: str) -> None:
        recursive = self.query.get("recursive", "").lower() in {"1", "true"}
        entries = repository.entries(commit, folder, recursive=recursive)
        if folder and not entries:
            raise Refused(404, "EntryNotFound", f"{folder} does not exist on {commit}")
        self._paged(entries, int(self.query.get("limit", self.hub.page)))

    def _paged(self, entries: list[Any], most: int) -> None:
        size = min(most, self.hub.page)
        start = int(self.query.get("cursor", 0))
        headers = {}
        if start + size < len(entries):
            asked = "&".join(f"{name}={quote(value)}" for name, value in self.query.items() if name != "cursor")
            following = f"{self.hub.url}{quote(self.where)}?{asked}&cursor={start + size}"
            headers["Link"] = f'<{following}>; rel="next"'
        self._json(entries[start : start + size], headers)

    def _json(self, answer: object, headers: Mapping[str, str] | None = None) -> None:
        self._say(200, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, as_json(answer))

    # Files.

    def _resolve(self, repository: Repository, revision: str, path: str) -> None:
        commit = self._commit(repository, revision)
        if repository.gated and not (repository.granted and self._is_known()):
            message = f"Access to model {repository.name} is restricted and you are not in the authorized list."
            raise Refused(403 if self._is_known() else 401, "GatedRepo", message)
        content = repository.trees[commit].get(path)
        if content is None:
            raise Refused(404, "EntryNotFound", "Entry not found", X_Repo_Commit=commit)
        self._file(repository, commit, path, final=False)

    def _file(self, repository: Repository, commit: str, path: str, *, final: bool) -> None:
        content = repository.trees[commit][path]
        lfs = is_lfs(path, content)
        etag = content.sha256 if lfs else content.git
        headers = {"X-Repo-Commit": commit, "X-Linked-Size": str(content.size), "X-Linked-ETag": f'"{etag}"'}
        if final:
            self._content(content, headers | {"ETag": f'"{etag}"'})
        elif lfs:
            place = f"{self.hub.cdn}/cdn/{quote(repository.id)}/{content.sha256}/{quote(path)}"
            self._say(302, headers | {"Accept-Ranges": "bytes", "Location": place + "?Expires=1&Signature=INERT"})
        else:
            place = f"/api/resolve-cache/{repository.kind}/{quote(repository.name)}/{commit}/{quote(path)}"
            self._say(307, headers | {"Location": f"{place}?etag=%22{etag}%22"})

    def _cdn(self) -> None:
        for repository in self.hub.repositories.values():
            rest = self.where.removeprefix(f"/cdn/{repository.id}/")
            if rest != self.where:
                sha256, _, path = rest.partition("/")
                for tree in repository.trees.values():
                    if path in tree and tree[path].sha256 == sha256:
                        self._content(tree[path], {"ETag": f'"{sha256}"'})
                        return
        raise Refused(403, "", "Forbidden")

    def _content(self, content: Content, headers: Mapping[str, str]) -> None:
        content = self.fault.content or content
        size = content.size
        start, end, status = 0, size, 200
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        told = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream", **headers}
        if asked and asked.group() != "bytes=-" and not self.fault.ignore_range:
            first, last = asked.groups()
            start = int(first) if first else max(0, size - int(last))
            end = min(int(last) + 1, size) if first and last else size
            if start >= size:
                self._say(416, told | {"Content-Range": f"bytes */{size}"})
                return
            total = size if self.fault.total < 0 else self.fault.total
            status, told["Content-Range"] = 206, f"bytes {start}-{end - 1}/{total}"
        self._stream(status, told, content, start, end - self.fault.short)

    def _stream(self, status: int, headers: Mapping[str, str], content: Content, start: int, end: int) -> None:
        if not self.fault.endless:
            headers = {**headers, "Content-Length": str(end - start)}
        self._head(status, headers)
        if self.command == "HEAD":
            return
        limit = ENDLESS if self.fault.endless else end - start
        for bound in (self.fault.cut, self.fault.stall):
            limit = min(limit, bound) if bound >= 0 else limit
        while self.noted.sent < limit:
            length = min(BLOCK, limit - self.noted.sent)
            block = content.read_at(start + self.noted.sent, length)
            self._write(block + bytes(length - len(block)))
        self.wfile.flush()
        if self.fault.stall >= 0:
            self.hub.closing.wait(self.timeout)
        if self.fault.endless or self.fault.stall >= 0 or self.fault.cut >= 0:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    # Answers.

    def _say(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        if status < 300 and (self.fault.endless or self.fault.cut >= 0 or self.fault.stall >= 0):
            self._stream(status, headers, Held(body), 0, len(body))
            return
        self._head(status, {**headers, "Content-Length": str(len(body))})
        if self.command != "HEAD":
            self._write(body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.noted.status = status
        self.send_response(status)
        for name, value in _replaced(headers, self.fault.headers).items():
            self.send_header(name, value)
        if self.fault.endless:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()

    def _write(self, block: bytes) -> None:
        self.noted.sent += len(block)  # before the client can look at the log
        self.wfile.write(block)


def _replaced(headers: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    changed = {name.lower() for name in changes}
    kept = {name: value for name, value in headers.items() if name.lower() not in changed}
    return kept | {name: value for name, value in changes.items() if value}
