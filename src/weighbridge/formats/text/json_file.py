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
from weighbridge.formats.text.merges import without_merges
from weighbridge.formats.words import packed
from weighbridge.formats.xgboost_text import without_trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

OPENING = (
    "initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand",
    "postAttachCommand",
)  # fmt: skip
"""What an editor runs when it opens a folder in a container (Development Containers specification)."""

KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # (end of the lower-case name or empty for any, keys of the top level of which one must be there or empty, module)
    # -- torch
    ("", ("graph_module",), "weighbridge.formats.torch_export"),
    ("manifest.json", ("model",), "weighbridge.formats.torch_serve"),
    # -- keras and HDF5
    ("config.json", (), "weighbridge.formats.keras_config"),
    ("", ("class_name", "modelTopology", "model_config"), "weighbridge.formats.keras_config"),
    # -- TensorFlow
    ("", ("arg_nodes",), "weighbridge.formats.mxnet.symbol"),
    # -- templates, tokenizers
    ("", ("chat_template",), "weighbridge.formats.text.template_config"),
    ("tokenizer_config.json", (), "weighbridge.formats.text.tokenizer_config"),
    ("", ("pre_tokenizer", "post_processor", "normalizer", "decoder"), "weighbridge.formats.text.tokenizer_json"),
    ("vocab.json", (), "weighbridge.formats.text.vocabulary_json"),
    ("added_tokens.json", (), "weighbridge.formats.text.vocabulary_json"),
    ("special_tokens_map.json", (), "weighbridge.formats.text.tokenizer_config"),
    ("", ("layers",), "weighbridge.formats.text.ollama_manifest"),
    # -- trees and classical models
    ("", ("learner",), "weighbridge.formats.xgboost_model"),
    ("", ("__loader__",), "weighbridge.formats.skops"),
    # -- msgpack, engines, MXNet, MLflow
    (".zarray", (), "weighbridge.formats.text.zarr"),
    (".zgroup", (), "weighbridge.formats.text.zarr"),
    (".zattrs", (), "weighbridge.formats.text.zarr"),
    (".zmetadata", (), "weighbridge.formats.text.zarr"),
    ("zarr.json", (), "weighbridge.formats.text.zarr"),
    (
        "_metadata",
        ("tree_metadata", "use_zarr3", "store_array_data_equal_to_fill_value"),
        "weighbridge.formats.text.zarr",
    ),
    # -- Python, notebooks
    ("", ("cells", "worksheets"), "weighbridge.formats.text.notebook"),
    ("manifest.json", ("itemInfoEntries",), "weighbridge.formats.coreml_package"),
    ("pipfile.lock", ("_meta",), "weighbridge.formats.text.project_files"),
    # -- configurations
    ("", (), "weighbridge.formats.config.settings"),
    # -- prose, agents
    (
        "",
        ("mcpServers", "servers", "hooks", "tasks", "tools", *OPENING, "scripts"),
        "weighbridge.formats.text.agent_json",
    ),
)

_BLANK = b" \t\n\r"
_USUAL = frozenset({"NaN", "Infinity", "-Infinity", str(int(1e30))})
"""Numbers beyond JSON that honest files of these libraries hold: Python writes the first three for losses and limits,
and transformers the last one for a tokenizer without a limit on its length."""


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether text that begins with a bracket is meant as JSON: what follows is what JSON allows there."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    after = begin[1:].lstrip()
    if begin[:1] == b"{":
        return "json" if after[:1] in (b'"', b"}") else ""
    return "json" if after and _begins_value(after) and _closes(source) else ""


_LITERALS = (b"true", b"false", b"null", b"NaN", b"Infinity")


def _begins_value(after: bytes) -> bool:
    """Tell a list from a section of settings (``[nlp]``) and a footnote of prose (``[1] see …``)."""
    if after[:1] in (b'"', b"[", b"{"):
        return True
    word = after.replace(b"]", b",").partition(b",")[0].strip()
    if word not in _LITERALS and not (word[:1] in b"-0123456789" and not word.strip(b"-+.eE0123456789")):
        return False
    rest = after[after.find(word) + len(word) :].lstrip()
    return rest[:1] != b"]" or not rest[1:].strip()


def _closes(source: ByteSource) -> bool:
    """Tell whether the last sign closes something, whatever blanks follow it."""
    end = source.size
    while end:
        begin = max(0, end - _PIECE)
        tail = source.read_at(begin, end - begin).rstrip(b" \t\r\n\0")
        if tail:
            return tail[-1:] in (b"]", b"}")
        end = begin
    return False


_PIECE = 1 << 16


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a JSON document; raises Malformed and OverLimit. Lines of JSON are read one by one."""
    yield Identity(at=node.at(), format="json")
    if source.size > bench.limits.json_bytes:
        reason = f"JSON of more than {bench.limits.json_bytes} bytes is not read"
        yield node.gap(GapKind.OVER_LIMIT, reason)
        return
    data = without_trees(without_merges(source.read_at(0, source.size)))
    document = read_json(data)
    rest = data[document.end :].strip(_BLANK)
    usual = {odd.kind for odd in document.oddities if odd.detail in _USUAL}
    for odd in document.oddities:
        if odd.detail not in _USUAL and not (odd.kind in usual and odd.detail.endswith(" more")):
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
    yield from packed(document, node, bench)


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
