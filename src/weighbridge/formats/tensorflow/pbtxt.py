"""Saved models, meta graphs and graphs in text form: TensorFlow loads ``saved_model.pbtxt`` where there is no ``.pb``.

The text is written into the binary form, and that is walked: both forms are judged by the same words.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity
from weighbridge.core.source import BytesSource
from weighbridge.formats.tensorflow.graph import Graph
from weighbridge.formats.tensorflow.kinds import GRAPH, META_GRAPH, SAVED_MODEL
from weighbridge.formats.tensorflow.saved_model import walk
from weighbridge.formats.tensorflow.text_proto import TextReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "tensorflow.text"

_MESSAGES = {SAVED_MODEL: "saved_model", META_GRAPH: "meta_graph", GRAPH: "graph"}
_FIRST = {
    "saved_model_schema_version": SAVED_MODEL,
    "meta_graphs": SAVED_MODEL,
    "meta_info_def": META_GRAPH,
    "graph_def": META_GRAPH,
    "asset_file_def": META_GRAPH,
    "object_graph_def": META_GRAPH,
    "node": GRAPH,
    "library": GRAPH,
    "versions": GRAPH,
}


_TEXT = bytes(code for code in range(256) if code >= 0x20 or code in (7, 8, 9, 10, 11, 12, 13, 27))


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell text whose first field is one of a saved model, a meta graph or a graph, and reads like a field."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for name in _FIRST:
        if begin.startswith(name.encode()):
            rest = begin[len(name) :]
            number = name == "saved_model_schema_version"
            return FORMAT if rest.lstrip()[:1] == b":" or (not number and rest.lstrip()[:1] in (b"{", b"<")) else ""
    return ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a message in text form; raises Malformed, OverLimit. Text of other messages is none of this reader's."""
    if source.size > bench.limits.text_bytes:
        yield Identity(at=node.at(), format=FORMAT)
        yield node.gap(GapKind.OVER_LIMIT, f"a graph in text of more than {bench.limits.text_bytes} bytes is not read")
        return
    data = source.read_at(0, source.size)
    found = _kind(data)
    if not found and node.name.lower().rpartition("/")[2] == "saved_model.pbtxt":
        found = SAVED_MODEL  # this name is what a loader opens
    if not found:
        if data.translate(None, _TEXT):
            raise Malformed("this is neither text nor a graph")
        return
    yield Identity(at=node.at(), format=FORMAT)
    encoded = BytesSource(TextReader(data).encode(_MESSAGES[found]))
    del data
    yield from walk(found, encoded, 0, Graph(node, bench, located=False))


def _kind(data: bytes) -> str:
    """Find the message that a field of the top level belongs to; what is no text of a message is none."""
    try:
        for name in TextReader(data).fields():
            if name in _FIRST:
                return _FIRST[name]
    except Malformed:
        pass
    return ""
