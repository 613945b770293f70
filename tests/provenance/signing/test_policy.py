"""The signer policy: what the file may say, and what it makes of a signature."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.provenance.signing import authorities as made
from weighbridge.core.errors import UsageError
from weighbridge.provenance.signing import policy_file
from weighbridge.provenance.signing.model import SignatureReport
from weighbridge.provenance.signing.policy import CertificateRule, SigstoreRule
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key
from weighbridge.provenance.signing.verify import verify_signature


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keys and a root beside the policy; paths in it count from there."""
    files = made.signer_files(tmp_path / "policy")
    files.public.rename(tmp_path / "policy/acme.pub")
    return tmp_path / "policy"


def write(folder: Path, text: str) -> str:
    (folder / "signers.toml").write_text(text, encoding="utf-8")
    return str(folder / "signers.toml")


WHOLE = """
[signers.acme]
keys = ["acme.pub", "sha256:%s"]
certificate = {roots = ["root.pem"], san = ["%s"], marked = true, issuer = "CN=authority", eku = ["codeSigning"]}
sigstore = {identity = "release@models.invalid", issuer = "https://issuer.invalid", trust = "trusted_root.json"}
models = ["acme/*"]
min_versions = {"acme/tiny" = "1.2", "acme/*" = "1.0"}
allow_ignored = [".gitattributes"]
allow_extra = ["logs/*"]
require = true
unbound = true

[signers.other]
keys = ['''%s''']
"""


def test_a_policy_that_says_all_that_there_is(folder: Path) -> None:
    text = WHOLE % ("ab" * 32, made.SIGNER, made.public_pem(made.key("P-384")).decode())
    policy = policy_file.load(write(folder, text))
    acme, other = policy.signers
    assert [one.id for one in acme.keys] == [made.key_hint(made.key()), "ab" * 32]
    assert acme.keys[0].pem == made.public_pem(made.key())
    assert acme.certificate == CertificateRule(
        roots=((folder / "root.pem").read_bytes(),),
        san=(made.SIGNER,),
        issuer="CN=authority",
        eku=("codeSigning",),
        marked=True,
    )
    assert acme.sigstore == SigstoreRule(
        identity="release@models.invalid", issuer="https://issuer.invalid", trust=str(folder / "trusted_root.json")
    )
    assert acme.models == ("acme/*",)
    assert acme.min_versions == (("acme/*", "1.0"), ("acme/tiny", "1.2"))
    assert acme.allow_ignored == (".gitattributes",)
    assert acme.allow_extra == ("logs/*",)
    assert (acme.require, acme.unbound) == (True, True)
    assert other.keys[0].id == made.key_hint(made.key("P-384"))
    assert (other.models, other.require, other.unbound) == (("*",), False, False)
    assert policy.required("acme/tiny") == ("acme",)
    assert policy.required("else/tiny") == ()


def test_every_key_of_the_policy_is_tried_above() -> None:
    for key in (*policy_file.KEYS, *policy_file.CERTIFICATE_KEYS, *policy_file.SIGSTORE_KEYS):
        assert key in WHOLE or key == "subject"


def test_usual_is_code_signing(folder: Path) -> None:
    text = '[signers.a]\ncertificate = {roots = ["root.pem"], subject = ["CN=signer"]}'
    certificate = policy_file.load(write(folder, text)).signers[0].certificate
    assert certificate is not None
    assert certificate.eku == ("codeSigning",)


