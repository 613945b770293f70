"""One file from first byte to last: everything it may be is read, within budgets, and trouble is a gap."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.builders import safetensors_files, streams, zips
from tests.builders.pickles import SHELL, dumps, op, pickled_call, program
from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, MetadataEntry, TensorDecl, TrailingData
from weighbridge.core.limits import Limits
from weighbridge.core.location import Location
from weighbridge.core.report import verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.core.values import replace
from weighbridge.engine import examine as module
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats import registry
from weighbridge.formats.node import Bench, Child, Node, Packed, Stored
from weighbridge.rules.catalog import RuleSet

if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Yield

    Reader = Callable[[ByteSource, Node, Bench], Iterator[Yield]]

BAD = TrailingData(at=Location(offset=5), where="tail", zero=False, after="the end")


def examined(content: bytes = b"x", name: str = "model.pkl", *, strict: bool = False, **limits: int) -> Examination:
    bounds = replace(Limits(), **limits)
    return examine(BytesSource(content), name, limits=bounds, judge=Judge(RuleSet()), strict=strict, trace=True)


def kinds(found: Examination) -> list[GapKind]:
    return [gap.kind for gap in found.gaps]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Callable[[Reader], None]:
    """Put a reader in the place of the pickle's."""

    def put(made: Reader) -> None:
        monkeypatch.setattr(registry, "extractor", lambda _: made)

    return put


TROUBLES = [
    (Malformed("no stop", offset=7), GapKind.UNPARSED, "not a valid pickle: no stop"),
    (OverLimit("too many", offset=7), GapKind.OVER_LIMIT, "too many"),
    (OSError(5, "Input/output error"), GapKind.UNREAD, "reading it failed: input/output error"),
    (MemoryError(), GapKind.OVER_LIMIT, "the pickle reader needs more memory than it may have"),
    (RecursionError(), GapKind.CRASHED, "the pickle reader failed (RecursionError); please report it"),
    (ZeroDivisionError("bug"), GapKind.CRASHED, "the pickle reader failed (ZeroDivisionError); please report it"),
]


