"""Signatures over answers: an in-toto statement in a DSSE envelope in a Sigstore bundle, as those over models are.

What is signed is a list of rows with the digest of each answer, so an answer that is added later leaves the others
signed, and one that is altered loses its signature. A statement of this type is no signature over a model, nor the
other way round.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from weighbridge.core.errors import IntegrityError, UsageError
from weighbridge.core.values import value
from weighbridge.governance.dossier.answers import FILE_NAME
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import keys
from weighbridge.provenance.signing.authenticate import authenticate
from weighbridge.provenance.signing.statement import STATEMENT_TYPE
from weighbridge.provenance.signing.strict import document, fields, items, text, wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.provenance.signing.policy import SignerPolicy

PREDICATE_TYPE = "urn:weighbridge:dossier-answers:v1"
SUFFIX = ".sig"
"""Behind the name of the answers: the name of the signature over them."""
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@value
class Endorsement:
    """Whose signature it is, and over which answers: their digests by row."""

    signer: str
    answers: tuple[tuple[str, str], ...]

    def covers(self, answer: Answer) -> bool:
        """Tell whether this very answer was signed."""
        return (answer.row, answer.sha256) in self.answers


def signed(answers: tuple[Answer, ...], key: str, password: bytes | None = None) -> tuple[bytes, str]:
    """Sign answers with a private key (PEM file); gives the bundle and the name of the key. Raises UsageError."""
    if not answers:
        raise UsageError("there is no answer to sign", hint="weighbridge dossier answer writes one")
    private = keys.private_key(key, password)
    name = keys.key_id(private.public_key())
    payload = _statement(answers)
    return bundles.dumps(payload, keys.sign(private, bundles.pae(payload)), hint=name), name


def checked(content: bytes, policy: SignerPolicy, name: str = "the signature", subject: str = "") -> Endorsement:
    """Check a bundle against who is trusted to sign for ``subject``, the name of a model.

    Raises IntegrityError for a signature that is nobody's, or over something else than answers.
    """
    bundle = bundles.loads(content, name=name)
    found = authenticate(bundle, policy)
    if found.problems:
        raise IntegrityError(f"{name} does not hold: {found.problems[0]}", hint="let the answers be signed anew")
    if not any(one.may_sign(subject) for one in found.trusted):
        raise IntegrityError(f"{name} is by somebody whom the policy does not trust for {subject!r}")
    signer = found.signer.key or found.signer.subject or ", ".join(found.signer.san)
    return Endorsement(signer=signer, answers=_listed(bundle.payload, name))


def _statement(answers: tuple[Answer, ...]) -> bytes:
    listed = [{"row": one.row, "sha256": one.sha256} for one in answers]
    whole = sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": FILE_NAME, "digest": {"sha256": whole}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"answers": listed},
    }
    return json.dumps(statement, separators=(",", ":")).encode()


def _listed(payload: bytes, name: str) -> tuple[tuple[str, str], ...]:
    where = f"{name}: the statement"
    top = fields(
        document(payload, where), where, required=("_type", "subject", "predicateType", "predicate"),
    )  # fmt: skip
    if top["_type"] != STATEMENT_TYPE or top["predicateType"] != PREDICATE_TYPE:
        raise wrong(where, f"is about {str(top['predicateType'])[:80]!r} and not about answers")
    found = items(fields(top["predicate"], where, required=("answers",))["answers"], where)
    listed = []
    for one in found:
        held = fields(one, where, required=("row", "sha256"))
        row, digest = text(held["row"], where), text(held["sha256"], where)
        if not _HEX.fullmatch(digest):
            raise wrong(where, "has a digest that is none")
        listed.append((row, digest))
    return tuple(listed)
