"""Where reading is dear: what bulk data is left alone, that all of the structure is read, and how little that takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ggufs, safetensors_files, torches, zips
from tests.builders.pickles import SHELL, call_target, dumps, pickled_call
from tests.builders.torches import Tensor
from weighbridge.core.facts import Call, ContainerOddity, Oddity, TensorDecl, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import examine
from weighbridge.engine.judge import Judge
from weighbridge.formats import archives, safetensors
from weighbridge.formats.containers.zip_directory import Directory, read_directory
from weighbridge.formats.containers.zip_local import beginning_of_data
from weighbridge.formats.gguf import extract as gguf
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.sniff import NEAR_TAIL, sniff
from weighbridge.rules.catalog import RuleSet

HOSTILE = pickled_call(SHELL)
TENSORS = [Tensor(name=f"layer.{number}", shape=(5_000,), data=bytes(20_000)) for number in range(20)]


class Counting(BytesSource):
    """A source that says where it was read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.read: list[tuple[int, int]] = []

    def read_at(self, offset: int, length: int) -> bytes:
        self.read.append((offset, min(offset + length, self.size)))
        return super().read_at(offset, length)

    @property
    def touched(self) -> set[int]:
        """Offsets that were read."""
        return {at for start, stop in self.read for at in range(start, stop)}


class Keeping(Judge):
    """Keeps the facts that it sees."""

    def __init__(self) -> None:
        super().__init__(RuleSet())
        self.facts: list[Any] = []

    def see(self, fact: Any) -> None:
        self.facts.append(fact)
        super().see(fact)


def facts(content: bytes, name: str = "model", *, headers_only: bool = True) -> list[Any]:
    judge = Keeping()
    examine(BytesSource(content), name, limits=Limits(), judge=judge, strict=True, headers_only=headers_only)
    return judge.facts


def directory(content: bytes | Counting) -> tuple[Directory, Directory]:
    """The directory read sparingly, and in full."""
    limits = Limits()
    source = content if isinstance(content, Counting) else BytesSource(content)
    sparing = read_directory(source, Bench(limits, Meter(limits)), archives._storages)
    return sparing, read_directory(BytesSource(source.content), Bench(limits, Meter(limits)))


# -- zip archives --------------------------------------------------------------------------------------------------


def test_local_headers_of_storages_are_not_read() -> None:
    content = torches.zip_checkpoint(TENSORS)
    source = Counting(content)
    sparing, full = directory(source)
    passed = [entry for entry in sparing.entries if entry.passed_over]
    assert [entry.name for entry in passed] == [f"archive/data/{number}" for number in range(20)]
    assert sparing.notes == full.notes == ()
    tail = len(content) - (1 << 17)
    # What follows the member before the first one is looked at: a descriptor may be there.
    places = {entry.header_offset + 30 for entry in passed[1:] if entry.header_offset < tail}
    assert len(places) > 10
    assert not places & source.touched
    for mine, theirs in zip(sparing.entries, full.entries, strict=True):
        assert beginning_of_data(source, mine) == theirs.data_offset
        assert (mine.name, mine.size, mine.crc) == (theirs.name, theirs.size, theirs.crc)
        assert mine.passed_over or mine == theirs


def test_a_member_without_a_local_header_has_no_beginning() -> None:
    content = bytearray(torches.zip_checkpoint(TENSORS))
    place = next(
        entry.header_offset for entry in directory(bytes(content))[1].entries if entry.name == "archive/data/3"
    )
    content[place : place + 4] = b"none"
    sparing, _ = directory(bytes(content))
    (entry,) = (entry for entry in sparing.entries if entry.name == "archive/data/3")
    assert entry.passed_over
    assert beginning_of_data(BytesSource(bytes(content)), entry) is None


LYING: list[zips.Entry] = [
    zips.Entry(name="archive/data/0", data=b"x" * 99, central=zips.Claims(size=98)),
    zips.Entry(name="archive/data/0", data=b"x" * 99, flags=0x1),
    zips.Entry(name="archive/data/0", data=b"x" * 99, method=8),
    zips.Entry(name="archive/data/0", data=b"x" * 99, central=zips.Claims(size=1 << 30, packed_size=1 << 30)),
    zips.Entry(name="archive/data/0", data=b"/etc/passwd", attributes=0o120777 << 16),
    zips.Entry(name="archive/data.pkl", data=HOSTILE),
    zips.Entry(name="other/data/0", data=b"x" * 99),
    zips.Entry(name="archive/code/0", data=b"x" * 99),
]


@pytest.mark.parametrize("entry", LYING, ids=range(len(LYING)))
def test_what_contradicts_itself_or_is_no_storage_is_read(entry: zips.Entry) -> None:
    honest = zips.Entry(name="archive/data.pkl", data=dumps({}))
    content = zips.archive(*([entry] if entry.name == honest.name else [honest, entry]))
    sparing, full = directory(content)
    assert not any(one.passed_over for one in sparing.entries)
    assert set(sparing.notes) == set(full.notes)
    assert sparing.entries == full.entries


def test_no_archive_but_a_checkpoint_is_read_sparingly() -> None:
    content = zips.archive(zips.Entry(name="data/0", data=b"x" * 99), zips.Entry(name="data/data.txt", data=b"x"))
    sparing, full = directory(content)
    assert sparing == full


