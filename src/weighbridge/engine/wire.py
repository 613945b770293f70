"""Values across process borders: plain JSON, checked against the fields of the value class when it is read.

Neither side needs the module ``json``, which costs either process 2 ms. Reading is strict: unknown fields, wrong types
and anything a worker should not be able to say raise ``Misshapen``.
"""

from __future__ import annotations

# The C core of json: importing json itself brings its regular expressions along.
from _json import encode_basestring_ascii as quote
from _json import make_scanner

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import WeighbridgeError
from weighbridge.core.finding import Confidence, Finding, Harm, Severity
from weighbridge.core.location import Location
from weighbridge.core.repository import OUTLINED
from weighbridge.core.values import field_names, value
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from weighbridge.core.facts import Fact


class Misshapen(WeighbridgeError):  # noqa: N818
    """A document is not what its schema says."""


@value
class Answer:
    """What the examination of one file gives: everything but its path.

    ``sha256`` is empty for a file that did not come whole.
    """

    size: int
    sha256: str
    formats: tuple[str, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    program: tuple[str, ...]
    version: str
    outline: tuple[Fact, ...] = ()
    """Facts for the rules that look at the whole repository."""


_VALUES: dict[str, type] = {"Answer": Answer, "Finding": Finding, "Gap": Gap, "Location": Location}
_ENUMS: dict[str, Any] = {
    "Severity": Severity, "Confidence": Confidence, "Harm": Harm, "GapKind": GapKind, "When": When,
}  # fmt: skip


_PLAIN: dict[str, type] = {"int": int, "bool": bool, "str": str}
_readers: dict[str, Callable[[Any], Any]] = {}

_ANNOTATIONS = "__annotations__"
_DIGEST_LENGTH = 64
_HEXADECIMAL = "0123456789abcdef"


@value
class Asked:
    """What a request asks for; ``sparse`` when the file does not come whole."""

    name: str
    trace: bool
    disabled: frozenset[str]
    sparse: bool = False


def request(name: str, *, trace: bool, disabled: tuple[str, ...], sparse: bool = False) -> bytes:
    """Write a request: the file's own name, whether to trace, the rules that are off, whether it comes whole."""
    flags = bytes((48 + trace + 2 * sparse,))
    return b"\0".join((flags, ",".join(disabled).encode(), name.encode("utf-8", "surrogateescape")))


def requested(document: bytes) -> Asked:
    """Read what ``request`` wrote."""
    flags, disabled, name = document.split(b"\0", 2)
    return Asked(
        name=name.decode("utf-8", "surrogateescape"),
        trace=bool(flags[0] & 1),
        disabled=frozenset(disabled.decode().split(",")),
        sparse=bool(flags[0] & 2),
    )


def dumps(one: object) -> str:
    """Write a value as JSON."""
    if one is None:
        return "null"
    kind = type(one)
    if kind is str:
        return quote(one)  # type: ignore[arg-type]  # the exact type was asked for
    if kind is tuple:
        return "[" + ",".join([dumps(item) for item in one]) + "]" if one else "[]"  # type: ignore[attr-defined]
    if isinstance(one, str):
        return quote(str(one))
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, int):
        return int.__repr__(one)
    if kind not in _keys:
        _keys[kind] = [(name, f"{quote(name)}:") for name in field_names(kind)]
    inside = [key + dumps(getattr(one, name)) for name, key in _keys[kind]]
    if kind.__name__ in OUTLINED:
        inside.append(f'"fact":"{kind.__name__}"')
    return "{" + ",".join(inside) + "}"


_keys: dict[type, list[tuple[str, str]]] = {}


