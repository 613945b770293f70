"""Signatures over a directory, checked for a policy: those that lie at its top, against who is trusted to sign."""

from __future__ import annotations

import os

from weighbridge.cli.policy_loading import folder_of
from weighbridge.core.errors import WeighbridgeError
from weighbridge.governance.policy.facts import Absence, Missing, Signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.language import Policy
    from weighbridge.provenance.signing.policy import SignerPolicy

FILE_NAME = "signers.toml"


def checked(folder: str, policy: Policy, given: Given, config: Config) -> tuple[Signature, ...] | Missing:
    """Hold a directory against the signatures at its top; raises UsageError for a policy of signers that is wrong."""
    if policy.signatures is None:
        return Missing(absence=Absence.UNASKED, reason="the policy does not ask for signatures")
    if not os.path.isdir(folder):
        return Missing(absence=Absence.UNREAD, reason="signatures are checked over directories of this machine")
    from weighbridge.provenance.signing.verify import is_signature

    try:
        names = sorted(name for name in os.listdir(folder) if is_signature(name))
    except OSError:
        return Missing(absence=Absence.UNREAD, reason="its directory cannot be listed")
    if not names:
        return Missing(absence=Absence.UNSIGNED, reason="it is not signed: there is no signature at its top")
    trusted = _trusted(policy, given, config)
    if trusted is None:
        why = f"it has a signature, and nobody is named who may have signed ({FILE_NAME})"
        return Missing(absence=Absence.UNASKED, reason=why)
    return tuple(_signature(folder, name, trusted) for name in names)


def _signature(folder: str, name: str, trusted: SignerPolicy) -> Signature:
    from weighbridge.provenance.signing.verify import verify_signature

    try:
        report = verify_signature(folder, os.path.join(folder, name), trusted)
    except WeighbridgeError as trouble:
        return Signature(path=name, holds=False, words=str(trouble))
    return Signature(
        path=name, holds=report.holds, signer=report.policy, words="; ".join(report.problems[:3]) if report.problems
        else "",
    )  # fmt: skip


def _trusted(policy: Policy, given: Given, config: Config) -> SignerPolicy | None:
    """Give who is trusted: by the command line, the policy, the configuration, or the file that lies here."""
    from weighbridge.provenance.signing.policy_file import load

    asked = policy.signatures.trust if policy.signatures is not None else ""
    path = given.one("--signers") or (os.path.join(folder_of(policy), asked) if asked else config.signers)
    if not path:
        path = FILE_NAME if os.path.exists(FILE_NAME) else ""
    return load(path) if path else None
