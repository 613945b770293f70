"""Python modules of a project: which file an import means, by the file that imports it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOTS = frozenset({"", "src", "lib", "python", "app", "backend", "server", "source"})
"""Folders that are on the path of modules by custom, wherever the importer lies."""


def module_of(path: str) -> tuple[str, bool]:
    """Give the dotted name of a source file from the root of the project, and whether it is that of a package."""
    parts = path.removesuffix(".pyw").removesuffix(".py").split("/")
    package = parts[-1] == "__init__"
    if package:
        parts.pop()
    return ".".join(parts), package


class Modules:
    """Finds modules by the paths that imports write."""

    def __init__(self, paths: Sequence[tuple[int, str]]) -> None:
        self.names: dict[int, str] = {}
        self._folders: dict[int, str] = {}
        self._by_suffix: dict[str, list[tuple[int, str]]] = {}
        for number, path in paths:
            name, _ = module_of(path)
            self.names[number] = name
            self._folders[number] = path.rpartition("/")[0]
            parts = name.split(".") if name else []
            for start in range(len(parts)):
                root = "/".join(parts[:start])
                self._by_suffix.setdefault(".".join(parts[start:]), []).append((number, root))

    def locate(self, dotted: str, importer: int) -> tuple[int, str] | None:
        """Give the file that a dotted path begins with, and the names that are left; None for what is not here.

        A folder from which modules are found lies above the importing file, as it does for programs and packages, or
        is one by custom.
        """
        parts = dotted.split(".")
        folder = self._folders.get(importer, "")
        for end in range(len(parts), 0, -1):
            best: tuple[int, int] | None = None
            for number, root in self._by_suffix.get(".".join(parts[:end]), ()):
                above = root in {"", folder} or folder.startswith(root + "/")
                if above or root in _ROOTS:
                    depth = len(root) if above else 0
                    if best is None or depth > best[0]:
                        best = (depth, number)
            if best is not None:
                return best[1], ".".join(parts[end:])
        return None
