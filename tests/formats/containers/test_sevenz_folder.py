"""Files cut out of what a folder expands to."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest

from tests.formats.containers.driver import until_break
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.formats.containers.sevenz_folder import Content, Drained, Part

WHOLE = b"0123456789abcdefghij"


def parts(*sizes: int) -> list[Part]:
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    return [Part(file=None, start=start, size=size, crc=None) for start, size in zip(starts, sizes, strict=True)]


def content(blocks: Iterator[bytes], limits: Limits | None = None) -> Content:
    return Content(blocks, Meter(limits or Limits()), 5)


@pytest.mark.parametrize("step", [1, 3, 20])
def test_parts_in_order(step: int) -> None:
    whole = content(WHOLE[at : at + step] for at in range(0, 20, step))
    for part in parts(4, 0, 9, 7):
        drained = Drained()
        found = b"".join(whole.reader(part, drained)())
        assert found == WHOLE[part.start : part.start + part.size]
        assert drained.complete
        assert drained.crc == zlib.crc32(found)
        assert found.startswith(drained.head)
    assert not whole.has_more()


def test_what_was_not_read_is_passed_over() -> None:
    whole = content(iter([WHOLE]))
    first, second = parts(5, 5)
    next(whole.reader(first, Drained())())
    assert b"".join(whole.reader(second, Drained())()) == WHOLE[5:10]
    other = content(WHOLE[at : at + 2] for at in range(0, 20, 2))
    assert b"".join(other.reader(second, Drained())()) == WHOLE[5:10]
    assert other.has_more()


def test_passing_over_costs_budget() -> None:
    whole = content((bytes(1000) for _ in range(100)), Limits(expanded_bytes=5000))
    late = Part(file=None, start=90_000, size=10, crc=None)
    with pytest.raises(OverLimit):
        list(whole.reader(late, Drained())())


def test_a_folder_that_ends_too_soon() -> None:
    drained = Drained()
    found, reason = until_break(content(iter([b"abc"])).reader(parts(5)[0], drained)())
    assert (found, drained.complete) == (b"abc", False)
    assert "less than its files" in reason


def test_a_broken_folder_stays_broken() -> None:
    def breaking() -> Iterator[bytes]:
        yield b"abc"
        raise Malformed("broken here")

    whole = content(breaking())
    for part in parts(5, 5):
        assert until_break(whole.reader(part, Drained())())[1] == "broken here"
