"""YAML that constructs objects."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import UnsafeTag
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE135",
    slug="unsafe-tag",
    title="YAML asks its loader to build an object",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A value in YAML carries a tag such as `!!python/object/apply`, by which PyYAML's unsafe loaders "
        "import and call any name."
    ),
    why=(
        "Programs that read the file with `yaml.load` and an unsafe loader run the author's code "
        "(CVE-2021-37678, CVE-2026-37568)."
    ),
    fix="Do not load the file; plain settings need no tags.",
    cwe=(502,),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-r6jx-9g48-2r5r",),
    since="0.1",
    positive="configs:python_tag_named_yaml",
    negative="configs:hydra_named_yaml",
)


def match(fact: UnsafeTag, _words: Vocabulary) -> Iterator[Match]:
    """Find tags beyond YAML's own; those of Python construct objects."""
    if "python" in fact.tag:
        yield Match(message=f"`{fact.key}` is tagged `{fact.tag}`", fact=fact)
    else:
        yield Match(
            message=f"`{fact.key}` has the tag `{fact.tag}`, whose meaning is the loader's",
            fact=fact,
            severity=Severity.LOW,
            confidence=Confidence.MEDIUM,
        )
