"""Words of a policy that must fit something: a pattern that can fit nothing would deny nothing, silently."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase

from weighbridge.core.errors import UsageError
from weighbridge.formats import registry
from weighbridge.governance.policy.licensing import NAMED, trouble
from weighbridge.rules.index import INDEX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.source import Place

_NEAR = 0.75
"""How like a known word one must be to be taken for a slip of it."""

INSIDE = (
    "chat template", "coreml.manifest", "joblib", "keras", "mcp configuration", "notebook", "numpy.npz",
    "ollama manifest", "pmml", "r.rda", "skops", "tfjs", "tokenizer configuration", "tokenizer.json", "torch.distcp",
    "torch.export", "torch.export.program", "torch.package", "torch.script", "torch.tar", "torch.zip",
    "torchserve.manifest", "xgboost", "zarr",
)  # fmt: skip
"""Formats that are told by what is in a file of another."""


def check_formats(word: str, at: Place) -> None:
    """Raise UsageError for a format that looks like a slip of a known one; patterns must fit a known one."""
    known = (*registry.formats(), *INSIDE)
    if any(fnmatchcase(one, word) for one in known):
        return
    is_pattern = not set("*?[").isdisjoint(word)
    close = get_close_matches(word, known, n=1, cutoff=_NEAR)
    if is_pattern or close:
        hint = f"did you mean {close[0]!r}?" if close else "docs/reference/formats.md lists them"
        raise UsageError(f"{at}: there is no format {word[:60]!r}", hint=hint)


def check_rules(word: str, at: Place, *, exact: bool = False) -> None:
    """Raise UsageError for a rule that does not exist, or a pattern that fits none."""
    if word in INDEX or (not exact and any(fnmatchcase(one, word) for one in INDEX)):
        return
    close = get_close_matches(word.upper(), INDEX, n=1)
    hint = f"did you mean {close[0]}?" if close else "weighbridge rules lists them"
    raise UsageError(f"{at}: there is no rule {word[:60]!r}", hint=hint)


def check_licenses(word: str, at: Place) -> None:
    """Raise UsageError for what is no identifier of SPDX, no pattern that fits one, and no name."""
    wrong, hint = trouble(word)
    if wrong:
        raise UsageError(f"{at}: {word[:60]!r} {wrong}", hint=hint or f"for a name: {NAMED}{word}")


def check_publishers(word: str, at: Place) -> None:
    """Raise UsageError for a publisher without its hub: the same name on another hub is somebody else."""
    hub, separator, name = word.partition("://")
    if not separator or not hub or not name:
        raise UsageError(f"{at}: {word[:60]!r} does not say on which hub", hint=f"write hf://{word}")
