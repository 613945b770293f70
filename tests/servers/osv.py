"""A local OSV: answers ``POST /v1/query`` from records by the plainest evaluation, and serves exports of ecosystems.

The evaluation follows the text of https://ossf.github.io/osv-schema/ word for word, one record after the other: it is
what the store, which does it otherwise, is held against.
"""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from packaging.version import InvalidVersion, Version

Record = dict[str, Any]


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def parsed(version: str) -> Version | None:
    """A version, or None for one of before PEP 440."""
    try:
        return Version(version)
    except InvalidVersion:
        return None


def is_affected(record: Record, name: str, version: str) -> bool:
    """Evaluate one record for one version of a package of PyPI."""
    if record.get("withdrawn"):
        return False
    for affected in record["affected"]:
        package = affected["package"]
        if package["ecosystem"] != "PyPI" or normal(package["name"]) != name:
            continue
        if any(
            one == version or (parsed(one) and parsed(one) == parsed(version)) for one in affected.get("versions", ())
        ):
            return True
        if any(one["type"] == "ECOSYSTEM" and _in_range(one["events"], version) for one in affected.get("ranges", ())):
            return True
    return False


def _in_range(events: list[dict[str, str]], version: str) -> bool:
    asked = parsed(version)
    if asked is None:
        return False
    flat = [(kind, text) for event in events for kind, text in event.items()]
    if any(text != "0" and parsed(text) is None for _, text in flat):
        return False
    vulnerable = False
    lowest = Version("0.dev0")
    for kind, text in sorted(flat, key=lambda pair: lowest if pair[1] == "0" else parsed(pair[1]) or lowest):
        at = parsed(text)
        assert at is not None
        if kind == "introduced" and (text == "0" or asked >= at):
            vulnerable = True
        elif (kind == "fixed" and asked >= at) or (kind == "last_affected" and asked > at):
            vulnerable = False
    return vulnerable


def export(records: list[Record]) -> bytes:
    """The zip of an ecosystem, a file for each record."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return held.getvalue()


@dataclass(kw_only=True)
class Osv:
    """What is served: records to ask about, files to fetch by path, and what goes wrong with a path, once each."""

    records: list[Record] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    """Of a path: ``cut``, ``location URL`` or a status."""
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.by_name = defaultdict[str, list[Record]](list)
        for record in self.records:
            for name in {normal(one["package"]["name"]) for one in record["affected"]}:
                self.by_name[name].append(record)

    def affecting(self, name: str, version: str) -> list[Record]:
        """The records that affect a version."""
        return [one for one in self.by_name[normal(name)] if is_affected(one, normal(name), version)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer a question as OSV does: nothing at all where nothing is known."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self.server.osv.affecting(asked["package"]["name"], asked["version"])
        self._answer(200, json.dumps({"vulns": found} if found else {}).encode())

    def do_GET(self) -> None:
        """Give a file, or what goes wrong with it."""
        osv = self.server.osv
        osv.asked.append(self.path)
        body = osv.files.get(self.path)
        fault = osv.faults.get(self.path) or [""]
        match fault.pop(0).split():
            case ["cut"] if body is not None:
                self.close_connection = True
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2])
            case ["location", address]:
                self.send_response(302)
                self.send_header("Location", address)
                self.send_header("Content-Length", "0")
                self.end_headers()
            case [status]:
                self._answer(int(status), b"")
            case _:
                self._answer(404 if body is None else 200, body or b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    osv: Osv


@contextmanager
def serving(osv: Osv) -> Iterator[Osv]:
    """Serve on this machine while the block runs."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.osv = osv
    osv.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield osv
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
