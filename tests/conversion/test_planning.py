"""Planning over made files: layouts, names, plain data; lies and hostile programs, of which nothing runs."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.pickles import dumps
from tests.builders.pickles.described import Global, PersistentId, Reduce
from tests.builders.pickles.hostile_calls import (
    double_build,
    extension,
    inst,
    mutated_global,
    newobj,
    newobj_ex,
    popped_obj,
    reduce_call,
    slot_state_on_class,
    stack_global,
)
from tests.builders.torch_legacy import legacy, tarred
from tests.builders.torches import TENSORS, Tensor, state_dict_pickle, zip_checkpoint, zip_layout, zip_records
from tests.builders.zips import DEFLATE, Entry, archive
from weighbridge.conversion import flatten, unpickler
from weighbridge.conversion.plan import ENCODED, Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.source import BytesSource

STORAGE_ID = PersistentId(("storage", Global("torch", "FloatStorage"), "0", "cpu", 4))


def checkpoint(tree: object, storages: dict[str, bytes] | None = None) -> bytes:
    """A zip checkpoint of any tree over storages of four floats each."""
    records = {"data.pkl": dumps(tree, 2), "byteorder": b"little", "version": b"3\n"}
    for key, content in (storages or {"0": struct.pack("<4f", 1, 2, 3, 4)}).items():
        records[f"data/{key}"] = content
    return zip_layout(records)


def tensor(offset: int = 0, shape: tuple[int, ...] = (4,), strides: tuple[int, ...] = (1,)) -> Reduce:
    hooks = Reduce(Global("collections", "OrderedDict"), ())
    return Reduce(Global("torch._utils", "_rebuild_tensor_v2"), (STORAGE_ID, offset, shape, strides, False, hooks))


def planned(content: bytes, key: str = "") -> Plan:
    return plan_of(BytesSource(content), key)


def test_no_storage_takes_the_place_of_an_array() -> None:
    """Places are found by keys, and an array's own key is no key that a file may give."""
    state = (1, (4,), Reduce(Global("numpy", "dtype"), ("f4", False, True)), False, struct.pack("<4f", 5, 6, 7, 8))
    called = Global("numpy._core.multiarray", "_reconstruct")
    array = Reduce(called, (Global("numpy", "ndarray"), (0,), b"b"), state=state)
    records = {"byteorder": b"little", "version": b"3\n", "data/0": bytes(16)}
    honest = zip_layout({"data.pkl": dumps({"a": array, "t": tensor()}, 4), **records})
    one = next(one for one in planned(honest).tensors if one.name == "a")
    assert honest[one.offset : one.offset + 16] == state[4]
    key = f"bytes at {one.offset}"
    stored = PersistentId(("storage", Global("torch", "FloatStorage"), key, "cpu", 4))
    hooks = Reduce(Global("collections", "OrderedDict"), ())
    made = Reduce(Global("torch._utils", "_rebuild_tensor_v2"), (stored, 0, (4,), (1,), False, hooks))
    with pytest.raises(Malformed, match="does not give"):
        planned(zip_layout({"data.pkl": dumps({"a": array, "t": made}, 4), **records, f"data/{key}": bytes(16)}))


@pytest.mark.parametrize("content", [zip_checkpoint(), legacy(), tarred()])
def test_all_layouts_of_torch_give_the_same_tensors(content: bytes) -> None:
    plan = planned(content)
    assert [one.name for one in plan.tensors] == [one.name for one in TENSORS]
    for one, made in zip(plan.tensors, TENSORS, strict=True):
        assert content[one.offset : one.offset + one.span] == made.contents()
    assert not plan.dropped


def test_names_are_the_way_and_the_rest_is_plain_data() -> None:
    tree = {"model": {"w": tensor()}, "list": [tensor(1, (2,)), 7], 3: {"x": "text", "f": 1.5, "n": None, "t": (1, 2)}}
    plan = planned(checkpoint(tree))
    assert [one.name for one in plan.tensors] == ["model.w", "list.0"]
    assert json.loads(plan.plain) == {"list": [7], "3": {"x": "text", "f": 1.5, "n": None, "t": [1, 2]}}


