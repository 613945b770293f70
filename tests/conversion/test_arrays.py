"""numpy's and joblib's files against numpy and joblib; lies about arrays."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.pickles import dumps
from tests.builders.pickles.described import Global, Ops, Reduce
from tests.builders.torches import zip_layout
from tests.builders.zips import plain
from tests.conversion.test_convert import converted, flat
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.source import BytesSource


def npy(shape: str = "(2,)", descr: str = "'<f4'", data: bytes = bytes(8), fortran: str = "False") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def arrays() -> dict[str, Any]:
    import numpy as np

    kinds = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8"]
    made = {kind.strip("?") or "bool": (np.arange(12).reshape(3, 4) % 2).astype(kind) for kind in kinds}
    return made | {
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "turned": np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        "backwards": np.arange(12.0).reshape(3, 4)[::-2, ::-1],
        "scalar": np.array(2.5),
        "none": np.ones(0),
        "text": np.frombuffer(b"only letters, as Python 2 writes", "i4"),
        **{f"big {kind}": np.arange(6).reshape(2, 3).astype(f">{kind}") for kind in ("i2", "f4", "f8", "c8")},
    }


def save_npz(path: Path) -> dict[str, Any]:
    import numpy as np

    np.savez(path, **arrays())
    return arrays()


def save_joblib(path: Path) -> dict[str, Any]:
    import joblib

    joblib.dump(arrays() | {"epoch": 3}, path)
    return arrays()


def pickled(protocol: int) -> Callable[[Path], dict[str, Any]]:
    def save(path: Path) -> dict[str, Any]:
        path.write_bytes(pickle.dumps(arrays() | {"epoch": 3}, protocol))
        return arrays()

    return save


def save_npy(path: Path) -> dict[str, Any]:
    import numpy as np

    made = np.arange(24.0).reshape(2, 3, 4).transpose(2, 1, 0)
    with path.open("wb") as file:
        np.save(file, made)
    return {"tensor": made}


@pytest.mark.libraries
@pytest.mark.parametrize(
    ("save", "layout"),
    [
        (save_npz, "numpy.npz"), (save_joblib, "joblib"), (save_npy, "numpy.npy"),
        *((pickled(protocol), "pickle") for protocol in range(6)),
    ],
)  # fmt: skip
def test_it_is_what_numpy_loads(save: Callable[[Path], dict[str, Any]], layout: str, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    path = tmp_path / ("arrays.npz" if save is save_npz else "arrays.bin")
    wanted = save(path)
    made = converted(path)
    found = load_file(made.weights[0].path)
    assert made.plan.layout == layout
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert found[name].dtype == one.dtype.newbyteorder("=")
        assert found[name].shape == one.shape
        assert found[name].tobytes() == one.astype(one.dtype.newbyteorder("=")).tobytes()
    if made.plain:
        assert json.loads(Path(made.plain).read_text()) == {"epoch": 3}
    assert not made.plan.dropped


@pytest.mark.libraries
@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz"])
def test_types_of_ml_dtypes_are_known_by_their_names(name: str, tmp_path: Path) -> None:
    import joblib
    import ml_dtypes
    import numpy as np
    from safetensors.torch import load_file

    one = np.arange(6).reshape(2, 3).astype(getattr(ml_dtypes, name))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"w": one}, 5))
    joblib.dump({"w": one}, tmp_path / "b.joblib")
    for path in ("a.pkl", "b.joblib"):
        made = converted(tmp_path / path)
        found = load_file(made.weights[0].path)["w"]
        assert str(found.dtype) == f"torch.{name}"
        assert bytes(found.untyped_storage()) == one.tobytes()
        assert not made.plan.dropped


@pytest.mark.parametrize("axes", [(0,), (0, 0), (1, 2), (False, True), "10", 3, None])
def test_axes_that_are_no_order_of_axes_are_not_followed(axes: object) -> None:
    turned = Reduce(Global("numpy._core.numeric", "_frombuffer"), (bytes(24), DTYPE, (2, 3), "K", axes))
    assert [name for name, _ in plan_of(BytesSource(dumps({"a": turned}, 4))).unsupported] == ["a"]


@pytest.mark.libraries
def test_numbers_of_numpy_are_plain_data(tmp_path: Path) -> None:
    import numpy as np
    import torch

    path = tmp_path / "last.ckpt"
    torch.save({"w": torch.ones(2), "best": np.float64(0.25), "step": np.int32(7), "on": np.bool_(True)}, path)
    assert flat(torch.load(path, weights_only=False)).keys() == {"w"}
    made = converted(path)
    assert json.loads(Path(made.plain).read_text()) == {"best": 0.25, "step": 7, "on": True}
    assert not made.plan.dropped


@pytest.mark.parametrize(
    "content",
    [
        npy(shape="(3,)"), npy(shape="(1,)"), npy(shape="(-2,)"), npy(shape="(2, True)"), npy(shape="2"),
        npy(fortran="0"), npy(descr="__import__('os')"), npy() + b"INERT",
        npy()[:40], npy(shape=f"({1 << 61}, 8)"),
    ],
)  # fmt: skip
def test_a_header_that_lies_is_refused(content: bytes) -> None:
    assert plan_of(BytesSource(npy())).tensors
    for whole in (content, plain({"a.npy": content})):
        with pytest.raises(Malformed):
            plan_of(BytesSource(whole))


@pytest.mark.parametrize(("descr", "size"), [("[('a', '<M8[s]')]", 16), ("'|V4'", 8), ("'<f16'", 32)])
def test_types_that_safetensors_does_not_have_are_named(descr: str, size: int) -> None:
    plan = plan_of(BytesSource(npy(descr=descr, data=bytes(size))))
    assert not plan.tensors
    assert [name for name, _ in plan.unsupported] == ["tensor"]


@pytest.mark.parametrize(("descr", "size"), [("'<U3'", 24), ("'|S2'", 4), ("'<M8[s]'", 16)])
def test_text_and_dates_are_dropped_for_they_are_no_weights(descr: str, size: int) -> None:
    plan = plan_of(BytesSource(plain({"a.npy": npy(descr=descr, data=bytes(size)), "w.npy": npy()})))
    assert [one.name for one in plan.tensors] == ["w"]
    assert [(one.path, one.what) for one in plan.dropped] == [("a", "an array")]
    assert not plan.unsupported


def odd_arrays() -> dict[str, Any]:
    """What travels with weights in files of classical models."""
    import numpy as np

    return {
        "w": np.ones(2), "classes": np.array(["cat", "dog"], dtype=object), "words": np.array(["a", "bc"]),
        "dates": np.array(["2020-01-01"], dtype="M8[D]"), "matrix": np.matrix([[1.0, 2], [3, 4]]),
        "held": np.array([np.ones(2), np.ones(3)], dtype=object), "rows": np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]),
        "mixed": np.array([(1, "a"), (2, [3])], dtype=[("a", "i4"), ("b", "O")]), "last": np.zeros(3, "i2"),
    }  # fmt: skip


def with_joblib(path: Path) -> None:
    import joblib

    joblib.dump(odd_arrays(), path)


@pytest.mark.libraries
@pytest.mark.parametrize("save", [with_joblib, lambda path: path.write_bytes(pickle.dumps(odd_arrays(), 2))])
def test_what_is_no_plain_array_is_dropped_or_named_and_the_rest_carried(
    save: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "model.bin"
    save(path)
    made = converted(path, partial=True)
    assert [one.name for one in made.plan.tensors] == ["w", "matrix", "held.0", "held.1", "rows.records", "last"]
    dropped = {one.path: one.what for one in made.plan.dropped if one.path}
    assert {dropped.get(name) for name in ("classes", "words", "dates")} == {"an array"}
    assert [name for name, _ in made.plan.unsupported] == ["mixed"]
    assert any("matrix" in one.what for one in made.plan.dropped)


@pytest.mark.libraries
def test_an_array_of_objects_is_a_pickle_behind_its_header(tmp_path: Path) -> None:
    """``np.save`` of a dict: weights of research code lie so."""
    import numpy as np
    from safetensors.numpy import load_file

    weights = {"w": np.arange(6.0).reshape(2, 3), "layers": np.array([{"b": np.ones(2)}, None], dtype=object)}
    np.save(tmp_path / "weights.npy", weights)  # type: ignore[arg-type]
    np.savez(tmp_path / "weights.npz", all=weights)  # type: ignore[arg-type]
    for name, way in (("weights.npy", ""), ("weights.npz", "all")):
        found = load_file(converted(tmp_path / name, way).weights[0].path)
        assert {name: one.tolist() for name, one in found.items()} == {
            "w": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], "layers.0.b": [1.0, 1.0],
        }  # fmt: skip
        for made in tmp_path.glob("weights.*[!yz]"):
            made.unlink()
    plan = plan_of(BytesSource((tmp_path / "weights.npy").read_bytes()), "layers.0")
    assert [one.name for one in plan.tensors] == ["b"]


@pytest.mark.libraries
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("order", ["C", "F"])
def test_masked_arrays_are_made_of_data_and_mask(protocol: int, order: Any, tmp_path: Path) -> None:
    import numpy as np

    from tests.conversion.test_compounds import load

    mask = [[False, True, False], [True, False, False]]
    wanted = np.ma.array(np.asarray([[1.5, 2, 3], [4, 5, 6]], order=order), mask=mask, fill_value=-1)
    path = tmp_path / "arrays.pkl"
    path.write_bytes(pickle.dumps({"a": wanted}, protocol))
    found = load(Path(converted(path).weights[0].path))["a"]
    assert found.fill_value == wanted.fill_value
    assert (found.data.tolist(), found.mask.tolist()) == (wanted.data.tolist(), wanted.mask.tolist())


@pytest.mark.libraries
def test_a_masked_array_of_records_is_named() -> None:
    import numpy as np

    held = {"m": np.ma.zeros(2, dtype=[("a", "i4"), ("b", "i4")]), "w": np.ones(2)}
    plan = plan_of(BytesSource(pickle.dumps(held, 4)))
    assert [one.name for one in plan.tensors] == ["w"]
    assert plan.unsupported == (("m", "a masked array of records or objects"),)


def test_a_masked_array_within_itself_is_refused() -> None:
    made = dumps(Reduce(Global("numpy.ma.core", "_mareconstruct"), (MASKED, NDARRAY, (0,), b"b")), 4)[2:-1]
    before = b"".join(dumps(one, 4)[2:-1] for one in (1, (4,), DTYPE, False, bytes(16), bytes(4)))
    for fill, count in ((b"N", 1), (b"h\x07", 0)):
        plan = plan_of(BytesSource(b"\x80\x04" + made + b"q\x07(" + before + fill + b"tb."))
        assert len(plan.unsupported) == 1 - count


def trees() -> Any:
    """What scikit-learn's trees keep, in order and packed; text, an array in a record, another order of bytes."""
    import numpy as np

    fields = [("left", "<i8"), ("threshold", ">f8"), ("gap.é", "?"), ("name", "U3"), ("box", "<f4", (2, 2))]
    made = {}
    for name, dtype in (("packed", np.dtype(fields)), ("aligned", np.dtype(fields, align=True))):
        one = np.zeros((2, 3), dtype)
        one["left"], one["threshold"], one["name"] = np.arange(6).reshape(2, 3), 0.5, "ab"
        one["box"][1, 2] = [[1, 2], [3, 4]]
        made |= {name: one, f"{name} turned": np.asfortranarray(one), f"{name} none": one[:, :0]}
        made[f"{name} axes"] = np.stack([one, one, one[::-1]]).transpose(1, 0, 2)
    return made


