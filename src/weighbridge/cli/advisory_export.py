"""``weighbridge advisory export``: a directory of advisories as a feed that any web server can host."""

from __future__ import annotations

from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Operand
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="advisory export",
    description="Write advisories as a static feed in the layout of OSV's exports: ID.json for each record, all.zip, "
    "and modified_id.csv with the latest change first. Equal records give equal bytes.",
    formats=("osv",),
    operand=Operand(metavar="DIR", help="OSV documents: a directory or a file", most=1),
    epilog="""\
--output names the directory of the feed: a new one, or one that holds a feed,
which is replaced as a whole. A record that is wrong ends it, with nothing
written.

exit codes: 0 it is written, 2 a record is wrong, or an error

example:
  weighbridge advisory export advisories -o public/feed
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.cli.console import note
    from weighbridge.inventory.advisories.exporting import export, write

    folders = given.every("--output")
    if len(folders) != 1 or folders[0] in {"", "-"}:
        raise UsageError("name one directory for the feed", hint="--output DIR")
    made = export(given.operands[0])
    write(made, folders[0])
    records = "1 record" if made.records == 1 else f"{made.records:,} records"
    note(f"{records} in {folders[0]}", quiet=given.on("--quiet"))
    return PASS
