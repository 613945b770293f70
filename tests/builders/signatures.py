"""Keys, certificates and signature files over models, honest and forged. Keys are made once: they are no secrets."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CURVES: dict[str, type[ec.EllipticCurve]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
HASHES = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE = "https://model_signing/signature/v1.0"
SIGNER = "mailto:release@models.invalid"

MODEL = {
    "config.json": b'{"model_type": "tiny"}\n',
    "weights/model-1.bin": bytes(range(256)) * 9,
    "weights/model-2.bin": b"\x01" * 1000,
    "weights.txt": b"a name that sorts between a folder and what is in it\n",
    "ünïcode name.txt": b"\xf0\x9f\xa6\x80",
}


def write_model(folder: Path, files: Mapping[str, bytes] = MODEL) -> Path:
    """Write a small model; gives its folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


# -- keys -----------------------------------------------------------------------------------------------------------


@cache
def _key(curve: str, _number: int) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(CURVES[curve]())


def key(curve: str = "P-256", number: int = 0) -> ec.EllipticCurvePrivateKey:
    """One of several keys on a curve; the same for the same number."""
    return _key(curve, number)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def private_pem(private: Any, password: bytes = b"") -> bytes:
    """A private key as PEM (PKCS#8)."""
    protection = BestAvailableEncryption(password) if password else NoEncryption()
    made: bytes = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    return made


def public_pem(private: Any) -> bytes:
    """The public half as PEM."""
    made: bytes = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


def key_hint(private: Any) -> str:
    """How bundles name a key."""
    return sha256(public_pem(private)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where the files of a signer are."""

    key: Path
    public: Path
    certificate: Path
    chain: Path
    root: Path


def signer_files(folder: Path, curve: str = "P-256", **leaf: Any) -> Files:
    """Write the files of a signer with a root, an authority and a certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(**{name: folder / f"{name}.pem" for name in ("key", "public", "certificate", "chain", "root")})
    chain = standard_chain(curve, **leaf)
    files.key.write_bytes(private_pem(key(curve)))
    files.public.write_bytes(public_pem(key(curve)))
    for path, one in zip((files.certificate, files.chain, files.root), chain, strict=True):
        path.write_bytes(one.public_bytes(Encoding.PEM))
    return files


# -- certificates ---------------------------------------------------------------------------------------------------

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a certificate says; each field can be wrong in its own way."""

    subject: str = "signer"
    issuer: str = "authority"
    days: tuple[float, float] = (-1, 30)
    ca: bool | None = False
    path_length: int | None = None
    usages: Sequence[str] | None = ("digital_signature",)
    eku: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.CODE_SIGNING,)
    san: Sequence[x509.GeneralName] = (x509.UniformResourceIdentifier(SIGNER),)
    hash: Any = field(default_factory=hashes.SHA256)
    more: Sequence[tuple[x509.ExtensionType, bool]] = ()


def certificate(spec: Spec, public: Any, issuer_key: Any) -> x509.Certificate:
    """Make a certificate."""
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(spec.subject)).issuer_name(_name(spec.issuer)).public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + spec.days[0] * DAY).not_valid_after(NOW + spec.days[1] * DAY)
    )  # fmt: skip
    if spec.ca is not None:
        made = made.add_extension(x509.BasicConstraints(ca=spec.ca, path_length=spec.path_length), critical=True)
    if spec.usages is not None:
        made = made.add_extension(_usage(spec.usages), critical=True)
    if spec.eku is not None:
        made = made.add_extension(x509.ExtendedKeyUsage(list(spec.eku)), critical=False)
    if spec.san:
        made = made.add_extension(x509.SubjectAlternativeName(list(spec.san)), critical=False)
    for extension, critical in spec.more:
        made = made.add_extension(extension, critical=critical)
    return made.sign(issuer_key, spec.hash)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _usage(given: Sequence[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in given for name in _USAGES})


ROOT = Spec(subject="root", issuer="root", ca=True, usages=("key_cert_sign",), eku=None, san=(), days=(-10, 90))
AUTHORITY = Spec(
    subject="authority", issuer="root", ca=True, usages=("key_cert_sign",), eku=None, san=(), days=(-5, 60)
)
LEAF = Spec()


def chain(
    leaf: Spec = LEAF, authority: Spec = AUTHORITY, root: Spec = ROOT, *, signing: Any = None, authority_key: Any = None
) -> tuple[x509.Certificate, x509.Certificate, x509.Certificate]:
    """Make a signer's certificate, its authority's and the root's."""
    root_key, authority_key = key("P-384", 1), authority_key or key("P-384", 2)
    return (
        certificate(leaf, (signing or key()).public_key(), authority_key),
        certificate(authority, authority_key.public_key(), root_key),
        certificate(root, root_key.public_key(), root_key),
    )


@cache
def standard_chain(curve: str = "P-256", **leaf: Any) -> tuple[x509.Certificate, ...]:
    """The honest chain of the key on a curve."""
    return chain(Spec(**leaf), signing=key(curve))


# -- bundles --------------------------------------------------------------------------------------------------------


def resources(files: Mapping[str, bytes] = MODEL) -> list[dict[str, str]]:
    """The list of a model's files."""
    return [
        {"name": name, "algorithm": "sha256", "digest": sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]


def statement(files: Mapping[str, bytes] = MODEL, **changes: Any) -> dict[str, Any]:
    """A statement as the reference tool makes it; ``changes`` replace its parts, the digest follows ``resources``."""
    listed = changes.pop("resources", None)
    listed = resources(files) if listed is None else listed
    serialization = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": ["model.sig"]}
    try:
        root = sha256(b"".join(bytes.fromhex(one["digest"]) for one in listed)).hexdigest()
    except (TypeError, KeyError, ValueError):
        root = "0" * 64
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": root}}],
        "predicateType": PREDICATE,
        "predicate": {"serialization": serialization | changes.pop("serialization", {}), "resources": listed},
        **changes,
    }


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What DSSE signs."""
    return b" ".join(
        [b"DSSEv1", str(len(payload_type)).encode(), payload_type.encode(), str(len(payload)).encode(), payload]
    )


def old_pae(payload: bytes) -> bytes:
    """What version 0.2 of the reference tool signed."""
    return f"DSSEV1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} {payload!r}".encode()


def signed(private: ec.EllipticCurvePrivateKey, message: bytes, algorithm: Any = None) -> bytes:
    """Sign as the format has it."""
    return private.sign(message, ec.ECDSA(algorithm or HASHES[private.curve.key_size]()))


def encoded(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def bundle(
    content: Any, private: Any = None, *, material: Mapping[str, Any] | None = None, certificates: Sequence[Any] = (),
    message: bytes | None = None, algorithm: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """Sign a statement, or any bytes, and make the bundle around it."""
    private = private or key()
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    if material is None and certificates:
        listed = [{"rawBytes": encoded(one.public_bytes(Encoding.DER))} for one in certificates]
        material = {"x509CertificateChain": {"certificates": listed}}
    return {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {**(material or {"publicKey": {"hint": key_hint(private)}}), "tlogEntries": []},
        "dsseEnvelope": {
            "payload": encoded(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": encoded(signed(private, message or pae(payload), algorithm)), "keyid": ""}],
        },
    }


def write_bundle(path: Path, made: Any) -> Path:
    """Write a bundle."""
    path.write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
    return path
