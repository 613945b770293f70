"""OCI image manifests and indexes as model artifacts: descriptors by digest, and the names of their files.

Source: OCI image specification 1.1; CNCF ModelPack, ``docs/spec.md``; KitOps. A layer is a file, or a tar of some,
which stays one file. ModelPack and newer KitOps name it in ``org.cncf.model.filepath``, ORAS in
``org.opencontainers.image.title``; without either its media type says what it is.
"""

from __future__ import annotations

from weighbridge.access.paths import is_path
from weighbridge.core.artifact import ListedFile
from weighbridge.core.errors import IntegrityError
from weighbridge.core.refs import is_sha256
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LARGEST = 4 << 20
"""Bytes of a manifest; the distribution specification lets registries refuse longer ones."""

LAYERS = 20_000
"""Layers of one manifest; 4 MiB hold some twenty thousand."""

CONFIG = "manifest.config.json"
"""The name under which a manifest's configuration is listed; layers are often called config.json."""

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.ollama.manifest.list.v2+json",
)  # fmt: skip
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"
)  # fmt: skip
EMPTY = "application/vnd.oci.empty.v1+json"
_NAMES = ("org.cncf.model.filepath", "org.opencontainers.image.title")
_ENDINGS = ((".tar+gzip", ".tar.gz"), (".tar.gzip", ".tar.gz"), (".tar+zstd", ".tar.zst"), (".tar", ".tar"))


@value
class Descriptor:
    """What a manifest says of one blob: its digest in hexadecimal digits, size in bytes and media type."""

    sha256: str
    size: int
    media_type: str
    annotations: tuple[tuple[str, str], ...] = ()
    name: str = ""

    def annotation(self, key: str) -> str:
        """Give an annotation; empty where there is none."""
        return next((content for name, content in self.annotations if name == key), "")


@value
class Manifest:
    """A manifest: its configuration, if it has one, and its layers; or an index: the manifests that it names."""

    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    manifests: tuple[Descriptor, ...]


def read_manifest(document: dict[str, Any]) -> Manifest:
    """Read a manifest or an index; raises IntegrityError for what is none, or a descriptor without a SHA-256."""
    layers, manifests, config = document.get("layers"), document.get("manifests"), document.get("config")
    if not isinstance(layers, list) and not isinstance(manifests, list):
        raise _wrong("the manifest has neither layers nor manifests")
    is_config = isinstance(config, dict) and config.get("mediaType") != EMPTY
    return Manifest(
        config=_descriptor(config) if is_config else None,
        layers=tuple(_descriptor(one) for one in _bounded(layers)),
        manifests=tuple(_descriptor(one) for one in _bounded(manifests)),
    )


def _wrong(words: str) -> IntegrityError:
    return IntegrityError(words, hint="its publisher must mend the manifest; no client should unpack it")


def _bounded(found: object) -> list[object]:
    items = found if isinstance(found, list) else []
    if len(items) > LAYERS:
        raise _wrong(f"the manifest names more than {LAYERS:,} blobs")
    return items


def _descriptor(found: object) -> Descriptor:
    fields: dict[str, Any] = found if isinstance(found, dict) else {}
    digest, length, annotations = fields.get("digest"), fields.get("size"), fields.get("annotations")
    method, _, digits = digest.replace("-", ":", 1).partition(":") if isinstance(digest, str) else ("", "", "")
    if method != "sha256" or not is_sha256(digits):
        raise _wrong(f"the manifest names a blob by {str(digest)[:80]!r}, which is no SHA-256")
    if type(length) is not int or not 0 <= length < 1 << 63:
        raise _wrong(f"the manifest gives a blob the size {str(length)[:40]}")
    return Descriptor(
        sha256=digits,
        size=length,
        media_type=_text(fields.get("mediaType")),
        name=_text(fields.get("name")),
        annotations=tuple(
            (key, content) for key, content in annotations.items() if isinstance(content, str)
        ) if isinstance(annotations, dict) else (),
    )  # fmt: skip


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def files(manifest: Manifest) -> Iterator[ListedFile]:
    """Yield the files of a manifest, each under a name of its own.

    Raises IntegrityError for a name that leads out of the artifact, and for two files that are given one name: which
    of them lies there in the end depends on who unpacks it. Tars, and what is named by its kind, are numbered.
    """
    taken: set[str] = set()
    for layer in manifest.layers:
        name, ending = _given(layer), _ending(layer)
        if name and not ending:
            if name in taken:
                raise _wrong(f"the manifest calls two files {name!r}")
            path = name
        else:
            stem = name.removesuffix(ending) or _kind(layer)
            path = free_name(stem, ending, taken)
        taken.add(path)
        yield ListedFile(path=path, size=layer.size, sha256=layer.sha256)
    if manifest.config:
        path = free_name(CONFIG, "", taken)
        yield ListedFile(path=path, size=manifest.config.size, sha256=manifest.config.sha256)


def free_name(stem: str, ending: str, taken: set[str]) -> str:
    """Number a name until nothing else has it."""
    path, number = stem + ending, 1
    while path in taken:
        number += 1
        path = f"{stem}-{number}{ending}"
    return path


def _ending(layer: Descriptor) -> str:
    """Say with what the name of a tar ends; empty for a layer that is a file itself."""
    return next((ours for theirs, ours in _ENDINGS if layer.media_type.endswith(theirs)), "")


def _given(layer: Descriptor) -> str:
    """Give the name that the manifest has for a layer; empty where it has none."""
    name = next((found for key in _NAMES if (found := layer.annotation(key))), "")
    name = name.removeprefix("./").rstrip("/")
    if name in {"", "."}:
        return ""
    if not is_path(name):
        raise _wrong(f"the manifest calls a file {name[:200]!r}, which is no path inside of the artifact")
    return name


def _kind(layer: Descriptor) -> str:
    """Name a layer by what it is: ``application/vnd.cncf.model.weight.config.v1.raw`` is a weight-config."""
    words = layer.media_type.rpartition("/")[2].partition(".v1")[0].split(".")
    name = "-".join(words[-2:] if words[-1:] == ["config"] else words[-1:])
    return name if is_path(name) else "blob"
