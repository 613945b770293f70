"""Which files of a project are looked at, and as what; which folders are somebody else's."""

from __future__ import annotations

import os
import stat

from weighbridge.access.local import listable
from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import reason
from weighbridge.core.values import value
from weighbridge.inventory.application.references import Unread
from weighbridge.inventory.application.vocabulary.names import WEIGHTS

FILES = 200_000
"""Files of one project that are looked at."""

SKIPPED = frozenset({
    ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "bower_components", "__pycache__", "site-packages", ".tox",
    ".nox", "build", "dist", ".eggs", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".next", ".nuxt", ".terraform",
    ".ipynb_checkpoints", ".dvc",
})  # fmt: skip
"""Folders that hold other people's packages, or what tools make."""

_TESTS = frozenset({"test", "tests", "testing", "spec", "specs", "__tests__", "e2e"})
_EXAMPLES = frozenset({"example", "examples", "doc", "docs", "samples", "sample", "demo", "demos", "tutorials",
                       "benchmarks", "benchmark", "cookbook"})  # fmt: skip


class Language(StrEnum):
    """As what a file is read."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    SCRIPT = "script"
    """JavaScript and TypeScript."""
    SHELL = "shell"
    DOCKERFILE = "dockerfile"
    MODELFILE = "modelfile"
    YAML = "yaml"
    JSON = "json"
    TOML = "toml"
    ENVIRONMENT = "environment"
    SETTINGS = "settings"
    """INI files and what follows them."""
    REQUIREMENTS = "requirements"
    MODULES = "submodules"
    PROSE = "prose"
    """Markdown of agents, whose head names a model."""
    WEIGHTS = "weights"
    """Whatever else there is: told if its content is that of a model."""
    OTHER = "other"


_ENDS = {
    ".py": Language.PYTHON, ".pyw": Language.PYTHON, ".ipynb": Language.NOTEBOOK, ".js": Language.SCRIPT,
    ".mjs": Language.SCRIPT, ".cjs": Language.SCRIPT, ".jsx": Language.SCRIPT, ".ts": Language.SCRIPT,
    ".mts": Language.SCRIPT, ".cts": Language.SCRIPT, ".tsx": Language.SCRIPT, ".vue": Language.SCRIPT,
    ".svelte": Language.SCRIPT, ".sh": Language.SHELL, ".bash": Language.SHELL, ".zsh": Language.SHELL,
    ".bats": Language.SHELL, ".mk": Language.SHELL, ".service": Language.SETTINGS, ".yaml": Language.YAML,
    ".yml": Language.YAML, ".json": Language.JSON, ".jsonc": Language.JSON, ".json5": Language.JSON,
    ".toml": Language.TOML, ".env": Language.ENVIRONMENT, ".ini": Language.SETTINGS, ".cfg": Language.SETTINGS,
    ".conf": Language.SETTINGS, ".properties": Language.SETTINGS, ".dockerfile": Language.DOCKERFILE,
    ".modelfile": Language.MODELFILE, ".tpl": Language.YAML,
}  # fmt: skip
_NAMES = {
    "dockerfile": Language.DOCKERFILE, "containerfile": Language.DOCKERFILE, "modelfile": Language.MODELFILE,
    "makefile": Language.SHELL, "gnumakefile": Language.SHELL, "justfile": Language.SHELL, "procfile": Language.SHELL,
    ".gitmodules": Language.MODULES, ".envrc": Language.ENVIRONMENT, "mlmodel": Language.YAML,
}  # fmt: skip
_LOCKS = frozenset({
    "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "composer.lock", "poetry.lock",
    "uv.lock", "pdm.lock", "pipfile.lock", "cargo.lock", "tsconfig.json", "model.lock", "tokenizer.json",
    "vocab.json", "special_tokens_map.json", "added_tokens.json",
})  # fmt: skip
"""Files of tools that name no model to a program of the project, or are parts of one."""

_NEVER = (
    ".md", ".rst", ".txt", ".html", ".htm", ".css", ".scss", ".less", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp",
    ".ico", ".pdf", ".csv", ".tsv", ".lock", ".map", ".woff", ".woff2", ".ttf", ".eot", ".mp4", ".mp3", ".wav",
    ".zip",
    ".gz", ".xz", ".tar", ".pyi", ".pyc", ".so", ".c", ".h", ".cc", ".cpp", ".hpp", ".cu", ".rs", ".go", ".java", ".kt",
    ".rb", ".php", ".swift", ".po", ".mo", ".pot", ".jsonl", ".parquet", ".log", ".in", ".sum", ".mod", ".proto",
    ".xsd",
    ".d.ts", ".min.js", ".gitignore", ".gitattributes", ".dockerignore", ".editorconfig", ".license", ".typed", ".sql",
    ".pem", ".crt", ".graphql", ".dic", ".aff", ".patch", ".diff", ".ipynb_checkpoints", ".flake8", ".pyx", ".pxd",
)  # fmt: skip
"""Ends of names of files that hold neither references nor weights."""


@value
class ProjectFile:
    """A regular file; ``path`` is relative to the project, with slashes, ``size`` in bytes."""

    path: str
    real: str
    size: int


def language_of(path: str) -> Language:
    """Say as what a file is read, by its name."""
    name = path.rpartition("/")[2].lower()
    if name in _LOCKS or name.endswith((".min.js", ".map", ".d.ts")):
        return Language.OTHER
    if name in _NAMES:
        return _NAMES[name]
    first = name.partition(".")[0]
    if first in {"dockerfile", "containerfile", "modelfile"} and not name.endswith((".md", ".txt")):
        return _NAMES[first]
    if name == ".env" or name.startswith(".env."):
        return Language.ENVIRONMENT
    if name.endswith((".txt", ".in")) and ("requirements" in name or "requirements/" in path.lower()):
        return Language.REQUIREMENTS
    stem, dot, end = name.rpartition(".")
    if dot and stem and f".{end}" in _ENDS:
        return _ENDS[f".{end}"]
    if name.endswith(".md") and "/agents/" in f"/{path.lower()}":
        return Language.PROSE
    if name.endswith(WEIGHTS):
        return Language.WEIGHTS
    if name.endswith(_NEVER):
        return Language.OTHER
    if dot and stem:
        return Language.WEIGHTS
    return Language.SHELL if not dot and ("bin/" in path or "scripts/" in path) else Language.OTHER


CONFTEST = "conftest.py"


def usage_of(path: str) -> str:
    """Say what a file is for, by the folders it lies in: ``run``, ``test``, ``example`` or ``build``."""
    *folders, name = path.lower().split("/")
    if _TESTS & set(folders) or name.startswith("test_") or name.endswith(("_test.py", ".test.ts", ".spec.ts")):
        return "test"
    if name in {CONFTEST, ".gitlab-ci.yml"} or ".github" in folders or ".circleci" in folders:
        return "test" if name == CONFTEST else "build"
    return "example" if _EXAMPLES & set(folders) else "run"


def is_conftest(path: str) -> bool:
    """Tell whether a file holds what pytest gives to all tests beside and below it."""
    return path.rpartition("/")[2] == CONFTEST


def walk(folder: str, unread: list[Unread]) -> tuple[list[ProjectFile], set[str]]:
    """List the files of a project in sorted order, and all its folders and files by relative path.

    Links are not followed; what they lead to counts where it lies. Links out of the project and what cannot be listed
    are added to ``unread``; AccessError where the folder itself cannot be.
    """
    listable(folder)
    found: list[ProjectFile] = []
    known: set[str] = set()
    root = os.path.realpath(folder)
    errors: list[OSError] = []
    for here, folders, files in os.walk(root, onerror=errors.append):
        base = os.path.relpath(here, root).replace(os.sep, "/")
        base = "" if base == "." else base + "/"
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.endswith(".egg-info"))
        known.update(base + name for name in folders)
        for name in sorted(files):
            path, real = base + name, os.path.join(here, name)
            known.add(path)
            if len(found) >= FILES:
                unread.append(Unread(path=".", why=f"more than {FILES:,} files; the rest was not looked at"))
                return found, known
            try:
                status = os.lstat(real)
            except OSError as error:
                unread.append(Unread(path=path, why=reason(error)))
                continue
            if stat.S_ISREG(status.st_mode):
                found.append(ProjectFile(path=path, real=real, size=status.st_size))
            elif language_of(path) is not Language.OTHER:
                _odd(path, real, root, unread, link=stat.S_ISLNK(status.st_mode))
    for refused in errors:
        name = os.path.relpath(str(refused.filename), root).replace(os.sep, "/")
        unread.append(Unread(path=name, why=reason(refused)))
    return found, known


def _odd(path: str, real: str, root: str, unread: list[Unread], *, link: bool) -> None:
    if not link:
        unread.append(Unread(path=path, why="it is no regular file"))
    elif not os.path.realpath(real).startswith(root + os.sep):
        unread.append(Unread(path=path, why="it is a link that leads out of the project"))
