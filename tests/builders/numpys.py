"""NumPy `.npy` and `.npz` files with headers of every version, honest, hostile and false (OTH-05 to OTH-07).

Layout: NumPy NEP 1 and `numpy/lib/format.py`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from tests.builders import zips
from tests.builders.pickles.honest import array, array_bytes
from tests.builders.pickles.programs import SHELL, Target, call_target, program
from tests.builders.pickles.writer import dumps

MAGIC = b"\x93NUMPY"
_ALIGNMENT = 64

HOSTILE_HEADERS: tuple[bytes, ...] = (
    b"__import__('inert_absent_pkg').call('INERT')",
    b"{'descr': __import__('inert_absent_pkg'), 'fortran_order': False, 'shape': (1,), }",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'inert': True, }",
    b"{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    b"{'descr': '<f4', 'fortran_order': 'no', 'shape': (1,), }",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (9**9**9,), }",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': " + b"(" * 2000 + b")" * 2000 + b", }",
    b"[]",
    b"{'descr': '<f4'",
    b"",
)


def header(descr: object = "<f4", shape: tuple[int, ...] = (2, 3), *, fortran: bool = False, version: int = 1) -> bytes:
    """Magic, version, length and the dictionary text, padded to 64 bytes."""
    text = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape!r}, }}"
    return raw_header(text.encode("utf-8" if version >= 3 else "latin-1"), version=version)


def raw_header(text: bytes, *, version: int = 1, length: int | None = None, padded: bool = True) -> bytes:
    """A header with any text; `length` may lie."""
    width = "<H" if version == 1 else "<I"
    fixed = len(MAGIC) + 2 + struct.calcsize(width)
    padding = b" " * (-(fixed + len(text) + 1) % _ALIGNMENT) if padded else b""
    body = text + padding + b"\n"
    return MAGIC + bytes([version, 0]) + struct.pack(width, len(body) if length is None else length) + body


def npy(shape: tuple[int, ...] = (2, 3), descriptor: str = "f4", *, version: int = 1, fortran: bool = False) -> bytes:
    """An honest array of numbers."""
    order = "|" if descriptor.endswith("1") else "<"
    return header(order + descriptor, shape, fortran=fortran, version=version) + array_bytes(shape, descriptor)


def structured(*, version: int = 1) -> bytes:
    """An honest array of records; its field names need version 3 when they are not Latin-1."""
    names = ("\u03b1", "\u03b2") if version >= 3 else ("x", "y")
    return header([(names[0], "<f4"), (names[1], "<i4")], (2,), version=version) + struct.pack("<fifi", 1, 2, 3, 4)


def object_npy(pickle: bytes | None = None, shape: tuple[int, ...] = (2,), *, version: int = 1) -> bytes:
    """An object array, whose data is a pickle (OTH-05): of an array of two strings unless one is given."""
    held = dumps(array(shape, "O8", ["a", "b"]), 4) if pickle is None else pickle
    return header("|O", shape, version=version) + held


def poisoned_npy(target: Target = SHELL, *, version: int = 1) -> bytes:
    """An object array whose pickle calls the target (OTH-05)."""
    return object_npy(program(call_target(target)), version=version)


def hidden_objects(pickle: bytes) -> bytes:
    """Objects inside a structured dtype, so that the description does not begin with `|O` (OTH-06)."""
    return header([("x", "<f4"), ("y", [("z", "|O")])], (1,)) + pickle


def hostile_header(text: bytes = HOSTILE_HEADERS[0], *, version: int = 1) -> bytes:
    """A header whose text is no plain dictionary, or says impossible things (OTH-06)."""
    return raw_header(text, version=version) + bytes(4)


def shape_bomb(shape: tuple[int, ...] = (1 << 40, 1 << 20), descr: str = "<f8") -> bytes:
    """A header that claims far more elements than the file has (OTH-06, SCN-18)."""
    return header(descr, shape) + bytes(8)


def false_length(length: int = 0xFFFF) -> bytes:
    """A header length that runs past the end of the file."""
    return raw_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", length=length) + bytes(4)


def trailing(hidden: bytes) -> bytes:
    """Bytes after the array's data."""
    return npy() + hidden


def npz(arrays: Mapping[str, bytes] | None = None, *, method: int = zips.STORED) -> bytes:
    """An archive of `.npy` members; names are taken as they are (a member without `.npy` loads too: OTH-07)."""
    return zips.plain(arrays or {"weight.npy": npy(), "bias.npy": npy((3,))}, method=method)


def poisoned_npz(target: Target = SHELL, *, name: str = "bias.npy") -> bytes:
    """An archive with one object array that calls the target; `name` may lack the suffix (OTH-07)."""
    return npz({"weight.npy": npy(), name: poisoned_npy(target)})
