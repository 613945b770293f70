"""What the headers of weights tell: how many parameters there are, of which types; for GGUF also all the rest."""

from __future__ import annotations

import re
from math import prod

from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.inventory.graph import Confidence, Field, Kind, RelationKind
from weighbridge.inventory.licenses import license_of
from weighbridge.inventory.model.telling import Repository, repository_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Telling

COUNTED = ("safetensors", "gguf", "torch.zip", "torch.legacy", "onnx", "hdf5", "keras")
"""Formats by which parameters are counted, the most telling first: a repository may hold the same weights twice."""

ROUNDED = "rounded, as names are"
_LABEL = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)([kmbt])", re.ASCII | re.IGNORECASE)
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_WHOLE = frozenset({"F32", "F16", "BF16"})
_FILE_TYPES = {
    "0": "F32", "1": "F16", "2": "Q4_0", "3": "Q4_1", "7": "Q8_0", "8": "Q5_0", "9": "Q5_1", "10": "Q2_K",
    "11": "Q3_K_S", "12": "Q3_K_M", "13": "Q3_K_L", "14": "Q4_K_S", "15": "Q4_K_M", "16": "Q5_K_S", "17": "Q5_K_M",
    "18": "Q6_K", "19": "IQ2_XXS", "20": "IQ2_XS", "21": "Q2_K_S", "22": "IQ3_XS", "23": "IQ3_XXS", "24": "IQ1_S",
    "25": "IQ4_NL", "26": "IQ3_S", "27": "IQ3_M", "28": "IQ2_S", "29": "IQ2_M", "30": "IQ4_XS", "31": "IQ1_M",
    "32": "BF16", "36": "TQ1_0", "37": "TQ2_0",
}  # fmt: skip
"""``general.file_type`` (llama.cpp, ``llama_ftype`` in include/llama.h)."""


def count(files: list[SubjectFile], tell_of: dict[str, Telling]) -> None:
    """State the parameters and types of each format; ``tell_of`` speaks for a file by its path.

    The same tensors in several files of one folder, such as quantised variants, count once; where their shapes differ
    the files hold different models, and each is counted by itself. Nothing is said of files that were not read whole.
    """
    for format_ in COUNTED:
        held = [file for file in files if format_ in file.formats]
        sizes: dict[tuple[str, str], set[int]] = {}
        tensors = [(file, one) for file in held for one in file.of(TensorDecl)]
        for file, one in tensors:
            sizes.setdefault((file.folder, one.name), set()).add(prod(one.shape))
        if not sizes:
            continue
        tell = tell_of[held[0].path]
        if all(file.complete for file in held):
            _totals(format_, held, sizes, tell)
        for dtype in sorted({one.dtype for _, one in tensors}):
            tell.claim(Field.DTYPE, dtype, "", Confidence.VERIFIED)


def _totals(format_: str, held: list[SubjectFile], sizes: dict[tuple[str, str], set[int]], tell: Telling) -> None:
    if all(len(each) == 1 for each in sizes.values()):
        note = f"counted in {len(held)} {format_} file{'s' * (len(held) > 1)}"
        tell.claim(Field.PARAMETERS, sum(min(each) for each in sizes.values()), "", Confidence.VERIFIED, note)
        return
    for file in held:
        total = sum(prod(one.shape) for one in file.of(TensorDecl))
        tell.claim(Field.PARAMETERS, total, "", Confidence.VERIFIED, f"counted in {file.path}")


def label(text: str) -> int:
    """Give the parameters that a label such as 7B or 0.5b stands for, about; 0 for what is none."""
    found = _LABEL.fullmatch(text)
    return round(float(found[1]) * _SCALES[found[2].lower()]) if found else 0


def named(name: str) -> int:
    """Give the parameters that the name of a model speaks of, about; 0 where it does not, or has experts (8x7B)."""
    words = re.split(r"[-_/ ]", name)
    return next((size for word in words if (size := label(word))), 0)


def gguf(file: SubjectFile, tell: Telling) -> None:
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
    kind = _FILE_TYPES.get(told.get("general.file_type", ""), "")
    tell.claim(Field.QUANTIZATION, kind, "general.file_type")
    if size := label(told.get("general.size_label", "")):
        tell.claim(Field.PARAMETERS, size, "general.size_label", Confidence.INFERRED, ROUNDED)
    relation = RelationKind.CONVERTED if kind in _WHOLE else RelationKind.QUANTIZED
    number = 0
    while f"general.base_model.{number}.name" in told or f"general.base_model.{number}.repo_url" in told:
        pointer = f"general.base_model.{number}.repo_url"
        if name := repository_name(told.get(pointer, "")):
            tell.relate(relation, Repository(kind=Kind.MODEL, name=name), pointer)
        number += 1


def quantization(file: SubjectFile) -> str:
    """Give how the numbers of a GGUF file are stored; empty where it does not say so, or as none that is known."""
    return next((_FILE_TYPES.get(one.text, "") for one in file.of(MetadataEntry) if one.key == "general.file_type"), "")
