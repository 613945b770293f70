"""The work of ``dossier``: reads target, answers, signature and the earlier state, and draws."""

from __future__ import annotations

import os

from weighbridge.cli.console import note
from weighbridge.cli.dossier_answers import answers_content, answers_path, own_files
from weighbridge.cli.dossier_subject import subject
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given as Words
    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.dossier import Dossier
    from weighbridge.governance.dossier.feeds import Previous
    from weighbridge.inventory.graph import Graph
    from weighbridge.provenance.signing.policy import SignerPolicy


def drawn(
    target: str, words: Words, wanted: frozenset[str] = frozenset(), *, earlier: str = "", date: str = "",
    max_age: int | None = None,
) -> tuple[Dossier, Graph]:  # fmt: skip
    """Draw the dossier of a target; gives the graph too. Raises what reading, scanning and verifying raise.

    ``earlier`` is a target that it is held against; ``max_age`` is for how many days before ``date`` answers hold.
    """
    from weighbridge.governance.dossier.answers import loads
    from weighbridge.governance.dossier.attachments import stale
    from weighbridge.governance.dossier.dossier import Given, draw, without
    from weighbridge.inventory.views import telling

    path = answers_path(target, words)
    held = answers_content(path, is_asked=bool(words.one("--answers")))
    answers = loads(held, path) if held else ()
    if held and not words.one("--answers"):
        # One inside a download must not speak unseen.
        note(f"answers come from {path}", quiet=words.on("--quiet"))
    signature = words.one("--signature") or f"{path}.sig"
    found = subject(target, words)
    signers = _signers(answers, signature, words, telling.name_of(found.graph.component(found.graph.root)))
    attached = tuple(each.name for one in answers for each in one.attachments)
    own = own_files(target, path, signature, attached, found.graph)
    given = Given(
        findings=found.findings, previous=_previous(earlier, words, found.graph, own), answers=answers, signers=signers,
        stale=stale(answers, path), date=date, own=own, max_age=max_age,
    )  # fmt: skip
    return draw(found.graph, given, wanted), without(found.graph, own)


def _signers(answers: tuple[Answer, ...], path: str, words: Words, name: str) -> dict[str, str]:
    """Say by row whose trusted signature covers the answer; nobody is trusted by default."""
    policy = _policy(words)
    if policy is None:
        if words.one("--signature"):
            raise UsageError("nobody is named who may have signed", hint="--key FILE, or --policy FILE")
        return {}
    if not words.one("--signature") and not os.path.lexists(path):
        note(f"there is no signature {path}", quiet=words.on("--quiet"))
        return {}
    from weighbridge.cli.documents import content
    from weighbridge.governance.dossier.endorsement import checked

    endorsement = checked(content(path, 1 << 20), policy, path, name)
    return {one.row: endorsement.signer for one in answers if endorsement.covers(one)}


def _policy(words: Words) -> SignerPolicy | None:
    if words.one("--policy"):
        from weighbridge.provenance.signing.policy_file import load

        if words.every("--key"):
            raise UsageError("--key and --policy both say who may sign", hint="name keys in the policy")
        return load(words.one("--policy"))
    if words.every("--key"):
        from weighbridge.provenance.signing.policy import trusting_keys

        return trusting_keys(*words.every("--key"))
    return None


def _previous(target: str, words: Words, graph: Graph, own: frozenset[str]) -> Previous | None:
    """Hold the graph against an earlier state."""
    if not target:
        return None
    from weighbridge.governance.dossier.attachments import digest_of
    from weighbridge.governance.dossier.dossier import without
    from weighbridge.governance.dossier.feeds import Previous
    from weighbridge.inventory.difference import differences

    old = subject(target, words).graph
    return Previous(
        name=os.path.basename(os.path.normpath(target)), sha256=digest_of(target) if os.path.isfile(target) else "",
        changes=differences(without(old, own), without(graph, own)),
    )  # fmt: skip
