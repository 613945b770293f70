"""YAML without construction: PyYAML's events put together to plain data, with what is odd about it told apart.

Source: YAML 1.1 as PyYAML reads it. No tag is obeyed: each that is not one of YAML's own is named. An alias stands for
the very object that it repeats, which is never copied, so a document takes the memory of what is written in it; how
large it is once it is written out is computed beside.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency, ResourceClaim
from weighbridge.core.texts import UnsafeTag
from weighbridge.formats.config.tree import short
from weighbridge.formats.strict_json import RepeatedKeys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.location import Location
    from weighbridge.formats.strict_json import JsonValue

DEPTH = 100
"""Collections within each other; honest configurations end below twenty."""

EXPANDED = 1_000_000
"""Values of a document with its aliases written out; honest anchors repeat a few settings."""

EVENTS = 250_000
"""Events of one text: PyYAML in pure Python needs some ten seconds for them. Long tables of settings have 50,000."""

_CORE = "tag:yaml.org,2002:"
_PLAIN = frozenset({
    "str", "int", "float", "bool", "null", "map", "seq", "set", "omap", "pairs", "binary", "timestamp", "merge",
    "value", "yaml",
})  # fmt: skip
_TRUE, _FALSE = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})
_NULL = frozenset({"", "~", "null"})
_LISTED = 64  # tags and repeated keys that are told one by one


class YamlReader:
    """Reads the documents of one text; ``facts`` are what is odd so far, also when reading breaks off."""

    def __init__(self, data: bytes, at: Location) -> None:
        self._data, self._at = data, at
        self._odd: list[Fact] = []
        self._told = 0
        self._sizes: dict[int, int] = {}
        self._anchors: dict[str, JsonValue] = {}
        self._open: list[_Open] = []

    def facts(self) -> list[Fact]:
        """Give and forget what is odd about the text."""
        odd, self._odd = self._odd, []
        return odd

    def documents(self) -> Iterator[JsonValue]:
        """Yield each document; raises Malformed and OverLimit."""
        import yaml

        try:
            for number, event in enumerate(yaml.parse(self._data, Loader=yaml.SafeLoader)):
                if number > EVENTS:
                    raise OverLimit(f"YAML of more than {EVENTS} events")
                kind = type(event).__name__
                if kind == "DocumentStartEvent":
                    self._anchors, self._sizes, self._open = {}, {}, [_Open()]
                elif kind == "DocumentEndEvent":
                    yield self._open[0].items[0] if self._open[0].items else None
                elif kind == "ScalarEvent":
                    self._scalar(event)
                elif kind == "AliasEvent":
                    self._alias(event.anchor)
                elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                    self._begin(event, mapping=kind[0] == "M")
                elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                    self._end()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = short(str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"))
            where = f" in line {mark.line + 1}" if mark is not None else ""
            raise Malformed(f"{said}{where}", offset=0) from None

    # -- events --------------------------------------------------------------------------------------------------

    def _scalar(self, event: object) -> None:
        text: str = event.value  # type: ignore[attr-defined]
        tag: str | None = event.tag  # type: ignore[attr-defined]
        plain = event.implicit[0] and event.style is None  # type: ignore[attr-defined]
        self._tagged(tag)
        found: JsonValue = text
        if plain and not self._open[-1].wants_key:
            found = _resolved(text)
        self._keep(event, found, 1)

    def _begin(self, event: object, *, mapping: bool) -> None:
        if len(self._open) > DEPTH:
            raise Malformed(f"collections nest deeper than {DEPTH} levels", offset=0)
        self._tagged(event.tag)  # type: ignore[attr-defined]
        opened = _Open(mapping=mapping)
        anchor: str | None = event.anchor  # type: ignore[attr-defined]
        if anchor:
            # It may be referred to inside itself, so it is known before it is full.
            self._anchors[anchor] = opened.table if mapping else opened.items
        self._open.append(opened)

    def _end(self) -> None:
        closed = self._open.pop()
        found: JsonValue = closed.items
        if closed.mapping:
            found = closed.table
            closed.table.pairs = tuple(closed.pairs)
            for key in list(closed.repeated)[:_LISTED]:
                self._odd.append(Inconsistency(at=self._at, what="duplicate key", detail=short(key)))
        self._sizes[id(found)] = closed.size
        self._add(found, closed.size)

    def _alias(self, anchor: str) -> None:
        if anchor not in self._anchors:
            raise Malformed(f"the alias {short(anchor)} stands for nothing", offset=0)
        found = self._anchors[anchor]
        self._add(found, self._sizes.get(id(found), 1) if isinstance(found, dict | list) else 1)

    def _keep(self, event: object, found: JsonValue, size: int) -> None:
        anchor: str | None = event.anchor  # type: ignore[attr-defined]
        if anchor:
            self._anchors[anchor] = found
        self._add(found, size)

    def _add(self, found: JsonValue, size: int) -> None:
        holder = self._open[-1]
        before = holder.size
        holder.add(found, size)
        if before <= EXPANDED < holder.size and len(self._open) == 1:
            claim = ResourceClaim(
                at=self._at, what="aliases", claimed=min(holder.size, 1 << 62), limit=EXPANDED, unit="values"
            )
            self._odd.append(claim)

    def _tagged(self, tag: str | None) -> None:
        if tag is None or tag == "!" or (tag.startswith(_CORE) and tag[len(_CORE) :] in _PLAIN):
            return
        self._told += 1
        if self._told <= _LISTED or "python" in tag:
            key = ".".join(opened.key for opened in self._open if opened.key)
            self._odd.append(UnsafeTag(at=self._at, tag=short(tag), key=short(key) or "the document"))
        if self._told > _TAGS:
            raise OverLimit(f"more than {_TAGS} tags")


_TAGS = 10_000  # tags of one text that are read; honest templates of infrastructure have some hundred


class _Open:
    """A collection, or a document, that is being filled."""

    __slots__ = ("items", "key", "mapping", "pairs", "repeated", "size", "table", "wants_key")

    def __init__(self, *, mapping: bool = False) -> None:
        self.mapping = self.wants_key = mapping
        self.items: list[JsonValue] = []
        self.table = RepeatedKeys([])
        self.pairs: list[tuple[str, JsonValue]] = []
        self.repeated: dict[str, None] = {}
        self.key = ""
        self.size = 1

    def add(self, found: JsonValue, size: int) -> None:
        """Take in the next value."""
        self.size += size
        if not self.mapping:
            self.items.append(found)
        elif self.wants_key:
            self.key, self.wants_key = found if isinstance(found, str) else str(type(found).__name__), False
        else:
            if self.key in self.table and self.key != "<<":
                self.repeated[self.key] = None
            self.table[self.key] = found
            self.pairs.append((self.key, found))
            self.wants_key = True


def _resolved(text: str) -> JsonValue:
    """Read a plain scalar as YAML 1.1 does, as far as it matters here: truth values, nothing, whole numbers."""
    lower = text.lower()
    if lower in _NULL:
        return None
    if lower in _TRUE or lower in _FALSE:
        return lower in _TRUE
    digits = text.lstrip("+-")
    if digits.isascii() and digits.isdecimal() and len(digits) < _DIGITS:
        return int(text)
    return text


_DIGITS = 19  # of a number that is read as one; longer ones stay text
