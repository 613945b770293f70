"""The store of Ollama, in both forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.stores import blob, manifest, ollama_layers, ollama_model, sha256
from weighbridge.access.local_stores import listings
from weighbridge.access.local_stores.ollama import OllamaStore
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.refs import parse
from weighbridge.core.values import replace

FILES = {
    "model": b"GGUF" + bytes(40),
    "template": b"{{ .Prompt }}",
    "params": b'{"stop":["x"]}',
    "license": b"MIT",
    "system": b"Be kind.",
    "adapter": b"GGUF adapter",
    "projector": b"GGUF projector",
}
PATHS = {
    "model.gguf": "model", "template": "template", "params.json": "params", "license": "license", "system": "system",
    "adapter.gguf": "adapter", "projector.gguf": "projector",
}  # fmt: skip


def one(path: Path) -> Listing:
    (found,) = listings(str(path))
    return found


def by_path(found: Listing) -> dict[str, ListedFile]:
    return {file.path: file for file in found.files}


@pytest.mark.parametrize("v2", [True, False])
def test_a_model_is_the_files_that_its_layers_are(tmp_path: Path, v2: bool) -> None:
    place = ollama_model(tmp_path, FILES, v2=v2)
    found = one(tmp_path)
    assert (found.kind, str(found.ref), found.troubles) == ("ollama", "ollama://tiny:latest", ())
    assert found.resolved == f"sha256:{sha256(place.read_bytes())}"
    assert found.names == (("latest", found.resolved),)
    assert set(by_path(found)) == {*PATHS, "manifest.config.json"}
    for path, kind in PATHS.items():
        file = by_path(found)[path]
        assert (file.sha256, file.size) == (sha256(FILES[kind]), len(FILES[kind]))
        assert Path(file.real).read_bytes() == FILES[kind]


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("registry.ollama.ai/library/tiny/1b", "ollama://tiny:1b"),
        ("ollama.com/library/tiny/1b", "ollama://tiny:1b"),
        ("registry.ollama.ai/somebody/tiny/1b", "ollama://somebody/tiny:1b"),
        ("hf.co/org/name-GGUF/Q4_K_M", "ollama://hf.co/org/name-GGUF:Q4_K_M"),
    ],
)
@pytest.mark.parametrize("v2", [True, False])
def test_models_are_named_as_people_name_them_and_found_by_that(tmp_path: Path, name: str, ref: str, v2: bool) -> None:
    ollama_model(tmp_path, FILES, name=name, v2=v2)
    found = one(tmp_path)
    assert str(found.ref) == ref
    store = OllamaStore(root=str(tmp_path))
    assert store.listing(parse(ref)) == found
    by_digest = store.listing(replace(parse(ref), revision=found.resolved))
    assert by_digest.files == found.files
    bare = ListedFile(path="system", size=8, sha256=sha256(FILES["system"]))
    assert b"".join(store.stream(by_digest, bare)) == FILES["system"], "as a lock lists it, without a place"
    assert store.source(found, by_path(found)["system"]).read_at(3, 4) == b"kind"


def test_a_manifest_of_the_second_form_hides_the_first(tmp_path: Path) -> None:
    ollama_model(tmp_path, FILES)
    ollama_model(tmp_path, {"model": b"other"}, name="ollama.com/library/tiny/latest", v2=True)
    assert by_path(one(tmp_path))["model.gguf"].sha256 == sha256(b"other")
    store = OllamaStore(root=str(tmp_path))
    assert by_path(store.listing(parse("ollama://tiny")))["model.gguf"].sha256 == sha256(b"other")


def test_a_list_has_the_files_of_each_runner(tmp_path: Path) -> None:
    inline = json.loads(manifest(ollama_layers(tmp_path, {"model": b"inline"}), runner="ollama"))
    apart = blob(tmp_path / "blobs", manifest(ollama_layers(tmp_path, {"model": b"apart"})), prefix="sha256-")
    child = {"mediaType": inline["mediaType"], "digest": apart["digest"], "runner": "mlx"}
    place = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "tiny" / "latest"
    place.parent.mkdir(parents=True)
    said = {"mediaType": "application/vnd.ollama.manifest.list.v2+json", "manifests": [inline, child]}
    place.write_text(json.dumps(said))
    found = by_path(one(tmp_path))
    assert {path: file.sha256 for path, file in found.items()} == {
        "mlx/model.gguf": sha256(b"apart"), "ollama/model.gguf": sha256(b"inline"),
    }  # fmt: skip
    (tmp_path / "blobs" / apart["digest"].replace(":", "-")).write_bytes(b'{"layers": []}')
    assert ["its bytes are" in trouble for trouble in one(tmp_path).troubles] == [True]


def test_layers_that_have_names_keep_them_and_kinds_are_numbered(tmp_path: Path) -> None:
    tensors = ollama_layers(tmp_path, {"tensor": b"1"}) + ollama_layers(tmp_path, {"license": b"2"})
    tensors[0]["name"] = "text_encoder/weight"
    ollama_model(tmp_path, {})
    place = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "tiny" / "latest"
    place.write_bytes(manifest([*tensors, *ollama_layers(tmp_path, {"license": b"3"})]))
    assert set(by_path(one(tmp_path))) == {"text_encoder/weight", "license", "license-2"}
    tensors[0]["name"] = "../../../etc/evil"
    place.write_bytes(manifest(tensors))
    assert set(by_path(one(tmp_path))) == {"tensor.safetensors", "license"}
    place.write_bytes(manifest([tensors[1] | {"name": "x"}, tensors[1] | {"name": "x"}]))
    assert ["calls two layers" in trouble for trouble in one(tmp_path).troubles] == [True]


def test_a_blob_that_is_not_there_or_is_a_link_is_a_trouble_of_its_file(tmp_path: Path) -> None:
    ollama_model(tmp_path, FILES)
    (tmp_path / "blobs" / f"sha256-{sha256(FILES['model'])}").unlink()
    (tmp_path / "blobs" / f"sha256-{sha256(FILES['model'])}-partial").touch()
    system = tmp_path / "blobs" / f"sha256-{sha256(FILES['system'])}"
    system.unlink()
    system.symlink_to("/etc/hostname")
    found = one(tmp_path)
    assert by_path(found)["model.gguf"].trouble == "its blob is not here"
    assert by_path(found)["system"].trouble == "a symbolic link to /etc/hostname"
    with pytest.raises(IntegrityError, match="symbolic link"):
        OllamaStore(root=str(tmp_path)).source(found, by_path(found)["system"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b'{"layers": 5}', "neither layers nor manifests"),
        (b'{"layers": [{"digest": "sha256:../../../etc/passwd", "size": 1}]}', "no SHA-256"),
        (b'{"layers": [{"digest": "md5:00", "size": 1}]}', "no SHA-256"),
        (b'{"layers": [null]}', "no SHA-256"),
        (b'{"layers": [{"digest": "sha256:%s", "size": -1}]}' % (b"0" * 64), "the size -1"),
        (b'{"layers": [{"digest": "sha256:%s", "size": true}]}' % (b"0" * 64), "the size True"),
        (b'{"layers": [{"digest": "sha256:%s"}]}' % (b"0" * 64), "the size None"),
        (b'{"layers": [' + b"{}," * 20_001 + b"{}]}", "more than 20,000"),
        (b" " * (5 << 20), "more than 4,194,304 bytes"),
    ],
)
def test_a_manifest_of_wrong_types_is_a_trouble(tmp_path: Path, content: bytes, words: str) -> None:
    ollama_model(tmp_path, FILES).write_bytes(content)
    (trouble,) = one(tmp_path).troubles
    assert words in trouble


def test_a_manifest_that_is_a_link_leads_to_its_blob_or_is_a_trouble(tmp_path: Path) -> None:
    place = ollama_model(tmp_path, FILES, v2=True)
    place.resolve().write_bytes(manifest([]))
    assert ["its bytes are" in trouble for trouble in one(tmp_path).troubles] == [True]
    place.unlink()
    (tmp_path.parent / "elsewhere").write_bytes(manifest([]))
    place.symlink_to(tmp_path.parent / "elsewhere")
    assert ["no blob of the store" in trouble for trouble in one(tmp_path).troubles] == [True]


def test_what_belongs_to_no_model_is_listed_at_the_end(tmp_path: Path) -> None:
    ollama_model(tmp_path, FILES)
    for stray in ("evil.py", "blobs/evil.py", "manifests/evil.py"):
        (tmp_path / stray).write_bytes(b"import absent_module")
    model, rest = listings(str(tmp_path))
    assert not model.extras
    assert [file.path for file in rest.extras] == ["blobs/evil.py", "evil.py", "manifests/evil.py"]


@pytest.mark.parametrize("ref", ["ollama://absent", "ollama://tiny:7b", "ollama://a/b/c/d", "ollama://../../etc:x"])
def test_a_model_that_is_not_here_is_told(tmp_path: Path, ref: str) -> None:
    ollama_model(tmp_path, FILES)
    with pytest.raises(AccessError, match="is not in the store of Ollama") as told:
        OllamaStore(root=str(tmp_path)).listing(parse(ref))
    assert "OLLAMA_MODELS" in told.value.hint


def test_the_store_is_where_ollama_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ollama_model(tmp_path / ".ollama" / "models", FILES)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("OLLAMA_MODELS", raising=False)
    assert OllamaStore().listing(parse("ollama://tiny")).files
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "elsewhere"))
    with pytest.raises(AccessError):
        OllamaStore().listing(parse("ollama://tiny"))
