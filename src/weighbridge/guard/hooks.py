"""Puts all hooks in place: wrapped loaders, wrapped imports, the ear for opened files."""

from __future__ import annotations

from weighbridge.guard import opens
from weighbridge.guard.imports import Patches
from weighbridge.guard.journal import say
from weighbridge.guard.loaders import arrays, code, hub, pickles, pretrained, tensors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def install() -> Callable[[], None]:
    """Wrap everything; returns what takes it back."""
    table = {}
    for room in (pickles, arrays, tensors, hub, pretrained, code):
        table.update(room.hooks())
    patches = Patches(table, _missing)
    patches.install()
    opens.listen()
    return patches.remove


def _missing(module: str, name: str) -> None:
    """Say aloud that a version of a library is not guarded here: nobody would notice otherwise."""
    say(f"the guard does not know this version of {module.partition('.')[0]}: there is no {module}.{name} to watch")
