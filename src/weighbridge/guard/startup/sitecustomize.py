"""What Python runs first in a process under ``weighbridge run``: installs the guard, then hands on.

It stands alone: the interpreter may be another one than that which weighbridge is installed for, so the package is
found from here and nowhere else, and nothing is added to the program's own path.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = os.path.dirname(os.path.dirname(_HERE))
_OLDEST = (3, 11)


def _stop(words: str) -> None:
    # Python goes on after an error in this module; a program that is to be guarded must not.
    os.write(2, ("weighbridge: " + words + "\n").encode("utf-8", "backslashreplace"))
    os._exit(2)


def _package() -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    place = os.path.join(_PACKAGE, "__init__.py")
    spec = spec_from_file_location("weighbridge", place, submodule_search_locations=[_PACKAGE])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["weighbridge"] = module
    spec.loader.exec_module(module)


def _hand_on() -> None:
    """Import the ``sitecustomize`` that would have been imported without this one."""
    from weighbridge.core.modules import fetch

    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
    own = sys.modules.pop("sitecustomize")
    try:
        fetch("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", own)


if sys.version_info < _OLDEST:
    _stop("the guard needs Python 3.11 or later, this is " + sys.version.split()[0])
_trouble = "the guard broke at its start"
try:
    if "weighbridge" not in sys.modules:
        _package()
    from weighbridge.guard.starting import begin

    _trouble = begin()
finally:
    if _trouble:
        _stop(_trouble + (": " + repr(sys.exc_info()[1]) if sys.exc_info()[1] else ""))
_hand_on()
