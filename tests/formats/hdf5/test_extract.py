"""HDF5: honest files say what they hold, every way out of the file is named, lies are facts, nothing breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import hdf5_files as files
from tests.builders import natives
from tests.builders.noise import noise
from tests.builders.pickles.gadgets import posix_system
from tests.effort import calls
from tests.museum.exhibit import examined
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim, TensorDecl, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats.hdf5.extract import extract
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.sniff import sniff

NODE = Node(name="model.h5")


def read(content: bytes) -> tuple[list[Any], Exception | None]:
    """Everything the reader yields, and what it raised at the end."""
    bench = Bench(Limits(), Meter(Limits()))
    found: list[Any] = []
    try:
        for item in extract(BytesSource(content), NODE, bench):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, content: bytes) -> list[Any]:
    return [item for item in read(content)[0] if isinstance(item, kind)]


def whats(content: bytes) -> list[tuple[str, bool]]:
    return [(fact.what, fact.memory) for fact in of(Inconsistency, content)]


# -- honest --------------------------------------------------------------------------------------------------------
def test_what_an_honest_file_says() -> None:
    content = files.honest(attributes=[files.attribute("note", b"words")])
    found, error = read(content)
    assert error is None
    assert found[0] == Identity(at=NODE.at(), format="hdf5")
    assert {type(item) for item in found} == {Identity, TensorDecl, MetadataEntry}
    assert [(fact.key, fact.text) for fact in found if isinstance(fact, MetadataEntry)] == [("note", "words")]
    kernel, bias = (fact for fact in found if isinstance(fact, TensorDecl))
    assert (kernel.name, kernel.dtype, kernel.shape) == ("dense/kernel", "float32", (2, 3))
    assert (bias.name, bias.shape) == ("dense/bias", (6,))
    assert content[kernel.at.offset : kernel.at.offset + kernel.at.length] == noise(24, "hdf5")


@pytest.mark.libraries
def test_the_library_reads_what_the_builder_makes() -> None:
    import io

    import h5py

    with h5py.File(io.BytesIO(files.honest(attributes=[files.attribute("note", b"words")]))) as file:
        assert file["dense/kernel"].shape == (2, 3)
        assert file.attrs["note"] == b"words"
    with h5py.File(io.BytesIO(files.external_link())) as file:
        assert isinstance(file.get("kernel", getlink=True), h5py.ExternalLink)
    with h5py.File(io.BytesIO(files.external_storage())) as file:
        assert file["kernel"].external == [("/etc/inert-absent", 0, 24)]


def test_a_soft_link_stays_inside() -> None:
    (link,) = of(Reference, files.soft_link())
    assert (link.relation, link.target, link.escapes, link.when) == ("hdf5 soft link", "/dense/kernel", False, None)


def test_a_group_that_holds_itself_is_read_once() -> None:
    assert read(files.cycle()) == ([Identity(at=NODE.at(), format="hdf5")], None)


# -- what points outside -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("build", "relation"),
    [
        (files.external_link, "hdf5 external link"),
        (files.external_storage, "hdf5 external storage"),
        (files.virtual_dataset, "virtual dataset"),
    ],
)
@pytest.mark.parametrize(("file", "away"), [("/etc/inert", True), ("../inert", True), ("inert.h5", False)])
def test_other_files_are_named(build: Any, relation: str, file: str, away: bool) -> None:
    (reference,) = of(Reference, build(file))
    assert (reference.relation, reference.escapes, reference.when) == (relation, away, When.LOAD)
    assert reference.target.startswith(file)
    assert reference.key == "kernel"


def test_a_virtual_dataset_of_the_file_itself_names_nobody() -> None:
    assert of(Reference, files.virtual_dataset(".")) == []


@pytest.mark.libraries
def test_virtual_datasets_of_the_library(tmp_path: Any) -> None:
    """Every kind of selection that h5py writes is stepped over."""
    import h5py

    for libver in ("earliest", "latest"):
        path = tmp_path / f"{libver}.h5"
        with h5py.File(path, "w", libver=libver) as file:
            layout = h5py.VirtualLayout((4, 100), "f4")
            for number in range(4):
                layout[number, 10:90:2] = h5py.VirtualSource(f"inert{number}.h5", "d", (40,))
            file.create_virtual_dataset("v", layout)
        found, error = read(path.read_bytes())
        assert error is None
        assert [item for item in found if isinstance(item, Gap)] == []
        references = [item for item in found if isinstance(item, Reference)]
        assert sorted(one.target for one in references) == [f"inert{number}.h5" for number in range(4)]


@pytest.mark.libraries
def test_links_and_storage_of_the_library(tmp_path: Any) -> None:
    import h5py

    for libver in ("earliest", "latest"):
        path = tmp_path / f"{libver}.h5"
        with h5py.File(path, "w", libver=libver) as file:
            file["link"] = h5py.ExternalLink("../inert.h5", "/d")
            file.create_dataset("outside", (6,), "f4", external=[("/inert.raw", 0, 24)])
        references = of(Reference, path.read_bytes())
        assert sorted((one.target, one.escapes) for one in references) == [
            ("../inert.h5:/d", True), ("/inert.raw", True),
        ]  # fmt: skip


# -- claims and lies -----------------------------------------------------------------------------------------------
def test_shapes_that_claim_what_is_not_there() -> None:
    for build in (files.shape_bomb, files.unallocated_bomb):
        (claim,) = of(ResourceClaim, build())
        assert (claim.claimed, claim.limit) == (4 << 40, 0)
    assert of(ResourceClaim, files.shape_bomb((1000, 1000))) == []  # megabytes of a fill value are honest


def test_many_small_claims_are_one_large_one() -> None:
    assert [claim.what for claim in of(ResourceClaim, files.many_bombs())] == ["datasets"] * len(
        of(ResourceClaim, files.many_bombs())
    )
    assert of(ResourceClaim, files.many_bombs())
    assert of(ResourceClaim, files.many_bombs(1)) == []


def test_sizes_that_disagree() -> None:
    assert whats(files.wrong_size()) == [("dataset size", True)]
    assert whats(files.wrong_size((2, 2))) == [("dataset size", False)]
    assert whats(files.overflowing_shape()) == [("shape overflow", True)]
    assert whats(files.out_of_bounds()) == [("out of bounds", False)]


def test_a_file_that_was_cut_says_so() -> None:
    assert ("truncated", False) in whats(files.honest()[:-8])


def test_what_is_not_read_is_a_gap() -> None:
    for build in (files.unknown_filter, files.user_defined_link):
        assert [gap.kind for gap in of(Gap, build())] == [GapKind.UNSUPPORTED]
    assert of(Gap, files.unknown_filter(1)) == []


# -- every byte ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", ["tensor", "gap", "tail", "prefix"])
def test_what_is_stowed_away_is_handed_on(place: str) -> None:
    for content in (natives.elf(), posix_system()):
        children = of(Child, files.stowaway(content, place=place))
        assert children
        held = children[0].content.source
        assert held.read_at(0, len(content)) == content


def test_bytes_around_the_file_are_told() -> None:
    (tail,) = of(TrailingData, files.honest() + b"INERT")
    assert (tail.where, tail.zero, tail.at.length) == ("tail", False, 5)
    (prefix,) = of(TrailingData, files.honest(user_block=bytes(512)))
    assert (prefix.where, prefix.zero, prefix.at.length) == ("prefix", True, 512)


def test_a_file_behind_a_user_block_is_recognised() -> None:
    for length in (512, 1024, 2048):
        content = files.honest(user_block=bytes(length))
        assert sniff(BytesSource(content), "anything").formats == ("hdf5",)
    far = files.honest(user_block=bytes(1 << 16))
    assert sniff(BytesSource(far), "model.h5").formats == ("hdf5",)
    assert "hdf5" in sniff(BytesSource(files.honest(user_block=posix_system().ljust(512))), "model.pkl").formats
    assert "hdf5" not in sniff(BytesSource(bytes(300) + files.honest()), "model.h5").formats


@pytest.mark.libraries
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_pickles_in_attributes_and_small_datasets_are_handed_on(libver: str, tmp_path: Any) -> None:
    """Programs keep objects in HDF5 as opaque bytes; a compact dataset lies inside its header."""
    import h5py
    import numpy

    for place in ("attribute", "contiguous", "compact"):
        path = tmp_path / f"{place}.h5"
        with h5py.File(path, "w", libver=libver) as file:
            held = numpy.void(posix_system())
            if place == "attribute":
                file.attrs["object"] = held
            elif place == "contiguous":
                file["object"] = held
            else:
                settings_ = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                settings_.set_layout(h5py.h5d.COMPACT)
                kind, space = h5py.h5t.py_create(held.dtype), h5py.h5s.create(h5py.h5s.SCALAR)
                h5py.h5d.create(file.id, b"object", kind, space, settings_).write(space, space, numpy.array(held))
        seen = examined(path.read_bytes(), path.name)
        assert any(finding.rule == "EXE101" for finding in seen.findings), place


@pytest.mark.libraries
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_a_model_whose_datatype_is_kept_elsewhere(libver: str, tmp_path: Any) -> None:
    """A committed datatype, an attribute in dense storage, one longer than a header may be: the same model."""
    import json

    import h5py

    from tests.builders import keras_files as keras

    text = json.dumps(keras.bare(keras.sequential(keras.lambda_of_keras_2())))
    for place in ("committed", "dense", "long"):
        path = tmp_path / f"{place}.h5"
        with h5py.File(path, "w", libver=libver) as file:
            kind: Any = h5py.string_dtype()
            if place == "committed":
                file["words"] = kind
                kind = file["words"]
            for number in range(40 if place == "dense" else 0):
                file.attrs[f"a{number}"] = number
            filler = " " * (200_000 if place == "long" else 0)
            file.attrs.create("model_config", text + filler, dtype=kind)
        seen = examined(path.read_bytes(), path.name)
        assert any(finding.rule == "EXE130" for finding in seen.findings), place
        assert not seen.gaps


# -- laws ----------------------------------------------------------------------------------------------------------
BUILDS = (files.honest, files.external_storage, files.virtual_dataset, files.shape_bomb, files.soft_link)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BUILDS), st.data())
def test_mutations_never_break_the_reader(build: Any, data: st.DataObject) -> None:
    content = bytearray(build())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from((0, 1, 8, 127, 128, 255)))
    examined(bytes(content), "model.h5")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BUILDS), st.data())
def test_truncations_never_break_the_reader(build: Any, data: st.DataObject) -> None:
    content = build()
    examined(content[: data.draw(st.integers(0, len(content)))], "model.h5")


def test_a_cut_file_is_never_clean() -> None:
    content = files.honest()
    for length in range(8, len(content)):
        found, error = read(content[:length])
        assert error or any(isinstance(item, Gap | Inconsistency) for item in found), length


def test_many_objects_take_linear_work() -> None:
    def work(count: int) -> int:
        content = files.many_bombs(count)
        return calls(lambda: read(content))

    work(100)
    assert work(8_000) < 9 * work(1_000)  # were it quadratic, 64 times
