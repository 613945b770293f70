"""Names and contents: medium only where the content can do more than the name says."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, only
from weighbridge.core.facts import NameMismatch
from weighbridge.core.finding import Severity
from weighbridge.rules.concealment import name_mismatch


def _weight(extension: str, promised: tuple[str, ...], found: str) -> Severity | None:
    return only(name_mismatch, NameMismatch(at=FILE, extension=extension, promised=promised, found=found)).severity


@pytest.mark.parametrize(
    "found", ["pickle", "torch.legacy", "native", "zip", "tar", "7z", "gzip", "xz", "lz4", "zstd", "hdf5", "rar"]
)
@pytest.mark.parametrize("extension", ["safetensors", "gguf", "text"])
def test_content_that_can_run_code_under_a_name_of_data(extension: str, found: str) -> None:
    assert _weight(f".{extension}", (extension,), found) is None


@pytest.mark.parametrize(
    ("extension", "promised", "found"),
    [
        (".npz", ("zip",), "pickle"),
        (".keras", ("zip", "hdf5"), "torch.legacy"),
        (".h5", ("hdf5",), "pickle"),
    ],
)
def test_content_that_runs_code_under_the_name_of_a_container(
    extension: str, promised: tuple[str, ...], found: str
) -> None:
    assert _weight(extension, promised, found) is None


@pytest.mark.parametrize(
    ("extension", "promised", "found"),
    [
        (".npz", ("zip",), "gzip"),
        (".h5", ("hdf5",), "zip"),
        (".gguf", ("gguf",), "text"),
        (".safetensors", ("safetensors",), "text"),
        (".jpg", ("jpeg",), "png"),
    ],
)
def test_the_honest_slip_is_low(extension: str, promised: tuple[str, ...], found: str) -> None:
    assert _weight(extension, promised, found) is Severity.LOW


def test_the_message_says_both() -> None:
    fact = NameMismatch(at=FILE, extension=".keras", promised=("zip", "hdf5"), found="pickle")
    assert only(name_mismatch, fact).message == "the name ends in .keras (zip or hdf5), the content is pickle"
