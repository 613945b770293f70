"""What the commands of ``dossier`` are about: a target, its graph and findings, the answers beside it."""

from __future__ import annotations

import os

from weighbridge.cli import subject_options
from weighbridge.cli.options import Group, Option
from weighbridge.core.errors import AccessError, UsageError, reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.core.report import Report
    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.register import Finding
    from weighbridge.inventory.graph import Graph

READ = Group(
    title="what is read",
    options=(
        Option(names=("--application",), help="TARGET is an application's directory, as of inventory"),
        Option(names=("--report",), metavar="FILE", help="findings: a saved scan (default: TARGET is scanned)"),
        *subject_options.READ,
        subject_options.SIGNERS,
    ),
)
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
OPERAND = "a model's directory, hf://org/name, or a bill of materials (CycloneDX, SPDX, graph)"


@value
class Subject:
    """A graph, and what a scan found; None where nobody scanned."""

    graph: Graph
    findings: tuple[Finding, ...] | None


def subject(target: str, given: Given) -> Subject:
    """Read a target; raises UsageError, AccessError and the errors of stores and scans."""
    from weighbridge.governance.dossier import register

    if path := given.one("--report"):
        from weighbridge.cli.documents import read

        found = read(path)[1]
        findings = register.of_document(found)
        made = _graph(target, given)[0]
        _check_same(made, register.digests(found), path, target)
        return Subject(graph=made, findings=findings)
    made, report = _graph(target, given)
    return Subject(graph=made, findings=register.of_report(report) if report is not None else None)


def _graph(target: str, given: Given) -> tuple[Graph, Report | None]:
    """Give the graph of a target, and the scan that it was folded from, if it was."""
    if given.on("--application"):
        return _application(target, given), None
    if os.path.isfile(target) and target.lower().endswith(".json"):
        from weighbridge.cli.documents import graph

        return graph(target), None
    from weighbridge.cli import config
    from weighbridge.cli.composing import observed

    made, report = observed(target, given, config.load(given.one("--config")))
    _hint(target, made, given)
    return made, report


def _check_same(graph: Graph, scanned: frozenset[str], path: str, target: str) -> None:
    """Raise UsageError for a saved scan that is not of the bytes that the target has."""
    from weighbridge.inventory.graph import Field, Kind

    for one in graph.of(Kind.FILE):
        digest = one.text(Field.SHA256)
        if one.text(Field.ROLE) == "weights" and digest and digest not in scanned:
            raise UsageError(
                f"{path!r} is no scan of these files: it has not seen {one.text(Field.NAME)} of {target!r} as it is",
                hint="scan it anew: weighbridge scan --format json",
            )


def _application(folder: str, given: Given) -> Graph:
    if not os.path.isdir(folder):
        raise UsageError(f"{folder!r} is no directory", hint="--application reads the directory of an application")
    from weighbridge.inventory.application.finder import find
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find as software

    jobs = given.number("--jobs")
    named = os.path.basename(os.path.realpath(folder)) or "application"
    return application_graph(named, software(folder, environment="", jobs=jobs), find(folder, jobs=jobs))


def _hint(target: str, graph: Graph, given: Given) -> None:
    from weighbridge.cli.console import note
    from weighbridge.inventory.graph import Field, Kind

    if os.path.isdir(target) and not any(one.text(Field.ROLE) == "weights" for one in graph.of(Kind.FILE)):
        note(f"{target} holds no weights; --application reads it as an application", quiet=given.on("--quiet"))


# -- answers ---------------------------------------------------------------------------------------------------------


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


def digest_of(path: str) -> str:
    """Hash a file; raises AccessError."""
    from hashlib import file_digest

    from weighbridge.access.local_files import open_given

    try:
        with open(open_given(path), "rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None


def stale(answers: tuple[Answer, ...], path: str) -> dict[str, str]:
    """Say which answers have an attachment that is gone or changed."""
    found: dict[str, str] = {}
    for one in answers:
        for attached in one.attachments:
            place = os.path.join(os.path.dirname(path), attached.name)
            if not os.path.isfile(place):
                found[one.row] = f"the attachment {attached.name} is gone"
            elif digest_of(place) != attached.sha256:
                found[one.row] = f"the attachment {attached.name} has changed"
    return found
