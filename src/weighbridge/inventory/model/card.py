"""Model cards: the front matter of Hugging Face and the sections that people write.

Source: https://huggingface.co/docs/hub/model-cards (fields, ``model-index``, ``co2_eq_emissions`` in grams).
"""

from __future__ import annotations

import re

from weighbridge.core.descriptions import DocumentSection, DocumentValue
from weighbridge.inventory.graph import Confidence, Emission, Field, Kind, Metric, RelationKind
from weighbridge.inventory.licenses import license_of
from weighbridge.inventory.model.tasks import FLOWS
from weighbridge.inventory.model.telling import Repository, repository_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Telling

CARD = "readme.md"
EVALUATIONS = ".eval_results"
_RELATIONS = {
    "finetune": RelationKind.FINETUNED, "adapter": RelationKind.ADAPTER_OF, "merge": RelationKind.MERGED,
    "quantized": RelationKind.QUANTIZED,
}  # fmt: skip
_SIMPLE = {
    "library_name": Field.LIBRARY, "pipeline_tag": Field.TASK, "language": Field.LANGUAGE, "tags": Field.TAG,
    "model_name": Field.NAME,
}  # fmt: skip
_HEADINGS = (
    # (beginning of a heading in lower case, the field that its text is about); the first that fits decides
    ("intended use", Field.INTENDED_USE),
    ("direct use", Field.INTENDED_USE),
    ("downstream use", Field.INTENDED_USE),
    ("primary intended use", Field.INTENDED_USE),
    ("uses", Field.INTENDED_USE),
    ("use case", Field.INTENDED_USE),
    ("intended user", Field.USER),
    ("primary intended user", Field.USER),
    ("limitation", Field.LIMITATION),
    ("known limitation", Field.LIMITATION),
    ("bias, risks", Field.LIMITATION),
    ("bias and limitation", Field.LIMITATION),
    ("risks and limitation", Field.LIMITATION),
    ("out-of-scope", Field.LIMITATION),
    ("out of scope", Field.LIMITATION),
    ("misuse", Field.LIMITATION),
    ("bias", Field.RISK),
    ("ethical consideration", Field.RISK),
    ("ethics", Field.RISK),
    ("responsible ai", Field.RISK),
    ("responsibility", Field.RISK),
    ("safety", Field.RISK),
    ("risks", Field.RISK),
    ("trade-off", Field.TRADEOFF),
    ("tradeoff", Field.TRADEOFF),
    ("training procedure", Field.TRAINING),
    ("training detail", Field.TRAINING),
    ("training data", Field.TRAINING),
    ("training hyperparameter", Field.TRAINING),
    ("training", Field.TRAINING),
    ("pretraining", Field.TRAINING),
    ("preprocessing", Field.TRAINING),
    ("model description", Field.DESCRIPTION),
    ("model summary", Field.DESCRIPTION),
    ("description", Field.DESCRIPTION),
    ("overview", Field.DESCRIPTION),
    ("introduction", Field.DESCRIPTION),
)
"""Headings of the template of the Hub (huggingface_hub, ``modelcard_template.md``), of older cards of transformers and
of model families."""
_ORNAMENT = re.compile(r"^[\W\d_]+")
"""Numbers, pictures and marks before the words of a heading."""
_UNFILLED = "[more information needed]"
"""What the template of the Hub has where nobody has written anything."""
_FIRST = 500
"""Characters of a first paragraph that are kept."""


def read(file: SubjectFile, tell: Telling) -> None:
    """Take in what a card says."""
    values = {one.pointer: one for one in file.of(DocumentValue) if one.document == "card" and not one.at.member}
    lists: dict[str, list[tuple[str, str]]] = {}
    for pointer, one in values.items():
        key = pointer.split("/", 2)[1] if pointer else ""
        if one.text and pointer.count("/") <= 2:
            lists.setdefault(key, []).append((pointer, one.text))
    for key, field in _SIMPLE.items():
        for pointer, text in lists.get(key, ()):
            tell.claim(field, text, pointer)
    for pointer, text in lists.get("pipeline_tag", ()):
        for field, flows in zip((Field.INPUT, Field.OUTPUT), FLOWS.get(text, ((), ())), strict=True):
            for flow in flows:
                tell.claim(field, flow, pointer, Confidence.INFERRED, f"what goes with {text}")
    for pointer, text in lists.get("library_name", ()):
        tell.made_with(text, "", pointer)
    _license(values, lists, tell)
    _bases(values, lists, tell)
    for pointer, text in lists.get("datasets", ()):
        if name := repository_name(text):
            tell.relate(RelationKind.TRAINED_ON, Repository(kind=Kind.DATASET, name=name), pointer)
        else:
            tell.claim(Field.TRAINING, f"data: {text}", pointer)
    _emissions(values, tell)
    _results(values, tell)
    _sections(file, tell)


