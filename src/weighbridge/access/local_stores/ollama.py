"""The store of Ollama: manifests by name, blobs by digest.

Source: ``ollama/manifest`` (paths.go, manifest.go, layer.go)::

    manifests/<registry>/<namespace>/<model>/<tag>       a manifest
    manifests-v2/<registry>/<namespace>/<model>/<tag>    a link to its blob, or a copy; looked at first
    blobs/sha256-<digest>

The public registry is ``registry.ollama.ai`` in the first and ``ollama.com`` in the second. A manifest may be a list of
one manifest for each runner, inline or by digest.
"""

from __future__ import annotations

import os

from weighbridge.access.local_stores.blobs import Blobs, read_document
from weighbridge.access.local_stores.documents import UnfitDocument, text
from weighbridge.access.local_stores.reading import LocalReading
from weighbridge.access.local_stores.walk import by_path, is_folder, resolved, walk
from weighbridge.access.oci.manifest import CONFIG, LAYERS, free_name, read_manifest
from weighbridge.access.paths import is_path
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.refs import OLLAMA, Ref, is_sha256
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.access.local_stores.walk import Entry
    from weighbridge.access.oci.manifest import Manifest

_FOLDERS = ("manifests-v2", "manifests")
_PUBLIC = ("registry.ollama.ai", "ollama.com")
_LIBRARY = "library"
_MEDIA = "application/vnd.ollama.image."
_LIST = "application/vnd.ollama.manifest.list.v2+json"
_NAMES = {
    "model": "model.gguf", "projector": "projector.gguf", "adapter": "adapter.gguf", "params": "params.json",
    "messages": "messages.json", "draft": "draft.gguf", "json": "settings.json", "tensor": "tensor.safetensors",
}  # fmt: skip
"""Files that layers are, by the last word of their media types; others have that word for a name."""


def is_store(root: str) -> bool:
    """Tell whether a directory is a store of Ollama."""
    return is_folder(f"{root}/blobs") and any(is_folder(f"{root}/{name}") for name in _FOLDERS)


def store(root: str) -> Iterator[Listing]:
    """Yield a listing for each model of a store; of two manifests for one name only the first is ever used."""
    seen = set()
    for folder in _FOLDERS:
        base = f"{root}/{folder}"
        for entry in walk(base) if is_folder(base) else ():
            parts = entry.path.split("/")
            if len(parts) == 4:
                ref = _ref(*parts)
                if str(ref).lower() not in seen:
                    seen.add(str(ref).lower())
                    yield _model(root, entry.real, ref)


def is_own(path: str, _entry: Entry) -> bool:
    """Tell whether something has its place in a store: a manifest, or a blob, whole or partly fetched."""
    parts = path.split("/")
    if parts[0] == "blobs":
        return len(parts) == 2 and parts[1].startswith("sha256-") and is_sha256(parts[1][7:71])
    return parts[0] in _FOLDERS and len(parts) == 5


def default_root() -> str:
    """Say where Ollama keeps its models for this user."""
    return os.environ.get("OLLAMA_MODELS") or os.path.expanduser("~/.ollama/models")


class OllamaStore(LocalReading):
    """Models that Ollama has on this machine; it never asks a registry."""

    def __init__(self, *, offline: bool = False, root: str = "") -> None:
        super().__init__(offline=offline)
        self._root = resolved(root or default_root())

    def listing(self, ref: Ref) -> Listing:
        """List a model by tag, or by the digest of its manifest; raises AccessError for one that is not here."""
        if self._root and ref.revision.startswith("sha256:"):
            for found in store(self._root):
                if found.resolved == ref.revision and found.ref.name == ref.name:
                    return replace(found, ref=ref)
        for folder, public in zip(_FOLDERS, reversed(_PUBLIC), strict=True):
            for registry, namespace, model in _places(ref.name, public):
                path = f"{self._root}/{folder}/{registry}/{namespace}/{model}/{ref.revision}"
                if self._root and is_path(f"{registry}/{namespace}/{model}/{ref.revision}") and os.path.lexists(path):
                    return _model(self._root, path, ref)
        raise AccessError(
            f"{ref} is not in the store of Ollama at {self._root or default_root()!r}",
            hint="ollama pull it first, or say where the models are: OLLAMA_MODELS",
        )


