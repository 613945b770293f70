"""YAML files: read without constructing anything, then read for what they mean, as JSON is.

Recognised by name, or by a beginning that looks like a mapping or list together with a tag or key that only
configurations have; prose is left alone.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

_SIGNS = (b"!!python/", b"tag:yaml.org,2002:python/", b"_target_:", b"class_path:", b"flavors:", b"trust_remote_code:")
_KEYS = (
    b"_target_", b"__target__", b"_component_", b"class_path", b"flavors", b"trust_remote_code", b"auto_map",
    b"import_path", b"loader_module",
)  # fmt: skip
_TAGS = (b"%TAG", b"!new:", b"!apply:", b"!name:", b"!obj:", b"!module:")
_TAG = 64
"""Bytes of a tag before the word that tells it: ``!<tag:yaml.org,2002:python/`` has half."""
_STARTS = (b"-", b"?", b"&", b"!", b"*", b"{", b"[", b'"', b"'")
"""Signs other than a plain key that a document begins with."""


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether text without a name that says so is a configuration in YAML; ``yaml.bare`` where it only may be."""
    first = next(_lines(head), b"")
    if any(sign in head for sign in _SIGNS):
        key, colon, rest = first.removeprefix(b"- ").partition(b":")
        named = (
            bool(colon)
            and rest[:1] in (b"", b" ")
            and key.strip(b"\"'").replace(b"_", b"a").replace(b"-", b"a").isalnum()
        )
        if named or first.startswith((b"!!python/", b"!<tag:", b"- !!python/", b"{")):
            return "yaml"
    may_be = not first or b":" in first or first.startswith(_STARTS)
    return "yaml.bare" if may_be and _tells(source, _JSON if first[:1] in (b"{", b"[") else _FAR) else ""


_FAR, _JSON = 16 << 20, 2 << 20
"""Bytes that are searched for a sign: as much text as is looked at, and of what is most likely JSON as much as would be
read as YAML."""


def _lines(head: bytes) -> Iterator[bytes]:
    """Yield the lines that are no comment, directive or mark."""
    for line in head.removeprefix(b"\xef\xbb\xbf").splitlines():
        text = line.strip(b" \t\r")
        if text and not text.startswith((b"#", b"%", b"---")):
            yield text


def _tells(source: ByteSource, most: int) -> bool:
    """Search text for a tag that names an object, or a key that names one."""
    data = source.read_at(0, most)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "ignore").encode()
    if any(tag in data for tag in _TAGS) or _is_tagged(data):
        return True
    if not any(key in data for key in _KEYS):
        return False
    import re

    return re.search(rb"(?<![\w.])(?:" + b"|".join(_KEYS) + rb")[\"']?[ \t]*:", data) is not None


def _is_tagged(data: bytes) -> bool:
    """Tell whether a tag names Python, or hides letters behind percent signs as a tag may (YAML 1.1, 5.6.1)."""
    if b"!" not in data or (b"python" not in data and b"%" not in data):
        return False
    import re

    return any(
        b"!" in data[max(0, found.start() - _TAG) : found.start()].rpartition(b"\n")[2]
        for found in re.finditer(rb"python|%[0-9A-Fa-f]{2}", data)
    )


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read every document of a YAML text; raises Malformed and OverLimit."""
    from weighbridge.formats.config.settings import surveyed
    from weighbridge.formats.config.yaml_tree import YamlReader
    from weighbridge.formats.words import packed

    yield Identity(at=node.at(), format="yaml")
    most = bench.limits.source_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"YAML of more than {most} bytes is not read")
        return
    reader = YamlReader(source.read_at(0, source.size), node.at())
    try:
        for document in reader.documents():
            yield from surveyed(document, node, shared=True)
            yield from packed(document, node, bench)
    except Malformed:
        if not node.name.lower().endswith(_PROSE):
            raise
    finally:
        yield from reader.facts()


_PROSE = (".md", ".mdx", ".markdown", ".rst")
"""Names of prose with settings at its head or in its examples: that it is no YAML further on is no gap."""


def bare(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read what only may be YAML: what a document tells is told; if it is none, it is some other text."""
    if node.name.lower().endswith((".yaml", ".yml", "mlmodel")):
        return
    try:
        for item in extract(source, node, bench):
            if not isinstance(item, Identity):
                yield item
    except Malformed:
        return