def test_a_key_chooses_a_part_and_may_hold_dots() -> None:
    content = checkpoint({"a.b": {"state": {"w": tensor()}}, "a": {"c": 1}})
    assert [one.name for one in planned(content, "a.b.state").tensors] == ["w"]
    assert [one.name for one in planned(content, "a.b.state.w").tensors] == [flatten.ALONE]
    with pytest.raises(UsageError, match="nothing at"):
        planned(content, "a.b.absent")


def test_the_same_view_is_an_alias_and_another_is_not() -> None:
    plan = planned(
        checkpoint({"a": tensor(), "tied": tensor(), "part": tensor(1, (2,)), "flat": tensor(0, (2, 2), (2, 1))})
    )
    assert [one.name for one in plan.tensors] == ["a", "part", "flat"]
    assert plan.aliases == (("tied", "a"),)


def test_an_alias_never_takes_a_place_in_the_metadata_that_means_something_else() -> None:
    plan = planned(checkpoint({"a": tensor(), "format": tensor(), ENCODED: tensor(), "tied": tensor()}))
    assert [one.name for one in plan.tensors] == ["a", "format", ENCODED]
    assert plan.aliases == (("tied", "a"),)


@pytest.mark.parametrize(
    ("lying", "words"),
    [
        (tensor(1), "reaches byte 20"),
        (tensor(0, (5,)), "reaches byte 20"),
        (tensor(0, (2, 2), (3, 1)), "reaches byte 20"),
        (tensor(-1), "cannot be"),
        (tensor(0, (-4,)), "cannot be"),
        (tensor(3, (4,), (-1,)), "cannot be"),
        (tensor(0, (4,), (1, 1)), "cannot be"),
        (tensor(1 << 61, (1,)), "reaches byte"),
        (tensor(0, (1 << 40,), (0,)), "repeat"),
        (tensor(0, (1 << 62, 1 << 62), (0, 0)), "repeat"),
    ],
)
def test_a_tensor_that_leaves_its_storage_is_refused(lying: Reduce, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        planned(checkpoint({"w": lying}))
    assert planned(checkpoint({"w": tensor()})).tensors


def test_an_expanded_view_is_written_out_within_bounds() -> None:
    (one,) = planned(checkpoint({"w": tensor(0, (100, 4), (0, 1))})).tensors
    assert one.size == 1_600
    assert one.span == 16


@pytest.mark.parametrize(
    "made",
    [
        Tensor(name="w", shape=(4,), numel=1_000),
        Tensor(name="w", shape=(4,), key="../../absent"),
        Tensor(name="w", shape=(4,), storage=("os", "FloatStorage")),
        Tensor(name="w", shape=(4,), storage=("torch", "InertStorage")),
        Tensor(name="w", shape=(4,), data=bytes(12)),
    ],
)
def test_a_storage_that_lies_is_refused(made: Tensor) -> None:
    with pytest.raises(Malformed):
        planned(zip_checkpoint([made]))


def test_a_storage_declared_twice_differently_is_refused() -> None:
    other = PersistentId(("storage", Global("torch", "FloatStorage"), "0", "cpu", 2))
    with pytest.raises(Malformed, match="twice"):
        planned(checkpoint([STORAGE_ID, other]))


def test_two_members_of_one_name_are_refused() -> None:
    records = zip_records(state_dict_pickle())
    entries = [Entry(name=f"archive/{name}", data=data) for name, data in records.items()]
    assert planned(archive(*entries)).tensors
    with pytest.raises(Malformed, match="two members"):
        planned(archive(*entries, Entry(name="archive/DATA/0", data=bytes(64))))


def test_compressed_storages_are_unpacked_and_without_a_place_refused(tmp_path: Path) -> None:
    records = zip_records(state_dict_pickle())
    entries = [Entry(name=f"archive/{name}", data=data) for name, data in records.items()]
    small = [replace(one, method=DEFLATE) if one.name == "archive/data.pkl" else one for one in entries]
    assert [one.name for one in planned(archive(*small)).tensors] == [one.name for one in TENSORS]
    whole = archive(*(replace(one, method=DEFLATE) for one in entries))
    with pytest.raises(Malformed, match="no file to unpack it into"):
        planned(whole)
    with (tmp_path / "unpacked").open("w+b", buffering=0) as file:
        plan = plan_of(BytesSource(whole), unpacked=Unpacked(len(whole), file.fileno()))
        for one, made in zip(plan.tensors, TENSORS, strict=True):
            assert one.unpacked
            assert os.pread(file.fileno(), one.span, one.offset) == made.contents()


def test_members_that_are_not_read_are_told() -> None:
    plan = planned(zip_checkpoint(extra={"code/__torch__.py": b"INERT", "constants.pkl": b"\x80\x02)."}))
    assert [one.what for one in plan.dropped] == ["archive/code/__torch__.py", "archive/constants.pkl"]
    assert not planned(zip_checkpoint()).dropped


def test_an_order_of_bytes_that_does_not_exist_is_refused() -> None:
    records = zip_records(state_dict_pickle())
    assert all(one.swapped for one in planned(zip_layout(records | {"byteorder": b"big"})).tensors)
    with pytest.raises(Malformed, match="order of bytes"):
        planned(zip_layout(records | {"byteorder": b"middle"}))


HOSTILE = {
    "reduce": reduce_call(), "stack_global": stack_global(), "inst": inst(), "obj": popped_obj(), "newobj": newobj(),
    "newobj_ex": newobj_ex(), "build": double_build(), "slots": slot_state_on_class(), "extension": extension(),
    "mutated": mutated_global(),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_told_and_runs_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    events: list[str] = []
    watching = [True]

    def hook(event: str, arguments: object) -> None:
        if watching[0] and event in {
            "import",
            "os.system",
            "exec",
            "compile",
            "subprocess.Popen",
            "open",
            "socket.connect",
        }:
            events.append(f"{event} {arguments}"[:200])

    content = zip_layout({"data.pkl": HOSTILE[name]})
    _warm()
    sys.addaudithook(hook)
    try:
        try:
            plan = planned(content)
        finally:
            watching[0] = False
    except Malformed:
        assert name == "mutated"  # a global that is filled as if it were a dict
    else:
        assert not plan.tensors
        assert plan.dropped
    assert not events
    assert not list(tmp_path.iterdir())


def _warm() -> None:
    """Have everything imported that planning itself imports."""
    planned(zip_checkpoint())
    planned(zip_layout({"data.pkl": dumps({"a": Reduce(Global("inert", "absent"), ())}, 2)}))
    planned(zip_layout({"data.pkl": b"\x80\x02cinert\nabsent\n."}))


def test_a_call_whose_result_is_thrown_away_is_told_and_so_is_a_bare_name() -> None:
    stream = b"\x80\x02cinert\ncalled\n)R0cinert\nnamed\n0}."
    reasons = {one.what: one.reason for one in planned(zip_layout({"data.pkl": stream})).dropped}
    assert reasons["inert.called"].startswith("called by the file")
    assert reasons["inert.named"] == "named by the file"


def test_a_payload_beside_weights_costs_no_weights() -> None:
    honest, poisoned = planned(zip_checkpoint()), planned(zip_checkpoint(poisoned=reduce_call()[:-1]))
    assert [one.name for one in poisoned.tensors] == [one.name for one in honest.tensors]
    assert any("system" in one.what for one in poisoned.dropped)


def test_modules_give_their_parameters_without_their_classes() -> None:
    torch = import_module("torch")
    from io import BytesIO

    made = BytesIO()
    torch.save(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)), made)
    plan = planned(made.getvalue())
    assert [one.name for one in plan.tensors] == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
    ]  # fmt: skip
    assert {"torch.nn.modules.linear.Linear", "torch.nn.modules.batchnorm.BatchNorm1d"} <= {
        one.what for one in plan.dropped
    }