def _places(name: str, public: str) -> list[tuple[str, str, str]]:
    parts = name.split("/")
    if len(parts) == 1:
        return [(host, _LIBRARY, parts[0]) for host in dict.fromkeys((public, *_PUBLIC))]
    if len(parts) == 2:
        return [(host, parts[0], parts[1]) for host in dict.fromkeys((public, *_PUBLIC))]
    return [(parts[0], parts[1], parts[2])] if len(parts) == 3 else []


def _ref(registry: str, namespace: str, model: str, tag: str) -> Ref:
    """Name a model as briefly as people do."""
    parts = [registry, namespace, model]
    if registry.lower() in _PUBLIC:
        parts = parts[2:] if namespace == _LIBRARY else parts[1:]
    return Ref(scheme=OLLAMA, name="/".join(parts), revision=tag)


def _model(root: str, path: str, ref: Ref) -> Listing:
    blobs = Blobs(folder=f"{root}/blobs", prefix="sha256-")
    listing = Listing(ref=ref, kind=OLLAMA, root=root)
    real, troubles = path, []
    if os.path.islink(path):
        real = resolved(path)
        if os.path.dirname(real) != blobs.folder or not os.path.basename(real).startswith(blobs.prefix):
            return replace(listing, troubles=("its manifest is a link to what is no blob of the store",))
    try:
        digest, document = read_document(real)
        if real != path and real != blobs.path(digest):
            troubles.append(f"its manifest is the blob {os.path.basename(real)}, its bytes are sha256:{digest}")
        listed = [blobs.placed(file) for file in _files(document, blobs)]
    except (UnfitDocument, IntegrityError) as error:
        return replace(listing, troubles=(f"its manifest cannot be used: {error}",))
    return replace(
        listing, resolved=f"sha256:{digest}", files=by_path(listed), troubles=tuple(troubles),
        names=((ref.revision, f"sha256:{digest}"),),
    )  # fmt: skip


def _files(document: dict[str, Any], blobs: Blobs) -> Iterator[ListedFile]:
    """Yield the files of a manifest, or of each manifest of a list below the name of its runner."""
    children = document.get("manifests")
    if document.get("mediaType") != _LIST or not isinstance(children, list):
        yield from _layers(read_manifest(document))
        return
    if len(children) > LAYERS:
        raise UnfitDocument("it lists too many manifests")
    runners: set[str] = set()
    for child in children:
        fields = child if isinstance(child, dict) else {}
        runner = text(fields.get("runner"))
        known = is_path(runner) and "/" not in runner and runner not in runners
        below = runner if known else free_name("manifest", "", runners)
        runners.add(below)
        digest = text(fields.get("digest"))
        if "layers" in fields:
            manifest = read_manifest(fields)
        elif is_sha256(digest[7:]) and digest[:6] == "sha256":
            manifest = blobs.manifest(digest[7:])
        else:
            raise UnfitDocument(f"it lists {digest[:80]!r}, which is no manifest")
        for file in _layers(manifest):
            yield replace(file, path=f"{below}/{file.path}")


def _layers(manifest: Manifest) -> Iterator[ListedFile]:
    """Name the layers by the names that they have, tensors do, or else by their kinds."""
    taken: set[str] = set()
    for layer in manifest.layers:
        path = layer.name
        if not is_path(path):
            word = layer.media_type.partition(";")[0].removeprefix(_MEDIA)
            stem, dot, ending = _NAMES.get(word, word if is_path(word) else "blob").partition(".")
            path = free_name(stem, dot + ending, taken)
        if path in taken:
            raise UnfitDocument(f"it calls two layers {path[:200]!r}")
        taken.add(path)
        yield ListedFile(path=path, size=layer.size, sha256=layer.sha256)
    if manifest.config:
        path = free_name(CONFIG, "", taken)
        yield ListedFile(path=path, size=manifest.config.size, sha256=manifest.config.sha256)
