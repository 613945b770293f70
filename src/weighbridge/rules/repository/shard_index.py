"""Shards and their index."""

from __future__ import annotations

from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.references import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import FileOutline, Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU704",
    slug="shard-index",
    title="The shards and their index do not agree",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.HYGIENE,
    finds=(
        "An index names shards that are not here, tensors that no shard has, or leaves some out; or two "
        "shards hold the same tensor."
    ),
    why=(
        "Loaders differ in which copy they take and in what they make of a missing one, so that the model "
        "that was looked at is not the one that runs."
    ),
    fix="Fetch the missing files, or save the model again.",
    cwe=(345, 436),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/transformers/main/en/big_models",),
    since="0.1",
    positive="repositories:duplicate_tensor_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Compare each index with the tensors of the shards that it names."""
    for index in repository.files.values():
        named = {one.target: one for one in index.of(Reference) if one.relation == "shard" and not one.escapes}
        if not named:
            continue
        shards = {target: repository.beside(index, target) for target in named}
        for target, shard in shards.items():
            if shard is None:
                yield index.path, Match(message=f"shard {target} is not here", fact=named[target])
        there = [shard for shard in shards.values() if shard is not None]
        yield from _tensors(index, there, len(named))
        yield from _strangers(repository, index, {shard.path for shard in there}, next(iter(named.values())))


def _tensors(index: FileOutline, shards: list[FileOutline], wanted: int) -> Iterator[tuple[str, Match]]:
    """Hold the index against what the shards declare, each tensor once; only where all of it is known."""
    held: dict[str, TensorDecl] = {}
    where: dict[str, str] = {}
    for shard in shards:
        for tensor in shard.of(TensorDecl):
            if tensor.name in held:
                message = f"tensor `{tensor.name}` is in {where[tensor.name]} and in {shard.name}"
                yield shard.path, Match(message=message, fact=tensor)
            held[tensor.name], where[tensor.name] = tensor, shard.name
    listed = {entry.key.removeprefix(ENTRY): entry for entry in index.of(MetadataEntry) if entry.key.startswith(ENTRY)}
    if not held or not listed or len(shards) < wanted:
        return
    if not index.complete or not all(shard.complete for shard in shards):
        return
    for name in sorted(listed.keys() - held.keys())[:SHOWN]:
        yield index.path, Match(message=f"tensor `{name}` is in no shard", fact=listed[name])
    for name in sorted(held.keys() - listed.keys())[:SHOWN]:
        message = f"tensor `{name}` of {where[name]} is not in the index"
        yield index.path, Match(message=message, fact=held[name])


def _strangers(
    repository: Repository, index: FileOutline, known: set[str], fact: Reference
) -> Iterator[tuple[str, Match]]:
    """Find files that look like a shard of this index and are not in it."""
    stem = index.name.partition(".")[0]
    for file in repository.folders()[index.folder]:
        if f"{stem}-" in file.name and "-of-" in file.name and file.path not in known:
            yield index.path, Match(message=f"{file.name} looks like a shard and is not in the index", fact=fact)


ENTRY = "shard:"
"""Key of an entry of an index; the name of the tensor follows."""

SHOWN = 8
"""Tensors that are named one by one."""
