"""What applications refer to: whole applications with their lists, single programs, and what is hostile or broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders import applications, pickles, safetensors_files, workshop, workshop_expected
from tests.builders.applications import COMMIT, Expected, line_of, write
from weighbridge.inventory.application.finder import find
from weighbridge.inventory.application.references import ApplicationReferences, ModelReference

APPLICATIONS = {
    "helpdesk": (applications.HELPDESK_FILES, applications.HELPDESK),
    "workshop": (workshop.FILES, workshop_expected.EXPECTED),
}


@pytest.fixture(scope="module", params=APPLICATIONS)
def application(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], tuple[Expected, ...], ApplicationReferences]:
    files, expected = APPLICATIONS[request.param]
    return files, expected, find(str(write(tmp_path_factory.mktemp(request.param), files)), jobs=1)


def found_in(tmp_path: Path, **files: str) -> ApplicationReferences:
    """Look into files whose names have ``__`` in place of a slash and ``_dot_`` in place of a dot."""
    for name, content in files.items():
        path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return find(str(tmp_path), jobs=1)


def names(found: ApplicationReferences) -> list[str]:
    return [f"{one.hub}:{one.name}{'@' * bool(one.revision)}{one.revision}" for one in found.references]


def in_python(tmp_path: Path, source: str) -> list[ModelReference]:
    return list(found_in(tmp_path, app_dot_py=source).references)


# -- whole applications ------------------------------------------------------------------------------------------------


def test_an_application_refers_to_this_and_to_nothing_else(
    application: tuple[dict[str, str], tuple[Expected, ...], ApplicationReferences],
) -> None:
    files, expected, found = application
    wanted = {
        (one.path, line_of(files, one), one.kind, one.hub, one.name, one.revision, one.pin, one.confidence)
        for one in expected
    }
    seen = {
        (one.text.path, one.text.line, one.kind, one.hub, one.name, one.revision, one.pin, one.confidence)
        for one in found.references
    }
    assert len(wanted) == len(expected)
    assert seen == wanted
    assert found.unread == ()


def test_a_literal_stands_at_its_place_byte_by_byte(
    application: tuple[dict[str, str], tuple[Expected, ...], ApplicationReferences],
) -> None:
    files, _, found = application
    literal = [one for one in found.references if one.literal]
    assert len(literal) > len(found.references) / 2
    for one in literal:
        content = files[one.text.path].encode()
        span = one.text.span
        written = content[span.start : span.end].decode()
        assert written.strip("\"'`").endswith(one.written), (one, written)
        line = files[one.text.path].split("\n")[span.line - 1]
        assert line[span.column - 1 :].startswith(written.split("\n")[0])
        if one.revision_text is not None:
            place = one.revision_text.span
            assert content[place.start : place.end].decode().strip("\"'`") == one.revision


def test_what_no_source_tells_is_told_as_open(tmp_path: Path) -> None:
    found = find(str(write(tmp_path, workshop.FILES)), jobs=1)
    open_ = {(one.at.path.rpartition("/")[2], one.at.line): one.why for one in found.unresolved}
    assert open_ == {
        ("unknowable.py", 9): "the parameter name of any_model()",
        ("unknowable.py", 13): "the environment variable NOWHERE_SET",
        ("unknowable.py", 17): "nothing is named; the library chooses",
        ("search.ts", 13): "the result of a call",
    }
    assert {one.name for one in found.references if one.usage == "test"} == {"hf-internal-testing/tiny-random-bert"}


def test_two_runs_give_the_same(tmp_path: Path) -> None:
    write(tmp_path, workshop.FILES)
    assert find(str(tmp_path), jobs=1) == find(str(tmp_path), jobs=2)


# -- Python ------------------------------------------------------------------------------------------------------------

HEAD = "import os\nfrom transformers import AutoModel as A, pipeline\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A.from_pretrained('org/name')", ["hf:org/name"]),
        ("A.from_pretrained(pretrained_model_name_or_path='org/name', revision='v1')", ["hf:org/name@v1"]),
        ("NAME = 'org/name'\nA.from_pretrained(NAME)", ["hf:org/name"]),
        ("A.from_pretrained('%s/%s' % ('org', 'name'))", ["hf:org/name"]),
        ("A.from_pretrained('org' + '/' + 'name')", ["hf:org/name"]),
        ("A.from_pretrained('{o}/{}'.format('name', o='org'))", ["hf:org/name"]),
        ("A.from_pretrained(f'org/name-{7}b')", ["hf:org/name-7b"]),
        ("A.from_pretrained(os.path.join('org', 'name'))", ["hf:org/name"]),
        ("A.from_pretrained(' ORG/Name '.strip().lower())", ["hf:org/name"]),
        ("A.from_pretrained('org/a' if os.name else 'org/b')", ["hf:org/a", "hf:org/b"]),
        ("A.from_pretrained(os.getenv('M') or 'org/name')", ["hf:org/name"]),
        ("A.from_pretrained(os.environ.get('M', 'org/name'))", ["hf:org/name"]),
        ("for n, r in [('org/a', 'v1'), ('org/b', 'v1')]:\n A.from_pretrained(n, revision='v1')",
         ["hf:org/a@v1", "hf:org/b@v1"]),
        ("D = {'x': {'name': 'org/name'}}\nA.from_pretrained(D['x']['name'])", ["hf:org/name"]),
        ("D = {'x': 'org/a', 'y': 'org/b'}\ndef f(k): return A.from_pretrained(D[k])", ["hf:org/a", "hf:org/b"]),
        ("D = dict(pretrained_model_name_or_path='org/name', revision='v2')\nA.from_pretrained(**D)",
         ["hf:org/name@v2"]),
        ("class C:\n  name = 'org/name'\nA.from_pretrained(C().name)\nA.from_pretrained(C.name)", ["hf:org/name"] * 2),
        ("class C:\n  def __init__(self): self.n = 'org/name'\n  def f(self): return A.from_pretrained(self.n)",
         ["hf:org/name"]),
        ("class C:\n  def __init__(self, n): self.n = n\n  def f(self): return A.from_pretrained(self.n)\n"
         "C('org/name')",
         ["hf:org/name"]),
        ("class B:\n  def __init__(self, n): self.m = A.from_pretrained(n)\n"
         "class C(B):\n  def __init__(self): super().__init__('org/name')", ["hf:org/name"]),
        ("from enum import Enum\nclass E(Enum):\n  X = 'org/name'\nA.from_pretrained(E.X.value)", ["hf:org/name"]),
        ("def f(): return 'org/name'\nA.from_pretrained(f())", ["hf:org/name"]),
        ("def f(n): return g(n)\ndef g(n, r='main'): return A.from_pretrained(n, revision=r)\nf('org/name')",
         ["hf:org/name@main"]),
        ("from functools import partial\np = partial(A.from_pretrained, revision='v1')\np('org/name')",
         ["hf:org/name@v1"]),
        ("[A.from_pretrained(n) for n in ('org/a', 'org/b')]", ["hf:org/a", "hf:org/b"]),
        ("import click\n@click.command()\n@click.option('--model', default='org/name')\n"
         "def f(model): A.from_pretrained(model)", ["hf:org/name"]),
        ("import typer\ndef f(model: str = typer.Option('org/name')): A.from_pretrained(model)", ["hf:org/name"]),
        ("NAME = 'org/a'\nA.from_pretrained(NAME)\nNAME = 'org/b'\nA.from_pretrained(NAME)", ["hf:org/a", "hf:org/b"]),
        ("NAME = 'org/a'\nif os.name:\n  NAME = 'org/b'\nelse:\n  NAME = 'org/c'\nA.from_pretrained(NAME)",
         ["hf:org/a", "hf:org/b", "hf:org/c"]),
        ("pipeline('text-generation', model='org/name')", ["hf:org/name"]),
        ("pipeline('text-generation', 'org/name', tokenizer='org/tok')", ["hf:org/name", "hf:org/tok"]),
        ("A.from_pretrained('bert-base-uncased')", ["hf:bert-base-uncased"]),
        ("A.from_pretrained('https://huggingface.co/org/name')", ["hf:org/name"]),
        ("import pandas\npandas.read_csv('hf://datasets/org/data/rows.csv')", ["hf:org/data"]),
        ("import timm\ntimm.create_model('hf-hub:org/name', pretrained=True)", ["hf:org/name"]),
        ("import torch\ntorch.hub.load('org/repo', 'net', source='github')", ["github:org/repo"]),
        ("import en_core_web_sm", ["spacy:en_core_web_sm"]),
        ("from torchvision import models\nmodels.resnet50(weights=models.ResNet50_Weights.DEFAULT)\n"
         "models.resnet18()\nmodels.vgg16(pretrained=False)", ["torchvision:resnet50"]),
        ("from keras.applications import VGG16, ResNet50\nVGG16()\nResNet50(weights=None)",
         ["keras.applications:VGG16"]),
        ("from litellm import Router\nRouter(model_list=[{'litellm_params': {'model': 'groq/llama-3.1-8b'}}])",
         ["groq:llama-3.1-8b"]),
        ("from langchain.chat_models import init_chat_model\ninit_chat_model('openai:gpt-4.1')", ["openai:gpt-4.1"]),
        ("from openai import AzureOpenAI\nAzureOpenAI().embeddings.create(model='emb')", ["azure:emb"]),
        ("from openai import OpenAI\nc = OpenAI(base_url='http://localhost:8000/v1')\n"
         "c.chat.completions.create(model='org/name')", ["localhost:org/name"]),
    ],
)  # fmt: skip
def test_names_are_followed_to_where_they_are_written(tmp_path: Path, source: str, expected: list[str]) -> None:
    assert sorted(names(found_in(tmp_path, app_dot_py=HEAD + source + "\n"))) == expected


@pytest.mark.parametrize(
    "source",
    [
        "x = 'org/name'", "open('org/name')", "'''A.from_pretrained('org/name')'''", "# A.from_pretrained('org/name')",
        "A.from_pretrained(path)", "A.from_pretrained('a/b/c')", "A.from_pretrained('org name/x y')",
        "A.from_pretrained('..')", "A.from_pretrained('')", "A.from_pretrained(None)", "A.from_pretrained(7)",
        "if False:\n  A.from_pretrained('org/name')", "def f():\n  return 1\n  A.from_pretrained('org/name')",
        "load('org/name')", "from mine import pipeline\npipeline('org/name', 'org/other')",
        "import timm\ntimm.create_model('resnet18')", "import re\nre.match('org/name', 'text/html')",
        "from datasets import load_dataset\nload_dataset('csv', data_files='a/b')",
        "TYPES = {'model': 'org/name', 'mime': 'text/html'}",
        "'see https://huggingface.co/org/name and https://huggingface.co/docs/hub'",
        "url = 'https://huggingface.co/org/name/blob/main/README.md'",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  A.from_pretrained('org/name')",
    ],
)  # fmt: skip
def test_what_is_no_reference_is_none(tmp_path: Path, source: str) -> None:
    found = found_in(tmp_path, app_dot_py=(HEAD if "mine" not in source else "") + source + "\n")
    assert [one for one in found.references if one.kind != "file"] == []


@pytest.mark.parametrize(
    ("revision", "pin"),
    [(f"'{COMMIT}'", "commit"), ("'main'", "branch"), ("'v1.2.0'", "tag"), ("'refs/pr/3'", "branch"), ("None", "none"),
     ("'e8f8c21'", "unknown"), ("os.getenv('REV', 'main')", "unknown"), ("anything()", "unknown")],
)  # fmt: skip
def test_a_pin_is_as_firm_as_what_is_written(tmp_path: Path, revision: str, pin: str) -> None:
    (one,) = in_python(tmp_path, f"{HEAD}A.from_pretrained('org/name', revision={revision})\n")
    assert one.pin == pin


@pytest.mark.parametrize(
    ("flag", "told"),
    [("", False), (", trust_remote_code=True", True), (", trust_remote_code=False", False),
     (", trust_remote_code=1", True), (", trust_remote_code=bool(os.getenv('T'))", None)],
)  # fmt: skip
def test_remote_code_is_told_as_far_as_it_is_known(tmp_path: Path, flag: str, told: bool | None) -> None:
    (one,) = in_python(tmp_path, f"{HEAD}A.from_pretrained('org/name'{flag})\n")
    assert one.remote_code is told


def test_a_call_has_its_own_place_and_the_name_another(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        app__names_dot_py="# ä\nNAME = 'ä', 'org/name'\n",
        app__main_dot_py=f"{HEAD}from app.names import NAME\n\nmodel = A.from_pretrained(\n    NAME[1],\n)\n",
    )
    (one,) = found.references
    assert (str(one.at), str(one.text)) == ("app/main.py:5:9", "app/names.py:2:13")
    assert (one.library, one.call) == ("transformers", "transformers.AutoModel.from_pretrained")
    content = (tmp_path / "app/names.py").read_bytes()
    assert content[one.text.span.start : one.text.span.end] == b"'org/name'"


def test_a_package_hands_names_and_functions_on(tmp_path: Path) -> None:
    files = {
        "src/tool/__init__.py": "from .loading import load\nfrom .names import *\n",
        "src/tool/names.py": "MODEL = 'org/starred'\n",
        "src/tool/loading.py": f"{HEAD}def load(name):\n    return A.from_pretrained(name)\n",
        "run.py": "import tool\nfrom tool import MODEL, load as get\nget(MODEL)\ntool.load('org/other')\n",
    }
    found = find(str(write(tmp_path, files)), jobs=1)
    assert sorted(names(found)) == ["hf:org/other", "hf:org/starred"]
    assert {one.at.path for one in found.references} == {"run.py"}


def test_what_goes_by_one_function_to_several_loaders_is_told_for_those_that_take_it(tmp_path: Path) -> None:
    source = (
        "import litellm\nfrom huggingface_hub import InferenceClient\n" + HEAD + "def load(kind, name):\n"
        "  if kind == 'api': return litellm.completion(model=name)\n"
        "  if kind == 'hf': return InferenceClient(model=name)\n"
        "  return A.from_pretrained(name)\n"
        "load('api', 'gpt-4o')\nload('here', 'org/name')\nload('x', 'folder')\n"
    )
    found = sorted((one.text.line, str(one.kind), one.hub) for one in in_python(tmp_path, source))
    assert found == [(9, "service", "openai"), (10, "model", "hf"), (10, "service", "hf-inference")]


def test_sisters_of_one_class_do_not_lend_each_other_their_models(tmp_path: Path) -> None:
    source = HEAD + (
        "class Base:\n  def __init__(self, name): self.name = name\n"
        "class One(Base):\n  def __init__(self, name='org/one'): super().__init__(name=name)\n"
        "  def load(self): return A.from_pretrained(self.name)\n"
        "class Other(Base):\n  def __init__(self, name='org/other'): super().__init__(name=name)\n"
        "Other('org/another')\n"
    )
    assert [one.name for one in in_python(tmp_path, source)] == ["org/one"]


def test_a_variable_has_what_files_of_the_project_set(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        _dot_env="EMBED='org/from-file' # note\n",
        app_dot_py=f"{HEAD}A.from_pretrained(os.environ['EMBED'])\n",
    )
    (one,) = found.references
    assert (one.name, one.variable, one.confidence, str(one.text)) == ("org/from-file", "EMBED", "inferred", ".env:1:7")


@pytest.mark.parametrize(
    ("opens", "name", "content"),
    [
        ("import json\nC = json.load(open('conf/app.json'))['a']['b']", "conf/app.json", '{"a": {"b": "org/name"}}'),
        ("import tomllib\nwith open('conf/app.toml', 'rb') as f: C = tomllib.load(f)['a']['b']", "conf/app.toml",
         '[a]\nb = "org/name"\n'),
        ("from omegaconf import OmegaConf\nC = OmegaConf.load('conf/app.yaml').a.b", "conf/app.yaml",
         "a: {b: org/name}\n"),
        ("from pathlib import Path\nimport yaml\n"
         "C = yaml.safe_load((Path(__file__).parent / 'conf' / 'app.yaml').read_text()).get('a', {}).get('b')",
         "conf/app.yaml", "a:\n  b: org/name\n"),
        ("import hydra\n@hydra.main(config_path='conf', config_name='app')\ndef run(cfg):\n"
         "    A.from_pretrained(cfg.a.b)\nC = None", "conf/app.yaml", "a:\n  b: org/name\n"),
    ],
)  # fmt: skip
def test_a_configuration_is_read_where_its_path_is_known(tmp_path: Path, opens: str, name: str, content: str) -> None:
    files = {"app.py": f"{HEAD}{opens}\nA.from_pretrained(C)\n", name: content}
    (one,) = find(str(write(tmp_path, files)), jobs=1).references
    assert (one.name, one.method, one.confidence, one.text.path) == ("org/name", "configuration", "inferred", name)
    assert content.split("\n")[one.text.line - 1].count("org/name") == 1


def test_model_files_are_told_by_their_content_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "weights.dat").write_bytes(safetensors_files.encode([]))
    (tmp_path / "model.pkl").write_bytes(pickles.state_dict())
    (tmp_path / "notes.bin").write_bytes(b"only words\n" * 40)
    (tmp_path / "picture.safetensors").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    found = find(str(tmp_path), jobs=1)
    assert [(one.name, one.library, one.method) for one in found.references] == [
        ("model.pkl", "pickle", "content"), ("weights.dat", "safetensors", "content"),
    ]  # fmt: skip


def test_packages_that_are_models_are_told_wherever_packages_are_listed(tmp_path: Path) -> None:
    wheel = "https://github.com/explosion/spacy-models/releases/download/v/en_core_web_sm-3.8.0.whl"
    files = {
        "pyproject.toml": f'[project]\ndependencies = ["en_core_web_sm @ {wheel}"]\n',
        "requirements/prod.txt": "de-core-news-sm==3.8.0\n",
        "environment.yml": "dependencies:\n  - pip:\n    - fr_core_news_sm==3.7.0\n",
        "nlp.py": "import xx_ent_wiki_sm\nfrom own_core_utils import nlp\n",
    }
    found = find(str(write(tmp_path, files)), jobs=1)
    assert names(found) == [
        "spacy:fr_core_news_sm@3.7.0", "spacy:xx_ent_wiki_sm", "spacy:en_core_web_sm@3.8.0",
        "spacy:de_core_news_sm@3.8.0",
    ]  # fmt: skip


def test_a_folder_that_has_the_name_is_what_loaders_take(tmp_path: Path) -> None:
    (tmp_path / "models" / "bert").mkdir(parents=True)
    local, named = in_python(tmp_path, f"{HEAD}A.from_pretrained('models/bert')\nA.from_pretrained('org/bert')\n")
    assert (local.kind, local.hub, named.hub) == ("file", "file", "hf")


# -- what is broken or hostile -----------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_told_and_packages_are_left_out(tmp_path: Path) -> None:
    call = "from transformers import A\nA.from_pretrained('org/name')\n"
    (tmp_path / "broken.py").write_text(call + "def (")
    (tmp_path / "deep.py").write_text(call + "(" * 5_000)
    (tmp_path / "dense.py").write_text(call + "x = [" + "1," * 200_000 + "]")
    (tmp_path / "long.py").write_bytes(b"#" * (5 << 20))
    (tmp_path / "model.yaml").write_text("model: [a")
    (tmp_path / "compose.json").write_text('{"model": ')
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "lib.py").write_text(call)
    (tmp_path / "out.py").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.py")
    found = find(str(tmp_path), jobs=1)
    assert found.references == ()
    assert {one.path: one.why for one in found.unread} == {
        "broken.py": "it is no Python that this version parses",
        "compose.json": "JSON that ends too soon",
        "deep.py": "it is no Python that this version parses",
        "dense.py": "the source is too long to be followed",
        "long.py": "it has more than 4 MiB",
        "model.yaml": "it is no YAML: did not find expected ',' or ']'",
        "out.py": "it is a link that leads out of the project",
        "pipe.py": "it is no regular file",
    }


def test_a_closed_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    (one,) = find(str(tmp_path), jobs=1).unread
    assert (one.path, one.why) == ("closed", "permission denied")


@pytest.mark.parametrize(
    "files",
    [
        {"a_dot_sh": "\n".join(f"A{n}=${{A{n}:-${{A{n}}}}}" for n in range(30)) + '\nvllm serve "$A1"\n'},
        {"a_dot_sh": "".join(f"A=$B{n} B{n}=$A\n" for n in range(40)) + 'vllm serve "$A"\n'},
        {"a_dot_py": f"{HEAD}from b import X\nA.from_pretrained(X)\n", "b_dot_py": "from a import Y as X\n",
         "c_dot_py": "from b import X as Y\n"},
        {"a_dot_py": f"{HEAD}from b import X\nA.from_pretrained(X)\n",
         "b_dot_py": "from c import X as P, Y as Q\nX = P or Q\nY = Q or P\n",
         "c_dot_py": "from b import X as P, Y as Q\nX = P or Q\nY = Q or P\n"},
        {"a_dot_py": f"{HEAD}def f(n): return f(g(n))\ndef g(n): return f(n) or g(n)\nA.from_pretrained(f(g(f(1))))\n"},
        {"a_dot_py": HEAD + "x = 'a'\n" + "x = x + x\n" * 60 + "A.from_pretrained(x)\n"},
        {"a_dot_py": HEAD + "".join(f"def f{n}(a): return A.from_pretrained(f{n + 1}(a)), f{n + 1}(a)\n"
                                    for n in range(60)) + "f0('org/name')\n"},
        {"a_dot_py": HEAD + "class C(C): pass\nA.from_pretrained(C().x.y.z)\n"},
        {"model_dot_yaml": "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{b}, *{b}, *{b}]\n" for b, c in
                                                      zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True))},
        {"model_dot_yaml": "model: &a {model: *a}\n"},
        {"model_dot_json": '{"model":' * 10_000},
        {"model_dot_json": '{"model": "\\ud800", "model": "org/\\u0000name"}'},
        {"Makefile": "MODEL = $(MODEL)\nrun:\n\tvllm serve $(MODEL)\n"},
        {"Dockerfile": "RUN <<E\n" + "RUN \\\n" * 1_000},
        {"a_dot_ts": "import x from 'openai'; " + "client.chat.completions.create({model: " * 3_000},
        {"a_dot_ts": "import x from 'openai'; const a = " + "a ?? (" * 5_000},
        {"a_dot_ipynb": '{"cells": [{"cell_type": "code", "source": ["!", "%", "%%bash", "", "?"]}, 7]}'},
    ],
    ids=range(17),
)  # fmt: skip
def test_what_turns_in_circles_or_grows_ends(tmp_path: Path, files: dict[str, str]) -> None:
    found = found_in(tmp_path, **files)
    assert all(one.name.isprintable() for one in found.references)
    assert not [one for one in found.unread if "worker" in one.why], found.unread


def test_a_reference_never_holds_signs_that_a_terminal_obeys(tmp_path: Path) -> None:
    assert (
        in_python(tmp_path, f"{HEAD}A.from_pretrained('org/na\\x1b[2Jme')\nA.from_pretrained('org/\\u202ename')\n")
        == []
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('from flair.nn import Classifier\nClassifier.load("flair/ner-english@v1")\n', ["hf:flair/ner-english@v1"]),
        ('from flair.nn import Classifier\nClassifier.load("ner-fast")\n', ["flair:ner-fast"]),
        ('from datasets import load_dataset\nload_dataset("openai_humaneval")\n', ["hf:openai_humaneval"]),
        (
            'T = {"en": "WAV2VEC2_ASR_BASE_960H"}\nH = {"ja": "org/wav2vec2-ja"}\n'
            "def load(language):\n    name = T[language] if language in T else H[language]\n"
            "    return A.from_pretrained(name)\n",
            ["hf:org/wav2vec2-ja"],
        ),
        (
            'from fastembed import TextEmbedding\nTextEmbedding("BAAI/bge-small-en-v1.5")\n',
            ["hf:Qdrant/bge-small-en-v1.5-onnx-Q"],
        ),
        (
            'from fastembed import TextEmbedding\nTextEmbedding("mixedbread-ai/mxbai-embed-large-v1")\n',
            ["hf:mixedbread-ai/mxbai-embed-large-v1"],
        ),
        ('import whisperx\nwhisperx.load_model("small.en")\n', ["hf:Systran/faster-whisper-small.en"]),
        ('from mine import Store\nStore().load_dataset("owner/name")\nmore.load_dataset("owner/other")\n', []),
        (
            'from datasets import load_dataset as read\nread("owner/name")\n'
            'self.datasets.load_dataset("owner/other")\n',
            ["hf:owner/name", "hf:owner/other"],
        ),
        ('from smolagents import OpenAIModel\nOpenAIModel(model_id="gpt-4o")\n', ["openai:gpt-4o"]),
        ('A.from_pretrained("./out" if trained else "org/name")\n', ["file:./out", "hf:org/name"]),
        ('A.from_pretrained("my_model")\n', ["file:my_model"]),
    ],
)
def test_what_real_projects_taught(tmp_path: Path, source: str, expected: list[str]) -> None:
    assert sorted(f"{one.hub}:{one.name}{'@' * bool(one.revision)}{one.revision}" for one in in_python(
        tmp_path, HEAD + source)) == expected  # fmt: skip
