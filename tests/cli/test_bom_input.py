"""Bills of materials of empty and of hostile repositories: valid, and nothing in them that nobody has said."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_python_model import v3_0_1 as spdx_model

from tests.cli.bills import EPOCH, boms, components, written
from weighbridge.cli import app, composing
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.location import Location
from weighbridge.core.report import ArtifactReport, Report
from weighbridge.core.values import replace
from weighbridge.inventory.document import loads
from weighbridge.inventory.graph import Field, Kind, RelationKind


@pytest.fixture(scope="module", autouse=True)
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


# -- nothing is invented -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [{}, {"README.md": b"Licensed under whatever. Version 3, by Jo, 2024.\n"}])
def test_an_empty_repository_says_nothing(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    made = boms(written(tmp_path / "empty", files), tmp_path / "out")
    graph = loads(made["graph"].encode())
    root = graph.component(graph.root)
    assert {one.field for one in root.stated if one.claims} == {Field.NAME}
    assert {Field.SUPPLIER, Field.LICENSE, Field.METRIC, Field.VERSION} <= set(root.unknown())
    subject = json.loads(made["cyclonedx"])["metadata"]["component"]
    assert subject.keys() <= {"type", "bom-ref", "name", "evidence", "properties", "components"}
    assert "2024" not in json.dumps(subject)


# -- bad input -----------------------------------------------------------------------------------------------------

KEYS = b"---\n" + b"k" * (1 << 20) + b": 1\nlicense: " + b"l" * (1 << 20) + b"\n---\n# x\n"
BOMB = (
    b"---\na: &a [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(8))
    + b"license: mit\nbase_model: *i\n---\n"
)
NAMES = b"---\nlicense: not-a-license (really)\nbase_model: ['../../etc', '.', 'a/b/c', 'datasets/x', \"a/b\\u0007\"]\n"
HOSTILE = {
    "keys of a megabyte": {"README.md": KEYS},
    "a bomb of aliases": {"README.md": BOMB},
    "names that are none": {"README.md": NAMES + b"datasets: ['x y', 7, null, {a: 1}]\n---\n"},
    "control characters": {"bell\x07\x1b[31m.safetensors": b"x", "line\nbreak.md": b"# x\n", "\u202egpj.bin": b""},
    "its own base": {"README.md": b"---\nbase_model: org/name\n---\n"},
    "odd configurations": {
        "config.json": b'{"vocab_size": "x", "max_position_embeddings": -1e999, "architectures": [{}], "r": {"a": []}}',
        "adapter_config.json": b'{"base_model_name_or_path": "../../x", "revision": "a b@c/d"}',
        "model_index.json": b'{"_class_name": 5, "unet": ["a"], "vae": [null, null], "..": ["x", "Y"]}',
    },
    "results without data": {"README.md": b"---\nmodel-index: [{results: [{metrics: [{value: .nan}]}]}]\n---\n"},
    "emissions": {"README.md": b"---\nco2_eq_emissions: -5\n---\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_repositories_give_valid_documents(files: dict[str, bytes], tmp_path: Path) -> None:
    made = boms(written(tmp_path / "x", files), tmp_path / "out")
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(made["cyclonedx"]) is None
    objects = spdx_model.SHACLObjectSet()
    spdx_model.JSONLDDeserializer().read(io.BytesIO(made["spdx"].encode()), objects)
    assert made["cyclonedx"].isascii()
    graph = loads(made["graph"].encode())
    assert {one.text(Field.NAME) for one in graph.of(Kind.FILE)} >= set(files)
    assert not any(claim.content == float("inf") for one in graph.components for s in one.stated for claim in s.claims)
    app.main(["bom", "validate", str(tmp_path / "out" / "cyclonedx")])
    for one in graph.components:
        if one.kind is not Kind.FILE:
            assert ".." not in one.id


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no Unicode")
def test_names_of_any_bytes_become_text(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.mkdir()
    Path(os.fsdecode(os.fsencode(target) + b"/caf\xe9.bin")).write_bytes(b"x")
    made = boms(target, tmp_path / "out")
    assert [one["name"] for one in components(json.loads(made["cyclonedx"])) if one["type"] == "file"] == [
        "caf\\xe9.bin"
    ]


def test_models_of_one_name_in_two_folders_are_not_mixed(tmp_path: Path) -> None:
    from tests.builders.safetensors_files import Tensor, encode

    files = {
        "a/config.json": b'{"model_type": "bert", "architectures": ["BertModel"]}',
        "a/model.safetensors": encode([Tensor(name="w", shape=(2, 2))]),
        "b/config.json": b'{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}',
        "b/model.safetensors": encode([Tensor(name="w", shape=(3, 3))]),
    }
    graph = loads(boms(written(tmp_path / "x", files), tmp_path / "out")["graph"].encode())
    inner = {one.text(Field.NAME): one for one in graph.of(Kind.MODEL) if one.id != graph.root}
    assert {name: one.text(Field.ARCHITECTURE) for name, one in inner.items()} == {
        "a": "BertModel",
        "b": "GPT2LMHeadModel",
    }
    assert {name: one.text(Field.PARAMETERS) for name, one in inner.items()} == {"a": "4", "b": "9"}
    assert not graph.component(graph.root).claims(Field.ARCHITECTURE)
    assert not graph.component(graph.root).claims(Field.PARAMETERS)
    for name, one in inner.items():
        held = {relation.target for relation in graph.leaving(one.id, RelationKind.CONTAINS)}
        assert held == {f"file:{name}/config.json", f"file:{name}/model.safetensors"}


def test_a_directory_that_cannot_be_read_is_a_gap() -> None:
    unread = Gap(kind=GapKind.UNREAD, reason="a directory: permission denied", at=Location(member=("inner",)))
    artifact = ArtifactReport(ref="model", files=(), gaps=(unread, replace(unread, at=Location())))
    report = Report(version="", rules="", artifacts=(artifact,))
    assert composing._gaps(report) == (
        "inner: a directory: permission denied", ".: a directory: permission denied",
    )  # fmt: skip


def test_a_directory_without_weights_is_told_to_be_perhaps_an_application(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pickle

    program = written(tmp_path / "program", {"app.py": b"print()\n", "setup.py": b"setup(name='program')\n"})
    model = written(tmp_path / "model", {"app.py": b"print()\n", "model.pkl": pickle.dumps({"w": [1.0]})})
    assert app.main(["bom", str(program), "-o", str(tmp_path / "program.json")]) == 0
    assert "holds no weights; weighbridge inventory lists" in capsys.readouterr().err
    assert app.main(["bom", str(model), "-o", str(tmp_path / "model.json")]) == 0
    assert "weights" not in capsys.readouterr().err
