"""Zips with a known inside are told by it, and what the layout knows of a member reaches the member."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import numpys, torches, zips
from tests.builders import torch_scripts as scripts
from tests.builders.pickles import SHELL, dumps, pickled_call
from tests.builders.pickles.described import Global, NewObj
from tests.builders.torches import TENSORS, rebuilt
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Identity
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats import torch_script
from weighbridge.formats.archives import extract
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.torch_archives import MODULES
from weighbridge.rules.catalog import RuleSet

RULES = RuleSet()


def bench() -> Bench:
    return Bench(Limits(), Meter(Limits()))


def items(content: bytes) -> tuple[list[str], dict[str, Child], list[str]]:
    """Identities, members by name, and the reasons of gaps."""
    found = list(extract(BytesSource(content), Node(name="model"), bench()))
    return (
        [item.format for item in found if isinstance(item, Identity)],
        {item.name: item for item in found if isinstance(item, Child)},
        [item.reason for item in found if isinstance(item, Gap)],
    )


def examined(content: bytes, name: str = "model") -> Examination:
    return examine(BytesSource(content), name, limits=Limits(), judge=Judge(RULES), strict=True)


def rules(content: bytes, name: str = "model") -> set[str]:
    """The rules that find something of weight in a file."""
    return {one.rule for one in examined(content, name).findings if one.severity.rank >= 2}


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
    (gap,) = examined(zips.plain(records | {"archive/extra/notes": b"INERT \x01"})).gaps
    assert gap.at.member == ("archive/extra/notes",)


def test_a_script_archive_is_read() -> None:
    identities, members, gaps = items(scripts.script(records={"constants/0": bytes(8), "traced_inputs/0": b""}))
    assert identities == ["zip", "torch.script"]
    assert gaps == []
    assert members["archive/constants.pkl"].storages == {"0": 8}
    assert members["archive/constants/0"].role == "tensor"
    assert examined(scripts.script()).gaps == ()


def test_only_numbered_records_beside_a_pickle_are_raw_bytes() -> None:
    evil = pickled_call(SHELL, protocol=0)
    for name in ("constants/evil", "extra/evil", "tensors/evil.pkl"):
        assert "EXE101" in rules(scripts.script(records={name: evil, "extra.pkl": dumps(1, 2)})), name


def test_the_shapes_of_traced_inputs_need_no_data() -> None:
    shapes = dumps([rebuilt(TENSORS[0], "0")], 2)
    content = scripts.script(records={"traced_inputs.pkl": shapes, "traced_inputs/0": b""})
    assert (examined(content).findings, examined(content).gaps) == ((), ())
    assert examined(scripts.script(records={"traced_inputs.pkl": shapes, "traced_inputs/1": b""})).findings


def test_source_is_read_where_python_reads_the_pickle() -> None:
    """Without ``constants.pkl`` the class is one of a Python module ``__torch__`` that may lie beside the file."""
    assert items(scripts.script(constants=False))[0] == ["zip", "torch.zip"]
    assert rules(scripts.script(constants=False)) == {"EXE115"}
    assert "EXE133" in rules(scripts.script(scripts.module("torch.save(x)"), constants=False))


@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE, 12, 14])
@pytest.mark.parametrize("name", ["archive/code/__torch__.py", "archive/CODE/__torch__/a/b.PY", "archive\\code\\x.py"])
def test_source_is_found_however_it_is_stored(name: str, method: int) -> None:
    code = scripts.module('torch.save(x, "inert")')
    content = zips.plain(
        {"archive/data.pkl": dumps(1, 2), "archive/constants.pkl": dumps((), 2), name: code}, method=method
    )
    assert "EXE133" in rules(content)


def test_too_much_source_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_script, "MAX_CODE", 100)
    assert [gap.kind for gap in examined(scripts.script()).gaps] == ["unparsed"]


@pytest.mark.parametrize("ending", [".bin", ".ckpt", ".BIN"])
def test_a_script_that_is_called_weights(ending: str) -> None:
    assert "HID205" in rules(scripts.script(), f"model{ending}")
    assert "HID205" not in rules(torches.zip_checkpoint(), f"model{ending}")


def test_a_package_tells_its_modules_and_its_storages() -> None:
    identities, members, gaps = items(scripts.package(b"# INERT\n"))
    assert (identities, gaps) == (["zip", "torch.package"], [])
    assert members["pkg/model/model.pkl"].storages == {"0": 12}
    assert members["pkg/.data/0.storage"].role == "tensor"
    assert members["pkg/net.py"].role == "torch.package"
    assert rules(scripts.package(b"# INERT\n")) == {"EXE130"}
    assert rules(scripts.package()) == set()


def test_a_storage_of_a_package_is_as_long_as_it_is_declared() -> None:
    assert rules(scripts.package(pickle=scripts.packaged_tensor(count=4))) == {"STR306"}


@pytest.mark.parametrize(
    ("module", "name", "rule"),
    [("posix", "system", "EXE101"), ("inert_absent_pkg", "build", "EXE115"), ("collections", "OrderedDict", "")],
)
def test_what_the_importer_of_a_package_calls(module: str, name: str, rule: str) -> None:
    found = rules(scripts.package(pickle=scripts.packaged_reduce(module, name)))
    assert rule in found if rule else not found & {"EXE101", "EXE115"}


def test_what_is_called_is_told_once() -> None:
    """The rules on calls tell of it, so that those on references need not."""
    (message,) = [
        one.message for one in examined(scripts.package(pickle=scripts.packaged_reduce("posix", "system"))).findings
    ]
    assert "posix.system" in message


def test_a_native_class_in_the_pickle_of_a_script_is_an_operator() -> None:
    for name, expected in (("inert_ns", {"EXE133"}), ("quantized", set())):
        known = "LinearPackedParamsBase" if name == "quantized" else "Inert"
        state = NewObj(Global(f"__torch__.torch.classes.{name}", known), state={})
        assert rules(scripts.script(state=state)) == expected


def test_a_pickle_among_the_records_of_a_package_is_read() -> None:
    for record in ("extern_modules", "python_version", "0.storage"):
        content = torches.zip_layout(
            {
                ".data/extern_modules": b"os",
                ".data/python_version": b"3",
                f".data/{record}": pickled_call(SHELL, protocol=2),
            },
            root="pkg",
        )
        assert "EXE101" in rules(content), record
    unsafe = pickled_call(SHELL, protocol=0)
    assert "EXE101" in rules(torches.zip_layout({".data/extern_modules": unsafe}, root="pkg"))


def test_a_script_inside_of_a_package_is_read() -> None:
    code = scripts.module('torch.save(x, "inert")')
    content = torches.zip_layout(
        {".data/extern_modules": b"torch", ".data/ts_code/code/__torch__.py": code}, root="pkg"
    )
    assert rules(content) == {"EXE133"}


def test_more_modules_than_are_told_one_by_one() -> None:
    records = {f"m{number}.py": b"# INERT\n" for number in range(MODULES + 3)} | {".data/extern_modules": b"torch"}
    found = list(extract(BytesSource(torches.zip_layout(records, root="pkg")), Node(name="model"), bench()))
    units = [item for item in found if isinstance(item, CodeUnit)]
    assert len(units) == MODULES + 1
    assert "3 more" in units[-1].carrier


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
