"""Facts about what a file points at: files, repositories, addresses, packages. Part of the vocabulary of facts."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.facts import Fact
from weighbridge.core.values import value
from weighbridge.core.when import When


class Target(StrEnum):
    """What kind of thing a reference names."""

    PATH = "path"
    """A file or directory: inside the repository unless ``escapes``."""
    URL = "url"
    REPOSITORY = "repository"
    """A repository on a hub, ``org/name``."""
    PACKAGE = "package"
    MODULE = "module"


@value
class Reference(Fact):
    """The file points at ``target``; ``relation`` says as what.

    Relations in use: external_data, shard, base_model, remote_code, vocabulary, weights, asset, handler, kernel,
    sub_model, dataset, link, include, image. ``key`` is the path of keys or the field that holds it. ``pinned`` tells
    whether it is fixed to a commit or digest, None where that does not apply. ``escapes`` when a path is absolute or
    leaves the directory of the file by the rules of POSIX or Windows. ``when`` it is followed, None where only people
    follow it.
    """

    relation: str
    kind: Target
    target: str
    key: str = ""
    pinned: bool | None = None
    escapes: bool = False
    when: When | None = None


@value
class Requirement(Fact):
    """A package that an installation of this repository brings along.

    ``specifier`` as written, ``origin`` is index, url, vcs, path, editable, option or lookalike; ``hashed`` when
    digests are given.
    """

    name: str
    specifier: str
    origin: str
    hashed: bool
    detail: str = ""
