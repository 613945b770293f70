"""The verify-only cases of the format's conformance suite: bundles of today and of old, accepted or refused.

Keys, files and bundles are our own; each row has the name of the case, as in ``test_conformance``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tests.provenance.signing import authorities as made
from tests.provenance.signing.authorities import AUTHORITY, LEAF, ROOT, Spec
from tests.provenance.signing.conformance import NESTED, PLAIN, SIGNED, pem
from weighbridge.core.errors import IntegrityError
from weighbridge.provenance.signing.policy import (
    SignerPolicy,
    SigstoreRule,
    TrustedSigner,
    trusting_certificates,
    trusting_keys,
)
from weighbridge.provenance.signing.verify import verify_signature

DAYS_GONE = (-60, -40)
KEY = made.key("P-384")
MARKED = Spec(subject="authority", issuer="authority", ca=True, san=())
"""The publishers' certificate in all older bundles: the mark of an authority, and the name of the one who issued it."""


def chain(leaf: Spec = LEAF, authority: Spec = AUTHORITY, root: Spec = ROOT) -> tuple[Any, ...]:
    return made.chain(leaf, authority, root, signing=KEY)


def listed(files: Mapping[str, bytes] = SIGNED, ignored: tuple[str, ...] | None = None, **more: Any) -> dict[str, Any]:
    """A statement; before version 1.1 of the reference tool it did not say what was left out."""
    whole = made.statement(files, **more)
    serialization = whole["predicate"]["serialization"]
    del serialization["ignore_paths"]
    if ignored is not None:
        serialization["ignore_paths"] = list(ignored)
    return whole


def current(content: Any, certificates: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A bundle as the reference tool makes it since version 1.1."""
    return made.bundle(content, KEY, certificates=certificates)


def old(content: Any, certificates: tuple[Any, ...] = (), **more: Any) -> dict[str, Any]:
    """A bundle from before: the key itself in place of its hash, no log, a ``keyid`` that is null."""
    raw = {"publicKey": {"rawBytes": made.encoded(made.public_pem(KEY)), "keyDetails": "PKIX_ECDSA_P384_SHA_384"}}
    whole = made.bundle(content, KEY, certificates=certificates, material=None if certificates else raw, **more)
    del whole["verificationMaterial"]["tlogEntries"]
    whole["dsseEnvelope"]["signatures"][0]["keyid"] = None
    return whole


def by_go(content: Any, certificates: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A bundle by the other implementation: no log, no ``keyid``."""
    whole = current(json.dumps(content, separators=(", ", ":")).encode(), certificates)
    del whole["verificationMaterial"]["tlogEntries"]
    del whole["dsseEnvelope"]["signatures"][0]["keyid"]
    return whole


def first_form() -> dict[str, Any]:
    """Version 0.2: each file a subject, its own encoding, SHA-256 whatever the curve."""
    subjects = [
        {"name": one["name"], "digest": {"sha256": one["digest"]}, "annotations": {"actual_hash_algorithm": "INERT"}}
        for one in made.resources(SIGNED)
    ]
    payload = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://model_signing/Digests/v0.1",
        "predicate": {"unused": "INERT"},
    }
    text = json.dumps(payload, indent=2).encode()
    return old(text, chain(MARKED)[:2], message=made.old_pae(text), algorithm=hashes.SHA256())


