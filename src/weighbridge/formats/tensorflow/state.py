"""The state of a folder of checkpoints: text that names the newest one and older ones.

Source: ``checkpoint_state.proto`` of TensorFlow 2.21. Whoever asks for the latest checkpoint follows the path in it.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "tensorflow.checkpoint.state"

_FIELDS = ("model_checkpoint_path", "all_model_checkpoint_paths")


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell a checkpoint state by its first field."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return FORMAT if begin.startswith(tuple(name.encode() for name in _FIELDS)) else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a checkpoint state: text that names the newest checkpoint and older ones; raises Malformed, OverLimit."""
    from weighbridge.formats.containers.paths import escapes
    from weighbridge.formats.protobuf import fields
    from weighbridge.formats.tensorflow.messages import TEXT
    from weighbridge.formats.tensorflow.text_proto import TextReader

    yield Identity(at=node.at(), format=FORMAT)
    if source.size > bench.limits.source_bytes:
        yield node.gap(GapKind.OVER_LIMIT, f"a checkpoint state of more than {bench.limits.source_bytes} bytes")
        return
    encoded = BytesSource(TextReader(source.read_at(0, source.size)).encode("checkpoint_state"))
    for field in fields(encoded):
        target = field.text(TEXT)
        yield Reference(
            at=node.at(),
            relation="weights",
            kind=Target.PATH,
            target=target,
            key=_FIELDS[field.number - 1],
            escapes=bool(escapes(target)),
            when=When.LOAD,
        )
