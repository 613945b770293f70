"""Names as the unpicklers resolve them: Python 2 spellings are mapped below protocol 3, dots walk from protocol 4."""

from __future__ import annotations


def mapped(module: str, name: str, protocol: int) -> tuple[str, str]:
    """Apply CPython's tables for Python 2 names (``Lib/_compat_pickle.py``) as ``find_class`` does with fix_imports."""
    if protocol >= 3:
        return module, name
    from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

    found: tuple[str, str] | None = NAME_MAPPING.get((module, name))
    return found if found is not None else (IMPORT_MAPPING.get(module, module), name)
