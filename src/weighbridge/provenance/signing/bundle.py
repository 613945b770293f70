"""The signature file: a Sigstore bundle 0.3 around a DSSE envelope (sections 4 and 6.8 of the specification).

Reading takes it apart and believes nothing; writing makes what the reference tool makes.
"""

from __future__ import annotations

import base64
import json
import os

from weighbridge.core.errors import AccessError, IntegrityError, reason
from weighbridge.provenance.signing.model import Bundle, Method
from weighbridge.provenance.signing.strict import HINT, decoded, document, fields, items, text, typed, wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

LARGEST = 64 << 20
"""Bytes of a signature file; two hundred thousand files or shards take some 50 MB."""

_LONGEST_OLD = 4 << 20
_CERTIFICATES = 10
_CONTENT = {"publicKey": Method.KEY, "x509CertificateChain": Method.CERTIFICATE, "certificate": Method.SIGSTORE}


def load(path: str) -> Bundle:
    """Read a signature file; raises AccessError for one that cannot be opened, IntegrityError for any that is wrong."""
    try:
        # A pipe must not make us wait, and nothing but a file is a signature.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        hint = "name the signature file: --signature FILE" if isinstance(error, FileNotFoundError) else "check the path"
        raise AccessError(f"cannot read the signature {path!r}: {reason(error)}", hint=hint) from None
    except ValueError as error:
        raise AccessError(f"cannot read the signature {path!r}: {error}", hint="check the path") from None
    return loads(data, name=path)


def loads(data: bytes, *, name: str = "the signature") -> Bundle:
    """Take a signature file's text apart; ``name`` is for messages. Raises IntegrityError."""
    if len(data) > LARGEST:
        raise IntegrityError(f"{name} is larger than any signature file", hint=HINT)
    top = fields(document(data, name), name, required=("mediaType", "verificationMaterial", "dsseEnvelope"))
    if text(top["mediaType"], f"{name}: mediaType") != MEDIA_TYPE:
        raise wrong(name, f"is of type {top['mediaType'][:80]!r}; {MEDIA_TYPE} is read")
    payload, signature = _envelope(top["dsseEnvelope"], f"{name}: dsseEnvelope")
    return _material(top["verificationMaterial"], f"{name}: verificationMaterial", payload, signature, data)


def _envelope(found: Any, where: str) -> tuple[bytes, bytes]:
    """Read the DSSE envelope: what is signed, and its one signature."""
    envelope = fields(found, where, required=("payload", "payloadType", "signatures"))
    if text(envelope["payloadType"], f"{where}.payloadType") != PAYLOAD_TYPE:
        raise wrong(f"{where}.payloadType", f"is {envelope['payloadType'][:80]!r}, not {PAYLOAD_TYPE}")
    signatures = items(envelope["signatures"], f"{where}.signatures")
    if len(signatures) != 1:
        # Whoever checks one of several and whoever checks another would believe different signers.
        raise wrong(f"{where}.signatures", f"are {len(signatures)}; there must be one")
    one = fields(signatures[0], f"{where}.signatures", required=("sig",), optional=("keyid",))
    if one.get("keyid") is not None and type(one["keyid"]) is not str:
        raise wrong(f"{where}.signatures: keyid", "is not a string")
    return decoded(envelope["payload"], f"{where}.payload"), decoded(one["sig"], f"{where}.signatures: sig")


def _material(found: Any, where: str, payload: bytes, signature: bytes, whole: bytes) -> Bundle:
    optional = (*_CONTENT, "tlogEntries", "timestampVerificationData")
    material = fields(found, where, required=(), optional=optional)
    contents = [key for key in _CONTENT if key in material]
    if len(contents) != 1:
        raise wrong(where, f"must hold one of {', '.join(_CONTENT)}, and holds {' and '.join(contents) or 'none'}")
    content, method = contents[0], _CONTENT[contents[0]]
    here = f"{where}.{content}"
    log = items(material.get("tlogEntries", []), f"{where}.tlogEntries")
    stamps = typed(
        material.get("timestampVerificationData", {}), dict, "an object", f"{where}.timestampVerificationData"
    )
    for entry in log:
        typed(entry, dict, "an object", f"{where}.tlogEntries")
    hint, key = "", b""
    chain: tuple[bytes, ...] = ()
    if method is Method.KEY:
        hint, key = _public_key(material[content], here)
    elif method is Method.CERTIFICATE:
        listed = items(
            fields(material[content], here, required=("certificates",))["certificates"], here, most=_CERTIFICATES
        )
        if not listed:
            raise wrong(here, "holds no certificate")
        chain = tuple(_certificate(one, here) for one in listed)
    else:
        chain = (_certificate(material[content], here),)
        if not log:
            raise wrong(where, "has no entry of a transparency log, which a keyless signature must have")
    return Bundle(
        method=method, payload=payload, signature=signature, hint=hint, key=key, chain=chain,
        stamped=bool(log or stamps), text=whole,
    )  # fmt: skip


def _public_key(found: Any, where: str) -> tuple[str, bytes]:
    """Read which key it was: its hash, or before version 1.1 of the reference tool the key itself."""
    material = fields(found, where, required=(), optional=("hint", "rawBytes", "keyDetails"))
    hint = material.get("hint")
    if hint is not None:
        text(hint, f"{where}.hint")
    key = decoded(material["rawBytes"], f"{where}.rawBytes") if "rawBytes" in material else b""
    if not hint and not key:
        raise wrong(where, "names no key")
    return hint or "", key


def _certificate(found: Any, where: str) -> bytes:
    return decoded(fields(found, where, required=("rawBytes",))["rawBytes"], f"{where}.rawBytes")


# -- writing --------------------------------------------------------------------------------------------------------


def pae(payload: bytes) -> bytes:
    """Encode what is signed (DSSE protocol 1.0: pre-authentication encoding)."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def old_pae(payload: bytes) -> bytes:
    """Encode as version 0.2 of the reference tool did, which wrote Python's notation of the bytes in place of them.

    Nothing for a payload that is longer than any of that time.
    """
    if len(payload) > _LONGEST_OLD:
        return b""
    return f"DSSEV1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} {payload!r}".encode()


def dumps(payload: bytes, signature: bytes, *, hint: str = "", chain: tuple[bytes, ...] = ()) -> bytes:
    """Write the bundle of a key, named by its hash, or of a chain of certificates in DER."""
    material: dict[str, Any]
    if chain:
        material = {"x509CertificateChain": {"certificates": [{"rawBytes": _encoded(one)} for one in chain]}}
    else:
        material = {"publicKey": {"hint": hint}}
    whole = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {**material, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": _encoded(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": _encoded(signature), "keyid": ""}],
        },
    }
    return json.dumps(whole, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
