"""A bill of materials of a directory, held against the schemas, the models and the judges of others, and the bytes."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from ntia_conformance_checker import SbomChecker
from packageurl import PackageURL
from spdx_python_model import v3_0_1 as spdx_model

from tests.builders.boms import BASE_COMMIT, SUPPLEMENT, model_with_adapter
from tests.cli.bills import EPOCH, boms, components, written
from weighbridge.cli import app
from weighbridge.inventory.bom.cyclonedx import reader as cyclonedx_reader
from weighbridge.inventory.bom.spdx import reader as spdx_reader
from weighbridge.inventory.document import loads
from weighbridge.inventory.graph import LINEAGE, Field, Graph, Kind, Metric, RelationKind

PROFILE_FIELDS = (
    "releaseTime", "suppliedBy", "software_downloadLocation", "software_packageVersion", "software_primaryPurpose",
)  # fmt: skip
"""What the AI profile of SPDX 3.0.1 makes mandatory of packages."""


@pytest.fixture(scope="module", autouse=True)
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("model") / "small", model_with_adapter())


@pytest.fixture(scope="module")
def made(model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return boms(model, tmp_path_factory.mktemp("boms"))


@pytest.fixture(scope="module")
def graph(made: dict[str, str]) -> Graph:
    return loads(made["graph"].encode())


@pytest.mark.parametrize("version", ["1.7", "1.6"])
def test_cyclonedx_is_valid_by_the_strict_schema(version: str, made: dict[str, str]) -> None:
    text = made["cyclonedx" if version == "1.7" else "cyclonedx-1.6"]
    assert json.loads(text)["specVersion"] == version
    assert JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(text) is None


def test_every_reference_and_pointer_leads_somewhere(made: dict[str, str]) -> None:
    document = json.loads(made["cyclonedx"])
    refs = [one["bom-ref"] for one in components(document)]
    assert len(refs) == len(set(refs))
    known = {*refs, *(one["bom-ref"] for one in document["metadata"]["tools"]["components"])}
    named = [one["ref"] for one in document["dependencies"]]
    named += [ref for one in document["dependencies"] for ref in one.get("dependsOn", ())]
    named += [
        ref for one in document["compositions"] for key in ("assemblies", "dependencies") for ref in one.get(key, ())
    ]
    named += [one["attributedTo"] for one in document["citations"]]
    cards = [one["modelCard"] for one in components(document) if "modelCard" in one]
    named += [data["ref"] for card in cards for data in card["modelParameters"].get("datasets", ())]
    assert set(named) <= known
    pointers = [pointer for one in document["citations"] for pointer in one["pointers"]]
    assert len(pointers) > 50
    for pointer in pointers:
        found: Any = document
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]


def test_every_purl_is_one(made: dict[str, str]) -> None:
    purls = [one["purl"] for one in components(json.loads(made["cyclonedx"])) if "purl" in one]
    assert f"pkg:huggingface/org/base@{BASE_COMMIT}" in purls
    for purl in purls:
        assert not list(PackageURL.validate_string(purl))


def test_every_digest_is_that_of_the_bytes(made: dict[str, str], model: Path) -> None:
    seen = 0
    for one in components(json.loads(made["cyclonedx"])):
        for digest in one.get("hashes", ()):
            name, _, inner = one["name"].partition("#")
            if not inner:
                algorithm = digest["alg"].replace("-", "").lower()
                assert digest["content"] == hashlib.new(algorithm, (model / name).read_bytes()).hexdigest()
                seen += 1
    assert seen == 2 * len(model_with_adapter())


def test_templates_inside_other_files_have_digests_of_their_own(graph: Graph) -> None:
    inner = {one.text(Field.NAME): one for one in graph.of(Kind.FILE) if "#" in one.id}
    assert set(inner) == {"tokenizer_config.json#chat_template", "small.gguf#chat_template"}
    digest = hashlib.sha256(b"{{ messages[0]['content'] }}").hexdigest()
    assert inner["small.gguf#chat_template"].text(Field.SHA256) == digest


def test_spdx_is_read_by_its_model_and_names_every_mandatory_field_or_says_that_it_is_unknown(
    made: dict[str, str],
) -> None:
    objects = spdx_model.SHACLObjectSet()
    spdx_model.JSONLDDeserializer().read(io.BytesIO(made["spdx"].encode()), objects)
    spdx_model.JSONLDSerializer().write(objects, io.BytesIO())
    elements = json.loads(made["spdx"])["@graph"]
    packages = [one for one in elements if one["type"] == "ai_AIPackage"]
    assert len(packages) == 3
    for one in packages:
        for field in PROFILE_FIELDS:
            assert (field in one) != (field in one.get("comment", ""))
        for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
            links = [
                link for link in elements if link.get("from") == one["spdxId"] and link.get("relationshipType") == kind
            ]
            assert len(links) == 1
    document = next(one for one in elements if one["type"] == "SpdxDocument")
    assert "ai" not in document["profileConformance"]


@pytest.mark.skipif(
    not os.environ.get("SPDX_MODEL") or not os.environ.get("SPDX_CONTEXT"),
    reason="SPDX_MODEL and SPDX_CONTEXT name the model of SPDX 3.0.1 in Turtle and its JSON-LD context "
    "(docs/dev/bom-acceptance.md); no package has them",
)
def test_spdx_conforms_to_its_shapes(made: dict[str, str]) -> None:
    pyshacl = pytest.importorskip("pyshacl")
    document = json.loads(made["spdx"])
    document["@context"] = json.loads(Path(os.environ["SPDX_CONTEXT"]).read_text())["@context"]

    def judged() -> tuple[bool, str]:
        model = os.environ["SPDX_MODEL"]
        conforms, _, words = pyshacl.validate(
            json.dumps(document), data_graph_format="json-ld", shacl_graph=model, ont_graph=model
        )
        return conforms, words

    conforms, words = judged()
    assert conforms, words
    purposes = [one for one in document["@graph"] if "software_primaryPurpose" in one]
    for one in purposes:
        one["software_primaryPurpose"] = "toy"
    assert purposes
    assert not judged()[0]


def test_the_ntia_checker_passes_once_a_person_has_said_what_no_file_says(made: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bare.json").write_text(made["spdx"])
    assert not SbomChecker(str(tmp_path / "bare.json"), sbom_spec="spdx3").compliant
    target = written(tmp_path / "small", model_with_adapter() | {"weighbridge.card.toml": SUPPLEMENT})
    boms(target, tmp_path / "out")
    checked = SbomChecker(str(tmp_path / "out" / "spdx"), sbom_spec="spdx3")
    assert checked.compliant, checked.parsing_error


def test_one_repository_is_what_it_holds_and_nothing_else(graph: Graph, made: dict[str, str]) -> None:
    root = graph.component(graph.root)
    assert root.kind is Kind.MODEL
    (adapter,) = graph.of(Kind.ADAPTER)
    bases = [one for one in graph.of(Kind.MODEL) if one.id != graph.root]
    assert [one.text(Field.NAME) for one in bases] == ["org/base"]
    assert bases[0].text(Field.VERSION) == BASE_COMMIT
    assert sorted(one.text(Field.NAME) for one in graph.of(Kind.DATASET)) == ["org/bench", "org/letters"]
    assert {(one.kind, one.source) for one in graph.relations if one.target == bases[0].id} == {
        (RelationKind.DERIVED, root.id), (RelationKind.ADAPTER_OF, adapter.id),
    }  # fmt: skip
    (metric,) = root.claims(Field.METRIC)
    assert metric.content == Metric(
        type="accuracy", value="41.2", name="Accuracy", task="text-generation", dataset="org/bench", slice_="main/test"
    )
    document = json.loads(made["cyclonedx"])
    subject = document["metadata"]["component"]
    assert [one["version"] for one in subject["pedigree"]["ancestors"]] == [BASE_COMMIT]
    card = subject["modelCard"]
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "accuracy", "value": "41.2", "slice": "org/bench main/test"}
    ]
    assert card["modelParameters"]["inputs"] == card["modelParameters"]["outputs"] == [{"format": "text"}]
    considerations = card["considerations"]
    assert considerations["useCases"] == ["Sorting letters."]
    assert considerations["technicalLimitations"] == ["It knows two languages."]
    assert "ethicalConsiderations" not in considerations
    energy = {one["name"]: one["value"] for one in considerations["environmentalConsiderations"]["properties"]}
    assert energy["weighbridge:emission:co2_tonnes"] == "0.0012"
    assert subject["description"] == "It sorts letters by the hand that wrote them."


def things(graph: Graph) -> tuple[set[Any], set[Any]]:
    return {(one.kind, one.id) for one in graph.components}, {
        (one.source, one.kind, one.target) for one in graph.relations
    }


def test_both_formats_hold_the_same_and_say_what_they_have_no_words_for(
    made: dict[str, str], graph: Graph, tmp_path: Path
) -> None:
    assert cyclonedx_reader.read(made["cyclonedx"].encode()) == graph
    assert spdx_reader.read(made["spdx"].encode()) == graph
    (tmp_path / "cdx.json").write_text(made["cyclonedx"])
    words = ["bom", "convert", str(tmp_path / "cdx.json"), "--format", "spdx", "-o", str(tmp_path / "spdx.json")]
    assert app.main([*words, "--losses", str(tmp_path / "losses.json")]) == 0
    assert things(spdx_reader.read((tmp_path / "spdx.json").read_bytes())) == things(graph)
    told = [one["words"] for one in json.loads((tmp_path / "losses.json").read_text())["losses"]]
    descents = sum(one.kind in LINEAGE for one in graph.relations)
    assert any(f"the kind of {descents} descents" in words for words in told)
    assert any("grams of CO2" in words for words in told)
    # What only the native words of SPDX say, without the annotations of this program.
    document = json.loads(made["spdx"])
    document["@graph"] = [one for one in document["@graph"] if one["type"] != "Annotation"]
    native = spdx_reader.read(json.dumps(document).encode())
    kinds = {Kind.ADAPTER: Kind.MODEL}
    assert sorted((kinds.get(one.kind, one.kind), one.text(Field.NAME)) for one in graph.components) == sorted(
        (one.kind, one.text(Field.NAME)) for one in native.components
    )


def test_a_library_that_drops_the_model_card_is_seen(made: dict[str, str], graph: Graph) -> None:
    """The round trip must be able to fail: this library reads a document and writes it without the model card."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.output.json import JsonV1Dot6

    document = json.loads(made["cyclonedx-1.6"])
    for one in (document, *components(document)):
        one.pop("properties", None)
    whole = cyclonedx_reader.read(json.dumps(document).encode())
    assert whole.component(graph.root).claims(Field.METRIC)
    through = JsonV1Dot6(Bom.from_json(document)).output_as_string()  # type: ignore[attr-defined]
    assert not cyclonedx_reader.read(through.encode()).component(graph.root).claims(Field.METRIC)


