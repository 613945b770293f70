"""Stores of models on disk, byte by byte: Hugging Face caches, Ollama, OCI image layouts, DVC."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMMIT, OTHER = "1" * 40, "2" * 40


def sha256(content: bytes) -> str:
    """Give the digest in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def git_blob(content: bytes) -> str:
    """Give the SHA-1 of the git blob in hexadecimal digits."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def hub_repository(
    root: Path,
    files: Mapping[str, bytes],
    *,
    name: str = "models--org--name",
    commit: str = COMMIT,
    large: tuple[str, ...] = (".safetensors", ".bin"),
    tree: bool = True,
    refs: tuple[str, ...] = ("main",),
) -> Path:
    """Add a snapshot to a repository of a Hugging Face cache, as `huggingface_hub` 2.4 leaves it; gives its folder."""
    folder = root / name
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    said = {}
    for path, content in files.items():
        is_large = path.endswith(large)
        etag = sha256(content) if is_large else git_blob(content)
        (folder / "blobs" / etag).write_bytes(content)
        pointer = folder / "snapshots" / commit / path
        pointer.parent.mkdir(parents=True, exist_ok=True)
        pointer.symlink_to("../" * (2 + path.count("/")) + f"blobs/{etag}")
        said[path] = {"size": len(content), "blob_id": git_blob(b"pointer") if is_large else etag}
        if is_large:
            said[path] |= {"lfs_sha256": etag, "lfs_size": len(content)}
    for ref in refs:
        (folder / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
        (folder / "refs" / ref).write_text(commit)
    if tree:
        write_tree(folder, said, commit=commit)
    return folder


def write_tree(folder: Path, files: object, *, commit: str = COMMIT, version: object = 1) -> None:
    """Write a tree file that says this."""
    (folder / "trees").mkdir(exist_ok=True)
    (folder / "trees" / f"{commit}.json").write_text(json.dumps({"format_version": version, "files": files}))


def read_tree(folder: Path, *, commit: str = COMMIT) -> dict[str, Any]:
    """Give what a tree file lists."""
    found: dict[str, Any] = json.loads((folder / "trees" / f"{commit}.json").read_text())["files"]
    return found


def blob(folder: Path, content: bytes, *, prefix: str = "") -> dict[str, Any]:
    """Keep a blob in a folder of digests; gives its descriptor without a media type."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prefix}{sha256(content)}").write_bytes(content)
    return {"digest": f"sha256:{sha256(content)}", "size": len(content)}


def manifest(layers: list[dict[str, Any]], config: dict[str, Any] | None = None, **more: Any) -> bytes:
    """Write a manifest."""
    said = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": layers}
    return json.dumps(said | ({"config": config} if config else {}) | more).encode()


def ollama_layers(root: Path, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Keep layers by the last word of their media types; gives their descriptors."""
    media = "application/vnd.ollama.image."
    return [
        {"mediaType": media + kind, **blob(root / "blobs", content, prefix="sha256-")}
        for kind, content in files.items()
    ]


def ollama_model(
    root: Path, files: Mapping[str, bytes], *, name: str = "registry.ollama.ai/library/tiny/latest", v2: bool = False
) -> Path:
    """Add a model to a store of Ollama; gives the place of its manifest."""
    config = {"mediaType": "application/vnd.docker.container.image.v1+json"} | blob(
        root / "blobs", b'{"model_format":"gguf"}', prefix="sha256-"
    )
    content = manifest(ollama_layers(root, files), config)
    place = root / ("manifests-v2" if v2 else "manifests") / name
    place.parent.mkdir(parents=True, exist_ok=True)
    if v2:
        blob(root / "blobs", content, prefix="sha256-")
        place.symlink_to(f"../../../../blobs/sha256-{sha256(content)}")
    else:
        place.write_bytes(content)
    return place


def oci_layout(root: Path, manifests: Mapping[str, bytes]) -> Path:
    """Write a layout of these manifests, by tag; blobs are kept before, in `root / "blobs" / "sha256"`."""
    root.mkdir(exist_ok=True)
    (root / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    index = []
    for tag, content in manifests.items():
        kept = blob(root / "blobs" / "sha256", content)
        kept["mediaType"] = "application/vnd.oci.image.manifest.v1+json"
        kept["annotations"] = {"org.opencontainers.image.ref.name": tag}
        index.append(kept)
    (root / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": index}))
    return root


def modelpack_layer(root: Path, path: str, content: bytes, kind: str = "weight.v1.raw") -> dict[str, Any]:
    """Keep a layer of CNCF ModelPack in a layout."""
    media, annotations = f"application/vnd.cncf.model.{kind}", {"org.cncf.model.filepath": path}
    return {"mediaType": media, "annotations": annotations, **blob(root / "blobs" / "sha256", content)}


def dvc_file(root: Path, path: str, content: bytes) -> None:
    """Put a file under DVC, as `dvc add` does."""
    digest = hashlib.md5(content).hexdigest()
    (root / ".dvc" / "cache" / "files" / "md5" / digest[:2]).mkdir(parents=True, exist_ok=True)
    (root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).write_bytes(content)
    (root / path).write_bytes(content)
    (root / f"{path}.dvc").write_text(
        f"outs:\n- md5: {digest}\n  size: {len(content)}\n  hash: md5\n  path: {Path(path).name}\n"
    )


def lfs_pointer(content: bytes) -> bytes:
    """Write the pointer of git-LFS for a content."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (
        sha256(content).encode(),
        len(content),
    )
