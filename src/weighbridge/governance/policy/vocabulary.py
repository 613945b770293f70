"""Words of a policy that must fit something: a pattern that can fit nothing would deny nothing, silently."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import HUB, MODELSCOPE
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


_HUB_SLIPS = ("https://huggingface.co/", "https://hf.co/", "huggingface://", "huggingface.co/", "hf.co/")
"""How people write the Hub where it must be ``hf://``."""
_NAMESPACES = frozenset({HUB, MODELSCOPE, "service"})
"""Where a publisher is one plain name."""
_MARKS = str.maketrans("*?[]", "xxxx")
"""Marks of patterns, and what may stand in their place in a package URL."""


def check_formats(word: str, at: Place) -> None:
    """Raise UsageError for a format that looks like a slip of a known one; patterns must fit a known one."""
    known = (*registry.formats(), *INSIDE)
    if any(fnmatchcase(one, word) for one in known):
        return
    is_pattern = not set("*?[").isdisjoint(word)
    close = get_close_matches(word, known, n=1, cutoff=_NEAR)
    if is_pattern or close:
        hint = f"did you mean {close[0]!r}?" if close else "docs/reference/formats.md lists them"
        raise UsageError(f"{at}: there is no format {word[:60]!a}", hint=hint)


def check_rules(word: str, at: Place, *, exact: bool = False) -> None:
    """Raise UsageError for a rule that does not exist, or a pattern that fits none."""
    if word in INDEX or (not exact and any(fnmatchcase(one, word) for one in INDEX)):
        return
    close = get_close_matches(word.upper(), INDEX, n=1)
    hint = f"did you mean {close[0]}?" if close else "weighbridge rules lists them"
    raise UsageError(f"{at}: there is no rule {word[:60]!a}", hint=hint)


def check_licenses(word: str, at: Place) -> None:
    """Raise UsageError for what is no identifier of SPDX, no pattern that fits one, and no name."""
    wrong, hint = trouble(word)
    if wrong:
        raise UsageError(f"{at}: {word[:60]!r} {wrong}", hint=hint or f"for a name: {NAMED}{word}")


def check_publishers(word: str, at: Place) -> None:
    """Raise UsageError for a publisher without its hub, and for what no publisher can be called.

    The same name on another hub is somebody else; a denial that fits nobody says so nowhere else.
    """
    for slip in _HUB_SLIPS:
        if word.lower().startswith(slip):
            owner = word[len(slip) :].partition("/")[0]
            raise UsageError(f"{at}: {word[:60]!r} is no publisher", hint=f"write {HUB}://{owner}")
    hub, separator, name = word.partition("://")
    if not separator or not hub or not name:
        raise UsageError(f"{at}: {word[:60]!r} does not say on which hub", hint=f"write {HUB}://{word}")
    if hub != hub.lower():
        raise UsageError(f"{at}: {word[:60]!r} is no publisher", hint=f"write {hub.lower()}://{name}")
    if hub not in _NAMESPACES:
        return
    if not name.isascii():
        raise UsageError(f"{at}: {word[:60]!a} has letters that no name there has", hint="is it a look-alike?")
    if "/" in name:
        owner, _, rest = name.partition("/")
        one = f"; one model is denied by its package URL: pkg:huggingface/{name}" if hub == HUB and rest != "*" else ""
        raise UsageError(f"{at}: {word[:60]!r} names more than a publisher", hint=f"write {hub}://{owner}{one}")


def check_bases(word: str, at: Place) -> None:
    """Raise UsageError for a base that is neither a package URL nor the name of one."""
    if word.startswith("pkg:"):
        wrong = purl_trouble(word)
        if wrong:
            raise UsageError(f"{at}: {word[:60]!r} is no package URL: {wrong}")
    elif "://" in word:
        raise UsageError(f"{at}: {word[:60]!r} is no name of a base", hint=f"write {word.partition('://')[2]}")


def purl_trouble(pattern: str) -> str:
    """Say what is wrong with a pattern of package URLs: it must be one once its marks stand for something."""
    from weighbridge.inventory.bom.purls import trouble

    plain = pattern.translate(_MARKS)
    head, at, version = plain.rpartition("@")
    return trouble(head if at and "/" not in version and "x" in version else plain)
