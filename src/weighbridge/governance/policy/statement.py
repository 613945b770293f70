"""A decision as an in-toto Statement v1, bound to the bytes that were judged and to the policy by their digests.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. It holds the day that it was judged for,
as exceptions end and scans age, and no clock: the same facts, policy and day give the same statement. Signed, it is a
Sigstore bundle around a DSSE envelope, as signatures of models are.
"""

from __future__ import annotations

import json

from weighbridge import __version__
from weighbridge.core.errors import UsageError
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import keys
from weighbridge.provenance.signing.statement import STATEMENT_TYPE
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.governance.policy.decision import Judgement, Outcome

PREDICATE_TYPE = "urn:weighbridge:policy-decision:v1"


def statement(outcome: Outcome) -> bytes:
    """Write the statement; raises UsageError where nothing that was judged has a digest to bind it to."""
    subjects = sorted(_subjects(outcome), key=lambda one: (one["name"], json.dumps(one["digest"])))
    if not subjects:
        raise UsageError(
            "nothing that was judged has a digest, so a statement would be about nothing",
            hint="name what is here, or a repository at a commit",
        )
    document = {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "tool": {"name": "weighbridge", "version": __version__},
            "policy": {"name": encodable(outcome.policy), "digest": {"sha256": outcome.digest}},
            "enforced": outcome.enforced,
            "day": outcome.day,
            "decision": str(outcome.decision),
            "judgements": [judged(one) for one in outcome.judgements],
            "gaps": [encodable(one) for one in outcome.gaps],
            "expired": [encodable(one) for one in outcome.expired],
        },
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def signed(payload: bytes, key: str, password: bytes | None = None) -> bytes:
    """Sign a statement with a private key (a PEM file); gives a bundle. Raises UsageError."""
    private = keys.private_key(key, password)
    signature = keys.sign(private, bundles.pae(payload))
    return bundles.dumps(payload, signature, hint=keys.key_id(private.public_key()))


def _subjects(outcome: Outcome) -> list[dict[str, Any]]:
    """Name what the decision is about: files by the digests that were computed, repositories by their commits."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in outcome.judgements:
        name = encodable(f"{one.target}/{one.name}" if one.target and one.target != one.name else one.name)
        for sha256 in one.digests:
            found[name, sha256] = {"name": name, "digest": {"sha256": sha256}}
        if one.commit:
            found[name, one.commit] = {"name": name, "digest": {"gitCommit": one.commit}}
    return list(found.values())


def judged(one: Judgement) -> dict[str, Any]:
    """Give the rulings about a subject as plain data."""
    made: dict[str, Any] = {
        "id": encodable(one.subject), "kind": str(one.kind), "name": encodable(one.name),
        "target": encodable(one.target), "decision": str(one.decision), "sha256": list(one.digests),
    }  # fmt: skip
    if one.commit:
        made["commit"] = one.commit
    made["rulings"] = [
        {"key": str(ruling.key), "decision": str(ruling.decision), "words": [encodable(text) for text in ruling.words]}
        | ({"evidence": [encodable(text) for text in ruling.evidence]} if ruling.evidence else {})
        | ({"missing": True} if ruling.missing else {})
        | ({"lifted": encodable(ruling.lifted), "was": str(ruling.was)} if ruling.lifted else {})
        for ruling in one.rulings
    ]
    return made
