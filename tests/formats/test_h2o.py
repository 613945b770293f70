"""H2O's MOJO and MLeap's bundles: members count by their content, algorithms by name."""

from __future__ import annotations

import pytest

from tests.builders import classical_files as files
from tests.builders import zips
from tests.builders.noise import noise
from tests.museum.exhibit import examined, verdict
from weighbridge.core.report import Verdict
from weighbridge.formats.h2o import layout


def test_layouts() -> None:
    assert layout({"model.ini", "trees/t00_000.bin"}) == "h2o.mojo"
    assert layout({"bundle.json", "root/model.json"}) == "mleap"
    assert layout({"bundle.json"}) == ""


@pytest.mark.parametrize(("content", "format_"), [(files.honest_mojo(), "h2o.mojo"), (files.honest_bundle(), "mleap")])
def test_honest_archives(content: bytes, format_: str) -> None:
    assert verdict(content, "model.zip") is Verdict.CLEAN
    assert examined(content, "model.zip").formats == ("zip", format_)


@pytest.mark.parametrize(
    "algorithm", ["Distributed Random Forest", "Deep Learning", "K-means", "Support Vector Machine (*Spark*)"]
)
def test_algorithms(algorithm: str) -> None:
    assert verdict(files.mojo(algorithm=algorithm), "model.zip") is Verdict.CLEAN


def test_members_that_are_numbers() -> None:
    for name in ("eigenvectors_raw", "models/inert/trees/t00_000.bin"):
        assert verdict(files.mojo({name: noise(200, name)}), "model.zip") is Verdict.CLEAN
    assert examined(files.mojo({"other": noise(200, "other")}), "model.zip").gaps


def test_an_algorithm_that_does_not_exist() -> None:
    assert {one.rule for one in examined(files.foreign_algorithm(), "model.zip").findings} == {"EXE132"}


@pytest.mark.parametrize("content", [files.mojo_with_pickle(), files.bundle_with_pickle()])
def test_a_pickle_among_the_members(content: bytes) -> None:
    assert verdict(content, "model.zip") is Verdict.MALICIOUS


def test_a_description_without_its_section_is_a_gap() -> None:
    assert examined(zips.plain({"model.ini": b"algorithm = x\n"}), "model.zip").gaps
