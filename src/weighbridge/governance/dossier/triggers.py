"""What in a graph raises a question of Article 50: tasks, outputs, words of a card, libraries. It answers none."""

from __future__ import annotations

import re

from weighbridge.inventory.graph import Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.inventory.graph import Component, Graph

    Found: TypeAlias = Iterator[tuple[Component, Field]]

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
    yield from _tasks(models, _CONVERSES)
    yield from ((one, Field.NAME) for one in graph.of(Kind.SERVICE))
    for one in graph.of(Kind.FILE):
        if one.text(Field.ROLE) == "template":
            yield one, Field.NAME


def synthetic(graph: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that it makes text, pictures, sounds or films."""
    yield from _tasks(models, _WRITES | _DEPICTS)
    yield from _outputs(models, _MEDIA)
    yield from ((one, Field.NAME) for one in graph.of(Kind.SERVICE))


def watermark(graph: Graph, _: tuple[Component, ...]) -> Found:
    """Yield libraries that mark output."""
    for one in graph.of(Kind.LIBRARY, Kind.FRAMEWORK):
        if one.text(Field.NAME).lower().replace("_", "-") in _MARKERS:
            yield one, Field.NAME


def people(_: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what speaks of emotions, faces or biometrics."""
    for one in models:
        for field in (Field.TAG, Field.TASK, Field.NAME, Field.INTENDED_USE, Field.DESCRIPTION, Field.OUTPUT):
            texts = (str(claim.content)[:_LONGEST].replace("_", " ") for claim in one.claims(field))
            if any(map(_PEOPLE.search, texts)):
                yield one, field


def media(_: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that it makes pictures, sounds or films."""
    yield from _tasks(models, _DEPICTS)
    yield from _outputs(models, _MEDIA)


def text(_: Graph, models: tuple[Component, ...]) -> Found:
    """Yield what lets think that it writes."""
    yield from _tasks(models, _WRITES)


def _tasks(models: tuple[Component, ...], tasks: frozenset[str]) -> Found:
    for one in models:
        if any(str(claim.content) in tasks for claim in one.claims(Field.TASK)):
            yield one, Field.TASK


def _outputs(models: tuple[Component, ...], outputs: frozenset[str]) -> Found:
    for one in models:
        if any(str(claim.content) in outputs for claim in one.claims(Field.OUTPUT)):
            yield one, Field.OUTPUT


TRIGGERS = {
    "conversation": conversation, "synthetic": synthetic, "watermark": watermark, "people": people, "media": media,
    "text": text,
}  # fmt: skip
"""By the name that feeds use."""
