"""Finds the software of a project: its manifests and locks, and what is installed, read in jailed workers."""

from __future__ import annotations

import os
from functools import partial

from weighbridge.access.local_files import open_regular
from weighbridge.core.errors import Malformed, UsageError, reason
from weighbridge.core.limits import Limits
from weighbridge.core.values import replace
from weighbridge.inventory.software import exchange
from weighbridge.inventory.software.files import MANIFESTS, Form, distributions, walk
from weighbridge.inventory.software.values import Manifest, Package, Software
from weighbridge.sandbox.executor import gap_of
from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import PoolTask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS = "weighbridge.inventory.software.worker"

NEEDED = ("packaging", "pip_requirements_parser")
"""Part of every installation; a checkout that runs without one may lack them."""

ROUNDS = 20
"""How deep lists of requirements include each other."""


def find(folder: str, *, environment: str = "", jobs: int = 0) -> Software:
    """Read what the manifests of the project in a folder say, and what is installed in an environment.

    Files are read in jailed workers and nothing of them is run or imported. Raises UsageError without the libraries
    that read requirements and for an environment that is none, SandboxError when no worker can be started.
    """
    _require()
    root, gaps = os.path.realpath(folder), list[str]()
    with _pool(jobs) as pool:
        manifests = _project(root, walk(root, gaps), pool, gaps)
        if environment:
            manifests.append(_environment(environment, pool, gaps))
    return _software(manifests, gaps)


def find_file(path: str, form: Form, *, jobs: int = 0) -> Software:
    """Read one manifest as its form says, and the lists that it includes; raises UsageError and SandboxError."""
    _require()
    folder, name = os.path.split(os.path.abspath(path))
    gaps = list[str]()
    with _pool(jobs) as pool:
        return _software(_project(os.path.realpath(folder), [(name, form)], pool, gaps), gaps)


def _pool(jobs: int) -> JailedPool:
    limits = Limits()
    return JailedPool(
        workers=jobs or os.cpu_count() or 1, policy=JailPolicy(),
        deadline=lambda size: limits.seconds + size / limits.bytes_per_second, answer_module=ANSWERS,
    )  # fmt: skip


def _software(manifests: list[Manifest], gaps: list[str]) -> Software:
    for one in manifests:
        gaps += [f"{one.path}: {words}" for words in one.trouble]
    return Software(manifests=tuple(manifests), gaps=tuple(sorted(gaps)))


def _require() -> None:
    from importlib.util import find_spec

    for name in NEEDED:
        if find_spec(name) is None:
            raise UsageError(
                f"manifests of software are read with {name}, which is not installed",
                hint=f"pip install {name.replace('_', '-')}",
            )


def _project(root: str, given: list[tuple[str, Form]], pool: JailedPool, gaps: list[str]) -> list[Manifest]:
    """Read manifests of a project, and the lists that those include, wherever they lie within it."""
    asked = dict(given)
    found: dict[str, Manifest] = {}
    wanted, constraining, listed = dict(asked), set[str](), set[str]()
    for _ in range(ROUNDS):
        held = _read(pool, {path: (os.path.join(root, path), form) for path, form in wanted.items()}, gaps)
        found |= held
        wanted = {}
        for path, manifest in held.items():
            for include in manifest.includes:
                target = _included(path, include.path, gaps)
                (constraining if include.constraint else listed).add(target)
                if target and target not in asked:
                    form = Form.CONSTRAINTS if include.constraint else Form.REQUIREMENTS
                    wanted[target] = asked[target] = form
        if not wanted or len(asked) > MANIFESTS:
            break
    return [
        _narrowed(manifest) if path in constraining - listed else manifest
        for path, manifest in sorted(found.items())
    ]  # fmt: skip


def _narrowed(manifest: Manifest) -> Manifest:
    """Say that all packages of a list only narrow what others ask for."""
    return replace(manifest, packages=tuple(replace(one, constraint=True) for one in manifest.packages))


