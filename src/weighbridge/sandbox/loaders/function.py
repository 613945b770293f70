"""Finds the user's own function in the child: by its module, or by the file of the program that asks."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from operator import attrgetter

from weighbridge.core.modules import fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def find(module: str, file: str, name: str, *search: str) -> Callable[[Any, Any], object]:
    """Import ``module``, or the program ``file`` as ``module``, along ``search``, and give its function ``name``.

    The path is as before afterwards: what lies on it is not read any more once the jail is sealed. No bytecode is left
    beside the user's files.
    """
    before = list(sys.path)
    sys.path += [path for path in search if path not in before]
    sys.dont_write_bytecode = True
    try:
        home = _program(module, file) if file else fetch(module)
    finally:
        sys.path[:] = before
    found: Callable[[Any, Any], object] = attrgetter(name)(home)
    return found


def _program(name: str, file: str) -> ModuleType:
    """Import a program by its file, as multiprocessing does in a child that it spawns."""
    loader = SourceFileLoader(name, file)
    spec = spec_from_loader(name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module
