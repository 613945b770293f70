"""A local Hugging Face Hub: what `huggingface_hub` and the `hf` command need of the API, counted, lying on request.

    with HubServer() as hub:
        repository = hub.repository("org/name")                       # also "datasets/org/name"; private, gated, xet …
        commit = repository.commit({"config.json": b"{}", "model.safetensors": virtual.safetensors(virtual.LLAMA_8B)})
        repository.commit({"new.py": b""}, branch="main", keep=True)  # a second commit; moves the branch
        repository.branches["main"] = commit                          # moves it back
        hub.fault("*/config.json", Fault(status=429, headers={"Retry-After": "1"}, times=3))
        subprocess.run(["hf", "download", "org/name"], env=os.environ | hub.environment(tmp_path))
        hub.requests("*/model.safetensors"), hub.sent("*/model.safetensors")     # how many requests, how many bytes
        hub.log, hub.forget()
        hub.adopt(monkeypatch, tmp_path)                               # for `huggingface_hub` in this process

As on the real one, `/resolve/` of a small file redirects to `/api/resolve-cache/…` on the same host, and of a file in
LFS to another host: here another name and port, `hub.cdn`, with paths `/cdn/<repository>/<sha256>/<path>`. Patterns are
those of `fnmatch` over the unquoted path, without the query; a file's own name at the end fits all of its places. The
token that is accepted is `hub.token`; requests with and without it are told apart in the log (`authorization`).
Repositories are in `tests/servers/hub_repository.py`, contents in `tests/servers/contents.py`, big ones in
`tests/servers/virtual.py`. Everything listens on 127.0.0.1 and ends with the `with` block.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.servers.contents import Content
from tests.servers.hub_repository import Repository

if TYPE_CHECKING:
    import pytest


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with requests whose path fits a pattern: `times` of them (-1: all), after `skip` good ones.

    `before` is called first, then the answer is as told: `status` without a body; `location`, a redirect there; `body`,
    these bytes as an answer of 200; `content`, other bytes under the listed file's headers. `headers` are added or
    replaced (empty: left out). `ignore_range` answers 200 with the whole file, `endless` goes on after its end, `cut`
    breaks the connection after so many bytes of the body, `stall` goes silent after so many, `short` leaves out bytes
    at the end and tells the length that is left, `total` is the size in Content-Range. These are about bodies and do
    nothing to a redirect, which counts all the same: `/cdn/*` and `/api/resolve-cache/*` are where files' bodies are.
    """

    times: int = -1
    skip: int = 0
    method: str = ""
    before: Callable[[], object] | None = None
    status: int = 0
    location: str = ""
    body: bytes | None = None
    content: Content | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ignore_range: bool = False
    endless: bool = False
    cut: int = -1
    stall: int = -1
    short: int = 0
    total: int = -1

    def strikes(self, method: str) -> bool:
        """Count a request that fits, and tell whether it is one that goes wrong."""
        if self.method not in {"", method}:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if not self.times:
            return False
        self.times -= 1
        return True


@dataclass(slots=True, kw_only=True)
class Request:
    """One request that came; `sent` counts bytes of the answer's body so far, `host` is hub or cdn."""

    host: str
    method: str
    path: str
    range: str
    authorization: str
    status: int = 0
    sent: int = 0


class HubServer:
    """Serves repositories from the moment it is entered; see the module."""

    def __init__(self, *, page: int = 1000) -> None:
        self.page = page
        """Entries on one page of `/tree/`."""
        self.token = "hf_INERTtokenOfTheLocalHub"
        self.repositories: dict[str, Repository] = {}
        self.log: list[Request] = []
        self.closing = threading.Event()
        self._faults: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()
        self._servers: list[_Listener] = []

    def __enter__(self) -> Self:
        from tests.servers.hub_handler import Handler

        for host in ("hub", "cdn"):
            listener = _Listener(("127.0.0.1", 0), Handler)
            listener.hub, listener.host = self, host
            self._servers.append(listener)
            threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for listener in self._servers:
            listener.shutdown()
            listener.server_close()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def cdn(self) -> str:
        """The other host, from which files in LFS come; older clients tell hosts apart by name only."""
        return f"http://localhost:{self._servers[1].server_port}"

    def environment(self, home: Path) -> dict[str, str]:
        """Variables under which the real client and its command talk to this server and keep to `home`."""
        return {
            "HF_ENDPOINT": self.url, "HF_HOME": str(home / "hf"), "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
        }  # fmt: skip

    def adopt(self, patch: pytest.MonkeyPatch, home: Path) -> None:
        """Let `huggingface_hub` in this process talk to this server and keep to `home`, signed in as nobody.

        It reads most variables once, when it is imported, so that its constants are set too; what is imported here for
        the first time does not keep this server's address.
        """
        from huggingface_hub import constants

        for name, content in self.environment(home).items():
            patch.setenv(name, content)
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "TRANSFORMERS_OFFLINE"):
            patch.delenv(name, raising=False)
        for name, setting in {
            "ENDPOINT": self.url, "HUGGINGFACE_CO_URL_TEMPLATE": self.url + "/{repo_id}/resolve/{revision}/{filename}",
            "HF_HOME": str(home / "hf"), "HF_HUB_CACHE": str(home / "hf" / "hub"), "HF_TOKEN_PATH": str(home / "token"),
            "HF_HUB_DISABLE_XET": True, "HF_HUB_DISABLE_TELEMETRY": True, "HF_HUB_OFFLINE": False,
        }.items():  # fmt: skip
            patch.setattr(constants, name, setting)

    def repository(
        self, name: str, *, private: bool = False, gated: bool = False, granted: bool = False, xet: bool = False
    ) -> Repository:
        """Make an empty repository, reachable at once."""
        made = Repository(id=name, private=private, gated=gated, granted=granted, xet=xet)
        self.repositories[name] = made
        return made

    def fault(self, pattern: str, fault: Fault) -> Fault:
        """Let something go wrong; the first fault that fits a request and strikes is the only one."""
        self._faults.append((pattern, fault))
        return fault

    def struck(self, method: str, path: str) -> Fault | None:
        """The fault of a request, if any."""
        with self._lock:
            return next(
                (fault for pattern, fault in self._faults if fnmatchcase(path, pattern) and fault.strikes(method)), None
            )

    def note(self, request: Request) -> None:
        """Count a request."""
        with self._lock:
            self.log.append(request)

    def requests(self, pattern: str = "*", *, method: str = "") -> int:
        """How many requests came."""
        return len(self._noted(pattern, method))

    def sent(self, pattern: str = "*", *, method: str = "") -> int:
        """How many bytes of bodies were written."""
        return sum(one.sent for one in self._noted(pattern, method))

    def forget(self) -> None:
        """Empty the log and take all faults away."""
        with self._lock:
            self.log.clear()
            self._faults.clear()

    def _noted(self, pattern: str, method: str) -> list[Request]:
        with self._lock:
            return [one for one in self.log if fnmatchcase(one.path, pattern) and method in {"", one.method}]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    hub: HubServer
    host: str

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about clients that hang up."""
