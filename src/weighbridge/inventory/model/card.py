"""Model cards: the front matter of Hugging Face and the sections that people write.

Source: https://huggingface.co/docs/hub/model-cards (fields, ``model-index``, ``co2_eq_emissions`` in grams).
"""

from __future__ import annotations

from weighbridge.core.descriptions import DocumentSection, DocumentValue
from weighbridge.inventory.graph import Emission, Field, Kind, Metric, RelationKind
from weighbridge.inventory.licenses import license_of
from weighbridge.inventory.model.telling import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Elsewhere, Telling

CARD = "readme.md"
_RELATIONS = {
    "finetune": RelationKind.FINETUNED, "adapter": RelationKind.ADAPTER_OF, "merge": RelationKind.MERGED,
    "quantized": RelationKind.QUANTIZED,
}  # fmt: skip
_SIMPLE = {
    "library_name": Field.LIBRARY, "pipeline_tag": Field.TASK, "language": Field.LANGUAGE, "tags": Field.TAG,
    "model_name": Field.NAME,
}  # fmt: skip
_HEADINGS = (
    # (beginning of a heading in lower case, the field that its text is about)
    ("intended use", Field.INTENDED_USE),
    ("direct use", Field.INTENDED_USE),
    ("downstream use", Field.INTENDED_USE),
    ("uses", Field.INTENDED_USE),
    ("use cases", Field.INTENDED_USE),
    ("intended users", Field.USER),
    ("limitation", Field.LIMITATION),
    ("bias, risks", Field.LIMITATION),
    ("bias and limitation", Field.LIMITATION),
    ("risks and limitation", Field.LIMITATION),
    ("out-of-scope", Field.LIMITATION),
    ("ethical consideration", Field.RISK),
    ("risks", Field.RISK),
    ("trade-off", Field.TRADEOFF),
    ("training procedure", Field.TRAINING),
    ("training detail", Field.TRAINING),
    ("training data", Field.TRAINING),
    ("model description", Field.DESCRIPTION),
)


def read(file: SubjectFile, tell: Telling, elsewhere: Elsewhere) -> None:
    """Take in what a card says."""
    values = {one.pointer: one for one in file.of(DocumentValue) if one.document == "card"}
    lists: dict[str, list[tuple[str, str]]] = {}
    for pointer, one in values.items():
        key = pointer.split("/", 2)[1] if pointer else ""
        if one.text and pointer.count("/") <= 2:
            lists.setdefault(key, []).append((pointer, one.text))
    for key, field in _SIMPLE.items():
        for pointer, text in lists.get(key, ()):
            tell.claim(field, text, pointer)
    _license(values, tell)
    _bases(values, lists, tell, elsewhere)
    for pointer, text in lists.get("datasets", ()):
        if _is_repository(text):
            elsewhere.name(
                tell.about, RelationKind.TRAINED_ON, Repository(kind=Kind.DATASET, name=text), tell.origin(pointer)
            )
        else:
            tell.claim(Field.TRAINING, f"data: {text}", pointer)
    _emissions(values, tell)
    _results(values, tell, elsewhere)
    for section in file.of(DocumentSection):
        heading = section.heading.lower().strip("*: ")
        for beginning, field in _HEADINGS:
            if heading.startswith(beginning):
                tell.claim(field, section.text, f"section {section.heading}")
                break


def _text(values: dict[str, DocumentValue], pointer: str) -> str:
    return values[pointer].text if pointer in values else ""


def _license(values: dict[str, DocumentValue], tell: Telling) -> None:
    for pointer in ("/license", "/license/0"):
        if pointer in values:
            name, url = _text(values, "/license_name"), _text(values, "/license_link")
            found = license_of(values[pointer].text, name, url)
            if found is not None:
                tell.claim(Field.LICENSE, found, pointer)


def _bases(
    values: dict[str, DocumentValue], lists: dict[str, list[tuple[str, str]]], tell: Telling, elsewhere: Elsewhere
) -> None:
    bases = lists.get("base_model", [])
    stated = _RELATIONS.get(_text(values, "/base_model_relation"))
    relation = stated or (RelationKind.MERGED if len(bases) > 1 else RelationKind.DERIVED)
    for pointer, text in bases:
        if _is_repository(text):
            elsewhere.name(tell.about, relation, Repository(kind=Kind.MODEL, name=text), tell.origin(pointer))


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


def _results(values: dict[str, DocumentValue], tell: Telling, elsewhere: Elsewhere) -> None:
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
            elsewhere.name(tell.about, RelationKind.EVALUATED_ON, named, tell.origin(f"{result}/dataset/type"))


def _is_repository(text: str) -> bool:
    parts = text.split("/")
    return len(parts) <= 2 and all(parts) and text.isprintable() and not set(text) & set(" \\?#@:")