def single() -> dict[str, Any]:
    """A model that is a file: its name is a dot."""
    resources = made.resources({".": SIGNED["part-1"]})
    return listed(resources=resources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A bundle that must be accepted; ``path`` is the model in the folder, ``allowed`` what it does not cover there."""

    name: str
    bundle: Callable[[], dict[str, Any]]
    files: Mapping[str, bytes] = field(default_factory=lambda: SIGNED)
    allowed: tuple[str, ...] = ()
    path: str = ""
    subject: str = ""


FOREIGN = ("somewhere/else/scratch", "bundle.sig", ".git", ".gitignore", ".gitattributes", ".github", ".gitmodules")
IGNORED = (".git", ".gitattributes", ".github", ".gitignore", "scratch")
SCRATCH: dict[str, Any] = {"files": PLAIN, "allowed": ("scratch",)}
LEAF_WORDS, MARKED_WORDS = "CN=signer", "CN=authority"
ACCEPTED = [
    Held(name="key-simple", bundle=lambda: current(listed(ignored=IGNORED)), **SCRATCH),
    Held(
        name="certificate-simple",
        bundle=lambda: current(listed(ignored=IGNORED), chain()[:2]),
        subject=LEAF_WORDS,
        **SCRATCH,
    ),
    Held(name="key-multi-file", bundle=lambda: current(listed(NESTED, IGNORED[:4])), files=NESTED),
    Held(name="key-ignore-paths", bundle=lambda: current(listed(ignored=IGNORED)), **SCRATCH),
    Held(
        name="key-single-file",
        bundle=lambda: current(listed({"model.bin": b"one"}, IGNORED[:4])),
        files={"model.bin": b"one"},
    ),
    Held(
        name="key-simple-ignore-unsigned-files",
        bundle=lambda: current(listed(ignored=IGNORED)),
        files={**PLAIN, "extra.bin": b"later"},
        allowed=("scratch", "extra.bin"),
    ),
    Held(name="go-interop-key", bundle=lambda: by_go(listed(ignored=FOREIGN)), **SCRATCH),
    Held(
        name="go-interop-certificate",
        bundle=lambda: by_go(listed(ignored=FOREIGN), chain(MARKED)[:2]),
        subject=MARKED_WORDS,
        **SCRATCH,
    ),
    Held(name="historical-v0.2.0-certificate", bundle=first_form, subject=MARKED_WORDS),
    Held(name="historical-v0.3.1-elliptic-key", bundle=lambda: old(single()), path="part-1"),
    Held(
        name="historical-v0.3.1-certificate",
        bundle=lambda: old(listed(), chain(MARKED)[:2]),
        subject=MARKED_WORDS,
    ),
    Held(name="historical-v1.0.0-elliptic-key", bundle=lambda: old(single()), path="part-1"),
    Held(
        name="historical-v1.0.0-certificate",
        bundle=lambda: old(listed(), chain(MARKED)[:2]),
        subject=MARKED_WORDS,
    ),
    Held(name="historical-v1.0.1-elliptic-key", bundle=lambda: old(listed()), **SCRATCH),
    Held(
        name="historical-v1.0.1-certificate",
        bundle=lambda: old(listed(), chain(MARKED)[:2]),
        subject=MARKED_WORDS,
        **SCRATCH,
    ),
    Held(
        name="historical-v1.1.0-elliptic-key",
        bundle=lambda: current(listed(ignored=(*IGNORED, "model.sig"))),
        **SCRATCH,
    ),
    Held(
        name="historical-v1.1.0-certificate",
        bundle=lambda: current(listed(ignored=(*IGNORED, "model.sig")), chain(MARKED)[:2]),
        subject=MARKED_WORDS,
        **SCRATCH,
    ),
]


def trusting(tmp_path: Path, subject: str) -> SignerPolicy:
    if not subject:
        (tmp_path / "key.pub").write_bytes(made.public_pem(KEY))
        return trusting_keys(str(tmp_path / "key.pub"))
    return trusting_certificates(pem(tmp_path / "root.pem", chain()[2]), subject=(subject,), marked=True)


@pytest.mark.parametrize("held", ACCEPTED, ids=[held.name for held in ACCEPTED])
def test_a_bundle_that_is_accepted(tmp_path: Path, held: Held) -> None:
    model = made.write_model(tmp_path / "model", held.files)
    place = str(made.write_bundle(tmp_path / "bundle.sig", held.bundle()))
    policy = trusting(tmp_path, held.subject)
    report = verify_signature(str(model / held.path), place, policy, allow_extra=held.allowed)
    assert report.problems == ()
    assert ("has the mark of an authority" in " ".join(report.warnings)) is (held.subject == MARKED_WORDS)
    default = verify_signature(str(model / held.path), place, policy)
    assert {one.partition(":")[0] for one in default.problems} == {*held.allowed}
    (model / "part-1" if "part-1" in held.files else model / sorted(held.files)[0]).write_bytes(b"other")
    assert verify_signature(str(model / held.path), place, policy, allow_extra=("*",)).altered


# -- what must be refused -------------------------------------------------------------------------------------------


def with_(content: Any, **parts: Any) -> dict[str, Any]:
    """A bundle with parts outside of what is signed changed."""
    whole = current(content)
    envelope = {key: part for key, part in parts.items() if key in whole["dsseEnvelope"]}
    whole["dsseEnvelope"] |= envelope
    return whole | {key: part for key, part in parts.items() if key not in envelope}


def predicate_without(key: str) -> dict[str, Any]:
    whole = listed()
    del whole["predicate"][key]
    return whole


def cut(whole: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: part for name, part in whole.items() if name != key}


def other_type() -> dict[str, Any]:
    """The signature is right for the type that is named, which is not the one of statements."""
    payload = json.dumps(listed()).encode()
    whole = made.bundle(payload, KEY, message=made.pae(payload, "application/octet-stream"))
    whole["dsseEnvelope"]["payloadType"] = "application/octet-stream"
    return whole


def keyless() -> dict[str, Any]:
    material = {"certificate": {"rawBytes": made.encoded(chain()[0].public_bytes(Encoding.DER))}}
    whole = made.bundle(listed(), KEY, material=material)
    whole["verificationMaterial"]["tlogEntries"] = [{"logIndex": "1"}]
    return whole


def by(leaf: Spec = LEAF, authority: Spec = AUTHORITY, root: Spec = ROOT) -> tuple[Any, Any]:
    """A bundle by a chain, and the root that the policy has."""
    made_chain = chain(leaf, authority, root)
    return current(listed(), made_chain[:2]), made_chain[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A bundle that must be refused, and what is told then; ``trusts`` is who the policy trusts: a method or a root."""

    name: str
    told: str
    bundle: Callable[[], Any] = lambda: current(listed())
    change: Callable[[Path], object] = lambda _model: None
    trusts: str | Callable[[], Any] = "key"
    allowed: tuple[str, ...] = ()


def chained(name: str, told: str, **specs: Spec) -> Case:
    return Case(name=name, told=told, bundle=lambda: by(**specs)[0], trusts=lambda: by(**specs)[1])


def days(spec: Spec, first: float, last: float) -> Spec:
    return Spec(**{name: getattr(spec, name) for name in Spec.__slots__} | {"days": (first, last)})


def tamper(model: Path) -> None:
    (model / "part-1").write_bytes(b"tampered\n")


def remove(model: Path) -> None:
    (model / "part-2").unlink()


def inject(model: Path) -> None:
    (model / "injected.bin").write_bytes(b"later")


CASES = [
    Case(name="key-simple-tampered-content_fail", told="part-1: altered", change=tamper),
    Case(name="key-simple-wrong-key_fail", told="is not trusted", trusts="other key"),
    Case(name="key-simple-missing-file_fail", told="part-2: signed, and not here", change=remove),
    Case(name="key-simple-extra-file_fail", told="injected.bin: here, and not signed", change=inject),
    Case(
        name="certificate-simple-wrong-ca_fail",
        told="no root that the policy trusts",
        bundle=lambda: by()[0],
        trusts=lambda: chain(root=Spec(subject="other", issuer="other", ca=True, usages=None, eku=None, san=()))[2],
    ),
    Case(name="key-simple-corrupted-bundle_fail", told="no 'mediaType'", bundle=lambda: {"INERT": True}),
    Case(
        name="key-simple-truncated-bundle_fail",
        told="cannot be read",
        bundle=lambda: json.dumps(current(listed())).encode()[:100],
    ),
    Case(
        name="key-simple-wrong-mediatype_fail",
        told="is of type",
        bundle=lambda: with_(listed(), mediaType="application/json"),
    ),
    Case(
        name="key-simple-wrong-mediatype_fail, an older version",
        told="is of type",
        bundle=lambda: with_(listed(), mediaType="application/vnd.dev.sigstore.bundle+json;version=0.1"),
    ),
    Case(name="key-simple-no-signature_fail", told="there must be one", bundle=lambda: with_(listed(), signatures=[])),
    Case(name="malformed-empty-bundle_fail", told="cannot be read", bundle=lambda: b""),
    Case(
        name="malformed-missing-envelope_fail",
        told="no 'dsseEnvelope'",
        bundle=lambda: cut(current(listed()), "dsseEnvelope"),
    ),
    Case(
        name="malformed-wrong-predicate_fail",
        told="states 'https://wrong.invalid/v1.0'",
        bundle=lambda: current(listed(predicateType="https://wrong.invalid/v1.0")),
    ),
    Case(name="malformed-no-subject_fail", told="a model is one", bundle=lambda: current(listed(subject=[]))),
    Case(name="malformed-no-predicate_fail", told="not an object", bundle=lambda: current(cut(listed(), "predicate"))),
    chained("certificate-no-code-signing-eku_fail", "is not made for codeSigning", leaf=Spec(eku=None)),
    chained("certificate-expired_fail", "'CN=signer' has expired", leaf=days(LEAF, *DAYS_GONE)),
    chained("certificate-not-yet-valid_fail", "'CN=signer' is not valid before", leaf=days(LEAF, 300, 600)),
    chained(
        "certificate-expired-intermediate_fail", "'CN=authority' has expired", authority=days(AUTHORITY, *DAYS_GONE)
    ),
    chained("certificate-expired-root_fail", "'CN=root' has expired", root=days(ROOT, *DAYS_GONE)),
    chained(
        "certificate-all-expired_fail",
        "has expired",
        leaf=days(LEAF, -55, -50),
        authority=days(AUTHORITY, *DAYS_GONE),
        root=days(ROOT, *DAYS_GONE),
    ),
    chained(
        "certificate-not-yet-valid-intermediate_fail",
        "'CN=authority' is not valid before",
        authority=days(AUTHORITY, 300, 600),
    ),
    chained(
        "certificate-expired-intermediate-expired-leaf_fail",
        "has expired",
        leaf=days(LEAF, *DAYS_GONE),
        authority=days(AUTHORITY, *DAYS_GONE),
    ),
    Case(name="key-verify-as-certificate_fail", told="trusts no key at all", trusts=lambda: chain()[2]),
    Case(name="key-verify-as-sigstore_fail", told="trusts no key at all", trusts="sigstore"),
    Case(name="certificate-verify-as-key_fail", told="trusts no certificate at all", bundle=lambda: by()[0]),
    Case(
        name="certificate-verify-as-sigstore_fail",
        told="trusts no certificate at all",
        bundle=lambda: by()[0],
        trusts="sigstore",
    ),
    Case(name="sigstore-verify-as-key_fail", told="trusts no sigstore at all", bundle=keyless),
    Case(name="key-simple-wrong-payload-type_fail", told="payloadType", bundle=other_type),
    Case(
        name="key-simple-wrong-statement-type_fail",
        told="is of type 'https://in-toto.io/Statement/v0.1'",
        bundle=lambda: current(listed(_type="https://in-toto.io/Statement/v0.1")),
    ),
    Case(name="key-simple-empty-resources_fail", told="are empty", bundle=lambda: current(listed(resources=[]))),
    Case(
        name="key-simple-missing-serialization_fail",
        told="no 'serialization'",
        bundle=lambda: current(predicate_without("serialization")),
    ),
    Case(name="key-tampered-with-ignore-unsigned_fail", told="part-1: altered", change=tamper, allowed=("*",)),
    Case(
        name="key-missing-file-with-ignore-unsigned_fail",
        told="part-2: signed, and not here",
        change=remove,
        allowed=("*",),
    ),
]


def policy_of(tmp_path: Path, trusts: str | Callable[[], Any]) -> SignerPolicy:
    if trusts == "sigstore":
        rule = SigstoreRule(identity="release@models.invalid", issuer="https://issuer.invalid")
        return SignerPolicy(signers=(TrustedSigner(name="keyless", sigstore=rule, unbound=True),))
    if isinstance(trusts, str):
        key = KEY if trusts == "key" else made.key("P-384", 7)
        (tmp_path / "key.pub").write_bytes(made.public_pem(key))
        return trusting_keys(str(tmp_path / "key.pub"))
    return trusting_certificates(pem(tmp_path / "root.pem", trusts()), subject=("CN=signer",), marked=True)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bundle_that_is_refused(tmp_path: Path, case: Case) -> None:
    model = made.write_model(tmp_path / "model", SIGNED)
    place = str(made.write_bundle(tmp_path / "bundle.sig", case.bundle()))
    case.change(model)
    try:
        report = verify_signature(str(model), place, policy_of(tmp_path, case.trusts), allow_extra=case.allowed)
    except IntegrityError as refused:
        assert case.told in str(refused)  # noqa: PT017
    else:
        assert case.told in "\n".join(report.problems)


# -- files that nothing signs ---------------------------------------------------------------------------------------


def test_what_was_allowed_is_told(tmp_path: Path) -> None:
    model = made.write_model(tmp_path / "model", {**SIGNED, "extra.bin": b"later", "more/extra.bin": b"later"})
    (model / "more/latest").symlink_to("extra.bin")
    place = str(made.write_bundle(tmp_path / "bundle.sig", current(listed())))
    policy = trusting(tmp_path, "")
    report = verify_signature(str(model), place, policy, allow_extra=("more/*",))
    assert report.problems == ("extra.bin: here, and not signed",)
    assert "more/extra.bin, more/latest is here and not signed, which was allowed" in report.warnings
    assert report.extra == ("extra.bin", "more/extra.bin")
    assert "more/latest: it is a link" in verify_signature(str(model), place, policy).problems


@pytest.mark.parametrize("signed_name", ["part-1", "Part-1"])
def test_no_pattern_allows_a_name_that_is_a_signed_one_where_case_does_not_count(
    tmp_path: Path, signed_name: str
) -> None:
    model = made.write_model(tmp_path / "model", {"part-1": b"first\n", "Part-1": b"first\n"})
    ignored = [one for one in ("part-1", "Part-1") if one != signed_name]
    whole = listed({signed_name: b"first\n"}, ignored=tuple(ignored))
    place = str(made.write_bundle(tmp_path / "bundle.sig", current(whole)))
    report = verify_signature(str(model), place, trusting(tmp_path, ""), allow_extra=("*",))
    assert "where case does not count" in "\n".join(report.problems)