class _Reading:
    """What the C scanner of ``json`` is told: JSON as RFC 8259 has it."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_int = int
    parse_float = float

    @staticmethod
    def parse_constant(name: str) -> object:
        """Refuse NaN and the infinities."""
        raise ValueError(name)


_scan = make_scanner(_Reading)  # type: ignore[arg-type]  # any object with these attributes will do


def loads(text: bytes, *, whole: bool = True) -> Answer | Gap:
    """Read an ``Answer``, or the gap that stands for it; raises Misshapen.

    Only an answer about a file that did not come ``whole`` may have no digest.
    """
    try:
        words = text.decode()
        document, end = _scan(words, 0)
    except (ValueError, StopIteration, RecursionError):
        raise Misshapen("the document is not JSON") from None
    if end != len(words):
        raise Misshapen("something follows the document")
    answer: Answer | Gap = _read("Gap" if type(document) is dict and "reason" in document else "Answer", document)
    if isinstance(answer, Gap):
        return answer
    # The digest becomes part of a file name in the cache, so it must be one whatever the worker says.
    is_digest = len(answer.sha256) == _DIGEST_LENGTH or not (whole or answer.sha256)
    if not is_digest or answer.sha256.strip(_HEXADECIMAL) or answer.size < 0:
        raise Misshapen("the size or the digest cannot be")
    return answer


def _read(kind: str, document: Any) -> Any:
    """Read what an annotation names; the annotations of value classes are strings."""
    reader = _readers.get(kind)
    if reader is None:
        reader = _readers[kind] = _reader(kind)
    return reader(document)


def _reader(kind: str) -> Callable[[Any], Any]:
    """Make what reads a kind; there are some forty kinds, and the least answer holds a dozen of them."""
    if kind.endswith(" | None"):
        present = _later(kind[:-7])
        return lambda document: None if document is None else present(document)
    if kind.startswith("tuple["):
        item = _later(kind[6:-6])

        def many(document: Any) -> tuple[Any, ...]:
            if type(document) is not list:
                raise _unlike(kind, document)
            return tuple([item(one) for one in document]) if document else ()

        return many
    if kind in _PLAIN:
        plain = _PLAIN[kind]

        def one(document: Any) -> Any:
            if type(document) is not plain:
                raise _unlike(kind, document)
            return document

        return one
    if kind == "Fact":
        return _fact
    if kind in _ENUMS:
        return lambda document: _member(kind, document)
    if kind in _VALUES:
        return _value_reader(kind, _VALUES[kind])
    raise Misshapen(f"there is no {kind}")


def _later(kind: str) -> Callable[[Any], Any]:
    """Give the reader of a kind, which is made when it is first needed: kinds may hold one another."""
    return _readers.get(kind) or (lambda document: _read(kind, document))


def _member(kind: str, document: Any) -> Any:
    if type(document) is not str:
        raise _unlike(kind, document)
    try:
        return _ENUMS[kind](document)
    except ValueError:
        raise Misshapen(f"{document[:40]!r} is no {kind}") from None


def _value_reader(kind: str, cls: type) -> Callable[[Any], Any]:
    kinds = {name: word for base in reversed(cls.__mro__) for name, word in base.__dict__.get(_ANNOTATIONS, {}).items()}
    names = field_names(cls)
    readers = {name: _later(kinds[name]) for name in names}

    def whole(document: Any) -> Any:
        if type(document) is not dict:
            raise _unlike(kind, document)
        if document.keys() != readers.keys():
            raise Misshapen(f"a {kind} has other fields")
        return cls(**{name: readers[name](item) for name, item in document.items()})

    return whole


def _unlike(kind: str, document: Any) -> Misshapen:
    return Misshapen(f"expected {kind}, found {type(document).__name__}")


def _fact(document: Any) -> Fact:
    """Read a fact of a kind that outlines hold."""
    if type(document) is not dict:
        raise _unlike("Fact", document)
    kind = document.pop("fact", None)
    if kind not in OUTLINED:
        raise Misshapen(f"{str(kind)[:40]!r} is no fact of an outline")
    if "Reference" not in _VALUES:
        from weighbridge.core import descriptions, facts, programs, references
        from weighbridge.core.references import Target

        _VALUES["Argument"], _ENUMS["Target"] = facts.Argument, Target
        for name in OUTLINED:
            module = next(module for module in (facts, programs, references, descriptions) if hasattr(module, name))
            _VALUES[name] = getattr(module, name)
    found: Fact = _read(kind, document)
    return found
