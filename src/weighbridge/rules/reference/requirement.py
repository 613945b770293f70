"""Packages from unusual places."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Requirement
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF404",
    slug="requirement",
    title="A package is to be installed from an unusual place",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "Requirements of the repository name an address, a source repository, another index or channel, or a package "
        "whose name looks like a well-known one."
    ),
    why=(
        "Installing a package runs its code. A second index or a look-alike name lets a stranger decide what "
        "that code is."
    ),
    fix="Find out what the package is, and install it from the usual index with a version and hashes.",
    cwe=(494, 829),
    atlas=("AML.T0011.001",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://pip.pypa.io/en/stable/reference/requirements-file-format/",),
    since="0.1",
    positive="requirement_files:extra_index_named_txt",
    negative="requirement_files:honest_named_txt",
)


def match(fact: Requirement, words: Vocabulary) -> Iterator[Match]:
    """Find requirements that come from elsewhere than the usual index, and names that look like others."""
    if fact.origin in {"index", "conda"}:
        looks = words.lookalikes.of(fact.name)
        if looks:
            yield _said(fact, f"`{fact.name}` {looks}", Severity.HIGH)
        return
    severity = _severity(fact, words)
    if severity is not None:
        yield _said(fact, f"`{fact.name or fact.specifier}` {ODD[fact.origin]}", severity)


def _said(fact: Requirement, message: str, severity: Severity) -> Match:
    return Match(
        message=message, fact=fact, evidence=(fact.detail or fact.specifier,), severity=severity, when=When.FLAG
    )


def _severity(fact: Requirement, words: Vocabulary) -> Severity | None:
    """Weigh where a package comes from: what is fixed, or lies in the repository, is only told."""
    match fact.origin:
        case "vcs" | "url":
            return Severity.LOW if fact.hashed else Severity.MEDIUM
        case "path" | "editable":
            return Severity.MEDIUM if _leaves(fact.detail) else Severity.LOW
        case "option":
            host = _host(fact.detail)
            entry = words.lists.find("package_hosts", host)
            if entry is None or fact.detail.startswith("http://"):
                return Severity.MEDIUM
            return None if entry.category in {"index", "channel"} else Severity.LOW
    return None


def _leaves(path: str) -> bool:
    plain = path.replace("\\", "/")
    return plain.startswith(("/", "~")) or ".." in plain.split("/") or plain[1:2] == ":"


def _host(address: str) -> str:
    """Take the host of an address, or the channel that the whole of it is; Google's storage is told by its bucket."""
    bare = address.partition("://")[2] or address
    host, _, path = bare.partition("/")
    host = host.rpartition("@")[2].lower()
    return f"{host}/{path.partition('/')[0]}" if host == "storage.googleapis.com" else host


ODD = {
    "url": "is installed from an address",
    "vcs": "is installed from a source repository",
    "path": "is installed from a path",
    "editable": "is installed in place",
    "option": "changes where packages come from, or how they are built",
}
"""Origins worth a look."""
