"""How a loader is recognised and which of its arguments says what: the shape of the vocabulary, and its look-up."""

from __future__ import annotations

import re
from functools import cache, cached_property

from weighbridge.core.values import value
from weighbridge.inventory.application.references import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from re import Pattern

FIELDS = (
    "subject", "revision", "folder", "file", "code", "type", "endpoint", "only_if", "weights", "detail",
)  # fmt: skip
"""What a loader may be told: the name itself, its revision, folder and file, whether code of the repository runs, the
type of the repository, the address of a service, a switch without which nothing is fetched, one without which something
is, and a further word that belongs to the name (a tag of weights, an entry point). The keyword ``()`` of a subject
stands for the name of the callable itself."""


@value
class Argument:
    """Where a callable takes something: keywords in order of preference, and a position, -1 for keywords only."""

    keywords: tuple[str, ...]
    position: int = -1


@value
class Loader:
    """One callable that takes a name.

    ``pattern`` is its dotted path: ``*`` stands for any words, ``()`` for the result of a call. ``hub`` is where a
    bare name counts, ``prefix`` what the library puts before a name without a slash. ``source`` is the library and
    version for whose interface the entry is written.
    """

    pattern: str
    kind: Kind
    hub: str
    arguments: tuple[tuple[str, Argument], ...]
    source: str
    prefix: str = ""
    silent: bool = False
    """Whether a call that names nothing takes nothing worth telling."""
    by_tail: bool = False
    """Whether the last word alone is enough, where nothing is known of what stands before it."""


def argument(words: str) -> Argument:
    """Read ``2:model|model_name``: a position, if it has one, and keywords."""
    position, colon, names = words.rpartition(":")
    return Argument(keywords=tuple(filter(None, names.split("|"))), position=int(position) if colon else -1)


def loader(
    source: str,
    pattern: str,
    kind: Kind,
    hub: str,
    subject: str,
    *,
    prefix: str = "",
    silent: bool = False,
    by_tail: bool = False,
    more: Mapping[str, str] | None = None,
    **fields: str,
) -> Loader:
    """Make one entry; ``subject``, ``more`` and ``fields`` are read by ``argument``."""
    words = {"subject": subject, **fields, **(more or {})}
    return Loader(
        pattern=pattern, kind=kind, hub=hub, source=source, prefix=prefix, silent=silent, by_tail=by_tail,
        arguments=tuple((name, argument(word)) for name, word in words.items()),
    )  # fmt: skip


@value
class Signs:
    """What the path of a loader is made of: whole words, pieces of words, and how the last word ends."""

    words: frozenset[str]
    pieces: tuple[str, ...] = ()
    end: str = ""


class Vocabulary:
    """Finds the entries for a dotted path; the pattern that writes out the most goes first."""

    def __init__(self, loaders: Iterable[Loader]) -> None:
        self.by_key: dict[str, list[Loader]] = {}
        self._by_tail: dict[str, list[Loader]] = {}
        self._by_root: dict[str, list[Loader]] = {}
        for one in loaders:
            known = self.by_key.setdefault(one.pattern, [])
            known.append(one)
            if len(known) > 1:
                continue
            tail, root = one.pattern.rpartition(".")[2], one.pattern.partition(".")[0]
            if "*" not in tail.lstrip("*"):
                self._by_tail.setdefault(tail.lstrip("*"), []).append(one)
            if "*" in tail and "*" not in root:
                self._by_root.setdefault(root, []).append(one)
        for entries in (*self._by_tail.values(), *self._by_root.values()):
            entries.sort(key=lambda entry: len(entry.pattern.replace("*", "")), reverse=True)

    @cached_property
    def tails(self) -> frozenset[str]:
        """The last words that are written out."""
        return frozenset(self._by_tail)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Words of paths that mean a loader wherever they stand: libraries and long names, not ``run`` or ``load``."""
        roots = {one.partition(".")[0] for one in self.by_key}
        parts = {part.strip("*").removesuffix("()") for one in self.by_key for part in one.split(".")} - {""}
        return frozenset(part for part in parts if part in roots or "_" in part or not part.islower())

    @cached_property
    def open_roots(self) -> frozenset[str]:
        """The libraries of which any last word may be meant, or any that begins in some way."""
        return frozenset(
            root for root, entries in self._by_root.items() if any(one.pattern.endswith("*") for one in entries)
        )

    @cached_property
    def ends(self) -> dict[str, tuple[str, ...]]:
        """How a last word may end that is not written out as a whole, by the library."""
        return {
            root: tuple(sorted({one.pattern.rpartition("*")[2] for one in entries}))
            for root, entries in self._by_root.items() if root not in self.open_roots
        }  # fmt: skip

    def find(self, path: str) -> list[Loader]:
        """Give the entries of the best pattern that fits; several where one callable takes several names."""
        tail, root = path.rpartition(".")[2], path.partition(".")[0]
        for entries in (self._by_tail.get(tail, ()), self._by_root.get(root, ())):
            for entry in entries:
                if _compiled(entry.pattern).fullmatch(path):
                    return self.by_key[entry.pattern]
        return []

    def find_by_tail(self, tail: str) -> list[Loader]:
        """Give the entries that the last word alone tells."""
        for entry in self._by_tail.get(tail, ()):
            if entry.by_tail:
                return self.by_key[entry.pattern]
        return []

    def signs(self) -> dict[str, tuple[Signs, ...]]:
        """Say what stands in every source that calls a loader, by a word that surely does.

        That word is the root of a library or, where a last word alone tells or the root is open (``langchain*``), that
        one.
        """
        found: dict[str, set[Signs]] = {}
        for pattern, entries in self.by_key.items():
            parts = [part.removesuffix("()") for part in pattern.split(".")]
            begin, star, _ = parts[0].partition("*")
            root, tail = "" if star else begin, parts[-1].lstrip("*")
            word = root or max((part.strip("*") for part in (parts[1:] if begin else parts)), key=len)
            if any(one.by_tail for one in entries):
                signs = Signs(words=frozenset({tail} if root else ()))
            else:
                # A star at the very beginning ends at a dot: what follows it is a word.
                whole = {part for part in (parts[0].lstrip("*"), *parts[1:]) if "*" not in part} - {"", word}
                end = parts[-1].rpartition("*")[2] if "*" in parts[-1] and len(parts) > 1 else ""
                pieces = {piece for part in parts[1:] if "*" in part for piece in part.split("*")}
                pieces = (pieces | {begin if star else ""}) - {"", end}
                signs = Signs(words=frozenset(whole), pieces=tuple(sorted(pieces)), end=end)
            found.setdefault(word, set()).add(signs)
        return {word: tuple(several) for word, several in found.items()}


@cache
def _compiled(pattern: str) -> Pattern[str]:
    """Turn a pattern into an expression; a wildcard at its very beginning ends at a dot."""
    words = re.escape(pattern).replace(r"\*", ".*?")
    if pattern.startswith("*") and not pattern.startswith("*."):
        words = r"(?:.*\.)?" + words.removeprefix(".*?")
    return re.compile(words)
