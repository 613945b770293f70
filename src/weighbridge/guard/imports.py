"""Wraps functions of modules, at once where they are imported already, else right after they are imported.

A module is met before anybody else can take names out of it, so ``from torch import load`` gets the wrapped function
too. Where a module is there already, every module that has taken the function out of it is looked up.
"""

from __future__ import annotations

import sys
from _thread import get_ident

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

MARK = "__weighbridge__"
"""The attribute by which a wrapped function is known."""


@value
class Hook:
    """``name`` is the function in its module, dotted for methods; ``wrap`` makes the wrapped one of the original.

    ``needed``: a version of the module without it is not guarded, which somebody must hear.
    """

    name: str
    wrap: Callable[[Any], Any]
    needed: bool = True
    taken: bool = True
    """Whether to replace it also where other modules have taken it already; not what they may have derived from."""


class Patches:
    """All hooks, by module, and what has been replaced so far; ``missing`` hears of functions that are not there."""

    def __init__(self, hooks: Mapping[str, tuple[Hook, ...]], missing: Callable[[str, str], None]) -> None:
        self.hooks = hooks
        self._missing = missing
        self._done: list[tuple[Any, str, Any, Any]] = []
        self._finder = _Finder(self)

    def install(self) -> None:
        """Wrap what is imported, and be there when the rest is."""
        sys.meta_path.insert(0, self._finder)
        wrapped: dict[int, tuple[Any, Any]] = {}
        for name in self.hooks:
            module = sys.modules.get(name)
            if module is not None:
                wrapped.update(self.apply(name, module))
        for taker, key, original in _takers(wrapped) if wrapped else ():
            self._replace(taker, key, original, wrapped[id(original)][1])

    def remove(self) -> None:
        """Put the originals back wherever the wrapped function still stands."""
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for owner, name, original, wrapped in reversed(self._done):
            if vars(owner).get(name) is wrapped:
                setattr(owner, name, original)
        self._done = []

    def apply(self, name: str, module: ModuleType) -> dict[int, tuple[Any, Any]]:
        """Wrap the functions of a module; gives what others may have taken, by identity, with what replaces it."""
        taken = {}
        for hook in self.hooks[name]:
            *path, last = hook.name.split(".")
            owner: Any = module
            for part in path:
                owner = getattr(owner, part, None)
            # What a class inherits is wrapped where it comes from.
            original = vars(owner).get(last) if owner is not None else None
            if original is None:
                if hook.needed:
                    self._missing(name, hook.name)
                continue
            if _is_wrapped(original):
                continue
            static = isinstance(original, staticmethod)
            wrapped = staticmethod(hook.wrap(original.__func__)) if static else hook.wrap(original)
            self._replace(owner, last, original, wrapped)
            if hook.taken and not path:
                taken[id(original)] = original, wrapped
        return taken

    def _replace(self, owner: Any, name: str, original: Any, wrapped: Any) -> None:
        setattr(owner, name, wrapped)
        self._done.append((owner, name, original, wrapped))


def mark(wrapped: Any) -> Any:
    """Mark a function as wrapped, so that it is not wrapped twice."""
    setattr(wrapped, MARK, True)
    return wrapped


def _is_wrapped(function: Any) -> bool:
    return MARK in getattr(getattr(function, "__func__", function), "__dict__", ())


def _takers(functions: Mapping[int, object]) -> Iterator[tuple[ModuleType, str, Any]]:
    """Find modules that hold one of the functions, by identity, under a name of their own."""
    for module in tuple(sys.modules.values()):
        # Not hasattr or getattr: lazy modules would import what nobody has asked for.
        held = getattr(module, "__dict__", None)
        if type(held) is dict:
            for key, there in tuple(held.items()):
                if id(there) in functions:
                    yield module, key, there


class _Finder:
    """Stands before all other finders: lets them find the module, and puts itself between it and its loader."""

    def __init__(self, patches: Patches) -> None:
        self._patches = patches
        self._asked: set[tuple[int, str]] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that is to be hooked."""
        asked = get_ident(), name
        # Other finders of this kind ask all finders too, this one among them.
        if name not in self._patches.hooks or asked in self._asked:
            return None
        self._asked.add(asked)
        try:
            spec = self._ask_others(name, path, target)
        finally:
            self._asked.discard(asked)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Between(spec.loader, self._patches)  # type: ignore[assignment]
        return spec

    def _ask_others(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in tuple(sys.meta_path):
            ask = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = ask(name, path, target) if ask is not None and finder is not self else None
            if spec is not None:
                return spec
        return None


class _Between:
    """A loader that loads as the real one does, wraps the module's functions, and leaves no trace of itself."""

    def __init__(self, real: Loader, patches: Patches) -> None:
        self._real = real
        self._patches = patches

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the module, as the real loader does."""
        spec.loader = self._real
        try:
            return self._real.create_module(spec)
        finally:
            spec.loader = self  # type: ignore[assignment]

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then wrap its functions."""
        spec = module.__spec__
        if spec is not None:
            spec.loader = self._real
        module.__loader__ = self._real
        self._real.exec_module(module)
        self._patches.apply(module.__name__, module)
