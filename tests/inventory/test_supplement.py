"""What a person adds is marked as theirs, stands beside what files say, and cannot replace what is computed."""

from __future__ import annotations

import pytest

from weighbridge.core.errors import UsageError
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, License, Method, Origin
from weighbridge.inventory.supplement import supplemented

CARD = Origin(method=Method.CARD, confidence=Confidence.DECLARED, file="README.md")


def graph() -> Graph:
    made = Assembly()
    model = made.component("model:.", Kind.MODEL)
    made.component("file:a/b", Kind.FILE)
    made.claim(model, Field.LICENSE, License(expression="MIT"), CARD)
    made.ask(model, Field.SUPPLIER)
    return made.finish(model)


def test_it_says_who_says_it() -> None:
    text = 'author = "Jo"\n[model]\nsupplier = "Ours"\nlicense = "apache-2.0"\nintended_use = ["a", "b"]\n'
    text += '[components."file:a/b"]\ndescription = "the weights"\n'
    found = supplemented(graph(), text, "a" * 64)
    model = found.component("model:.")
    (supplier,) = model.claims(Field.SUPPLIER)
    assert supplier.content == "Ours"
    assert supplier.origin == Origin(
        method=Method.STATEMENT, confidence=Confidence.DECLARED, file="weighbridge.card.toml",
        pointer="/model/supplier", sha256="a" * 64, author="Jo",
    )  # fmt: skip
    assert [claim.content for claim in model.claims(Field.LICENSE)] == [
        License(expression="Apache-2.0"), License(expression="MIT"),
    ]  # fmt: skip
    assert len(model.claims(Field.INTENDED_USE)) == 2
    (words,) = found.component("file:a/b").claims(Field.DESCRIPTION)
    assert words.origin.pointer == "/components/file:a~1b/description"


@pytest.mark.parametrize(
    "text",
    [
        "", "author = 1", 'author = " "', "[", 'author = "J"\nmore = 1', 'author = "J"\n[model]\nsha256 = "a"',
        'author = "J"\n[model]\nnothing = "a"', 'author = "J"\n[model]\nsupplier = 1',
        'author = "J"\n[model]\nsupplier = ""',
        'author = "J"\n[model]\nparameters = "many"', 'author = "J"\n[model]\nversion = ["1", "2"]',
        'author = "J"\n[components.x]\nname = "x"', 'author = "J"\nmodel = 1', 'author = "J"\ncomponents = 1',
        'author = "J"\n[model]\nlicense = "unknown"', 'author = "J"\nx = ' + "[" * 10_000,
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_an_error(text: str) -> None:
    with pytest.raises(UsageError):
        supplemented(graph(), text, "a" * 64)
