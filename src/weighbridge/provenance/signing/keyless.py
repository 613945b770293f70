"""Keyless signatures by Sigstore: an adapter of its Python client, which is an extra and imported here alone.

Verification works offline with the trusted root that the policy names, or the one that the client brought along or last
fetched. Signing talks to the certificate authority, the transparency log and the identity provider.
"""

from __future__ import annotations

from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.provenance.signing.bundle import PAYLOAD_TYPE
from weighbridge.provenance.signing.keys import LARGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.provenance.signing.policy import SigstoreRule

_TRUST_HINT = (
    "a trusted root or a client trust configuration in JSON, as 'cosign trusted-root' or the operator gives it"
)


def verify(text: bytes, rule: SigstoreRule) -> bytes:
    """Give the payload that the rule's identity signed, by the transparency log's time; raises IntegrityError."""
    need_sigstore()
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509 import ExtensionNotFound
    from sigstore.errors import Error
    from sigstore.models import Bundle
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity

    root = _trusted_root(rule.trust)
    try:
        read = Bundle.from_json(text)
        kind, payload = Verifier(trusted_root=root).verify_dsse(
            bundle=read, policy=Identity(identity=rule.identity, issuer=rule.issuer)
        )
    except (
        Error, ValueError, TypeError, LookupError, AttributeError, AssertionError, ExtensionNotFound, InvalidSignature,
        UnsupportedAlgorithm,
    ) as error:  # fmt: skip
        raise IntegrityError(
            f"the keyless signature does not hold: {str(error)[:300] or type(error).__name__}",
            hint="the identity, its provider or the log entry are not those that the policy trusts",
        ) from None
    if kind != PAYLOAD_TYPE:
        raise IntegrityError(f"the keyless signature is over {kind!r}, not {PAYLOAD_TYPE}")
    return bytes(payload)


def sign(payload: bytes, *, trust: str = "") -> bytes:
    """Sign a statement as whoever the environment or the browser says we are; gives the bundle's text.

    Raises AccessError for trouble with the services, UsageError without the extra.
    """
    need_sigstore()
    from sigstore.dsse import Statement
    from sigstore.errors import Error
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken, Issuer, detect_credential
    from sigstore.sign import SigningContext

    try:
        config = ClientTrustConfig.from_json(_read(trust)) if trust else ClientTrustConfig.production()
        ambient = detect_credential()
        token = IdentityToken(ambient) if ambient else Issuer(config.signing_config.get_oidc_url()).identity_token()
        with SigningContext.from_trust_config(config).signer(token) as signer:
            made: str = signer.sign_dsse(Statement(payload)).to_json()
    except (Error, OSError, ValueError) as error:
        raise AccessError(
            f"keyless signing failed: {str(error)[:300] or type(error).__name__}",
            hint="it needs the network and somebody to log in, or sign with --key",
        ) from None
    return made.encode()


def need_sigstore() -> None:
    """Raise UsageError where the client is not installed."""
    try:
        import sigstore  # noqa: F401
    except ImportError:
        hint = "pip install 'weighbridge[sigstore]'"
        raise UsageError("keyless signatures need the package sigstore", hint=hint) from None


def _trusted_root(path: str) -> Any:
    """Load whom Sigstore's own signatures are checked against; nothing is fetched."""
    from logging import ERROR, getLogger

    from sigstore.errors import Error
    from sigstore.models import ClientTrustConfig, TrustedRoot

    getLogger("sigstore._internal.tuf").setLevel(ERROR)  # that it works offline is what was asked for
    try:
        if not path:
            return ClientTrustConfig.production(offline=True).trusted_root
        text = _read(path)
        if "clienttrustconfig" in text:
            return ClientTrustConfig.from_json(text).trusted_root
        return TrustedRoot.from_file(path)
    except (Error, ValueError, OSError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)[:300]
        raise UsageError(f"cannot load the trusted root {path!r}: {why}", hint=_TRUST_HINT) from None


def _read(path: str) -> str:
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("it is larger than any trusted root")
    return data.decode()
