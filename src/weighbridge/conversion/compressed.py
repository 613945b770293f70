"""Files that are one compressed stream, as joblib writes them, and pickles that somebody compressed."""

from __future__ import annotations

from weighbridge.conversion.unpacked import expanded
from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.facts import Oddity
from weighbridge.core.values import value
from weighbridge.formats import joblib_zfile
from weighbridge.formats.containers.decoders import Told
from weighbridge.formats.containers.oddities import Remark
from weighbridge.formats.containers.streams import expand, kind_of, obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource


@value
class Content:
    """What a stream expands to: where it begins, the kind of the stream, and bytes of the file that follow it."""

    source: ByteSource
    base: int
    kind: str
    rest: int


def content_of(source: ByteSource, unpacked: Unpacked) -> Content | None:
    """Expand a compressed file into ``unpacked``; None for a file that is no compressed stream.

    Raises Malformed for a broken stream, one that its own checksum disagrees with included, OverLimit for a bomb, and
    UsageError without the decoder.
    """
    if source.read_at(0, len(joblib_zfile.MAGIC)) == joblib_zfile.MAGIC:
        inner, base = expanded(joblib_zfile.inflated(source), unpacked, source.size)
        return Content(source=inner, base=base, kind="zfile", rest=0)
    kind = kind_of(source)
    if not kind:
        return None
    missing = obstacle(kind)
    if missing:
        raise UsageError(f"it is compressed, and cannot be expanded: {missing}", hint="install what is missing")
    told = Told()
    inner, base = expanded(expand(kind, source, told), unpacked, source.size)
    for one in told.notes.said:
        if isinstance(one, Remark) and one.kind is Oddity.CHECKSUM_MISMATCH:
            raise Malformed(f"the {kind} stream is broken: {one.detail}", offset=one.offset or 0)
    return Content(source=inner, base=base, kind=kind, rest=source.size - (told.end or source.size))
