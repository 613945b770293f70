"""The metadata of a GGUF file: every value of every type is walked, every text is looked at.

Arrays are walked without a stack of calls, however deep they nest. What later checks need is kept: small values, the
vocabulary, the types of its tokens.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import MetadataEntry
from weighbridge.core.references import Reference, Target
from weighbridge.core.values import value
from weighbridge.formats.gguf import types
from weighbridge.formats.gguf.fields import LONGEST_KEY, Beyond
from weighbridge.formats.gguf.keys import Keys, check_range, check_type
from weighbridge.formats.gguf.told import short, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.formats.gguf.fields import Cursor
    from weighbridge.formats.gguf.told import Told
    from weighbridge.formats.node import Bench, Node, Yield

DEEPEST = 4
"""Arrays within arrays; no writer nests them, and readers that recurse end in their stack."""

_TELLING = 24  # characters of text that may hold something of their own: no pickle that calls is shorter
_TELLING_TOKEN = 64  # the same for tokens and merges, of which there are half a million
_SHOWN = 65_536  # characters of a text that go into a fact
_KEPT = 1_024  # elements of an array that are kept for later checks
_RAW = 1 << 26  # bytes of token types or of a character map that are kept
_VOCABULARY = frozenset({"tokenizer.ggml.tokens"})
_NUMBERS = frozenset({"tokenizer.ggml.token_type", "tokenizer.ggml.precompiled_charsmap"})


@value
class Field:
    """A value: ``number``, ``texts`` or ``raw`` hold what was kept of it, ``count`` the elements of an array."""

    kind: int
    element: int
    count: int
    number: float | None = None
    texts: tuple[bytes, ...] = ()
    raw: bytes = b""


class Metadata:
    """Reads the key-value pairs; ``fields`` holds them by key once read, the first of equal keys."""

    def __init__(self, cursor: Cursor, node: Node, bench: Bench, told: Told) -> None:
        self.cursor, self.node, self.bench, self.told = cursor, node, bench, told
        self.fields: dict[str, Field] = {}
        self._keys = Keys(told)
        self._templates = 0  # characters of templates so far

    def read(self, count: int) -> Iterator[Yield]:
        """Read ``count`` pairs; raises Malformed where one cannot be read."""
        cursor = self.cursor
        for _ in range(count):
            self.bench.meter.spend_member()
            begin = cursor.offset
            raw = cursor.string("a key", LONGEST_KEY)
            if raw is None:
                raise Malformed(f"a key is longer than {LONGEST_KEY} bytes", offset=begin)
            key = self._keys.name(raw)
            yield from self._value(key, begin)
            yield from self.told.drained()

    def _value(self, key: str, begin: int) -> Iterator[Yield]:
        cursor = self.cursor
        kind = cursor.u32("the type of a value")
        if kind == types.ARRAY:
            yield from self._array(key, begin)
            return
        check_type(self.told, key, kind, kind)
        if kind == types.STRING:
            text = cursor.string(short(key), self.bench.limits.text_bytes)
            at = self.node.at(begin, cursor.offset - begin)
            if text is None:
                yield self._too_long(key, begin)
                return
            self.fields.setdefault(key, Field(kind=kind, element=kind, count=1, texts=(text,)))
            yield from self._text(key, text, at)
        elif kind in types.SIZES:
            number = cursor.scalar(kind, short(key))
            if kind == types.BOOL and number not in (0, 1):
                self.told.wrong("truth value", f"{short(key)} is {number}, neither 0 nor 1")
            check_range(self.told, key, number)
            self.fields.setdefault(key, Field(kind=kind, element=kind, count=1, number=number))
            yield MetadataEntry(at=self.node.at(begin, cursor.offset - begin), key=key, text=str(number))
        else:
            self.told.wrong("value type", f"{short(key)} is of type {kind}, which there is none", memory=True)
            yield from self.told.drained()
            raise Malformed(f"a value is of type {kind}, which there is none", offset=cursor.offset)

    def _text(self, key: str, raw: bytes, at: Location) -> Iterator[Yield]:
        text = text_of(raw)
        yield MetadataEntry(at=at, key=key, text=text[:_SHOWN])
        plain = key.partition("\0")[0].casefold()
        if plain.startswith("tokenizer.chat_template"):
            yield from self._template(key, text, at)
        elif plain == "tokenizer.huggingface.json":
            yield from self._tokenizer(raw, at)
        elif plain.startswith(("general.base_model.", "general.dataset.")) and plain.endswith(".repo_url"):
            relation = "base_model" if plain.startswith("general.base") else "dataset"
            yield Reference(at=at, relation=relation, kind=Target.URL, target=text[:_SHOWN], key=key)
        if len(raw) >= _TELLING and plain.startswith("tokenizer."):
            yield from self._look(text, at)
        elif len(raw) >= _TELLING:
            from weighbridge.formats.words import words

            yield from words(plain, text, at, self.node, self.bench)

    def _look(self, text: str, at: Location) -> Iterator[Yield]:
        from weighbridge.formats.pickle.embedded import held_by_text

        return held_by_text(text, at, self.node, self.bench.limits)

    def _template(self, key: str, text: str, at: Location) -> Iterator[Yield]:
        from weighbridge.formats.text.jinja import inspect_template

        self._templates += len(text) + 64
        if self._templates > self.bench.limits.source_bytes:
            yield self.node.gap(GapKind.OVER_LIMIT, "there are too many templates to look at", at.offset)
            return
        role = key.partition("\0")[0].casefold().removeprefix("tokenizer.").removesuffix(".default")
        yield from inspect_template(text, role, at, self.node, self.bench)

    def _tokenizer(self, raw: bytes, at: Location) -> Iterator[Yield]:
        """Read a tokenizer.json that is kept as one string."""
        from weighbridge.core.source import BytesSource
        from weighbridge.formats.node import Child, Stored

        yield Child("tokenizer.json", Stored(BytesSource(raw)), offset=at.offset, role="metadata")

    def _too_long(self, key: str, begin: int) -> Yield:
        reason = f"{short(key)} is longer than {self.bench.limits.text_bytes} bytes and not read"
        return self.node.gap(GapKind.OVER_LIMIT, reason, begin)

    # -- arrays --------------------------------------------------------------------------------------------------

    def _array(self, key: str, begin: int) -> Iterator[Yield]:
        """Walk an array and whatever nests in it; ``open_`` counts what is left of each array around the place."""
        cursor = self.cursor
        first = True
        open_: list[int] = [1]
        deepest = 0
        while open_:
            if not open_[-1]:
                open_.pop()
                continue
            open_[-1] -= 1
            element, count = cursor.u32("the type of an array"), cursor.length("an array")
            if first:
                check_type(self.told, key, types.ARRAY, element)
            if element == types.ARRAY:
                self._claim(key, count, 4 + cursor.width)
                open_.append(count)
                deepest = max(deepest, len(open_))
            elif element == types.STRING:
                self._claim(key, count, cursor.width)
                yield from self._strings(key, count, begin, keep=first)
            elif element in types.SIZES:
                self._claim(key, count, types.SIZES[element])
                self._numbers(key, element, count, keep=first)
            else:
                self.told.wrong("value type", f"{short(key)} is an array of type {element}", memory=True)
                yield from self.told.drained()
                raise Malformed(f"an array is of type {element}, which there is none", offset=cursor.offset)
            first = False
        if deepest > DEEPEST:
            self.told.wrong("nested arrays", f"{short(key)} nests arrays {deepest} levels deep")

    def _claim(self, key: str, count: int, least: int) -> None:
        """Hold the elements of an array against the bytes that are left; raises Malformed."""
        if count * least > self.cursor.left:
            raise Beyond(f"array {short(key)}", count * least, self.cursor.left, self.cursor.offset)

    def _numbers(self, key: str, element: int, count: int, *, keep: bool) -> None:
        size = types.SIZES[element] * count
        raw = b""
        if keep and key in _NUMBERS and size <= _RAW:
            raw = self.cursor.take(size, short(key))
        else:
            self.cursor.element(element, count, short(key))
        if keep:
            self.fields.setdefault(key, Field(kind=types.ARRAY, element=element, count=count, raw=raw))

    def _strings(self, key: str, count: int, begin: int, *, keep: bool) -> Iterator[Yield]:
        cursor, kept = self.cursor, list[bytes]()
        template = key.partition("\0")[0].casefold().startswith("tokenizer.chat_template")
        whole = key in _VOCABULARY
        telling = _TELLING_TOKEN if key.startswith("tokenizer.ggml.") else _TELLING
        start = cursor.offset
        for batch in cursor.strings(count, short(key)):
            if whole or len(kept) + len(batch) <= _KEPT:
                kept += batch
            at = self.node.at(start, cursor.offset - start)
            if template and key != "tokenizer.chat_templates":
                for text in batch:
                    yield from self._template(key, text_of(text), at)
            for text in [one for one in batch if len(one) >= telling]:
                yield from self._look(text_of(text), at)
            start = cursor.offset
        if keep:
            self.fields.setdefault(key, Field(kind=types.ARRAY, element=types.STRING, count=count, texts=tuple(kept)))
            if count <= _KEPT and not whole:
                shown = ", ".join(text_of(text) for text in kept)[:_SHOWN]
                yield MetadataEntry(at=self.node.at(begin, cursor.offset - begin), key=key, text=shown)
