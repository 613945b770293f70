"""A local OCI registry: what `oras` needs to push and pull, counted, with passwords, tokens and faults on request.

    with RegistryServer() as registry:
        registry.blobs, registry.manifests                      # by digest; (repository, tag or digest)
        registry.fault("*/blobs/*", Fault(content=b"other"))    # patterns are those of `fnmatch` over the path
        registry.log                                            # (method, path, headers) of every request

`auth` is none, basic or bearer; then `user` and `password` are asked for, or a token of `/token`, which may lie
elsewhere (`realm`). Everything listens on 127.0.0.1 and ends with the `with` block.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with GET requests whose path fits: `times` of them (-1: all).

    `status` answers without a body, `location` redirects, `content` replaces the bytes, `short` leaves out bytes at the
    end under an honest Content-Length, `cut` closes the connection after so many bytes, `endless` goes on for ever,
    `ignore_range` gives the whole, `headers` are added or replace others.
    """

    times: int = -1
    status: int = 0
    location: str = ""
    content: bytes | None = None
    cut: int = -1
    endless: bool = False
    ignore_range: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class RegistryServer:
    """Serves from the moment it is entered; see the module."""

    user, password, token = "somebody", "inert-password", "inert-token"

    def __init__(self, *, auth: str = "none", realm: str = "") -> None:
        self.auth, self.realm = auth, realm
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.log: list[tuple[str, str, dict[str, str]]] = []
        self.faults: list[tuple[str, Fault]] = []

    def __enter__(self) -> Self:
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.registry = self
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        """Address and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def fault(self, pattern: str, fault: Fault) -> None:
        """Let requests go wrong."""
        self.faults.append((pattern, fault))

    def requests(self, pattern: str, method: str = "GET") -> list[dict[str, str]]:
        """Headers of the requests whose path fits."""
        return [headers for verb, path, headers in self.log if verb == method and fnmatchcase(path, pattern)]

    def put(self, content: bytes) -> dict[str, Any]:
        """Keep a blob; gives its descriptor without a media type."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.blobs[digest] = content
        return {"digest": digest, "size": len(content)}

    def put_manifest(self, repository: str, tag: str, document: object, media_type: str = "") -> str:
        """Keep a manifest under a tag and its digest, which is given."""
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        kind = media_type or "application/vnd.oci.image.manifest.v1+json"
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        for name in (tag, digest):
            self.manifests[repository, name] = content, kind
        return digest


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    registry: RegistryServer

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._dispatch("GET")

    def do_HEAD(self) -> None:
        self._dispatch("HEAD")

    def do_POST(self) -> None:
        self._dispatch("POST")

    def do_PUT(self) -> None:
        self._dispatch("PUT")

    def _dispatch(self, method: str) -> None:
        registry, parts = self.server.registry, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        registry.log.append((method, parts.path, {key.lower(): said for key, said in self.headers.items()}))
        if method == "GET" and (fault := self._fault(parts.path)):
            self._wrong(fault, parts.path)
        elif parts.path == "/token":
            self._token(body)
        elif not self._is_allowed():
            self._challenge()
        elif method in {"POST", "PUT"}:
            self._kept(method, parts.path, parse_qs(parts.query), body)
        else:
            self._given(parts.path)

    def _fault(self, path: str) -> Fault | None:
        for pattern, fault in self.server.registry.faults:
            if fault.times and fnmatchcase(path, pattern):
                fault.times -= 1
                return fault
        return None

    # -- who may ------------------------------------------------------------------------------------------------------

    @property
    def _basic(self) -> str:
        registry = self.server.registry
        return "Basic " + base64.b64encode(f"{registry.user}:{registry.password}".encode()).decode()

    def _is_allowed(self) -> bool:
        registry, given = self.server.registry, self.headers.get("Authorization", "")
        expected = {"none": given, "basic": self._basic, "bearer": f"Bearer {registry.token}"}
        return given == expected[registry.auth]

    def _challenge(self) -> None:
        registry = self.server.registry
        realm = registry.realm or f"http://{registry.host}/token"
        asked = 'Basic realm="registry"' if registry.auth == "basic" else f'Bearer realm="{realm}",service="it"'
        self._answer(401, b"{}", {"WWW-Authenticate": asked})

    def _token(self, body: bytes) -> None:
        by_refresh = b"refresh_token=inert-refresh" in body
        if by_refresh or self.headers.get("Authorization", "") == self._basic:
            self._answer(200, json.dumps({"token": self.server.registry.token}).encode(), {})
        else:
            self._answer(401, b"{}", {})

    # -- what is there ------------------------------------------------------------------------------------------------

    def _kept(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> None:
        registry = self.server.registry
        if method == "POST":
            self._answer(202, b"", {"Location": f"http://{registry.host}{path}session"})
        elif "/manifests/" in path:
            repository, _, tag = path.removeprefix("/v2/").partition("/manifests/")
            digest = registry.put_manifest(repository, tag, body, self.headers.get("Content-Type", ""))
            self._answer(201, b"", {"Docker-Content-Digest": digest})
        else:
            stored = registry.put(body)
            self._answer(201 if query.get("digest") == [stored["digest"]] else 400, b"", {})

    def _given(self, path: str) -> None:
        registry = self.server.registry
        if "/manifests/" in path:
            repository, _, name = path.removeprefix("/v2/").partition("/manifests/")
            content, kind = registry.manifests.get((repository, name), (None, ""))
            if content is not None:
                digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
                self._answer(200, content, {"Content-Type": kind, "Docker-Content-Digest": digest})
                return
        content = registry.blobs.get(path.rpartition("/blobs/")[2])
        if content is None:
            self._answer(404, b'{"errors": []}', {})
        else:
            self._ranged(content, {})

    def _ranged(self, content: bytes, headers: dict[str, str]) -> None:
        wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
        if not wanted:
            self._answer(200, content, headers)
            return
        start, stop = int(wanted[1]), min(int(wanted[2]) + 1, len(content))
        told = {"Content-Range": f"bytes {start}-{stop - 1}/{len(content)}"} | headers
        self._answer(206, content[start:stop], told)

    def _wrong(self, fault: Fault, path: str) -> None:
        content = fault.content if fault.content is not None else self.server.registry.blobs.get(path[-71:], b"")
        if fault.location:
            self._answer(307, b"", {"Location": fault.location} | fault.headers)
        elif fault.status:
            self._answer(fault.status, b"{}", fault.headers)
        elif fault.endless:
            self.close_connection = True
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(content or bytes(1 << 16))
            except OSError:
                return
        elif fault.cut >= 0:
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: fault.cut])
        elif fault.ignore_range:
            self._answer(200, content, fault.headers)
        else:
            self._ranged(content, fault.headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, said in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(key, said)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
