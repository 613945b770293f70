"""What contradicts is told with both sides; what says the same in other words is not."""

from __future__ import annotations

import pytest

from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.disputes import disputes
from weighbridge.inventory.graph import Confidence, Field, Kind, License, Method, Origin, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Content

CARD = Origin(method=Method.CARD, confidence=Confidence.DECLARED, file="README.md")
TEXT = Origin(method=Method.HEADER, confidence=Confidence.INFERRED, file="LICENSE")
BYTES = Origin(method=Method.HEADER, confidence=Confidence.VERIFIED, file="model.safetensors")
OTHER = Origin(method=Method.HEADER, confidence=Confidence.VERIFIED, file="model.gguf")
CONFIG = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file="config.json")
NAME = Origin(method=Method.NAME, confidence=Confidence.INFERRED)


def spdx(expression: str) -> License:
    return License(expression=expression)


def told(*claims: tuple[Field, Content, Origin]) -> list[str]:
    made = Assembly()
    model = made.component("model:.", Kind.MODEL)
    for field, content, origin in claims:
        made.claim(model, field, content, origin)
    return [one.what for one in disputes(made.finish(model))]


L, P, D = Field.LICENSE, Field.PARAMETERS, Field.DTYPE


@pytest.mark.parametrize(
    ("claims", "what"),
    [
        ([(L, spdx("Apache-2.0"), CARD), (L, spdx("MPL-2.0"), TEXT)], ["licence"]),
        ([(L, spdx("Apache-2.0"), CARD), (L, License(name="Llama 3 Community License"), TEXT)], ["licence"]),
        ([(L, spdx("Apache-2.0 OR MIT"), CARD), (L, spdx("MIT"), TEXT)], []),
        ([(L, spdx("MIT"), CARD), (L, spdx("MIT"), TEXT)], []),
        ([(L, License(name="llama3"), CARD), (L, License(name="Llama 3 Community License"), TEXT)], []),
        ([(P, 7_240_000_000, BYTES), (P, 7_000_000_000, NAME)], []),
        ([(P, 7_240_000_000, BYTES), (P, 70_000_000_000, NAME)], ["parameters"]),
        ([(P, 100, BYTES), (P, 98, OTHER)], []),
        ([(P, 100, BYTES), (P, 60, OTHER)], ["parameters"]),
        ([(P, 100, BYTES), (P, 101, CONFIG)], ["parameters"]),
        ([(P, 100, BYTES), (P, 100, CONFIG)], []),
        ([(P, 7, NAME), (P, 70, CARD)], []),
        ([(P, 25, BYTES), (P, 100, NAME), (Field.QUANTIZATION, "gptq 4 bits", CONFIG)], []),
        ([(D, "F32", BYTES), (D, "bfloat16", CONFIG)], ["type of numbers"]),
        ([(D, "F32", BYTES), (D, "float32", CONFIG)], []),
        ([(Field.DESCRIPTION, "a", CARD), (Field.DESCRIPTION, "b", OTHER)], []),
        ([(Field.CONTEXT_LENGTH, 1, CONFIG), (Field.CONTEXT_LENGTH, 2, OTHER)], ["context length"]),
    ],
)  # fmt: skip
def test_claims_of_one_model(claims: list[tuple[Field, Content, Origin]], what: list[str]) -> None:
    assert told(*claims) == what


@pytest.mark.parametrize(("other", "what"), [("org/b", ["what it was made from"]), ("local/A", [])])
def test_the_card_and_the_adapter_name_bases(other: str, what: list[str]) -> None:
    made = Assembly()
    model = made.component("adapter:.", Kind.ADAPTER)
    for name, kind, origin in (("org/a", RelationKind.DERIVED, CARD), (other, RelationKind.ADAPTER_OF, CONFIG)):
        base = made.component(f"model:{name}", Kind.MODEL)
        made.claim(base, Field.NAME, name, origin)
        made.relate(model, kind, base, origin)
    found = disputes(made.finish(model))
    assert [one.what for one in found] == what
    if found:
        assert [(words, origin.file) for words, origin in found[0].sides] == [
            ("org/a", "README.md"), (other, "config.json"),
        ]  # fmt: skip