def with_npz(held: Any, path: Path) -> None:
    import numpy as np

    np.savez(path, **held)


@pytest.mark.libraries
@pytest.mark.parametrize("protocol", [2, 4, 5, "joblib", "npz"])
def test_records_are_made_again_as_they_were(protocol: int | str, tmp_path: Path) -> None:
    import joblib

    from tests.conversion.test_compounds import load

    wanted = trees()
    path = tmp_path / "trees.npz"
    if isinstance(protocol, int):
        path.write_bytes(pickle.dumps(wanted, protocol))
    else:
        (joblib.dump if protocol == "joblib" else with_npz)(wanted, path)
    found = load(Path(converted(path).weights[0].path))
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert (found[name].dtype, found[name].shape) == (one.dtype, one.shape), name
        assert [found[name][field].tolist() for field in one.dtype.names] == [one[f].tolist() for f in one.dtype.names]


@pytest.mark.parametrize(
    ("descr", "why"),
    [
        ("[('a', '<i4'), ('b', '|O')]", "more than numbers and text"),
        ("[('a', '<M8[s]')]", "more than numbers and text"),
        ("[('a', '<i4'), ('a', '<i4')]", "more than numbers and text"),
        ("[('a', '<i4', (2, -1))]", "more than numbers and text"),
        ("[('', '<i4'), ('', '<i4')]", "more than numbers and text"),
        ("[]", "more than numbers and text"),
    ],
)
def test_records_of_what_is_no_bytes_are_named(descr: str, why: str) -> None:
    plan = plan_of(BytesSource(npy("(1,)", descr)))
    assert why in plan.unsupported[0][1]


