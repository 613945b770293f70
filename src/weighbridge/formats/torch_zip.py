"""torch's zip layout by structure: one root folder with ``data.pkl`` and its storages as ``data/<key>``.

Source: ``torch/serialization.py`` (``_save``, ``_load``) and ``caffe2/serialize/inline_container.cc``. The reader finds
records by name without regard to case, first match first (SCN-08, SCN-09); so does this.
"""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@value
class Layout:
    """``pickles`` are the lower-cased names of records that torch unpickles, ``storages`` the sizes of raw data by key.

    Of records with the same name the largest counts: that there are two is reported by itself. ``script`` when
    ``constants.pkl`` makes it a TorchScript archive, which torch hands to its own reader in C++.
    """

    root: str
    pickles: frozenset[str]
    storages: Mapping[str, int]
    script: bool


PICKLES = ("data.pkl", "constants.pkl", "bytecode.pkl")


def layout(members: Iterable[tuple[str, int]]) -> Layout | None:
    """Recognise the layout in names and uncompressed sizes, in directory order; None if it is not torch's."""
    root, listed = None, list(members)
    for name, _ in listed:
        folder, _, rest = name.replace("\\", "/").partition("/")
        if rest.lower() in PICKLES:
            root = folder.lower()
            break
    if root is None:
        return None
    storages: dict[str, int] = {}
    for name, size in listed:
        lower = name.replace("\\", "/").lower()
        if lower.startswith(f"{root}/data/"):
            key = name.replace("\\", "/").rsplit("/", 1)[1]
            storages[key] = max(size, storages.get(key, 0))
    return Layout(
        root=root,
        pickles=frozenset(f"{root}/{name}" for name in PICKLES),
        storages=storages,
        script=any(name.replace("\\", "/").lower() == f"{root}/constants.pkl" for name, _ in listed),
    )
