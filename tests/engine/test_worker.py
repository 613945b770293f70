"""What a worker answers: one bounded document for each open file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.builders.pickles import SHELL, dumps, pickled_call
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.engine import worker
from weighbridge.engine.wire import Answer, loads, request

HOSTILE = pickled_call(SHELL)


def answered(path: Path | str, *, trace: bool = False, disabled: tuple[str, ...] = ()) -> Answer | Gap:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return loads(worker.answer(request("model.pkl", trace=trace, disabled=disabled), descriptor))
    finally:
        os.close(descriptor)


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_answers", {})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "any name"
    path.write_bytes(HOSTILE)
    return path


def test_an_answer_tells_everything_about_the_content(model: Path) -> None:
    found = answered(model)
    assert isinstance(found, Answer)
    assert (found.size, found.sha256) == (len(HOSTILE), hashlib.sha256(HOSTILE).hexdigest())
    assert [finding.rule for finding in found.findings] == ["EXE101"]
    assert (found.formats, found.gaps, found.program) == (("pickle",), (), ())


def test_a_trace_comes_when_it_is_asked_for(model: Path) -> None:
    found = answered(model, trace=True)
    assert isinstance(found, Answer)
    assert any("posix.system" in line for line in found.program)


def test_rules_are_off_for_the_one_request_only(model: Path) -> None:
    rules = []
    for disabled in ((), ("EXE101",), ()):
        found = answered(model, disabled=disabled)
        assert isinstance(found, Answer)
        rules.append([finding.rule for finding in found.findings])
    assert rules == [["EXE101"], [], ["EXE101"]]


def test_a_program_that_is_too_long_for_an_answer_is_left_out(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MAX_PROGRAM_ANSWER", 100)
    found = answered(model, trace=True)
    assert isinstance(found, Answer)
    assert found.program == ()
    assert found.findings


def test_what_the_system_does_not_give_is_a_gap() -> None:
    gap = answered("/proc/self/mem")
    assert gap == Gap(kind=GapKind.UNREAD, reason="reading it failed: input/output error")


def test_a_file_that_is_longer_than_it_says_is_not_clean() -> None:
    found = answered("/proc/self/status")
    assert isinstance(found, Answer)
    assert [gap.reason for gap in found.gaps] == ["the file holds more than its size says"]


def test_the_scratch_file_is_the_one_that_was_opened_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.builders import streams

    model = tmp_path / "model.gz"
    model.write_bytes(streams.gzipped(dumps(b"\1" * (5 << 20))))
    scratch = os.open(tmp_path / "scratch", os.O_RDWR | os.O_CREAT)
    os.utime(
        scratch, ns=(0, 0)
    )  # the clock of a file system is coarse: what is written shows only against a day long past
    monkeypatch.setattr(worker, "_scratch", [-1])
    worker.open_scratch(scratch)
    found = answered(model)
    assert isinstance(found, Answer)
    assert found.gaps == ()
    assert os.fstat(scratch).st_size == 0, "what was unpacked is given back"
    assert os.fstat(scratch).st_mtime_ns > 0, "it was written to"
    os.close(scratch)


def test_a_small_file_that_comes_again_is_known(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = answered(model)
    monkeypatch.setattr(worker, "examine", None)  # it is not asked again
    assert answered(model) == first


def test_only_the_same_content_under_the_same_name_is_the_same(model: Path) -> None:
    known = answered(model)
    model.write_bytes(dumps(1))
    other = answered(model)
    assert isinstance(known, Answer)
    assert isinstance(other, Answer)
    assert (len(known.findings), other.findings) == (1, ())
    descriptor = os.open(model, os.O_RDONLY)
    named = loads(worker.answer(request("model.json", trace=False, disabled=()), descriptor))
    os.close(descriptor)
    assert isinstance(named, Answer)
    assert [finding.rule for finding in named.findings] == ["HID205"]


def test_answers_with_gaps_and_long_ones_are_not_kept(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[bytes, str], bytes] = {}
    monkeypatch.setattr(worker, "_answers", kept)
    monkeypatch.setattr(worker, "REPEATED_ANSWER", 10)
    answered(model)
    model.write_bytes(HOSTILE[:-1])
    monkeypatch.setattr(worker, "REPEATED_ANSWER", 1 << 20)
    broken = answered(model)
    assert isinstance(broken, Answer)
    assert broken.gaps
    assert not kept


def test_the_answers_kept_are_bounded(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[bytes, str], bytes] = {}
    monkeypatch.setattr(worker, "_answers", kept)
    monkeypatch.setattr(worker, "REPEATED_FILES", 2)
    for number in range(5):
        model.write_bytes(dumps(number))
        answered(model)
        assert len(kept) <= 2