WRONG: list[tuple[str, str, str]] = [
    ("", "names no signer", "[signers.NAME]"),
    ("signers = 1", "must be a table", ""),
    ("signers = {a = 1}", "signers.a must be a table", ""),
    ("[signer.a]", "unknown key 'signer'", "did you mean 'signers'?"),
    ("[signers.a]", "trusts nobody", "keys, certificate or sigstore"),
    ("[signers.a]\nkey = ['acme.pub']", "unknown key 'key'", "did you mean 'keys'?"),
    ("[signers.a]\nzzz = 1", "unknown key 'zzz'", "known are keys"),
    ("[signers.a]\nkeys = 'acme.pub'", "keys must be a list", ""),
    ("[signers.a]\nkeys = [1]", "keys must be a list of strings", ""),
    ("[signers.a]\nkeys = ['']", "keys must be a list of strings", ""),
    ("[signers.a]\nkeys = ['absent.pub']", "cannot read the key", "check the path"),
    ("[signers.a]\nkeys = ['root.pem']", "is no public key", "openssl"),
    ("[signers.a]\nkeys = ['key.pem']", "is no public key", "openssl"),
    ("[signers.a]\nkeys = ['sha256:AB']", "is no SHA-256", "sha256sum"),
    ("[signers.a]\nkeys = ['acme.pub']\nrequire = 1", "require must be true or false", ""),
    ("[signers.a]\nkeys = ['acme.pub']\nmodels = []", "so nothing is trusted", "any"),
    ("[signers.a]\nkeys = ['acme.pub']\nmin_versions = ['1']", "min_versions must be a table", ""),
    ("[signers.a]\nkeys = ['acme.pub']\nmin_versions = {x = 1}", "must hold strings", ""),
    ("[signers.a]\nkeys = ['acme.pub']\nmin_versions = {x = 'new'}", "no version that can be compared", ""),
    ("[signers.a]\ncertificate = 'root.pem'", "certificate must be a table", ""),
    ("[signers.a]\ncertificate = {san = ['x']}", "names no roots", "never trusted"),
    ("[signers.a]\ncertificate = {roots = ['root.pem']}", "of whom the certificate must be for", "san"),
    ("[signers.a]\ncertificate = {roots = ['acme.pub'], san = ['x']}", "no certificate in PEM", ""),
    ("[signers.a]\ncertificate = {root = ['root.pem']}", "unknown key 'root'", "did you mean 'roots'?"),
    (
        "[signers.a]\ncertificate = {roots = ['root.pem'], san = ['x'], eku = ['code']}",
        "no extended key usage",
        "codeSigning",
    ),
    ("[signers.a]\nsigstore = 'x'", "sigstore must be a table", ""),
    ("[signers.a]\nsigstore = {identity = 'x'}", "has no issuer", "both needed"),
    ("[signers.a]\nsigstore = {identity = 'x', issuer = 'y', subject = 'z'}", "unknown key 'subject'", ""),
    ("[signers.a", "not valid TOML", ""),
    ("a = " + "[" * 5000, "not valid TOML", ""),
]