def test_tensors_of_objects_are_carried_or_named() -> None:
    made = Reduce(Global("inert", "Pair"), (tensor(), 3))
    plan = planned(checkpoint({"pair": made, "odd": Reduce(Global("torch._utils", "_rebuild_tensor_v2"), (1, 2))}))
    assert [one.name for one in plan.tensors] == ["pair.args.0"]
    assert [name for name, _ in plan.unsupported] == ["odd"]
    assert [one.what for one in plan.dropped] == ["inert.Pair"]


def test_a_storage_without_a_tensor_is_named() -> None:
    assert [name for name, _ in planned(checkpoint({"s": STORAGE_ID, "w": tensor()})).unsupported] == ["s"]


def test_a_name_that_two_tensors_would_have_is_refused() -> None:
    with pytest.raises(Malformed, match="two tensors"):
        planned(checkpoint({"a.b": tensor(), "a": {"b": tensor(1, (1,))}}))


def test_of_equal_keys_the_last_counts() -> None:
    stream = b"\x80\x02}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bK\x02X\x01\x00\x00\x00aK\x03u."
    assert json.loads(planned(zip_layout({"data.pkl": stream})).plain) == {"a": 3, "b": 2}


def test_a_shared_container_that_stands_for_billions_is_refused() -> None:
    stream = b"\x80\x02]q\x00" + b"".join(
        b"](h%bh%be" % (bytes([at]), bytes([at])) + b"q%b" % bytes([at + 1]) for at in range(40)
    )
    with pytest.raises(OverLimit, match="values"):
        planned(zip_layout({"data.pkl": stream + b"."}))


