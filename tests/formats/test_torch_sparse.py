"""Indices of sparse tensors are held against the tensor that they are of, whatever its layout."""

from __future__ import annotations

from array import array
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import torch_sparse_files as files
from weighbridge.core.limits import Limits
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import examine
from weighbridge.engine.judge import Judge
from weighbridge.formats import torch_sparse
from weighbridge.formats.torch_sparse import COO, Records, View, indices_fit
from weighbridge.rules.catalog import RuleSet

RULES = RuleSet()


def verdict(content: bytes) -> Verdict:
    seen = examine(BytesSource(content), "model.pt", limits=Limits(), judge=Judge(RULES), strict=True)
    return verdict_of(seen.findings, seen.gaps)


GOOD = [
    files.sparse,
    files.sparse_legacy,
    partial(files.columns_first, (0, 1, 1, 2)),
    partial(files.sparse, (), size=(3, 4), values=0),
    partial(files.sparse, (0, 1, 2, 2, 1, 3), layout="csr"),
    partial(files.sparse, (0, 1, 2, 2, 2, 1, 2), layout="csc"),
    partial(files.sparse, (2, 0), size=(3,), rows=1),
    files.untyped,
    partial(files.untyped, dtype="uint16", reach=6),
]
BAD = [
    partial(files.sparse, (0, 3, 1, 2)),
    partial(files.sparse, (0, 1, 1, 4)),
    partial(files.sparse, (0, -1, 1, 2)),
    partial(files.sparse, (0, 1, 1, 1 << 62)),
    partial(files.sparse, size=(2, 2)),
    partial(files.sparse, size=(3, -4)),
    partial(files.sparse, size=(3,)),
    partial(files.sparse, size=(3, 4, 5)),
    partial(files.sparse, values=3),
    partial(files.sparse_legacy, (0, 1, 1, 4)),
    partial(files.columns_first, (0, 5, 1, 2)),
    partial(files.columns_first, (0, 1, 1, 4)),
    partial(files.sparse, (0, 1, 2, 2, 1, 4), layout="csr"),
    partial(files.sparse, (0, 1, 2, 2, -1, 3), layout="csr"),
    partial(files.sparse, (0, 2, 1, 2, 1, 3), layout="csr"),
    partial(files.sparse, (0, 1, 2, 3, 1, 3), layout="csr"),
    partial(files.sparse, (1, 1, 2, 2, 1, 3), layout="csr"),
    partial(files.sparse, (0, 1, 2, 1, 3), layout="csr"),
    partial(files.sparse, (0, 1, 2, 2, 2, 1, 3), layout="csc"),
    partial(files.sparse, size=(3,), layout="csr", indices=(0, 1, 2, 2, 1, 3)),
    partial(files.untyped, reach=4),
    partial(files.untyped, dtype="float64", reach=2),
]


@pytest.mark.parametrize("build", GOOD, ids=range(len(GOOD)))
def test_honest_indices(build: partial[bytes]) -> None:
    assert verdict(build()) is Verdict.CLEAN


@pytest.mark.parametrize("build", BAD, ids=range(len(BAD)))
def test_an_index_out_of_range_corrupts_memory(build: partial[bytes]) -> None:
    assert verdict(build()) is Verdict.MALICIOUS


def test_what_cannot_be_read_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_sparse, "INDEX_BYTES", 8)
    assert verdict(files.sparse()) is Verdict.INCONCLUSIVE


def test_indices_that_are_shared_are_read_within_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_sparse, "FILE_BYTES", 8)
    assert verdict(files.sparse()) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("index", "wrong"), [(1, False), (2, True)])
def test_blocks_are_counted_by_their_size(index: int, wrong: bool) -> None:
    """A tensor of 4 by 6 in blocks of 2 by 3 has two columns of blocks."""
    content = array("q", [0, 1, 1, index]).tobytes()
    records = Records({"0": len(content)}, BytesSource(content), {"0": 0}.get)
    ends, plain = View("0", 8, 0, [3], [1]), View("0", 8, 3, [1], [1])
    values = View("1", 4, 0, [1, 2, 3], [6, 3, 1])
    assert bool(indices_fit(torch_sparse.BSR, [ends, plain, values], [4, 6], records)) is wrong


def test_what_was_read_is_taken_off_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_sparse, "FILE_BYTES", 20)
    records = Records({"0": 16}, BytesSource(bytes(16)), {"0": 0}.get)
    assert records.read("0", 0, 16) == bytes(16)
    assert records.read("0", 0, 16) is None
    assert records.read("0", 0, 4) == bytes(4)


WHOLE = st.integers(-2, 6)


@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=6), st.booleans())
def test_exactly_the_indices_outside_are_found(entries: list[tuple[int, int]], columns: bool) -> None:
    count = len(entries)
    rows = (
        [number for pair in entries for number in pair]
        if columns
        else [a for a, _ in entries] + [b for _, b in entries]
    )
    content = array("q", rows).tobytes()
    records = Records({"0": len(content)}, BytesSource(content), {"0": 0}.get)
    indices = View("0", 8, 0, [2, count], [1, 2] if columns else [count, 1])
    wrong = indices_fit(COO, [indices, View("1", 4, 0, [count], [1])], [3, 4], records)
    assert wrong is not None
    assert bool(wrong) is not all(0 <= a < 3 and 0 <= b < 4 for a, b in entries)
