"""Zarr arrays (specifications 2 and 3) and what Orbax keeps beside them: shapes, codecs, and where the bytes lie.

A TensorStore specification names a driver and a path, which its reader follows wherever it leads
(https://google.github.io/tensorstore/spec.html).
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, ResourceClaim, TensorDecl
from weighbridge.core.programs import CodeUnit
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.containers.paths import escapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

LARGEST = 1 << 46
"""Elements of an array; 64 TiB of bytes, a hundred times the largest model."""

_DEPTH = 32
_RUNNING = frozenset({"pickle", "json2pickle", "cloudpickle", "dill"})


def inspect(document: JsonValue, _source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Yield what the metadata of an array or a checkpoint says."""
    yield Identity(at=node.at(), format="zarr")
    if isinstance(document, dict):
        yield from _array(document, node)
    yield from _walk(document, node, "", _DEPTH)


def _array(document: dict[str, JsonValue], node: Node) -> Iterator[Yield]:
    shape = document.get("shape")
    if not isinstance(shape, list) or not all(type(extent) is int for extent in shape):
        return
    extents = [extent for extent in shape if isinstance(extent, int)]
    count = 1
    for extent in extents:
        count *= extent
    dtype = document.get("dtype", document.get("data_type"))
    yield TensorDecl(at=node.at(), name=node.name, dtype=dtype if isinstance(dtype, str) else "", shape=tuple(extents))
    if count > LARGEST or min(extents, default=0) < 0:
        yield ResourceClaim(at=node.at(), what="array", claimed=abs(count), limit=LARGEST, unit="elements")


def _walk(found: JsonValue, node: Node, key: str, depth: int) -> Iterator[Yield]:
    """Look at every object of the document for codecs and stores."""
    if depth == 0:
        return
    if isinstance(found, list):
        for number, item in enumerate(found):
            yield from _walk(item, node, f"{key}[{number}]", depth - 1)
    elif isinstance(found, dict):
        codec = found.get("id", found.get("name"))
        if isinstance(codec, str) and codec in _RUNNING:
            yield CodeUnit(
                at=node.at(), language="pickle", carrier=f"the codec at {key or 'the top'}", name=codec, when=When.FLAG
            )
        driver = found.get("driver")
        for name in ("path", "base", "url", "bucket"):
            place = found.get(name)
            if isinstance(driver, str) and isinstance(place, str):
                remote = driver in ("http", "gcs", "s3") or "://" in place
                yield Reference(
                    at=node.at(), relation="weights", kind=Target.URL if remote else Target.PATH, target=place,
                    key=f"{key}.{name}".lstrip("."), escapes=not remote and bool(escapes(place)), when=When.LOAD,
                )  # fmt: skip
        for name, item in found.items():
            yield from _walk(item, node, f"{key}.{name}".lstrip("."), depth - 1)
