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
    ``constants.pkl`` makes it a TorchScript archive, which torch hands to its own reader in C++; without it Python
    reads the pickle even where there is source in ``code/``, which ``code`` tells. ``others`` are further pickles of
    a script, each with the storages in the folder of its name (``constants/``).
    """

    root: str
    pickles: frozenset[str]
    storages: Mapping[str, int]
    script: bool
    code: bool
    others: Mapping[str, Mapping[str, int]]

    def storages_of(self, name: str) -> Mapping[str, int] | None:
        """Give the storages of a pickle by its lower-cased name, None if torch has none of that name."""
        found = self.others.get(name)
        return found if found is not None or name not in self.pickles else self.storages


PICKLES = ("data.pkl", "constants.pkl", "bytecode.pkl")
_OTHER_FOLDERS = {"bytecode": "constants"}
"""The bytecode of the mobile interpreter keeps its tensors with the constants (``export_module.cpp``)."""


_SHAPES, _ANY = "traced_inputs", 1 << 63
"""The inputs of a trace are written without their data (``skip_tensor_data``), for people; nothing loads them."""


def spelt(name: str) -> str:
    """Write a record's name as torch's reader compares it."""
    return name.replace("\\", "/").lower()


def _old_script(listed: list[tuple[str, int]]) -> str | None:
    """Find the root of a TorchScript archive from before 1.4 (``import_legacy.cpp``): ``model.json`` and ``code/``."""
    names = [spelt(name) for name, _ in listed]
    for name in names:
        root, mark, rest = name.partition("/")
        if mark and rest == "model.json" and any(other.startswith(f"{root}/code/") for other in names):
            return root
    return None


def layout(members: Iterable[tuple[str, int]]) -> Layout | None:
    """Recognise the layout in names and uncompressed sizes, in directory order; None if it is not torch's."""
    root, listed = None, list(members)
    for name, _ in listed:
        folder, _, rest = name.replace("\\", "/").partition("/")
        if rest.lower() in PICKLES:
            root = folder.lower()
            break
    is_old = root is None
    if root is None:
        root = _old_script(listed)
    if root is None:
        return None
    folders: dict[str, dict[str, int]] = {"data": {}}
    script, code = is_old, False
    for name, size in listed:
        parts = name.replace("\\", "/").split("/")
        if parts[0].lower() != root or len(parts) < 2:
            continue
        folder = parts[1].lower()
        if len(parts) > 2:
            held = folders.setdefault(folder, {})
            held[parts[-1]] = max(size, held.get(parts[-1], 0))
            code = code or (folder == "code" and parts[-1].lower().endswith(".py"))
        else:
            script = script or folder == "constants.pkl"
    others: dict[str, dict[str, int]] = {}
    for name, _ in listed if script else ():
        folder, _, record = spelt(name).partition("/")
        stem = record.removesuffix(".pkl")
        place = _OTHER_FOLDERS.get(stem, stem)
        if folder == root and stem not in {record, "data"} and "/" not in stem and place in folders:
            held = folders[place]
            others[f"{root}/{record}"] = held if stem != _SHAPES else {key: size or _ANY for key, size in held.items()}
    return Layout(
        root=root,
        pickles=frozenset(f"{root}/{name}" for name in PICKLES),
        storages=folders["data"],
        script=script,
        code=code,
        others=others,
    )
