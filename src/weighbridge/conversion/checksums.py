"""The CRC-32 of members of zip archives that lie raw in the file, compared while it is converted.

Python's ``zipfile``, and so numpy, refuses a member that does not have its checksum. Torch's reader is built without
the comparison (``MINIZ_DISABLE_ZIP_READER_CRC32_CHECKS`` in ``caffe2/serialize/CMakeLists.txt``); here a wrong checksum
is refused in both. Torch can write archives without checksums (``torch.serialization.set_crc32_options``): all are 0.
"""

from __future__ import annotations

from zlib import crc32

from weighbridge.conversion.plan import Sum
from weighbridge.conversion.views import PIECE
from weighbridge.core.errors import IntegrityError
from weighbridge.formats.containers.zip_content import STORED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry


def sums_of(entries: Iterable[Entry]) -> tuple[Sum, ...]:
    """Give the checksums of members that lie raw in the file; of the others the decoder has compared them."""
    return tuple(
        Sum(name=entry.name, offset=entry.data_offset, size=entry.size, crc=entry.crc)
        for entry in entries
        if entry.method == STORED and entry.data_offset is not None and entry.crc is not None
    )


def compare(source: ByteSource, sums: Iterable[Sum]) -> None:
    """Read members and compare; raises IntegrityError for the first that differs."""
    for one in sums:
        found, at, end = 0, one.offset, one.offset + one.size
        while at < end:
            piece = source.read_at(at, min(PIECE, end - at))
            if not piece:
                break
            found, at = crc32(piece, found), at + len(piece)
        if found != one.crc:
            raise IntegrityError(
                f"member {one.name[:80]!r} has the checksum {found:08x}, the archive says {one.crc:08x}",
                hint="its bytes were changed after it was written: get the file again",
            )