def test_the_same_bytes_whatever_the_order_of_files_and_the_locale(
    made: dict[str, str], model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = written(tmp_path / "small", dict(reversed(model_with_adapter().items())))
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    monkeypatch.setenv("TZ", "Pacific/Apia")
    assert boms(copied, tmp_path / "out") == made
    assert boms(model, tmp_path / "again", "--jobs", "1") == made


def test_one_byte_of_the_weights_changes_its_digest_and_is_told(
    made: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = model_with_adapter()
    weights = files["model.safetensors"]
    files["model.safetensors"] = weights[:-1] + bytes([weights[-1] ^ 1])
    after = boms(written(tmp_path / "small", files), tmp_path / "out")
    (tmp_path / "before.json").write_text(made["cyclonedx"])
    (tmp_path / "after.json").write_text(after["spdx"])
    capsys.readouterr()
    app.main(["bom", "diff", str(tmp_path / "before.json"), str(tmp_path / "after.json"), "--format", "json"])
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["component"] == "model.safetensors"


# -- profiles and people -------------------------------------------------------------------------------------------


def test_a_profile_that_is_not_met_is_told_and_fails(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["bom", str(model), "--profile", "ntia", "-o", str(tmp_path / "bom.json")]) == 1
    assert "supplier: " in capsys.readouterr().err
    assert json.loads((tmp_path / "bom.json").read_text())["bomFormat"] == "CycloneDX"
    (tmp_path / "card.toml").write_bytes(SUPPLEMENT)
    words = ["--profile", "ntia", "--card", str(tmp_path / "card.toml"), "--format", "text"]
    capsys.readouterr()
    assert app.main(["bom", str(model), *words]) == 0
    assert "NTIA minimum elements: met; completeness " in capsys.readouterr().out


def test_files_have_the_properties_of_the_bsi_and_nothing_has_vulnerabilities(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "bom.json"
    app.main(["bom", str(model), "--profile", "bsi", "--quiet", "-o", str(out)])
    document = json.loads(out.read_text())
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(out.read_text()) is None
    assert "vulnerabilities" not in document
    files = {one["name"]: one for one in components(document) if one["type"] == "file"}
    told = {
        name: {one["name"]: one["value"] for one in file["properties"] if one["name"].startswith("bsi:")}
        for name, file in files.items()
    }
    assert told["modeling_small.py"]["bsi:component:executable"] == "executable"
    assert told["adapter/adapter_model.safetensors"] == {
        "bsi:component:filename": "adapter_model.safetensors", "bsi:component:executable": "non-executable",
        "bsi:component:archive": "no archive", "bsi:component:structured": "unstructured",
    }  # fmt: skip
    assert cyclonedx_reader.read(out.read_bytes()).of(Kind.FILE)


def test_a_person_reads_what_it_is_and_what_cannot_be_true(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = model_with_adapter() | {"LICENSE": b"Mozilla Public License Version 2.0\n" + b"words of it\n" * 20}
    target = written(tmp_path / "small-7b", files)
    assert app.main(["bom", str(target), "--format", "text"]) == 0
    shown = capsys.readouterr().out
    assert "small-7b: a model" in shown
    assert f"org/base@{BASE_COMMIT}" in shown
    assert "licence: Apache-2.0 (README.md /license); MPL-2.0 (LICENSE text)" in " ".join(shown.split())
    assert "7000000000 (name)" in " ".join(shown.split())
    assert app.main(["bom", str(target), "-o", str(tmp_path / "bom.json")]) == 0
    assert "cannot all be true: small-7b, licence" in capsys.readouterr().err
    (target / "model.safetensors").write_bytes(b"short")
    assert app.main(["bom", str(target), "-o", str(tmp_path / "bom.json")]) == 0
    assert "not known: model.safetensors: " in capsys.readouterr().err


# -- where models come from ----------------------------------------------------------------------------------------


def test_a_snapshot_in_a_cache_of_the_hub_knows_its_repository_and_commit(tmp_path: Path) -> None:
    from tests.builders.stores import COMMIT, hub_repository

    folder = hub_repository(tmp_path / "hub", model_with_adapter())
    made = boms(folder / "snapshots" / COMMIT, tmp_path / "out")
    graph = loads(made["graph"].encode())
    root = graph.component(graph.root)
    assert root.text(Field.REFERENCE) == f"hf://org/name@{COMMIT}"
    assert root.text(Field.COMMIT) == root.text(Field.VERSION) == COMMIT
    assert root.text(Field.PURL) == f"pkg:huggingface/org/name@{COMMIT}"
    assert [str(claim.origin.confidence) for claim in root.claims(Field.SUPPLIER)] == ["inferred"]
    subject = json.loads(made["cyclonedx"])["metadata"]["component"]
    assert f"https://huggingface.co/org/name/tree/{COMMIT}" in [one["url"] for one in subject["externalReferences"]]


def test_a_model_in_the_store_of_ollama_is_named_by_it(tmp_path: Path) -> None:
    from tests.builders import ggufs
    from tests.builders.stores import ollama_model

    ollama_model(tmp_path / "models", {"model": ggufs.honest()})
    graph = loads(boms(tmp_path / "models", tmp_path / "out")["graph"].encode())
    root = graph.component(graph.root)
    assert root.text(Field.REFERENCE).startswith("ollama://")
    assert root.claims(Field.PARAMETERS)


@pytest.mark.parametrize("form", ["cyclonedx", "cyclonedx-1.6", "spdx", "graph"])
def test_validate_finds_nothing_in_ours_and_something_in_a_broken_one(
    form: str, made: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ours").write_text(made[form])
    assert app.main(["bom", "validate", str(tmp_path / "ours")]) == 0
    (tmp_path / "broken").write_text(made[form].replace("pkg:huggingface/org/base@", "pkg:huggingface/base@"))
    capsys.readouterr()
    assert app.main(["bom", "validate", str(tmp_path / "broken"), "--format", "json"]) == 1
    assert {one["check"] for one in json.loads(capsys.readouterr().out)["troubles"]} == {"purl"}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"bomFormat": "CycloneDX", "specVersion": "0.9"}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_bill_of_materials_is_an_error(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_bytes(content)
    assert app.main(["bom", "validate", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.startswith("weighbridge: ")


def test_a_model_on_a_hub_is_listed_with_what_the_hub_says_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.builders.safetensors_files import Tensor, encode
    from tests.servers.hub import HubServer

    weights = encode([Tensor(name="w", dtype="F32", shape=(1 << 20,), data=bytes(4 << 20))])
    files = model_with_adapter() | {"model.safetensors": weights}
    with HubServer() as server:
        server.adopt(monkeypatch, tmp_path)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        commit = server.repository("org/name").commit(files)
        graph = loads(boms("hf://org/name", tmp_path / "out")["graph"].encode())  # type: ignore[arg-type]
    root = graph.component(graph.root)
    assert root.text(Field.REFERENCE).startswith("hf://org/name@")
    assert root.text(Field.COMMIT) in str(commit)
    (digest,) = graph.component("file:model.safetensors").claims(Field.SHA256)
    assert digest.content == hashlib.sha256(weights).hexdigest()
    assert (digest.origin.method, digest.origin.confidence) == ("store", "declared")
    (digest,) = graph.component("file:config.json").claims(Field.SHA256)
    assert (digest.origin.method, digest.origin.confidence) == ("hash", "verified")
    assert root.best(Field.PARAMETERS).content == 1 << 20  # type: ignore[union-attr]


def test_configurations_are_read_through_the_scanner(tmp_path: Path) -> None:
    from tests.builders.safetensors_files import Tensor, encode

    index = {"metadata": {"total_parameters": 5, "total_size": 4}, "weight_map": {"w": "model-1.safetensors"}}
    files = {
        ".eval_results/bench.yaml": b"- dataset: {id: org/bench, task_id: main}\n  value: 41.2\n  verifyToken: abc\n",
        "model.safetensors.index.json": json.dumps(index).encode(),
        "model-1.safetensors": encode([Tensor(name="w", shape=(2, 2))]),
        "model_index.json": b'{"_class_name": "Pipe", "_diffusers_version": "0.30.0", "unet": ["diffusers", "UNet"]}',
        "unet/config.json": b'{"_class_name": "UNet", "_diffusers_version": "0.30.0"}',
        "unet/diffusion_pytorch_model.safetensors": encode([Tensor(name="w", shape=(3, 3))]),
        "modules.json": b'[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]',
        "generation_config.json": b'{"temperature": 0.6, "transformers_version": "5.0.0"}',
    }
    graph = loads(boms(written(tmp_path / "x", files), tmp_path / "out")["graph"].encode())
    root = graph.component(graph.root)
    (metric,) = root.claims(Field.METRIC)
    assert metric.content == Metric(type="main", value="41.2", dataset="org/bench", verified=True)
    assert [claim.content for claim in root.claims(Field.PARAMETERS)] == [4, 5]
    assert {"generation.temperature=0.6", "module.0=sentence_transformers.models.Transformer"} <= {
        claim.content for claim in root.claims(Field.HYPERPARAMETER)
    }
    (unet,) = (one for one in graph.of(Kind.MODEL) if one.id != graph.root)
    assert (unet.text(Field.ARCHITECTURE), unet.text(Field.PARAMETERS)) == ("UNet", "9")
    assert {one.text(Field.NAME) for one in graph.of(Kind.LIBRARY)} == {
        "diffusers",
        "sentence-transformers",
        "transformers",
    }
