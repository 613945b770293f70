"""Connections to other machines."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, RuleInfo, Severity
from weighbridge.rules.execution import danger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Call, GlobalReference
    from weighbridge.core.finding import Match
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE105",
    slug="network",
    title="Loading connects to another machine",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, something that opens a connection or fetches an address: "
        "`urllib`, `socket`, `http.client`, `smtplib`, readers that accept URLs."
    ),
    why=(
        "Opening the file can send data out, tell its author where it was opened, or fetch the next stage of an "
        "attack from inside the company's network."
    ),
    fix=danger.REFUSE,
    cwe=(502, 918),
    atlas=("AML.T0011.000", "AML.T0018.002", "AML.T0025"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html", "https://github.com/advisories/GHSA-hgrh-qx5j-jfwx"),
    since="0.1",
    positive="examples:fetched_address",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that reach the network."""
    return danger.matches(fact, words, "a network connection", "network")
