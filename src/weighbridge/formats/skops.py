"""The schema of a skops file (``skops/io`` of 0.16, protocols 0 to 2): a tree of nodes that name what they become.

A node says by ``__loader__`` which class of skops loads it and by ``__module__`` and ``__class__`` what it shall be.
skops asks for trust in every type that it does not know, so what a node names is loaded only after that step. Nodes for
operators and methods are another matter: versions up to 0.11 look at one name and load another (CVE-2025-54412,
CVE-2025-54413).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Argument, Identity, Inconsistency
from weighbridge.core.programs import AuditMismatch, ConfiguredCall
from weighbridge.core.source import BytesSource
from weighbridge.core.values import value
from weighbridge.core.when import When
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

SCHEME = "skops"

FIXED = {
    "JsonNode": "builtins.str",
    "SliceNode": "builtins.slice",
    "PartialNode": "functools.partial",
    "DTypeNode": "numpy.dtype",
    "DefaultDictNode": "collections.defaultdict",
}
"""Kinds of nodes that always become the same, whatever they are called; skops writes them under this name only."""

NAMING = frozenset(
    {
        "DictNode", "ListNode", "SetNode", "TupleNode", "BytesNode", "BytearrayNode", "FunctionNode", "MethodNode",
        "TypeNode", "ConstructorFromReduceNode", "ObjectNode", "OperatorFuncNode", "NdArrayNode", "MaskedArrayNode",
        "RandomStateNode", "RandomGeneratorNode", "SparseMatrixNode", "TreeNode", "LossNode", "QuantileForestNode",
        "_DictWithDeprecatedKeysNode", "ReduceNode",
    }
)  # fmt: skip
"""Kinds of nodes that import, make or call what they name."""

_PROTOCOL = 2
_KEY = 120
_TEXT = 200
_SHOWN = 32


@value
class _Named:
    """What a node names, and by which kind; equal ones are told once."""

    loader: str
    module: str
    name: str
    when: When


def inspect(document: JsonValue, _source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Yield every name that a schema of skops loads, and where it hides one; JSON of other programs is left alone."""
    if not isinstance(document, dict) or not isinstance(document.get("__class__"), str):
        return
    yield Identity(at=node.at(), format="skops")
    protocol = document.get("protocol")
    if type(protocol) is not int or not 0 <= protocol <= _PROTOCOL:
        yield node.gap(GapKind.UNSUPPORTED, f"protocol {str(protocol)[:40]} of skops is not known")
    yield from _Schema(node).read(document)


