"""Any bytes, any archive, any directory: a report with gaps; never a traceback, a hang or a write."""

from __future__ import annotations

import os
import resource
import socket
import struct
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import carriers, polyglots, streams, zips
from tests.builders.pickles import SAMPLES, SHELL, dumps, pickled_call
from tests.e2e.command import Ran, files, weigh, without_rights
from tests.effort import is_quick

ENDS = {0, 1, 3}


def weighed(target: Path, *more: str, **how: Any) -> Ran:
    ran = weigh("scan", target, "--format", "json", "-q", *more, **how)
    assert ran.code in ENDS, ran
    assert ran.err == ""
    return ran


def reasons(ran: Ran, root: Path) -> dict[str, list[str]]:
    """The gaps of each file, by its path below the root, and those of directories, whose paths end in a slash."""
    found = {path.removeprefix(f"{root}/"): file["gaps"] for path, file in files(ran).items()}
    for artifact in ran.report["artifacts"]:
        for gap in artifact["gaps"]:
            found.setdefault(f"{gap['location'].get('member', '')}/", []).append(gap)
    return {path: [gap["reason"] for gap in gaps] for path, gaps in found.items()}


# -- directories --------------------------------------------------------------------------------------------------


def test_a_directory_of_everything_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty-directory").mkdir()
    (tmp_path / "empty").touch()
    for name, target in {"loop": "loop", "up": "..", "self": ".", "dead": "nowhere", "zero": "/dev/zero"}.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "ok.pkl").write_bytes(dumps(1))
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(tmp_path, os.O_PATH)
        listening.bind(f"/proc/self/fd/{here}/socket")  # a socket's path must be short
        os.close(here)
        ran = weighed(tmp_path)
    assert reasons(ran, tmp_path) == {
        "dead": ["a link that leads nowhere"], "empty": [], "loop": ["too many levels of symbolic links"], "ok.pkl": [],
        "pipe": ["a pipe is not opened"], "socket": ["a socket is not opened"],
        "up/": ["a link to a directory is not followed"], "zero": ["a character device is not opened"],
    }  # fmt: skip
    assert ran.code == 3
    for odd in ("pipe", "socket", "/dev/null", "loop"):
        alone = weigh("scan", odd, cwd=tmp_path)
        assert alone.code == (2 if odd == "loop" else 3)


