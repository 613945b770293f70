"""The superblock: where an HDF5 file begins, how wide its addresses are, where its root group is (section II.A)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value
from weighbridge.formats.hdf5.image import Fields, Image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

SIGNATURE = b"\x89HDF\r\n\x1a\n"

_FIRST = 512  # a user block is a power of two of at least so many bytes
_LONGEST = 256  # bytes of the longest superblock
_WIDTHS = (2, 4, 8)  # the library reads addresses of no other width
_UNLIMITED = 64  # doublings of a user block: no file is larger


@value
class Superblock:
    """What the superblock says; ``root`` and ``extension`` are addresses of object headers, ``end`` of the file."""

    version: int
    root: int
    end: int
    extension: int | None
    driver: int | None


def places(size: int) -> list[int]:
    """List the offsets at which the library looks for a superblock."""
    found = [0]
    for doubling in range(_UNLIMITED):
        at = _FIRST << doubling
        if at + len(SIGNATURE) > size:
            break
        found.append(at)
    return found


def sniff(source: ByteSource, *, near: bool) -> bool:
    """Tell whether there is a superblock behind a user block; ``near`` looks at the first pages only."""
    last = 4096 if near else source.size
    return any(source.read_at(at, len(SIGNATURE)) == SIGNATURE for at in places(min(source.size, last)))


def read(source: ByteSource) -> tuple[Image, Superblock]:
    """Read the first superblock of a file; raises Malformed."""
    start = next((at for at in places(source.size) if source.read_at(at, len(SIGNATURE)) == SIGNATURE), None)
    if start is None:
        raise Malformed("there is no superblock")
    head = source.read_at(start, _LONGEST)
    probe = Fields(head, Image(source, start, 8, 8), start)
    probe.take(len(SIGNATURE))
    version = probe.whole(1)
    if version > 3:
        raise Malformed(f"superblock version {version} is unknown", offset=start + 8)
    if version >= 2:
        widths = probe.whole(1), probe.whole(1)
        probe.take(1)
    else:
        probe.take(4)
        widths = probe.whole(1), probe.whole(1)
        probe.take(9 if version == 0 else 13)
    if widths[0] not in _WIDTHS or widths[1] not in _WIDTHS:
        raise Malformed(f"addresses of {widths[0]} and sizes of {widths[1]} bytes", offset=start + 9)
    image = Image(source, start, *widths)
    fields = Fields(head, image, start)
    fields.take(probe.at)
    base, second, end, third = (fields.address() for _ in range(4))
    if version >= 2:
        root, extension, driver = third, second, None
        fields.take(4)  # a checksum
    else:
        fields.address()  # the name of the root group, which has none
        root, extension, driver = fields.address(), None, third
        fields.take(24)
    if root is None:
        raise Malformed("there is no root group", offset=start)
    image.take(0, fields.at)
    # A superblock that stands elsewhere than it says moves everything with it, as the library has it.
    moved = start - (base or 0)
    end = (end or 0) + moved
    if end < start:
        # The library's unsigned arithmetic makes a very late end of it, and it refuses the file as truncated.
        raise Malformed("the file says that it ends before it begins", offset=start)
    return image, Superblock(version=version, root=root, end=end, extension=extension, driver=driver)
