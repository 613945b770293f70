"""``weighbridge feed status``: which advisories there are, how old they are, and what is wrong with them."""

from __future__ import annotations

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.feed_import import DATABASE
from weighbridge.cli.options import Command, Group, Option
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from weighbridge.cli.options import Given
    from weighbridge.inventory.advisories.store import Feed

COMMAND = Command(
    name="feed status",
    description="Tell which feeds of advisories there are, when they were imported, how old their newest change is, "
    "and what is wrong with their records.",
    formats=("text", "json"),
    groups=(
        Group(title="what is told", options=(
            Option(names=("--max-age",), metavar="SPAN", help="exit 1 for a feed older than 12h, 7d, 2w, or for none"),
            Option(names=("--defects",), help="name every record with a defect"),
            DATABASE,
        )),
    ),
    epilog="""\
exit codes: 0 told, 1 a feed is too old or there is none, 2 it cannot be read

example:
  weighbridge feed status --max-age 7d
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from datetime import UTC, datetime

    from weighbridge.cli import feed_text
    from weighbridge.inventory.advisories.ages import days
    from weighbridge.inventory.advisories.store import Store

    destinations = outputs(given, COMMAND.formats)
    most = days(given.one("--max-age")) if given.one("--max-age") else None
    store = Store.opened(given.one("--database"))
    feeds = store.feeds()
    told = list(store.told())
    path = store.path
    store.close()
    now = datetime.now(UTC)
    trouble = _trouble(feeds, most, now)
    for destination in destinations:
        if destination.format == "json":
            shown = feed_text.json(path, feeds, told, now)
        else:
            head = "" if path else "No feed was imported; only what comes with the program is known.\n\n"
            shown = head + feed_text.text(feeds, told if given.on("--defects") else [], now, all_=True)
            shown += "".join(f"\n✗ {words}\n" for words in trouble)
        write(shown, destination)
    return FAIL if trouble else PASS


def _trouble(feeds: tuple[Feed, ...], most: float | None, now: datetime) -> list[str]:
    """Say which feeds are older than they may be; a program that brings its own does not make up for none."""
    from weighbridge.inventory.advisories.ages import told
    from weighbridge.reports.neutral import visible

    if most is None:
        return []
    imported = [one for one in feeds if one.imported]
    if not imported:
        return ["there is no feed: weighbridge feed update, or feed import"]
    return [
        f"{visible(one.name)} is too old: its newest change was {told(one.age(now))}"
        for one in imported
        if one.age(now) > most
    ]
