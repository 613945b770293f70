"""Copies of a chat template."""

from __future__ import annotations

from weighbridge.core.facts import MetadataEntry
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import FileOutline, Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU708",
    slug="template-copies",
    title="Copies of the chat template differ",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=("Two files of one directory hold a chat template of the same name, and the templates are not the same."),
    why=(
        "Which one is used depends on the program. A harmless one for reviewers beside another for users is "
        "how a poisoned template is hidden."
    ),
    fix="Compare the two, and remove one of them.",
    cwe=(345, 436),
    atlas=("AML.T0018.002", "AML.T0074"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://arxiv.org/abs/2602.04653",),
    since="0.1",
    positive="repositories:template_copies_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find templates of one directory that go by the same name and differ."""
    for files in repository.folders().values():
        first: dict[str, tuple[FileOutline, MetadataEntry]] = {}
        for file in files:
            for entry in file.of(MetadataEntry):
                if TEMPLATE not in entry.key or not entry.key.endswith(DIGEST):
                    continue
                name = entry.key.removesuffix(DIGEST)[entry.key.index(TEMPLATE) :]
                known = first.setdefault(name, (file, entry))
                if known[1].text != entry.text:
                    binary = "gguf" in file.formats or "gguf" in known[0].formats
                    yield (
                        file.path,
                        Match(
                            message=f"its {name} differs from that of {known[0].name}",
                            fact=entry,
                            severity=Severity.LOW if binary else None,
                            when=When.BEHAVIOUR,
                        ),
                    )


TEMPLATE, DIGEST = "chat_template", ".sha256"
"""What the key of a template's digest holds, and how it ends; GGUF puts ``tokenizer.`` before it."""
