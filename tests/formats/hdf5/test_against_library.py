"""The reader and h5py see the same file: every dataset, every attribute in words, every chunk, every link."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.honest.makers_keras import FILES, Write
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.formats.hdf5 import header, messages, superblock
from weighbridge.formats.hdf5.chunks import stored
from weighbridge.formats.hdf5.extract import extract
from weighbridge.formats.node import Bench, Node

pytestmark = pytest.mark.libraries
HDF5 = [(name, write) for name, write in FILES if name.endswith((".h5", ".hdf5"))]


def read(path: Path) -> list[Any]:
    limits = Limits()
    return list(extract(BytesSource(path.read_bytes()), Node(name=path.name), Bench(limits, Meter(limits))))


def seen_by_library(path: Path) -> tuple[dict[str, tuple[int, ...]], set[str], set[str]]:
    """Shapes of datasets by the name of their first link, names of attributes that are strings, soft links."""
    import h5py

    shapes, words, soft = {}, set(), set()

    def attributes(item: Any) -> None:
        for key in item.attrs:
            kind = item.attrs.get_id(key).get_type()
            if isinstance(kind, h5py.h5t.TypeStringID):
                words.add(key)

    with h5py.File(path) as file:

        def links(name: str, link: Any) -> None:
            if isinstance(link, h5py.SoftLink):
                soft.add(name)

        def objects(name: str, item: Any) -> None:
            attributes(item)
            if isinstance(item, h5py.Dataset):
                shapes[name] = item.shape or ()

        attributes(file)
        file.visititems(objects)
        file.visititems_links(links)
    return shapes, words, soft


def agree(path: Path) -> None:
    found = read(path)
    assert not [item for item in found if isinstance(item, Gap)]
    shapes, words, soft = seen_by_library(path)
    # An object with two names is met under one of them, each reader choosing its own.
    ours = sorted(fact.shape for fact in found if isinstance(fact, TensorDecl))
    assert ours == sorted(shapes.values())
    from weighbridge.formats.hdf5.extract import _KERAS

    assert {fact.key for fact in found if isinstance(fact, MetadataEntry)} >= words - {*_KERAS}
    assert {fact.key for fact in found if isinstance(fact, Reference) and fact.relation == "hdf5 soft link"} == soft


@pytest.mark.parametrize(("name", "write"), HDF5, ids=[name for name, _ in HDF5])
def test_files_of_the_library(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    agree(path)


@pytest.mark.parametrize("seed", range(24))
def test_generated_files(seed: int, tmp_path: Path) -> None:
    """Groups in groups, names and attributes of any number, every layout, both ends of the versions."""
    import h5py
    import numpy

    chance = random.Random(seed)
    path = tmp_path / "model.h5"
    words: dict[str, Any] = {"libver": chance.choice(["earliest", "latest", "v108", "v110"])}
    if chance.random() < 0.3:
        words["userblock_size"] = 512 << chance.randrange(4)
    with h5py.File(path, "w", track_order=chance.random() < 0.3, **words) as file:
        groups = [file]
        for number in range(chance.choice([3, 30, 120])):
            group = chance.choice(groups)
            name = f"{number}-{'n' * chance.choice([1, 20, 200])}"
            if chance.random() < 0.4:
                groups.append(group.create_group(name, track_order=chance.random() < 0.3))
                continue
            shape = tuple(chance.randrange(0, 9) for _ in range(chance.randrange(4)))
            kind = chance.choice(["f2", "f4", "f8", "i1", "u4", "S5", "?", "c8"])
            more: dict[str, Any] = {}
            if shape and chance.random() < 0.6:
                more["chunks"] = tuple(chance.randrange(1, 4) for _ in shape)
                more["maxshape"] = tuple(chance.choice([None, dim + 4]) for dim in shape)
                more["compression"] = chance.choice([None, "gzip", "lzf"])
                more["fletcher32"] = chance.random() < 0.3
            made = group.create_dataset(name, data=numpy.zeros(shape, kind), **more)
            for count in range(chance.choice([0, 1, 12])):
                made.attrs[f"attribute {count}"] = chance.choice(["words", 3, "x" * 5000, [1.5, 2.5]])
        file["soft"] = h5py.SoftLink("/somewhere")
    agree(path)


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_trees_of_several_levels(libver: str, tmp_path: Path) -> None:
    """Thousands of links, and a heap whose blocks are found through blocks of blocks."""
    import h5py

    path = tmp_path / "model.h5"
    with h5py.File(path, "w", libver=libver) as file:
        file["scalar"] = 1
        for number in range(6_000):
            file.create_group(f"{number:05}-{'n' * (number % 90)}").attrs[f"a{number}"] = "words"
    found = read(path)
    assert not [item for item in found if isinstance(item, Gap)]
    keys = {item.key for item in found if isinstance(item, MetadataEntry)}
    assert keys == {f"a{number}" for number in range(6_000)}


CHUNKED = (
    ("earliest", {"maxshape": (None, 40)}, (90, 40), (3, 4)),
    ("latest", {}, (5, 5), (5, 5)),
    ("latest", {"compression": "gzip"}, (5, 5), (5, 5)),
    ("latest", {}, (90, 40), (3, 4)),
    ("latest", {"compression": "lzf"}, (90, 40), (3, 4)),
    ("latest", {}, (9000,), (2,)),
    ("latest", {"maxshape": (None, 40)}, (90, 40), (3, 4)),
    ("latest", {"maxshape": (None,)}, (20_000,), (2,)),
    ("latest", {"maxshape": (None,), "compression": "gzip"}, (20_000,), (2,)),
    ("latest", {"maxshape": (None,)}, (100_000,), (2,)),
    ("latest", {"maxshape": (None, None)}, (90, 40), (3, 4)),
    ("latest", {"maxshape": (None, None), "compression": "gzip"}, (300, 40), (3, 4)),
)


@pytest.mark.parametrize(("libver", "words", "shape", "chunks"), CHUNKED)
def test_every_chunk_is_found(libver: str, words: Any, shape: Any, chunks: Any, tmp_path: Path) -> None:
    """All five indexes of chunks, large enough to have several levels, pages and super blocks."""
    import h5py
    import numpy

    path = tmp_path / "model.h5"
    with h5py.File(path, "w", libver=libver) as file:
        made = file.create_dataset("d", shape=shape, chunks=chunks, dtype="u1", **words)
        made[...] = numpy.arange(made.size, dtype="u1").reshape(shape) if made.size < 1 << 20 else 1
    with h5py.File(path) as file:
        wanted: set[tuple[int, int]] = set()
        file["d"].id.chunk_iter(lambda info: wanted.add((info.byte_offset, info.size)))
    image, _ = superblock.read(BytesSource(path.read_bytes()))
    layouts = _layouts(image, path)
    assert len(layouts) == 1
    plain, count = 1, 1
    for dim, side in zip(shape, chunks, strict=True):
        plain *= side
        count *= -(-dim // side)
    assert set(stored(image, layouts[0], len(shape), plain, count)) == wanted


def _layouts(image: Any, path: Path) -> list[messages.Layout]:
    import h5py

    with h5py.File(path) as file:
        address = h5py.h5o.get_info(file["d"].id).addr
    return [messages.layout(one.body) for one in header.messages(image, address) if one.kind == header.LAYOUT]
