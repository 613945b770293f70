"""Native heads are right in their fields and hold nothing that could run."""

from __future__ import annotations

import struct

import pytest

from tests.builders import natives
from tests.builders.noise import noise


@pytest.mark.parametrize(("bits", "size", "program"), [(64, 64, 56), (32, 52, 32)])
def test_elf(bits: int, size: int, program: int) -> None:
    data = natives.elf(bits=bits)
    layout = "<HHIQQQIHHHHHH" if bits == 64 else "<HHIIIIIHHHHHH"
    kind, machine, version, entry, at, sections, _, header, width, count, *_ = struct.unpack(layout, data[16:size])
    assert data[:7] == b"\x7fELF" + bytes([2 if bits == 64 else 1, 1, 1])
    assert (kind, machine, version, entry, sections) == (3, natives.X86_64, 1, 0, 0)
    assert (at, header, width, count) == (size, size, program, 1)
    assert data[size:] == bytes(256 - size)  # PT_NULL, and nothing after it


def test_pe() -> None:
    data = natives.pe()
    (start,) = struct.unpack("<I", data[0x3C:0x40])
    machine, sections, _, _, _, optional, characteristics = struct.unpack("<HHIIIHH", data[start + 4 : start + 24])
    assert data.startswith(b"MZ")
    assert data[start : start + 4] == b"PE\0\0"
    assert (machine, sections, optional, characteristics) == (0x8664, 0, 240, 0x2002)
    assert data[start + 26 :] == bytes(len(data) - start - 26)


def test_macho() -> None:
    assert struct.unpack("<IIIIII", natives.macho()[:24]) == (0xFEEDFACF, 0x0100000C, 0, 6, 0, 0)
    fat = natives.macho_fat()
    _, count, _, _, offset, size, _ = struct.unpack(">IIIIIII", fat[:28])
    assert count == 1
    assert fat[offset : offset + size] == natives.macho()


def test_scripts_and_bytecode() -> None:
    assert natives.shell_script() == b"#!/bin/sh\necho INERT\n"
    assert natives.python_source().startswith(b"raise SystemExit")
    assert natives.wasm() == b"\0asm\x01\0\0\0"
    assert natives.java_class().startswith(b"\xca\xfe\xba\xbe\0\0\0\x34")


def test_noise_is_the_honest_twin() -> None:
    twin = natives.noise_beginning(b"MZ", 100)
    assert len(twin) == 100
    assert twin.startswith(b"MZ")
    assert twin[0x3C:0x40] != natives.pe()[0x3C:0x40]
    assert noise(100) == noise(100)
    assert noise(100, "a") != noise(100, "b")
