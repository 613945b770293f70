"""Traditional PKWARE encryption of zip members (APPNOTE 6.3.10, section 6.1): long broken, still written."""

from __future__ import annotations

import zlib


def sealed(data: bytes, password: bytes = b"INERT") -> bytes:
    """`data`, which begins with the 12-byte encryption header, encrypted with a password."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def advance(byte: int) -> None:
        keys[0] = _crc_step(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc_step(keys[2], keys[1] >> 24)

    for byte in password:
        advance(byte)
    secret = bytearray()
    for byte in data:
        mask = (keys[2] | 2) & 0xFFFF
        secret.append(byte ^ (mask * (mask ^ 1) >> 8 & 0xFF))
        advance(byte)
    return bytes(secret)


def _crc_step(crc: int, byte: int) -> int:
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
