from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.servers.osv import Osv, serving
from weighbridge.access.retries import Clock
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.inventory.advisories import download as module
from weighbridge.inventory.advisories.download import address, checked, download

CONTENT = bytes(range(256)) * 9_000


class Patient(Clock):
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.waited = 0.0

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


def fetch(tmp_path: Path, osv: Osv, path: str = "/PyPI/all.zip") -> Path:
    download(f"{osv.url}{path}", str(tmp_path / "got"), Patient())
    return tmp_path / "got"


@pytest.mark.parametrize("faults", [[], ["503"], ["cut", "429", "cut"]], ids=["none", "once", "three times"])
def test_an_export_comes_as_a_whole_sooner_or_later(tmp_path: Path, faults: list[str]) -> None:
    with serving(Osv(files={"/PyPI/all.zip": CONTENT}, faults={"/PyPI/all.zip": [*faults, ""]})) as osv:
        assert fetch(tmp_path, osv).read_bytes() == CONTENT
        assert len(osv.asked) == len(faults) + 1


@pytest.mark.parametrize(("fault", "words", "times"), [
    ("404", "answers 404", 1), ("403", "answers 403", 1), ("500", "answers 500", 4), ("cut", "ends too early", 4),
    ("location ftp://127.0.0.1/all.zip", "sends us elsewhere", 1),
    ("location http://feeds.example/all.zip", "not encrypted", 1),
    ("location file:///etc/passwd", "answers 302", 1),
])  # fmt: skip
def test_an_export_that_does_not_come_is_told(tmp_path: Path, fault: str, words: str, times: int) -> None:
    with serving(Osv(files={"/PyPI/all.zip": CONTENT}, faults={"/PyPI/all.zip": [fault] * 9})) as osv:
        with pytest.raises(AccessError, match=words):
            fetch(tmp_path, osv)
        assert len(osv.asked) == times


def test_a_server_may_send_us_where_we_would_have_gone(tmp_path: Path) -> None:
    with serving(Osv(files={"/b": CONTENT})) as osv:
        osv.faults["/a"] = [f"location {osv.url}/b"]
        assert fetch(tmp_path, osv, "/a").read_bytes() == CONTENT


def test_an_export_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", len(CONTENT) - 1)
    with serving(Osv(files={"/PyPI/all.zip": CONTENT})) as osv, pytest.raises(AccessError, match="more than"):
        fetch(tmp_path, osv)
    monkeypatch.undo()
    monkeypatch.setattr(module, "LONGEST", -1.0)
    with serving(Osv(files={"/PyPI/all.zip": CONTENT})) as osv, pytest.raises(AccessError, match="minutes"):
        fetch(tmp_path, osv)


def test_nobody_at_the_other_end_is_told(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/all.zip"
    with pytest.raises(AccessError, match="refused") as told:
        download(url, str(tmp_path / "got"), Patient())
    assert "nothing was changed" in told.value.hint


@pytest.mark.parametrize("url", [
    "", "all.zip", "/etc/passwd", "file:///etc/passwd", "ftp://feeds.example/a", "http://feeds.example/all.zip",
    "https://", "https://a b/", "https://[::1", "https://exämple/", "http://127.0.0.1.evil.example/",
])  # fmt: skip
def test_only_encrypted_addresses_and_this_machine_are_asked(url: str) -> None:
    with pytest.raises(UsageError):
        checked(url)
    assert checked(address("PyPI")).endswith("/PyPI/all.zip")
    assert checked(address("GitHub Actions")).endswith("/GitHub%20Actions/all.zip")
    assert checked("http://127.0.0.1:8080/all.zip")
