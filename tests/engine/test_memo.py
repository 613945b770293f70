"""Answers are remembered for exactly the same content, name, rules and version, and a broken memory is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders.pickles import SHELL, dumps, pickled_call
from weighbridge.access.local import Found, find
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.report import FileReport
from weighbridge.core.values import replace
from weighbridge.engine import memo as memo_module
from weighbridge.engine.executors import Inline
from weighbridge.engine.memo import WORTH_KEEPING, Memo, cache_directory
from weighbridge.engine.scan import ScanRequest, scan
from weighbridge.engine.wire import Answer

LARGE = dumps(b"\1" * WORTH_KEEPING)
HOSTILE = dumps(b"\1" * WORTH_KEEPING) + pickled_call(SHELL)


class Watched(Inline):
    """Counts what is really examined."""

    def __init__(self) -> None:
        super().__init__()
        self.examined: list[str] = []

    def run(self, tasks):  # type: ignore[no-untyped-def]
        for task in tasks:
            self.examined.append(task.name)
            yield from super().run([task])


def weighed(memo: Memo, *targets: Path) -> tuple[tuple[FileReport, ...], list[str]]:
    """The reports of a scan and which files were examined for them."""
    executor = Watched()
    report = scan(ScanRequest(targets=tuple(map(str, targets))), executor, memo=memo)
    return tuple(file for artifact in report.artifacts for file in artifact.files), executor.examined


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "model.pkl"
    path.write_bytes(HOSTILE)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


def test_the_second_scan_examines_nothing_and_says_the_same(model: Path, cache: str) -> None:
    first, examined = weighed(Memo(cache), model)
    assert examined == ["model.pkl"]
    assert first[0].findings
    again, examined = weighed(Memo(cache), model)
    assert examined == []
    assert again == first


def test_the_same_content_elsewhere_is_known_under_its_own_path(model: Path, cache: str, tmp_path: Path) -> None:
    first, _ = weighed(Memo(cache), model)
    (tmp_path / "other").mkdir()
    copy = tmp_path / "other" / "model.pkl"
    copy.write_bytes(HOSTILE)
    again, examined = weighed(Memo(cache), copy)
    assert examined == []
    assert again == (replace(first[0], path=str(copy)),)


def test_another_name_is_examined_anew(model: Path, cache: str) -> None:
    weighed(Memo(cache), model)
    renamed = model.rename(model.with_name("model.safetensors"))
    reports, examined = weighed(Memo(cache), renamed)
    assert examined == ["model.safetensors"]
    assert "HID205" in {finding.rule for finding in reports[0].findings}


def test_another_content_of_the_same_size_and_date_is_examined_anew(model: Path, cache: str) -> None:
    before = model.stat()
    first, _ = weighed(Memo(cache), model)
    model.write_bytes(HOSTILE[:100] + b"\2" + HOSTILE[101:])
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    again, examined = weighed(Memo(cache), model)
    assert examined == ["model.pkl"]
    assert again[0].sha256 != first[0].sha256


@pytest.mark.parametrize("change", ["rules", "version", "disabled", "decoders"])
def test_other_rules_and_versions_do_not_share(
    model: Path, cache: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed(Memo(cache), model)
    if change == "rules":
        monkeypatch.setattr(memo_module, "DIGEST", "sha256:" + "0" * 64)
    if change == "version":
        monkeypatch.setattr(memo_module, "__version__", "99.0")
    if change == "decoders":
        monkeypatch.setattr(memo_module, "_OPTIONAL", ("lz4", "json"))
    memo = Memo(cache, disabled=frozenset({"HID203"} if change == "disabled" else ()))
    assert weighed(memo, model)[1] == ["model.pkl"]
    assert weighed(memo, model)[1] == []


def kept(cache: str) -> list[Path]:
    return [path for path in Path(cache).rglob("*") if path.is_file()]


@pytest.mark.parametrize("spoil", [b"", b"{}", b"\xff\0", b'{"size":1}', HOSTILE, b"[" * 100_000], ids=range(6))
def test_a_corrupted_entry_is_ignored_and_replaced(model: Path, cache: str, spoil: bytes) -> None:
    first, _ = weighed(Memo(cache), model)
    (entry,) = kept(cache)
    entry.write_bytes(spoil)
    again, examined = weighed(Memo(cache), model)
    assert examined == ["model.pkl"]
    assert again == first
    assert weighed(Memo(cache), model)[1] == []


def test_an_entry_of_another_content_is_not_believed(model: Path, cache: str) -> None:
    honest = model.with_name("honest.pkl")
    honest.write_bytes(LARGE.ljust(len(HOSTILE), b"\0"))
    weighed(Memo(cache), model, honest)
    by_digest = {path: path.read_text() for path in kept(cache)}
    assert len(by_digest) == 2
    for path, other in zip(by_digest, reversed(by_digest.values()), strict=True):
        path.write_text(other)
    reports, examined = weighed(Memo(cache), model, honest)
    assert examined == ["model.pkl", "honest.pkl"]
    assert reports[0].findings


def test_foreign_files_in_the_cache_do_no_harm(model: Path, cache: str) -> None:
    weighed(Memo(cache), model)
    folder = kept(cache)[0].parent
    for name in ("²-x", "9" * 200, "x", "-", "1.5-x", os.fsdecode(b"\xff")):
        (folder / name).touch()
    (folder / f"{len(HOSTILE)}-directory").mkdir()
    assert weighed(Memo(cache), model)[1] == []


def test_small_files_and_names_that_are_not_text(tmp_path: Path, cache: str) -> None:
    small, odd = tmp_path / "small.pkl", tmp_path / os.fsdecode(b"\xff\n\x1b[2J.pkl")
    small.write_bytes(dumps(1))
    odd.write_bytes(HOSTILE)
    weighed(Memo(cache), small, odd)
    assert len(kept(cache)) == 1
    assert weighed(Memo(cache), small, odd)[1] == ["small.pkl"]


def answer(**changes: object) -> Answer:
    made = Answer(size=WORTH_KEEPING, sha256="a" * 64, formats=(), findings=(), gaps=(), program=(), version="1")
    return replace(made, **changes)


@pytest.mark.parametrize("kind", [GapKind.CRASHED, GapKind.UNREAD])
def test_what_may_be_otherwise_next_time_is_not_remembered(model: Path, cache: str, kind: GapKind) -> None:
    (found,) = find(str(model))
    Memo(cache).store(found, answer(gaps=(Gap(kind=kind, reason="r"),)))
    assert kept(cache) == []
    Memo(cache).store(found, answer(gaps=(Gap(kind=GapKind.UNSUPPORTED, reason="r"),)))
    assert len(kept(cache)) == 1


def test_nothing_is_left_half_written_and_a_full_disk_is_no_error(
    model: Path, cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    first, _ = weighed(Memo(cache), model)
    assert first[0].findings
    assert kept(cache) == []


@pytest.mark.parametrize("what", ["a file", "below a file", "no name"])
def test_an_unusable_directory_is_no_error(model: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "file").touch()
    directory = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "x", "no name": Path("/proc/none")}[
        what
    ]
    first, _ = weighed(Memo(str(directory)), model)
    assert weighed(Memo(str(directory)), model) == (first, ["model.pkl"])


def test_the_oldest_are_forgotten(model: Path, cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "ENTRIES", 10)
    memo = Memo(cache)
    (found,) = find(str(model))
    for number in range(11):
        memo.store(found, answer(sha256=f"{number:064x}"))
        for path in kept(cache):
            if f"-{number:064x}-" in path.name:
                os.utime(path, (number, number))
    left = sorted(path.name.split("-")[1] for path in kept(cache))
    assert left == [f"{number:064x}" for number in range(2, 11)]


def test_a_file_that_is_gone_is_not_recalled(model: Path, cache: str) -> None:
    weighed(Memo(cache), model)
    (found,) = find(str(model))
    model.unlink()
    assert Memo(cache).recall(found) is None
    assert Memo(cache).recall(Found(path="x", real="x", size=len(HOSTILE))) is None


@pytest.mark.parametrize(
    ("variables", "directory"),
    [
        ({"XDG_CACHE_HOME": "/x"}, "/x/weighbridge"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/weighbridge"),
        ({"HOME": "/h"}, "/h/.cache/weighbridge"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/weighbridge"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "relative"}, None),
    ],
)
def test_the_users_cache_directory(
    variables: dict[str, str], directory: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, content in variables.items():
        monkeypatch.setenv(name, content)
    assert cache_directory() == directory
