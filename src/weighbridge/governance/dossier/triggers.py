"""What in a graph raises a question of Article 50: tasks, outputs, words of a card, libraries. It answers none."""

from __future__ import annotations

import re

from weighbridge.inventory.graph import Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from weighbridge.inventory.graph import Claim, Component, Graph

    Found: TypeAlias = Iterator[tuple[Component, Field, Claim]]

_CONVERSES = frozenset({
    "text-generation", "text2text-generation", "conversational", "image-text-to-text", "audio-text-to-text",
    "video-text-to-text", "any-to-any", "question-answering", "visual-question-answering", "CAUSAL_LM",
})  # fmt: skip
_WRITES = _CONVERSES | {"summarization", "translation"}
_DEPICTS = frozenset({
    "text-to-image", "text-to-video", "text-to-speech", "text-to-audio", "text-to-3d", "image-to-image",
    "image-to-video", "image-to-3d", "audio-to-audio", "image-text-to-image", "unconditional-image-generation",
    "any-to-any",
})  # fmt: skip
"""Tasks by what they make (https://huggingface.co/tasks)."""
_MEDIA = frozenset({"image", "audio", "video", "3D model"})
_PEOPLE = re.compile(
    r"\b(emotions?|facial|faces?|gender|ethnicity|biometrics?|speaker[- ](?:verification|identification|recognition)|"
    r"age[- ](?:estimation|classification|prediction)|personality)\b",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 4_000
"""Characters of a text in which such words are looked for."""
_MARKERS = frozenset({
    "invisible-watermark", "audioseal", "trustmark", "resemble-perth", "c2pa-python", "c2pa-node", "silentcipher",
    "watermark-anything", "synthid-text", "blind-watermark",
})  # fmt: skip
"""Libraries that mark output, by their names on PyPI and npm."""


def conversation(graph: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that people talk to it."""
    yield from _stated(models, Field.TASK, _CONVERSES)
    yield from _stated(graph.of(Kind.FILE), Field.ROLE, frozenset({"template"}))
    yield from _services(graph)


def synthetic(graph: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that it makes text, pictures, sounds or films."""
    yield from text(graph, models)
    yield from media(graph, models)
    yield from _services(graph)


def watermark(graph: Graph, _: tuple[Component, ...]) -> Found:
    """Yield libraries that mark output."""
    for one in graph.of(Kind.LIBRARY, Kind.FRAMEWORK):
        for claim in one.claims(Field.NAME):
            if str(claim.content).lower().replace("_", "-") in _MARKERS:
                yield one, Field.NAME, claim


def people(_: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what speaks of emotions, faces or biometrics."""
    for one in models:
        for field in (Field.TAG, Field.TASK, Field.NAME, Field.INTENDED_USE, Field.DESCRIPTION, Field.OUTPUT):
            for claim in one.claims(field):
                if _PEOPLE.search(str(claim.content)[:_LONGEST].replace("_", " ")):
                    yield one, field, claim


def media(_: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that it makes pictures, sounds or films."""
    yield from _stated(models, Field.TASK, _DEPICTS)
    yield from _stated(models, Field.OUTPUT, _MEDIA)


def text(_: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that it writes."""
    yield from _stated(models, Field.TASK, _WRITES)


def _services(graph: Graph) -> Found:
    """Yield the models of others that an application asks: what they answer is generated."""
    for one in graph.of(Kind.SERVICE):
        yield from ((one, Field.NAME, claim) for claim in one.claims(Field.NAME))


def _stated(components: Iterable[Component], field: Field, wanted: frozenset[str]) -> Found:
    for one in components:
        yield from ((one, field, claim) for claim in one.claims(field) if str(claim.content) in wanted)


TRIGGERS = {
    "conversation": conversation, "synthetic": synthetic, "watermark": watermark, "people": people, "media": media,
    "text": text,
}  # fmt: skip
"""By the name that feeds use."""
