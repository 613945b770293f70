"""Configurations of any notation, read for what loaders do by them.

Sources: transformers (``dynamic_module_utils``, ``configuration_utils``), diffusers (``pipeline_loading_utils``), PEFT,
sentence-transformers (``modules.json``), Hydra's instantiate API, LangChain's serialised objects, and the advisories
named at each family of fields. One walk over the document asks, for each key, whoever knows it.
"""

from __future__ import annotations

from weighbridge.formats.config import called, hub, places, services
from weighbridge.formats.config.survey import Survey
from weighbridge.formats.config.tree import tables
from weighbridge.formats.config.values import plain_values
from weighbridge.formats.strict_json import pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

_BY_KEY = called.BY_KEY | hub.BY_KEY
_WHOLE = (*hub.WHOLE, *services.WHOLE)
_TOKENS = ("tokenizer", "special_tokens", "added_tokens")
"""Configurations that list words by the thousand and describe no model."""

_CROISSANT = "mlcommons.org/croissant"
_OF_DATA_SETS = frozenset({
    "name", "description", "url", "version", "datePublished", "creator", "publisher", "license", "distribution",
})  # fmt: skip
"""Keys of Croissant that say what a data set is; its records are as many as it has columns."""


def inspect(document: JsonValue, _source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Look at a JSON document."""
    yield from surveyed(document, node, shared=False)


def surveyed(document: JsonValue, node: Node, *, shared: bool) -> Iterator[Yield]:
    """Look at any document; ``shared`` where its parts may stand in several places."""
    top = frozenset(document) if isinstance(document, dict) else frozenset[str]()
    survey = Survey(node, top)
    for look in _WHOLE:
        look(survey, document)
    for trail, table in tables(document, shared=shared):
        if (
            type(table) is dict
            and table.keys().isdisjoint(_BY_KEY.keys())
            and str not in set(map(type, table.values()))
        ):
            continue  # a vocabulary is a hundred thousand keys that nobody knows, and numbers
        for key, found in pairs_of(table):
            look_at = _BY_KEY.get(key)
            if look_at is not None:
                look_at(survey, trail, table, key, found)
            if type(found) is str:
                places.look(survey, trail, key, found)
                if survey.model or key in called.EXPRESSIONS or "${" in found:
                    called.look_for_code(survey, trail, key, found)
    yield from survey.facts()
    if survey.model and not survey.name.startswith(_TOKENS):
        yield from plain_values(document, "config", node.at())
    elif isinstance(document, dict) and "weight_map" in document:
        yield from plain_values({"metadata": document.get("metadata")}, "index", node.at())
    elif _is_evaluations(document):
        yield from plain_values(document, "evaluation", node.at())
    elif isinstance(document, dict) and _is_croissant(document):
        said = {key: found for key, found in document.items() if key in _OF_DATA_SETS}
        yield from plain_values(said, "croissant", node.at())


def _is_croissant(document: dict[str, JsonValue]) -> bool:
    """Tell whether a document describes a data set in Croissant, by the version that it says it conforms to."""
    said = document.get("conformsTo")
    return any(isinstance(one, str) and _CROISSANT in one for one in (said if isinstance(said, list) else [said]))


def _is_evaluations(document: JsonValue) -> bool:
    """Tell whether a document lists results as ``.eval_results`` of the Hub does: each with a data set and a value."""
    return (
        isinstance(document, list)
        and bool(document)
        and all(isinstance(one, dict) and isinstance(one.get("dataset"), dict) and "value" in one for one in document)
    )


def _says_nothing(table: dict[str, JsonValue]) -> bool:
    """Tell, without a step for each key, that nobody knows any and none has a text: vocabularies are long."""
    return table.keys().isdisjoint(_BY_KEY.keys()) and str not in set(map(type, table.values()))
