"""What belongs to an object: its links and its attributes, in its header or in a heap beside it, and their words."""

from __future__ import annotations

from math import prod

from weighbridge.core.errors import Malformed
from weighbridge.formats.hdf5 import header, messages
from weighbridge.formats.hdf5.heaps import FractalHeap
from weighbridge.formats.hdf5.image import Fields
from weighbridge.formats.hdf5.trees import new_records, symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.hdf5.header import Message
    from weighbridge.formats.hdf5.heaps import GlobalHeap
    from weighbridge.formats.hdf5.image import Image
    from weighbridge.formats.hdf5.messages import Attribute, Link


def links_of(image: Image, message: Message) -> Iterator[Link]:
    """Yield the links that a message (LINK, SYMBOL_TABLE, LINK_INFO) holds or leads to; raises Malformed."""
    if message.kind == header.LINK:
        yield messages.link(message.body)
    elif message.kind == header.SYMBOL_TABLE:
        yield from symbols(image, message.body)
    else:
        body = message.body
        body.take(1)
        body.take(8 if body.whole(1) & 1 else 0)
        for _, fields in _dense(image, body, 5):
            yield messages.link(fields)


def attributes_of(image: Image, message: Message) -> Iterator[Attribute]:
    """Yield the attributes that a message (ATTRIBUTE, ATTRIBUTE_INFO) holds or leads to; raises Malformed."""
    if message.kind == header.ATTRIBUTE:
        if message.shared:
            raise Malformed("an attribute in the heap of shared messages is not read", offset=message.body.start)
        yield messages.attribute(message.body)
        return
    body = message.body
    body.take(1)
    body.take(2 if body.whole(1) & 1 else 0)
    for record, fields in _dense(image, body, 8):
        if record.whole(1) & 2:
            raise Malformed("an attribute in the heap of shared messages is not read", offset=record.start)
        yield messages.attribute(fields)


def _dense(image: Image, body: Fields, kind: int) -> Iterator[tuple[Fields, Fields]]:
    """Yield record and content of everything that a heap holds and a tree of names lists."""
    heap_at, tree = body.address(), body.address()
    if heap_at is None or tree is None:
        return
    heap = FractalHeap(image, heap_at)
    for found, record in new_records(image, tree):
        if found != kind:
            raise Malformed("a tree of names holds something else", offset=record.start)
        if kind == 5:
            record.take(4)
        yield record, heap.content(record.take(heap.id_bytes))


def strings_of(heap: GlobalHeap, attribute: Attribute, most: int) -> Iterator[bytes]:
    """Yield the elements of an attribute of strings, each cut at ``most`` bytes."""
    size, data = attribute.type.size or 1, attribute.data
    if attribute.dims is not None:
        data = data[: prod(attribute.dims) * size]  # what follows is padding of the message
    if not attribute.type.text:
        for at in range(0, len(data), size):
            yield data[at : at + min(size, most)].rstrip(b"\0")
        return
    fields, left = Fields(data, heap.image), most
    while fields.left >= 8 + heap.image.address_bytes and left > 0:
        length, address, index = fields.whole(4), fields.address(), fields.whole(4)
        if length and address:
            found = heap.content(address, index, min(length, most))
            left -= len(found)
            yield found.rstrip(b"\0")
