"""JSON files (RFC 8259): read strictly, told what parsers would read differently, then read for what they mean.

``KINDS`` maps what the top level of the document shows to the module that knows its meaning. Such a module has
``inspect(document, source, node, bench) -> Iterator[Yield]`` and yields the identity of what it is. Every kind whose
signs are there is asked: a configuration may be several things at once.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.modules import fetch
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # (end of the lower-case name or empty for any, keys of the top level of which one must be there or empty, module)
    # -- torch
    # -- keras and HDF5
    ("config.json", (), "weighbridge.formats.keras_config"),
    ("", ("class_name", "modelTopology", "model_config"), "weighbridge.formats.keras_config"),
    # -- TensorFlow
    # -- templates, tokenizers
    # -- trees and classical models
    # -- msgpack, engines, MXNet, MLflow
    # -- Python, notebooks
    # -- configurations
    # -- prose, agents
)

_BLANK = b" \t\n\r"


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether text that begins with a bracket is meant as JSON: the next sign is one that JSON allows there."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    after = begin[1:].lstrip()[:1]
    if begin[:1] == b"{":
        return "json" if after in (b'"', b"}") else ""
    return "json" if after and after in b'"[]{-0123456789tfn' and _closes(source) else ""


def _closes(source: ByteSource) -> bool:
    tail = source.read_at(max(0, source.size - 64), 64).rstrip()
    return tail[-1:] in (b"]", b"}")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a JSON document; raises Malformed and OverLimit. Lines of JSON are read one by one."""
    yield Identity(at=node.at(), format="json")
    if source.size > bench.limits.json_bytes:
        reason = f"JSON of more than {bench.limits.json_bytes} bytes is not read"
        yield node.gap(GapKind.OVER_LIMIT, reason)
        return
    data = source.read_at(0, source.size)
    document = read_json(data)
    rest = data[document.end :].strip(_BLANK)
    for odd in document.oddities:
        yield Inconsistency(at=node.at(), what=odd.kind, detail=odd.detail)
    yield from meanings(document.value, source, node, bench)
    if rest:
        yield from _lines(data, document.end, node)


def meanings(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Ask every module whose signs the document shows."""
    lower = node.name.lower().rpartition("/")[2]
    keys = document.keys() if isinstance(document, dict) else frozenset[str]()
    asked: set[str] = set()
    for ending, wanted, module in KINDS:
        if module not in asked and lower.endswith(ending) and (not wanted or any(key in keys for key in wanted)):
            asked.add(module)
            inspect: Callable[[JsonValue, ByteSource, Node, Bench], Iterator[Yield]] = fetch(module).inspect
            yield from inspect(document, source, node, bench)


def _lines(data: bytes, end: int, node: Node) -> Iterator[Yield]:
    """See what follows the first value: more values, a line each (JSON Lines), or something that is no JSON."""
    for number, line in enumerate(data[end:].split(b"\n")):
        if not line.strip(_BLANK):
            continue
        try:
            read_json(line)
        except Malformed:
            yield node.gap(GapKind.UNPARSED, f"what follows the JSON value is no JSON (line {number + 1})", end)
            return
