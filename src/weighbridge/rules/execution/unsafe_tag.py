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
    module, _, name = full.rpartition(".")
    message = f"`{fact.key}` is tagged `{fact.tag}`"
    if not python or _is_data(kind, full, words):
        meaning = "which stands for plain data of Python" if python else "whose meaning is the loader's"
        severity, confidence = Severity.LOW, Confidence.MEDIUM
        yield Match(message=f"{message}, {meaning}", fact=fact, severity=severity, confidence=confidence)
    elif kind == "name" and words.tables.danger(module, name) is None and not words.tables.is_stdlib(module):
        # Settings of documentation tools name functions this way; the loader imports the module and calls nothing.
        yield Match(message=f"{message}, which imports a module", fact=fact, severity=Severity.MEDIUM)
    else:
        yield Match(message=message, fact=fact)


def _is_data(kind: str, full: str, words: Vocabulary) -> bool:
    if not full:
        return kind in PLAIN
    module, _, name = full.rpartition(".")
    return words.tables.vetted(module, name) is not None


PLAIN = frozenset(
    {"none", "bool", "bytes", "str", "unicode", "int", "long", "float", "complex", "list", "tuple", "dict"}
)
"""Tags that PyYAML's safer loaders know as well."""
