"""Keras configurations: objects written as ``class_name`` and ``config``, rebuilt by whoever loads the model.

Source: ``keras.saving.deserialize_keras_object`` (Keras 3), its legacy form (Keras 2, HDF5), TensorFlow.js
``modelTopology``. Every pair of a name and a configuration counts, at any depth and whatever holds it: Keras rebuilds
them all (CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906, CVE-2025-49655, CVE-2025-12058).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.programs import CodeUnit, ConfiguredCall, Operator
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats.containers.paths import escapes
from weighbridge.formats.keras_function import Functions
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.strict_json import pairs_of, read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

FORMAT = "keras.config"

LONGEST = 64 << 20
"""Bytes of a configuration that is read: the largest honest ones have some ten."""

NAMES = 2_000
"""Different classes and functions of one configuration that are told; honest ones have some fifty."""

READINGS = 4
"""Repetitions of one key whose combinations are followed: parsers take the first or the last."""

SCHEME = "keras"
SYMBOL_SCHEME = "tf-op-layer"
"""How layers of tf.keras name functions: by their place in TensorFlow's public interface, all that they can reach."""

_DATA = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"})
_LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup", "TextVectorizer"})
_SYMBOLS = frozenset({"TFOpLambda", "SlicingOpLambda", "InstanceMethod", "ClassMethod", "InstanceProperty"})
"""Layers of tf.keras that call a function of TensorFlow by its name."""
_TELLING = frozenset({"Lambda", "TorchModuleWrapper", "TFSMLayer", "__lambda__"})
"""Classes whose name says enough, even where no loader would get as far as building them."""
_PATHS = frozenset({
    "filepath", "file_path", "file", "fname", "filename", "path", "vocabulary", "origin", "url", "cache_dir",
    "weights_path", "vocabulary_file", "merges", "merges_file", "proto", "saved_model_path", "hub_url", "handle",
})  # fmt: skip
"""Fields that name a file or address which somebody opens."""
_SWITCHES = frozenset({"safe_mode_saving", "enable_unsafe_deserialization", "set_global_attribute"})
"""Words by which a configuration turns Keras' safe mode off (CVE-2025-9906)."""
_SHOWN = 120


