"""Switches that a file throws for its reader."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import Permission
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE153",
    slug="granted-permission",
    title="The file allows code on its reader's behalf",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A configuration sets a switch that guards against code: `trust_remote_code: true`, "
        "`weights_only: false`, `allow_pickle: true`."
    ),
    why=(
        "The permission to run code is for the person who loads the model to give. Loaders have taken it from the "
        "model's own files and run code without being asked (CVE-2026-5241)."
    ),
    fix="Do not load the model before that line is gone, and ask the publisher why it was there.",
    cwe=(829, 94),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/transformers/custom_models",),
    since="0.1",
    positive="configs:trusting_config_named_json",
    negative="configs:honest_config_named_json",
)


def match(fact: Permission, _words: Vocabulary) -> Iterator[Match]:
    """Find thrown switches; in the settings of a program that people start they are a matter for review."""
    yield Match(
        message=f"`{fact.key}` is set to {fact.text}",
        fact=fact,
        severity=None if fact.when is When.LOAD else Severity.MEDIUM,
        when=fact.when,
    )