@pytest.mark.parametrize(("trouble", "kind", "reason"), TROUBLES, ids=lambda one: type(one).__name__)
def test_trouble_is_a_gap_and_what_was_found_before_stays(
    trouble: Exception, kind: GapKind, reason: str, reader: Callable[[Reader], None]
) -> None:
    def read(_source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
        yield Identity(at=node.at(), format="pickle")
        yield BAD
        raise trouble

    reader(read)
    found = examined(dumps(1))
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [(kind, reason)]
    assert [finding.rule for finding in found.findings] == ["HID203"]
    assert found.formats == ("pickle",)
    if isinstance(trouble, Malformed | OverLimit):
        assert found.gaps[0].at.offset == 7


def test_strict_raises_bugs_and_bugs_only(reader: Callable[[Reader], None]) -> None:
    for trouble, kind, _ in TROUBLES:

        def read(_s: ByteSource, _n: Node, _b: Bench, trouble: Exception = trouble) -> Iterator[Yield]:
            yield BAD
            raise trouble

        reader(read)
        if kind is GapKind.CRASHED:
            with pytest.raises(type(trouble)):
                examined(dumps(1), strict=True)
        else:
            assert kinds(examined(dumps(1), strict=True)) == [kind]


@pytest.mark.parametrize(("trouble", "kind", "reason"), TROUBLES, ids=lambda one: type(one).__name__)
def test_trouble_while_a_member_is_unpacked(
    trouble: Exception, kind: GapKind, reason: str, reader: Callable[[Reader], None]
) -> None:
    def blocks() -> Iterator[bytes]:
        yield pickled_call(SHELL)
        raise trouble

    original = registry.extractor

    def read(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
        if node.member:
            yield from original("pickle")(source, node, bench)
        else:
            yield Child("inner.pkl", Packed(blocks, stored=10))

    reader(read)
    found = examined(dumps(1))
    assert "EXE101" in {finding.rule for finding in found.findings}, "what came out before the break is examined"
    said = {(gap.kind, gap.reason) for gap in found.gaps}
    if isinstance(trouble, Malformed | ZeroDivisionError):
        assert said == {(GapKind.UNPARSED, f"decompression breaks off: {trouble}")}
    else:
        assert said == {(kind, reason)}


def test_bz2_says_by_an_oserror_that_bytes_are_no_bzip2(reader: Callable[[Reader], None]) -> None:
    def blocks() -> Iterator[bytes]:
        yield from ()
        raise OSError("Invalid data stream")

    def read(_source: ByteSource, _node: Node, _bench: Bench) -> Iterator[Yield]:
        yield Child("inner", Packed(blocks, stored=10))

    reader(read)
    assert [gap.reason for gap in examined(dumps(1)).gaps] == ["decompression breaks off: Invalid data stream"]


def nested(depth: int) -> bytes:
    content = pickled_call(SHELL)
    for _ in range(depth):
        content = zips.plain({"inner": content})
    return content


def test_depth_counts_containers() -> None:
    found = examined(nested(12), "a.zip")
    assert "EXE101" in {finding.rule for finding in found.findings}
    assert found.findings[0].at.member == ("inner",) * 12
    found = examined(nested(13), "a.zip")
    assert "EXE101" not in {finding.rule for finding in found.findings}
    assert GapKind.OVER_LIMIT in kinds(found)
    assert any("nested deeper than 12 containers" in gap.reason for gap in found.gaps)
    assert "EXE101" in {finding.rule for finding in examined(nested(13), "a.zip", depth=13).findings}


def test_members_of_all_containers_count_together() -> None:
    inner = zips.plain({f"{number}.txt": b"text" for number in range(6)})
    content = zips.plain({"a.zip": inner, "b.zip": inner})
    assert not any("members" in gap.reason for gap in examined(content, "a.zip", members=14).gaps)
    assert any("more than 13 members" in gap.reason for gap in examined(content, "a.zip", members=13).gaps)


def test_expanded_bytes_of_all_streams_count_together() -> None:
    content = zips.plain({"a.gz": streams.gzipped(dumps(b"a" * 600)), "b.gz": streams.gzipped(dumps(b"b" * 600))})
    assert not any("decompression" in gap.reason for gap in examined(content, "a.zip", expanded_bytes=1_500).gaps)
    assert any("more than 1000 bytes" in gap.reason for gap in examined(content, "a.zip", expanded_bytes=1_000).gaps)


def test_facts_are_bounded_and_tensors_and_metadata_are_none_of_them(reader: Callable[[Reader], None]) -> None:
    def read(_source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
        for number in range(50):
            yield TensorDecl(at=node.at(), name=str(number), dtype="F32", shape=(1,))
            yield MetadataEntry(at=node.at(), key=str(number), text="")
        for number in range(20):
            yield replace(BAD, at=Location(offset=number))

    reader(read)
    assert kinds(examined(dumps(1), facts=20)) == []
    (gap,) = examined(dumps(1), facts=19).gaps
    assert (gap.kind, gap.reason, gap.at.offset) == (GapKind.OVER_LIMIT, "more than 19 facts", 19)


def test_gaps_are_bounded_and_the_last_says_so(reader: Callable[[Reader], None]) -> None:
    def read(_source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
        for number in range(1_000):
            yield node.gap(GapKind.UNPARSED, f"trouble {number}")

    reader(read)
    gaps = examined(dumps(1)).gaps
    assert len(gaps) == module.GAPS + 1
    assert "more than 200 gaps" in gaps[-1].reason


def test_a_program_is_bounded_and_the_last_line_says_so() -> None:
    content = program(*(op.GLOBAL("odd_package", f"Class{number}") + op.POP for number in range(3_000)), op.NONE)
    lines = examined(content).program
    assert len(lines) == module.PROGRAM_LINES + 1
    assert "longer than 2,000 lines" in lines[-1]
    assert lines[0].startswith("@2  from odd_package import Class0")


def test_lines_of_a_program_name_the_member() -> None:
    lines = examined(zips.plain({"deep.zip": zips.plain({"a.pkl": pickled_call(SHELL)})}), "a.zip").program
    assert lines[0].startswith("deep.zip > a.pkl @2  from posix import system")


@pytest.mark.parametrize("name", ["", "model.pkl", "model.pt", "x" * 300 + ".npy", "\udcff\n.safetensors"])
def test_an_empty_file_is_clean_whatever_its_name(name: str) -> None:
    found = examined(b"", name)
    assert (found.formats, found.findings, found.gaps) == (("empty",), (), ())


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"\0\1\2\3" * 100, "weights", "the format is not recognised"),
        (b"Rar!\x1a\x07\1\0" + bytes(100), "weights", "rar is recognised but not analysed by this version"),
    ],
)
def test_what_is_not_analysed_is_never_clean(content: bytes, name: str, reason: str) -> None:
    found = examined(content, name)
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [(GapKind.UNSUPPORTED, reason)]
    assert verdict_of(found.findings, found.gaps) == "inconclusive"


def test_a_name_adds_a_reader_and_never_removes_one() -> None:
    for name in ("model.pkl", "model.onnx", "model.safetensors", "README.md", "x", ""):
        assert "EXE101" in {finding.rule for finding in examined(pickled_call(SHELL), name).findings}, name
    assert kinds(examined(b"\0\1\2\3", "model.pkl")) == [GapKind.UNPARSED]


def test_quiet_bulk_data_is_no_gap_and_what_it_hides_is_found(reader: Callable[[Reader], None]) -> None:
    original = registry.extractor

    def read(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
        if node.member:
            yield from original("pickle")(source, node, bench)
            return
        for content in (b"\0\1\2\3" * 10, pickled_call(SHELL, protocol=2)):
            yield Child("data/0", Stored(BytesSource(content)), role="tensor", quiet=True)

    reader(read)
    found = examined(dumps(1))
    assert found.gaps == ()
    assert [finding.rule for finding in found.findings] == ["EXE101"]


def test_facts_about_calls_reach_the_judge_with_their_place() -> None:
    found = examined(zips.plain({"a.pkl": pickled_call(SHELL)}), "a.zip")
    assert found.findings[0].at.member == ("a.pkl",)
    assert found.findings[0].at.offset is not None


def test_a_reader_whose_library_is_missing_is_a_gap_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    found = examined(b"{{ message }}", "chat_template.jinja")
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [
        (GapKind.UNSUPPORTED, "the jinja reader needs jinja2, which is not installed")
    ]


def test_facts_that_no_other_file_is_held_against_are_a_gap() -> None:
    """Else whoever writes enough of them escapes every rule on the repository."""
    content = safetensors_files.honest({f"k{number}": "v" for number in range(20)})
    assert kinds(examined(content, "m.safetensors", outline=10)) == [GapKind.OVER_LIMIT]
    assert kinds(examined(content, "m.safetensors", outline=100)) == []