def test_bytes_between_storages_are_found_where_no_header_could_hold_them() -> None:
    """Up to what a local header may hold besides its name nobody can tell; more is a gap as ever."""
    records = torches.zip_records(torches.state_dict_pickle(TENSORS[:2]), TENSORS[:2])
    for stowed, found in ((100, False), (70_000, True)):
        between = {"data/1": b"INERT" * (stowed // 5)}
        content = zips.archive(
            *(
                zips.Entry(name=f"archive/{name}", data=data, before=between.get(name, b""))
                for name, data in records.items()
            )
        )
        held = [fact for fact in facts(content, "model.bin") if isinstance(fact, TrailingData)]
        assert bool(held) is found
        assert [fact for fact in facts(content, "model.bin", headers_only=False) if isinstance(fact, TrailingData)]


def test_pickles_are_read_and_storages_left_alone() -> None:
    poisoned = torches.zip_checkpoint(TENSORS, poisoned=call_target(SHELL, protocol=2))
    assert any(isinstance(fact, Call) and fact.name == "system" for fact in facts(poisoned, "model.bin"))
    stowed = torches.zip_checkpoint([Tensor(name="w", shape=(5_000,), data=HOSTILE.ljust(20_000, b"\0"))])
    assert not any(isinstance(fact, Call) and fact.name == "system" for fact in facts(stowed, "model.bin"))
    assert any(isinstance(fact, Call) for fact in facts(stowed, "model.bin", headers_only=False))


@pytest.mark.parametrize("method", [0, 8])
def test_storages_of_which_the_header_is_read_are_left_alone_too(method: int) -> None:
    """Compressed ones are not unpacked; those of a package lie elsewhere than those of a checkpoint."""
    pickle = zips.Entry(name="archive/data.pkl", data=dumps({}))
    packed = zips.Entry(name="archive/data/0", data=HOSTILE, method=8)
    package = [
        zips.Entry(name="archive/.data/extern_modules", data=b"torch\n"),
        zips.Entry(name="archive/.data/0.storage", data=HOSTILE, method=method),
    ]
    for content in (zips.archive(pickle, packed), zips.archive(*package)):
        sparing, full = (facts(content, "m.pt", headers_only=only) for only in (True, False))
        assert any(isinstance(fact, Call) for fact in full)
        assert not any(isinstance(fact, Call) for fact in sparing)


def test_checksums_of_what_is_read_anyway_are_compared() -> None:
    wrong = zips.Claims(crc=1)
    pickle = zips.Entry(name="archive/data.pkl", data=dumps(["x" * 30_000]), central=wrong, local=wrong)
    bulk = zips.Entry(name="archive/other", data=b"y" * 30_000, central=wrong, local=wrong)
    small = zips.Entry(name="archive/notes", data=b"3\n", central=wrong, local=wrong)
    told = [fact.member for fact in facts(zips.archive(pickle, bulk, small), "m.bin") if _is_sum(fact)]
    assert told == ["archive/data.pkl", "archive/notes"]


def _is_sum(fact: Any) -> bool:
    return isinstance(fact, ContainerOddity) and fact.kind is Oddity.CHECKSUM_MISMATCH


# -- tensors by header ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["safetensors", "gguf"])
def test_all_of_a_header_and_nothing_of_the_values(kind: str) -> None:
    if kind == "safetensors":
        content = safetensors_files.encode(
            [safetensors_files.Tensor(name=f"w{n}", shape=(5_000,), data=bytes(20_000)) for n in range(20)]
        )
        extract, values = safetensors.extract, len(content) - 400_000
    else:
        tensors = [ggufs.Tensor(name=b"w%d" % n, shape=(4_999,), data=bytes(19_996)) for n in range(20)]
        content = ggufs.encode(tensors=tensors)
        extract, values = gguf.extract, len(content) - 20 * 20_000
    limits, source = Limits(), Counting(content)
    found = list(extract(source, Node(name="m", headers_only=True), Bench(limits, Meter(limits))))
    assert sum(isinstance(item, TensorDecl) for item in found) == 20
    assert not any(isinstance(item, Child) for item in found)
    last = max(stop for start, stop in source.read if start < len(content) - 32)  # the padding at the end is looked at
    assert last <= max(4_096, values) + (0 if kind == "safetensors" else 1 << 18), "nothing behind the header"


def test_padding_is_looked_at_where_reading_is_cheap() -> None:
    content = bytearray(
        ggufs.encode(tensors=[ggufs.Tensor(name=b"a", shape=(3,)), ggufs.Tensor(name=b"b", shape=(3,))])
    )
    place = len(content) - 64 + 12
    content[place : place + 5] = b"INERT"
    full, sparing = (facts(bytes(content), "m.gguf", headers_only=only) for only in (False, True))
    assert any(isinstance(fact, TrailingData) for fact in full)
    assert set(sparing) <= set(full)


def test_the_end_of_a_zip_is_looked_for_near_the_end() -> None:
    archive = zips.plain({"a": b"x"})
    behind = safetensors_files.honest() + archive
    assert "zip" in sniff(BytesSource(behind), "m", tail=NEAR_TAIL).formats
    far = behind[:-2] + (5_000).to_bytes(2, "little") + bytes(5_000)
    assert "zip" in sniff(BytesSource(far), "m").formats
    source = Counting(far)
    assert "zip" not in sniff(source, "m", tail=NEAR_TAIL).formats
    assert min(start for start, stop in source.read if stop == len(far)) == len(far) - NEAR_TAIL
