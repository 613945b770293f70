"""``from_pretrained``: every file that is resolved for it, and one look back at all of them before it returns."""

from __future__ import annotations

import os

from weighbridge.guard import current
from weighbridge.guard.imports import Hook, mark
from weighbridge.guard.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CLASSES = {
    "transformers.modeling_utils": ("PreTrainedModel",),
    "transformers.configuration_utils": ("PreTrainedConfig", "PretrainedConfig"),
    "transformers.tokenization_utils_base": ("PreTrainedTokenizerBase",),
    "transformers.generation.configuration_utils": ("GenerationConfig",),
    "transformers.processing_utils": ("ProcessorMixin",),
    "transformers.image_processing_base": ("ImageProcessingMixin",),
    "transformers.feature_extraction_utils": ("FeatureExtractionMixin",),
    "transformers.models.auto.auto_factory": ("_BaseAutoModelClass", "_BaseAutoBackboneClass"),
    "transformers.models.auto.configuration_auto": ("AutoConfig",),
    "transformers.models.auto.tokenization_auto": ("AutoTokenizer",),
    "transformers.models.auto.processing_auto": ("AutoProcessor",),
    "transformers.models.auto.image_processing_auto": ("AutoImageProcessor",),
    "transformers.models.auto.feature_extraction_auto": ("AutoFeatureExtractor",),
    "diffusers.models.modeling_utils": ("ModelMixin",),
    "diffusers.configuration_utils": ("ConfigMixin",),
    "diffusers.pipelines.pipeline_utils": ("DiffusionPipeline",),
    "peft.peft_model": ("PeftModel",),
    "peft.config": ("PeftConfigMixin",),
    "huggingface_hub.hub_mixin": ("ModelHubMixin",),
}
"""Classes whose ``from_pretrained`` is one load of many files; those that a version does not have are no loss."""


def hooks() -> dict[str, tuple[Hook, ...]]:
    """Say what is wrapped."""
    found = {
        module: tuple(Hook(name=f"{name}.from_pretrained", wrap=_whole, needed=False) for name in names)
        for module, names in CLASSES.items()
    }
    return {**found, "transformers.utils.hub": (Hook(name="cached_files", wrap=_resolved),)}


def _whole(original: Any) -> Any:
    """Wrap a class method: what was looked at while it ran must be the same when it is done."""
    from functools import wraps

    function = original.__func__ if isinstance(original, classmethod) else None
    if function is None:
        return original

    @wraps(function)
    def from_pretrained(cls: Any, *args: Any, **kwargs: Any) -> Any:
        guard = current.guard
        if guard is None:
            return function(cls, *args, **kwargs)
        with Session(guard, f"{cls.__name__}.from_pretrained"):
            return function(cls, *args, **kwargs)

    return classmethod(mark(from_pretrained))


def _resolved(original: Any) -> Any:
    """Wrap the one way in which transformers finds its files, in the hub's cache and in folders."""
    from functools import wraps

    @wraps(original)
    def cached_files(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        guard = current.guard
        if guard is not None:
            for path in result or ():
                if isinstance(path, str):
                    guard.check(path, "from_pretrained")
                    guard.resolved[os.path.abspath(path)] = None
        return result

    return mark(cached_files)
