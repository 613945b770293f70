"""The CRC-32 of members of zip archives that lie raw in the file, compared while it is converted.

Python's ``zipfile``, and so numpy, refuses a member that does not have its checksum. Torch's reader is built without
the comparison (``MINIZ_DISABLE_ZIP_READER_CRC32_CHECKS`` in ``caffe2/serialize/CMakeLists.txt``); here a wrong checksum
is refused in both. Torch can write archives without checksums (``torch.serialization.set_crc32_options``): all are 0.
"""

from __future__ import annotations

from zlib import crc32

from weighbridge.conversion.plan import Sum
from weighbridge.core.errors import IntegrityError
from weighbridge.formats.containers.zip_content import STORED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.formats.containers.zip_records import Entry


def sums_of(entries: Iterable[Entry]) -> tuple[Sum, ...]:
    """Give the checksums of members that lie raw in the file, in its order; the decoder compares those of others."""
    found = [
        Sum(name=entry.name, offset=entry.data_offset, size=entry.size, crc=entry.crc)
        for entry in entries
        if entry.method == STORED and entry.data_offset is not None and entry.crc is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.offset, one.size)))


class Summing:
    """Compares the checksums of members, which do not overlap, while somebody reads the file from its beginning on."""

    def __init__(self, sums: Iterable[Sum]) -> None:
        self._sums = list(sums)
        self._at = self._found = 0

    def take(self, offset: int, block: memoryview) -> None:
        """Take the next block of the file; raises IntegrityError for a member that ends in it and differs."""
        end = offset + len(block)
        while self._at < len(self._sums) and self._sums[self._at].offset < end:
            one = self._sums[self._at]
            self._found = crc32(block[max(0, one.offset - offset) : one.offset + one.size - offset], self._found)
            if one.offset + one.size > end:
                return
            if self._found != one.crc:
                raise IntegrityError(
                    f"member {one.name[:80]!r} has the checksum {self._found:08x}, the archive says {one.crc:08x}",
                    hint="its bytes were changed after it was written: get the file again",
                )
            self._at, self._found = self._at + 1, 0
