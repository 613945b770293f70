"""Native code is told from noise by its header."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import natives
from weighbridge.formats import native

FORMATS = {"elf": "ELF", "pe": "PE", "macho": "Mach-O", "macho_fat": "Mach-O"}
MAGICS = [
    b"\x7fELF",
    b"MZ",
    b"\xfe\xed\xfa\xce",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xca\xfe\xba\xbf",
    b"\0asm",
]


def identify(content: bytes) -> str:
    assert not content or content[:2] in native.PREFIXES
    return native.identify(content[: native.reach(content[:64])], len(content))


@pytest.mark.parametrize("name", FORMATS)
def test_honest_headers(name: str) -> None:
    content: bytes = getattr(natives, name)()
    assert identify(content) == FORMATS[name]


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("machine", [natives.X86_64, natives.AARCH64, natives.I386, 190, 243])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_elf_kinds(bits: int, machine: int, kind: int) -> None:
    assert identify(natives.elf(bits=bits, machine=machine, kind=kind)) == "ELF"


def test_big_endian_elf() -> None:
    header = b"\x7fELF\x02\x02\x01" + bytes(9) + struct.pack(">HHIQQQIHHH", 2, 21, 1, 0, 64, 0, 0, 64, 56, 1)
    assert identify(header.ljust(256, b"\0")) == "ELF"


@pytest.mark.parametrize(
    ("offset", "value"), [(4, 3), (5, 0), (6, 9), (16, 9), (18, 0xFF), (20, 7), (52, 1), (54, 1), (56, 99), (32, 250)]
)
def test_one_wrong_field_of_an_elf_header_is_enough(offset: int, value: int) -> None:
    content = bytearray(natives.elf())
    content[offset] = value
    assert identify(bytes(content)) == ""


def test_section_headers_do_not_matter_to_a_loader() -> None:
    content = bytearray(natives.elf())
    struct.pack_into("<Q", content, 40, 1 << 60)
    assert identify(bytes(content)) == "ELF"


@pytest.mark.parametrize("start", [0x40, 0x80, 4094, 70_000])
def test_pe_header_far_from_the_start(start: int) -> None:
    content = natives.pe()
    moved = b"MZ" + bytes(58) + struct.pack("<I", start)
    assert identify(moved.ljust(start, b"\0") + content[0x80:]) == "PE"


@pytest.mark.parametrize(
    ("offset", "value"), [(0x80, 0), (0x84, 1), (0x86, 200), (0x98, 0), (0x3C, 0xF0), (0x3F, 0xFF)]
)
def test_one_wrong_field_of_a_pe_header_is_enough(offset: int, value: int) -> None:
    content = bytearray(natives.pe())
    content[offset] = value
    assert identify(bytes(content)) == ""


@pytest.mark.parametrize(("offset", "value"), [(4, 99), (12, 0), (16, 9), (21, 9)])
def test_one_wrong_field_of_a_macho_header_is_enough(offset: int, value: int) -> None:
    content = bytearray(natives.macho())
    content[offset] = value
    assert identify(bytes(content)) == ""


def test_universal_binary_of_wide_offsets() -> None:
    header = struct.pack(">IIIIQQI", 0xCAFEBABF, 1, 0x0100000C, 0, 1024, 256, 10)
    assert identify(header.ljust(4096, b"\0")) == "Mach-O"


def test_java_class_is_no_macho() -> None:
    assert identify(natives.java_class()) == ""


def test_universal_binary_beyond_the_end_is_none() -> None:
    assert identify(natives.macho_fat()[:512]) == ""


def test_webassembly() -> None:
    assert identify(natives.wasm()) == "WebAssembly"
    assert identify(natives.wasm() + b"\x01\x04") == "WebAssembly"
    assert identify(natives.wasm() + b"\xff") == ""


@pytest.mark.parametrize("interpreter", ["/bin/sh", " /usr/bin/env python3"])
def test_scripts(interpreter: str) -> None:
    assert identify(natives.shell_script(interpreter)) == "script"


@pytest.mark.parametrize("content", [b"#!", b"#!/", b"#! hello", b"#!/\x01\x02\x03", b"#!\xff\xfe/bin/sh"])
def test_what_only_begins_like_a_script(content: bytes) -> None:
    assert identify(content) == ""


@pytest.mark.parametrize("magic", MAGICS)
@pytest.mark.parametrize("length", [4, 64, 4096])
def test_noise_behind_a_magic_is_no_executable(magic: bytes, length: int) -> None:
    assert identify(natives.noise_beginning(magic, length)) == ""


@given(st.sampled_from([*MAGICS, b"#!"]), st.binary(max_size=300))
def test_any_bytes_get_an_answer(magic: bytes, rest: bytes) -> None:
    assert identify(magic + rest) in {"", "ELF", "PE", "Mach-O", "WebAssembly", "script"}


def test_the_interpreter_that_runs_this_is_native() -> None:
    content = Path(sys.executable).resolve().read_bytes()
    assert native.identify(content[: native.HEAD], len(content)) in {"ELF", "Mach-O"}
