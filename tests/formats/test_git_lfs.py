"""Pointers in place of files, and submodules."""

from __future__ import annotations

import pytest

from tests.builders import media
from tests.museum.exhibit import examined, verdict
from weighbridge.core.report import Verdict


def test_a_pointer_says_what_is_missing() -> None:
    found = examined(media.pointer(), "model.safetensors")
    (gap,) = found.gaps
    assert gap.reason == "a git-LFS pointer stands here; the file of 1,234 bytes was not fetched (git lfs pull)"
    assert [one.rule for one in found.findings] == ["HID205"], "the name promises safetensors"


@pytest.mark.parametrize(
    "odd", [media.pointer("sha256:12"), media.pointer("md5:" + "ab" * 32), media.pointer(size="x")]
)
def test_a_pointer_that_is_none(odd: bytes) -> None:
    found = examined(odd, "model")
    assert [one.rule for one in found.findings] == ["STR305"]
    assert len(found.gaps) == 1


def test_submodules() -> None:
    assert verdict(media.submodule(), ".gitmodules") is Verdict.CLEAN
    for hostile in (media.submodule("ext::sh -c true"), media.submodule("-uINERT"), media.submodule(path="../outside")):
        assert [one.rule for one in examined(hostile, ".gitmodules").findings if one.severity == "high"] == ["REF401"]
