"""Honest pickles load; hostile ones are read opcode by opcode and never loaded."""

from __future__ import annotations

import collections
import datetime
import pickle
import pickletools
from collections.abc import Callable

import pytest

from tests.builders import pickles
from tests.builders.pickles import GADGETS, HONEST, SAMPLES, VIAS, Gadget, Sample, op

# What each technique must show: opcodes in this order, other opcodes between them or not.
MARKS: dict[str, tuple[str, ...]] = {
    "PKL-01": ("GLOBAL", "REDUCE"),
    "PKL-02": ("STACK_GLOBAL", "REDUCE"),
    "PKL-03": ("REDUCE", "STACK_GLOBAL", "REDUCE"),
    "PKL-04": ("MARK", "INST"),
    "PKL-05": ("MARK", "GLOBAL", "OBJ", "POP"),
    "PKL-06": ("GLOBAL", "NEWOBJ"),
    "PKL-07": ("NEWOBJ", "BUILD"),
    "PKL-08": ("NEWOBJ", "GLOBAL", "BUILD", "BUILD"),
    "PKL-09": ("GLOBAL", "GLOBAL", "BUILD"),
    "PKL-10": ("NEWOBJ", "STACK_GLOBAL", "BUILD"),
    "PKL-11": ("EXT", "REDUCE"),
    "PKL-12": ("PERSID",),
    "PKL-13": ("GLOBAL", "TEM|PPEND"),
    "PKL-14": ("GLOBAL", "GLOBAL", "SETITEM"),
    "PKL-15": ("GLOBAL", "REDUCE"),
    "PKL-16": ("STACK_GLOBAL", "REDUCE"),
    "PKL-18": ("GLOBAL", "REDUCE"),
    "PKL-34": ("GLOBAL", "REDUCE", "STACK_GLOBAL", "REDUCE"),
    "PKL-35": ("GLOBAL", "REDUCE"),
    "PKL-36": ("GLOBAL", "POP"),
    "PKL-38": ("GLOBAL", "SETITEM"),
    "PKL-22": ("FRAME", "GLOBAL", "REDUCE"),
    "PKL-23": ("MEMOIZE", "BINGET", "MEMOIZE", "BINGET", "BINGET", "STACK_GLOBAL", "REDUCE"),
    "PKL-24": ("BINPUT", "BINPUT", "BINGET", "STACK_GLOBAL", "REDUCE", "BINPUT"),
    "PKL-25": ("DUP", "POP", "POP_MARK", "STACK_GLOBAL", "REDUCE"),
    "PKL-26": ("GLOBAL", "REDUCE", "BINGET"),
    "PKL-27": ("GLOBAL", "REDUCE"),
    "PKL-31": ("GLOBAL", "BIN", "REDUCE"),
    "PKL-33": ("STACK_GLOBAL", "REDUCE"),
    "PKL-40": ("NEXT_BUFFER",),
    "PKL-42": ("GLOBAL", "REDUCE", "POP", "GLOBAL", "REDUCE"),
}
# pickletools stops before the payload: that is the technique.
DISPUTED = {"PKL-19", "PKL-20", "PKL-21", "PKL-28"}


def _read(stream: bytes) -> tuple[list[str], bool]:
    """Names of the opcodes that `pickletools` can read, and whether it came to STOP."""
    names: list[str] = []
    try:
        for info, _argument, _position in pickletools.genops(stream):
            names.append(info.name)
    except (ValueError, UnicodeDecodeError):
        return names, False
    return names, True


def _in_order(names: list[str], marks: tuple[str, ...]) -> bool:
    rest = iter(names)
    return all(any(any(part in name for part in mark.split("|")) for name in rest) for mark in marks)


def _ids(sample: Sample) -> str:
    return f"{sample.technique}-{sample.name}"


@pytest.mark.parametrize("sample", SAMPLES, ids=_ids)
def test_samples_are_what_they_say(sample: Sample) -> None:
    names, complete = _read(sample.build())
    if sample.technique in MARKS:
        assert _in_order(names, MARKS[sample.technique])
    if sample.technique == "PKL-27" or (sample.technique in DISPUTED and "010" not in sample.name):
        assert not complete


@pytest.mark.parametrize("sample", SAMPLES, ids=_ids)
def test_twins_are_other_streams_that_pickletools_reads(sample: Sample) -> None:
    twin = sample.twin()
    assert twin != sample.build()
    assert _read(twin)[1]
    assert b"system" not in twin
    assert b"INERT" not in twin or sample.technique in {"PKL-12", "PKL-13", "PKL-14", "PKL-38"}


@pytest.mark.parametrize("sample", SAMPLES, ids=_ids)
def test_payloads_are_inert(sample: Sample) -> None:
    stream = sample.build()
    if b"posix" in stream or b"commands" in stream:
        assert b"INERT" in stream or sample.technique in {"PKL-09", "PKL-10", "PKL-14", "PKL-35", "PKL-38"}