@pytest.mark.parametrize(("text", "told", "hint"), WRONG, ids=[row[1] for row in WRONG])
def test_a_policy_that_is_wrong(folder: Path, text: str, told: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        policy_file.load(write(folder, text))
    assert told in str(refused.value)
    assert hint in refused.value.hint


def test_a_policy_that_is_no_text(folder: Path) -> None:
    (folder / "signers.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not valid TOML"):
        policy_file.load(str(folder / "signers.toml"))
    with pytest.raises(UsageError, match="cannot read the policy"):
        policy_file.load(str(folder / "absent.toml"))
    (folder / "signers.toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(UsageError, match="larger than any policy"):
        policy_file.load(str(folder / "signers.toml"))
    (folder / "signers.toml").unlink()
    os.mkfifo(folder / "signers.toml")  # nobody writes to it: to wait for it would be for ever
    with pytest.raises(UsageError, match="no regular file"):
        policy_file.load(str(folder / "signers.toml"))


# -- what it makes of signatures ------------------------------------------------------------------------------------


def held(
    folder: Path,
    text: str,
    *,
    signed: tuple[str, str] = ("", ""),
    asked: tuple[str, str] = ("", ""),
    at_least: str = "",
) -> SignatureReport:
    """Sign a model as a name and a version, and verify it under a policy of one key."""
    model = made.write_model(folder.parent / "model")
    request = SignRequest(directory=str(model), name=signed[0], version=signed[1])
    sign_with_key(request, KeyFiles(key=str(folder / "key.pem")))
    policy = policy_file.load(write(folder, f'[signers.acme]\nkeys = ["acme.pub"]\n{text}'))
    return verify_signature(
        str(model), str(model / "model.sig"), policy, name=asked[0], version=asked[1], at_least=at_least
    )


OTHER_KEY = "\n[signers.other]\nkeys = ['''{}''']\nrequire = true\n"

TOLD: list[tuple[str, str, tuple[str, str], tuple[str, str], str]] = [
    ("signed as another", "", ("acme/tiny", ""), ("acme/big", ""), "signed as acme/tiny, not as acme/big"),
    ("signed as nothing", "", ("", ""), ("acme/tiny", ""), "signed as no model by name, not as acme/tiny"),
    (
        "signed as another by a loose signer",
        "unbound = true",
        ("acme/tiny", ""),
        ("acme/big", ""),
        "signed as acme/tiny",
    ),
    ("not his model", 'models = ["acme/*"]', ("else/tiny", ""), ("", ""), "trusted for acme/*, not for else/tiny"),
    ("not his model, asked", 'models = ["acme/*"]\nunbound = true', ("", ""), ("else/x", ""), "not for else/x"),
    ("nameless", 'models = ["acme/*"]', ("", ""), ("", ""), "a model without a name"),
    ("another version", "", ("a", "1.2"), ("a", "1.3"), "signed as version 1.2, not as 1.3"),
    ("a newer version than asked", "", ("a", "1.4"), ("a", "1.3"), "signed as version 1.4, not as 1.3"),
    ("no version", "", ("a", ""), ("a", "1.3"), "without a version, so it may be older than 1.3"),
    ("below the least", 'min_versions = {"a" = "1.10"}', ("a", "1.9"), ("", ""), "older than 1.10"),
    ("below the least of a pattern", 'min_versions = {"*" = "2"}', ("a", "1.9"), ("", ""), "older than 2"),
    ("a candidate is older", 'min_versions = {"a" = "2.0"}', ("a", "2.0-rc.1"), ("", ""), "older than 2.0"),
    ("least and no version", 'min_versions = {"a" = "1.10"}', ("a", ""), ("", ""), "without a version"),
    ("another must sign", OTHER_KEY, ("a", ""), ("", ""), "it must be signed by other, and is by acme"),
]


@pytest.mark.parametrize(("name", "text", "signed", "asked", "told"), TOLD, ids=[row[0] for row in TOLD])
def test_what_the_policy_has_against_a_signature(
    folder: Path, name: str, text: str, signed: tuple[str, str], asked: tuple[str, str], told: str
) -> None:
    report = held(folder, text.replace("{}", made.public_pem(made.key("P-384")).decode()), signed=signed, asked=asked)
    assert not report.holds
    assert told in "\n".join(report.problems)
    assert report.files == len(made.MODEL), "the files are compared all the same"


HOLD: list[tuple[str, str, tuple[str, str], tuple[str, str]]] = [
    ("nothing asked", "", ("", ""), ("", "")),
    ("as asked", 'models = ["acme/*"]', ("acme/tiny", "1.2"), ("acme/tiny", "1.2")),
    ("the same version written otherwise", "", ("a", "v1.2.0"), ("a", "1.2")),
    ("no name, by a loose signer", "unbound = true", ("", ""), ("acme/tiny", "")),
    ("no name, his model", 'models = ["acme/*"]\nunbound = true', ("", ""), ("acme/tiny", "")),
    ("the least itself", 'min_versions = {"a" = "1.10"}', ("a", "1.10"), ("", "")),
    ("more than the least", 'min_versions = {"a" = "1.9", "*" = "1"}', ("a", "1.10"), ("", "")),
    ("least of another model", 'min_versions = {"b" = "9"}', ("a", "1"), ("", "")),
    ("he must sign", "require = true", ("a", ""), ("", "")),
    ("another must sign another", 'require = true\nmodels = ["a"]', ("a", ""), ("", "")),
]


@pytest.mark.parametrize(("name", "text", "signed", "asked"), HOLD, ids=[row[0] for row in HOLD])
def test_what_the_policy_takes(
    folder: Path, name: str, text: str, signed: tuple[str, str], asked: tuple[str, str]
) -> None:
    assert held(folder, text, signed=signed, asked=asked).problems == ()


def test_an_older_model_that_was_validly_signed_does_not_come_back(folder: Path) -> None:
    assert held(folder, "", signed=("a", "1.2"), at_least="1.2").holds
    report = held(folder, "", signed=("a", "1.1"), at_least="1.2")
    assert report.problems == ("it is signed as version 1.1, which is older than 1.2: somebody may have put it back",)
    assert not held(folder, "", signed=("a", ""), at_least="1.2").holds
    with pytest.raises(UsageError, match="no version that can be compared"):
        held(folder, "", at_least="newest")


def test_one_key_of_two_signers_counts_for_the_one_who_fits(folder: Path) -> None:
    text = 'models = ["acme/*"]\n[signers.also]\nkeys = ["acme.pub"]\nmodels = ["also/*"]'
    assert held(folder, text, signed=("also/x", "")).policy == "also"
    assert held(folder, text, signed=("acme/x", "")).policy == "acme"
    assert not held(folder, text, signed=("else/x", "")).holds


def test_a_key_by_its_hash_needs_the_key_from_somewhere(folder: Path, tmp_path: Path) -> None:
    model = made.write_model(tmp_path / "model")
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(folder / "key.pem")))
    policy = policy_file.load(write(folder, f'[signers.acme]\nkeys = ["sha256:{made.key_hint(made.key())}"]'))
    report = verify_signature(str(model), str(model / "model.sig"), policy)
    assert "only the hash of the key" in report.problems[0]
    other = tmp_path / "other.pub"
    other.write_bytes(made.public_pem(made.key("P-384")))
    assert not verify_signature(str(model), str(model / "model.sig"), policy, keys=(str(other),)).holds
    keys = (str(other), str(folder / "acme.pub"))
    assert verify_signature(str(model), str(model / "model.sig"), policy, keys=keys).holds
