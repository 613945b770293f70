"""What a policy judges: subjects, and for each question the answer, or that there is none and why.

A fact is known, with where it comes from; or it is missing, which is a value of its own and never passes for an answer;
or the question does not arise (None): a library has no chat template and a hosted model no file.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.core.finding import Severity
    from weighbridge.inventory.advisories.exposure import Standing
    from weighbridge.inventory.graph import Kind, License

C = TypeVar("C")


class Absence(StrEnum):
    """Why a fact is missing."""

    UNSCANNED = "unscanned"
    """Nobody has weighed it."""
    UNREAD = "unread"
    """It is here, and could not be read; or it is not here."""
    UNSIGNED = "unsigned"
    """It was looked for, and there is no signature."""
    UNSAID = "unsaid"
    """It was looked for, and nobody says."""
    UNASKED = "unasked"
    """Nobody has looked."""


@value
class Known(Generic[C]):
    """An answer; ``evidence`` says where it comes from: files and places in them, documents, stores."""

    content: C
    evidence: tuple[str, ...] = ()


@value
class Missing:
    """No answer; ``reason`` is a sentence without a full stop."""

    absence: Absence
    reason: str


if TYPE_CHECKING:
    Fact: TypeAlias = Known[C] | Missing | None


@value
class Digest:
    """A SHA-256 in lower-case hexadecimal digits; ``computed`` from the bytes, or only said by a store."""

    sha256: str
    computed: bool = True


@value
class SeenFinding:
    """A finding of a scan."""

    rule: str
    severity: Severity
    message: str = ""


@value
class Scan:
    """What a scan says of a file; ``gaps`` are sentences about what it could not judge."""

    findings: tuple[SeenFinding, ...] = ()
    gaps: tuple[str, ...] = ()


@value
class Signature:
    """A signature that was checked: ``signer`` is the trusted signer's name, empty where it is by nobody trusted."""

    path: str
    holds: bool
    signer: str = ""
    words: str = ""


@value
class Reached:
    """An advisory that reaches a subject; ``words`` says through what, ``fixed`` the versions that are not affected."""

    advisory: str
    standing: Standing
    severity: Severity
    words: str = ""
    fixed: tuple[str, ...] = ()


@value
class Ancestor:
    """What a model was made from, ``depth`` generations up (1 for what it was made from directly)."""

    name: str
    depth: int
    purl: str = ""


@value
class Evaluation:
    """A result of an evaluation that can be relied on; ``value`` has the unit of its name."""

    name: str
    value: float


@value
class Subject:
    """A component, a model or a file, and what is known of it.

    ``id`` names it among those of its target. ``purl`` may be empty. ``within`` are the package URLs of what it lies
    in. ``commit`` is the commit of its repository where it is known. ``here`` when its files are subjects beside it.
    """

    id: str
    kind: Kind
    name: str
    target: str = ""
    purl: str = ""
    commit: str = ""
    here: bool = False
    within: tuple[str, ...] = ()
    digests: Fact[tuple[Digest, ...]] = None
    scan: Fact[Scan] = None
    scanned: Fact[str] = None
    """The day of the scan, as ``2027-01-31``."""
    formats: Fact[tuple[str, ...]] = None
    licenses: Fact[tuple[License, ...]] = None
    publisher: Fact[str] = None
    """The namespace on a hub: ``hf://org``; of a hosted model ``service://provider``."""
    signatures: Fact[tuple[Signature, ...]] = None
    pin: Fact[str] = None
    """How a reference is fixed: commit, digest, tag, branch or none."""
    advisories: Fact[tuple[Reached, ...]] = None
    lineage: Fact[tuple[Ancestor, ...]] = None
    remote_code: Fact[bool] = None
    """Whether loading runs code of the repository."""
    evaluations: Fact[tuple[Evaluation, ...]] = None
