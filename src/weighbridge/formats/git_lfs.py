"""git-LFS and Xet pointers: a few lines of text in place of a file (git-lfs, docs/spec.md)."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LONGEST = 1_024
"""Bytes of a pointer: the specification asks for less."""

_HEXADECIMAL = b"0123456789abcdef"
_REST = 80


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Read a pointer; what it points at is not here, so there is always a gap."""
    yield Identity(at=node.at(), format="git-lfs pointer")
    text = source.read_at(0, LONGEST)
    fields = dict(line.split(b" ", 1) for line in text.splitlines() if b" " in line)
    method, _, digest = fields.get(b"oid", b"").partition(b":")
    size = fields.get(b"size", b"")
    is_digest = method == b"sha256" and len(digest) == 64 and not digest.translate(None, _HEXADECIMAL)
    if not is_digest or not size.isdigit() or len(size) > 20 or source.size > LONGEST:
        detail = text[:_REST].decode("utf-8", "backslashreplace")
        yield Inconsistency(at=node.at(), what="pointer", detail=f"this is no well-formed pointer: {detail!r}")
        yield node.gap(GapKind.UNREAD, "a pointer that cannot be read stands here in place of a file")
        return
    yield MetadataEntry(at=node.at(), key="lfs.sha256", text=digest.decode())
    yield MetadataEntry(at=node.at(), key="lfs.size", text=size.decode())
    reason = f"a git-LFS pointer stands here; the file of {int(size):,} bytes was not fetched (git lfs pull)"
    yield node.gap(GapKind.UNREAD, reason)
