"""Zip archives with a known inside: torch checkpoints and numpy's npz; all others as they are."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.formats.containers.zip import Description, members
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.torch_zip import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_directory import Directory
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench, Node, Yield


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the directory once, say which layout it is, and yield the members with what the layout knows of them."""
    yield Identity(at=node.at(), format="zip")
    directory = read_directory(source, bench)
    kind, describe = _describer(directory, node.name)
    if kind:
        yield Identity(at=node.at(), format=kind)
    if kind == "torch.script":
        yield node.gap(GapKind.UNSUPPORTED, "TorchScript code is recognised but not analysed by this version")
    yield from members(directory, source, node, bench, describe)


def _describer(directory: Directory, file: str) -> tuple[str, Callable[[Entry], Description]]:
    plain = Description()
    found = layout((entry.name, entry.size) for entry in directory.entries)
    if found is not None:
        role = "torch.script" if found.script else "torch.pickle"
        pickled = Description(role=role, formats=("pickle",), storages=found.storages)
        tensor, code = Description(role="tensor", quiet=True), Description(role=role, quiet=True)
        data, records = f"{found.root}/data/", found.pickles

        def of_torch(entry: Entry) -> Description:
            name = entry.name.replace("\\", "/").lower()
            if name in records:
                return pickled
            if found.script and name.startswith(f"{found.root}/code/"):
                return code
            return tensor if name.startswith(data) else _side_record(name)

        return "torch.script" if found.script else "torch.zip", of_torch
    names = {entry.name for entry in directory.entries}
    if "config.json" in names and (names & _KERAS_MEMBERS or file.lower().endswith(".keras")):
        return "keras", _of_keras
    if names and all(name.endswith(".npy") for name in names):
        return "numpy.npz", lambda _: plain
    return "", lambda _: plain


_KERAS_MEMBERS = frozenset({"metadata.json", "model.weights.h5", "model.weights.npz"})


def _of_keras(entry: Entry) -> Description:
    """Describe a member of a Keras 3 archive: the configuration builds the model, whatever it looks like."""
    if entry.name == "config.json":
        return Description(role="keras.config", formats=("json",))
    return Description(role="keras.weights" if entry.name.startswith("model.weights") else "")


_SMALL_RECORDS = ("/version", "/byteorder", "/.format_version", "/.storage_alignment", "/.data/serialization_id")


def _side_record(name: str) -> Description:
    """Describe what torch writes beside the pickle: a few bytes of text that no reader executes."""
    return Description(role="torch.record", quiet=name.endswith(_SMALL_RECORDS))
