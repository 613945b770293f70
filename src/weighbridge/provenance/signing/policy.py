"""Who is trusted to sign which models, and what a signature must say beside (``signers.toml``, see ``policy_file``).

A signature by somebody whom the policy does not name is nobody's, however valid his certificate.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from weighbridge.core.values import value
from weighbridge.provenance.signing import keys as _keys
from weighbridge.provenance.signing.certificates import CODE_SIGNING


@value
class TrustedKey:
    """A public key by its hash; ``pem`` is empty where the policy has the hash alone."""

    id: str
    pem: bytes = b""


@value
class CertificateRule:
    """Certificates that are trusted: those below ``roots`` (PEM texts) that fit all of the rest.

    One of ``san`` must be among the alternative names, or the subject one of ``subject`` (RFC 4514). ``issuer`` is the
    issuer of the signer's certificate, empty for any. ``eku`` are the extended key usages that it must all have.
    ``marked`` lets pass one that is marked as an authority's and may not sign certificates.
    """

    roots: tuple[bytes, ...]
    san: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    issuer: str = ""
    eku: tuple[str, ...] = (CODE_SIGNING,)
    marked: bool = False


@value
class SigstoreRule:
    """A keyless identity and who vouches for it; ``trust`` is a trusted root in JSON, empty for the public good one."""

    identity: str
    issuer: str
    trust: str = ""


@value
class TrustedSigner:
    """One signer: how he is known, and for what.

    ``models`` are shell patterns of names. ``min_versions`` pairs such a pattern with the least version.
    ``allow_ignored`` are shell patterns of paths that may be there though the signature leaves them out,
    ``allow_extra`` of paths that may be there though the signature does not know of them at all. ``require`` when
    models that fit must be signed by him or another who is required. ``unbound`` when his signatures need not hold the
    model's name, as those of other tools do not.
    """

    name: str
    keys: tuple[TrustedKey, ...] = ()
    certificate: CertificateRule | None = None
    sigstore: SigstoreRule | None = None
    models: tuple[str, ...] = ("*",)
    min_versions: tuple[tuple[str, str], ...] = ()
    allow_ignored: tuple[str, ...] = ()
    allow_extra: tuple[str, ...] = ()
    require: bool = False
    unbound: bool = False

    def may_sign(self, model: str) -> bool:
        """Tell whether he is trusted for a model of this name; an empty name fits only ``*``."""
        return any(fnmatchcase(model, pattern) for pattern in self.models)


@value
class SignerPolicy:
    """All trusted signers; ``source`` is the file that says so."""

    signers: tuple[TrustedSigner, ...]
    source: str = ""

    def required(self, model: str) -> tuple[str, ...]:
        """Name the signers of whom one must have signed a model of this name; empty when it may go unsigned."""
        return tuple(one.name for one in self.signers if one.require and one.may_sign(model))


def trusting_keys(*paths: str, allow_ignored: tuple[str, ...] = ()) -> SignerPolicy:
    """Trust public keys (PEM files) for any model, and nobody else; raises UsageError."""
    loaded = [_keys.public_key(_keys.read_file(path, "the key"), f"{path!r}") for path in paths]
    trusted = tuple(TrustedKey(id=_keys.key_id(one), pem=_keys.pem(one)) for one in loaded)
    return SignerPolicy(
        signers=(TrustedSigner(name="key", keys=trusted, allow_ignored=allow_ignored, unbound=True),),
        source=", ".join(paths),
    )


def trusting_certificates(
    *roots: str, san: tuple[str, ...] = (), subject: tuple[str, ...] = (), allow_ignored: tuple[str, ...] = (),
    marked: bool = False,
) -> SignerPolicy:  # fmt: skip
    """Trust certificates below roots (PEM files) that are for one of the names; raises UsageError."""
    rule = CertificateRule(
        roots=tuple(_keys.read_file(root, "the certificate") for root in roots), san=san, subject=subject,
        marked=marked,
    )  # fmt: skip
    return SignerPolicy(
        signers=(TrustedSigner(name="certificate", certificate=rule, allow_ignored=allow_ignored, unbound=True),),
        source=", ".join(roots),
    )