def test_what_may_not_be_read_is_a_gap_and_everything_else_is_weighed(tmp_path: Path) -> None:
    for path in ("locked.pkl", "folder/inside.pkl", "listed/inside.pkl", "ok.pkl"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(dumps(1))
    (tmp_path / "locked.pkl").chmod(0)
    (tmp_path / "folder").chmod(0)
    (tmp_path / "listed").chmod(0o444)
    try:
        ran = weighed(tmp_path, preexec_fn=without_rights)
        assert reasons(ran, tmp_path) == {
            "folder/": ["a directory: permission denied"],
            "listed/inside.pkl": ["permission denied"], "locked.pkl": ["permission denied"], "ok.pkl": [],
        }  # fmt: skip
        assert ran.code == 3
        included = weighed(tmp_path, "--include", "ok.pkl", preexec_fn=without_rights)
        assert set(reasons(included, tmp_path)) == {"folder/", "ok.pkl"}
        alone = weigh("scan", tmp_path / "folder", preexec_fn=without_rights)
        assert alone.code == 3
        assert "There was no file to look at." in alone.out
        assert "a directory: permission denied" in alone.out
        alone = weigh("scan", tmp_path / "folder" / "inside.pkl", preexec_fn=without_rights)
        assert (alone.code, alone.out) == (2, "")
        assert "permission denied" in alone.err
        assert "check the rights" in alone.err
        unwritable = weigh("scan", tmp_path / "ok.pkl", "-o", tmp_path / "folder" / "out", preexec_fn=without_rights)
        assert (unwritable.code, unwritable.out) == (2, "")
        assert "permission denied" in unwritable.err or "there is no directory" in unwritable.err
    finally:
        for path in ("folder", "listed"):
            (tmp_path / path).chmod(0o755)


NAMES = [
    b"new\nline.pkl", b"escape\x1b[2J\x1b]0;owned\x07.pkl", "bidi\u202egnp.pkl".encode(), b"not utf-8 \xff\xfe.pkl",
    b" leading and trailing .pkl ", b"-rf", b"--help", "名前 é.pkl".encode(), b"quote'\"`$(touch owned).pkl",
    b"\x7f\x01\x02", "zero\u200bwidth\ufeff".encode(), b"x" * 255, b"<img src=x onerror=alert(1)>.pkl", b"a\\b",
    b"back\rreturn", b"*?[a]", "\u2028line".encode(), b"%s{0}\\x41",
]  # fmt: skip


@pytest.mark.parametrize("format_name", ["text", "json", "sarif", "html", "markdown"])
def test_any_name_is_shown_without_harm(tmp_path: Path, format_name: str) -> None:
    root = os.fsencode(tmp_path)
    for name in NAMES:
        with open(os.path.join(root, name), "wb") as file:
            file.write(pickled_call(SHELL))
    ran = weigh("scan", tmp_path, "--format", format_name, "-v", "--quiet")
    assert ran.code == 1
    shown = ran.out.replace("\n", "")
    assert shown.isprintable() or format_name in {"json", "sarif"}
    assert not any(character in ran.out for character in "\x1b\x07\r\u202e\u200b\u2028\x7f\x01")
    assert "<img" not in ran.out or format_name != "html"
    if format_name == "json":
        assert len(files(ran)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_can_be_a_target(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(pickled_call(SHELL))
    assert weigh("scan", path).code == 1
    assert weigh("scan", "--", name, cwd=tmp_path).code == 1


def test_a_target_that_is_missing_is_named_without_harm(tmp_path: Path) -> None:
    ran = weigh("scan", b"missing\x1b[2J\n\xff", cwd=tmp_path)
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert len(ran.err.splitlines()) == 2


def spent() -> float:
    """Seconds of processor time of all processes that this one has started and waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_ten_thousand_small_files(tmp_path: Path) -> None:
    (tmp_path / "00000.pkl").write_bytes(dumps([1, 2, 3]))
    for number in range(1, 9_999):
        os.link(tmp_path / "00000.pkl", f"{tmp_path}/{number:05}.pkl")
    (tmp_path / "bad.pkl").write_bytes(pickled_call(SHELL))
    before = spent()
    ran = weigh("scan", tmp_path, "-o", f"json={tmp_path.parent / 'report.json'}", "--quiet")
    assert is_quick(spent() - before, 20)
    assert ran.code == 1
    assert "1 of 10,000 files runs code when it is loaded" in ran.out
    assert len(ran.out.splitlines()) < 20


# -- files that do not keep still ---------------------------------------------------------------------------------


class Changing(threading.Thread):
    """Changes a file again and again while it is scanned."""

    def __init__(self, path: Path, sizes: tuple[int, ...]) -> None:
        super().__init__(daemon=True)
        self.path, self.sizes = path, sizes
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            for size in self.sizes:
                os.truncate(self.path, size)
                time.sleep(0.0005)


@pytest.mark.parametrize("build", ["zip", "pickle", "safetensors", "gz"])
def test_a_file_that_shrinks_and_grows_while_it_is_read(tmp_path: Path, build: str) -> None:
    payload = dumps([b"\1" * 60_000] * 200)
    header = b'{"a":{"dtype":"U8","shape":[12000000],"data_offsets":[0,12000000]}}'
    content = {
        "zip": zips.plain({f"{number}.pkl": payload[:60_000] for number in range(200)}),
        "pickle": payload,
        "safetensors": struct.pack("<Q", len(header)) + header + bytes(12_000_000),
        "gz": streams.gzipped(payload),
    }[build]
    path = tmp_path / "model"
    path.write_bytes(content)
    changing = Changing(path, (len(content) // 3, len(content), 10 * len(content), 0))
    changing.start()
    try:
        for _ in range(5):
            (found,) = files(weighed(path, "--no-cache")).values()
            assert found["verdict"] != "malicious"
            assert not any(gap["kind"] == "crashed" and "killed" not in gap["reason"] for gap in found["gaps"]), found
    finally:
        changing.stop.set()
        changing.join()


def test_files_that_come_and_go(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.pkl").write_bytes(dumps(number))
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            for number in range(0, 300, 7):
                path = tmp_path / f"{number:03}.pkl"
                path.unlink(missing_ok=True)
                path.mkdir() if number % 2 else path.write_bytes(b"")
            for number in range(0, 300, 7):
                path = tmp_path / f"{number:03}.pkl"
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)

    thread = threading.Thread(target=come_and_go, daemon=True)
    thread.start()
    try:
        for _ in range(5):
            found = files(weighed(tmp_path))
            assert len(found) >= 250
            assert {gap["kind"] for file in found.values() for gap in file["gaps"]} <= {"unread"}
    finally:
        stop.set()
        thread.join()


def test_files_that_the_system_does_not_give(tmp_path: Path) -> None:
    for odd in ("mem", "status", "maps", "environ"):
        assert weighed(Path(f"/proc/self/{odd}")).code in {1, 3}
    ran = weighed(Path("/proc/self/mem"))
    assert reasons(ran, Path("/proc/self")) == {"mem": ["reading it failed: input/output error"]}
    assert weighed(Path("/proc/self/attr")).code in ENDS


# -- bytes --------------------------------------------------------------------------------------------------------

SEEDS = [
    dumps({"a": 1}), pickled_call(SHELL), zips.plain({"a.pkl": dumps(1)}), streams.gzipped(dumps(1)),
    streams.zstd_frame(dumps(1)), streams.lz4_frame(dumps(1)), polyglots.pickle_then_zip(),
    *(carrier.around(pickled_call(SHELL)) for carrier in carriers.CARRIERS.values()),
]  # fmt: skip
SUFFIXES = [
    "",
    ".pkl",
    ".pt",
    ".npy",
    ".npz",
    ".safetensors",
    ".zip",
    ".tar",
    ".7z",
    ".gz",
    ".joblib",
    ".json",
    ".onnx",
]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """An honest or hostile file with some bytes changed, cut, doubled or put in front."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        how = draw(st.sampled_from(["change", "cut", "insert", "double"]))
        if how == "change" and at < len(content):
            content[at] = draw(st.integers(0, 255))
        elif how == "cut":
            del content[at : at + draw(st.integers(1, 40))]
        elif how == "insert":
            content[at:at] = draw(st.binary(max_size=20))
        else:
            content += content[at : at + 200]
    return bytes(content)


CONTENTS = st.tuples(st.one_of(st.binary(max_size=200), spoilt()), st.sampled_from(SUFFIXES))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CONTENTS, min_size=150, max_size=150))
def test_arbitrary_bytes_never_end_in_a_bug(
    tmp_path_factory: pytest.TempPathFactory, contents: list[tuple[bytes, str]]
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for number, (content, suffix) in enumerate(contents):
        (folder / f"{number:03}{suffix}").write_bytes(content)
    found = files(weighed(folder))
    assert len(found) == len(contents)
    for path, file in found.items():
        assert not any(gap["kind"] == "crashed" for gap in file["gaps"]), (path, file, Path(path).read_bytes())
        assert file["size"] == os.path.getsize(path)


def test_every_bomb_and_every_published_stream_is_weighed(tmp_path: Path) -> None:
    for number, sample in enumerate(SAMPLES):
        (tmp_path / f"{number:03}-{sample.name[:80].replace('/', '_')}.pkl").write_bytes(sample.build())
    found = files(weighed(tmp_path))
    assert len(found) == len(SAMPLES)
    assert {path: file["gaps"] for path, file in found.items() if "crashed" in str(file["gaps"])} == {}
    assert not {path for path, file in found.items() if file["verdict"] == "clean" and "bomb" not in path}


def test_nothing_is_written_but_the_memory(tmp_path: Path) -> None:
    target, home = tmp_path / "target", tmp_path / "home"
    target.mkdir()
    home.mkdir()
    (target / "large.pkl").write_bytes(dumps(b"\1" * 300_000))
    for label, carrier in carriers.CARRIERS.items():
        (target / label).mkdir()
        (target / label / carrier.name).write_bytes(carrier.around(pickled_call(SHELL)))
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in target.rglob("*")}
    here = tmp_path / "here"
    here.mkdir()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    weigh("scan", target, cwd=here, env={"HOME": str(home), "XDG_CACHE_HOME": "", "TMPDIR": str(scratch)})
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in target.rglob("*")} == before
    assert list(here.iterdir()) == list(scratch.iterdir()) == []
    written = {path.relative_to(home).parts[:2] for path in home.rglob("*") if path.is_file()}
    assert written == {(".cache", "weighbridge")}
    weigh("scan", target, "--no-cache", cwd=here, env={"HOME": str(tmp_path / "other"), "XDG_CACHE_HOME": ""})
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("command", ["inventory", "bom"])
def test_a_directory_that_may_not_be_listed_is_an_error_and_no_empty_answer(command: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o311)
    try:
        ran = weigh(command, tmp_path, preexec_fn=without_rights)
    finally:
        tmp_path.chmod(0o755)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"weighbridge: cannot open '{tmp_path}': permission denied\n  check the rights on the path\n"
