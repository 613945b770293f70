"""HDF5 as Keras and h5py write it: every dataset is a tensor, every attribute plain data; nothing outside is followed.

Names are the path in the file, joined by dots as everywhere. Sources: HDF5 File Format Specification 3.0,
``keras/src/saving/saving_lib.py``, ``keras/src/legacy/saving/legacy_h5_format.py``.
"""

from __future__ import annotations

from math import prod
from struct import unpack

from weighbridge.conversion.hdf5_chunks import swapped
from weighbridge.conversion.hdf5_dataset import Dataset, Kept
from weighbridge.conversion.inert import Table, View
from weighbridge.conversion.json_text import plain_of
from weighbridge.conversion.torch_files import Checkpoint
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits, Meter
from weighbridge.formats.hdf5 import header, messages, superblock
from weighbridge.formats.hdf5.elements import element
from weighbridge.formats.hdf5.heaps import GlobalHeap
from weighbridge.formats.hdf5.objects import attributes_of, links_of, strings_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.inert import Value
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.hdf5.image import Image
    from weighbridge.formats.hdf5.messages import Attribute, Link

ATTRIBUTES = "@attributes"
"""The key of all attributes in the plain data: by the path of their object."""

_TEXT = 16 << 20
"""Bytes of text of one attribute; a model's configuration has some MB."""
_NUMBERS = 10_000
"""Numbers of one attribute that are kept."""
_CODES = {
    "bool": "?", "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q",
    "uint64": "Q", "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip
_LINKS = (header.LINK, header.SYMBOL_TABLE, header.LINK_INFO)
_ATTRIBUTES = (header.ATTRIBUTE, header.ATTRIBUTE_INFO)
_SOFT, _EXTERNAL = 1, 64


def read_hdf5(source: ByteSource, base: int, unpacked: Unpacked) -> Checkpoint:
    """Read a file that begins at an address; raises Malformed and OverLimit."""
    image, block = superblock.read(source)
    if block.end > source.size:
        raise Malformed(f"the file says that it has {block.end} bytes, there are {source.size}")
    if block.driver is not None:
        raise Malformed("the file names a storage driver: other files belong to it")
    walk = _Walk(image, Kept(base, unpacked))
    root = walk.tree(block.root)
    if walk.attributes.pairs:
        root.pairs.append((ATTRIBUTES, walk.attributes))
    return Checkpoint(
        root=root,
        source=source,
        places=walk.kept.places,
        named={},
        rest=source.size - block.end,
        dropped=tuple(walk.kept.dropped),
    )


def _target(path: str, named: str) -> str:
    """Give the path that a soft link in the group at a path names."""
    parts = [] if named.startswith("/") else [path]
    return "/".join(one for one in (*parts, *named.split("/")) if one not in {"", "."})


class _Walk:
    """One walk over the objects of a file, each of which is visited once."""

    def __init__(self, image: Image, kept: Kept) -> None:
        self.image, self.kept = image, kept
        self.heap = GlobalHeap(image)
        self.meter = Meter(Limits())
        self.attributes = Table()

    def tree(self, root: int) -> Table:
        """Give the groups and datasets that links inside the file reach; of two links to a group the second is dropped.

        A second link to a dataset is the same node, one by its path too.
        """
        top = self._object(root, "")
        if not isinstance(top, Table):
            raise Malformed("the root is no group")
        seen: dict[int, Value] = {root: top}
        named: dict[str, Value] = {}
        by_path: list[tuple[str, Link, Table]] = []
        waiting = [(root, "", top)]
        while waiting:
            address, path, table = waiting.pop()
            for name, link in self._links(address).items():
                below = f"{path}/{name}" if path else name
                if link.kind == _SOFT:
                    by_path.append((path, link, table))
                elif link.kind or link.address is None:
                    self._elsewhere(below, link)
                elif isinstance(seen.get(link.address), Table):
                    self.kept.drop(below, "a group", "a second link to it")
                else:
                    if link.address not in seen:
                        seen[link.address] = self._object(link.address, below)
                    node = named[below] = seen[link.address]
                    if node is not None:
                        table.pairs.append((name, node))
                    if isinstance(node, Table):
                        waiting.append((link.address, below, node))
        for path, link, table in by_path:
            node = named.get(_target(path, link.target))
            if isinstance(node, View):
                table.pairs.append((link.name, node))
            else:
                words = f"to {link.target[:200]!r}, which is no tensor of this file"
                self.kept.drop(f"{path}/{link.name}" if path else link.name, "a soft link", words)
        return top

    def _links(self, address: int) -> dict[str, Link]:
        found: dict[str, Link] = {}
        for message in header.messages(self.image, address):
            for link in links_of(self.image, message) if message.kind in _LINKS else ():
                self.meter.spend_member()
                if link.name in found or link.name == ATTRIBUTES:
                    words = f"the name {link.name[:80]!r} is used twice"
                    raise Malformed(words, offset=self.image.base + address)
                found[link.name] = link
        return found

    def _elsewhere(self, path: str, link: Link) -> None:
        if link.kind == _EXTERNAL:
            self.kept.drop(path, "a link out of the file", f"{link.file[:200]!r} is not followed")
        else:
            self.kept.drop(path, "a link", "it leads nowhere, or is of a kind of somebody's own")

    def _object(self, address: int, path: str) -> Value:
        """Read what is at an address: a table for a group, a tensor, why it is none, or None for what is dropped."""
        dataset, attributes = Dataset(self.image, self.kept, path), Table()
        for message in header.messages(self.image, address):
            if message.kind in _ATTRIBUTES:
                for attribute in attributes_of(self.image, message):
                    self.meter.spend_member()
                    self._attribute(path, attribute, attributes)
            else:
                dataset.see(message)
        if attributes.pairs:
            self.attributes.pairs.append((path or "/", attributes))
        if dataset.layout is None:
            return Table()
        return dataset.node({key: item for key, item in attributes.pairs if isinstance(key, str)})

    def _attribute(self, path: str, attribute: Attribute, table: Table) -> None:
        found = self._value(attribute)
        if found is None:
            self.kept.drop(path, f"attribute {attribute.name[:80]!r}", "neither text nor a few numbers")
        else:
            table.pairs.append((attribute.name, found))

    def _value(self, attribute: Attribute) -> Value:
        """Give an attribute as plain data, a list where it has dimensions; None for one that is not kept."""
        count = 1 if attribute.dims is None else prod(attribute.dims)
        if attribute.kind is None or count > _NUMBERS:
            return None
        items: list[Value]
        if attribute.type.kind == messages.STRING or attribute.type.text:
            texts = strings_of(self.heap, attribute, _TEXT)
            items = [plain_of(messages.text_of(text)) for text in texts]
        else:
            kind = element(attribute.kind)
            code, data = _CODES.get(kind.dtype), attribute.data[: count * kind.size]
            if code is None or len(data) != count * kind.size:
                return None
            items = list(unpack(f"<{count}{code}", swapped(data, kind.number) if kind.swapped else data))
        return items if attribute.dims else items[0] if items else None