def test_records_are_held_against_their_bytes() -> None:
    descr = "[('a', '<i4'), ('', '|V3'), ('b', '|u1')]"
    assert plan_of(BytesSource(npy("(2,)", descr, bytes(16)))).tensors[0].shape == (2, 8)
    with pytest.raises(Malformed, match="more or fewer bytes"):
        plan_of(BytesSource(npy("(3,)", descr, bytes(16))))

    def record(offset: int) -> Reduce:
        fields = {"a": (DTYPE, 0), "b": (DTYPE, offset)}
        return Reduce(Global("numpy", "dtype"), ("V8", False, True), state=(3, "|", None, ("a", "b"), fields, 8, 1, 16))

    def planned(offset: int) -> Plan:
        called = Global("numpy._core.multiarray", "_reconstruct")
        state = (1, (2,), record(offset), False, bytes(16))
        return plan_of(BytesSource(dumps({"r": Reduce(called, (NDARRAY, (0,), b"b"), state=state)}, 4)))

    assert [one.name for one in planned(4).tensors] == ["r.records"]
    assert [name for name, _ in planned(5).unsupported] == ["r"]
    assert [name for name, _ in planned(-1).unsupported] == ["r"]


DTYPE = Reduce(Global("numpy", "dtype"), ("f4", False, True))


