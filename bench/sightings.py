"""What an inventory of an application says, whoever wrote it, held against what the application refers to.

The reading leans to the tool's side: a name counts in whatever field it stands, in upper or lower case, alone or as a
part of a purl or a sentence, and a service counts when its provider alone is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tests.builders.applications import Expected

DATA = "data"
SERVICE = "service"
MODELS = ("machine-learning-model",)
LOCAL = ("ollama", "mcp")
"""Services that the applications start themselves: to list them is right, and asked of nobody."""
_PLACES = ("evidence", "bom-ref")
"""Fields that tell where something stands, not what it is: a quoted line of source is no name."""
_SPDX = {"ai_AIPackage": MODELS[0], "dataset_DatasetPackage": DATA}
_AIBOM = {"models": MODELS[0], "datasets": DATA, "apis": SERVICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One thing that an inventory lists, and every text that it says of it, in lower case."""

    kind: str
    name: str
    texts: tuple[str, ...]

    def names(self, word: str) -> bool:
        """Whether a text has this word, not as a part of a longer name."""
        pattern = re.compile(rf"(?<![\w.-]){re.escape(word.lower().removeprefix('./'))}(?![\w/-])(?!\.\w)")
        return any(pattern.search(text) for text in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was found of what is there; ``invented`` and ``services_invented`` name what is not there."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    invented: tuple[str, ...]
    services: int
    services_expected: int
    services_invented: tuple[str, ...]
    revisions: int
    revisions_expected: int


def read(text: str, output: str, models: Iterable[str] = MODELS) -> tuple[Sighting, ...]:
    """Everything that an inventory lists; raises ValueError for one that is not of its form."""
    document = json.loads(text)
    if output == "spdx":
        return tuple(_sighting(_SPDX.get(one["type"], one["type"]), one) for one in document["@graph"] if "name" in one)
    if output == "aibom":
        return tuple(_sighting(kind, one) for field, kind in _AIBOM.items() for one in document[field])
    meant = dict.fromkeys(models, MODELS[0])
    root = document.get("metadata", {}).get("component", {})
    listed = _components((*document.get("components", ()), *root.get("components", ())))
    components = (_sighting(meant.get(one["type"], one["type"]), one) for one in listed)
    return (*components, *(_sighting(SERVICE, one) for one in document.get("services", ())))


def count(sightings: tuple[Sighting, ...], expected: tuple[Expected, ...]) -> Count:
    """Hold what a tool lists against what is there; a thing to which two places refer is one thing."""
    things: dict[tuple[str, str], list[Expected]] = {}
    for one in expected:
        things.setdefault((one.hub, one.name), []).append(one)
    seen = {key: [one for one in sightings if _is(one, *key)] for key in things}
    pinned = [
        (key, one.revision.removeprefix("sha256:")) for key, group in things.items() for one in group if one.revision
    ]
    hosted = [key for key, group in things.items() if group[0].kind == SERVICE]
    providers = {hub for hub, _ in hosted}
    services = [one for one in sightings if one.kind == SERVICE]
    known = {id(one) for group in seen.values() for one in group}
    return Count(
        found=tuple(name for (hub, name), group in seen.items() if group),
        missed=tuple(name for (hub, name), group in seen.items() if not group),
        invented=tuple(one.name for one in sightings if one.kind in (*MODELS, DATA) and id(one) not in known),
        services=sum(any(_is(one, hub, name) or one.names(hub) for one in services) for hub, name in hosted),
        services_expected=len(hosted),
        services_invented=tuple(
            one.name
            for one in services
            if id(one) not in known and not any(one.names(word) for word in (*providers, *LOCAL))
        ),
        revisions=sum(any(one.names(revision) for one in seen[key]) for key, revision in pinned),
        revisions_expected=len(pinned),
    )


def faults(text: str, output: str) -> int | None:
    """How many errors the strict schema of CycloneDX finds in a document; None for another form."""
    if output != "cyclonedx":
        return None
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    return len(list(JsonStrictValidator(version).validate_str(text, all_errors=True) or ()))


def _is(one: Sighting, hub: str, name: str) -> bool:
    """Whether this is meant: by its name, by the short name that a library completes, or by a file's name alone."""
    short = name.rpartition("/")[2] if hub == "file" else name.removeprefix("sentence-transformers/")
    return one.names(name) or (one.kind in (*MODELS, DATA) and one.name.lower() == short.lower())


def _components(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Components and what is nested in them, which is not what its holder is."""
    for one in entries:
        yield {key: value for key, value in one.items() if key != "components"}
        yield from _components(one.get("components", ()))


def _sighting(kind: str, entry: dict[str, Any]) -> Sighting:
    name = str(entry.get("name") or entry.get("provider") or "")
    group = str(entry.get("group") or "")
    joined = [f"{group}/{name}", f"{name}-{entry.get('version', '')}"]
    said = {key: value for key, value in entry.items() if key not in _PLACES}
    return Sighting(kind=kind, name=name, texts=tuple(text.lower() for text in (*joined, *_texts(said))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value
