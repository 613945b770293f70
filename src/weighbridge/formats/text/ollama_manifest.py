"""Manifests of Ollama: layers by digest, from which the names of files on disk are made.

Source: the OCI image manifest and the media types of Ollama. A digest that is none becomes a path of the author's
choice where a server does not check it (CVE-2024-37032).
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

_MEDIA = ("application/vnd.ollama.", "application/vnd.docker.", "application/vnd.oci.")
_LAYERS = 10_000
_TEXT = 200
_HEX = "0123456789abcdef"


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Look at a manifest; a document that only has layers in common with one is passed over."""
    if not isinstance(document, dict) or not isinstance(document.get("layers"), list):
        return
    layers = document["layers"]
    assert isinstance(layers, list)
    parts = [document.get("config"), *layers[:_LAYERS]]
    entries = [part for part in parts if isinstance(part, dict) and "digest" in part]
    if not any(str(part.get("mediaType", "")).startswith(_MEDIA) for part in (document, *entries)):
        return
    yield Identity(at=node.at(), format="ollama manifest")
    if len(layers) > _LAYERS:
        yield Inconsistency(at=node.at(), what="manifest", detail=f"it has {len(layers)} layers")
    for entry in entries:
        digest, size = entry["digest"], entry.get("size")
        if not (isinstance(digest, str) and is_digest(digest)):
            yield Reference(
                at=node.at(),
                relation="layer",
                kind=Target.PATH,
                target=str(digest)[:_TEXT],
                key=str(entry.get("mediaType", ""))[:_TEXT],
                escapes=True,
                when=When.LOAD,
            )
        if size is not None and not (type(size) is int and 0 <= size < 1 << 63):
            yield Inconsistency(at=node.at(), what="manifest", detail=f"a layer has the size {str(size)[:_TEXT]}")


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 as manifests and names of blobs write it."""
    name, sign, digits = text[:6], text[6:7], text[7:]
    return name == "sha256" and sign in (":", "-") and len(digits) == 64 and not digits.strip(_HEX)
