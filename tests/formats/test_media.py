"""Pictures and sounds end where they say; what lies behind is seen, and an ordinary one is clean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import media, natives, zips
from tests.museum.exhibit import examined, verdict
from weighbridge.core.report import Verdict

WHOLE: dict[str, bytes] = {
    "a.png": media.png(), "a.jpg": media.jpeg(), "a.gif": media.gif(), "a.wav": media.riff(), "a.ogg": media.ogg(),
    "a.mp4": media.mp4(), "a.flac": b"fLaC" + bytes(60), "a.mp3": b"ID3\4" + bytes(60), "a.woff2": b"wOF2" + bytes(60),
}  # fmt: skip
ENDED: tuple[Callable[[bytes], bytes], ...] = (
    lambda tail: media.png(tail=tail), lambda tail: media.jpeg(tail=tail), media.gif, media.riff, media.ogg,
)  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_one_is_clean(name: str) -> None:
    assert verdict(WHOLE[name], name) is Verdict.CLEAN


@pytest.mark.parametrize("build", ENDED)
def test_what_lies_behind_the_end_is_seen(build: Callable[[bytes], bytes]) -> None:
    assert [one.rule for one in examined(build(media.HIDDEN), "picture").findings] == ["HID203"]
    assert "HID208" in {one.rule for one in examined(build(natives.elf()), "picture").findings}


def test_an_archive_behind_a_picture_is_a_polyglot() -> None:
    found = examined(media.png(tail=zips.plain({"a": b"INERT"})), "picture.png")
    assert {"png", "zip"} <= set(found.formats)
    assert any(one.rule == "HID203" for one in found.findings)


def test_a_second_picture_behind_a_jpeg_is_how_phones_write_them() -> None:
    assert verdict(media.jpeg(tail=media.jpeg()), "a.jpg") is Verdict.CLEAN


def test_a_wrong_checksum_and_an_unknown_chunk() -> None:
    wrong = examined(media.png(media.chunk(b"tIME", bytes(7), checksum=1)), "a.png")
    assert [one.message for one in wrong.findings] == ["png checksum: the checksum of the chunk tIME is wrong"]
    assert verdict(media.png(media.chunk(b"prIV", b"words")), "a.png") is Verdict.CLEAN
    hidden = examined(media.png(media.chunk(b"prIV", natives.elf())), "a.png")
    assert "HID208" in {one.rule for one in hidden.findings}


@pytest.mark.parametrize(
    "broken",
    [media.png()[:-6], media.jpeg()[:-2], media.gif()[:-1], media.riff(length=9999), media.mp4(length=99), b"GIF89a"],
)
def test_a_broken_one_is_not_judged(broken: bytes) -> None:
    assert [str(gap.kind) for gap in examined(broken, "sound.wav").gaps] == ["unparsed"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 200), st.binary(max_size=4))
def test_mutations_never_break_the_reader(name: str, at: int, piece: bytes) -> None:
    content = WHOLE[name]
    examined(content[:at] + piece + content[at + len(piece) :], name)
    examined(content[:at], name)
