"""``weighbridge dossier answer``: write what a person says for a row, bound to what stands under it now."""

from __future__ import annotations

import os

from weighbridge.cli.dossier_subject import (
    ANSWERS,
    OPERAND,
    READ,
    answers_content,
    answers_path,
    digest_of,
    own_files,
    subject,
)
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.dossier.answers import Answer, Attachment

LARGEST = 1 << 20

COMMAND = Command(
    name="dossier answer",
    description="Answer a row of the dossier. The answer is kept beside the target with author, day and the digest of "
    "the evidence that stands under the row: when that changes, the answer is shown as outdated.",
    formats=("text",),
    operand=Operand(metavar="TARGET", help=OPERAND, most=1),
    groups=(
        Group(
            title="the answer",
            options=(
                Option(names=("--row",), metavar="ID", help="which row, such as iv.2.b"),
                Option(names=("--author",), metavar="NAME", help="who says it"),
                Option(names=("--text",), metavar="WORDS", help="what is said"),
                Option(names=("--file",), metavar="FILE", help="what is said, from a text file"),
                Option(
                    names=("--attach",), metavar="FILE", repeatable=True,
                    help="a file beside the answers that belongs to it; repeatable",
                ),
                ANSWERS,
            ),
        ),
        READ,
    ),
    epilog="""\
An answer for the same row is replaced; all else in the file stays as it is.

exit codes: 0 it is kept, 2 an error

example:
  weighbridge dossier answer model --row iv.2.b --author "Jo" --file logic.txt
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.governance.dossier import dossier as drawing
    from weighbridge.governance.dossier.answers import Answer, check_row, check_words
    from weighbridge.governance.dossier.editing import with_answer
    from weighbridge.governance.dossier.rows import row_of
    from weighbridge.governance.dossier.telling import short
    from weighbridge.inventory.bom.made import now
    from weighbridge.reports.neutral import visible

    destinations = outputs(given, COMMAND.formats)
    target, row = given.operands[0], row_of(given.one("--row"))
    if row is None:
        if not given.one("--row"):
            raise UsageError("say which row: --row ID", hint="weighbridge dossier TARGET lists them")
        check_row(given.one("--row"))
    assert row is not None
    path = answers_path(target, given)
    if not path:
        raise UsageError("say where the answers are kept: --answers FILE", hint="a remote target has no place for them")
    attached = _attached(given, path)
    answer = Answer(
        row=row.id, author=given.one("--author").strip(), date=now().timestamp[:10], text=_words(given),
        attachments=attached,
    )  # fmt: skip
    check_words(answer, "the answer")
    held = answers_content(path, is_asked=False)
    with_answer(held, answer, path)  # what cannot be edited is told before anything is scanned
    found = subject(target, given)
    names = (*(one.name for one in attached), *_others(held, path))
    own = own_files(target, path, f"{path}.sig", names, found.graph)
    digest = drawing.row_digest(found.graph, drawing.Given(findings=found.findings, own=own), row)
    write(with_answer(held, _bound(answer, digest), path).decode(), Output(format="text", file=path))
    lines = (f"✓ ANSWERED: {row.id}", f"  answers     {visible(path)}", f"  bound to    {short(digest)}", "")
    for destination in destinations:
        write("\n".join(lines), destination)
    return PASS


def _words(given: Given) -> str:
    if bool(given.one("--text")) == bool(given.one("--file")):
        raise UsageError("say what the answer is: --text WORDS, or --file FILE")
    text = given.one("--text")
    if given.one("--file"):
        from weighbridge.cli.documents import content

        try:
            text = content(given.one("--file"), LARGEST).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError(f"{given.one('--file')!r} is not UTF-8") from None
    try:
        f"{text}{given.one('--author')}".encode()
    except UnicodeEncodeError:
        raise UsageError("the answer is not UTF-8") from None
    return text.replace("\r\n", "\n").strip("\n")


def _attached(given: Given, answers: str) -> tuple[Attachment, ...]:
    from weighbridge.governance.dossier.answers import Attachment, is_plain_name

    made = []
    for path in given.every("--attach"):
        name = os.path.basename(path)
        if os.path.realpath(os.path.dirname(path)) != os.path.realpath(os.path.dirname(answers)):
            raise UsageError(f"{path!r} does not lie beside {answers!r}", hint="put it there: answers travel with it")
        if not is_plain_name(name) or name == os.path.basename(answers):
            raise UsageError(f"{path!r} cannot be attached")
        made.append(Attachment(name=name, sha256=digest_of(path)))
    return tuple(dict.fromkeys(made))


def _others(held: bytes, path: str) -> tuple[str, ...]:
    """Name what is attached to the other answers."""
    from weighbridge.governance.dossier.answers import loads

    return tuple(each.name for one in (loads(held, path) if held else ()) for each in one.attachments)


def _bound(answer: Answer, digest: str) -> Answer:
    from weighbridge.core.values import replace

    return replace(answer, evidence=digest)
