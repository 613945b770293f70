"""``weighbridge sign``: sign the files of a model."""

from __future__ import annotations

import os

from weighbridge.cli.console import note
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.provenance.signing.model import Signed
    from weighbridge.provenance.signing.sign import SignRequest

PASSWORD = "WEIGHBRIDGE_SIGN_PASSWORD"  # noqa: S105  (the name of a variable)

EPILOG = """\
exit codes: 0 it is signed, 2 an error

examples:
  weighbridge sign my-model --key key.pem --name org/my-model
  weighbridge verify my-model --signature my-model/model.sig --key key.pub
"""

COMMAND = Command(
    name="sign",
    description="Sign a model: all files of a directory, by a key, a certificate or a keyless identity.",
    formats=("text", "json"),
    operand=Operand(metavar="DIR", help="the directory of a model", most=1),
    groups=(
        Group(
            title="who signs",
            options=(
                Option(names=("--key",), metavar="FILE", help="private key (PEM; ECDSA P-256, P-384 or P-521)"),
                Option(names=("--password-file",), metavar="FILE", help="its password; else WEIGHBRIDGE_SIGN_PASSWORD"),
                Option(names=("--certificate",), metavar="FILE", help="the key's certificate (PEM)"),
                Option(
                    names=("--chain",), metavar="FILE", repeatable=True,
                    help="certificates from it to the root (PEM); repeatable",
                ),
                Option(names=("--sigstore",), help="keyless, by the identity that the environment or a login gives"),
                Option(names=("--trust-config",), metavar="FILE", help="another Sigstore than the public one (JSON)"),
            ),
        ),
        Group(
            title="what is signed",
            options=(
                Option(names=("--signature",), metavar="FILE", help="where it goes (default: DIR/model.sig)"),
                Option(names=("--name",), metavar="NAME", help="bind it to the model's name, such as org/model"),
                Option(names=("--version",), metavar="VERSION", help="bind it to a version, such as 1.2"),
                Option(
                    names=("--ignore",), metavar="PATH", repeatable=True,
                    help="leave a path of DIR out; verification tells of it; repeatable",
                ),
                Option(
                    names=("--hash",), metavar="ALGORITHM", choices=("sha256", "blake2b", "blake3"),
                    help="digests of files (default: sha256)",
                ),
                Option(names=("--shards",), help="digests of pieces of 1 GB, which several processors share"),
                Option(names=("--shard-size",), metavar="BYTES", number=True, help="pieces of another size"),
            ),
        ),
    ),
    epilog=EPILOG,
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.cli.signature_text import as_json, signed_document, signed_text

    signed = _signed(given)
    for warning in signed.warnings:
        note(warning, quiet=given.on("--quiet"))
    for destination in destinations:
        is_text = destination.format == "text"
        write(signed_text(signed) if is_text else as_json(signed_document(signed)), destination)
    return 0


def _signed(given: Given) -> Signed:
    from weighbridge.provenance.signing.sign import KeyFiles, sign_keyless, sign_with_key

    request = _request(given)
    if given.on("--sigstore"):
        if given.one("--key") or given.one("--certificate"):
            raise UsageError("--sigstore signs without a key of yours", hint="give --sigstore or --key FILE")
        if given.on("--offline"):
            raise UsageError("--sigstore needs the network", hint="sign with --key, or without --offline")
        return sign_keyless(request, trust=given.one("--trust-config"))
    if not given.one("--key"):
        raise UsageError("say who signs: --key FILE, with --certificate FILE if there is one, or --sigstore")
    files = KeyFiles(
        key=given.one("--key"), password=password(given), certificate=given.one("--certificate"),
        chain=given.every("--chain"),
    )  # fmt: skip
    return sign_with_key(request, files)


def _request(given: Given) -> SignRequest:
    from weighbridge.provenance.signing.model import SHARD
    from weighbridge.provenance.signing.sign import SignRequest

    if given.one("--shard-size") and not given.number("--shard-size"):
        raise UsageError("--shard-size is 0", hint="for example 1000000000")
    return SignRequest(
        directory=given.operands[0], signature=given.one("--signature"), algorithm=given.one("--hash") or "sha256",
        shard=given.number("--shard-size") or (SHARD if given.on("--shards") else 0), ignore=given.every("--ignore"),
        name=given.one("--name"), version=given.one("--version"),
    )  # fmt: skip


def password(given: Given) -> bytes | None:
    """Take the key's password from a file, or from the environment, never from the command line that all can see."""
    if given.one("--password-file"):
        from weighbridge.provenance.signing.keys import read_file

        return read_file(given.one("--password-file"), "the password").partition(b"\n")[0].rstrip(b"\r")
    held = os.environ.get(PASSWORD)
    return os.fsencode(held) if held else None
