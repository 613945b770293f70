"""Commands that tools run."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import Command
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="AGT801",
    slug="command",
    title="A tool is told to run a command",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A configuration of an agent, an editor or a server names a command that it runs: a hook, a task, a "
        "server that is started on opening."
    ),
    why=(
        "Opening the folder with that tool starts the command (CVE-2025-59536). A package fetched without a "
        "version may be another one tomorrow."
    ),
    fix="Read the command, and delete the file if you did not expect it.",
    cwe=(78, 829),
    atlas=("AML.T0050", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-4fgq-fpq9-mr3g",),
    since="0.1",
    positive="agent_files:mcp_server_named_json",
    negative="agent_files:honest_named_json",
)


def match(fact: Command, _words: Vocabulary) -> Iterator[Match]:
    """Find commands that tools run for whoever opens the repository."""
    loose = ", not pinned to a version" if fact.pinned is False else ""
    yield Match(message=f"{fact.runner} runs `{fact.line}`{loose}", fact=fact, evidence=(fact.key,), when=fact.when)
