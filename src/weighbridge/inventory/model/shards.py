"""What an index of shards states about all of them, beside what they hold (``save_pretrained`` of transformers).

``total_size`` is the sum of the bytes of all tensors. Source: transformers and huggingface_hub, which count a bool as
an eighth of a byte in some versions; where there are any, nothing is summed.
"""

from __future__ import annotations

from weighbridge.core.descriptions import DocumentValue
from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.inventory.graph import Confidence, Field, Method, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Telling

_INDEX = ".index.json"
_SHARD = "shard:"
"""The beginning of the key under which an index tells which shard holds a tensor."""
_UNSURE = frozenset({"BOOL", "bool", "torch.bool"})


def is_index(file: SubjectFile) -> bool:
    """Tell whether a file is an index of shards by its name."""
    return file.name.endswith(_INDEX)


def read(file: SubjectFile, files: Mapping[str, SubjectFile], tell: Telling) -> None:
    """Take in an index, and sum what its shards hold where all of them are here and known; ``files`` are by path."""
    stated = {one.pointer: one for one in file.of(DocumentValue) if one.document == "index" and one.kind == "int"}
    for pointer, field in (("/metadata/total_parameters", Field.PARAMETERS), ("/metadata/total_size", Field.SIZE)):
        if pointer in stated:
            tell.claim(field, int(stated[pointer].text), pointer)
    within = f"{file.folder}/" if file.folder else ""
    names = sorted({one.text for one in file.of(MetadataEntry) if one.key.startswith(_SHARD)})
    missing = [name for name in names if within + name not in files]
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        tell.assembly.gap(f"{file.path}: it names the shard {missing[0]}{more}, not here")
    shards = [files[within + name] for name in names if within + name in files]
    if "/metadata/total_size" in stated and file.complete:
        _sum(shards, tell, len(names))


def _sum(shards: list[SubjectFile], tell: Telling, named: int) -> None:
    tensors = [one for shard in shards for one in shard.of(TensorDecl)]
    known = all(one.at.length is not None and one.dtype not in _UNSURE for one in tensors)
    if not tensors or not known or not all(shard.complete and "safetensors" in shard.formats for shard in shards):
        return
    size = sum(one.at.length or 0 for one in tensors)
    here = f"{len(shards)} shards" if len(shards) == named else f"{len(shards)} of {named} shards"
    origin = Origin(
        method=Method.HEADER, confidence=Confidence.VERIFIED, file=shards[0].path, sha256=shards[0].sha256
    )  # fmt: skip
    tell.assembly.claim(tell.about, Field.SIZE, size, origin, f"the tensors of {here}")
