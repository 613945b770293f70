"""Statements that a signer, or a thief of a key, made: read as the specification has them or refused."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.provenance.signing import authorities as made
from weighbridge.core.errors import IntegrityError
from weighbridge.provenance.signing import statement as statements
from weighbridge.provenance.signing.model import Layout, Resource, Statement
from weighbridge.provenance.signing.policy import trusting_keys
from weighbridge.provenance.signing.verify import verify_signature


def read(whole: Any) -> Statement:
    return statements.loads(json.dumps(whole).encode())


def listed(*names: str, digest: str = "ab" * 32, algorithm: str = "sha256") -> list[dict[str, Any]]:
    return [{"name": name, "algorithm": algorithm, "digest": digest} for name in names]


def of(*names: str, **more: Any) -> dict[str, Any]:
    return made.statement(resources=listed(*names), **more)


def sharded(*names: str, size: Any = 100, algorithm: str = "sha256") -> dict[str, Any]:
    layout = {"method": "shards", "shard_size": size}
    return made.statement(resources=listed(*names, algorithm=algorithm), serialization=layout)


def predicate(**changes: Any) -> dict[str, Any]:
    whole = made.statement()
    whole["predicate"] = {key: part for key, part in {**whole["predicate"], **changes}.items() if part is not None}
    return whole


TRAVERSALS = ["../x", "/etc/x", "a/../b", "a//b", "a/", "./a", "a/./b", ".", "..", "a\0b", "x" * 5000]

WRONG: list[tuple[str, Any, str]] = [
    ("no object", [], "not an object"),
    ("another type", made.statement(_type="https://in-toto.io/Statement/v0.1"), "is of type"),
    ("another predicate", made.statement(predicateType="https://slsa.dev/provenance/v1"), "states"),
    ("predicate is a list", made.statement(predicateType=[]), "states"),
    ("no predicate", made.statement(predicate=None), "predicate is not an object"),
    ("no resources", predicate(resources=None), "has no 'resources'"),
    ("no serialization", predicate(serialization=None), "has no 'serialization'"),
    ("no resource", made.statement(resources=[]), "are empty"),
    ("two subjects", made.statement(subject=made.statement()["subject"] * 2), "a model is one"),
    ("no subject", made.statement(subject=[]), "a model is one"),
    ("nameless subject", made.statement(subject=[{"digest": {"sha256": "0" * 64}}]), "name"),
    (
        "another root digest",
        made.statement(subject=[{"name": "m", "digest": {"sha256": "0" * 64}}]),
        "does not agree with itself",
    ),
    ("no root digest", made.statement(subject=[{"name": "m", "digest": {"md5": "0" * 32}}]), "digest"),
    (
        "a name that is a number",
        made.statement(subject=[{**made.statement()["subject"][0], "annotations": {statements.NAME: 7}}]),
        "weighbridge.name",
    ),
    (
        "annotations are a list",
        made.statement(subject=[{**made.statement()["subject"][0], "annotations": []}]),
        "annotations",
    ),
    ("an unknown hash", made.statement(serialization={"hash_type": "md5"}), "hash_type"),
    ("hash is a list", made.statement(serialization={"hash_type": ["sha256"]}), "hash_type"),
    ("an unknown method", made.statement(serialization={"method": "tensors"}), "method"),
    ("method is an object", made.statement(serialization={"method": {}}), "method"),
    ("an unknown parameter", made.statement(serialization={"skip": ["*"]}), "must not have"),
    ("links are a word", made.statement(serialization={"allow_symlinks": "false"}), "true or false"),
    ("ignored is a word", made.statement(serialization={"ignore_paths": "cache"}), "not a list"),
    ("ignored are numbers", made.statement(serialization={"ignore_paths": [1]}), "not a string"),
    ("shards without size", made.statement(serialization={"method": "shards"}), "no size of shards"),
    ("files with shards", made.statement(serialization={"shard_size": 100}), "no meaning for files"),
    ("a field too many", {**made.statement(), "extra": 1}, "must not have"),
    ("a hash of another length", made.statement(resources=listed("a", digest="ab" * 31)), "digest"),
    ("upper case", made.statement(resources=listed("a", digest="AB" * 32)), "lower-case"),
    (
        "digest is a number",
        made.statement(resources=[{"name": "a", "algorithm": "sha256", "digest": 5}]),
        "not a string",
    ),
    ("no algorithm", made.statement(resources=[{"name": "a", "digest": "ab" * 32}]), "another algorithm"),
    ("another algorithm", made.statement(resources=listed("a", algorithm="blake3")), "another algorithm"),
    (
        "algorithm is a list",
        made.statement(resources=[*listed("a"), {"name": "b", "algorithm": [], "digest": "ab" * 32}]),
        "another algorithm",
    ),
    ("twice", of("a", "a"), "twice"),
    ("not sorted", of("b", "a"), "not sorted"),
    ("name is empty", of(""), "is empty"),
    ("resource is a word", made.statement(resources=["a"]), "not an object"),
    *((f"path {name[:8]!r}", of(name), "no path inside a model") for name in TRAVERSALS if name != "."),
    ("shard without range", sharded("a"), "no shard of a file"),
    ("shard backwards", sharded("a:100:0"), "no shard of a file"),
    ("shard of nothing", sharded("a:0:0"), "no shard of a file"),
    ("shard too long", sharded("a:0:101"), "no shard of a file"),
    ("shard with a sign", sharded("a:+0:100"), "no shard of a file"),
    ("shard with zeros", sharded("a:00:100"), "no shard of a file"),
    ("shard in other digits", sharded("a:٠:100"), "no shard of a file"),
    ("shard of no file", sharded(":0:100"), "no shard of a file"),
    ("shard that leads out", sharded("../a:0:100"), "no path inside a model"),
    ("a gap", sharded("a:0:100", "a:200:300"), "gap or overlap"),
    ("begins late", sharded("a:100:200"), "gap or overlap"),
    ("an overlap", sharded("a:0:100", "a:50:150"), "gap or overlap"),
    ("a short one between", sharded("a:0:100", "a:100:150", "a:150:250"), "gap or overlap"),
    ("a size that is a word", sharded("a:0:100", size="100"), "no size of shards"),
    ("a size that is true", sharded("a:0:1", size=True), "no size of shards"),
    ("a size below 0", sharded("a:0:100", size=-100), "no size of shards"),
    ("a size beyond numbers", sharded("a:0:100", size=1 << 60), "no size of shards"),
    ("a broken size", sharded("a:0:100", size=100.5), "no size of shards"),
]


@pytest.mark.parametrize(("name", "whole", "told"), WRONG, ids=[row[0] for row in WRONG])
def test_a_statement_that_is_wrong(name: str, whole: Any, told: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        read(whole)
    assert told in str(refused.value)
    assert refused.value.hint
    assert len(str(refused.value)) < 400


RIGHT: list[tuple[str, Any]] = [
    ("plain", made.statement()),
    ("a colon in a name", of("a:0:100")),
    ("order of characters", of("a.txt", "a/b")),
    ("order of paths", of("a/b", "a.txt")),
    ("a backslash", of("a\\b")),
    ("a single file", of(".")),
    ("shards", sharded("a:0:100", "a:100:150", "b:0:1")),
    ("shards of a name with a colon", sharded("a:b:0:100")),
    ("shards as the reference tool names their algorithm", sharded("a:0:100", algorithm="sha256-sharded-100")),
    ("a whole float", sharded("a:0:100", size=100.0)),
    ("a resource with more", made.statement(resources=[{**listed("a")[0], "mediaType": "x"}])),
]  # fmt: skip


@pytest.mark.parametrize(("name", "whole"), RIGHT, ids=[row[0] for row in RIGHT])
def test_a_statement_that_is_right(name: str, whole: Any) -> None:
    assert read(whole).resources


def test_offsets_in_the_order_of_numbers_and_of_characters() -> None:
    names = [f"a:{at}:{at + 100}" for at in range(0, 1200, 100)]
    assert read(sharded(*names)).resources == read(sharded(*names)).resources
    assert names != sorted(names)
    assert len(read(sharded(*sorted(names))).resources) == 12
    with pytest.raises(IntegrityError, match="not sorted"):
        read(sharded(*reversed(names)))


def test_fields_that_are_not_understood() -> None:
    """In a subject and a resource they mean nothing (section 5.2.1); in a predicate they might, so there are none."""
    whole = of("a")
    whole["subject"][0]["uri"] = whole["predicate"]["resources"][0]["media_type"] = "INERT"
    assert read(whole) == read(of("a"))
    with pytest.raises(IntegrityError, match="a field 'model_card' that it must not have"):
        read(predicate(model_card={"license": "mit"}))


def test_a_stolen_key_cannot_reach_out_of_the_model(tmp_path: Path) -> None:
    """A signature that holds over a statement that is wrong is refused all the same."""
    model = made.write_model(tmp_path / "model")
    public = tmp_path / "public.pem"
    public.write_bytes(made.public_pem(made.key()))
    signature = made.write_bundle(tmp_path / "model.sig", made.bundle(of("../public.pem")))
    with pytest.raises(IntegrityError, match="no path inside a model"):
        verify_signature(str(model), str(signature), trusting_keys(str(public)))


# -- old forms ------------------------------------------------------------------------------------------------------


def old_statement() -> dict[str, Any]:
    subjects = [{"name": one["name"], "digest": {"sha256": one["digest"]}} for one in made.resources()]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://model_signing/Digests/v0.1",
        "predicate": {"unused": "Unused"},
    }


@pytest.mark.parametrize("curve", made.CURVES)
@pytest.mark.parametrize("with_predicate", [True, False])
def test_the_form_of_version_0_2(tmp_path: Path, curve: str, *, with_predicate: bool) -> None:
    """Its own encoding, always SHA-256, a subject for each file."""
    model, private, public = made.write_model(tmp_path / "model"), made.key(curve), tmp_path / "public.pem"
    public.write_bytes(made.public_pem(private))
    whole = old_statement()
    if not with_predicate:
        del whole["predicate"]
    message = made.old_pae(json.dumps(whole).encode())
    for algorithm in (made.HASHES[256](), made.HASHES[private.curve.key_size]()):
        signature = made.write_bundle(
            tmp_path / "model.sig",
            made.bundle(
                json.dumps(whole).encode(), private, message=message, algorithm=algorithm,
                material={"publicKey": {"rawBytes": made.encoded(made.public_pem(private)), "keyDetails": "INERT"}},
            ),
        )  # fmt: skip
        report = verify_signature(str(model), str(signature), trusting_keys(str(public)))
        assert report.problems == ()
        assert len(report.warnings) == 2
    (model / "config.json").write_bytes(b"{}")
    assert verify_signature(str(model), str(signature), trusting_keys(str(public))).altered == ("config.json",)


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_key_that_the_bundle_carries_is_not_trusted_for_that(tmp_path: Path, form: str) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    model, public = made.write_model(tmp_path / "model"), tmp_path / "public.pem"
    public.write_bytes(made.public_pem(made.key()))

    def material(private: Any) -> dict[str, Any]:
        raw = private.public_key().public_bytes(getattr(Encoding, form), PublicFormat.SubjectPublicKeyInfo)
        return {"publicKey": {"rawBytes": made.encoded(raw)}}

    for number, holds in ((0, True), (1, False)):
        private = made.key("P-256", number)
        whole = made.bundle(made.statement(), private, material=material(private))
        signature = made.write_bundle(tmp_path / "model.sig", whole)
        assert verify_signature(str(model), str(signature), trusting_keys(str(public))).holds is holds
    foreign = made.bundle(made.statement(), made.key("P-256", 1), material=material(made.key()))
    signature = made.write_bundle(tmp_path / "model.sig", foreign)
    report = verify_signature(str(model), str(signature), trusting_keys(str(public)))
    assert report.problems == ("the signature is not by this key over these bytes",)
    both = material(made.key("P-256", 1))
    both["publicKey"]["hint"] = made.key_hint(made.key())
    signature = made.write_bundle(tmp_path / "model.sig", made.bundle(made.statement(), material=both))
    with pytest.raises(IntegrityError, match="names one key and carries another"):
        verify_signature(str(model), str(signature), trusting_keys(str(public)))


# -- writing --------------------------------------------------------------------------------------------------------

parts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="/\0"), min_size=1, max_size=6)
paths = st.lists(parts.filter(lambda one: one not in {".", ".."}), min_size=1, max_size=3).map("/".join)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@settings(deadline=None)
@given(st.dictionaries(paths, digests, min_size=1, max_size=8), parts)
def test_what_is_written_is_read(files: dict[str, str], name: str) -> None:
    layout = Layout(ignored=("model.sig",))
    resources = tuple(Resource(name=path, digest=digest) for path, digest in sorted(files.items()))
    whole = Statement(subject="model", layout=layout, resources=resources, name=name, version="1.2")
    assert statements.loads(statements.dumps(whole)) == whole


@settings(deadline=None)
@given(st.lists(paths, min_size=1, max_size=8, unique=True))
def test_the_order_of_the_reference_tool_is_read_too(names: list[str]) -> None:
    """It sorts by ``PurePosixPath``, as its manifests do; Python compares the parts."""
    assert read(of(*(str(one) for one in sorted(map(PurePosixPath, names))))).resources
    assert read(of(*sorted(names))).resources


def test_names_are_no_part_of_the_digest_of_the_whole() -> None:
    assert read(of("a")).resources != read(of("b")).resources
    assert statements.root_digest(read(of("a")).resources) == statements.root_digest(read(of("b")).resources)
    assert statements.root_digest(read(of("a")).resources) == sha256(bytes.fromhex("ab" * 32)).hexdigest()
