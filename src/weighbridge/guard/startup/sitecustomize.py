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


def _stop(words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (also for interpreters that are too old)
    # Python goes on after an error in this module; a program that is to be guarded must not.
    os.write(2, ("weighbridge: " + words + "\n").encode("utf-8", "backslashreplace"))
    os._exit(2)


def _package():  # type: ignore[no-untyped-def]  # noqa: ANN202
    from importlib.util import module_from_spec, spec_from_file_location

    place = os.path.join(_PACKAGE, "__init__.py")
    spec = spec_from_file_location("weighbridge", place, submodule_search_locations=[_PACKAGE])
    module = module_from_spec(spec)
    sys.modules["weighbridge"] = module
    spec.loader.exec_module(module)


def _hand_on():  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Import the ``sitecustomize`` that would have been imported without this one."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", own)


if sys.version_info < _OLDEST:
    _stop("the guard needs Python 3.11 or later, this is " + sys.version.split()[0])
else:
    if "weighbridge" not in sys.modules:
        _package()
    from weighbridge.guard.starting import begin

    if _trouble := begin():
        _stop(_trouble)
    _hand_on()