def frombuffer(data: bytes, shape: tuple[int, ...]) -> Reduce:
    return Reduce(Global("numpy._core.numeric", "_frombuffer"), (data, DTYPE, shape, "C"))


def test_an_array_of_more_or_fewer_elements_than_bytes_is_refused() -> None:
    assert plan_of(BytesSource(dumps({"a": frombuffer(bytes(16), (4,))}, 4))).tensors
    for other in (3, 5):
        with pytest.raises(Malformed, match="elements in 16 bytes"):
            plan_of(BytesSource(dumps({"a": frombuffer(bytes(16), (other,))}, 4)))


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("V8", (3, "|", None, ("a", "b"), {"a": (DTYPE, 0), "b": (DTYPE, 4)}, 16, 1, 16)),  # bytes of an element
        ("S4", (3, "|", None, None, None, 8, 1, 0)),
        ("f4", (3, "<", None, None, None, -1, -1, 63)),  # flags of objects
        ("f4", (3, "?", None, None, None, -1, -1, 0)),
    ],
)
def test_a_type_whose_state_numpy_would_trust_is_refused(code: str, state: tuple[object, ...]) -> None:
    with pytest.raises(Malformed, match="as numpy does not"):
        plan_of(BytesSource(dumps(Reduce(Global("numpy", "dtype"), (code, False, True), state=state), 4)))


