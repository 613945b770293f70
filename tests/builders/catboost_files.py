"""CatBoost models: two small trees, the statistics of a categorical feature, and one number that leads nowhere."""

from __future__ import annotations

import struct

from tests.builders.flatbuffer_files import Built, L, T, V, build

NO_LEAF = 0xFFFF_FFFF


def core(*, parts: list[str] | None = None, nodes: bool = False, **numbers: list[int]) -> Built:
    """The core: two oblivious trees of depth two over three conditions, or with ``nodes`` two other trees."""
    held: dict[str, list[int]] = {
        "splits": [0, 1, 2, 0],
        "sizes": [2, 2],
        "starts": [0, 2],
        "packed": [0, 0x0100_0000, 0x0200_0001, 0],
        "steps": [0x0000_0001, 0, 0x0000_0001, 0],
        "leaves": [0, 1, 2, 3],
    } | numbers
    trees = T(
        {
            0: ("i", 1),
            1: V("i", held["splits"], "splits"),
            2: V("i", held["sizes"], "sizes"),
            3: V("i", held["starts"], "starts"),
            5: L([T({2: ("i", n), 1: ("i", n), 3: V("f", [0.5] * (2 - n))}) for n in range(2)], "features"),
            8: V("d", [0.25] * (4 if nodes else 8), "values"),
            9: V("d", [1.0] * (4 if nodes else 8), "weights"),
            10: V("I", held["steps"], "steps") if nodes else None,
            11: V("I", held["leaves"], "leaves") if nodes else None,
            17: V("I", held["packed"], "packed"),
        },
        "trees",
    )
    entries = L([T({0: "model_guid", 1: "inert"}), T({0: "params", 1: "{}"})])
    return build(T({0: "FlabuffersModel_v1", 1: trees, 2: entries, 3: L(list(parts)) if parts else None}, "core"))


def file(content: bytes | bytearray, behind: bytes = b"", *, size: int | None = None) -> bytes:
    """The header, the core, and what lies behind it."""
    return b"CBM1" + struct.pack("<I", len(content) if size is None else size) + bytes(content) + behind


def honest() -> bytes:
    """Two oblivious trees."""
    return file(core().content)


def honest_cbm() -> bytes:
    """An honest model, by the name that gives the extension."""
    return honest()


def other_trees() -> bytes:
    """Two trees whose nodes lead to nodes."""
    return file(core(nodes=True).content)


def split_beyond() -> bytes:
    """A split that tests condition 70,000."""
    return file(core(splits=[0, 1, 70_000, 0]).content)


def split_negative() -> bytes:
    """A split that tests condition minus five."""
    return file(core(splits=[0, -5, 2, 0]).content)


def feature_beyond() -> bytes:
    """A packed split of feature 60,000."""
    return file(core(packed=[0, 0x0100_0000, 60_000, 0]).content)


def tree_beyond() -> bytes:
    """A tree of more splits than there are."""
    return file(core(sizes=[2, 900]).content)


def tree_negative() -> bytes:
    """A tree of minus one split."""
    return file(core(sizes=[-1, 3]).content)


def tree_elsewhere() -> bytes:
    """A tree that begins behind all splits."""
    return file(core(starts=[0, 5_000]).content)


def too_few_leaves() -> bytes:
    """Trees of eight leaves with two values."""
    return file(core().patched("values", "I", 2))


def leaf_beyond() -> bytes:
    """A node that leads to leaf 9,000."""
    return file(core(nodes=True, leaves=[0, 1, 9_000, NO_LEAF]).content)


def node_beyond() -> bytes:
    """A node that leads out of its tree."""
    return file(core(nodes=True, steps=[0x0000_0001, 0, 0x4000_0001, 0]).content)


def vector_too_long() -> bytes:
    """Splits that claim a billion."""
    return file(core().patched("splits", "I", 1 << 30))


def core_size_beyond() -> bytes:
    """A core that claims to be larger than the file, and is whole."""
    return file(core().content, size=1 << 30)


def statistics(*, index: int = 1, size: int = 16) -> bytes:
    """Statistics of a categorical feature: a hash table with two entries of eight bytes each."""
    buckets = struct.pack("<QIQIQI", 77, 0, (1 << 64) - 1, 0, 99, index)
    base = T({0: T({0: V("i", [0])}), 1: ("b", 0)})
    fields = {0: base, 1: V("B", buckets), 2: V("B", bytes(size)), 3: ("i", 0), 4: ("i", 2)}
    content = bytes(build(T(fields)).content)
    behind = struct.pack("<II", 1, len(content)) + content
    return file(core(parts=["static_provider_v1"]).content, behind)


def statistics_beyond() -> bytes:
    """A hash table whose entry lies behind its values."""
    return statistics(index=50_000)


def text_part() -> bytes:
    """A part that is not analysed."""
    return file(core(parts=["text_process_v2"]).content, b"text_process_v2\0inert")


def trailing(tail: bytes) -> bytes:
    """Something behind the model."""
    return file(core().content, tail)
