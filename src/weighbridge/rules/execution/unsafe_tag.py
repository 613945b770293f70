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


def match(fact: UnsafeTag, words: Vocabulary) -> Iterator[Match]:
    """Find tags beyond YAML's own; those of Python construct objects, unless they name plain data."""
    _, python, asked = fact.tag.rpartition("python/")
    kind, _, full = asked.partition(":")
    if python and not _is_data(kind, full, words):
        yield Match(message=f"`{fact.key}` is tagged `{fact.tag}`", fact=fact)
    else:
        meaning = "which stands for plain data of Python" if python else "whose meaning is the loader's"
        yield Match(
            message=f"`{fact.key}` has the tag `{fact.tag}`, {meaning}",
            fact=fact,
            severity=Severity.LOW,
            confidence=Confidence.MEDIUM,
        )


def _is_data(kind: str, full: str, words: Vocabulary) -> bool:
    if not full:
        return kind in PLAIN
    module, _, name = full.rpartition(".")
    return words.tables.vetted(module, name) is not None


PLAIN = frozenset(
    {"none", "bool", "bytes", "str", "unicode", "int", "long", "float", "complex", "list", "tuple", "dict"}
)
"""Tags that PyYAML's safer loaders know as well."""
