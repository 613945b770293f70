"""What lies in a directory, and what becomes of each file: converted, copied, or left out with the reason.

Content decides. What may be weights is planned; what is known to be plain is copied; the rest is left out, for a model
that is converted so as not to run anything must not bring along what runs.
"""

from __future__ import annotations

import os

from weighbridge.access.local import find
from weighbridge.conversion.folders.names import indexed, is_of_training
from weighbridge.core.errors import AccessError
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.access.local import Found

RECORD = "weighbridge.convert.json"
"""The record of the conversion of a directory, in the directory that it made."""
FILES = 20_000
"""Files of one directory; repositories of models have some hundred."""

_APART = (
    (".git", "the history of git, which no loader reads"),
    (".cache/huggingface", "notes of the downloader, which no loader reads"),
)
"""Directories that are left out whole."""

WEIGHTS = frozenset({
    "zip", "tar", "torch.legacy", "torch.tar.storages", "torch.tar.tensors", "pickle", "numpy.npy", "joblib.zfile",
    "hdf5", "safetensors", "gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd",
})  # fmt: skip
"""Formats that are planned, and never copied unless they are safetensors: each can hold a pickle or a program."""

_MODELS = frozenset({"gguf", "onnx", "tflite", "msgpack", "fasttext", "word2vec"})
"""Weights that are data and stay as they are: their libraries do not read safetensors."""

_PLAIN = _MODELS | {
    "empty", "text", "json", "yaml", "yaml.bare", "cfg", "pbtxt", "xml", "markdown", "html", "svg", "jinja",
    "vocabulary", "bpe.merges", "tiktoken", "sentencepiece", "requirements", "project file", "conda environment",
    "modelfile", "git.config", "gitmodules", "parquet", "arrow",
    "png", "jpeg", "gif", "riff", "ogg", "flac", "mp3", "mp4", "font", "pdf",
}  # fmt: skip
_CODE = frozenset({"python", "python.bare", "torch.hubconf"})
"""Code beside a model, as ``auto_map`` names it: text that stays, since a loader runs it only when it is told to."""


@value
class Noted:
    """A file and what is to be said of it: why it was left out, or what is particular about it."""

    path: str
    words: str


@value
class Survey:
    """Files by what becomes of them; paths are relative to the directory."""

    weights: tuple[Found, ...]
    indexes: tuple[Found, ...]
    copied: tuple[Found, ...]
    left: tuple[Noted, ...]
    notes: tuple[Noted, ...]


def walk(folder: str) -> Iterator[Found | Noted]:
    """Yield what is to be looked at below a directory; raises AccessError for what cannot be opened.

    A link is followed where it stays in the directory, or leads from a snapshot of a Hugging Face cache to its blobs.
    """
    root = os.path.realpath(folder)
    inside = (root, *_blobs(root))
    apart: set[str] = set()
    for count, found in enumerate(find(folder)):
        if count >= FILES:
            raise AccessError(f"more than {FILES:,} files lie below {folder!r}", hint="name the directory of one model")
        path = os.path.relpath(found.path, folder)
        whole = next(((name, why) for name, why in _APART if f"{path}/".startswith(f"{name}/")), None)
        if whole:
            if whole[0] not in apart:
                apart.add(whole[0])
                yield Noted(path=whole[0], words=whole[1])
        elif found.trouble:
            raise AccessError(f"{found.path!r} cannot be converted: {found.trouble}", hint=_HINT)
        elif not any(os.path.realpath(found.real).startswith(os.path.join(one, "")) for one in inside):
            raise AccessError(f"{found.path!r} is a link that leads out of the directory", hint=_HINT)
        elif not _is_text(path):
            raise AccessError(f"{found.path!r} has a name that is not UTF-8", hint="rename it")
        else:
            yield found


_HINT = "nothing is converted while a part of the directory cannot be: take it out, or put a file in its place"


def sort(folder: str, walked: list[Found | Noted], formats: Mapping[str, tuple[str, ...]]) -> Survey:
    """Sort what was walked by the formats of each file, by its path as found; raises AccessError for a pointer."""
    kinds: dict[str, list[Found]] = {"weights": [], "indexes": [], "copied": []}
    left = [one for one in walked if isinstance(one, Noted)]
    notes: list[Noted] = []
    for found in walked:
        if isinstance(found, Noted):
            continue
        path, of = os.path.relpath(found.path, folder), formats[found.path]
        if "git-lfs pointer" in of:
            raise AccessError(f"{found.path!r} is a pointer of git-lfs, not the file", hint="fetch it: git lfs pull")
        why = _left_out(path, of)
        if why:
            left.append(Noted(path=path, words=why))
        elif not WEIGHTS.isdisjoint(of):
            kinds["weights"].append(found)
        elif indexed(path):
            kinds["indexes"].append(found)
        else:
            kinds["copied"].append(found)
            notes += _notes(path, of)
    return Survey(
        weights=tuple(kinds["weights"]),
        indexes=tuple(kinds["indexes"]),
        copied=tuple(kinds["copied"]),
        left=tuple(left),
        notes=tuple(notes),
    )


def _left_out(path: str, formats: tuple[str, ...]) -> str:
    if path == RECORD:
        return "the record of another conversion"
    if not WEIGHTS.isdisjoint(formats):
        return "the state of a training run, which no loader of the model reads" if is_of_training(path) else ""
    strange = [one for one in formats if one not in _PLAIN | _CODE]
    if not formats:
        return "of no kind that is known to be plain"
    return f"it may hold what runs ({', '.join(strange)})" if strange else ""


def _notes(path: str, formats: tuple[str, ...]) -> Iterator[Noted]:
    if not _CODE.isdisjoint(formats):
        yield Noted(path=path, words="code, copied as it is: a loader runs it when it is told to trust it")
    for kind in _MODELS.intersection(formats):
        yield Noted(path=path, words=f"weights in another format ({kind}), copied as they are")


def _blobs(root: str) -> Iterator[str]:
    """Name where a snapshot of a cache of ``huggingface_hub`` has its content: of its repository, or shared by all."""
    parts = root.split("/")
    for at in range(len(parts) - 1, 1, -1):
        repository = "/".join(parts[: at - 1])
        if parts[at - 1] == "snapshots" and os.path.isdir(f"{repository}/blobs"):
            yield os.path.realpath(f"{repository}/blobs")
            shared = os.path.join(os.path.dirname(repository), "blobs")
            if os.path.exists(os.path.join(shared, ".huggingface-shared-blobs")):
                yield os.path.realpath(shared)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
