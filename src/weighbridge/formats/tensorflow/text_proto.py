"""Messages of TensorFlow in text form, read into the binary form that the walk reads.

Source: https://protobuf.dev/reference/protobuf/textformat-spec/. Only fields of ``SCHEMA`` are kept: what the binary
walk looks at. A text in which something does not follow the grammar is ``Malformed``; the library refuses it as well.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Match

DEPTH = 64
"""Messages within each other; the library stops at 100, honest graphs end at twelve."""

FIELDS = 4_000_000
"""Fields of one text: a text of the longest kind that is read has one in four bytes at most."""

_TENSOR = {"dtype": (1, "enum"), "tensor_shape": (2, "shape"), "tensor_content": (4, ""), "string_val": (8, "")}
_FUNCTION_NAME = {"name": (1, ""), "attr": (2, "attr")}

SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "saved_model": {"saved_model_schema_version": (1, "int"), "meta_graphs": (2, "meta_graph")},
    "meta_graph": {
        "meta_info_def": (1, "meta_info"),
        "graph_def": (2, "graph"),
        "collection_def": (4, "collection"),
        "asset_file_def": (6, "asset"),
        "object_graph_def": (7, "objects"),
    },
    "checkpoint_state": {"model_checkpoint_path": (1, ""), "all_model_checkpoint_paths": (2, "")},
    "meta_info": {"meta_graph_version": (1, ""), "tags": (4, ""), "tensorflow_version": (5, "")},
    "graph": {"node": (1, "node"), "library": (2, "library"), "version": (3, "int")},
    "library": {"function": (1, "function")},
    "function": {"signature": (1, "signature"), "node_def": (3, "node"), "ret": (4, "text_map")},
    "signature": {"name": (1, ""), "input_arg": (2, "argument")},
    "argument": {"name": (1, "")},
    "text_map": {"key": (1, ""), "value": (2, "")},
    "node": {"name": (1, ""), "op": (2, ""), "input": (3, ""), "device": (4, ""), "attr": (5, "attr")},
    "attr": {"key": (1, ""), "value": (2, "value")},
    "value": {
        "list": (1, "list"), "s": (2, ""), "i": (3, "int"), "type": (6, "enum"), "shape": (7, "shape"),
        "tensor": (8, "tensor"), "func": (10, "named"),
    },
    "list": {"s": (2, ""), "i": (3, "int"), "type": (6, "enum"), "tensor": (8, "tensor"), "func": (9, "named")},
    "named": _FUNCTION_NAME,
    "tensor": _TENSOR,
    "shape": {"dim": (2, "dim"), "unknown_rank": (3, "bool")},
    "dim": {"size": (1, "int")},
    "asset": {"tensor_info": (1, "argument"), "filename": (2, "")},
    "collection": {"key": (1, ""), "value": (2, "collected")},
    "collected": {"any_list": (5, "anys")},
    "anys": {"value": (1, "any")},
    "any": {"type_url": (1, ""), "value": (2, ""), "[type.googleapis.com/tensorflow.AssetFileDef]": (2, "asset")},
    "objects": {"nodes": (1, "object"), "concrete_functions": (2, "concrete_map")},
    "object": {"user_object": (4, "user_object"), "constant": (9, "constant")},
    "user_object": {"identifier": (1, ""), "metadata": (3, "")},
    "constant": {"operation": (1, "")},
    "concrete_map": {"key": (1, ""), "value": (2, "concrete")},
    "concrete": {"bound_inputs": (2, "int")},
}  # fmt: skip
"""Messages and their fields: the number, and the message or kind that it holds; an empty kind is text or bytes."""

_LEXEME = (
    r"(?:[ \t\r\n\f\v]++|\#[^\n]*+)*+"
    r"(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*+)|(?P<number>-?[ \t]*+[0-9.][0-9A-Za-z_.+-]*+)"
    r"|(?P<text>\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+')|(?P<extension>\[[A-Za-z0-9_./ -]++\])"
    r"|(?P<sign>[{}<>:;,\[\]-])|(?P<end>\Z))"
)
_ESCAPE = rb"\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))"
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_CLOSING = {"{": "}", "<": ">"}


class TextReader:
    """Reads one message in text form."""

    def __init__(self, data: bytes) -> None:
        import re

        self._text = data.decode("latin-1")  # byte for byte, so that offsets and contents stay what they are
        self._token = re.compile(_LEXEME, re.DOTALL)
        self._escape = re.compile(_ESCAPE, re.DOTALL)
        self._count = 0
        self._next = self._match(3 if data.startswith(b"\xef\xbb\xbf") else 0)

    # -- tokens ----------------------------------------------------------------------------------------------------

    def _match(self, at: int) -> Match[str]:
        found = self._token.match(self._text, at)
        if found is None:
            raise Malformed("no text form of a message goes on like this", offset=at)
        return found

    def _take(self) -> tuple[str, str]:
        found = self._next
        kind = found.lastgroup or "end"
        if kind != "end":
            self._next = self._match(found.end())
        return kind, found[kind]

    def _peek(self) -> str:
        return self._next[self._next.lastgroup or "end"]

    def _wrong(self, wanted: str) -> Malformed:
        return Malformed(f"the text needs {wanted} here", offset=self._next.start())

    # -- grammar ---------------------------------------------------------------------------------------------------

    def encode(self, message: str) -> bytes:
        """Read the whole text as a message of ``SCHEMA`` and write it in binary form; raises Malformed, OverLimit."""
        return self._message(SCHEMA[message], 0, "")

    def fields(self) -> Iterator[str]:
        """Name the fields of the top level one after the other, stepping over what they hold."""
        while self._next.lastgroup != "end":
            kind, name = self._take()
            if kind not in ("name", "extension"):
                raise self._wrong("the name of a field")
            yield name
            self._value(_NOTHING, "", 0, 0)
            self._skip_sign(",", ";")

    def _message(self, schema: dict[str, tuple[int, str]], depth: int, opening: str) -> bytes:
        if depth > DEPTH:
            raise OverLimit(f"messages nest deeper than {DEPTH}", offset=self._next.start())
        closing, made = _CLOSING.get(opening, ""), bytearray()
        while True:
            kind, name = self._take()
            if kind == "end" or name == closing:
                if name != closing:
                    raise self._wrong("a closing bracket")
                return bytes(made)
            if kind not in ("name", "extension"):
                raise self._wrong("the name of a field")
            self._count += 1
            if self._count > FIELDS:
                raise OverLimit(f"a text of more than {FIELDS} fields", offset=self._next.start())
            number, holds = schema.get(name, (0, "any kind"))
            made += self._value(SCHEMA.get(holds, _NOTHING), holds, number, depth)
            self._skip_sign(",", ";")

    def _value(self, schema: dict[str, tuple[int, str]], holds: str, number: int, depth: int) -> bytes:
        self._skip_sign(":")
        if self._peek() in _CLOSING:
            return _delimited(number, self._message(schema, depth + 1, self._take()[1]))
        if self._peek() == "[" or self._next.lastgroup == "extension":
            return self._list(schema, holds, number, depth)
        return b"".join(_scalar(number, holds, content) for content in self._scalars())

    def _list(self, schema: dict[str, tuple[int, str]], holds: str, number: int, depth: int) -> bytes:
        kind, text = self._take()
        if kind == "extension":  # a list of one number or name reads like an extension
            return b"".join(_scalar(number, holds, part.strip().encode()) for part in text[1:-1].split(","))
        made = bytearray()
        while self._peek() != "]":
            if self._next.lastgroup == "end":
                raise self._wrong("a closing bracket")
            if self._peek() in _CLOSING:
                made += _delimited(number, self._message(schema, depth + 1, self._take()[1]))
            else:
                made += b"".join(_scalar(number, holds, content) for content in self._scalars())
            self._skip_sign(",")
        self._take()
        return bytes(made)

    def _scalars(self) -> list[bytes]:
        """Read a value that is no message: neighbouring texts are one."""
        kind, text = self._take()
        if kind == "text":
            pieces = [self._unescaped(text)]
            while self._next.lastgroup == "text":
                pieces.append(self._unescaped(self._take()[1]))
            return [b"".join(pieces)]
        if text == "-":
            kind, rest = self._take()
            return [b"-" + rest.encode("latin-1")]
        if kind not in ("name", "number"):
            raise self._wrong("a value")
        return [text.encode("latin-1")]

    def _unescaped(self, text: str) -> bytes:
        inside = text[1:-1].encode("latin-1")
        return self._escape.sub(_unescape, inside) if b"\\" in inside else inside

    def _skip_sign(self, *signs: str) -> None:
        if self._next.lastgroup == "sign" and self._peek() in signs:
            self._take()


_NOTHING: dict[str, tuple[int, str]] = {}


def _unescape(found: Match[bytes]) -> bytes:
    octal, hexadecimal, short, long, plain = found.groups()
    if octal is not None:
        return bytes((int(octal, 8) & 0xFF,))
    if hexadecimal is not None:
        return bytes((int(hexadecimal, 16),))
    if short is not None or long is not None:
        return chr(min(int(short or long, 16), 0x10FFFF)).encode("utf-8", "replace")
    return _PLAIN.get(plain, plain)


def _varint(number: int) -> bytes:
    number &= 0xFFFF_FFFF_FFFF_FFFF
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _delimited(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content if number else b""


def _scalar(number: int, holds: str, content: bytes) -> bytes:
    if not number:
        return b""
    if not holds:
        return _delimited(number, content)
    if holds == "enum" and not content.lstrip(b"-").isdigit():
        return _varint(number << 3) + _varint(TYPES.get(content.decode("latin-1").removesuffix("_REF"), _UNKNOWN))
    if holds in ("int", "enum", "bool"):
        return _varint(number << 3) + _varint(_int(content))
    return b""  # a value where a message belongs: the library refuses the text


_UNKNOWN = 99
_DIGITS = 24  # of a number of 64 bits, octal ones included
TYPES = {
    "DT_FLOAT": 1, "DT_DOUBLE": 2, "DT_INT32": 3, "DT_UINT8": 4, "DT_INT16": 5, "DT_INT8": 6, "DT_STRING": 7,
    "DT_COMPLEX64": 8, "DT_INT64": 9, "DT_BOOL": 10, "DT_QINT8": 11, "DT_QUINT8": 12, "DT_QINT32": 13,
    "DT_BFLOAT16": 14, "DT_QINT16": 15, "DT_QUINT16": 16, "DT_UINT16": 17, "DT_COMPLEX128": 18, "DT_HALF": 19,
    "DT_RESOURCE": 20, "DT_VARIANT": 21, "DT_UINT32": 22, "DT_UINT64": 23, "DT_FLOAT8_E5M2": 24,
    "DT_FLOAT8_E4M3FN": 25, "DT_FLOAT8_E4M3FNUZ": 26, "DT_FLOAT8_E4M3B11FNUZ": 27, "DT_FLOAT8_E5M2FNUZ": 28,
    "DT_INT4": 29, "DT_UINT4": 30, "DT_INT2": 31, "DT_UINT2": 32,
}  # fmt: skip
"""``DataType`` by its names in text."""


def _int(content: bytes) -> int:
    plain = content.replace(b" ", b"").lower()
    if plain in (b"true", b"t"):
        return 1
    if plain in (b"false", b"f"):
        return 0
    digits = plain.lstrip(b"-")[:_DIGITS]
    base = 16 if digits[:2] == b"0x" else 8 if digits[:1] == b"0" and len(digits) > 1 else 10
    try:
        number = int(digits, base)
    except ValueError:
        raise Malformed(f"{content[:24]!r} is no whole number") from None
    return -number if plain[:1] == b"-" else number