def test_a_list_in_itself_ends() -> None:
    plan = planned(zip_layout({"data.pkl": b"\x80\x02]q\x00h\x00a."}))
    assert [(one.path, one.reason) for one in plan.dropped] == [("0", "it lies within itself, and was met on the way")]
    assert not plan.unsupported


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b".",
        b"0.",
        b"(.",
        b"h\x00.",
        b"\x80\x09N.",
        b"N",
        b"X\xff\xff\xff\x7fa.",
        b"\x8a\xff.",
        b"t.",
        b"I12",
        b"\x97.",
    ],
)
def test_a_broken_stream_is_refused(stream: bytes) -> None:
    with pytest.raises((Malformed, OverLimit)):
        planned(zip_layout({"data.pkl": stream}))


def test_limits_end_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, few in (("OPCODES", 5), ("TEXT_BYTES", 5), ("CONTAINED", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(unpickler, name, few)
            with pytest.raises(OverLimit):
                planned(zip_checkpoint())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_pickle_is_planned_or_refused(stream: bytes) -> None:
    _planned_or_refused(zip_layout({"data.pkl": stream, "data/0": bytes(16)}))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 1 << 16), byte=st.integers(0, 255), make=st.sampled_from([legacy, tarred, zip_checkpoint]))
def test_any_change_of_a_checkpoint_is_planned_or_refused(at: int, byte: int, make: Callable[[], bytes]) -> None:
    content = bytearray(make())
    content[at % len(content)] = byte
    _planned_or_refused(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100) | st.binary(max_size=60).map(lambda some: b"PK\3\4" + some))
def test_any_bytes_are_planned_or_refused(content: bytes) -> None:
    _planned_or_refused(content)


def _planned_or_refused(content: bytes) -> None:
    try:
        plan = planned(content)
    except (Malformed, OverLimit, UsageError):
        return
    for one in plan.tensors:
        assert 0 <= one.offset <= one.offset + one.span <= len(content)


def test_other_kinds_of_files_are_not_converted() -> None:
    for content in (b"GGUF" + bytes(60), zip_layout({"other": b"INERT"})):
        with pytest.raises(UsageError):
            planned(content)
