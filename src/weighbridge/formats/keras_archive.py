"""Keras 3 archives (``keras/src/saving/saving_lib.py``): a configuration, weights and assets in a zip."""

from __future__ import annotations

from weighbridge.formats.containers.zip import Description

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.containers.zip_records import Entry

_MEMBERS = frozenset({"metadata.json", "model.weights.h5", "model.weights.npz"})


def is_keras(file: str, names: set[str]) -> bool:
    """Tell whether an archive with these members is a Keras model; a file's name may promise it."""
    return "config.json" in names and (bool(names & _MEMBERS) or file.lower().endswith(".keras"))


def of_keras(entry: Entry) -> Description:
    """Describe a member: the configuration builds the model, whatever it looks like."""
    if entry.name == "config.json":
        return Description(role="keras.config", formats=("json",))
    return Description(role="keras.weights" if entry.name.startswith("model.weights") else "")
