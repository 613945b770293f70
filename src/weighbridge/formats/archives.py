"""Zip archives with a known inside: what torch writes and numpy's npz; all others as they are."""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.formats.containers.zip import Description, is_special, members
from weighbridge.formats.containers.zip_content import STORED, is_locked
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.containers.zip_local import beginning_of_data
from weighbridge.formats.keras_archive import is_keras, of_keras
from weighbridge.formats.skops_archive import is_skops, of_skops
from weighbridge.formats.torch_zip import layout, spelt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_directory import Choice
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.torch_zip import Layout

    Describe: TypeAlias = Callable[[Entry], Description]


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the directory once, say which layout it is, and yield the members with what the layout knows of them."""
    if node.name.lower().endswith(".distcp"):
        from weighbridge.formats.torch_distcp import items

        row = items(source, bench)
        if row:
            yield Identity(at=node.at(), format="torch.distcp")
            yield from row
            return
    yield Identity(at=node.at(), format="zip")
    directory = read_directory(source, bench, _storages if node.headers_only else None)
    entries = (*directory.entries, *directory.alternatives)
    describers: list[Describe] = []
    found = layout((entry.name, entry.size) for entry in directory.entries)
    if found is not None:
        yield Identity(at=node.at(), format="torch.script" if found.script else "torch.zip")
        describers.append(_of_checkpoint(found, directory.entries, source))
        if found.script or found.code:
            from weighbridge.formats.torch_archives import as_weights, script

            yield from script(found.root, entries, source, node, bench)
            if found.script:
                yield from as_weights(node)
    if _may_be_more(entries):
        describers += yield from _more(found, entries, source, node, bench)
    names = {entry.name for entry in entries}
    if is_keras(node.name, names):
        yield Identity(at=node.at(), format="keras")
        describers.append(of_keras)
    if is_skops(names):
        yield Identity(at=node.at(), format="skops")
        describers.append(of_skops)
    describers += yield from _classical(names, node)
    if not describers and _are_arrays(directory.entries):
        yield Identity(at=node.at(), format="numpy.npz")
    yield from members(directory, source, node, bench, _first_of(describers))


def _storages(entries: Sequence[Entry]) -> Choice:
    """Choose the storages of a checkpoint that the directory describes without a contradiction."""
    found = layout((entry.name, entry.size) for entry in entries)

    def choice(entry: Entry) -> bool:
        if found is None or found.storages_of(spelt(entry.name)) is not None:
            return False
        is_plain = entry.method == STORED and entry.packed == entry.size and not is_locked(entry)
        return is_plain and not is_special(entry) and spelt(entry.name).startswith(f"{found.root}/data/")

    return choice


def _may_be_more(entries: tuple[Entry, ...]) -> bool:
    """Tell whether a name speaks for a package or an export, before their module is imported."""
    for entry in entries:
        name = f"/{spelt(entry.name)}"
        if "/.data/extern_modules" in name or "/.data/python_version" in name or "/archive_format" in name:
            return True
        if "/data/aotinductor/" in name or "/data/weights/" in name:
            return True
    return False


def _more(
    found: Layout | None, entries: tuple[Entry, ...], source: ByteSource, node: Node, bench: Bench
) -> Generator[Yield, None, list[Describe]]:
    from weighbridge.formats import torch_archives, torch_export

    names = [entry.name for entry in entries]
    describers: list[Describe] = []
    root = torch_archives.package_root(names)
    if root is not None:
        yield Identity(at=node.at(), format="torch.package")
        yield from torch_archives.package(root, entries, node)
        if found is None or found.root != root:
            yield from torch_archives.script(root, entries, source, node, bench)
        describers.append(_of_package(root, entries, source, bench))
    root = torch_archives.export_root(names)
    if root is not None:
        yield Identity(at=node.at(), format="torch.export")
        yield from torch_archives.compiled(root, entries, source, node)
        pickled = yield from torch_export.payloads(root, entries, source, node, bench)
        describers.append(_of_export(root, pickled))
    return describers


def _classical(names: set[str], node: Node) -> Generator[Yield, None, list[Describe]]:
    if "model.ini" not in names and "bundle.json" not in names:
        return []
    from weighbridge.formats import h2o

    found = h2o.layout(names)
    if found:
        yield Identity(at=node.at(), format=found)
    return [h2o.of_mojo] if found == h2o.MOJO else []


def _of_checkpoint(found: Layout, entries: tuple[Entry, ...], source: ByteSource) -> Describe:
    """Describe the members of a checkpoint or a TorchScript archive."""
    from weighbridge.formats.torch_sparse import Records

    storages = Records(dict(found.storages), source, _placed(f"{found.root}/data/", entries, source))
    role = "torch.script" if found.script else "torch.pickle"
    tensor, code = Description(role="tensor", quiet=True), Description(role=role, quiet=True)
    data, code_folder = f"{found.root}/data/", f"{found.root}/code/"
    folders = [f"{name.removesuffix('.pkl')}/" for name in found.others]
    others = (*folders, f"{found.root}/constants/", f"{found.root}/tensors/") if found.script else ()

    def describe(entry: Entry) -> Description:
        name = spelt(entry.name)
        held = found.storages_of(name)
        if held is not None:
            return Description(role=role, formats=("pickle",), storages=storages if held is found.storages else held)
        if found.script and name.startswith(code_folder):
            return code
        if name.startswith(data) or (name.startswith(others) and name.rpartition("/")[2].isdecimal()):
            return tensor
        return _side_record(name)

    return describe


def _placed(folder: str, entries: tuple[Entry, ...], source: ByteSource) -> Callable[[str], int | None]:
    """Tell by its key where a storage begins that lies in the archive uncompressed."""
    held = {
        entry.name.replace("\\", "/").rpartition("/")[2]: entry
        for entry in entries
        if entry.method == STORED and spelt(entry.name).startswith(folder)
    }
    return lambda key: beginning_of_data(source, held[key]) if key in held else None


def _of_package(root: str, entries: tuple[Entry, ...], source: ByteSource, bench: Bench) -> Describe:
    """Describe the members of a torch.package: pickles share the storages in ``.data``."""
    from weighbridge.formats.torch_archives import is_list_of_names, is_script_source, storages_of_package

    storages = storages_of_package(root, entries)
    hidden = f"{root}/.data/"
    pickled = Description(role="torch.package", formats=("pickle",), storages=storages)

    def describe(entry: Entry) -> Description:
        name = spelt(entry.name)
        if name.startswith(hidden):
            if name.endswith(".storage"):
                return Description(role="tensor", quiet=True)
            if is_script_source(name, root):
                return Description(role="torch.script", quiet=True)
            if name.endswith(".pkl"):
                return Description(role="torch.script", formats=("pickle",), storages=storages)
            if name == f"{hidden}extern_modules" and is_list_of_names(entry, source, bench):
                return Description(role="tensor", quiet=True)
        if not name.startswith(f"{root}/"):
            return Description()
        if name.endswith(".pkl"):
            return pickled
        return Description(role="torch.package") if name.endswith(".py") else _side_record(name)

    return describe


def _of_export(root: str, pickled: frozenset[str]) -> Describe:
    """Describe the members of a ``.pt2``: payloads are raw tensors unless their table says that they are pickled."""
    folders = ("data/weights/", "data/constants/")
    raw = tuple(root + folder + prefix for folder in folders for prefix in _PAYLOADS)

    def describe(entry: Entry) -> Description:
        name = spelt(entry.name)
        if name in pickled:
            return Description(role="torch.pickle")
        if name.startswith(raw) and name.rpartition("_")[2].isdecimal():
            return Description(role="tensor", quiet=True)
        if name in (f"{root}archive_format", f"{root}archive_version"):
            return Description(role="torch.record", quiet=True)
        return _side_record(name)

    return describe


def _first_of(describers: list[Describe]) -> Describe:
    """Ask every layout; the first that knows more than nothing of a member describes it."""
    plain = Description()
    if len(describers) == 1:
        return describers[0]

    def describe(entry: Entry) -> Description:
        for one in describers:
            found = one(entry)
            if found not in (plain, _RECORD):
                return found
        return _RECORD if describers else plain

    return describe


def _are_arrays(entries: tuple[Entry, ...]) -> bool:
    return bool(entries) and all(entry.name.endswith(".npy") for entry in entries)


_PAYLOADS = ("weight_", "tensor_", "custom_obj_", "opaque_obj_")
"""How torch names payloads of an export, each with a number behind it."""

_SMALL_RECORDS = ("/version", "/byteorder", "/.format_version", "/.storage_alignment", "/.data/serialization_id")
_RECORD = Description(role="torch.record")


def _side_record(name: str) -> Description:
    """Describe what torch writes beside the pickle: a few bytes of text that no reader executes."""
    return Description(role="torch.record", quiet=True) if name.endswith(_SMALL_RECORDS) else _RECORD