def _included(path: str, target: str, gaps: list[str]) -> str:
    """Give the path of an included list within the project; empty, with a gap, for one that is not there."""
    if "://" in target:
        gaps.append(f"{path}: it includes {target[:200]!r}, which is not fetched")
        return ""
    joined = os.path.normpath(os.path.join(os.path.dirname(path), target))
    if os.path.isabs(target) or joined.startswith("..") or "\0" in target:
        gaps.append(f"{path}: it includes {target[:200]!r}, which leads out of the project")
        return ""
    return joined.replace(os.sep, "/")


def _read(pool: JailedPool, files: dict[str, tuple[str, Form]], gaps: list[str]) -> dict[str, Manifest]:
    """Read files by their names; what cannot be read is a gap."""
    paths = list(files)
    found: dict[str, Manifest] = {}
    for result in pool.run(_tasks(paths, files, gaps)):
        path = paths[result.key]
        if result.answer is None:
            assert result.failure is not None
            gaps.append(f"{path}: {gap_of(result.failure).reason}")
            continue
        try:
            found[path] = replace(exchange.loads(result.answer), path=path)
        except Malformed as broken:
            gaps.append(f"{path}: {broken}")
    return found


def _tasks(paths: list[str], files: dict[str, tuple[str, Form]], gaps: list[str]) -> Iterator[PoolTask]:
    for key, path in enumerate(paths):
        real, form = files[path]
        try:
            size = os.lstat(real).st_size
        except OSError as refused:
            gaps.append(f"{path}: {reason(refused)}")
            continue
        yield PoolTask(key=key, request=form.encode(), open=partial(open_regular, real), size=size)


_READ = (("METADATA", Form.METADATA), ("RECORD", Form.RECORD), ("direct_url.json", Form.DIRECT_URL))


def _environment(environment: str, pool: JailedPool, gaps: list[str]) -> Manifest:
    """Read what is installed."""
    try:
        folders = list(distributions(environment))
    except OSError as refused:
        raise UsageError(f"{environment!r} cannot be read: {reason(refused)}") from None
    if not folders:
        raise UsageError(
            f"nothing is installed in {environment!r}",
            hint="name the folder of a virtual environment, or site-packages",
        )
    if len(folders) > MANIFESTS:
        gaps.append(f"{environment}: more than {MANIFESTS:,} distributions; the rest was not read")
    files = {
        f"{folder}/{name}": (f"{folder}/{name}", form)
        for folder in folders[:MANIFESTS] for name, form in _READ
        if name == "METADATA" or os.path.lexists(f"{folder}/{name}")
    }  # fmt: skip
    found = _read(pool, files, gaps)
    requested = {folder for folder in folders if os.path.lexists(f"{folder}/REQUESTED")}
    packages = []
    for folder in folders:
        held = found.get(f"{folder}/METADATA")
        if held is not None and held.packages:
            packages.append(_installed(folder, held, found, gaps, requested))
        elif held is not None:
            gaps += [f"{folder}: {words}" for words in held.trouble]
    return Manifest(kind="environment", path=environment, packages=tuple(packages))


def _installed(
    folder: str, held: Manifest, found: dict[str, Manifest], gaps: list[str], requested: set[str]
) -> Package:  # fmt: skip
    made = replace(held.packages[0], pointer=os.path.basename(folder))
    record, direct = found.get(f"{folder}/RECORD"), found.get(f"{folder}/direct_url.json")
    if record is not None and record.sha256 and record.sha256 != held.sha256:
        gaps.append(f"{folder}/METADATA is not what RECORD says was installed")
    elif record is not None and record.sha256:
        made = replace(made, is_verified=True)
    if requested:
        made = replace(made, direct=folder in requested)
    if direct is not None and direct.packages:
        made = replace(made, source=direct.packages[0].source, hashes=direct.packages[0].hashes)
    return made
