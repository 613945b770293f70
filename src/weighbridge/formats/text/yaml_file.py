"""YAML files: read without constructing anything, then read for what they mean, as JSON is.

Recognised by name, or by a beginning that looks like a mapping or list together with a tag or key that only
configurations have; prose is left alone.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

_SIGNS = (b"!!python/", b"tag:yaml.org,2002:python/", b"_target_:", b"class_path:", b"flavors:", b"trust_remote_code:")
_BLANK = b" \t"


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell whether text without a name that says so is a configuration in YAML."""
    if not any(sign in head for sign in _SIGNS):
        return ""
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        text = line.strip(b" \t\r")
        if not text or text.startswith((b"#", b"%", b"---")):
            continue
        key, colon, rest = text.removeprefix(b"- ").partition(b":")
        named = (
            bool(colon)
            and rest[:1] in (b"", b" ")
            and key.strip(b"\"'").replace(b"_", b"a").replace(b"-", b"a").isalnum()
        )
        return "yaml" if named or text.startswith((b"!!python/", b"!<tag:", b"- !!python/", b"{")) else ""
    return ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read every document of a YAML text; raises Malformed and OverLimit."""
    from weighbridge.formats.config.settings import surveyed
    from weighbridge.formats.config.yaml_tree import YamlReader

    yield Identity(at=node.at(), format="yaml")
    most = bench.limits.source_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"YAML of more than {most} bytes is not read")
        return
    reader = YamlReader(source.read_at(0, source.size), node.at())
    try:
        for document in reader.documents():
            yield from surveyed(document, node, shared=True)
    finally:
        yield from reader.facts()
