"""Constants worked out without running anything: what obfuscators do to strings, and nothing else.

Every step is bounded in size, all of them together by ``Folder.left``: data that doubles with each step ends there.
What cannot be folded is ``None``.
"""

from __future__ import annotations

from weighbridge.formats.python.values import Constant, made_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from weighbridge.formats.python.values import Plain, Value

LONGEST = 1 << 20
"""Bytes, characters or items of one folded value; payloads of real obfuscators have some hundred KB."""

ALL = 16 << 20
"""Bytes of all folded values of one source."""

_LARGEST = 1 << 64
_CHARACTERS = 0x110000
_ENCODINGS = frozenset({
    "utf-8", "utf8", "u8", "utf_8", "ascii", "us-ascii", "latin-1", "latin1", "latin_1", "iso-8859-1", "utf-16",
    "utf-32", "unicode_escape", "raw_unicode_escape", "cp437", "cp1252", "utf-7",
})  # fmt: skip
_TRANSFORMS = {
    "rot13": "rot13", "rot_13": "rot13", "rot-13": "rot13", "hex": "hex", "hex_codec": "hex", "base64": "base64",
    "base64_codec": "base64", "zlib": "zlib", "zip": "zlib", "zlib_codec": "zlib", "bz2": "bz2", "bz2_codec": "bz2",
}  # fmt: skip
_TEXT_METHODS = frozenset({
    "strip", "lstrip", "rstrip", "lower", "upper", "swapcase", "casefold", "title", "capitalize", "removeprefix",
    "removesuffix",
})  # fmt: skip