def inspect(document: JsonValue, _source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a JSON file that may be a Keras or TensorFlow.js model: what it is shows at its top level."""
    if not isinstance(document, dict):
        if node.role == FORMAT:
            yield from walk(document, node, bench)
        return
    tfjs = "modelTopology" in document
    if node.role == FORMAT or tfjs or "model_config" in document or {"class_name", "config"} <= document.keys():
        yield Identity(at=node.at(), format="tfjs" if tfjs else FORMAT)
        if tfjs:
            yield from _manifest(document, node)
            yield from _graph(document.get("modelTopology"), node)
        yield from walk(document, node, bench)


def read(text: bytes, node: Node, bench: Bench, key: str = "") -> Iterator[Yield]:
    """Read a configuration that something else holds as text; what is no JSON is a gap."""
    if len(text) >= LONGEST:
        yield node.gap(GapKind.OVER_LIMIT, f"the configuration {key} has more than {LONGEST} bytes")
        return
    try:
        document = read_json(text)
    except (Malformed, OverLimit) as error:
        yield node.gap(GapKind.UNPARSED, f"the configuration {key} cannot be read: {error}")
        return
    for odd in document.oddities:
        # Keras writes Infinity and NaN, and so reads them.
        if odd.kind != "number that is not finite":
            yield Inconsistency(at=node.at(), what=odd.kind, detail=odd.detail)
    yield Identity(at=node.at(), format=FORMAT)
    yield from walk(document.value, node, bench, key=key)


def walk(config: JsonValue, node: Node, bench: Bench, *, when: When = When.LOAD, key: str = "") -> Iterator[Yield]:
    """Yield what a configuration makes its loader import, call, open or run, at any depth.

    ``when`` says when the objects are built, ``key`` what the configuration is called in the file that holds it.
    """
    yield from _Walk(node, bench, when).all(config, key)


def _manifest(document: dict[str, JsonValue], node: Node) -> Iterator[Yield]:
    """Read where TensorFlow.js fetches weights: each path is put behind the address of the model."""
    groups = document.get("weightsManifest")
    for group in groups if isinstance(groups, list) else []:
        paths = group.get("paths") if isinstance(group, dict) else None
        for path in paths if isinstance(paths, list) else []:
            if isinstance(path, str):
                yield _reference(node, "shard", path, "weightsManifest.paths", When.LOAD)


def _graph(topology: JsonValue, node: Node) -> Iterator[Yield]:
    """Read the operators of a graph model: TensorFlow's GraphDef as JSON."""
    uses: dict[tuple[str, str], int] = {}
    for scope, nodes in _functions(topology):
        for one in nodes if isinstance(nodes, list) else []:
            op = one.get("op") if isinstance(one, dict) else None
            if isinstance(op, str):
                uses[scope, op] = uses.get((scope, op), 0) + 1
    for (scope, op), count in list(uses.items())[:NAMES]:
        yield Operator(at=node.at(), framework="tensorflow", domain="", name=op[:_SHOWN], scope=scope, count=count)
    if len(uses) > NAMES:
        yield node.gap(GapKind.OVER_LIMIT, f"more than {NAMES} different operators")


def _functions(topology: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    if not isinstance(topology, dict):
        return
    yield "", topology.get("node")
    library = topology.get("library")
    functions = library.get("function") if isinstance(library, dict) else None
    for one in functions if isinstance(functions, list) else []:
        if isinstance(one, dict):
            signature = one.get("signature")
            name = signature.get("name") if isinstance(signature, dict) else ""
            yield str(name)[:_SHOWN], one.get("nodeDef")


def _reference(node: Node, relation: str, target: str, key: str, when: When) -> Reference:
    remote = "://" in target[:16]
    return Reference(
        at=node.at(), relation=relation, kind=Target.URL if remote else Target.PATH, target=target[:_SHOWN], key=key,
        escapes=not remote and bool(escapes(target)), when=when,
    )  # fmt: skip


def _below(key: str, part: str | int) -> str:
    path = f"{key}[{part}]" if isinstance(part, int) else f"{key}.{part}" if key else part
    return path if len(path) <= _SHOWN else f"…{path[-_SHOWN:]}"


class _Walk:
    """One configuration; what it names is told once, with how often it is named."""

    def __init__(self, node: Node, bench: Bench, when: When) -> None:
        self.node, self.bench, self.when = node, bench, when
        self.calls: dict[tuple[str, str, str], tuple[str, int]] = {}
        self.functions = Functions(node, bench, when)

    def all(self, config: JsonValue, key: str) -> Iterator[Yield]:
        pending: list[tuple[JsonValue, str]] = [(config, key)]
        while pending:
            found, path = pending.pop()
            if isinstance(found, dict):
                # A name that is written twice is followed in every reading.
                for name, held in pairs_of(found):
                    if isinstance(held, dict | list | str):
                        pending.append((held, _below(path, name)))
                yield from self._object(found, path)
            elif isinstance(found, list):
                for at, item in enumerate(found):
                    if isinstance(item, dict | list) or item in _SWITCHES:
                        pending.append((item, _below(path, at)))
            elif isinstance(found, str):
                yield from self._text(found, path)
        for (scheme, module, name), (path, count) in self.calls.items():
            yield ConfiguredCall(
                at=self.node.at(), scheme=scheme, key=path, module=module, name=name, when=self.when, count=count
            )
        if len(self.calls) >= NAMES:
            yield self.node.gap(GapKind.OVER_LIMIT, f"more than {NAMES} different names in one configuration")

    def _call(self, module: str, name: str, path: str, scheme: str = SCHEME) -> None:
        first, count = self.calls.get((scheme, module, name), (path, 0))
        if count or len(self.calls) < NAMES:
            self.calls[scheme, module, name] = (first, count + 1)

    def _text(self, found: str, path: str) -> Iterator[Yield]:
        if found in _SWITCHES:
            self._call("keras.config", "enable_unsafe_deserialization", path)
            return
        field = path.rpartition(".")[2]
        if field in _PATHS and ("://" in found[:16] or escapes(found)):
            yield _reference(self.node, "vocabulary" if field == "vocabulary" else "asset", found, path, self.when)
        elif field in {"model_config", "training_config", "modelTopology"} and found[:1] == "{":
            # Older writers put the configuration into a string; in a string in a string quotes double, so this ends.
            yield from read(found.encode("utf-8", "surrogateescape"), self.node, self.bench, path)

    def _object(self, found: dict[str, JsonValue], path: str) -> Iterator[Yield]:
        names = [one for one in _all(found, "class_name") if isinstance(one, str)]
        modules, configs = _all(found, "module"), _all(found, "config")
        if max(len(names), len(modules), len(configs)) > READINGS:
            yield self.node.gap(GapKind.OVER_LIMIT, f"{path} is written more than {READINGS} times")
        if not (configs or modules):
            names = [one for one in names if one in _TELLING]
        places = [one for one in modules[:READINGS] if isinstance(one, str)] or [""]
        for class_name in names[:READINGS]:
            for config in configs[:READINGS] or [None]:
                for module in places:
                    yield from self._named(class_name, module, config, found, path)

    def _named(
        self, class_name: str, module: str, config: JsonValue, found: dict[str, JsonValue], path: str
    ) -> Iterator[Yield]:
        inner = config if isinstance(config, dict) else {}
        registered = found.get("registered_name")
        short = class_name.rpartition(">")[2].rpartition(".")[2]
        if class_name in _DATA:
            return
        if class_name == "__lambda__":
            yield from self.functions.code(inner.get("code", inner.get("value")), "Python lambda", path)
        elif class_name == "function":
            if isinstance(config, str):
                self._call(module, config, path)
        elif class_name == "__typespec__":
            self._call(module, str(found.get("spec_name", "")), path)
        elif short == "Lambda":
            yield from self.functions.layer(inner, path)
            if ">" in class_name or (module and not module.startswith(("keras", "tf_keras", "tensorflow"))):
                self._call(module, class_name, path)
        elif short == "TorchModuleWrapper":
            yield from self._torch(inner, path)
        elif short == "TFSMLayer":
            yield from self._saved_model(inner, path)
        elif class_name in _SYMBOLS:
            symbol = next((inner[key] for key in ("function", "method_name", "attr_name") if key in inner), "")
            self._call("tensorflow", str(symbol), path, SYMBOL_SCHEME)
        else:
            custom = isinstance(registered, str) and ">" in registered
            self._call("" if custom else module, str(registered) if custom else class_name, path)
            if custom and module:  # where nobody has registered the name, the module decides
                self._call(module, class_name, path)
            if short in _LOOKUPS:
                yield from self._vocabulary(inner, path)

    def _torch(self, inner: dict[str, JsonValue], path: str) -> Iterator[Yield]:
        """Tell of a torch pickle in the configuration (CVE-2025-49655)."""
        yield CodeUnit(
            at=self.node.at(), language="pickle", carrier="TorchModuleWrapper", name=_name_of(inner), when=self.when
        )
        held = inner.get("module")
        for text in (held, *(held.values() if isinstance(held, dict) else ())):
            written = text.get("value") if isinstance(text, dict) else text
            if isinstance(written, str) and len(written) > 1:
                packed = self.functions.decoded(written)
                if packed:
                    yield Child(f"{path}.module"[-_SHOWN:], Stored(BytesSource(packed)), role="keras.torch", quiet=True)

    def _saved_model(self, inner: dict[str, JsonValue], path: str) -> Iterator[Yield]:
        """Tell of a SavedModel outside of the archive: its graph runs when the layer does (CVE-2026-1462)."""
        target = inner.get("filepath")
        place = target if isinstance(target, str) else ""
        outside = "://" in place[:16] or bool(escapes(place))
        when = self.when if outside else When.FLAG
        yield CodeUnit(at=self.node.at(), language="TensorFlow graph", carrier="TFSMLayer", name=place, when=when)
        if place and not outside:
            yield _reference(self.node, "sub_model", place, path, self.when)

    def _vocabulary(self, inner: dict[str, JsonValue], path: str) -> Iterator[Yield]:
        """Tell of a vocabulary that is a file; addresses and paths that lead away are told by their field."""
        for target in _all(inner, "vocabulary"):
            if isinstance(target, str) and target and "://" not in target[:16] and not escapes(target):
                yield _reference(self.node, "lookup vocabulary", target, path, self.when)


def _all(found: dict[str, JsonValue], key: str) -> list[JsonValue]:
    return [held for name, held in pairs_of(found) if name == key]


def _name_of(inner: dict[str, JsonValue]) -> str:
    name = inner.get("name")
    return name if isinstance(name, str) else ""
