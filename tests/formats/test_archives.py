"""Zips with a known inside are told by it, and what the layout knows of a member reaches the member."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import numpys, torches, zips
from tests.builders.pickles import SHELL, dumps, pickled_call
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Identity
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats.archives import extract
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.rules.catalog import RuleSet


def items(content: bytes) -> tuple[list[str], dict[str, Child], list[str]]:
    """Identities, members by name, and the reasons of gaps."""
    found = list(extract(BytesSource(content), Node(name="model"), Bench(Limits(), Meter(Limits()))))
    return (
        [item.format for item in found if isinstance(item, Identity)],
        {item.name: item for item in found if isinstance(item, Child)},
        [item.reason for item in found if isinstance(item, Gap)],
    )


def examined(content: bytes) -> Examination:
    return examine(BytesSource(content), "model", limits=Limits(), judge=Judge(RuleSet()), strict=True)


def test_a_checkpoint_tells_its_pickle_and_its_tensors() -> None:
    identities, members, gaps = items(torches.zip_checkpoint())
    assert (identities, gaps) == (["zip", "torch.zip"], [])
    pickle = members["archive/data.pkl"]
    assert (pickle.role, pickle.formats, pickle.quiet) == ("torch.pickle", ("pickle",), False)
    tensors = {name: child for name, child in members.items() if "/data/" in name}
    assert tensors
    assert pickle.storages is not None
    assert {f"archive/data/{key}" for key in pickle.storages} == set(tensors)
    for child in tensors.values():
        assert (child.role, child.quiet, child.formats) == ("tensor", True, ())
    for name in ("archive/version", "archive/byteorder"):
        assert members[name].quiet


def test_a_checkpoint_is_clean_and_a_poisoned_one_is_not() -> None:
    honest = examined(torches.zip_checkpoint())
    assert (honest.formats, honest.findings, honest.gaps) == (("zip", "torch.zip"), (), ())
    poisoned = examined(torches.zip_checkpoint(pickle=pickled_call(SHELL)))
    assert [finding.rule for finding in poisoned.findings][:1] == ["EXE101"]
    assert poisoned.findings[0].at.member == ("archive/data.pkl",)


PLACES: list[Callable[[bytes], dict[str, bytes]]] = [
    lambda bad: {"archive/data/0": bad},
    lambda bad: {"archive/version": bad},
    lambda bad: {"archive/.data/serialization_id": bad},
    lambda bad: {"archive/extra/notes.txt": bad},
    lambda bad: {"other/data.pkl": bad},
    lambda bad: {"archive/DATA.PKL": bad},
]


@pytest.mark.parametrize("place", PLACES, ids=range(len(PLACES)))
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_call_in_any_record_is_found(place: Callable[[bytes], dict[str, bytes]], protocol: int) -> None:
    records = torches.zip_records(torches.state_dict_pickle())
    content = zips.plain(
        {f"archive/{name}": data for name, data in records.items()} | place(pickled_call(SHELL, protocol=protocol))
    )
    assert "EXE101" in {finding.rule for finding in examined(content).findings}


def test_small_records_of_text_are_no_gap_and_others_are() -> None:
    records = {f"archive/{name}": data for name, data in torches.zip_records(torches.state_dict_pickle()).items()}
    assert examined(zips.plain(records)).gaps == ()
    (gap,) = examined(zips.plain(records | {"archive/extra/notes.txt": b"hello"})).gaps
    assert gap.at.member == ("archive/extra/notes.txt",)


def test_a_script_archive_is_never_clean() -> None:
    identities, _, gaps = items(torches.torchscript())
    assert identities == ["zip", "torch.script"]
    assert gaps == ["TorchScript code is recognised but not analysed by this version"]
    assert examined(torches.torchscript()).gaps


def test_arrays_only_are_an_npz() -> None:
    assert items(numpys.npz())[0] == ["zip", "numpy.npz"]
    assert items(zips.plain({"a.npy": numpys.npy(), "b.txt": b"text"}))[0] == ["zip"]
    assert items(zips.plain({}))[0] == ["zip"]
    assert examined(numpys.npz()).formats == ("zip", "numpy.npz")


def test_any_other_zip_is_its_members() -> None:
    identities, members, gaps = items(zips.plain({"a/b.pkl": dumps(1), "c.txt": b"text"}))
    assert (identities, set(members), gaps) == (["zip"], {"a/b.pkl", "c.txt"}, [])
    for child in members.values():
        assert (child.role, child.formats, child.quiet, child.storages) == ("", (), False, None)
