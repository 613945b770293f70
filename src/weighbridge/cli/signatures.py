"""Signatures beside models: what ``scan`` says of them. A valid one makes nothing better that was found."""

from __future__ import annotations

import os

from weighbridge.core.facts import BrokenClaim
from weighbridge.core.location import Location
from weighbridge.core.report import SIGNATURES, SignatureNote
from weighbridge.core.values import replace
from weighbridge.reports.outline import of_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.report import ArtifactReport, FileReport, Report
    from weighbridge.provenance.signing.policy import SignerPolicy


def noted(report: Report, policy_path: str) -> Report:
    """Add to a report what is to be said of the signatures that lie among its files.

    With a policy (``signers.toml``) each is verified, and one that does not hold is a finding of the signature file.
    Raises UsageError for a policy that cannot be read, also where there is nothing yet to hold against it.
    """
    policy = None
    if policy_path:
        from weighbridge.provenance.signing.policy_file import load

        policy = load(policy_path)
    if not any(file.path.endswith(SIGNATURES) for artifact in report.artifacts for file in artifact.files):
        return report
    return replace(report, artifacts=tuple(_of_artifact(one, policy) for one in report.artifacts))


def _of_artifact(artifact: ArtifactReport, policy: SignerPolicy | None) -> ArtifactReport:
    notes: list[SignatureNote] = []
    files: list[FileReport] = []
    for file in artifact.files:
        if file.path.endswith(SIGNATURES) and "://" not in artifact.ref and file.sha256:
            note = _note(file.path, artifact, policy)
            notes.append(note)
            files.append(_marked(file, note) if note.holds is False else file)
        else:
            files.append(file)
    return replace(artifact, files=tuple(files), signatures=tuple(notes))


def _note(path: str, artifact: ArtifactReport, policy: SignerPolicy | None) -> SignatureNote:
    from weighbridge.core.errors import WeighbridgeError
    from weighbridge.provenance.signing.verify import notice, verify_signature

    seen = notice(path)
    if seen.trouble:
        return SignatureNote(path=path, holds=None, words=f"no signature that can be read: {seen.trouble}")
    bound = f" as {seen.name} {seen.version}".rstrip() if seen.name else ""
    signer = f"by {seen.signer}{bound}, over {of_files(seen.files)}"
    if policy is None:
        return SignatureNote(path=path, holds=None, words=f"{signer}; not checked, as no --signers policy is named")
    folder = os.path.dirname(path) or "."
    below = os.path.join(folder, "") if os.path.dirname(path) else ""
    digests = {
        file.path.removeprefix(below): file.sha256
        for file in artifact.files
        if file.sha256 and file.path.startswith(below)
    }
    try:
        found = verify_signature(folder, path, policy, digests=digests)
    except WeighbridgeError as trouble:
        return SignatureNote(path=path, holds=False, words=f"{signer}; does not hold: {trouble}")
    if found.holds:
        return SignatureNote(path=path, holds=True, words=f"{signer}; holds, and is trusted as {found.policy}")
    more = f" and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
    return SignatureNote(path=path, holds=False, words=f"{signer}; does not hold: {found.problems[0]}{more}")


def _marked(file: FileReport, note: SignatureNote) -> FileReport:
    from weighbridge.engine.claims import judged

    findings = judged((BrokenClaim(at=Location(), detail=f"the signature {note.words}"),), frozenset())
    return replace(file, findings=(*file.findings, *findings))
