"""Pins what a project's Python names without a revision, to the commits of its lock: a rewriting of source, as a diff.

Only calls are touched that take a ``revision``, in which the name stands as a literal and no revision is given.
"""

from __future__ import annotations

import ast
from difflib import unified_diff

from weighbridge.core.refs import HUB, is_commit
from weighbridge.core.values import value
from weighbridge.inventory.application.references import Kind, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from weighbridge.inventory.application.references import ModelReference

_TAKING = frozenset({"transformers", "diffusers", "huggingface_hub", "peft", "datasets", "sentence_transformers"})
"""Libraries whose loaders take ``revision=``."""
_KINDS = frozenset({Kind.MODEL, Kind.ADAPTER, Kind.TOKENIZER, Kind.DATASET})


@value
class Insertion:
    """A commit for one call; ``end`` is the byte offset of the call's closing parenthesis in its file."""

    path: str
    end: int
    commit: str


def insertions(references: Iterable[ModelReference], commits: Mapping[str, str]) -> tuple[Insertion, ...]:
    """Choose what is pinned; ``commits`` are those of the lock, by repository (data sets with ``datasets/`` before)."""
    found: dict[tuple[str, int], Insertion] = {}
    for one in references:
        name = f"datasets/{one.name}" if one.kind is Kind.DATASET else one.name
        commit = commits.get(name, "")
        fits = one.hub == HUB and one.kind in _KINDS and one.library.partition(".")[0] in _TAKING
        is_source = one.at.path.endswith(".py") and not one.at.cell
        if fits and is_source and one.literal and one.pin is Pin.NONE and is_commit(commit):
            end = one.at.span.end - 1
            found[one.at.path, end] = Insertion(path=one.at.path, end=end, commit=commit)
    return tuple(found[place] for place in sorted(found))


def pinned(source: bytes, wanted: Iterable[Insertion]) -> bytes:
    """Write the commits into a source; what would not become an argument of its call is left as it is."""
    for one in sorted(wanted, key=lambda one: one.end, reverse=True):
        if source[one.end : one.end + 1] != b")":
            continue
        before = source[: one.end].rstrip()
        argument = f'revision="{one.commit}"'.encode()
        added = b" " + argument + b"," if before.endswith(b",") else b", " + argument
        changed = before + added + source[len(before) :]
        if _calls(changed) not in {"", _calls(source)}:
            source = changed
    return source


def _calls(source: bytes) -> str:
    """Write a source without its layout and comments; empty for what is no Python."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def shown(path: str, before: bytes, after: bytes) -> str:
    """Give the difference as a patch, three lines around each change."""
    old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (before, after))
    return "".join(unified_diff(old, new, fromfile=f"a/{path}", tofile=f"b/{path}"))