class Folder:
    """Folds constants within one budget."""

    def __init__(self) -> None:
        self.left = ALL

    def _kept(self, value: Plain, how: tuple[str, ...]) -> Constant | None:
        size = len(value) if isinstance(value, str | bytes | list) else 1
        if size > LONGEST or size > self.left:
            return None
        self.left -= size
        return Constant(value, how)

    # -- operators -------------------------------------------------------------------------------------------------

    def binary(self, operator: str, left: Value | None, right: Value | None) -> Constant | None:
        """Fold ``left operator right``; ``operator`` is the name of the class in ``ast``."""
        if not isinstance(left, Constant) or not isinstance(right, Constant):
            return None
        one, other, how = left.value, right.value, made_by(left, right)
        if operator == "Add":
            for kind in (str, bytes, list):
                if isinstance(one, kind) and isinstance(other, kind):
                    if len(one) + len(other) > LONGEST:
                        return None
                    return self._kept(one + other, (*how, "concatenation"))  # type: ignore[operator]
        if operator == "Mod" and isinstance(one, str):
            return self._formatted(one, other if isinstance(other, list) else [other], how)
        if operator == "Mult" and isinstance(one, str | bytes | list) and isinstance(other, int):
            if not 0 <= other * max(1, len(one)) <= LONGEST:
                return None
            return self._kept(one * other, how)
        if isinstance(one, int) and isinstance(other, int):
            return self._number(operator, one, other, how)
        return None

    def _number(self, operator: str, one: int, other: int, how: tuple[str, ...]) -> Constant | None:
        if abs(one) > _LARGEST or abs(other) > _LARGEST:
            return None
        if operator in {"Mod", "FloorDiv"} and not other:
            return None
        if operator in {"LShift", "RShift"} and not 0 <= other <= 64:
            return None
        step = _NUMBERS.get(operator)
        return self._kept(step(one, other), how) if step is not None else None

    def _formatted(self, form: str, items: Sequence[Plain], how: tuple[str, ...]) -> Constant | None:
        if form.count("%s") != len(items) or form.count("%") != len(items) or len(form) > LONGEST:
            return None
        parts = form.split("%s")
        texts = [str(item) for item in items if isinstance(item, str | int)]
        if len(texts) != len(items):
            return None
        woven = parts[0] + "".join(text + part for text, part in zip(texts, parts[1:], strict=True))
        return self._kept(woven, (*how, "concatenation"))

    def joined(self, parts: Sequence[Value | None]) -> Constant | None:
        """Fold the parts of an f-string."""
        if not all(isinstance(part, Constant) and isinstance(part.value, str | int) for part in parts):
            return None
        known = [part for part in parts if isinstance(part, Constant)]
        if sum(len(part.value) if isinstance(part.value, str) else 20 for part in known) > LONGEST:
            return None
        made = (*made_by(*known), "concatenation") if len(known) > 1 else made_by(*known)
        return self._kept("".join(str(part.value) for part in known), made)

    def item(self, of: Constant, at: Value | None) -> Constant | None:
        """Fold ``of[at]`` for a whole number."""
        content = of.value
        if not isinstance(content, str | bytes | list) or not isinstance(at, Constant) or not isinstance(at.value, int):
            return None
        return Constant(content[at.value], of.how) if -len(content) <= at.value < len(content) else None

    def slice(self, of: Constant, bounds: Sequence[Value | None], given: Sequence[bool]) -> Constant | None:
        """Fold ``of[a:b:c]``; ``given`` tells which of the three are written."""
        numbers: list[int | None] = []
        for bound, written in zip(bounds, given, strict=True):
            value = bound.value if isinstance(bound, Constant) else None
            if written and not isinstance(value, int):
                return None
            numbers.append(value if isinstance(value, int) else None)
        if not isinstance(of.value, str | bytes | list) or numbers[2] == 0:
            return None
        how = (*of.how, "reversal") if (numbers[2] or 1) < 0 else of.how
        return self._kept(of.value[slice(*numbers)], how)

    # -- methods and functions -------------------------------------------------------------------------------------

    def method(self, of: Constant, name: str, arguments: Sequence[Value | None]) -> Constant | None:
        """Fold a method of constant text or bytes."""
        content, how = of.value, made_by(of, *arguments)
        given = [one.value for one in arguments if isinstance(one, Constant)]
        if len(given) != len(arguments) or not isinstance(content, str | bytes):
            return None
        if name in {"decode", "encode"}:
            return self._recoded(content, name, given[0] if given else "utf-8", how)
        if name == "join" and len(given) == 1:
            return self._join(content, given[0], how)
        if name == "hex" and isinstance(content, bytes) and not given:
            return self._kept(content.hex(), how)
        if name == "format" and isinstance(content, str):
            bare = content.count("{}") == len(given) == content.count("{") == content.count("}")
            return self._formatted(content.replace("{}", "%s"), given, how) if bare and "%" not in content else None
        if name in {"replace", "split", *_TEXT_METHODS}:
            return self._plain_method(content, name, given, how)
        return None

    def _plain_method(
        self, content: str | bytes, name: str, given: Sequence[Plain], how: tuple[str, ...]
    ) -> Constant | None:
        if len(given) > 2 or not all(isinstance(one, type(content)) for one in given):
            return None
        if name == "replace":
            if len(given) != 2 or not given[0] or content.count(given[0]) * len(given[1]) > LONGEST:  # type: ignore[arg-type]
                return None
            how = (*how, "replacement")
        try:
            made = getattr(content, name)(*given)
        except (TypeError, ValueError):
            return None
        return self._kept(made, how)

    def _join(self, between: str | bytes, items: Plain, how: tuple[str, ...]) -> Constant | None:
        parts = list(items) if isinstance(items, str) else items
        if not isinstance(parts, list) or not all(isinstance(one, type(between)) for one in parts):
            return None
        if sum(len(one) for one in parts if isinstance(one, str | bytes)) + len(between) * len(parts) > LONGEST:
            return None
        return self._kept(between.join(parts), (*how, "concatenation"))  # type: ignore[arg-type]

    def _recoded(self, content: str | bytes, name: str, encoding: Plain, how: tuple[str, ...]) -> Constant | None:
        if not isinstance(encoding, str):
            return None
        if encoding.lower() in _TRANSFORMS:
            return self._transformed(content, _TRANSFORMS[encoding.lower()], how)
        if encoding.lower() not in _ENCODINGS or isinstance(content, str) == (name == "decode"):
            return None
        try:
            return self._kept(getattr(content, name)(encoding), how)
        except (UnicodeError, ValueError):
            return None

    def call(self, path: str, arguments: Sequence[Value | None]) -> Constant | None:
        """Fold a call of a function that makes data out of data."""
        given = [one.value for one in arguments if isinstance(one, Constant)]
        if len(given) != len(arguments) or not given:
            return None
        how, first = made_by(*arguments), given[0]
        if path in _DECODERS and isinstance(first, str | bytes):
            return self._transformed(first, _DECODERS[path], (*how, path), named=True)
        if path == "codecs.decode" and isinstance(first, str | bytes) and len(given) > 1:
            return self._recoded(first, "decode", given[1], how)
        step = _FUNCTIONS.get(path)
        made = step(given) if step is not None else None
        step_taken = _STEPS.get(path, "")
        if path in {"builtins.bytes", "builtins.bytearray"} and isinstance(first, list):
            step_taken = path
        return self._kept(made, (*how, step_taken) if step_taken else how) if made is not None else None

    def _transformed(
        self, content: str | bytes, kind: str, how: tuple[str, ...], *, named: bool = False
    ) -> Constant | None:
        if kind == "rot13":
            if not isinstance(content, str):
                return None
            return self._kept(content.translate(_ROT13), (*how, "rot13"))
        raw = content.encode("latin-1", "replace") if isinstance(content, str) else content
        made = _decoded(raw, kind)
        return self._kept(made, how if named else (*how, kind)) if made is not None else None


