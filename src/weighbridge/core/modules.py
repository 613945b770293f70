"""Modules fetched by name on first use, without ``importlib``, whose import costs more than most of what it fetches."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def fetch(name: str) -> ModuleType:
    """Import a module by its dotted name; raises ImportError."""
    __import__(name)
    return sys.modules[name]
