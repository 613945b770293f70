"""The worker answers about whatever it is given, and what it answers is taken."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import applications, workshop
from weighbridge.inventory.application import asking, facts, worker
from weighbridge.inventory.application.asking import KEY, Asked, Wrapper
from weighbridge.inventory.application.python import source
from weighbridge.inventory.application.vocabulary.entries import PYTHON, entry_of

FILES = {**applications.HELPDESK_FILES, **workshop.FILES}
NAMES = ("MODEL", "settings.chat_model", "Settings().a.b", f"speech{KEY}recogniser{KEY}repo", f"a{KEY}*", "get()()")


def answered(path: str, content: bytes) -> facts.FileFacts:
    asked = Asked(
        path=path, module="a.b", names=NAMES, wrappers=(Wrapper(name="load", parameters=(("n", 0),), modules=("a",)),)
    )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        found = facts.loads(worker.answer(asking.dumps(asked), file.fileno()), 1)
    for call in found.calls:
        entry_of(call)
    return found


@settings(max_examples=300, deadline=None)
@given(
    path=st.sampled_from(sorted(FILES)), at=st.integers(0, 4_000), length=st.integers(0, 40),
    put=st.sampled_from((b"", b"(", b"]", b'"', b"'", b"\\", b"\n", b"{", b"${", b"\0", b"\xff", b"<<E\n", b": ["))
    | st.binary(max_size=6),
    other=st.sampled_from(("", "x.py", "x.ts", "x.yaml", "x.json", "x.toml", "x.sh", "Dockerfile", "x.ipynb", ".env")),
)  # fmt: skip
def test_a_damaged_file_never_breaks_the_worker(path: str, at: int, length: int, put: bytes, other: str) -> None:
    content = FILES[path].encode()
    at = min(at, len(content))
    answered(other or path, content[:at] + put + content[at + length :])


def test_a_request_fits_whatever_is_asked() -> None:
    asked = Asked(path="p" * 9_999, module="m" * 99, names=("n" * 999,) * 999)
    data = asking.dumps(asked)
    assert len(data) <= asking.MOST_BYTES
    assert asking.loads(data).module == asked.module
    assert os.path.basename(asking.loads(data).path)


WRAPPERS = (Wrapper(name="load", parameters=(("n", 0),), modules=("app",)),)
IN_DOCUMENTATION = '"""Use ``load(\'org/name\')``, or torch.load."""\nfrom app import other\n\n'
CALLING = (
    "from app import load\nload('org/name')\n",
    "from app import load as fetch\nfetch('org/name')\n",
    "from app import load\nload \\\n('org/name')\n",
    "from app import load\n(load)('org/name')\n",
    "from app import load as  fetch\nfetch('org/name')\n",
    "from app import load\nfetch = load\nfetch('org/name')\n",
    "import functools, app\nfetch = functools.partial(app.load, 'org/name')\n",
    "x = 1; from app import load\nload('org/name')\n",
    "try: import app\nexcept ImportError: pass\napp.load('org/name')\n",
    "from pkg import (\n    one,  # (so far)\n    app,\n)\napp.load('org/name')\n",
    "from pkg import one, \\\r\n    app\r\napp.load('org/name')\r\n",
    "from.app import load\nload('org/name')\n",
    "from app import l\uff4fad\nload('org/name')\n",
    "import app\n\n\nclass Own(app.load):\n    def __init__(self):\n        super().__init__('org/name')\n",
    "from app import Base\n\n\nclass load(Base):\n    @classmethod\n    def own(cls):\n        return cls\n\n"
    "    def make(self):\n        return self.own()('org/name')\n",
)
NOT_CALLING = (
    f"{IN_DOCUMENTATION}class Own(other):\n    def __init__(self):\n        super().__init__('org/name')\n",
    "from app import other\n\n\ndef load(name):\n    return other(name)\n",
    "from app import other\n\n\nclass Own(other):\n    async def load(self, n):\n        return super().name(n)\n",
    "from elsewhere import other\nload = other\nload('org/name')\n",
)


def is_parsed(monkeypatch: pytest.MonkeyPatch, content: str, asked: Asked) -> bool:
    parsed: list[bytes] = []

    def read(content: bytes, _asked: Asked) -> facts.FileFacts:
        parsed.append(content)
        return facts.FileFacts()

    monkeypatch.setattr(source, "read", read)
    worker.facts_of(content.encode(), asked)
    return bool(parsed)


@pytest.mark.parametrize("content", CALLING)
def test_a_source_that_may_call_a_function_is_followed(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_parsed(monkeypatch, content, Asked(path="x.py", module="pkg.x", wrappers=WRAPPERS, calls=False))


@pytest.mark.parametrize("content", NOT_CALLING)
def test_a_source_that_defines_or_describes_a_function_is_not(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_parsed(monkeypatch, content, Asked(path="x.py", module="pkg.x", wrappers=WRAPPERS, calls=False))


@pytest.mark.parametrize(
    ("content", "parsed"),
    [
        ("URL = 'https://huggingface.co/org/name/resolve/main/x'\n", True),
        ('URL = """\\\n  https://huggingface.co/org/name/resolve/main/x"""\n', True),
        ('URL = "https://huggingface.co/" """org/name/resolve/main/x"""\n', True),
        ('URL = """huggingface.co/org/name/resolve/main/x"""\n', True),
        ('def f():\n    """See https://huggingface.co/org/name/resolve/main/x."""\n', False),
        ("# https://huggingface.co/org/name/resolve/main/x\n", False),
        ("from transformers import pipeline\n", True),
        ("from transformers.pipelines import pipeline as make\n", True),
        ("from transformers import pipeline_utils\n", False),
        ("import xx_ent_wiki_sm\n", True),
        ("import de_dep_news_trf\n", True),
        ("from app.own_core_utils import x\n", False),
        ("from langchain_community.llms import Ollama\n", True),
        ("from own_llms import Ollama\n", False),
        ("import transformers as t\nt.X.\uff46rom_\U0001d429retrained('org/name')\n", True),
        ("# a comment\rfrom transformers import pipeline\r", True),
        ("x = 1  # \uff02\uff02\uff02\nfrom transformers import pipeline\ny = '\uff07\u6a21'\n", True),
    ],
)
def test_what_no_loader_and_no_address_stands_in_is_not_parsed(
    content: str, parsed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_parsed(monkeypatch, content, Asked(path="x.py", module="pkg.x")) is parsed


def test_a_source_that_calls_any_loader_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    for pattern in PYTHON.by_key:
        path = ("any" + pattern if pattern.startswith("*.") else pattern.removeprefix("*")).replace("*", "_any")
        content = f"import {path.partition('.')[0]}\n{path}('org/name')\n"
        assert is_parsed(monkeypatch, content, Asked(path="x.py", module="pkg.x")), content
