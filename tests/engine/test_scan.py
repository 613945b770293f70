"""A scan: every file of every target once, in order, whatever the executor makes of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.builders.pickles import SHELL, dumps, pickled_call
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import AccessError
from weighbridge.core.events import Event, Examined, Planned
from weighbridge.core.location import Location
from weighbridge.core.report import FileReport, Report
from weighbridge.engine.executors import Inline, Outcome, Task
from weighbridge.engine.scan import ScanRequest, scan


class Backwards(Inline):
    """Answers in the opposite order."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        yield from reversed(list(super().run(tasks)))


class Broken:
    """Has no answer for anything."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        for task in tasks:
            yield Outcome(key=task.key)


def scanned(*targets: Path, executor: Inline | Broken | None = None, **choice: tuple[str, ...]) -> Report:
    return scan(ScanRequest(targets=tuple(map(str, targets)), **choice), executor or Inline())


def paths(report: Report, root: Path) -> list[list[str]]:
    return [[file.path.removeprefix(f"{root}/") for file in one.files] for one in report.artifacts]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path in ("model.pkl", "a/model.pkl", "a/deep/x.bin", "b/notes.txt", "b/model.pkl"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(dumps(path))
    return tmp_path


@pytest.mark.parametrize("executor", [Inline(), Backwards(), Broken()], ids=lambda one: type(one).__name__)
def test_the_order_is_that_of_the_walk(tree: Path, executor: Inline) -> None:
    report = scanned(tree, tree / "a", executor=executor)
    assert paths(report, tree) == [
        ["model.pkl", "a/model.pkl", "a/deep/x.bin", "b/model.pkl", "b/notes.txt"],
        ["a/model.pkl", "a/deep/x.bin"],
    ]


def test_an_executor_without_an_answer_is_a_gap(tree: Path) -> None:
    files = [file for one in scanned(tree, executor=Broken()).artifacts for file in one.files]
    assert len(files) == 5
    for file in files:
        assert file.gaps == (Gap(kind=GapKind.CRASHED, reason="there is no answer"),)
        assert file.size is not None
        assert file.sha256 is None


CHOICES: list[tuple[tuple[str, ...], tuple[str, ...], list[str]]] = [
    (("*.pkl",), (), ["model.pkl", "a/model.pkl", "b/model.pkl"]),
    (("model.pkl",), (), ["model.pkl", "a/model.pkl", "b/model.pkl"]),
    (("a/*",), (), ["a/model.pkl", "a/deep/x.bin"]),
    (("a",), (), ["a/model.pkl", "a/deep/x.bin"]),
    (("deep",), (), ["a/deep/x.bin"]),
    (("a/deep",), (), ["a/deep/x.bin"]),
    (("*.PKL",), (), []),
    (("?odel.pk[a-z]",), ("b",), ["model.pkl", "a/model.pkl"]),
    ((), ("*.pkl", "*.txt"), ["a/deep/x.bin"]),
    ((), ("deep", "b"), ["model.pkl", "a/model.pkl"]),
    (("*.txt", "*.bin"), ("b/*",), ["a/deep/x.bin"]),
    ((), ("*",), []),
]


@pytest.mark.parametrize(("include", "exclude", "chosen"), CHOICES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_patterns_choose_by_name_path_and_directory(
    tree: Path, include: tuple[str, ...], exclude: tuple[str, ...], chosen: list[str], slash: str
) -> None:
    report = scan(ScanRequest(targets=(f"{tree}{slash}",), include=include, exclude=exclude), Inline())
    assert paths(report, tree) == [chosen]
    said = ("no file here is chosen by --include and --exclude",)
    assert tuple(gap.reason for gap in report.artifacts[0].gaps) == (() if chosen else said)


def test_patterns_never_speak_of_what_is_above_the_target(tree: Path) -> None:
    assert paths(scanned(tree, exclude=(tree.name, "tmp", f"{tree}/*")), tree)[0]
    assert paths(scanned(tree / "a", include=("a",)), tree) == [[]]


def test_patterns_speak_of_a_single_file_by_its_name(tree: Path) -> None:
    assert paths(scanned(tree / "model.pkl", include=("*.pkl",)), tree) == [["model.pkl"]]
    assert paths(scanned(tree / "model.pkl", exclude=("model.*",)), tree) == [[]]


def test_a_directory_that_is_not_seen_into_is_not_passed_over_by_include(tree: Path) -> None:
    (tree / "elsewhere").symlink_to("..")
    report = scanned(tree, include=("*.bin",))
    assert paths(report, tree) == [["a/deep/x.bin"]]
    reason, where = "a link to a directory is not followed", Location(member=("elsewhere",))
    assert report.artifacts[0].gaps == (Gap(kind=GapKind.UNREAD, reason=reason, at=where),)
    assert report.verdict() == "inconclusive"
    assert paths(scanned(tree, include=("*.bin",), exclude=("elsewhere",)), tree) == [["a/deep/x.bin"]]


def test_nothing_to_weigh_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "only" / "folders").mkdir(parents=True)
    report = scanned(tmp_path)
    assert [gap.reason for gap in report.artifacts[0].gaps] == ["there is no file here"]
    assert report.verdict() == "inconclusive"


def test_a_missing_target_is_an_error_before_anything_is_examined(tree: Path) -> None:
    class Never(Inline):
        def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
            raise AssertionError

    with pytest.raises(AccessError, match="missing"):
        scanned(tree, tree / "missing", executor=Never())


def test_the_same_target_twice_is_two_artifacts(tree: Path) -> None:
    report = scanned(tree / "a", tree / "a")
    assert [one.ref for one in report.artifacts] == [str(tree / "a")] * 2
    assert report.artifacts[0] == report.artifacts[1]


def test_a_file_that_goes_away_between_walk_and_examination(tree: Path) -> None:
    class Removing(Inline):
        def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
            (tree / "a" / "model.pkl").unlink()
            yield from super().run(tasks)

    found = {file.path: file for file in scanned(tree, executor=Removing()).artifacts[0].files}
    assert [gap.reason for gap in found[f"{tree}/a/model.pkl"].gaps] == ["no such file or directory"]
    assert sum(not file.gaps for file in found.values()) == 4


def test_events_tell_the_plan_and_each_file_once(tree: Path) -> None:
    told: list[Event] = []
    os.mkfifo(tree / "pipe")
    scan(ScanRequest(targets=(str(tree),)), Inline(), tell=told.append)
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    assert told[0] == Planned(files=6, size=size)
    examined = [event for event in told[1:] if isinstance(event, Examined)]
    assert len(examined) == len(told) - 1 == 6
    assert sum(event.size for event in examined) == size


def test_member_names_do_not_depend_on_where_a_file_lies(tmp_path: Path) -> None:
    """Fingerprints, and with them baselines, hold when a model moves."""
    from tests.builders import streams

    found: list[FileReport] = []
    for folder in ("here", "there/deep"):
        (tmp_path / folder).mkdir(parents=True)
        path = tmp_path / folder / "model.pkl.gz"
        path.write_bytes(streams.gzipped(pickled_call(SHELL)))
        found += scanned(path).artifacts[0].files
    assert found[0].findings == found[1].findings
    assert found[0].findings[0].at.member == ("model.pkl",)


def test_reports_say_which_rules_were_off(tree: Path) -> None:
    assert scanned(tree).disabled == ()
    assert scanned(tree, disabled=("EXE101",)).disabled == ("EXE101",)


def test_inline_says_why_a_file_cannot_be_opened() -> None:
    def opener() -> int:
        raise PermissionError(13, "Permission denied")

    (outcome,) = Inline().run([Task(key=3, name="model.pkl", size=2, open=opener)])
    assert outcome == Outcome(key=3, gap=Gap(kind=GapKind.UNREAD, reason="permission denied"))


def test_inline_closes_what_it_opened(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(dumps(1))
    opened: list[int] = []

    def opener() -> int:
        opened.append(os.open(path, os.O_RDONLY))
        return opened[-1]

    (outcome,) = Inline(trace=True).run([Task(key=0, name="model.pkl", size=2, open=opener)])
    assert outcome.answer is not None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_inline_tells_what_the_system_does_not_give() -> None:
    (outcome,) = Inline().run([Task(key=0, name="mem", size=0, open=lambda: os.open("/proc/self/mem", os.O_RDONLY))])
    assert outcome.gap == Gap(kind=GapKind.UNREAD, reason="reading it failed: input/output error")
