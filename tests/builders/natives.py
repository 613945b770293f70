"""Heads of native executables and scripts: right in every header field, without code, never runnable (TOR-10).

Entry points are zero and nothing is loadable: enough for a check of structure, useless to a kernel. The honest twins
are noise that begins with the same letters. Layouts: System V gABI (ELF), Microsoft PE/COFF, Apple `mach-o/loader.h`.
"""

from __future__ import annotations

import struct

from tests.builders.noise import noise

_ELF_BITS = {32: 1, 64: 2}
X86_64, AARCH64, I386 = 62, 183, 3


def elf(*, bits: int = 64, machine: int = X86_64, kind: int = 3, size: int = 256) -> bytes:
    """An ELF shared object (kind 3; 2 is an executable) with one program header of type PT_NULL."""
    ident = b"\x7fELF" + bytes([_ELF_BITS[bits], 1, 1, 0]) + bytes(8)
    if bits == 64:
        rest = struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    else:
        rest = struct.pack("<HHIIIIIHHHHHH", kind, machine, 1, 0, 52, 0, 0, 52, 32, 1, 40, 0, 0)
    return (ident + rest).ljust(size, b"\0")


def pe(*, machine: int = 0x8664, dll: bool = True, size: int = 512) -> bytes:
    """A PE image with DOS and COFF headers and no sections."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 0x80)
    characteristics = 0x2002 if dll else 0x0002
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", machine, 0, 0, 0, 0, 240, characteristics) + struct.pack("<H", 0x20B)
    return (dos.ljust(0x80, b"\0") + coff).ljust(size, b"\0")


def macho(*, cpu: int = 0x0100000C, kind: int = 6, size: int = 256) -> bytes:
    """A 64-bit Mach-O library (kind 6; 8 is a bundle, 2 an executable) without load commands."""
    return struct.pack("<IIIIIIII", 0xFEEDFACF, cpu, 0, kind, 0, 0, 0, 0).ljust(size, b"\0")


def macho_fat(*, size: int = 4096) -> bytes:
    """A universal Mach-O with one architecture."""
    head = struct.pack(">IIIIIII", 0xCAFEBABE, 1, 0x0100000C, 0, 1024, 256, 10)
    return (head.ljust(1024, b"\0") + macho()).ljust(size, b"\0")


def shell_script(interpreter: str = "/bin/sh") -> bytes:
    """A script that only prints."""
    return f"#!{interpreter}\necho INERT\n".encode()


def python_source() -> bytes:
    """Python source that would stop at once."""
    return b'raise SystemExit("inert")\n'


def wasm() -> bytes:
    """A WebAssembly module without sections."""
    return b"\0asm\x01\0\0\0"


def java_class() -> bytes:
    """The head of a Java 8 class file with an empty constant pool."""
    return struct.pack(">IHHH", 0xCAFEBABE, 0, 52, 1) + bytes(14)


NATIVES = {"elf": elf, "pe": pe, "macho": macho, "macho_fat": macho_fat}


def noise_beginning(magic: bytes, length: int = 4096) -> bytes:
    """The honest twin: noise that only begins with a magic number (`b"MZ"`, `b"\\x7fELF"` …)."""
    return (magic + noise(length, magic.hex()))[:length]
