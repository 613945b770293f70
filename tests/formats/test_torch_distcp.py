"""Files of distributed checkpoints are taken apart only where they are archives from the first byte to the last."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import torch_scripts as scripts
from tests.builders import torches, zips
from tests.builders.pickles import SHELL, pickled_call
from weighbridge.core.errors import OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats.node import Bench, Stored
from weighbridge.formats.torch_distcp import items
from weighbridge.rules.catalog import RuleSet

RULES = RuleSet()
PLAIN = zips.plain({"archive/data.pkl": b"\x80\x02N."})


def pieces(content: bytes, limits: Limits | None = None) -> list[bytes]:
    held = limits or Limits()
    found = []
    for child in items(BytesSource(content), Bench(held, Meter(held))):
        assert isinstance(child.content, Stored)
        found.append(child.content.source.read_at(0, child.content.source.size))
    return found


def examined(content: bytes, name: str = "__0_0.distcp") -> Examination:
    return examine(BytesSource(content), name, limits=Limits(), judge=Judge(RULES), strict=True)


@given(st.lists(st.sampled_from([torches.zip_checkpoint(), PLAIN, torches.zip_checkpoint(())]), min_size=2, max_size=5))
def test_archives_are_told_apart(archives: list[bytes]) -> None:
    assert pieces(b"".join(archives)) == archives


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x05\x06",
        PLAIN,
        PLAIN + b"x" + PLAIN,
        b"x" + PLAIN + PLAIN,
        PLAIN + PLAIN + b"x",
        PLAIN[4:] + PLAIN,
        PLAIN + PLAIN[:-2] + b"\x01\0",
    ],
)
def test_anything_else_is_one_file(content: bytes) -> None:
    assert pieces(content) == []


def test_a_row_of_archives_is_clean_under_this_name_only() -> None:
    content = scripts.distributed()
    seen = examined(content)
    assert (seen.formats, seen.findings, seen.gaps) == (("torch.distcp",), (), ())
    assert examined(content, "model.pt").findings
    assert examined(torches.zip_checkpoint()).formats == ("zip", "torch.zip")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_call_in_any_of_them_is_found(place: int) -> None:
    archives = [torches.zip_checkpoint()] * 3
    archives[place] = torches.zip_checkpoint(pickle=pickled_call(SHELL))
    assert "EXE101" in {one.rule for one in examined(b"".join(archives)).findings}


def test_archives_are_members_that_are_counted() -> None:
    with pytest.raises(OverLimit):
        pieces(PLAIN * 4, Limits(members=2))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2600), st.binary(min_size=1, max_size=4))
def test_a_spoilt_file_is_read_to_an_end(place: int, piece: bytes) -> None:
    content = scripts.distributed()
    examined(content[:place] + piece + content[place + len(piece) :])
    pieces(content[:place])