def test_a_type_does_not_change_once_it_is_used() -> None:
    swap = dumps((3, ">", None, None, None, -1, -1, 0), 4)[2:-1] + b"b"
    dtype = dumps(DTYPE, 4)[2:-1]
    assert plan_of(BytesSource(b"\x80\x04" + dtype + swap + b"."))
    with pytest.raises(Malformed, match="as numpy does not"):
        plan_of(BytesSource(b"\x80\x04" + dtype + swap + swap + b"."))
    called = dumps(Global("numpy._core.numeric", "_frombuffer"), 4)[2:-1] + b"(" + dumps(bytes(8), 4)[2:-1]
    laid = dtype + b"\x94q\x07" + called + b"h\x07" + dumps((2,), 4)[2:-1] + dumps("C", 4)[2:-1] + b"tR"
    assert plan_of(BytesSource(b"\x80\x04" + laid + b".")).tensors
    with pytest.raises(Malformed, match="as numpy does not"):
        plan_of(BytesSource(b"\x80\x04" + laid + b"h\x07" + swap + b"."))


@pytest.mark.parametrize("order", ["<", "=", "|"])
def test_the_order_of_a_state_counts_alone(order: str) -> None:
    dtype = Reduce(Global("numpy", "dtype"), (">f4", False, True), state=(3, order, None, None, None, -1, -1, 0))
    called = Global("numpy._core.multiarray", "_reconstruct")
    one = Reduce(called, (NDARRAY, (0,), b"b"), state=(1, (2,), dtype, False, bytes(8)))
    assert not plan_of(BytesSource(dumps({"a": one}, 4))).tensors[0].swapped


NDARRAY = Global("numpy", "ndarray")
MASKED = Global("numpy.ma.core", "MaskedArray")


def reconstructed(data: object, shape: tuple[int, ...] = (4,), kind: Global = NDARRAY) -> Reduce:
    called = Global("numpy._core.multiarray", "_reconstruct")
    return Reduce(called, (kind, (0,), b"b"), state=(1, shape, DTYPE, False, data))


def test_arrays_as_text_are_held_against_their_shape(tmp_path: Path) -> None:
    encoded = Reduce(Global("_codecs", "encode"), ("\0\xff" * 8, "latin1"))
    never = Reduce(Global("numpy._core.multiarray", "_reconstruct"), (Global("numpy", "ndarray"), (0,), b"b"))
    with (tmp_path / "unpacked").open("w+b", buffering=0) as file:

        def planned(tree: object) -> Plan:
            content = dumps(tree, 4)
            return plan_of(BytesSource(content), unpacked=Unpacked(len(content), file.fileno()))

        (one,) = planned({"a": reconstructed(encoded)}).tensors
        assert one.unpacked
        assert os.pread(file.fileno(), 16, one.offset) == b"\0\xff" * 8
        assert [name for name, _ in planned({"a": never, "b": reconstructed(3)}).unsupported] == ["a", "b"]
        for hostile in (reconstructed(encoded, (5,)), reconstructed(encoded, (1 << 61, 8))):
            with pytest.raises(Malformed, match="elements in 16 bytes"):
                planned({"a": hostile})
        assert planned({"a": reconstructed(encoded, (-4,))}).unsupported
        unknown = planned({"a": reconstructed(encoded, kind=Global("inert", "Array"))})
        assert [one.what for one in unknown.dropped] == ["inert.Array"]
    with pytest.raises(Malformed, match="no file to unpack it into"):
        plan_of(BytesSource(dumps({"a": reconstructed(encoded)}, 4)))


