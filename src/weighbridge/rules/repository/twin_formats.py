"""One model in two formats."""

from __future__ import annotations

from weighbridge.core.facts import TensorDecl
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import FileOutline, Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU705",
    slug="twin-formats",
    title="Two formats of one model do not agree",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A pickled checkpoint lies beside a safetensors file of the same name, and their tensors differ in "
        "name or shape."
    ),
    why=("A loader that falls back to the other format loads another model than the one that was evaluated."),
    fix="Ask the publisher which of the two is the model, and delete the other.",
    cwe=(345, 436),
    atlas=("AML.T0010.003", "AML.T0074"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://arxiv.org/abs/2508.19774",),
    since="0.1",
    positive="repositories:twin_formats_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Compare the tensors of safetensors and pickled checkpoints of one directory that go by the same stem."""
    for files in repository.folders().values():
        safe = {_stem(file): file for file in files if "safetensors" in file.formats}
        for file in files:
            twin = safe.get(_stem(file)) or (safe.get("model") if _stem(file) == "pytorch_model" else None)
            if twin is None or not PICKLED & set(file.formats):
                continue
            yield from _differences(file, twin)


def _stem(file: FileOutline) -> str:
    return file.name.rpartition(".")[0]


def _differences(pickled: FileOutline, safe: FileOutline) -> Iterator[tuple[str, Match]]:
    mine = {tensor.name: tensor for tensor in pickled.of(TensorDecl)}
    other = {tensor.name: tensor for tensor in safe.of(TensorDecl)}
    if not mine or not other or not pickled.complete or not safe.complete:
        return
    for name, tensor in sorted(mine.items()):
        if name in other and other[name].shape != tensor.shape:
            shapes = f"{list(tensor.shape)} here, {list(other[name].shape)} in {safe.name}"
            yield pickled.path, Match(message=f"tensor `{name}` has the shape {shapes}", fact=tensor)
            return
    strange = sorted(mine.keys() - other.keys())
    if strange and len(strange) > TIED:
        message = f"{len(strange)} tensors are not in {safe.name}, `{strange[0]}` among them"
        yield pickled.path, Match(message=message, fact=mine[strange[0]])


PICKLED = frozenset({"torch.zip", "torch.legacy", "pickle"})
TIED = 2
"""Tensors that safetensors leaves out because they share memory with others, such as tied embeddings."""
