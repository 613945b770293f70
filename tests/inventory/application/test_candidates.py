"""Calls that cannot be loaders are not evaluated; a loader that is handed on under another word is still found."""

from __future__ import annotations

import pytest

from tests.builders import applications, workshop
from weighbridge.inventory.application import worker
from weighbridge.inventory.application.asking import Asked, Wrapper
from weighbridge.inventory.application.python import source as python
from weighbridge.inventory.application.python.candidates import Candidates
from weighbridge.inventory.application.terms import Text

HEAD = "from transformers import AutoModel, pipeline\nimport functools, timm, transformers\n"
HANDED_ON = (
    "load = AutoModel.from_pretrained\nload('org/m')\n",
    "from transformers import pipeline as make\nmake(model='org/m')\n",
    "import transformers.pipelines.pipeline as make\nmake(model='org/m')\n",
    "class A:\n    open_it = AutoModel.from_pretrained\nA.open_it('org/m')\n",
    "class A:\n    def __init__(self):\n        self.get = AutoModel.from_pretrained\n"
    "    def run(self):\n        self.get('org/m')\n",
    "make = functools.partial(pipeline, 'text-generation')\nmake('org/m')\n",
    "make = getattr(AutoModel, 'from_pretrained')\nmake('org/m')\n",
    "class A:\n    @property\n    def made(self):\n        return AutoModel.from_pretrained\nA().made('org/m')\n",
    "(make := AutoModel.from_pretrained)\nmake('org/m')\n",
    "for make in [AutoModel.from_pretrained]:\n    make('org/m')\n",
    "with open('x') as f:\n    a, make = 1, AutoModel.from_pretrained\nmake('org/m')\n",
    "my_pipeline = transformers.pipelines.my_pipeline\ntransformers.my_pipeline(model='org/m')\n",
    "from torchvision.models import resnet18\nresnet18(weights='org/m')\n",
)  # fmt: skip


def subjects(source: str) -> set[str]:
    found = worker.facts_of((HEAD + source).encode(), Asked(path="a.py", module="a"))
    assert not found.trouble
    terms = [term for call in found.calls for _, term in call.given]
    return {term.text for term in terms if isinstance(term, Text)}


@pytest.mark.parametrize("source", HANDED_ON)
def test_a_loader_under_another_word_is_found(source: str) -> None:
    assert "org/m" in subjects(source)


def test_what_cannot_be_a_loader_is_not_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    find = python.PYTHON.find
    monkeypatch.setattr(python.PYTHON, "find", lambda path: asked.append(path) or find(path))
    subjects("AutoModel.from_pretrained('org/m')\nprint('a')\n'b'.upper()\nopen('c').read()\n")
    assert asked == ["transformers.AutoModel.from_pretrained"]


@pytest.mark.parametrize("files", [applications.HELPDESK_FILES, workshop.FILES], ids=["helpdesk", "workshop"])
@pytest.mark.parametrize("wrapped", [(), ("load", "make", "Settings", "build", "get_model")])
def test_the_answers_are_those_without_the_choice(
    files: dict[str, str | bytes], wrapped: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrappers = tuple(Wrapper(name=name, parameters=(("name", 0), ("model", 1))) for name in wrapped)
    sources = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    asked = {path: Asked(path=path, module="m", wrappers=wrappers) for path in sources if path.endswith(".py")}
    assert asked
    chosen = {path: python.read(sources[path], one) for path, one in asked.items()}
    monkeypatch.setattr(Candidates, "may_load", lambda *_: True)
    monkeypatch.setattr(Candidates, "may_wrap", lambda *_: True)
    assert chosen == {path: python.read(sources[path], one) for path, one in asked.items()}
