"""The reader of HDF5: walks every object once, follows nothing out of the file, says what points outside.

Facts: a ``TensorDecl`` for each dataset, a ``MetadataEntry`` for each attribute in words, a ``Reference`` for
external and soft links, external storage and virtual datasets (CVE-2026-1669), ``ResourceClaim`` where a shape claims
what the file cannot hold, ``Inconsistency`` where sizes disagree. Keras models in attributes are handed to the walker
of Keras configurations.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import SubSource
from weighbridge.core.when import When
from weighbridge.formats import bulk
from weighbridge.formats.containers.paths import escapes
from weighbridge.formats.hdf5 import header, messages, superblock
from weighbridge.formats.hdf5.dataset import Dataset
from weighbridge.formats.hdf5.heaps import GlobalHeap
from weighbridge.formats.hdf5.image import PIECES
from weighbridge.formats.hdf5.objects import attributes_of, links_of, strings_of
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.hdf5.image import Image
    from weighbridge.formats.hdf5.messages import Attribute, Link
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "hdf5"

WORDS = 4096
"""Bytes of an attribute that are kept as metadata; longer ones are tables of names."""

SOFT = 1_000
"""Soft links that are told: they lead nowhere else, so the rest is like these."""

_PATH = 200  # characters of an object's path that are shown
_DRIVER = 16
_KERAS = ("model_config", "training_config")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read an HDF5 file; raises Malformed and OverLimit when it cannot be read at all."""
    image, block = superblock.read(source)
    yield Identity(at=node.at(), format=FORMAT)
    if image.base:
        yield from bulk.unclaimed(source, node, bench, 0, image.base, where="prefix", after="nothing")
    if block.end > source.size:
        words = f"the file says that it has {block.end} bytes, there are {source.size}"
        yield Inconsistency(at=node.at(), what="truncated", detail=words)
    elif block.end < source.size:
        yield from bulk.unclaimed(source, node, bench, block.end, source.size, where="tail", after="the HDF5 file")
    walk = Walk(image, source, node, bench)
    if block.driver is not None:
        yield from walk.driver(block.driver)
    yield from walk.all(block.root, block.extension)
    if len(image.taken) >= PIECES:
        yield node.gap(GapKind.OVER_LIMIT, f"the file has more than {PIECES} pieces: what is between them is not seen")
    elif walk.whole:
        holes = [(begin, end, "unused space") for begin, end in image.holes(min(block.end, source.size))]
        yield from bulk.probe_heads(source, node, holes, "gap")


def _path(parent: str, name: str) -> str:
    path = f"{parent}/{name}" if parent else name
    return path if len(path) <= _PATH else f"…{path[-_PATH:]}"


