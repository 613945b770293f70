"""Object headers: the messages that say what a group or dataset is, with their continuations (section IV.A.1)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.hdf5.image import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.hdf5.image import Image

MESSAGES = 100_000
"""Messages of one object; honest ones have at most some ten thousand links or attributes in it."""

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT, FILTERS, ATTRIBUTE = 1, 2, 3, 6, 7, 8, 11, 12
CONTINUATION, SYMBOL_TABLE, DRIVER, ATTRIBUTE_INFO = 16, 17, 20, 21
"""Message types that are read."""

_SHARED = 2
_OLD, _NEW = "version 1", "version 2"


class Message:
    """One message: its type and its body; ``shared`` when the body only says where the content is."""

    __slots__ = ("body", "kind", "shared")

    def __init__(self, kind: int, body: Fields, *, shared: bool) -> None:
        self.kind, self.body, self.shared = kind, body, shared


def messages(image: Image, address: int) -> list[Message]:
    """Read all messages of the object header at an address; raises Malformed and OverLimit."""
    if image.read(address, 4) == b"OHDR":
        return _Header(image, _NEW).new(address)
    return _Header(image, _OLD).old(address)


class _Header:
    def __init__(self, image: Image, version: str) -> None:
        self.image, self.version = image, version
        self.found: list[Message] = []
        self.more: list[tuple[int, int]] = []
        self.ordered = False

    def old(self, address: int) -> list[Message]:
        head = self.image.fields(address, 16)
        if head.whole(1) != 1:
            raise Malformed("there is no object header here", offset=head.start)
        head.take(7)
        self._block(self.image.fields(address + 16, head.whole(4)))
        return self._continued()

    def new(self, address: int) -> list[Message]:
        head = self.image.fields(address, 6)
        head.take(4)
        version, flags = head.whole(1), head.whole(1)
        if version != 2:
            raise Malformed(f"object header version {version} is unknown", offset=head.start)
        self.ordered = bool(flags & 4)
        before = (16 if flags & 32 else 0) + (4 if flags & 16 else 0)
        width = 1 << (flags & 3)
        sized = self.image.fields(address + 6 + before, width)
        length = sized.whole(width)
        at = address + 6 + before + width
        self.image.take(address + 6, before)
        self._block(self.image.fields(at, length))
        self.image.take(at + length, 4)
        return self._continued()

    def _continued(self) -> list[Message]:
        seen: set[int] = set()
        while self.more:
            address, length = self.more.pop()
            if address in seen:
                raise Malformed("the header continues in itself", offset=self.image.base + address)
            seen.add(address)
            fields = self.image.fields(address, length)
            if self.version is _NEW:
                if fields.take(4) != b"OCHK":
                    raise Malformed("there is no OCHK here", offset=fields.start)
                fields.data = fields.data[:-4]
            self._block(fields)
        return self.found

    def _block(self, fields: Fields) -> None:
        head = (6 if self.ordered else 4) if self.version is _NEW else 8
        while fields.left >= head:
            if self.version is _NEW:
                kind, size, flags = fields.whole(1), fields.whole(2), fields.whole(1)
                fields.take(2 if self.ordered else 0)
            else:
                kind, size, flags = fields.whole(2), fields.whole(2), fields.whole(1)
                fields.take(3)
            start = fields.start + fields.at
            body = Fields(fields.take(size), fields.image, start)
            if kind == CONTINUATION:
                address = body.address()
                if address is not None:
                    self.more.append((address, body.length()))
            elif kind:
                self.found.append(Message(kind, body, shared=bool(flags & _SHARED)))
            if len(self.found) + len(self.more) > MESSAGES:
                raise OverLimit(f"more than {MESSAGES} messages in one header", offset=start)


def committed(image: Image, body: Fields) -> Fields | None:
    """Find the datatype that a shared message names; None where it is kept in the file's own message heap."""
    version, kind = body.whole(1), body.whole(1)
    if version == 1:
        body.take(6)
    elif version == 3 and kind == 1:
        return None
    address = body.address()
    if address is None:
        return None
    return next((one.body for one in messages(image, address) if one.kind == DATATYPE and not one.shared), None)
