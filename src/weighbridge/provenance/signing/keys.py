"""Elliptic-curve keys: P-256, P-384 and P-521, each with the hash of its size (algorithm registry of the format).

A key is named by the SHA-256 of its PEM text (SubjectPublicKeyInfo), the same that a bundle has as ``hint`` and
``openssl pkey -pubin -in key.pub | sha256sum`` prints.
"""

from __future__ import annotations

import hashlib

from weighbridge.access.local_files import open_given
from weighbridge.core.errors import IntegrityError, UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

LARGEST = 1 << 20
"""Bytes of a key or certificate file."""

CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def need_cryptography() -> None:
    """Raise UsageError where the library for signatures is not installed."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise UsageError("signatures need the package cryptography", hint="pip install 'weighbridge[sign]'") from None


def read_file(path: str, what: str) -> bytes:
    """Read a small file that the operator named; raises UsageError."""
    try:
        with open(open_given(path), "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"cannot read {what} {path!r}: {reason(error)}", hint="check the path") from None
    except ValueError as error:
        raise UsageError(f"cannot read {what} {path!r}: {error}", hint="check the path") from None
    if len(data) > LARGEST:
        raise UsageError(f"{path!r} is larger than any {what.removeprefix('the ')}")
    return data


def private_key(path: str, password: bytes | None) -> EllipticCurvePrivateKey:
    """Load the key to sign with, PEM in PKCS#8 or SEC 1; raises UsageError."""
    need_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(read_file(path, "the key"), password)
    except TypeError:
        if password is None:
            raise UsageError(
                f"the key {path!r} has a password", hint="--password-file FILE, or WEIGHBRIDGE_SIGN_PASSWORD"
            ) from None
        raise UsageError(f"the key {path!r} has no password, and one was given") from None
    except (ValueError, UnsupportedAlgorithm):
        words = "is no private key in PEM" if password is None else "is no private key in PEM, or the password is wrong"
        raise UsageError(
            f"{path!r} {words}", hint="openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
        ) from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name not in CURVES:
        raise UsageError(
            f"the key {path!r} is of a kind that the format does not have",
            hint=f"ECDSA on {', '.join(CURVES.values())}",
        )
    return key


def public_key(data: bytes, name: str) -> EllipticCurvePublicKey:
    """Load a public key, PEM or DER; raises UsageError for one that is none, or not on a curve of the format."""
    need_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

    try:
        key = load_pem_public_key(data) if data.lstrip().startswith(b"-----") else load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(f"{name} is no public key", hint="openssl pkey -in key.pem -pubout -out key.pub") from None
    return supported(key, name)


def supported(key: object, name: str) -> EllipticCurvePublicKey:
    """Give a public key if the format has its kind; raises UsageError."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise UsageError(
            f"{name} is of a kind that the format does not have", hint=f"ECDSA on {', '.join(CURVES.values())}"
        )
    return key


def pem(key: EllipticCurvePublicKey) -> bytes:
    """Write a public key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: EllipticCurvePublicKey) -> str:
    """Name a public key by the SHA-256 of its PEM text."""
    return hashlib.sha256(pem(key)).hexdigest()


def curve(key: EllipticCurvePublicKey) -> str:
    """Name the curve as people know it."""
    return CURVES[key.curve.name]


def sign(key: EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Sign with ECDSA and the hash of the curve's size; DER."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    return key.sign(data, ECDSA(_hash(key.curve.name)))


def check(key: EllipticCurvePublicKey, signature: bytes, data: bytes, old: bytes) -> bool:
    """Check a signature over ``data``; answers whether it is one over the ``old`` encoding. Raises IntegrityError.

    Version 0.2 of the reference tool signed another encoding, with certificates always by SHA-256; an empty ``old`` is
    none.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    usual = _hash(key.curve.name)
    ways = [(data, usual), *([(old, usual), (old, _hash("secp256r1"))] if old else [])]
    for message, algorithm in ways:
        try:
            key.verify(signature, message, ECDSA(algorithm))
        except InvalidSignature:
            continue
        return message is old
    raise IntegrityError(
        "the signature is not by this key over these bytes", hint="the signature was altered, or made by another key"
    )


def _hash(name: str) -> SHA256 | SHA384 | SHA512:
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

    if name == "secp256r1":
        return SHA256()
    return SHA384() if name == "secp384r1" else SHA512()