class _Schema:
    def __init__(self, node: Node) -> None:
        self.node = node
        self.named: dict[_Named, tuple[str, tuple[Argument, ...]]] = {}
        self.counts: dict[_Named, int] = {}
        self.unknown: dict[str, None] = {}

    def read(self, document: JsonValue) -> Iterator[Yield]:
        """Go through every object; skops may find a node in any of them."""
        told = 0
        waiting: list[tuple[JsonValue, str]] = [(document, "")]
        while waiting:
            found, key = waiting.pop()
            if isinstance(found, list):
                waiting.extend((item, key) for item in found if isinstance(item, dict | list))
                continue
            if not isinstance(found, dict):
                continue
            if "__loader__" in found:
                for fact in self._of_node(found, key or "schema"):
                    told += 1
                    if told <= _SHOWN:
                        yield fact
            for name, item in found.items():
                if isinstance(item, dict | list):
                    step = name if name not in ("content", "attrs", "__reduce__") else ""
                    waiting.append((item, f"{key}.{step}".strip(".")[-_KEY:] if step else key))
        at = self.node.at()
        for one, (key, arguments) in self.named.items():
            yield ConfiguredCall(
                at=at, scheme=SCHEME, key=f"{key} ({one.loader})", module=one.module, name=one.name, when=one.when,
                arguments=arguments, count=self.counts[one],
            )  # fmt: skip
        for loader in self.unknown:
            yield self.node.gap(GapKind.UNSUPPORTED, f"nodes of kind {loader[:60]!r} are not known")
        if told > _SHOWN:
            yield Inconsistency(at=at, what="node kind", detail=f"{told - _SHOWN} more nodes")

    def _of_node(self, found: dict[str, JsonValue], key: str) -> Iterator[Yield]:
        loader, module, name = (_text(found.get(field)) for field in ("__loader__", "__module__", "__class__"))
        shown = f"{module}.{name}"
        if loader == "CachedNode":
            return
        if loader in FIXED:
            if loader == "JsonNode" and isinstance(found.get("content"), str):
                yield from self._model(found["content"], key)
            if shown != FIXED[loader]:
                yield Inconsistency(at=self.node.at(), what="node kind", detail=f"{loader} `{key}` says it is {shown}")
        elif loader not in NAMING:
            if len(self.unknown) < _SHOWN:
                self.unknown[loader] = None
        elif loader == "OperatorFuncNode":
            if module != "operator":
                yield self._mismatch(key, shown, f"operator.{name}")
            self._name(_Named(loader=loader, module="operator", name=name, when=When.LOAD), key, found.get("attrs"))
        elif loader == "MethodNode":
            yield from self._method(found, key, shown)
        else:
            self._name(_Named(loader=loader, module=module, name=name, when=When.FLAG), key, found.get("content"))
            if loader == "FunctionNode" and isinstance(found.get("content"), dict):
                path, function = (_text(_under(found, "content", field)) for field in ("module_path", "function"))
                self._name(_Named(loader=loader, module=path, name=function, when=When.FLAG), key)
            if loader == "RandomGeneratorNode":
                self._name(_Named(loader=loader, module="numpy.random", name=_generator(found), when=When.LOAD), key)

    def _model(self, quoted: JsonValue, key: str) -> Iterator[Yield]:
        """Hand on a model of LightGBM, which its own class keeps as text."""
        if isinstance(quoted, str) and quoted.startswith('"tree\\n'):
            text = read_json(quoted.encode("utf-8", "surrogateescape")).value
            content = BytesSource(str(text).encode("utf-8", "surrogateescape"))
            yield Child(f"{key}.txt", Stored(content), role="skops.text", quiet=True)

    def _method(self, found: dict[str, JsonValue], key: str, shown: str) -> Iterator[Yield]:
        """The owner that counts is the object below; the name of the method is never looked at by old versions."""
        owner = _under(found, "content", "obj")
        module, name = (_text(_under(owner, field)) for field in ("__module__", "__class__"))
        method = _text(_under(found, "content", "func"))
        if f"{module}.{name}" != shown:
            yield self._mismatch(key, shown, f"{module}.{name}.{method}")
        self._name(_Named(loader="MethodNode", module=module, name=f"{name}.{method}", when=When.LOAD), key)

    def _mismatch(self, key: str, audited: str, loaded: str) -> AuditMismatch:
        return AuditMismatch(
            at=self.node.at(), scheme=SCHEME, key=key, audited=audited[:_TEXT], loaded=loaded[:_TEXT], when=When.LOAD
        )

    def _name(self, one: _Named, key: str, content: JsonValue = None) -> None:
        self.counts[one] = self.counts.get(one, 0) + 1
        if one not in self.named:
            self.named[one] = (key, tuple(_arguments(content)))


def _arguments(content: JsonValue) -> Iterator[Argument]:
    """Show the plain values that a constructor or operator is given: those of a tuple or list of JSON nodes."""
    items = _under(content, "content")
    for item in items[:4] if isinstance(items, list) else ():
        text = _under(item, "content")
        if isinstance(text, str) and _under(item, "__loader__") == "JsonNode":
            yield Argument(kind="str", text=text[:_TEXT], truncated=len(text) > _TEXT)


def _generator(found: dict[str, JsonValue]) -> str:
    """Find the class of numpy.random that a generator is rebuilt with: text inside a state of numbers."""
    state = _under(found, "content", "bit_generator")
    plain = _under(state, "bit_generator")
    quoted = _under(state, "content", "bit_generator", "content")
    return _text(plain) if isinstance(plain, str) else _text(quoted).strip(' "')


def _under(found: JsonValue, *keys: str) -> JsonValue:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _text(found: JsonValue) -> str:
    return found[:_TEXT] if isinstance(found, str) else ""
