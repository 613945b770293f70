"""Zip archives of torch that hold more than a checkpoint: TorchScript, torch.package, torch.export.

Each layout says which members it knows, and tells what follows from the archive as a whole; the members themselves are
examined on their own. An archive may be of several layouts at once.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import NameMismatch
from weighbridge.core.location import Location
from weighbridge.core.programs import CodeUnit
from weighbridge.core.when import When
from weighbridge.formats.containers.zip_content import beginning
from weighbridge.formats.containers.zip_text import content_of
from weighbridge.formats.torch_zip import spelt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench, Node, Yield

MODULES = 200
"""Modules of a package that are told one by one."""

WEIGHTS = (".bin", ".ckpt", ".safetensors")
"""Endings of files that hold weights by the conventions of the libraries that read them, and never a program."""

_BYTECODE = 32 << 20  # the mobile interpreter's bytecode of a large model has some hundred kB
_COMPILED = (".so", ".dylib", ".dll", ".pyd", ".o", ".obj", ".cubin", ".hsaco", ".fatbin", ".ptx", ".spv", ".metallib")
_SOURCES = (".cpp", ".cc", ".c", ".cu", ".h", ".hpp", ".s", ".py", ".sh")
_HEAD = 4096
_NAMES = 1 << 20  # bytes of a list of modules; those of the largest packages have some thousand lines
_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*\r\n"


def package_root(names: Iterable[str]) -> str | None:
    """Find the root of a torch.package (``torch/package/package_exporter.py``) by the records that only it has."""
    for name in names:
        root, mark, _ = spelt(name).partition("/.data/extern_modules")
        if not mark:
            root, mark, _ = spelt(name).partition("/.data/python_version")
        if mark and "/" not in root:
            return root
    return None


def export_root(names: Iterable[str]) -> str | None:
    """Find the folder of a ``.pt2`` archive (``torch/export/pt2_archive/constants.py``), with its slash, or None.

    It is empty without a root folder: the reader in C++ takes a compiled model that has none.
    """
    for name in names:
        for mark in ("archive_format", "data/aotinductor/", "data/weights/"):
            root, found, rest = f"/{spelt(name)}".rpartition(f"/{mark}")
            if not found or "/" in root[1:] or (mark == "archive_format" and rest):
                continue
            if mark != "data/weights/" or rest.startswith("weight_") or rest.endswith("_weights_config.json"):
                return f"{root[1:]}/" if root else ""
    return None


def script(root: str, entries: Iterable[Entry], source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield the operators that the source and the bytecode of a TorchScript archive, or one in a package, reach."""
    from weighbridge.formats.torch_script import MAX_CODE, Program

    program, left = Program(node), MAX_CODE
    for entry in entries:
        name = spelt(entry.name)
        is_code = is_script_source(name, root)
        if not is_code and name != f"{root}/bytecode.pkl":
            continue
        content = content_of(entry, source, bench, left if is_code else _BYTECODE)
        if content is None:
            reason = f"{entry.name!r} is not read: it is broken or more than {MAX_CODE} bytes of source are there"
            yield node.gap(GapKind.UNPARSED, reason, entry.data_offset)
        elif is_code:
            left -= len(content)
            program.read(entry.name, content)
        else:
            program.bytecode(entry.name, content)
    yield from program.facts()


def as_weights(node: Node) -> Iterator[Yield]:
    """Tell of a TorchScript archive whose name promises weights (CVE-2025-32434: ``weights_only`` let it run)."""
    ending = next((ending for ending in WEIGHTS if node.name.lower().endswith(ending)), "")
    if ending:
        yield NameMismatch(at=node.at(), extension=ending, promised=("torch.zip",), found="torch.script")


def is_script_source(name: str, root: str) -> bool:
    """Tell whether a lower-cased record holds TorchScript: of the archive, or of a script inside of a package."""
    return name.endswith(".py") and name.startswith((f"{root}/code/", f"{root}/.data/ts_code/code/"))


def package(root: str, entries: Iterable[Entry], node: Node) -> Iterator[Yield]:
    """Yield the modules of a package: ``load_pickle`` imports those that the pickle names, and they run."""
    count = 0
    for entry in entries:
        name = spelt(entry.name)
        if name.startswith(f"{root}/") and name.endswith(".py") and not is_script_source(name, root):
            count += 1
            if count <= MODULES:
                yield _unit(node, entry, "python", "a module of the torch package")
    if count > MODULES:
        at, carrier = node.at(), f"each of {count - MODULES} more modules of the torch package"
        yield CodeUnit(at=at, language="python", carrier=carrier, name="", when=When.LOAD)


def storages_of_package(root: str, entries: Iterable[Entry]) -> dict[str, int]:
    """Map the storages of a package, ``.data/<number>.storage``, to their sizes."""
    found: dict[str, int] = {}
    for entry in entries:
        name = spelt(entry.name)
        if name.startswith(f"{root}/.data/") and name.endswith(".storage"):
            key = name[len(root) + 7 : -8]
            found[key] = max(entry.size, found.get(key, 0))
    return found


def is_list_of_names(entry: Entry, source: ByteSource, bench: Bench) -> bool:
    """Tell whether a record holds names of modules, a line each, as the importer of a package reads ``extern_modules``.

    A list that begins with ``collections`` reads like the name of a pickle of protocol 0; without brackets none of them
    can call anything.
    """
    content = content_of(entry, source, bench, _NAMES)
    return content is not None and not content.translate(None, _NAME)


def compiled(root: str, entries: Iterable[Entry], source: ByteSource, node: Node) -> Iterator[Yield]:
    """Yield what AOTInductor left: a library that ``aoti_load_package`` opens, or source that it compiles first."""
    folder, count = f"{root}data/aotinductor/", 0
    for entry in entries:
        name = spelt(entry.name)
        if not name.startswith(folder):
            continue
        language = "C++" if name.endswith(_SOURCES) else ""
        if name.endswith(_COMPILED) or (not language and _is_native(entry, source)):
            language = "native"
        if language:
            count += 1
            if count <= MODULES:
                yield _unit(node, entry, language, "a compiled model of AOTInductor")


def _is_native(entry: Entry, source: ByteSource) -> bool:
    from weighbridge.formats import native

    head = beginning(entry, source, _HEAD)
    return head[:2] in native.PREFIXES and native.identify(head, entry.size) != ""


def _unit(node: Node, entry: Entry, language: str, carrier: str) -> CodeUnit:
    at = Location(member=(*node.member, entry.name), offset=0, length=entry.size)
    return CodeUnit(at=at, language=language, carrier=carrier, name=entry.name, when=When.LOAD)
