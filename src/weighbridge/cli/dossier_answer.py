"""``weighbridge dossier answer``: write what a person says for a row, bound to what stands under it now."""

from __future__ import annotations

from weighbridge.cli.dossier_answers import ANSWERS, answers_content, answers_path, own_files
from weighbridge.cli.dossier_subject import OPERAND, READ, subject
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

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
                Option(
                    names=("--row",), metavar="ID", repeatable=True,
                    help="which row, such as iv.2.b; with --again repeatable",
                ),
                Option(names=("--author",), metavar="NAME", help="who says it"),
                Option(names=("--text",), metavar="WORDS", help="what is said"),
                Option(names=("--file",), metavar="FILE", help="what is said, from a text file"),
                Option(names=("--again",), help="the old answer still holds over what is here now: AUTHOR has looked"),
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

examples:
  weighbridge dossier answer model --row iv.2.b --author "Jo" --file logic.txt
  weighbridge dossier answer model --row iv.1.f --row iv.7 --author "Jo" --again
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.cli.dossier_writing import written
    from weighbridge.governance.dossier import dossier as drawing
    from weighbridge.governance.dossier.answers import loads
    from weighbridge.governance.dossier.editing import with_answer
    from weighbridge.governance.dossier.rows import row_of
    from weighbridge.governance.dossier.telling import short
    from weighbridge.reports.neutral import visible

    destinations = outputs(given, COMMAND.formats)
    target = given.operands[0]
    path = answers_path(target, given)
    held = answers_content(path, is_asked=False)
    old = loads(held, path) if held else ()
    new = written(given, path, old)
    for answer in new:  # what cannot be edited is told before anything is scanned
        with_answer(held, answer, path)
    found = subject(target, given)
    names = tuple(each.name for one in (*new, *old) for each in one.attachments)
    own = own_files(target, path, f"{path}.sig", names, found.graph)
    told = drawing.Given(findings=found.findings, own=own)
    lines = []
    for answer in new:
        row = row_of(answer.row)
        assert row is not None
        digest = drawing.row_digest(found.graph, told, row)
        held = with_answer(held, replace(answer, evidence=digest), path)
        lines += [f"✓ ANSWERED: {row.id}", f"  answers     {visible(path)}", f"  bound to    {short(digest)}", ""]
    write(held.decode(), Output(format="text", file=path))
    for destination in destinations:
        write("\n".join(lines), destination)
    return PASS