def test_pickles_within_the_arrays_of_joblib_end() -> None:
    inner = Reduce(Global("numpy", "dtype"), ("O8", False, True))
    wrapper = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}("
    fields = dumps("shape", 4)[2:-1] + dumps((1,), 4)[2:-1] + dumps("dtype", 4)[2:-1] + dumps(inner, 4)[2:-1]
    once = wrapper + fields + b"ub"
    assert plan_of(BytesSource(once + b"\x80\x02N." + b".")).unsupported
    called = plan_of(BytesSource(once + b"\x80\x02cinert\nabsent\n)R." + b"."))
    assert [one.what for one in called.dropped] == ["inert.absent"]
    with pytest.raises(OverLimit, match="within pickles"):
        plan_of(BytesSource(once * 20))


def test_a_wrapper_at_the_end_of_a_file_is_refused() -> None:
    wrapper = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}("
    fields = dumps("shape", 4)[2:-1] + dumps((4,), 4)[2:-1] + dumps("dtype", 4)[2:-1] + dumps(DTYPE, 4)[2:-1]
    honest = wrapper + fields + b"ub" + bytes(16) + b"."
    assert [one.shape for one in plan_of(BytesSource(honest)).tensors] == [(4,)]
    with pytest.raises(Malformed, match="ends inside"):
        plan_of(BytesSource(wrapper + fields + b"ub" + bytes(15)))
    with pytest.raises(Malformed, match="not known"):
        plan_of(BytesSource(wrapper + b"ub" + bytes(15)))


@pytest.mark.parametrize(("fortran", "strides"), [(True, (1, 2)), (1, (1, 2)), (0, (2, 1)), (False, (2, 1))])
def test_the_order_of_axes_is_any_number(fortran: int, strides: tuple[int, int]) -> None:
    called = Global("numpy._core.multiarray", "_reconstruct")
    one = Reduce(called, (NDARRAY, (0,), b"b"), state=(1, (2, 2), DTYPE, fortran, bytes(16)))
    assert plan_of(BytesSource(dumps({"a": one}, 4))).tensors[0].strides == strides


def test_an_array_gets_its_content_once() -> None:
    called = Global("numpy._core.numeric", "_frombuffer")
    state = (1, (1,), DTYPE, False, b"\1\2\3\4")
    with pytest.raises(Malformed, match="another content"):
        plan_of(BytesSource(dumps({"a": Reduce(called, (bytes(8), DTYPE, (2,), "C"), state=state)}, 4)))


def test_arrays_between_opcodes_are_for_joblib_alone() -> None:
    """To ``torch.load`` and ``numpy.load`` what follows a wrapper are opcodes, which may make something else."""
    fields = dumps("shape", 4)[2:-1] + dumps((4,), 4)[2:-1] + dumps("dtype", 4)[2:-1] + dumps(DTYPE, 4)[2:-1]
    array = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(" + fields + b"ub" + bytes(16) + b"."
    assert plan_of(BytesSource(array)).tensors
    for other in (zip_layout({"data.pkl": array, "version": b"3\n"}), npy("(4,)", "'|O'", array)):
        with pytest.raises(Malformed, match="joblib does not read"):
            plan_of(BytesSource(other))


def test_persistent_ids_need_a_loader() -> None:
    with pytest.raises(Malformed, match="persistent id"):
        plan_of(BytesSource(b"\x80\x02Pinert\n."))


def test_tensors_of_torch_in_a_bare_pickle_are_named() -> None:
    nested = Reduce(Global("torch.storage", "_load_from_bytes"), (b"INERT",))
    hooks = Reduce(Global("collections", "OrderedDict"), ())
    made = Reduce(Global("torch._utils", "_rebuild_tensor_v2"), (nested, 0, (4,), (1,), False, hooks))
    plan = plan_of(BytesSource(dumps({"w": made}, 4)))
    assert [name for name, _ in plan.unsupported] == ["w"]
    assert [one.what for one in plan.dropped] == ["torch.storage._load_from_bytes"]


@pytest.mark.parametrize("name", ["NDArrayWrapper", "ZNDArrayWrapper"])
def test_arrays_in_files_of_their_own_are_named(name: str) -> None:
    made = Reduce(Global("joblib.numpy_pickle", name), ("a_01.npy", Global("numpy", "ndarray")))
    assert [name for name, _ in plan_of(BytesSource(dumps({"w": made}, 4))).unsupported] == ["w"]


def test_bytes_behind_the_end_are_told() -> None:
    plan = plan_of(BytesSource(dumps({"a": frombuffer(bytes(16), (4,))}, 4) + dumps(Ops(b"N"), 4)))
    assert any("behind the end" in one.reason for one in plan.dropped)


def test_an_archive_of_other_things_is_not_converted() -> None:
    with pytest.raises(UsageError):
        plan_of(BytesSource(zip_layout({"other": b"INERT"})))
    with pytest.raises(Malformed, match="no array"):
        plan_of(BytesSource(plain({"a.npy": npy(), "run.sh": b"INERT"})))
