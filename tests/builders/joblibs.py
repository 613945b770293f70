"""joblib files: pickles with array bytes between their opcodes, compressed or not, and older forms (OTH-01 to OTH-04).

Since joblib 0.10 a `NumpyArrayWrapper` in the stream is followed by the array itself: since 1.2 one byte with the
length of the padding, the padding (0xff), then the elements; for object arrays a nested pickle. Before 0.10 an
`NDArrayWrapper` named a `.npy` file beside the pickle, and compressed pickles began with `ZF`. Sources:
`joblib/numpy_pickle.py` and `joblib/numpy_pickle_compat.py`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from tests.builders import numpys, streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops
from tests.builders.pickles.honest import array, array_bytes, dtype
from tests.builders.pickles.programs import SHELL, Target, call_target, program
from tests.builders.pickles.writer import Writer, dumps

WRAPPER = Global("joblib.numpy_pickle", "NumpyArrayWrapper")
OLD_WRAPPER = Global("joblib.numpy_pickle", "NDArrayWrapper")
_ZFILE_WIDTH = len(f"{1 << 64:#x}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InlineArray:
    """An array in the stream; `contents` are its bytes (or nested pickle), `claimed` the shape that the wrapper says.

    `alignment` None is the form before joblib 1.2, without padding; `padding` is the padding byte if it is to lie.
    """

    shape: tuple[int, ...] = (4,)
    descriptor: str = "f4"
    contents: bytes | None = None
    claimed: tuple[int, ...] | None = None
    order: str = "C"
    alignment: int | None = 16
    padding: int | None = None

    def wrapper(self) -> NewObj:
        """The object that joblib pickles in place of the array."""
        objects = self.descriptor.startswith("O")
        state: dict[object, object] = {
            "subclass": Global("numpy", "ndarray"),
            "shape": self.shape if self.claimed is None else self.claimed,
            "order": self.order,
            "dtype": dtype(self.descriptor),
            "allow_mmap": not objects,
        }
        if self.alignment is not None:
            state["numpy_array_alignment_bytes"] = self.alignment
        return NewObj(WRAPPER, state=state)

    def inline(self, at: int) -> bytes:
        """Padding and elements when the stream is `at` bytes long; a nested pickle of an array for objects."""
        if self.descriptor.startswith("O"):
            return dumps(array((2,), "O8", ["a", "b"]), 5) if self.contents is None else self.contents
        held = array_bytes(self.shape, self.descriptor) if self.contents is None else self.contents
        if self.alignment is None:
            return held
        length = self.alignment - (at + 1) % self.alignment if self.padding is None else self.padding
        return bytes([length]) + b"\xff" * length + held


class _JoblibWriter(Writer):
    def save(self, value: object) -> None:
        super().save(value.wrapper() if isinstance(value, InlineArray) else value)
        if isinstance(value, InlineArray):
            self.commit()
            self.outside(value.inline(self.written()))


def dump(value: object, protocol: int = 4) -> bytes:
    """The joblib file of a value in which `InlineArray` stands for arrays."""
    writer = _JoblibWriter(protocol, memo=True, frame=True)
    writer.header()
    writer.save(value)
    writer.emit(op.STOP)
    return writer.finish()


def honest(protocol: int = 4, *, alignment: int | None = 16) -> bytes:
    """A dictionary of two arrays and plain values."""
    arrays = {
        "weight": InlineArray(shape=(2, 3), alignment=alignment),
        "bias": InlineArray(shape=(3,), alignment=alignment),
    }
    return dump({"coef": arrays, "classes": ["a", "b"], "n_iter": 7}, protocol)


def object_array(pickle: bytes | None = None) -> bytes:
    """An object array, whose nested pickle follows the wrapper (OTH-02)."""
    return dump({"names": InlineArray(shape=(2,), descriptor="O8", contents=pickle)})


def poisoned(target: Target = SHELL, place: str = "after") -> bytes:
    """A call `before` or `after` the inline array, or `between` two of them (OTH-01)."""
    payload, first, second = Ops(call_target(target)), InlineArray(), InlineArray(shape=(2, 3), descriptor="f8")
    values: dict[str, list[object]] = {
        "before": [payload, first],
        "after": [first, payload],
        "between": [first, payload, second],
    }
    return dump(values[place])


def poisoned_objects(target: Target = SHELL) -> bytes:
    """A call inside the nested pickle of an object array (OTH-02)."""
    return object_array(program(call_target(target), protocol=5))


def opcodes_in_array(target: Target = SHELL) -> bytes:
    """Array bytes that read like a hostile pickle, in an honest file: readers that lose count report them."""
    fake = program(call_target(target))
    fake += bytes(-len(fake) % 4)
    return dump({"weight": InlineArray(shape=(len(fake) // 4,), contents=fake)})


def shape_bomb(claimed: tuple[int, ...] = (1 << 40,)) -> bytes:
    """A wrapper that claims far more elements than the file has (OTH-04)."""
    return dump({"weight": InlineArray(claimed=claimed)})


def short_claim(target: Target = SHELL) -> bytes:
    """A wrapper that claims fewer elements than follow: what follows are opcodes, and they are run (OTH-01)."""
    hidden = call_target(target) + op.POP
    return dump({"weight": InlineArray(shape=(1,), contents=bytes(4) + hidden)})


def compressed(data: bytes, codec: str = "zlib") -> bytes:
    """A joblib file behind a codec: zlib, gz, bz2, xz, lzma, lz4 (joblib knows these), or zst (SCN-15)."""
    return streams.CODECS[codec](data)


def zfile(data: bytes) -> bytes:
    """The compressed form before joblib 0.10: `ZF`, the length in hexadecimal, a zlib stream (OTH-03)."""
    return b"ZF" + f"{len(data):#x}".ljust(_ZFILE_WIDTH).encode() + zlib.compress(data)


def sidecars(
    name: str = "model.pkl", *, array: bytes | None = None, sidecar: str | None = None, protocol: int = 2
) -> dict[str, bytes]:
    """The files of the form before joblib 0.10: a pickle and the `.npy` that it names (OTH-03).

    `array` replaces the `.npy` (an object array makes it run code), `sidecar` the name that the pickle holds (`../…`).
    """
    beside = f"{name}_01.npy"
    named = beside if sidecar is None else sidecar
    state = {"filename": named, "subclass": Global("numpy", "ndarray"), "allow_mmap": True}
    pickled = dumps({"weight": NewObj(OLD_WRAPPER, state=state)}, protocol)
    return {name: pickled, beside: numpys.npy((4,)) if array is None else array}
