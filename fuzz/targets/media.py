"""Pictures, sounds, films, typefaces and documents."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz import page_seeds
from fuzz.target import Target

_READS = (
    ("png", "picture"),
    ("jpeg", "picture"),
    ("gif", "picture"),
    ("riff", "picture"),
    ("ogg", "picture"),
    ("flac", "picture"),
    ("mp3", "picture"),
    ("mp4", "picture"),
    ("font", "picture"),
    ("pdf", "paper.pdf"),
    ("svg", "picture.svg"),
    ("html", "page.html"),
)


def seeds() -> Iterator[bytes]:
    """Pictures and documents."""
    yield from (*page_seeds.pictures(), *page_seeds.documents())


TARGET = Target(name="media", seeds=seeds, reads=_READS)
