"""What stands under a row: values with their origins, and one digest over all of them.

The digest says whether an answer still speaks of what its author saw. It covers what is claimed, of what, by which
file and how surely; not the place within the file, nor the file's own digest, which change with every comma elsewhere
in it. What a directory's name alone says is shown and does not count: directories are moved. Nor do changes since an
earlier state: they depend on which state one asks for, and what is here now is in the digest anyway.
"""

from __future__ import annotations

import json
from hashlib import sha256

from weighbridge.core.values import replace, value
from weighbridge.inventory.graph import Confidence, Method, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 200
"""Pieces of evidence that a row keeps; the rest is counted, and in the digest."""
LONGEST = 2_000
"""Characters of a value that are kept; the digest is over all of it."""
CHANGES = "changes"
"""The feed of what changed since an earlier state."""
NOTHING = ""
"""The digest under a row that has nothing."""


@value
class Evidence:
    """One piece: ``feed`` is what it was gathered by, ``about`` the id of its component, empty for the subject.

    ``name`` is how the component is called, ``what`` the field in words, ``text`` the value in words. ``exact`` is what
    the digest is over, so that other words of ours outdate no answer.
    """

    feed: str
    what: str
    text: str
    exact: str
    origin: Origin
    about: str = ""
    name: str = ""
    note: str = ""

    @property
    def is_name_of_folder(self) -> bool:
        """Whether the name of a directory is all that says so: then nothing is known."""
        return self.origin.method is Method.NAME and not self.origin.file

    @property
    def counts(self) -> bool:
        """Whether it is in the digest."""
        return self.feed != CHANGES and not self.is_name_of_folder

    @property
    def is_sure(self) -> bool:
        """Whether somebody has computed or stated it; what is inferred completes no row."""
        return self.origin.confidence is not Confidence.INFERRED


def digest(found: Iterable[Evidence]) -> str:
    """Give the SHA-256 over evidence in whatever order, empty where there is none that counts."""
    held = sorted({
        (
            one.feed, one.about, one.exact, str(one.origin.method), str(one.origin.confidence), one.origin.file,
            one.origin.author,
        )
        for one in found if one.counts
    })  # fmt: skip
    return sha256(json.dumps(held, ensure_ascii=True).encode()).hexdigest() if held else NOTHING


def bounded(found: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Keep so much that a document stays readable, whatever a stranger has written into a card."""
    return tuple(map(_cut, found[:MOST]))


def _cut(one: Evidence) -> Evidence:
    origin = replace(one.origin, **{name: cut(getattr(one.origin, name)) for name in ("file", "pointer", "author")})
    return replace(one, text=cut(one.text), note=cut(one.note), name=cut(one.name), about=cut(one.about), origin=origin)


def cut(text: str) -> str:
    """Keep so much of a text that a document stays readable."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
