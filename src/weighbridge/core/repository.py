"""A repository as a whole: what its files said, for the rules that hold one file against another.

Only a selection of facts is kept of each file (``OUTLINED``): what it points at, which names it resolves or imports,
the tensors and settings that it declares. It crosses the border of the jail, so it is bounded.
"""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TypeVar

    from weighbridge.core.facts import Fact

    F = TypeVar("F", bound=Fact)

OUTLINED = frozenset({
    "TensorDecl", "MetadataEntry", "Reference", "ConfiguredCall", "CodeUnit", "SourceImport", "SourceCall",
    "GlobalReference", "DocumentValue", "DocumentSection", "LicenseText",
})  # fmt: skip
"""Names of the kinds of facts that are kept. Of the names that a pickle resolves, one for each top-level package is."""


@value
class FileOutline:
    """What is known of one file; ``path`` is relative to the repository, with slashes.

    ``link`` is where a symbolic link leads, empty for a regular file. ``complete`` is false where the file had more
    facts than are kept, or could not be judged in full: then nothing can be concluded from what is missing.
    """

    path: str
    size: int
    formats: tuple[str, ...]
    facts: tuple[Fact, ...]
    link: str = ""
    complete: bool = True

    @property
    def folder(self) -> str:
        """The directory that it lies in; empty for the repository's own."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]

    def of(self, kind: type[F]) -> Iterator[F]:
        """Yield its facts of one kind."""
        for fact in self.facts:
            if isinstance(fact, kind):
                yield fact


class Repository:
    """The files of one target, read only."""

    __slots__ = ("_facts", "_folders", "_modules", "files", "root")

    def __init__(self, files: Iterable[FileOutline], *, root: str = "") -> None:
        self.files = {file.path: file for file in files}
        self.root = root
        """Where it lies on this machine, with links resolved; empty where it does not."""
        self._facts: dict[type[Fact], list[tuple[FileOutline, Any]]] | None = None
        self._folders: dict[str, tuple[FileOutline, ...]] = {}
        self._modules: dict[str, dict[str, FileOutline]] | None = None

    def of(self, kind: type[F]) -> Iterator[tuple[FileOutline, F]]:
        """Yield the facts of one kind with the files that state them."""
        if self._facts is None:
            self._facts = {}
            for file in self.files.values():
                for fact in file.facts:
                    self._facts.setdefault(type(fact), []).append((file, fact))
        yield from self._facts.get(kind, ())

    def folders(self) -> dict[str, tuple[FileOutline, ...]]:
        """Group the files by the directory that they lie in."""
        if not self._folders:
            found: dict[str, list[FileOutline]] = {}
            for file in self.files.values():
                found.setdefault(file.folder, []).append(file)
            self._folders = {folder: tuple(files) for folder, files in found.items()}
        return self._folders

    def beside(self, file: FileOutline, target: str) -> FileOutline | None:
        """Find the file that a relative path in ``file`` leads to, by the rules of POSIX; None if it is not there."""
        parts = file.folder.split("/") if file.folder else []
        for part in target.replace("\\", "/").split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return self.files.get("/".join(parts))

    def modules(self, folder: str) -> dict[str, FileOutline]:
        """Find what Python could import by its top-level name with ``folder`` on its path: modules and packages."""
        if self._modules is None:
            self._modules = {}
            for file in self.files.values():
                stem, _, ending = file.name.partition(".")
                if ending.rpartition(".")[2] in ("py", "so", "pyd", "pyc"):
                    self._modules.setdefault(file.folder, {}).setdefault(stem, file)
                if file.name == "__init__.py" and file.folder:
                    above, _, package = file.folder.rpartition("/")
                    self._modules.setdefault(above, {})[package] = file
        return self._modules.get(folder, {})
