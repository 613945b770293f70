"""One component of a graph as an element of SPDX 3.0.1: profiles Software, AI and Dataset.

Source: https://spdx.github.io/spdx-spec/v3.0.1/ (model: Software, AI, Dataset, SimpleLicensing).
"""

from __future__ import annotations

from weighbridge.inventory.bom.addresses import address_of, is_digest, time_of
from weighbridge.inventory.bom.purls import trouble
from weighbridge.inventory.graph import Emission, Field, Kind, Metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from weighbridge.inventory.graph import Component

TYPES = {
    Kind.MODEL: "ai_AIPackage", Kind.ADAPTER: "ai_AIPackage", Kind.DATASET: "dataset_DatasetPackage",
    Kind.FILE: "software_File",
}  # fmt: skip
"""All others are ``software_Package``; 3.0.1 has no words for services and hardware."""
_PURPOSES = {
    Kind.MODEL: "model", Kind.ADAPTER: "model", Kind.DATASET: "data", Kind.APPLICATION: "application",
    Kind.LIBRARY: "library", Kind.FRAMEWORK: "framework", Kind.SERVICE: "other", Kind.HARDWARE: "device",
}  # fmt: skip
_FILE_PURPOSES = {
    "weights": "model", "config": "configuration", "code": "source", "data": "data", "document": "documentation",
    "signature": "evidence", "tokenizer": "data", "template": "source",
}  # fmt: skip
DATASET_TYPES = frozenset({
    "audio", "categorical", "graph", "image", "noAssertion", "numeric", "other", "sensor", "structured", "syntactic",
    "text", "timeseries", "timestamp", "video",
})  # fmt: skip
"""The values of ``dataset_datasetType``."""
MANDATORY = (
    "releaseTime", "suppliedBy", "software_downloadLocation", "software_packageVersion", "software_primaryPurpose",
)  # fmt: skip
"""What the profile AI wants of each package, and its shapes do not ask for."""
_ALGORITHMS = (("sha256", Field.SHA256), ("sha512", Field.SHA512))


def package(one: Component, agent: Callable[[str], str]) -> dict[str, Any]:
    """Write what the profiles have words for; ``agent`` gives the element of an organisation by its name."""
    written: dict[str, Any] = {"type": TYPES.get(one.kind, "software_Package"), "name": one.text(Field.NAME) or one.id}
    hashes = [
        {"type": "Hash", "algorithm": algorithm, "hashValue": str(claim.content)}
        for algorithm, field in _ALGORITHMS
        for claim in one.claims(field)
        if is_digest(str(claim.content), algorithm)
    ]
    if hashes:
        written["verifiedUsing"] = hashes
    if description := one.text(Field.DESCRIPTION):
        written["description"] = description
    if one.kind is Kind.FILE:
        return written | {"software_primaryPurpose": _FILE_PURPOSES.get(one.text(Field.ROLE), "file")}
    written["software_primaryPurpose"] = _PURPOSES[one.kind]
    if version := one.text(Field.VERSION):
        written["software_packageVersion"] = version
    if supplier := one.text(Field.SUPPLIER) or one.text(Field.PROVIDER):
        written["suppliedBy"] = agent(supplier)
    if authors := one.claims(Field.AUTHOR):
        written["originatedBy"] = [agent(str(claim.content)) for claim in authors]
    if address := address_of(one.text(Field.REFERENCE)):
        written["software_downloadLocation"] = address
    if released := time_of(one.text(Field.RELEASED)):
        written["releaseTime"] = released
    if (purl := one.text(Field.PURL)) and not trouble(purl):
        written["software_packageUrl"] = purl
        identifier = {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}
        written["externalIdentifier"] = [identifier]
    if one.kind is Kind.DATASET:
        said = one.text(Field.DATASET_TYPE)
        written["dataset_datasetType"] = [said if said in DATASET_TYPES else "noAssertion"]
    if one.kind in {Kind.MODEL, Kind.ADAPTER}:
        written |= _model(one)
        if missing := [field for field in MANDATORY if field not in written]:
            written["comment"] = f"nobody states, and nothing shows: {', '.join(missing)}"
    return written


def _model(one: Component) -> dict[str, Any]:
    written: dict[str, Any] = {}
    many = {
        "ai_typeOfModel": (Field.ARCHITECTURE, Field.FAMILY), "ai_domain": (Field.TASK,),
    }  # fmt: skip
    for key, fields in many.items():
        if texts := sorted({str(claim.content) for field in fields for claim in one.claims(field)}):
            written[key] = texts
    whole = {
        "ai_limitation": Field.LIMITATION, "ai_informationAboutApplication": Field.INTENDED_USE,
        "ai_informationAboutTraining": Field.TRAINING,
    }  # fmt: skip
    for key, field in whole.items():
        if claims := one.claims(field):
            written[key] = "\n\n".join(str(claim.content) for claim in claims)
    if entries := _hyperparameters(one):
        written["ai_hyperparameter"] = entries
    metrics = [_metric(claim.content) for claim in one.claims(Field.METRIC) if isinstance(claim.content, Metric)]
    if metrics := [entry for entry in metrics if entry["key"]]:
        written["ai_metric"] = metrics
    return written


def _hyperparameters(one: Component) -> list[dict[str, str]]:
    pairs = [str(claim.content).partition("=")[::2] for claim in one.claims(Field.HYPERPARAMETER)]
    counted = (Field.PARAMETERS, Field.CONTEXT_LENGTH, Field.VOCABULARY_SIZE, Field.QUANTIZATION)
    pairs += ((str(field), text) for field in counted if (text := one.text(field)))
    # EnergyConsumption of SPDX is energy; a card states grams of CO2, which is another quantity.
    emissions = [claim.content for claim in one.claims(Field.EMISSION)]
    pairs += (("co2_grams", f"{each.grams:.12g}") for each in emissions if isinstance(each, Emission))
    return [{"type": "DictionaryEntry", "key": key, "value": text} for key, text in sorted(set(pairs)) if key]


def _metric(metric: Metric) -> dict[str, str]:
    of = " ".join(filter(None, (metric.type or metric.name, metric.dataset, metric.slice_)))
    return {"type": "DictionaryEntry", "key": of, "value": metric.value}
