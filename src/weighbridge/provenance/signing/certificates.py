"""Certificates: does a chain lead from the signer to a root that the policy names, and may the signer sign (RFC 5280)?

Only roots that the operator names are trusted, never those of the web. All of a path must be valid now: without a time
that somebody else vouches for, the time of signing is whatever the signer says. What is not understood is refused:
name constraints, unknown critical extensions, algorithms that are not on the list.
"""

from __future__ import annotations

from contextlib import contextmanager

from weighbridge.core.errors import IntegrityError, UsageError
from weighbridge.provenance.signing.keys import curve, key_id, need_cryptography, read_file, supported
from weighbridge.provenance.signing.model import Method, Signer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import TypeVar

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.x509 import Certificate, Extension, ExtensionType, KeyUsage

    from weighbridge.provenance.signing.policy import CertificateRule

    T = TypeVar("T", bound=ExtensionType)

CODE_SIGNING = "codeSigning"
USAGES = {
    "serverAuth": "1.3.6.1.5.5.7.3.1",
    "clientAuth": "1.3.6.1.5.5.7.3.2",
    CODE_SIGNING: "1.3.6.1.5.5.7.3.3",
    "emailProtection": "1.3.6.1.5.5.7.3.4",
    "timeStamping": "1.3.6.1.5.5.7.3.8",
}
"""Extended key usages by the names that RFC 5280 section 4.2.1.12 gives them."""

_ANY_USAGE = "2.5.29.37.0"
_NAME_CONSTRAINTS = "2.5.29.30"
_UNDERSTOOD = frozenset({"2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.35", "2.5.29.37"})
_HASHES = frozenset({"sha256", "sha384", "sha512"})
_EDWARDS = frozenset({"1.3.101.112", "1.3.101.113"})
_DEEPEST = 8
"""Certificates of a path, the signer's and the root included."""

_LEAST_RSA = 2048
_HINT = "the publisher must sign with a certificate that is made for signing and valid today"


def load_file(path: str) -> tuple[Certificate, ...]:
    """Load the certificates of a PEM file; raises UsageError."""
    need_cryptography()
    return load_pem(read_file(path, "the certificate"), f"{path!r}")


def load_pem(text: bytes, name: str = "the policy's roots") -> tuple[Certificate, ...]:
    """Load the certificates of a PEM text; raises UsageError."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        with _warnings_as_errors():
            return tuple(_whole(one) for one in load_pem_x509_certificates(text))
    except _unreadable():
        verb = "hold" if name.endswith("s") else "holds"
        raise UsageError(f"{name} {verb} no certificate in PEM that could be read") from None


def load_chain(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """Load the certificates of a bundle, the signer's first; raises IntegrityError."""
    need_cryptography()
    from cryptography.x509 import load_der_x509_certificate

    try:
        with _warnings_as_errors():
            return tuple(_whole(load_der_x509_certificate(one)) for one in chain)
    except _unreadable():
        raise IntegrityError("the signature holds a certificate that cannot be read", hint=_HINT) from None


