"""What a look at one configuration gathers: facts, with what repeats counted."""

from __future__ import annotations

from weighbridge.core.programs import CodeUnit, ConfiguredCall
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.config.tree import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Argument, Fact
    from weighbridge.formats.node import Node

_MODEL_FILES = frozenset({
    "config.json", "generation_config.json", "tokenizer_config.json", "preprocessor_config.json",
    "processor_config.json", "video_preprocessor_config.json", "adapter_config.json", "scheduler_config.json",
    "quantize_config.json", "model_index.json", "modules.json", "config_sentence_transformers.json",
    "sentence_bert_config.json", "special_tokens_map.json", "model_config.yaml", "model_config.yml",
})  # fmt: skip
_MODEL_KEYS = frozenset({
    "model_type", "architectures", "transformers_version", "_class_name", "_diffusers_version", "peft_type", "auto_map",
    "tokenizer_class", "processor_class", "feature_extractor_type", "image_processor_type", "nemo_version",
})  # fmt: skip


class Survey:
    """One configuration on its way into facts.

    ``model`` tells whether a loader of models reads it, by its name or by what it holds: then what it names is
    followed by a load. Anything else is settings of some program that people start.
    """

    def __init__(self, node: Node, top: frozenset[str]) -> None:
        self.at = node.at()
        self.name = node.name.lower().replace("\\", "/").rpartition("/")[2]
        self.model = self.name in _MODEL_FILES or bool(_MODEL_KEYS & top)
        self.when = When.LOAD if self.model else When.FLAG
        self._facts: list[Fact] = []
        self._calls: dict[tuple[str, str, str, When], tuple[str, tuple[Argument, ...], int]] = {}
        self._code: dict[tuple[str, str, When], dict[str, None]] = {}

    def fact(self, fact: Fact) -> None:
        """Take in a fact as it is."""
        self._facts.append(fact)

    def call(self, scheme: str, key: str, full: str, when: When, given: tuple[Argument, ...] = ()) -> None:
        """Take in that a field names ``full`` to be called."""
        module, _, name = full.rpartition(".")
        slot = (scheme, short(module), short(name), when)
        known = self._calls.get(slot)
        self._calls[slot] = (known[0], known[1] or given, known[2] + 1) if known else (key, given, 1)

    def code(self, carrier: str, name: str, when: When, language: str = "python") -> None:
        """Take in that a field names a program of the repository; those of one field are told together."""
        self._code.setdefault((language, carrier, when), {})[short(name)] = None

    def refer(
        self, relation: str, kind: Target, target: str, key: str, when: When | None, *, escapes: bool = False
    ) -> None:
        """Take in that a field points at something."""
        self._facts.append(
            Reference(
                at=self.at, relation=relation, kind=kind, target=short(target), key=key, escapes=escapes, when=when
            )
        )

    def foreign(self, relation: str, key: str, target: str, when: When) -> None:
        """Take in that code comes from another repository."""
        repository, _, revision = target.partition("@")
        pinned = len(revision) == _COMMIT
        self._facts.append(
            Reference(
                at=self.at, relation=relation, kind=Target.REPOSITORY, target=short(repository), key=key,
                pinned=pinned, when=when,
            )
        )  # fmt: skip

    def facts(self) -> Iterator[Fact]:
        """Give everything that was gathered; what may run comes first, before any bound on the number of facts."""
        for (scheme, module, name, when), (key, given, count) in self._calls.items():
            yield ConfiguredCall(
                at=self.at, scheme=scheme, key=key, module=module, name=name, when=when, arguments=given, count=count
            )
        for (language, carrier, when), names in self._code.items():
            shown = ", ".join(list(names)[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
            yield CodeUnit(at=self.at, language=language, carrier=carrier, name=shown, when=when)
        yield from self._facts


_COMMIT = 40  # characters of a commit
_SHOWN = 6  # programs of one field that are named
