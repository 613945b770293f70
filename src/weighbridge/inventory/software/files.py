"""Which files of a project and of an environment say what software there is, by their names."""

from __future__ import annotations

import os
import re

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import reason
from weighbridge.inventory.application.files import SKIPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Form(StrEnum):
    """As what a file is read."""

    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"
    PYPROJECT = "pyproject"
    SETUP_CFG = "setup.cfg"
    SETUP_PY = "setup.py"
    PIPFILE = "pipfile"
    PIPENV = "pipfile.lock"
    UV = "uv.lock"
    POETRY = "poetry.lock"
    PDM = "pdm.lock"
    PYLOCK = "pylock"
    CONDA = "conda"
    PACKAGE_JSON = "package.json"
    PACKAGE_LOCK = "package-lock.json"
    CARGO = "cargo.lock"
    METADATA = "metadata"
    RECORD = "record"
    DIRECT_URL = "direct_url"


MANIFESTS = 5_000
"""Manifests of one project, and distributions of one environment, that are read."""

_SKIPPED = SKIPPED | {"target"}
"""Folders that hold other people's packages, or what tools make; of Rust too."""

_NAMES = {
    "pyproject.toml": Form.PYPROJECT, "setup.cfg": Form.SETUP_CFG, "setup.py": Form.SETUP_PY, "Pipfile": Form.PIPFILE,
    "Pipfile.lock": Form.PIPENV, "uv.lock": Form.UV, "poetry.lock": Form.POETRY, "pdm.lock": Form.PDM,
    "package.json": Form.PACKAGE_JSON, "package-lock.json": Form.PACKAGE_LOCK,
    "npm-shrinkwrap.json": Form.PACKAGE_LOCK, "Cargo.lock": Form.CARGO,
}  # fmt: skip
_NOT_READ = frozenset({
    "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock", "conda-lock.yml", "pixi.lock",
    "environment.lock", "go.sum", "composer.lock", "Gemfile.lock",
})  # fmt: skip
"""Locks that are known and not read: what they hold is missing, and that is said."""
_PYLOCK = re.compile(r"pylock(?:\.[^.]+)?\.toml")
_CONDA = re.compile(r"(?:conda[-_.]?)?(?:environment|env|conda)(?:[-_.][\w.-]+)?\.ya?ml")
_PIP = re.compile(r"(?:.*[-_.])?(requirements?|constraints?)(?:[-_.].*)?\.(?:txt|in|pip)")


def form_of(path: str) -> Form | None:
    """Say as what a file is read, by its path; None for one that names no software."""
    folder, _, name = path.rpartition("/")
    if name in _NAMES:
        return _NAMES[name]
    if _PYLOCK.fullmatch(name):
        return Form.PYLOCK
    lower = name.lower()
    if _CONDA.fullmatch(lower):
        return Form.CONDA
    if found := _PIP.fullmatch(lower):
        return Form.CONSTRAINTS if found[1].startswith("constraint") else Form.REQUIREMENTS
    in_folder = folder.rpartition("/")[2].lower() == "requirements"
    return Form.REQUIREMENTS if in_folder and lower.endswith((".txt", ".in")) else None


def walk(root: str, gaps: list[str]) -> list[tuple[str, Form]]:
    """List the manifests of a project in sorted order; links are not followed, what cannot be listed is a gap."""
    found: list[tuple[str, Form]] = []
    errors: list[OSError] = []
    for here, folders, files in os.walk(root, onerror=errors.append):
        base = os.path.relpath(here, root).replace(os.sep, "/")
        base = "" if base == "." else base + "/"
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.endswith(".egg-info"))
        for name in sorted(files):
            form = form_of(base + name)
            if name in _NOT_READ:
                gaps.append(f"{base}{name}: this kind of lock is not read")
            if form is None:
                continue
            if len(found) >= MANIFESTS:
                gaps.append(f"more than {MANIFESTS:,} manifests; the rest was not read")
                return found
            found.append((base + name, form))
    gaps += [f"{os.path.relpath(str(one.filename), root)}: {reason(one)}" for one in errors]
    return found


def distributions(environment: str) -> Iterator[str]:
    """Yield the folders of what is installed in an environment, or in a folder of packages; raises OSError."""
    places = [environment]
    for inner in ("lib", "lib64", "Lib"):
        base = os.path.join(environment, inner)
        if os.path.isdir(base) and not (inner == "lib64" and os.path.islink(base)):
            below = [name for name in sorted(os.listdir(base)) if name.startswith(("python", "pypy"))]
            places += [os.path.join(base, name, "site-packages") for name in ("", *below)]
    for place in places:
        if os.path.isdir(place):
            for name in sorted(os.listdir(place)):
                if name.endswith(".dist-info"):
                    yield os.path.join(place, name)