def test_names_are_unique_and_every_static_technique_is_there() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
    elsewhere = {17, 32, 37, 39}  # gadgets; plain strings; a repository's own files; a matter of run time
    wanted = {f"PKL-{number:02}" for number in range(1, 43) if number not in elsewhere}
    assert wanted <= {sample.technique for sample in SAMPLES}
    assert any(gadget.family == "PKL-17" for gadget in GADGETS)


@pytest.mark.parametrize("how", ["base64", "misaligned", "hex", "zlib", "rot13"])
def test_encoded_payloads_are_only_strings(how: str) -> None:
    names, complete = _read(pickles.hostile_streams.encoded(how=how))
    assert complete
    assert "REDUCE" not in names


def test_pickletools_reads_the_octal_literal_as_decimal() -> None:
    [(_, value, _), _stop] = pickletools.genops(op.INT(pickles.hostile_streams.OCTAL_INTEGER) + op.STOP)
    assert value == 10


@pytest.mark.parametrize("gadget", GADGETS, ids=lambda gadget: f"{gadget.module}.{gadget.name}")
def test_gadgets_call_the_name_that_the_row_says(gadget: Gadget) -> None:
    operations = list(pickletools.genops(pickles.gadget_call(gadget, via="global")))
    assert [argument for info, argument, _ in operations if info.name == "GLOBAL"] == [f"{gadget.module} {gadget.name}"]
    assert operations[-2][0].name == "REDUCE"


@pytest.mark.parametrize("via", VIAS)
@pytest.mark.parametrize("protocol", range(6))
def test_calls_by_every_road(via: pickles.Via, protocol: int) -> None:
    names, complete = _read(pickles.pickled_call(pickles.ABSENT, protocol=protocol, via=via))
    last = {"inst": "INST", "obj": "OBJ", "newobj": "NEWOBJ", "newobj_ex": "NEWOBJ_EX"}.get(via, "REDUCE")
    assert complete
    assert names[-2:] == [last, "STOP"]
    assert ("PROTO" in names) == (protocol >= 2)


@pytest.mark.parametrize("via", ["global", "stack_global", "memo", "inst", "obj"])
@pytest.mark.parametrize("protocol", range(6))
def test_honest_calls_by_every_road_load(via: pickles.Via, protocol: int) -> None:
    stream = pickles.pickled_call(pickles.VETTED, protocol=protocol, via=via)
    assert pickle.loads(stream) == collections.OrderedDict()


@pytest.mark.parametrize("protocol", range(6))
def test_honest_values_load(protocol: int) -> None:
    assert pickle.loads(pickles.plain_data(protocol)) == pickles.PLAIN
    assert pickle.loads(pickles.ordered_dict(protocol=protocol)) == collections.OrderedDict(a=1, b=2)
    assert pickle.loads(pickles.default_dict(protocol=protocol)).default_factory is list
    assert pickle.loads(pickles.datetime_value(protocol)) == datetime.datetime(2024, 1, 2, 3, 4, 5, 6)
    assert pickle.loads(pickles.namespace(protocol)).epochs == 3


@pytest.mark.parametrize(
    "technique", ["PKL-02", "PKL-05", "PKL-13", "PKL-19", "PKL-22", "PKL-23", "PKL-24", "PKL-25", "PKL-33", "PKL-41"]
)
def test_twins_with_vetted_names_load(technique: str) -> None:
    for sample in SAMPLES:
        if sample.technique == technique and sample.name not in {"nesting_bomb", "memo_index_bomb"}:
            pickle.loads(sample.twin(), encoding="ASCII")


@pytest.mark.libraries
@pytest.mark.parametrize(("name", "build"), HONEST, ids=[name for name, _ in HONEST])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_honest_pickles_load_with_their_libraries(name: str, build: Callable[[], bytes]) -> None:
    pytest.importorskip("numpy")
    pytest.importorskip("sklearn")
    assert pickle.loads(build()) is not None


@pytest.mark.libraries
@pytest.mark.parametrize("protocol", range(6))
def test_arrays_as_numpy_writes_them(protocol: int) -> None:
    numpy = pytest.importorskip("numpy")
    assert pickles.numpy_array(protocol=protocol) == pickle.dumps(numpy.arange(4, dtype="f4"), protocol)
    assert pickles.numpy_scalar(protocol=protocol) == pickle.dumps(numpy.float64(2.5), protocol)
    assert pickles.object_array(protocol=protocol) == pickle.dumps(numpy.array(["x", None], dtype=object), protocol)
    loaded = pickle.loads(pickles.state_dict(protocol))
    assert loaded["layer.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_custom_class_is_only_read() -> None:
    names, complete = _read(pickles.custom_class("my_pkg", "Net"))
    assert complete
    assert _in_order(names, ("STACK_GLOBAL", "NEWOBJ", "BUILD"))