_NUMBERS: dict[str, Callable[[int, int], int]] = {
    "Add": lambda one, other: one + other,
    "Sub": lambda one, other: one - other,
    "Mult": lambda one, other: one * other,
    "Mod": lambda one, other: one % other,
    "FloorDiv": lambda one, other: one // other,
    "BitXor": lambda one, other: one ^ other,
    "BitAnd": lambda one, other: one & other,
    "BitOr": lambda one, other: one | other,
    "LShift": lambda one, other: one << other,
    "RShift": lambda one, other: one >> other,
}

_STEPS = {"builtins.chr": "builtins.chr", "builtins.unichr": "builtins.chr", "builtins.reversed": "reversal"}

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_ROT13 = str.maketrans(_LOWER + _LOWER.upper(), _LOWER[13:] + _LOWER[:13] + _LOWER[13:].upper() + _LOWER[:13].upper())

_DECODERS = {
    "base64.b64decode": "base64", "base64.standard_b64decode": "base64", "base64.urlsafe_b64decode": "urlsafe",
    "base64.decodebytes": "base64", "base64.decodestring": "base64", "base64.b32decode": "base32",
    "base64.b16decode": "hex", "base64.b85decode": "base85", "base64.a85decode": "ascii85",
    "binascii.a2b_base64": "base64", "binascii.unhexlify": "hex", "binascii.a2b_hex": "hex",
    "builtins.bytes.fromhex": "hex", "builtins.bytearray.fromhex": "hex", "zlib.decompress": "zlib",
    "gzip.decompress": "gzip", "bz2.decompress": "bz2", "lzma.decompress": "xz",
}  # fmt: skip


def _decoded(raw: bytes, kind: str) -> bytes | None:
    import base64
    import binascii

    try:
        match kind:
            case "base64":
                return binascii.a2b_base64(raw)
            case "urlsafe":
                return base64.urlsafe_b64decode(raw)
            case "base32":
                return base64.b32decode(raw)
            case "hex":
                return binascii.a2b_hex(raw.translate(None, b" \n"))
            case "base85":
                return base64.b85decode(raw)
            case "ascii85":
                return base64.a85decode(raw)
    except (ValueError, binascii.Error):
        return None
    return _inflated(raw, kind)


def _inflated(raw: bytes, kind: str) -> bytes | None:
    import bz2
    import lzma
    import zlib

    try:
        if kind in {"zlib", "gzip"}:
            return zlib.decompressobj(47).decompress(raw, LONGEST)
        unpacker = bz2.BZ2Decompressor() if kind == "bz2" else lzma.LZMADecompressor(memlimit=64 * LONGEST)
        return unpacker.decompress(raw, LONGEST)
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        return None


# -- functions: the arguments are constants; None where they do not fit ------------------------------------------------


def _characters(given: list[Plain]) -> str | None:
    code = given[0]
    return chr(code) if isinstance(code, int) and 0 <= code < _CHARACTERS else None


def _code(given: list[Plain]) -> int | None:
    one = given[0]
    if isinstance(one, str) and len(one) == 1:
        return ord(one)
    return one[0] if isinstance(one, bytes) and len(one) == 1 else None


def _bytes(given: list[Plain]) -> bytes | None:
    one = given[0]
    if isinstance(one, bytes):
        return one
    if isinstance(one, list):
        small = [item for item in one if isinstance(item, int) and 0 <= item < 256]
        return bytes(small) if len(small) == len(one) else None
    if isinstance(one, str) and len(given) > 1 and isinstance(given[1], str) and given[1].lower() in _ENCODINGS:
        try:
            return one.encode(given[1])
        except (UnicodeError, ValueError):
            return None
    return None


def _text(given: list[Plain]) -> str | None:
    one = given[0]
    if isinstance(one, bytes) and len(given) > 1 and isinstance(given[1], str) and given[1].lower() in _ENCODINGS:
        try:
            return one.decode(given[1])
        except (UnicodeError, ValueError):
            return None
    return one if isinstance(one, str) else str(one) if isinstance(one, int) and abs(one) <= _LARGEST else None


def _whole(given: list[Plain]) -> int | None:
    one, base = given[0], given[1] if len(given) > 1 else 10
    if isinstance(one, int):
        return int(one)
    if isinstance(one, str) and len(one) <= 64 and isinstance(base, int):
        try:
            return int(one, base)
        except ValueError:
            return None
    return None


def _listed(given: list[Plain]) -> list[Plain] | None:
    one = given[0]
    return list(one) if isinstance(one, str | bytes | list) else None


def _backwards(given: list[Plain]) -> list[Plain] | None:
    listed = _listed(given)
    return listed[::-1] if listed is not None else None


_FUNCTIONS: dict[str, Callable[[list[Plain]], Plain]] = {
    "builtins.chr": _characters,
    "builtins.unichr": _characters,
    "builtins.ord": _code,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytes,
    "builtins.str": _text,
    "builtins.int": _whole,
    "builtins.list": _listed,
    "builtins.tuple": _listed,
    "builtins.iter": _listed,
    "builtins.reversed": _backwards,
}
