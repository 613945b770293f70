"""``signers.toml``: the signer policy as a file. What it does not know is an error with a suggestion.

Paths in it count from the file. The reference is ``docs/how-to/sign.md``.
"""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import is_sha256
from weighbridge.provenance.signing import keys as _keys
from weighbridge.provenance.signing.certificates import CODE_SIGNING, USAGES, load_pem
from weighbridge.provenance.signing.policy import (
    CertificateRule,
    SignerPolicy,
    SigstoreRule,
    TrustedKey,
    TrustedSigner,
)
from weighbridge.provenance.signing.versions import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE_NAME = "signers.toml"

KEYS = (
    "keys", "certificate", "sigstore", "models", "min_versions", "allow_ignored", "allow_extra", "require", "unbound",
)  # fmt: skip
CERTIFICATE_KEYS = ("roots", "san", "subject", "issuer", "eku", "marked")
SIGSTORE_KEYS = ("identity", "issuer", "trust")

_KINDS = {str: "a string", bool: "true or false", list: "a list", dict: "a table"}
_HINT = "see docs/how-to/sign.md"


def load(path: str) -> SignerPolicy:
    """Read a policy and the key and certificate files that it names; raises UsageError."""
    import tomllib

    try:
        document = tomllib.loads(_keys.read_file(path, "the policy").decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from None
    _check_keys(document, ("signers",), path)
    tables = _typed(document, "signers", dict, {}, path)
    if not tables:
        raise UsageError(f"{path} names no signer", hint="write [signers.NAME]")
    folder = os.path.dirname(path)
    return SignerPolicy(
        signers=tuple(_signer(name, table, folder, f"{path}, signers.{name}") for name, table in tables.items()),
        source=path,
    )


def _signer(name: str, table: Any, folder: str, where: str) -> TrustedSigner:
    if type(table) is not dict:
        raise UsageError(f"{where} must be a table", hint=f"write [signers.{name}]")
    _check_keys(table, KEYS, where)
    keys = tuple(_key(one, folder, where) for one in _strings(table, "keys", where))
    certificate = _certificate(table["certificate"], folder, f"{where}.certificate") if "certificate" in table else None
    sigstore = _sigstore(table["sigstore"], folder, f"{where}.sigstore") if "sigstore" in table else None
    if not keys and certificate is None and sigstore is None:
        raise UsageError(f"{where} trusts nobody", hint="keys, certificate or sigstore is needed")
    versions = _typed(table, "min_versions", dict, {}, where)
    for version in versions.values():
        if type(version) is not str:
            raise UsageError(f"{where}: min_versions must hold strings", hint='write "org/model" = "1.2"')
        Version.parse(version)
    models = _strings(table, "models", where) if "models" in table else ("*",)
    if not models:
        raise UsageError(f"{where}: models is empty, so nothing is trusted", hint='models = ["*"] means any')
    return TrustedSigner(
        name=name, keys=keys, certificate=certificate, sigstore=sigstore, models=models,
        min_versions=tuple(sorted(versions.items())), allow_ignored=_strings(table, "allow_ignored", where),
        allow_extra=_strings(table, "allow_extra", where),
        require=_typed(table, "require", bool, False, where), unbound=_typed(table, "unbound", bool, False, where),
    )  # fmt: skip


def _key(written: str, folder: str, where: str) -> TrustedKey:
    """Read a key: its hash, its PEM text, or the file that holds it."""
    if written.startswith("sha256:"):
        digest = written.removeprefix("sha256:")
        if not is_sha256(digest):
            raise UsageError(
                f"{where}: {written[:80]!r} is no SHA-256 in lower-case hexadecimal digits",
                hint="openssl pkey -pubin -in key.pub | sha256sum",
            )
        return TrustedKey(id=digest)
    if written.lstrip().startswith("-----"):
        loaded = _keys.public_key(written.encode(), f"{where}: the key")
    else:
        path = os.path.join(folder, written)
        loaded = _keys.public_key(_keys.read_file(path, "the key"), f"{where}: {path!r}")
    return TrustedKey(id=_keys.key_id(loaded), pem=_keys.pem(loaded))


def _certificate(table: Any, folder: str, where: str) -> CertificateRule:
    if type(table) is not dict:
        raise UsageError(f"{where} must be a table", hint=_HINT)
    _check_keys(table, CERTIFICATE_KEYS, where)
    roots = tuple(
        _keys.read_file(os.path.join(folder, one), "the certificate") for one in _strings(table, "roots", where)
    )
    if not roots:
        raise UsageError(f"{where} names no roots", hint="the roots of the web are never trusted for models")
    _keys.need_cryptography()
    for text in roots:
        load_pem(text)
    san, subject = _strings(table, "san", where), _strings(table, "subject", where)
    if not san and not subject:
        raise UsageError(
            f"{where} says nothing of whom the certificate must be for", hint="add san = [...] or subject = [...]"
        )
    eku = _strings(table, "eku", where) if "eku" in table else (CODE_SIGNING,)
    for usage in eku:
        if usage not in USAGES and not usage.replace(".", "").isdigit():
            raise UsageError(
                f"{where}: there is no extended key usage {usage!r}", hint=f"{', '.join(USAGES)}, or a dotted number"
            )
    issuer = _typed(table, "issuer", str, "", where)
    marked = _typed(table, "marked", bool, False, where)
    return CertificateRule(roots=roots, san=san, subject=subject, issuer=issuer, eku=eku, marked=marked)


def _sigstore(table: Any, folder: str, where: str) -> SigstoreRule:
    if type(table) is not dict:
        raise UsageError(f"{where} must be a table", hint=_HINT)
    _check_keys(table, SIGSTORE_KEYS, where)
    words = {key: _typed(table, key, str, "", where) for key in SIGSTORE_KEYS}
    for key in ("identity", "issuer"):
        if not words[key]:
            raise UsageError(f"{where} has no {key}", hint="identity and issuer are both needed")
    trust = os.path.join(folder, words["trust"]) if words["trust"] else ""
    return SigstoreRule(identity=words["identity"], issuer=words["issuer"], trust=trust)


def _check_keys(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            from difflib import get_close_matches

            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
            raise UsageError(f"{where}: unknown key {key!r}", hint=hint)


def _typed(table: dict[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    found = table.get(key, default)
    if type(found) is not kind:
        raise UsageError(f"{where}: {key} must be {_KINDS[kind]}", hint=_HINT)
    return found


def _strings(table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = _typed(table, key, list, [], where)
    if not all(type(one) is str and one for one in found):
        raise UsageError(f"{where}: {key} must be a list of strings", hint=_HINT)
    return tuple(found)
