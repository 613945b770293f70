"""Types of tensors and what the configuration says of them."""

from __future__ import annotations

from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU713",
    slug="dtype-claim",
    title="Weights are of another type than the configuration says",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "The configuration names a floating-point type and no quantisation, and most tensors of the weights beside it "
        "are declared as whole numbers."
    ),
    why=(
        "The same bytes read as another type are other numbers: the model is silently broken or changed, and sizes "
        "still agree."
    ),
    fix="Ask the publisher which type the weights have, and compare their digests with the original.",
    cwe=(345, 843),
    atlas=("AML.T0076",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/safetensors/index",),
    since="0.1",
    positive="repositories:dtype_claim_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Compare the types of safetensors files with the type that the configuration beside them names."""
    for files in repository.folders().values():
        settings = {entry.key: entry.text for file in files for entry in file.of(MetadataEntry)}
        claimed = settings.get("config.torch_dtype") or settings.get("config.dtype", "")
        if claimed.removeprefix("torch.") not in FLOATS or "config.quantization_config" in settings:
            continue
        for file in files:
            tensors = list(file.of(TensorDecl)) if "safetensors" in file.formats else []
            whole = [tensor for tensor in tensors if tensor.dtype in WHOLE and len(tensor.shape) > 1]
            if len(whole) * 2 > len(tensors):
                message = (
                    f"{len(whole)} of {len(tensors)} tensors are {whole[0].dtype}, the configuration says {claimed}"
                )
                yield file.path, Match(message=message, fact=whole[0])


FLOATS = frozenset({"float32", "float16", "bfloat16", "float64"})
WHOLE = frozenset({"I64", "I32", "I16", "U64", "U32", "U16"})
"""Types that no quantisation of whole bytes uses alone; packed weights come with a ``quantization_config``."""
