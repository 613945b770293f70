"""Pictures and sounds of a few bytes: whole ones, and the same with something behind their end."""

from __future__ import annotations

import struct
import zlib

HIDDEN = b"INERT bytes behind the end of a picture"


def chunk(kind: bytes, content: bytes, *, checksum: int | None = None) -> bytes:
    """A PNG chunk; `checksum` may lie."""
    stated = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", stated)


def png(*more: bytes, tail: bytes = b"") -> bytes:
    """One grey pixel, with more chunks before the end mark."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + b"".join(more) + chunk(b"IEND", b"") + tail


def segment(code: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return bytes([0xFF, code]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*more: bytes, tail: bytes = b"") -> bytes:
    """A JPEG by structure: header, a scan with stuffed bytes and a restart, end mark."""
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + b"".join(more) + scan + b"\xff\xd9" + tail


def gif(tail: bytes = b"") -> bytes:
    """One pixel with a palette of two colours."""
    image = b",\0\0\0\0\1\0\1\0\0" + b"\2\2D\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + b"!\xf9\4\0\0\0\0\0" + image + b";" + tail


def riff(tail: bytes = b"", *, length: int | None = None) -> bytes:
    """A WAV of four samples."""
    body = (
        b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", 4) + b"\x80" * 4
    )
    return b"RIFF" + struct.pack("<I", len(body) if length is None else length) + body + tail


def ogg(tail: bytes = b"") -> bytes:
    """Two pages."""
    page = b"OggS\0\2" + bytes(20) + b"\1\4" + b"data"
    return page * 2 + tail


def mp4(*, length: int = 16) -> bytes:
    """A file type box and an empty media box."""
    return struct.pack(">I", 16) + b"ftypisom" + bytes(4) + struct.pack(">I", length) + b"mdat" + bytes(8)


def pointer(oid: str = "sha256:" + "ab" * 32, size: str = "1234") -> bytes:
    """A git-LFS pointer."""
    return f"version https://git-lfs.github.com/spec/v1\noid {oid}\nsize {size}\n".encode()


def submodule(url: str = "https://example.invalid/other.git", path: str = "other") -> bytes:
    """A `.gitmodules` with one entry."""
    return f'[submodule "other"]\n\tpath = {path}\n\turl = {url}\n'.encode()


def picture_named_svg() -> bytes:
    """A circle."""
    return b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>\n'


def script_named_svg() -> bytes:
    """OTH-33: a picture with a script."""
    return picture_named_svg().replace(b"<circle", b'<script>INERT()</script><circle onload="INERT()"')


def page_named_html(body: bytes = b"<p>A page.</p>") -> bytes:
    """A page."""
    return b"<!DOCTYPE html>\n<html><head><title>A page</title></head><body>" + body + b"</body></html>\n"


def pdf(action: bytes = b"", *, packed: bytes = b"") -> bytes:
    """A document of one empty page; `action` stands in its catalogue, `packed` in a compressed stream."""
    stream = zlib.compress(packed)
    return b"".join((
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + action + b" >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n",
        b"3 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n" % len(stream),
        stream, b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
    ))  # fmt: skip


def engine(library: bytes = b"") -> bytes:
    """A TensorRT engine by its magic number, with something inside."""
    return b"ftrt" + bytes(60) + library + bytes(64)
