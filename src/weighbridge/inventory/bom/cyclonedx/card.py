"""The modelCard of a model and the data of a data set (CycloneDX 1.7, ``modelCard`` and ``componentData``)."""

from __future__ import annotations

from weighbridge.inventory.graph import Emission, Field, Metric, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.bom.cyclonedx.cited import Cited
    from weighbridge.inventory.graph import Component
    from weighbridge.inventory.lookup import Lookup

_TEXTS = (
    # (list of considerations, field)
    ("users", Field.USER),
    ("useCases", Field.INTENDED_USE),
    ("technicalLimitations", Field.LIMITATION),
    ("performanceTradeoffs", Field.TRADEOFF),
)


def model_card(graph: Lookup, one: Component) -> tuple[dict[str, Any], list[Cited]]:
    """Give the card of a model, empty where nothing of it is known, and what its parts were taken from."""
    cited: list[Cited] = []
    card: dict[str, Any] = {}
    if parameters := _parameters(graph, one, cited):
        card["modelParameters"] = parameters
    metrics: list[dict[str, Any]] = []
    for claim in one.claims(Field.METRIC):
        if isinstance(claim.content, Metric):
            cited.append((("modelCard", "quantitativeAnalysis", "performanceMetrics", len(metrics)), claim.origin))
            metrics.append(_metric(claim.content))
    if metrics:
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    if considerations := _considerations(one, cited):
        card["considerations"] = considerations
    return card, cited


def _parameters(graph: Lookup, one: Component, cited: list[Cited]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, field in (
        ("task", Field.TASK), ("architectureFamily", Field.FAMILY), ("modelArchitecture", Field.ARCHITECTURE),
    ):  # fmt: skip
        if claim := one.best(field):
            found[key] = str(claim.content)
            cited.append((("modelCard", "modelParameters", key), claim.origin))
    datasets: list[dict[str, str]] = []
    for relation in graph.leaving(one.id, RelationKind.TRAINED_ON, RelationKind.EVALUATED_ON):
        if {"ref": relation.target} not in datasets:
            cited += ((("modelCard", "modelParameters", "datasets", len(datasets)), at) for at in relation.origins)
            datasets.append({"ref": relation.target})
    if datasets:
        found["datasets"] = datasets
    for key, field in (("inputs", Field.INPUT), ("outputs", Field.OUTPUT)):
        if claims := one.claims(field):
            found[key] = [{"format": str(claim.content)} for claim in claims]
            cited += ((("modelCard", "modelParameters", key, at), claim.origin) for at, claim in enumerate(claims))
    return found


def _metric(metric: Metric) -> dict[str, Any]:
    of = " ".join(filter(None, (metric.dataset, metric.slice_)))
    return {"type": metric.type or metric.name, "value": metric.value, **({"slice": of} if of else {})}


def _considerations(one: Component, cited: list[Cited]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, field in _TEXTS:
        if claims := one.claims(field):
            found[key] = [str(claim.content) for claim in claims]
            cited += ((("modelCard", "considerations", key, at), claim.origin) for at, claim in enumerate(claims))
    if claims := one.claims(Field.RISK):
        found["ethicalConsiderations"] = [{"name": str(claim.content)} for claim in claims]
        cited += (
            (("modelCard", "considerations", "ethicalConsiderations", at), claim.origin)
            for at, claim in enumerate(claims)
        )
    properties: list[dict[str, str]] = []
    for claim in one.claims(Field.EMISSION):
        if isinstance(claim.content, Emission):
            place = ("modelCard", "considerations", "environmentalConsiderations", "properties", len(properties))
            cited.append((place, claim.origin))
            properties += _emission(claim.content)
    if properties:
        # energyConsumption would need an energy provider and kWh, which nobody has stated.
        found["environmentalConsiderations"] = {"properties": properties}
    return found


def _emission(emission: Emission) -> list[dict[str, str]]:
    """Grams of the card become tonnes, the unit of CycloneDX."""
    parts = {
        "co2_tonnes": f"{emission.grams / 1e6:.12g}", "source": emission.source, "phase": emission.phase,
        "location": emission.location, "hardware": emission.hardware,
    }  # fmt: skip
    return [{"name": f"weighbridge:emission:{name}", "value": text} for name, text in parts.items() if text]
