"""Where the answers beside a target are, what is in them, and which files are the dossier's own."""

from __future__ import annotations

import os

from weighbridge.cli.options import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.graph import Graph

ANSWERS = Option(
    names=("--answers",), metavar="FILE", help="answers of people (default: weighbridge.dossier.toml in TARGET)"
)
SIGNERS = (
    Option(names=("--key",), metavar="FILE", repeatable=True, help="public key that may sign; repeatable"),
    Option(names=("--policy",), metavar="FILE", help="who may sign (signers.toml)"),
    Option(names=("--signature",), metavar="FILE", help="the signature (default: ANSWERS.sig)"),
)
_PAPERS = frozenset({"document", "other"})
"""Roles of files that can be out of sight of a dossier."""


def answers_path(target: str, given: Given) -> str:
    """Say where the answers are, or would be; empty for a remote target without ``--answers``."""
    from weighbridge.core.refs import PATH, parse
    from weighbridge.governance.dossier.answers import FILE_NAME

    if given.one("--answers"):
        return given.one("--answers")
    if os.path.isdir(target):
        return os.path.join(target, FILE_NAME)
    return os.path.join(os.path.dirname(target), FILE_NAME) if parse(target).scheme == PATH else ""


def answers_content(path: str, *, is_asked: bool) -> bytes:
    """Read the file of answers; empty where there is none and nobody has named one."""
    from weighbridge.cli.documents import content
    from weighbridge.governance.dossier.answers import LARGEST

    if not path or (not is_asked and not os.path.lexists(path)):
        return b""
    return content(path, LARGEST)


def own_files(
    target: str, answers: str, signature: str, attached: tuple[str, ...], graph: Graph
) -> frozenset[str]:  # fmt: skip
    """Name the files of the dossier itself by their paths in the target: it does not speak of them.

    What is attached is among them if it is a document: nobody takes the weights out of sight by attaching them.
    """
    from weighbridge.governance.dossier.dossier import OWN
    from weighbridge.inventory.graph import Field, Kind

    if not os.path.isdir(target) or not answers:
        return OWN
    top = os.path.realpath(target)
    papers = {one.text(Field.NAME) for one in graph.of(Kind.FILE) if one.text(Field.ROLE) in _PAPERS}
    beside = [os.path.join(os.path.dirname(answers), name) for name in attached]
    mine, others = (
        {os.path.relpath(_place(one), top) for one in paths} for paths in ((answers, signature), beside)
    )  # fmt: skip
    return OWN | {path for path in mine if not path.startswith("..")} | (others & papers)


def _place(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