def _whole(certificate: Certificate) -> Certificate:
    """Read all parts of a certificate now: the library does it when they are asked for, and raises then."""
    _ = (certificate.subject, certificate.issuer, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    _ = (certificate.extensions, certificate.signature_algorithm_oid)
    return certificate


def _unreadable() -> tuple[type[Exception], ...]:
    """What the library raises for a certificate that is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.utils import CryptographyDeprecationWarning
    from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

    return (
        ValueError, InvalidVersion, DuplicateExtension, UnsupportedGeneralNameType, UnsupportedAlgorithm,
        CryptographyDeprecationWarning,
    )  # fmt: skip


@contextmanager
def _warnings_as_errors() -> Iterator[None]:
    """Refuse what the library only warns of, such as serial numbers below 1 (RFC 5280 section 4.1.2.2)."""
    from warnings import catch_warnings, simplefilter

    with catch_warnings():
        simplefilter("error")
        yield


def leaf_key(leaf: Certificate) -> EllipticCurvePublicKey:
    """Give the signer's public key; raises IntegrityError for a kind that the format does not have."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return supported(leaf.public_key(), "the key of the signer's certificate")
    except (ValueError, UnsupportedAlgorithm, UsageError) as error:
        raise IntegrityError(str(error) or "the key of the signer's certificate cannot be read", hint=_HINT) from None


def describe(leaf: Certificate, method: Method = Method.CERTIFICATE) -> Signer:
    """Say whose certificate it is; raises IntegrityError."""
    key = leaf_key(leaf)
    return Signer(
        method=method, key=key_id(key), curve=curve(key), subject=leaf.subject.rfc4514_string(),
        san=alternative_names(leaf), issuer=leaf.issuer.rfc4514_string(), usages=_usages(leaf) or (),
        not_before=leaf.not_valid_before_utc.isoformat(), not_after=leaf.not_valid_after_utc.isoformat(),
    )  # fmt: skip


def check(chain: tuple[Certificate, ...], rule: CertificateRule, at: datetime) -> None:
    """Hold a chain against a policy's rule; raises IntegrityError that says what is wrong with it."""
    leaf, roots = chain[0], [root for text in rule.roots for root in load_pem(text)]
    names = alternative_names(leaf)
    if rule.san and not set(rule.san) & set(names):
        raise _refused(leaf, f"is for {', '.join(names) or 'no alternative name'}, not for {' or '.join(rule.san)}")
    if rule.subject and leaf.subject.rfc4514_string() not in rule.subject:
        raise _refused(leaf, f"is not for {' or '.join(rule.subject)}")
    if rule.issuer and leaf.issuer.rfc4514_string() != rule.issuer:
        raise _refused(leaf, f"is issued by {leaf.issuer.rfc4514_string()}, not by {rule.issuer}")
    check_leaf(leaf, rule.eku, at, marked=rule.marked)
    if leaf in roots:
        return
    troubles: list[IntegrityError] = []
    for path in _paths((leaf,), chain[1:], roots):
        try:
            _check_path(path, rule.eku, at)
        except IntegrityError as error:
            troubles.append(error)
        else:
            return
    raise troubles[0] if troubles else _refused(leaf, "leads to no root that the policy trusts")


def check_leaf(leaf: Certificate, eku: tuple[str, ...], at: datetime, *, marked: bool = False) -> None:
    """See whether a certificate may sign models at all; raises IntegrityError.

    An authority's may not. With ``marked`` one passes that has the mark of an authority (basic constraints) without the
    right to sign certificates (key usage), from which nobody takes one (RFC 5280 section 6.1.4): publishers have such.
    """
    _check_common(leaf, at)
    usage = _key_usage(leaf)
    if usage is None or not usage.digital_signature:
        raise _refused(leaf, "is not made for digital signatures (key usage)")
    if usage.key_cert_sign:
        raise _refused(leaf, "is a certificate authority's, which must not sign models itself")
    if is_marked(leaf) and not marked:
        raise _refused(leaf, "has the mark of a certificate authority's, which must not sign models itself")
    leaf_key(leaf)
    usages = _usages(leaf) or ()
    for wanted in eku:
        if USAGES.get(wanted, wanted) not in {USAGES.get(one, one) for one in usages}:
            raise _refused(leaf, f"is not made for {wanted} (extended key usage: {', '.join(usages) or 'none'})")


def is_marked(leaf: Certificate) -> bool:
    """Tell whether a certificate has the mark of an authority (basic constraints)."""
    from cryptography.x509 import BasicConstraints

    constraints = _extension(leaf, BasicConstraints)
    return constraints is not None and constraints.ca


def alternative_names(certificate: Certificate) -> tuple[str, ...]:
    """List the alternative names that have a plain text: mail addresses, host names, URIs."""
    from cryptography.x509 import DNSName, RFC822Name, SubjectAlternativeName, UniformResourceIdentifier

    found = _extension(certificate, SubjectAlternativeName)
    if found is None:
        return ()
    return tuple(name.value for name in found if isinstance(name, DNSName | RFC822Name | UniformResourceIdentifier))


# -- the path -------------------------------------------------------------------------------------------------------


def _paths(
    path: tuple[Certificate, ...], between: tuple[Certificate, ...], roots: list[Certificate]
) -> Iterator[tuple[Certificate, ...]]:
    """Yield the paths whose signatures hold, from the signer to a trusted root.

    No name and key comes twice on a path (RFC 4158 section 5.2): certificates that sign each other in a circle would
    give more paths than anybody can check.
    """
    for root in roots:
        if _issued(path[-1], root):
            yield (*path, root)
    if len(path) < _DEEPEST - 1:
        passed = [(one.subject, one.public_key()) for one in path]
        for one in between:
            if one not in roots and _issued(path[-1], one) and (one.subject, one.public_key()) not in passed:
                yield from _paths((*path, one), between, roots)


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    """Tell whether one certificate is signed by the other's key, by an algorithm that still holds."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if certificate.issuer != issuer.subject or not _is_strong(certificate):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_strong(certificate: Certificate) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm

    if certificate.signature_algorithm_oid.dotted_string in _EDWARDS:
        return True
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False
    return algorithm is not None and algorithm.name in _HASHES


def _check_path(path: tuple[Certificate, ...], eku: tuple[str, ...], at: datetime) -> None:
    """Check everything but the signatures of a path and its first certificate (RFC 5280 section 6.1)."""
    from cryptography.x509 import BasicConstraints

    below = 0
    """Certificates of authorities between this one and the signer that count for the path length."""
    for number, authority in enumerate(path[1:], start=1):
        _check_common(authority, at)
        _check_authority_key(authority)
        constraints = _extension(authority, BasicConstraints)
        if constraints is None or not constraints.ca:
            raise _refused(authority, "issued another and is no certificate authority's")
        if constraints.path_length is not None and below > constraints.path_length:
            raise _refused(authority, f"allows {constraints.path_length} authorities below it, there are {below}")
        usage, is_root = _key_usage(authority), number == len(path) - 1
        if (usage is None and not is_root) or (usage is not None and not usage.key_cert_sign):
            raise _refused(authority, "issued another and is not made for that (key usage)")
        usages = _usages(authority)
        if usages is not None and _ANY_USAGE not in usages:
            known = {USAGES.get(one, one) for one in usages}
            for wanted in eku:
                if USAGES.get(wanted, wanted) not in known:
                    raise _refused(authority, f"is not made for {wanted} (extended key usage)")
        below += authority.subject != authority.issuer


def _check_common(certificate: Certificate, at: datetime) -> None:
    """Check what holds for every certificate: time, and nothing critical that is not understood."""
    if at < certificate.not_valid_before_utc:
        raise _refused(certificate, f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    if at > certificate.not_valid_after_utc:
        raise _refused(certificate, f"has expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
    for one in _extensions(certificate):
        name = one.oid.dotted_string
        if name == _NAME_CONSTRAINTS or (one.critical and name not in _UNDERSTOOD):
            raise _refused(certificate, f"has an extension that is not understood here ({name})")


def _check_authority_key(authority: Certificate) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    try:
        key = authority.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(authority, "has a key that cannot be read") from None
    if isinstance(key, rsa.RSAPublicKey):
        good = key.key_size >= _LEAST_RSA
    elif isinstance(key, ec.EllipticCurvePublicKey):
        good = key.key_size >= 256
    else:
        good = isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)
    if not good:
        raise _refused(authority, "has a key that is too weak")


# -- extensions -----------------------------------------------------------------------------------------------------


def _extensions(certificate: Certificate) -> list[Extension[ExtensionType]]:
    return list(certificate.extensions)


def _extension(certificate: Certificate, kind: type[T]) -> T | None:
    return next((one.value for one in _extensions(certificate) if isinstance(one.value, kind)), None)


def _key_usage(certificate: Certificate) -> KeyUsage | None:
    from cryptography.x509 import KeyUsage

    return _extension(certificate, KeyUsage)


def _usages(certificate: Certificate) -> tuple[str, ...] | None:
    """List the extended key usages, by name where they have one; None where the certificate has no such list."""
    from cryptography.x509 import ExtendedKeyUsage

    found = _extension(certificate, ExtendedKeyUsage)
    if found is None:
        return None
    names = {dotted: name for name, dotted in USAGES.items()}
    return tuple(names.get(one.dotted_string, one.dotted_string) for one in found)


def _refused(certificate: Certificate, why: str) -> IntegrityError:
    return IntegrityError(f"the certificate {certificate.subject.rfc4514_string()!r} {why}", hint=_HINT)


def der(certificate: Certificate) -> bytes:
    """Write a certificate as DER."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)
