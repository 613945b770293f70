"""What the headers of weights tell: how many parameters there are, of which types; for GGUF also all the rest."""

from __future__ import annotations

from math import prod

from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.inventory.graph import Confidence, Field, Kind, RelationKind
from weighbridge.inventory.licenses import license_of
from weighbridge.inventory.model.telling import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Elsewhere, Telling

COUNTED = ("safetensors", "gguf", "torch.zip", "torch.legacy", "onnx", "hdf5", "keras")
"""Formats by which parameters are counted, the most telling first: a repository may hold the same weights twice."""


def count(files: list[SubjectFile], tell_of: dict[str, Telling]) -> None:
    """State the parameters and types of each format; ``tell_of`` speaks for a file by its path."""
    for format_ in COUNTED:
        held = [file for file in files if format_ in file.formats]
        tensors = {(file.path, one.name): one for file in held for one in file.of(TensorDecl)}
        if not tensors:
            continue
        total = sum(prod(one.shape) for one in tensors.values())
        tell = tell_of[held[0].path]
        note = f"counted in {len(held)} {format_} file{'s' * (len(held) > 1)}"
        tell.claim(Field.PARAMETERS, total, "", Confidence.VERIFIED, note)
        for dtype in sorted({one.dtype for one in tensors.values()}):
            tell.claim(Field.DTYPE, dtype, "", Confidence.VERIFIED)


def gguf(file: SubjectFile, tell: Telling, elsewhere: Elsewhere) -> None:
    """Take in the metadata of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""
    told = {one.key: one.text for one in file.of(MetadataEntry)}
    family = told.get("general.architecture", "")
    simple = {
        "general.architecture": Field.FAMILY, "general.description": Field.DESCRIPTION, "general.author": Field.AUTHOR,
        "general.organization": Field.SUPPLIER, "general.url": Field.URL, "general.version": Field.VERSION,
    }  # fmt: skip
    for key, field in simple.items():
        tell.claim(field, told.get(key, ""), key)
    found = license_of(told.get("general.license", ""), told.get("general.license.name", ""))
    if found is not None:
        tell.claim(Field.LICENSE, found, "general.license")
    for key, field in (("context_length", Field.CONTEXT_LENGTH), ("vocab_size", Field.VOCABULARY_SIZE)):
        text = told.get(f"{family}.{key}", "")
        if text.isdigit():
            tell.claim(field, int(text), f"{family}.{key}")
    tell.claim(Field.QUANTIZATION, told.get("general.file_type", ""), "general.file_type")
    number = 0
    while f"general.base_model.{number}.name" in told or f"general.base_model.{number}.repo_url" in told:
        url = told.get(f"general.base_model.{number}.repo_url", "")
        name = url.removeprefix("https://huggingface.co/") if url.startswith("https://huggingface.co/") else ""
        if name.count("/") == 1:
            origin = tell.origin(f"general.base_model.{number}.repo_url")
            elsewhere.name(tell.about, RelationKind.QUANTIZED, Repository(kind=Kind.MODEL, name=name), origin)
        number += 1