class Walk:
    """One walk over the objects of a file; ``whole`` stays true while every structure could be read."""

    def __init__(self, image: Image, source: ByteSource, node: Node, bench: Bench) -> None:
        self.image, self.source, self.node, self.bench = image, source, node, bench
        self.heap = GlobalHeap(image)
        self.whole = True
        self.claimed = self.soft = 0

    def driver(self, address: int) -> Iterator[Yield]:
        """Tell of a driver block: only the drivers for files in several parts write one."""
        name = messages.text_of(self.image.fields(address, _DRIVER).data[8:])
        words = f"the file names a storage driver ({name}): other files belong to it"
        yield self.node.gap(GapKind.UNSUPPORTED, words, self.image.base + address)

    def all(self, root: int, extension: int | None) -> Iterator[Yield]:
        """Yield the facts of every object that is reached by links inside the file."""
        pending, seen = [(root, "")], {root}
        if extension is not None:
            yield from self._guarded(lambda: self._extension(extension), extension)
        while pending:
            address, path = pending.pop()
            self.bench.meter.spend_member()
            found: list[Link] = []
            yield from self._guarded(lambda a=address, p=path, f=found: self._object(a, p, f), address)  # type: ignore[misc]
            for link in reversed(found):
                if link.kind == 0 and link.address is not None and link.address not in seen:
                    seen.add(link.address)
                    pending.append((link.address, _path(path, link.name)))

    def _extension(self, address: int) -> Iterator[Yield]:
        if any(message.kind == header.DRIVER for message in header.messages(self.image, address)):
            words = "the file names a storage driver: other files belong to it"
            yield self.node.gap(GapKind.UNSUPPORTED, words, self.image.base + address)

    def _guarded(self, read: Callable[[], Iterator[Yield]], address: int) -> Iterator[Yield]:
        """Run one reader; what breaks it is a gap, and the objects beside it are read on."""
        try:
            yield from read()
        except Malformed as broken:
            self.whole = False
            yield self.node.gap(GapKind.UNPARSED, f"not valid HDF5: {broken}", broken.offset or address)
        except OverLimit as spent:
            self.whole = False
            if spent.offset == 0:
                raise  # a budget of the whole examination, not of one structure
            yield self.node.gap(GapKind.OVER_LIMIT, str(spent), spent.offset)

    def _object(self, address: int, path: str, links: list[Link]) -> Iterator[Yield]:
        found = header.messages(self.image, address)
        dataset = Dataset(self.image, self.source, self.node, self.bench, path or "/")
        for message in found:
            if message.kind in (header.LINK, header.SYMBOL_TABLE, header.LINK_INFO):
                for link in links_of(self.image, message):
                    self.bench.meter.spend_member()
                    links.append(link)
                    yield from self._link(link, path)
            elif message.kind in (header.ATTRIBUTE, header.ATTRIBUTE_INFO):
                for attribute in attributes_of(self.image, message):
                    self.bench.meter.spend_member()
                    yield from self._attribute(attribute)
            else:
                dataset.see(message)
        yield from dataset.facts(self.heap)
        self.whole = self.whole and dataset.whole
        self.claimed += dataset.claimed
        limits = self.bench.limits
        if self.claimed > max(limits.ratio_floor, self.source.size * limits.ratio):
            at, size = self.node.at(self.image.base + address), self.source.size
            yield ResourceClaim(at=at, what="datasets", claimed=self.claimed, limit=size, unit="bytes")
            self.claimed = 0

    # -- links -------------------------------------------------------------------------------------------------------

    def _link(self, link: Link, path: str) -> Iterator[Yield]:
        key = _path(path, link.name)
        if link.kind == 64:
            target = f"{link.file}:{link.target}"[:_PATH]
            yield Reference(
                at=self.node.at(), relation="hdf5 external link", kind=Target.PATH, target=target, key=key,
                escapes=bool(escapes(link.file)), when=When.LOAD,
            )  # fmt: skip
        elif link.kind == 1:
            self.soft += 1
            if self.soft > SOFT:
                return
            yield Reference(
                at=self.node.at(), relation="hdf5 soft link", kind=Target.PATH, target=link.target[:_PATH], key=key
            )
        elif link.kind:
            yield self.node.gap(GapKind.UNSUPPORTED, f"{key} is a link of the user-defined kind {link.kind}")

    # -- attributes --------------------------------------------------------------------------------------------------

    def _attribute(self, attribute: Attribute) -> Iterator[Yield]:
        if attribute.name in _KERAS:
            from weighbridge.formats import keras_config

            text = b"".join(strings_of(self.heap, attribute, keras_config.LONGEST))
            yield from keras_config.read(text, self.node, self.bench, attribute.name)
        elif attribute.type.kind == messages.STRING or attribute.type.text:
            text = b" ".join(strings_of(self.heap, attribute, WORDS))
            yield MetadataEntry(at=self.node.at(), key=attribute.name[:_PATH], text=messages.text_of(text[:WORDS]))
        if bulk.is_packed(attribute.data[:16]):
            # Objects of other programs are kept in attributes, and are pickles then.
            held = Stored(SubSource(self.source, attribute.start, len(attribute.data)))
            yield Child(f"attribute {attribute.name[:_PATH]}", held, offset=attribute.start, quiet=True)
