"""Finds the user's own function in the child: by its module, or by the file of the program that asks."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from operator import attrgetter

from weighbridge.core.modules import fetch
from weighbridge.sandbox import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def find(module: str, file: str, name: str, libraries: str, *search: str) -> Callable[[Any, Any], object]:
    """Import ``module``, or the program ``file`` as MAIN, along ``search``, and give its function ``name``.

    The ``libraries``, with commas between them, are those of tensors that it will get; sealed, they cannot be imported.
    The path is as before afterwards: what lies on it is not read any more once the jail is sealed. No bytecode is left
    beside the user's files.
    """
    calling.enter()
    before = list(sys.path)
    sys.path += [path for path in search if path not in before]
    sys.dont_write_bytecode = True
    try:
        for library in filter(None, libraries.split(",")):
            fetch(library)
        home = _program(file) if module == calling.MAIN else fetch(module)
    finally:
        sys.path[:] = before
    found: Callable[[Any, Any], object] = attrgetter(name)(home)
    return found


def _program(file: str) -> ModuleType:
    """Import a program by its file, as multiprocessing does in a child that it spawns."""
    loader = SourceFileLoader(calling.MAIN, file)
    spec = spec_from_loader(calling.MAIN, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[calling.MAIN] = module
    loader.exec_module(module)
    return module
