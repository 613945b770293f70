"""Whose signature is it: a bundle against a policy. Files are not looked at, and nothing that is signed is read yet."""

from __future__ import annotations

from datetime import UTC, datetime

from weighbridge.core.errors import IntegrityError, UsageError
from weighbridge.core.values import value
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import certificates, keys
from weighbridge.provenance.signing.model import Method, Signer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from weighbridge.provenance.signing.model import Bundle
    from weighbridge.provenance.signing.policy import SignerPolicy, TrustedSigner


@value
class Authenticated:
    """Who signed, and which signers of the policy that is; with a problem it is nobody."""

    signer: Signer
    trusted: tuple[TrustedSigner, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def authenticate(bundle: Bundle, policy: SignerPolicy, more: tuple[str, ...] = ()) -> Authenticated:
    """Find the trusted signer of a bundle; ``more`` are files of public keys that the policy names by hash alone.

    Raises IntegrityError for keys and certificates that cannot be read, UsageError where a library is missing.
    """
    keys.need_cryptography()
    if bundle.method is Method.KEY:
        return _by_key(bundle, policy, more)
    if bundle.method is Method.CERTIFICATE:
        return _by_certificate(bundle, policy)
    return _by_sigstore(bundle, policy)


def _by_key(bundle: Bundle, policy: SignerPolicy, more: tuple[str, ...]) -> Authenticated:
    hint, carried = bundle.hint, b""
    if bundle.key:
        own = _carried(bundle.key)
        carried, hint = keys.pem(own), keys.key_id(own)
        if bundle.hint and bundle.hint != hint:
            raise IntegrityError("the signature names one key and carries another", hint="get it anew")
    signer = Signer(method=Method.KEY, key=hint)
    trusted = [(one, key) for one in policy.signers for key in one.keys if key.id == hint]
    if not trusted:
        return Authenticated(signer=signer, problems=(_nobody(f"the key {hint[:64]!r}", "key", policy),))
    texts = [key.pem for _, key in trusted if key.pem]
    if not texts and carried:
        texts = [carried]
    if not texts:
        loaded = [keys.public_key(keys.read_file(path, "the key"), f"{path!r}") for path in more]
        texts = [keys.pem(one) for one in loaded if keys.key_id(one) == hint]
    if not texts:
        problem = f"the policy has only the hash of the key {hint}, and the signature does not carry the key itself"
        return Authenticated(signer=signer, problems=(problem,))
    public = keys.public_key(texts[0], "the key of the policy")
    signer = Signer(method=Method.KEY, key=hint, curve=keys.curve(public))
    signers = tuple(dict.fromkeys(one for one, _ in trusted))
    return _checked(bundle, public, Authenticated(signer=signer, trusted=signers))


def _carried(data: bytes) -> EllipticCurvePublicKey:
    try:
        return keys.public_key(data, "the key in the signature")
    except UsageError as error:
        raise IntegrityError(str(error), hint="sign anew with a current tool") from None


def _by_certificate(bundle: Bundle, policy: SignerPolicy) -> Authenticated:
    chain, now = certificates.load_chain(bundle.chain), datetime.now(UTC)
    signer = certificates.describe(chain[0])
    trusted, refusals = [], []
    for one in policy.signers:
        if one.certificate is not None:
            try:
                certificates.check(chain, one.certificate, now)
            except IntegrityError as error:
                refusals.append((one.name, str(error)))
            else:
                trusted.append(one)
    if not trusted:
        problems = tuple(
            words if len(refusals) == 1 else f"as {name}: {words}" for name, words in refusals
        ) or (_nobody(f"the certificate {signer.subject!r}", "certificate", policy),)  # fmt: skip
        return Authenticated(signer=signer, problems=problems)
    marked = ("the signer's certificate has the mark of an authority, and is none",)
    warnings = marked if certificates.is_marked(chain[0]) else ()
    found = Authenticated(signer=signer, trusted=tuple(trusted), warnings=warnings)
    return _checked(bundle, certificates.leaf_key(chain[0]), found)


def _by_sigstore(bundle: Bundle, policy: SignerPolicy) -> Authenticated:
    leaf = certificates.load_chain(bundle.chain)[0]
    signer = certificates.describe(leaf, Method.SIGSTORE)
    rules = [(one, one.sigstore) for one in policy.signers if one.sigstore is not None]
    if not rules:
        return Authenticated(signer=signer, problems=(_nobody(f"{', '.join(signer.san)!r}", "sigstore", policy),))
    from weighbridge.provenance.signing import keyless

    trusted, refusals = [], []
    for one, rule in rules:
        try:
            payload = keyless.verify(bundle.text, rule)
        except IntegrityError as error:
            refusals.append(str(error))
            continue
        if payload == bundle.payload:
            trusted.append(one)
        else:
            refusals.append("two readers of the keyless signature see two statements")
    return Authenticated(
        signer=signer, trusted=tuple(trusted), problems=() if trusted else tuple(dict.fromkeys(refusals))
    )


def _checked(bundle: Bundle, public: EllipticCurvePublicKey, found: Authenticated) -> Authenticated:
    """Check the signature itself, of the key that was found to be trusted."""
    payload = bundle.payload
    warnings = [*found.warnings]
    try:
        is_old = keys.check(public, bundle.signature, bundles.pae(payload), bundles.old_pae(payload))
    except IntegrityError as error:
        return Authenticated(signer=found.signer, problems=(str(error),))
    if is_old:
        warnings.append("the signature is over the encoding of version 0.2 of the reference tool; let it be made anew")
    if bundle.stamped:
        warnings.append("it carries a time stamp or a log entry, which counts for keyless signatures only")
    return Authenticated(signer=found.signer, trusted=found.trusted, warnings=tuple(warnings))


def _nobody(who: str, kind: str, policy: SignerPolicy) -> str:
    known = [one.name for one in policy.signers if getattr(one, "keys" if kind == "key" else kind)]
    trusts = f"it trusts the {kind} of {', '.join(known)}" if known else f"it trusts no {kind} at all"
    return f"{who} is not trusted by the policy: {trusts}"
