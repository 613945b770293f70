"""Chains of certificates: each way to be wrong is refused, its honest twin is taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.provenance.signing import authorities as made
from tests.provenance.signing.authorities import AUTHORITY, LEAF, ROOT, Spec
from weighbridge.core.errors import IntegrityError
from weighbridge.provenance.signing import certificates
from weighbridge.provenance.signing.policy import CertificateRule


def changed(spec: Spec, **fields: Any) -> Spec:
    return Spec(**{name: getattr(spec, name) for name in Spec.__slots__} | fields)


def pem(*several: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in several)


def rule(root: x509.Certificate, **fields: Any) -> CertificateRule:
    return CertificateRule(**{"roots": (pem(root),), "san": (made.SIGNER,), **fields})


def held(chain: tuple[x509.Certificate, ...], trusted: CertificateRule) -> None:
    certificates.check(certificates.load_chain(tuple(map(certificates.der, chain))), trusted, datetime.now(UTC))


OTHER = (x509.UniformResourceIdentifier("mailto:other@models.invalid"),)
CONSTRAINTS = x509.NameConstraints(permitted_subtrees=[x509.DNSName("models.invalid")], excluded_subtrees=None)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
TLS = ExtendedKeyUsageOID.SERVER_AUTH
BOTH = ("digital_signature", "key_cert_sign")

BAD: list[tuple[str, Spec, Spec, Spec, str]] = [
    ("leaf expired", changed(LEAF, days=(-9, -0.01)), AUTHORITY, ROOT, "has expired"),
    ("leaf not yet valid", changed(LEAF, days=(1, 9)), AUTHORITY, ROOT, "is not valid before"),
    ("authority expired", LEAF, changed(AUTHORITY, days=(-9, -0.01)), ROOT, "has expired"),
    ("authority not yet valid", LEAF, changed(AUTHORITY, days=(1, 9)), ROOT, "is not valid before"),
    ("root expired", LEAF, AUTHORITY, changed(ROOT, days=(-9, -0.01)), "has expired"),
    ("leaf is an authority", changed(LEAF, ca=True, usages=BOTH), AUTHORITY, ROOT, "certificate authority's"),
    ("leaf may sign certificates", changed(LEAF, usages=BOTH), AUTHORITY, ROOT, "certificate authority's"),
    ("leaf with the mark alone", changed(LEAF, ca=True, usages=None), AUTHORITY, ROOT, "digital signatures"),
    ("leaf of a TLS server", changed(LEAF, eku=(TLS,)), AUTHORITY, ROOT, "is not made for codeSigning"),
    ("leaf without usages", changed(LEAF, eku=None), AUTHORITY, ROOT, "extended key usage: none"),
    (
        "leaf for any usage",
        changed(LEAF, eku=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)),
        AUTHORITY,
        ROOT,
        "codeSigning",
    ),
    ("leaf not for signatures", changed(LEAF, usages=("key_encipherment",)), AUTHORITY, ROOT, "digital signatures"),
    ("leaf without key usage", changed(LEAF, usages=None), AUTHORITY, ROOT, "digital signatures"),
    ("leaf for somebody else", changed(LEAF, san=OTHER), AUTHORITY, ROOT, "other@models.invalid"),
    ("leaf for nobody", changed(LEAF, san=()), AUTHORITY, ROOT, "no alternative name"),
    ("critical extension", changed(LEAF, more=((UNKNOWN, True),)), AUTHORITY, ROOT, "not understood"),
    ("critical extension of the authority", LEAF, changed(AUTHORITY, more=((UNKNOWN, True),)), ROOT, "not understood"),
    ("name constraints", LEAF, changed(AUTHORITY, more=((CONSTRAINTS, False),)), ROOT, "not understood"),
    ("authority is none", LEAF, changed(AUTHORITY, ca=False), ROOT, "no certificate authority's"),
    ("authority does not say", LEAF, changed(AUTHORITY, ca=None), ROOT, "no certificate authority's"),
    ("authority not for certificates", LEAF, changed(AUTHORITY, usages=("digital_signature",)), ROOT, "key usage"),
    ("authority without key usage", LEAF, changed(AUTHORITY, usages=None), ROOT, "key usage"),
    ("authority for TLS", LEAF, changed(AUTHORITY, eku=(TLS,)), ROOT, "is not made for codeSigning"),
    ("path too long", LEAF, AUTHORITY, changed(ROOT, path_length=0), "allows 0 authorities"),
    ("another issuer's name", changed(LEAF, issuer="somebody"), AUTHORITY, ROOT, "no root that the policy trusts"),
]


@pytest.mark.parametrize(("name", "leaf", "authority", "root", "told"), BAD, ids=[row[0] for row in BAD])
def test_a_chain_that_is_wrong(name: str, leaf: Spec, authority: Spec, root: Spec, told: str) -> None:
    chain = made.chain(leaf, authority, root)
    with pytest.raises(IntegrityError) as refused:
        held(chain[:2], rule(chain[2]))
    assert told in str(refused.value)
    assert refused.value.hint


GOOD: list[tuple[str, Spec, Spec, Spec]] = [
    ("plain", LEAF, AUTHORITY, ROOT),
    ("more usages", changed(LEAF, eku=(TLS, ExtendedKeyUsageOID.CODE_SIGNING)), AUTHORITY, ROOT),
    ("leaf without constraints", changed(LEAF, ca=None), AUTHORITY, ROOT),
    ("leaf of its issuer's name", changed(LEAF, subject="authority"), AUTHORITY, ROOT),
    ("an extension that is not critical", changed(LEAF, more=((UNKNOWN, False),)), AUTHORITY, ROOT),
    ("authority for any usage", LEAF, changed(AUTHORITY, eku=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)), ROOT),
    ("path just long enough", LEAF, changed(AUTHORITY, path_length=0), changed(ROOT, path_length=1)),
    ("root without key usage", LEAF, AUTHORITY, changed(ROOT, usages=None)),
    ("SHA-512", changed(LEAF, hash=hashes.SHA512()), AUTHORITY, ROOT),
]


@pytest.mark.parametrize(("name", "leaf", "authority", "root"), GOOD, ids=[row[0] for row in GOOD])
@pytest.mark.parametrize("with_root", [True, False])
def test_a_chain_that_is_right(name: str, leaf: Spec, authority: Spec, root: Spec, *, with_root: bool) -> None:
    chain = made.chain(leaf, authority, root)
    held(chain if with_root else chain[:2], rule(chain[2]))


def test_the_mark_of_an_authority_passes_only_where_the_policy_says_so() -> None:
    """Publishers of this format have certificates with the mark and without the right to sign certificates."""
    for spec in (changed(LEAF, ca=True), changed(LEAF, ca=True, subject="authority")):
        chain = made.chain(spec)
        held(chain, rule(chain[2], marked=True))
        with pytest.raises(IntegrityError, match="has the mark"):
            held(chain, rule(chain[2]))


def test_a_valid_certificate_of_somebody_else_is_nobody() -> None:
    chain, other = made.chain(), made.chain(root=changed(ROOT, subject="other", issuer="other"))
    with pytest.raises(IntegrityError, match="no root that the policy trusts"):
        held(chain, rule(other[2]))


def test_a_root_of_the_same_name_with_another_key() -> None:
    chain = made.chain()
    impostor = made.certificate(ROOT, made.key("P-384", 9).public_key(), made.key("P-384", 9))
    held((*chain[:2], impostor), rule(chain[2]))
    with pytest.raises(IntegrityError, match="no root that the policy trusts"):
        held(chain, rule(impostor))


def test_an_authority_that_is_missing() -> None:
    chain = made.chain()
    with pytest.raises(IntegrityError, match="no root that the policy trusts"):
        held(chain[:1], rule(chain[2]))
    held(chain[:1], rule(chain[1]))


def test_the_policy_may_want_other_usages_and_names() -> None:
    chain = made.chain(changed(LEAF, eku=(TLS,)))
    held(chain, rule(chain[2], eku=("serverAuth",)))
    held(chain, rule(chain[2], eku=()))
    held(chain, rule(chain[2], eku=("1.3.6.1.5.5.7.3.1",)))
    held(chain, rule(chain[2], eku=(), san=(), subject=("CN=signer",)))
    for wrong in ({"subject": ("CN=sign",)}, {"issuer": "CN=root"}, {"eku": ("emailProtection",)}):
        with pytest.raises(IntegrityError):
            held(chain, rule(chain[2], **{"eku": (), **wrong}))
    held(chain, rule(chain[2], eku=(), issuer="CN=authority"))


def test_a_certificate_that_is_pinned_itself() -> None:
    alone = made.certificate(changed(LEAF, issuer="signer"), made.key().public_key(), made.key())
    held((alone,), rule(alone))
    marked = made.certificate(changed(LEAF, issuer="signer", ca=True), made.key().public_key(), made.key())
    held((marked, marked), rule(marked, marked=True))
    with pytest.raises(IntegrityError, match="has the mark"):
        held((marked, marked), rule(marked))
    spec = changed(LEAF, issuer="signer", ca=True, usages=BOTH)
    authority = made.certificate(spec, made.key().public_key(), made.key())
    with pytest.raises(IntegrityError, match="certificate authority's"):
        held((authority,), rule(authority))


def test_the_mark_does_not_let_a_signer_issue() -> None:
    """The one below has a valid signature, and the one above is trusted."""
    chain = made.chain(changed(LEAF, ca=True))
    below = made.certificate(
        changed(LEAF, subject="below", issuer="signer"), made.key("P-384", 5).public_key(), made.key()
    )
    with pytest.raises(IntegrityError, match="is not made for that"):
        held((below, *chain[:2]), rule(chain[2]))


def test_an_authority_with_a_weak_key() -> None:
    for authority_key, told in (
        (made.rsa_key(1024), "too weak"),
        (ec.generate_private_key(ec.SECP224R1()), "too weak"),
    ):
        chain = made.chain(authority_key=authority_key)
        with pytest.raises(IntegrityError, match=told):
            held(chain, rule(chain[2]))
    chain = made.chain(authority_key=made.rsa_key(2048))
    held(chain, rule(chain[2]))


def test_signatures_by_sha1_do_not_count() -> None:
    """The library no longer makes them, so the algorithm is put in by hand: the number of ecdsa-with-SHA1."""
    chain = made.chain()
    sha256, sha1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")
    forged = certificates.der(chain[0])
    assert forged.count(sha256) == 2
    leaf = x509.load_der_x509_certificate(forged)
    assert certificates._is_strong(leaf)
    short = _shortened(forged, sha256, sha1)
    weak = x509.load_der_x509_certificate(short)
    assert not certificates._is_strong(weak)
    with pytest.raises(IntegrityError, match="no root that the policy trusts"):
        held((weak, *chain[1:]), rule(chain[2]))


def _shortened(der: bytes, long: bytes, short: bytes) -> bytes:
    """Replace an object identifier by one that is a byte shorter, in a certificate of definite lengths."""

    def length(at: int, data: bytearray, less: int) -> None:
        size = data[at + 1] & 0x7F
        assert data[at + 1] & 0x80
        number = int.from_bytes(data[at + 2 : at + 2 + size], "big") - less
        data[at + 2 : at + 2 + size] = number.to_bytes(size, "big")

    data = bytearray(der)
    at = data.rindex(long)
    data[at - 1] -= 1
    data[at : at + len(long)] = short
    at = data.index(long)
    data[at - 1] -= 1
    data[at : at + len(long)] = short
    length(0, data, 2)
    length(2 + (data[1] & 0x7F), data, 1)
    return bytes(data)


def test_certificates_that_sign_each_other_end_soon() -> None:
    """Every one of them issued every other, so there would be more paths than anybody can check."""
    circle = [
        made.certificate(
            changed(AUTHORITY, subject="same", issuer="same"), made.key("P-384", 2).public_key(), made.key("P-384", 2)
        )
        for _ in range(9)
    ]
    leaf = made.certificate(changed(LEAF, issuer="same"), made.key().public_key(), made.key("P-384", 2))
    with pytest.raises(IntegrityError, match="no root that the policy trusts"):
        held((leaf, *circle), rule(made.chain()[2]))


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"\x30\x82\xff\xff", b"INERT" * 40])
def test_junk_in_place_of_a_certificate(junk: bytes) -> None:
    with pytest.raises(IntegrityError, match="cannot be read"):
        certificates.load_chain((junk,))


def test_a_version_that_there_is_not() -> None:
    """Found by fuzzing: the library raises an error of its own for it."""
    der = certificates.der(made.standard_chain()[0])
    version = bytes.fromhex("a003020102")
    assert der.count(version) == 1
    with pytest.raises(IntegrityError, match="cannot be read"):
        certificates.load_chain((der.replace(version, bytes.fromhex("a003020122")),))


def test_a_serial_number_that_is_negative() -> None:
    """The library only warns of it."""
    der = certificates.der(made.standard_chain()[0])
    at = der.index(b"\x02\x14") + 2 if b"\x02\x14" in der[:24] else der.index(b"\x02", 15) + 2
    forged = der[:at] + bytes([der[at] | 0x80]) + der[at + 1 :]
    with pytest.raises(IntegrityError, match="cannot be read"):
        certificates.load_chain((forged,))


@pytest.mark.parametrize("part", ["subject", "san", "time"])
def test_a_part_that_is_broken(part: str) -> None:
    """The library reads parts when they are asked for, so each must be asked for at the border."""
    der = certificates.der(made.standard_chain()[0])
    old, new = {
        "subject": (b"\x0c\x06signer", b"\x0c\x06\xff\xff\xff\xff\xff\xff"),
        "san": (b"mailto:release", b"mailto:\xff\xff\xff\xff\xff\xff\xff"),
        "time": (made.NOW.strftime("\x17\r%y").encode(), b"\x17\rXX"),
    }[part]
    assert old in der
    with pytest.raises(IntegrityError, match="cannot be read"):
        certificates.load_chain((der.replace(old, new),))


def test_a_key_that_the_format_does_not_have() -> None:
    leaf = made.certificate(LEAF, made.rsa_key().public_key(), made.key("P-384", 2))
    with pytest.raises(IntegrityError, match="kind that the format does not have"):
        certificates.describe(leaf)
