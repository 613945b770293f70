"""What manifests, locks and installed environments say about packages."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value


class Ecosystem(StrEnum):
    """Whose package it is; names mean nothing outside of theirs."""

    PYPI = "pypi"
    NPM = "npm"
    CONDA = "conda"
    CARGO = "cargo"


class Standing(StrEnum):
    """How much a file knows of a package, the least first."""

    ASKED = "asked"
    """It is wanted, in whatever version the specifier admits."""
    PINNED = "pinned"
    """It is wanted in exactly one version."""
    LOCKED = "locked"
    """A resolver has chosen this version."""
    INSTALLED = "installed"
    """It lies in an environment."""


class Place(StrEnum):
    """Where a package is fetched from."""

    INDEX = "index"
    VCS = "vcs"
    URL = "url"
    PATH = "path"


@value
class Source:
    """Where a package comes from.

    ``address`` is a URL, a path, or for an index the address of one that is not the usual; empty for the usual one.
    ``revision`` is what is asked of a repository, ``commit`` what is fixed: 40 or 64 hexadecimal digits.
    """

    place: Place = Place.INDEX
    address: str = ""
    revision: str = ""
    commit: str = ""
    editable: bool = False


@value
class Edge:
    """A package that another one needs; ``version`` only where the lock says which.

    ``extra`` is what it is needed for, ``extras`` are those of its own that are wanted.
    """

    name: str
    version: str = ""
    marker: str = ""
    extra: str = ""
    extras: tuple[str, ...] = ()


@value
class Package:
    """What one file says of one package.

    ``name`` is normalised by the rules of its ecosystem, ``written`` as it stands. ``version`` is empty unless exactly
    one version is meant; ``specifier`` is what is asked for, as written. ``hashes`` are ``sha256:`` with hexadecimal
    digits, one for each file that may be installed. ``direct`` is None where the file does not tell. ``groups`` are
    extras, dependency groups or kinds such as dev; none for what the application needs to run. ``line`` is 0 where it
    is not known, ``pointer`` a JSON Pointer. ``build`` and ``channel`` belong to conda.
    """

    ecosystem: Ecosystem
    name: str
    written: str
    standing: Standing
    version: str = ""
    specifier: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    source: Source = Source()
    direct: bool | None = None
    groups: tuple[str, ...] = ()
    requires: tuple[Edge, ...] = ()
    pointer: str = ""
    line: int = 0
    constraint: bool = False
    """Only narrows what others ask for."""
    is_verified: bool = False
    """Of what is installed: its metadata are those that its installer has recorded by digest."""
    license: str = ""
    summary: str = ""
    build: str = ""
    channel: str = ""


@value
class Include:
    """Another file of requirements that is read along, relative to the including one; ``constraint`` for -c."""

    path: str
    line: int
    constraint: bool


@value
class Manifest:
    """All that one file says; ``name`` and ``version`` are those of the project that it belongs to.

    ``trouble`` are reasons why some of it was not understood; ``sha256`` the digest of the file.
    """

    kind: str
    path: str = ""
    name: str = ""
    version: str = ""
    packages: tuple[Package, ...] = ()
    includes: tuple[Include, ...] = ()
    trouble: tuple[str, ...] = ()
    sha256: str = ""


@value
class Software:
    """What all files of a project say, in the order of their paths, and what was not read, as sentences."""

    manifests: tuple[Manifest, ...]
    gaps: tuple[str, ...] = ()