def evaluations(file: SubjectFile, tell: Telling) -> None:
    """Take in a file of ``.eval_results`` (https://huggingface.co/docs/hub/eval-results)."""
    values = {one.pointer: one for one in file.of(DocumentValue) if one.document == "evaluation" and not one.at.member}
    for pointer, measured in values.items():
        parts = pointer.split("/")
        if len(parts) != 3 or parts[2] != "value":
            continue
        at = f"/{parts[1]}"
        dataset = _text(values, f"{at}/dataset/id")
        found = Metric(
            type=_text(values, f"{at}/dataset/task_id") or "score", value=measured.text, dataset=dataset,
            verified=bool(_text(values, f"{at}/verifyToken")),
        )  # fmt: skip
        source = _text(values, f"{at}/source/url")
        tell.claim(Field.METRIC, found, pointer, note=f"see {source}" if source else "")
        if dataset:
            named = Repository(kind=Kind.DATASET, name=dataset, revision=_text(values, f"{at}/dataset/revision"))
            tell.relate(RelationKind.EVALUATED_ON, named, f"{at}/dataset/id")


def _sections(file: SubjectFile, tell: Telling) -> None:
    first = True
    for section in file.of(DocumentSection):
        if section.at.member:
            continue
        heading = _ORNAMENT.sub("", section.heading.lower())
        field = next((field for beginning, field in _HEADINGS if heading.startswith(beginning)), None)
        if section.text.strip().lower().startswith(_UNFILLED):
            continue
        if field is not None:
            tell.claim(field, section.text, f"section {section.heading}")
        elif first and (words := _paragraph(section.text)):
            tell.claim(Field.DESCRIPTION, words, f"section {section.heading}")
        first = False


def _paragraph(text: str) -> str:
    """Give the first paragraph that is prose: no badge, picture, table, list or markup."""
    for part in text.split("\n\n"):
        words = " ".join(part.split())
        if words[:1].isalnum() and " " in words:
            return words if len(words) <= _FIRST else f"{words[:_FIRST]}…"
    return ""


def _text(values: dict[str, DocumentValue], pointer: str) -> str:
    return values[pointer].text if pointer in values else ""


def _license(values: dict[str, DocumentValue], lists: dict[str, list[tuple[str, str]]], tell: Telling) -> None:
    for pointer, text in lists.get("license", ()):
        found = license_of(text, _text(values, "/license_name"), _text(values, "/license_link"))
        if found is not None:
            tell.claim(Field.LICENSE, found, pointer)


def _bases(values: dict[str, DocumentValue], lists: dict[str, list[tuple[str, str]]], tell: Telling) -> None:
    bases = lists.get("base_model", [])
    stated = _RELATIONS.get(_text(values, "/base_model_relation"))
    relation = stated or (RelationKind.MERGED if len(bases) > 1 else RelationKind.DERIVED)
    for pointer, text in bases:
        if name := repository_name(text):
            tell.relate(relation, Repository(kind=Kind.MODEL, name=name), pointer)


def _emissions(values: dict[str, DocumentValue], tell: Telling) -> None:
    base = "/co2_eq_emissions"
    pointer = base if base in values else f"{base}/emissions"
    try:
        grams = float(_text(values, pointer))
    except ValueError:
        return
    if 0 <= grams < float("inf"):
        source, phase, location, hardware = (
            _text(values, f"{base}/{key}")
            for key in ("source", "training_type", "geographical_location", "hardware_used")
        )
        emission = Emission(grams=grams, source=source, phase=phase, location=location, hardware=hardware)
        tell.claim(Field.EMISSION, emission, pointer)


def _results(values: dict[str, DocumentValue], tell: Telling) -> None:
    for pointer, measured in values.items():
        parts = pointer.split("/")
        if parts[1:2] != ["model-index"] or parts[5:6] != ["metrics"] or parts[7:] != ["value"]:
            continue
        result, metric = "/".join(parts[:5]), "/".join(parts[:7])
        dataset = _text(values, f"{result}/dataset/type")
        pieces = (_text(values, f"{result}/dataset/config"), _text(values, f"{result}/dataset/split"))
        found = Metric(
            type=_text(values, f"{metric}/type"), value=measured.text, name=_text(values, f"{metric}/name"),
            task=_text(values, f"{result}/task/type"), dataset=dataset, slice_="/".join(filter(None, pieces)),
            verified=bool(_text(values, f"{metric}/verifyToken")),
        )  # fmt: skip
        tell.claim(Field.METRIC, found, pointer)
        if dataset:
            named = Repository(kind=Kind.DATASET, name=dataset, revision=_text(values, f"{result}/dataset/revision"))
            tell.relate(RelationKind.EVALUATED_ON, named, f"{result}/dataset/type")
