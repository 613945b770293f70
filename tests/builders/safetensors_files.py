"""safetensors files: honest ones, and one function for each way in which a header can lie (SAF-01 to SAF-10).

Layout: the safetensors format specification (eight bytes of header length, JSON header, data).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from tests.builders import natives
from tests.builders.noise import noise
from tests.builders.pickles.gadgets import posix_system

BITS = {
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor; `data` is noise of the right length unless given, `offsets` lie if given."""

    name: str
    shape: tuple[int, ...] = (2, 3)
    dtype: str = "F32"
    data: bytes | None = None
    offsets: tuple[int, int] | None = None

    def contents(self) -> bytes:
        """The bytes of the tensor."""
        return noise(prod(self.shape) * BITS[self.dtype] // 8, self.name) if self.data is None else self.data


TENSORS = (Tensor(name="layer.weight"), Tensor(name="layer.bias", shape=(3,), dtype="F16"))


def raw(header: bytes, data: bytes = b"", *, length: int | None = None) -> bytes:
    """A file of any header and data; `length` may lie about the header."""
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def padded(header: bytes) -> bytes:
    """The header with spaces up to a multiple of eight."""
    return header + b" " * (-len(header) % 8)


def table(tensors: Sequence[Tensor]) -> tuple[dict[str, object], bytes]:
    """Header entries and data of tensors in order."""
    entries: dict[str, object] = {}
    data = b""
    for tensor in tensors:
        contents = tensor.contents()
        offsets = tensor.offsets or (len(data), len(data) + len(contents))
        entries[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": list(offsets)}
        data += contents
    return entries, data


def encode(tensors: Sequence[Tensor] = TENSORS, *, metadata: object = None, data: bytes | None = None) -> bytes:
    """A file of tensors with `__metadata__` if given; honest when the tensors are."""
    entries, held = table(tensors)
    if metadata is not None:
        entries = {"__metadata__": metadata, **entries}
    return raw(padded(_json(entries)), held if data is None else data)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def honest(metadata: dict[str, str] | None = None) -> bytes:
    """Two tensors and ordinary metadata."""
    return encode(metadata={"format": "pt"} if metadata is None else metadata)


def empty() -> bytes:
    """A file without tensors."""
    return raw(b"{}")


def every_dtype() -> bytes:
    """One tensor of each type, widest first so that each is aligned."""
    ordered = sorted(BITS, key=lambda dtype: (-BITS[dtype], dtype))
    return encode([Tensor(name=dtype, shape=(4, 2), dtype=dtype, data=bytes(BITS[dtype])) for dtype in ordered])


def zero_size() -> bytes:
    """SAF-04: a tensor without elements between two others, and a scalar."""
    return encode([Tensor(name="a", shape=(2,)), Tensor(name="none", shape=(0, 4)), Tensor(name="scalar", shape=())])


def zero_size_reused() -> bytes:
    """SAF-04: empty tensors that all point to the middle of another one."""
    return encode([Tensor(name="a"), *(Tensor(name=f"none{n}", shape=(0,), offsets=(8, 8)) for n in range(3))])


def header_beyond_file(length: int = 1 << 40) -> bytes:
    """SAF-01: the header length runs past the end of the file."""
    return raw(_json(table(TENSORS)[0]), length=length)


def giant_header(size: int = 100_000_001) -> bytes:
    """SAF-01: a header longer than the 100 MB that readers allow, mostly spaces."""
    return raw(_json(table(TENSORS)[0]).ljust(size), table(TENSORS)[1])


def many_tensors(count: int = 100_000) -> bytes:
    """SAF-01: very many tensors without elements."""
    return encode([Tensor(name=str(number), shape=(0,)) for number in range(count)])


def duplicate_keys() -> bytes:
    """SAF-02: one tensor name twice over the same bytes, with two types: which one loads depends on the reader."""
    entry = b'"a":{"dtype":"%b","shape":[%d],"data_offsets":[0,4]}'
    return raw(padded(b"{" + entry % (b"U8", 4) + b"," + entry % (b"F32", 1) + b"}"), bytes(4))


def duplicate_extents() -> bytes:
    """SAF-02: one tensor name twice over different bytes: one of the two is a hole."""
    entry = b'"a":{"dtype":"U8","shape":[4],"data_offsets":[%d,%d]}'
    return raw(padded(b"{" + entry % (0, 4) + b"," + entry % (4, 8) + b"}"), bytes(8))


def duplicate_fields() -> bytes:
    """SAF-02: one field of a tensor twice."""
    return raw(padded(b'{"a":{"dtype":"U8","dtype":"F32","shape":[4],"data_offsets":[0,4]}}'), bytes(4))


def overlapping() -> bytes:
    """SAF-03: two tensors share bytes."""
    return encode([Tensor(name="a"), Tensor(name="b", offsets=(12, 36))], data=noise(36))


def hole(hidden: bytes = b"INERT-hole------") -> bytes:
    """SAF-03: bytes between two tensors that belong to neither."""
    at = 24 + len(hidden)
    held = noise(24) + hidden + noise(24)
    return encode([Tensor(name="a"), Tensor(name="b", offsets=(at, at + 24))], data=held)


def late_start(hidden: bytes = b"INERT-hole------") -> bytes:
    """SAF-03: the first tensor does not start at zero."""
    at = len(hidden)
    return encode([Tensor(name="a", offsets=(at, at + 24))], data=hidden + noise(24))


def trailing(hidden: bytes = b"INERT-tail------") -> bytes:
    """SAF-03: bytes after the last tensor."""
    return encode(TENSORS, data=table(TENSORS)[1] + hidden)


def unsorted() -> bytes:
    """Honest data, header entries in another order than their offsets; readers sort."""
    return encode([Tensor(name="a", offsets=(24, 48)), Tensor(name="b", offsets=(0, 24))])


def truncated(missing: int = 10) -> bytes:
    """The data ends before the last tensor does."""
    return honest()[:-missing]


def wrong_product(shape: tuple[int, ...] = (5, 5)) -> bytes:
    """SAF-05: shape and type want another number of bytes than the offsets give."""
    return encode([Tensor(name="a", shape=shape, data=noise(24))])


def overflowing_product() -> bytes:
    """SAF-05: the shape's product is zero, as the offsets say, only modulo 2**64."""
    return encode([Tensor(name="a", shape=(1 << 32, 1 << 32, 6), data=b"", offsets=(0, 0))])


def unknown_dtype(dtype: str = "F33") -> bytes:
    """A type that the specification does not have."""
    return encode([Tensor(name="a", dtype=dtype, data=noise(24))])


def odd_offsets(start: object = -24, end: object = 0) -> bytes:
    """SAF-03: offsets that are negative, huge, reversed or no integers."""
    entry = {"dtype": "F32", "shape": [2, 3], "data_offsets": [start, end]}
    return raw(padded(_json({"a": entry})), noise(24))


def odd_shape(shape: object) -> bytes:
    """A shape that is negative, huge, or no list of integers."""
    return raw(padded(_json({"a": {"dtype": "F32", "shape": shape, "data_offsets": [0, 24]}})), noise(24))


def other_first_byte(first: bytes = b"\xc3\xa9") -> bytes:
    """A header that does not begin with `{`."""
    return raw(padded(first + _json(table(TENSORS)[0])), table(TENSORS)[1])


def leading_spaces(count: int = 8) -> bytes:
    """SAF-07: spaces before the header's `{`."""
    return other_first_byte(b" " * count)


def odd_padding(padding: bytes = b"\n\t\0INERT") -> bytes:
    """SAF-07: something else than spaces after the header's last brace."""
    return raw(_json(table(TENSORS)[0]) + padding, table(TENSORS)[1])


def invalid_utf8() -> bytes:
    """A tensor name that is not UTF-8."""
    return raw(padded(b'{"a\xff":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'), bytes(4))


def odd_metadata(metadata: object = None) -> bytes:
    """SAF-08: `__metadata__` whose values are no strings."""
    return encode(metadata={"format": 1, "nested": {"a": []}} if metadata is None else metadata)


def deep_header(depth: int = 10_000) -> bytes:
    """SAF-01: lists nested in a header until parsers that recurse give up."""
    return raw(padded(b'{"a":' + b"[" * depth + b"]" * depth + b"}"))


def constants_in_header(literal: bytes = b"NaN") -> bytes:
    """SCN-26: a number that JSON does not have."""
    return raw(padded(b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,%b]}}' % literal), bytes(4))


def stowaway(content: bytes | None = None, *, place: str = "tensor") -> bytes:
    """A native executable (or any content) as the `tensor` of an honest file, or in its `tail`."""
    held = natives.elf() if content is None else content
    if place == "tail":
        return trailing(held)
    return encode([Tensor(name="blob", shape=(len(held),), dtype="U8", data=held), Tensor(name="layer.weight")])


def carried(payload: bytes, *, low: int = 1, length: bytes = b"", dtype: str = "F32", at: int = 0) -> bytes:
    """WGT-01: a payload in the low bytes of the values of a tensor, `low` bytes of each, from value `at` on."""
    width = BITS[dtype] // 8
    values = bytearray(noise(max(4096, (len(payload) + len(length)) // low * width + width), "carrier"))
    held = length + payload
    held += bytes(-len(held) % low)
    for place in range(low):
        column = held[place::low]
        values[at * width + place : at * width + len(column) * width : width] = column
    tensor = Tensor(name="layer.weight", shape=(len(values) // width,), dtype=dtype, data=bytes(values))
    return encode([tensor, Tensor(name="layer.bias", shape=(3,))], metadata={"format": "pt"})


def low_bits_file() -> bytes:
    """WGT-01: an executable in the low byte of each value."""
    return carried(natives.elf())


def lowest_bits_file() -> bytes:
    """WGT-01: an executable in the lowest bit of each value, most significant bit first."""
    bits = "".join(f"{byte:08b}" for byte in natives.elf())
    values = bytearray(noise(4 * len(bits), "carrier"))
    for number, bit in enumerate(bits):
        values[4 * number] = values[4 * number] & 0xFE | int(bit)
    return encode([Tensor(name="layer.weight", shape=(len(bits),), data=bytes(values))])


def not_numbers() -> bytes:
    """WGT-11: a tensor in which some values are not a number."""
    values = bytearray(noise(4096, "carrier"))
    values[400:408] = b"\0\0\xc0\x7f\1\0\x80\xff"
    return encode([Tensor(name="layer.weight", shape=(1024,), data=bytes(values))])


def inside_file(payload: bytes | None = None, *, skip: int = 4) -> bytes:
    """WGT-04: an executable behind the first values of a tensor."""
    held = natives.elf() if payload is None else payload
    values = noise(skip, "before") + held + noise(4096 - skip - len(held) % 4096, "after")
    values += bytes(-len(values) % 4)
    return encode([Tensor(name="layer.weight", shape=(len(values) // 4,), data=values)])


def pickle_named_safetensors() -> bytes:
    """SAF-10: a pickle that runs code, to be saved under a `.safetensors` name."""
    return posix_system()
