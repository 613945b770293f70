"""Functions that a Keras configuration carries: marshalled code of Lambda layers, or a name that somebody must know."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.programs import CodeUnit, SourceCall
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

UNITS = 200
"""Functions of one configuration that are told one by one."""

REACHED = 4_000
"""Names that the functions of one configuration reach for which are told, together."""

BYTES = 4 << 20
"""Bytes of marshalled code that are read; the code of a long function has some ten thousand."""

_FIELDS = ("function", "output_shape", "mask")
_SHOWN = 120
_EXCERPT = 80


class Functions:
    """Reads the functions of one configuration."""

    def __init__(self, node: Node, bench: Bench, when: When) -> None:
        self.node, self.bench, self.when = node, bench, when
        self.told = 0
        self.reached: dict[tuple[str, str], None] = {}

    def layer(self, inner: dict[str, JsonValue], path: str) -> Iterator[Yield]:
        """Tell of a Lambda layer: code (Keras 2 writes a list of code, defaults and closure), or the name of some."""
        coded = False
        for field in _FIELDS:
            held = inner.get(field)
            if isinstance(held, list) and held and isinstance(held[0], str):
                coded = True
                yield from self.code(held[0], "Lambda layer", f"{path}.{field}")
            elif isinstance(held, dict) and held.get("class_name") == "__lambda__":
                coded = True  # told where the walk meets it
            elif isinstance(held, str) and inner.get(f"{field}_type") == "lambda":
                coded = True
                yield from self.code(held, "Lambda layer", f"{path}.{field}")
        if not coded:
            function = inner.get("function")
            named = function.get("config") if isinstance(function, dict) else function
            yield CodeUnit(
                at=self.node.at(), language="python", carrier="Lambda layer's function", when=When.FLAG,
                name=named[:_SHOWN] if isinstance(named, str) else "",
            )  # fmt: skip

    def code(self, text: JsonValue, carrier: str, path: str) -> Iterator[Yield]:
        """Tell of marshalled code and of what it reaches for; it is read as data."""
        self.told += 1
        if self.told > UNITS:
            if self.told == UNITS + 1:
                yield self.node.gap(GapKind.OVER_LIMIT, f"more than {UNITS} functions in one configuration")
            return
        packed = self.decoded(text) if isinstance(text, str) else b""
        import hashlib

        digest = hashlib.sha256(packed).hexdigest() if packed else ""
        unit = carrier[:_SHOWN]
        yield CodeUnit(
            at=self.node.at(), language="marshal", carrier=unit, name=path[-_SHOWN:], when=self.when, digest=digest
        )
        try:
            yield from self._reached(packed, unit)
        except Malformed as error:
            yield self.node.gap(GapKind.UNPARSED, f"{path[-_SHOWN:]}: no marshalled code that is known: {error}")
            if packed:
                yield Child(path[-_SHOWN:], Stored(BytesSource(packed)), role="keras.code", quiet=True)

    def _reached(self, packed: bytes, unit: str) -> Iterator[Yield]:
        from weighbridge.formats import marshal_reader

        if len(packed) > BYTES:
            raise Malformed(f"more than {BYTES} bytes")
        found, _ = marshal_reader.read(packed)
        for code in marshal_reader.codes(found):
            words = tuple(repr(text)[:_EXCERPT] for text in code.constants if isinstance(text, str))[:4]
            for module, name in marshal_reader.reaches(code):
                if (module, name) in self.reached:
                    continue
                self.reached[module, name] = None
                if len(self.reached) > REACHED:
                    return
                yield SourceCall(
                    at=self.node.at(), language="marshal", module=module, name=name, phase="call", carrier=unit,
                    when=self.when, arguments=words,
                )  # fmt: skip

    def decoded(self, text: str) -> bytes:
        """Decode base64 as Python does, which skips what does not belong; Keras 2 wrote plain text in Latin-1."""
        import binascii

        raw = text.encode("latin-1", "replace")
        try:
            return binascii.a2b_base64(raw)
        except ValueError:
            return raw
