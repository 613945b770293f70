"""What is written down while a model is walked: facts, stretches of weights, operators, odd fields, words."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Inconsistency, TrailingData
from weighbridge.core.programs import Operator
from weighbridge.core.source import SubSource
from weighbridge.formats.node import Child, Packed, Stored
from weighbridge.formats.protobuf import BYTES, START_GROUP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.protobuf import Field

_SHOWN = 8  # departures of one kind that are told one by one; the rest is counted
_UNKNOWN = 32  # unknown fields whose content is handed on
_OPERATORS = 2_000  # different operators of one model; ONNX and its contributed domains have 600
_WORDS = 80  # characters of the file's own words in a sentence about it
_NOTE = 24  # characters of words that may say something: no pickle that calls is shorter
_NOTES = 200_000  # places where words stand; a large model of a tracing exporter has 50,000
_BLOCK = 1 << 20


class Ledger:
    """One walk over one model."""

    MOST = 10_000
    """Files of external data that are told; exporters write one, or one a tensor."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench, framework: str = "onnx") -> None:
        self.source, self.node, self.bench = source, node, bench
        self.framework = framework
        self.facts: list[Yield] = []
        self.stretches: list[tuple[int, int, str]] = []
        self.files: set[str] = set()
        self.unknown_types: dict[int, int] = {}
        self._operators: dict[tuple[str, str, tuple[str, ...]], list[object]] = {}
        self._told: dict[tuple[str, bool], int] = {}
        self._odd: dict[str, int] = {}
        self._notes: list[tuple[int, int]] = []
        self._seen: set[int] = set()

    def drained(self) -> list[Yield]:
        """Hand over the facts so far."""
        facts, self.facts = self.facts, []
        return facts

    def known(self, field: Field, table: Mapping[int, tuple[int, ...]], message: str) -> Iterator[Field]:
        """Yield the fields of a message that its schema knows; the others are told."""
        for part in field.fields():
            if part.kind in table.get(part.number, ()):
                yield part
            else:
                self.unknown(part, message)

    def unknown(self, part: Field, message: str) -> None:
        """Tell of a field that the schema does not have, and hand its content on."""
        count = self._odd[message] = self._odd.get(message, 0) + 1
        if count > _SHOWN:
            return
        end = part.end
        at = self.node.at(part.offset, end - part.offset)
        zero = part.kind == BYTES and part.length <= _BLOCK and not part.read(_BLOCK).strip(b"\0")
        self.facts.append(
            TrailingData(
                at=at, where="gap", zero=zero, after=f"fields that {message} has (unknown field {part.number})"
            )
        )
        if part.kind in (BYTES, START_GROUP) and len(self._odd) <= _UNKNOWN:
            name = f"unknown field {part.number} of {message}"
            self.facts.append(Child(name, Stored(part.source), offset=part.start, role="unknown field", quiet=True))

    def wrong(self, what: str, detail: str, field: Field | None = None, *, memory: bool = False) -> None:
        """Tell of a contradiction; those of one kind are told a few times and then counted."""
        count = self._told[what, memory] = self._told.get((what, memory), 0) + 1
        if count <= _SHOWN:
            at = self.node.at(field.offset, field.end - field.offset) if field is not None else self.node.at()
            self.facts.append(Inconsistency(at=at, what=what, detail=detail, memory=memory))

    def operator(self, domain: str, name: str, scope: str, constants: tuple[str, ...], field: Field | None) -> None:
        """Count a use of an operator."""
        key = (domain, name, constants)
        use = self._operators.get(key)
        if use is not None:
            use[0] += 1  # type: ignore[operator]
        elif len(self._operators) < _OPERATORS:
            at = self.node.at(field.offset, field.end - field.offset) if field is not None else self.node.at()
            self._operators[key] = [1, scope, at]
        elif len(self._operators) == _OPERATORS:
            self._operators["", "", ()] = [0, "", self.node.at()]
            self.facts.append(self.node.gap(GapKind.OVER_LIMIT, f"more than {_OPERATORS} different operators"))

    def operators(self, local: frozenset[tuple[str, str]] | set[tuple[str, str]]) -> Iterator[Yield]:
        """Yield what operators are used, but for those that the model defines itself."""
        for (domain, name, constants), (count, scope, at) in self._operators.items():
            if count and (domain, name) not in local:
                yield Operator(
                    at=at,  # type: ignore[arg-type]
                    framework=self.framework,
                    domain=domain,
                    name=name,
                    scope=scope,  # type: ignore[arg-type]
                    constants=constants,
                    count=count,  # type: ignore[arg-type]
                )

    def pair(self, field: Field) -> tuple[str, str]:
        """Read a StringStringEntryProto."""
        key = text = ""
        for part in field.fields():
            if part.number == 1 and part.kind == BYTES:
                key = part.text(_BLOCK)
            elif part.number == 2 and part.kind == BYTES:
                text = part.text(_BLOCK)
            else:
                self.unknown(part, "StringStringEntryProto")
        return key, text

    def note(self, field: Field, *, is_pair: bool = False) -> None:
        """Remember words of a node, tensor or value: a doc string, or the value of a pair of strings."""
        if is_pair:
            for part in field.fields():
                if part.number == 2 and part.kind == BYTES:
                    self.note(part)
                elif part.number != 1 or part.kind != BYTES:
                    self.unknown(part, "StringStringEntryProto")
        elif field.length >= _NOTE:
            self._remember(field.start, field.length, field.read(_BLOCK))

    def _remember(self, start: int, length: int, words: bytes) -> None:
        key = hash(words)
        if key in self._seen:
            return
        if len(self._notes) == _NOTES:
            self.facts.append(self.node.gap(GapKind.OVER_LIMIT, f"more than {_NOTES} doc strings", start))
        if len(self._notes) <= _NOTES:
            self._seen.add(key)
            self._notes.append((start, length))

    def words(self, name: str, field: Field) -> None:
        """Hand on words of the model or graph as a text of their own, and look for what is wrapped in them."""
        if field.length < _NOTE:
            return
        from weighbridge.formats.pickle.embedded import held_by_text

        at = self.node.at(field.start, field.length)
        self.facts.extend(held_by_text(field.text(), at, self.node, self.bench.limits))
        if "chat_template" in name:
            from weighbridge.formats.text.jinja import inspect_template

            self.facts.extend(inspect_template(field.text(), "chat_template", at, self.node, self.bench))
            return
        if field.read(64).lstrip()[:1] in (b"{", b"[") and not _is_json(field):
            self._remember(field.start, field.length, field.read(_BLOCK))
            return
        content = Stored(SubSource(self.source, field.start, field.length))
        self.facts.append(Child(name, content, offset=field.start, role="words", quiet=True))

    def remainder(self) -> Iterator[Yield]:
        """Yield what was only counted, and the words of nodes and values as one text."""
        for (what, memory), count in self._told.items():
            if count > _SHOWN:
                yield Inconsistency(at=self.node.at(), what=what, detail=f"{count - _SHOWN} more", memory=memory)
        for message, count in self._odd.items():
            if count > _SHOWN:
                after = f"{count - _SHOWN} unknown fields of {message}"
                yield TrailingData(at=self.node.at(), where="gap", zero=False, after=after)
        for kind, count in list(self.unknown_types.items())[:_SHOWN]:
            reason = f"{count} tensors are of data type {kind}, which ONNX 1.23 does not have"
            yield self.node.gap(GapKind.UNSUPPORTED, reason)
        if self._notes:
            stored = sum(length for _, length in self._notes)
            yield Child("doc strings", Packed(self._blocks, stored=stored), role="words", quiet=True)

    def _blocks(self) -> Iterator[bytes]:
        yield b"doc strings:\n\n"
        for start, length in self._notes:
            for begin in range(start, start + length, _BLOCK):
                yield self.source.read_at(begin, min(_BLOCK, start + length - begin))
            yield b"\n\n"

    @staticmethod
    def short(found: object) -> str:
        """The file's own words, shortened."""
        words = repr(found)
        return words if len(words) <= _WORDS else f"{words[:_WORDS]}…"


def _is_json(field: Field) -> bool:
    from weighbridge.core.errors import Malformed
    from weighbridge.formats.strict_json import read_json

    if field.length > _BLOCK:
        return False
    try:
        read_json(field.read(_BLOCK))
    except Malformed:
        return False
    return True
