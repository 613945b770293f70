"""A model's repository as the scan has left it: files with their digests and facts. Nothing here reads a byte."""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    from weighbridge.core.facts import Fact

    F = TypeVar("F", bound=Fact)


@value
class SubjectFile:
    """One file; ``path`` is relative to the repository, with slashes.

    ``sha256`` and ``sha512`` are empty where nobody has computed them; ``claimed`` where the store alone says so.
    ``complete`` is false where not all of its facts are known.
    """

    path: str
    size: int
    sha256: str = ""
    sha512: str = ""
    claimed: bool = False
    formats: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    verdict: str = ""
    complete: bool = True

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The directory that it lies in; empty for the repository's own."""
        return self.path.rpartition("/")[0]

    def of(self, kind: type[F]) -> Iterator[F]:
        """Yield its facts of one kind."""
        return (fact for fact in self.facts if isinstance(fact, kind))


@value
class Subject:
    """A repository. ``reference`` is canonical and without revision, empty for a directory that is of no store.

    ``revision`` is what was asked for, ``resolved`` the commit or digest behind it. ``gaps`` are sentences.
    """

    name: str
    files: tuple[SubjectFile, ...]
    reference: str = ""
    revision: str = ""
    resolved: str = ""
    gaps: tuple[str, ...] = ()
