"""Rebuilds plain data, tensors and arrays from what a jailed child has packed; runs nothing that it names."""

from __future__ import annotations

import json
import mmap
import re

from weighbridge.core.values import value
from weighbridge.sandbox.testimony import Untrue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_DOCUMENT_BYTES = 32 << 20
ALIGNMENT = 64
_DEEPEST, _LONGEST_NAME, _MOST_DIMENSIONS = 70, 2_048, 64
_NUMPY_DTYPE = re.compile(r"[<>|=][biufcSUMmV][0-9]{1,9}(\[[0-9]{0,9}[a-zA-Z]{1,2}\])?", re.ASCII)
_TORCH_DTYPES = frozenset({
    "float64", "float32", "float16", "bfloat16", "complex128", "complex64", "complex32", "int64", "int32", "int16",
    "int8", "uint8", "uint16", "uint32", "uint64", "bool", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz",
    "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2", "bits8", "bits16", "bits1x8", "bits2x4", "bits4x2",
})  # fmt: skip


@value
class Described:
    """An object of a class, as inert words: nothing of the class is imported here."""

    class_name: str
    attributes: dict[str, object]


def unpack(document: bytes, memory: mmap.mmap) -> object:
    """Rebuild what ``document`` says, with tensors and arrays over ``memory``; raises Untrue.

    ``memory`` is a private writable mapping; tensors keep it alive. What the child placed once is one object here.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise Untrue(f"a document of {len(document)} bytes")
    try:
        found = json.loads(document)
        return _Unpacker(memory).made(found, 0)
    except (ValueError, RecursionError, TypeError, OverflowError):
        raise Untrue("it is no packed object") from None


class _Unpacker:
    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._made: dict[tuple[object, ...], object] = {}

    def made(self, given: Any, depth: int) -> object:
        if type(given) is not dict or not given or depth > _DEEPEST:
            raise Untrue("a node that is none, or too deep")
        kind = next(iter(given))
        if len(given) == 1 and kind in _PLAIN:
            return _PLAIN[kind](given[kind])
        if len(given) == 1 and kind in _SERIES:
            return _SERIES[kind](self.made(one, depth + 1) for one in _list(given[kind]))
        if given.keys() == {"dict"}:
            pairs = [_pair(pair) for pair in _list(given["dict"])]
            return {self.made(key, depth + 1): self.made(content, depth + 1) for key, content in pairs}
        if given.keys() == {"object", "attributes"}:
            held = [_pair(pair) for pair in _list(given["attributes"])]
            attributes = {_word(name): self.made(content, depth + 1) for name, content in held}
            return Described(class_name=_word(given["object"]), attributes=attributes)
        if given.keys() == {kind, "shape", "at"} and kind in {"torch", "numpy"}:
            return self._tensor(kind, _word(given[kind]), _list(given["shape"]), given["at"])
        raise Untrue("a node of an unknown kind")

    def _tensor(self, library: str, dtype: str, shape: list[Any], at: object) -> object:
        if len(shape) > _MOST_DIMENSIONS or type(at) is not int or at < 0 or at % ALIGNMENT:
            raise Untrue("a tensor that lies nowhere")
        count = 1
        for length in shape:
            if type(length) is not int or length < 0:
                raise Untrue("a tensor with a length that is none")
            count *= length
        key = (library, dtype, tuple(shape), at)
        if key not in self._made or not count:
            make = self._torch if library == "torch" else self._numpy
            self._made[key] = make(dtype, shape, count, at)
        return self._made[key]

    def _torch(self, dtype: str, shape: list[int], count: int, at: int) -> object:
        import torch

        kind = getattr(torch, dtype, None) if dtype in _TORCH_DTYPES else None
        if kind is None:
            raise Untrue("a tensor of an unknown dtype")
        self._fits(at, count, torch.empty((), dtype=kind).element_size())
        if not count:
            return torch.empty(shape, dtype=kind)
        return torch.frombuffer(self._memory, dtype=kind, offset=at, count=count).reshape(shape)

    def _numpy(self, dtype: str, shape: list[int], count: int, at: int) -> object:
        import numpy

        if not _NUMPY_DTYPE.fullmatch(dtype):
            raise Untrue("an array of an unknown dtype")
        kind = numpy.dtype(dtype)
        self._fits(at, count, kind.itemsize)
        if not count:
            return numpy.empty(shape, dtype=kind)
        return numpy.frombuffer(self._memory, dtype=kind, offset=at, count=count).reshape(shape)

    def _fits(self, at: int, count: int, size: int) -> None:
        if size <= 0 or at + count * size > len(self._memory):
            raise Untrue("a tensor beyond the shared memory")


def _plain(given: object) -> object:
    if given is not None and type(given) not in (bool, str):
        raise Untrue("plain data that is none")
    return given


def _list(given: object) -> list[Any]:
    if type(given) is not list:
        raise Untrue("a series that is none")
    return given


def _pair(given: object) -> tuple[Any, Any]:
    first, second = _list(given)
    return first, second


def _word(given: object) -> str:
    if type(given) is not str or len(given) > _LONGEST_NAME:
        raise Untrue("a name that is none, or too long")
    return given


def _float(given: object) -> float:
    return float.fromhex(_word(given))


def _complex(given: object) -> complex:
    real, imaginary = _pair(given)
    return complex(_float(real), _float(imaginary))


def _integer(given: str) -> int:
    return int(given, 16)


_PLAIN: dict[str, Callable[[Any], object]] = {
    "plain": _plain, "int": _integer, "float": _float, "complex": _complex, "bytes": bytes.fromhex,
}  # fmt: skip
_SERIES: dict[str, Callable[[Any], object]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
