"""``weighbridge feed import``: take advisories from files into the database, all of them or nothing."""

from __future__ import annotations

from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.cli.output import Output
    from weighbridge.inventory.advisories.importing import Delivery
    from weighbridge.inventory.advisories.store import Feed

DATABASE = Option(names=("--database",), metavar="FILE", help="imported advisories (default: in the user's cache)")

COMMAND = Command(
    name="feed import",
    description="Take advisories (OSV records) from files into the database that audits use. A feed of the same name "
    "is replaced, others stay. Records that cannot be used are counted and named; an import that fails changes "
    "nothing.",
    formats=("text", "json"),
    operand=Operand(metavar="FILE", help="a JSON file, JSON lines (.gz too), a zip or a folder of JSON files"),
    groups=(
        Group(title="where to", options=(
            Option(names=("--name",), metavar="NAME", help="one feed of that name (default: one for each file)"),
            DATABASE,
        )),
    ),
    epilog="""\
exit codes: 0 imported, 2 it cannot be read, or nothing of it can be used

examples:
  weighbridge feed import all.zip --name osv:PyPI
  weighbridge feed import advisories.jsonl.gz our-own-advisories/
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.inventory.advisories.importing import Delivery
    from weighbridge.inventory.advisories.sources import pieces

    destinations = outputs(given, COMMAND.formats)
    name = given.one("--name")
    if name:
        every = (piece for path in given.operands for piece in pieces(path))
        deliveries = [Delivery(name=name, origin=", ".join(map(_origin, given.operands)), pieces=every)]
    else:
        deliveries = [Delivery(name=_name(one), origin=_origin(one), pieces=pieces(one)) for one in given.operands]
    names = [one.name for one in deliveries]
    for one in names:
        if names.count(one) > 1:
            raise UsageError(f"two feeds would be called {one!r}", hint="--name NAME, and one import for each")
    deliver(given, tuple(deliveries), destinations)
    return PASS


def deliver(given: Given, deliveries: tuple[Delivery, ...], destinations: tuple[Output, ...]) -> None:
    """Import, and tell what came; raises AccessError and UsageError."""
    from datetime import UTC, datetime

    from weighbridge.cli import feed_text
    from weighbridge.inventory.advisories.importing import import_feeds
    from weighbridge.inventory.advisories.store import Store, usual_place

    now = datetime.now(UTC)
    path = given.one("--database") or usual_place()
    feeds: tuple[Feed, ...] = import_feeds(path, deliveries, now)
    store = Store.opened(path)
    told = [one for feed in feeds for one in store.told(feed.name)]
    store.close()
    for destination in destinations:
        if destination.format == "json":
            shown = feed_text.json(path, feeds, told, now)
        else:
            shown = f"✓ IMPORTED: {len(feeds)} feed{'s' if len(feeds) > 1 else ''}\n\n"
            shown += feed_text.text(feeds, told, now)
        write(shown, destination)


def _name(path: str) -> str:
    import os

    name = os.path.basename(os.path.abspath(path))
    for ending in (".gz", ".jsonl", ".ndjson", ".json", ".zip"):
        name = name.removesuffix(ending)
    return name or path


def _origin(path: str) -> str:
    import os

    return os.path.abspath(path)
