"""``weighbridge feed update``: fetch the advisories of ecosystems from OSV, or from a mirror, into the database."""

from __future__ import annotations

from weighbridge.cli.exit import PASS
from weighbridge.cli.feed_import import DATABASE, deliver
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.cli.output import Output

COMMAND = Command(
    name="feed update",
    description="Fetch all advisories of ecosystems from OSV (https://osv.dev), or from a mirror of your own, into the "
    "database that audits use. Only the name of the ecosystem leaves this machine. What was imported stays until the "
    "new is there as a whole.",
    formats=("text", "json"),
    operand=Operand(metavar="ECOSYSTEM", help="as OSV calls it: PyPI, npm, crates.io … (default: PyPI)", least=0),
    groups=(
        Group(title="where from and to", options=(
            Option(names=("--url",), metavar="URL", help="of the zip of one ecosystem (default: OSV's export)"),
            DATABASE,
        )),
    ),
    epilog="""\
exit codes: 0 fetched and imported, 2 it cannot be fetched or read

examples:
  weighbridge feed update
  weighbridge feed update PyPI npm
  weighbridge feed update PyPI --url https://mirror.example/osv/PyPI/all.zip
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    ecosystems = tuple(dict.fromkeys(given.operands)) or ("PyPI",)
    url = given.one("--url")
    if given.on("--offline"):
        raise UsageError("an update needs the network", hint="without --offline, or: weighbridge feed import FILE")
    if url and len(ecosystems) > 1:
        raise UsageError("--url is the address of one ecosystem", hint="one update for each")
    from weighbridge.inventory.advisories.schema import ECOSYSTEMS

    for one in ecosystems:
        if one.partition(":")[0] not in ECOSYSTEMS:
            from difflib import get_close_matches

            cased = {known.lower(): known for known in sorted(ECOSYSTEMS)}
            close = get_close_matches(one.lower(), cased, n=1)
            hint = f"did you mean {cased[close[0]]}?" if close else "PyPI, npm, crates.io, Go …"
            raise UsageError(f"OSV has no ecosystem {one!r}", hint=hint)
    _update(given, ecosystems, url, destinations)
    return PASS


def _update(given: Given, ecosystems: tuple[str, ...], url: str, destinations: tuple[Output, ...]) -> None:
    """Fetch everything first, then import it in one go."""
    import os
    from tempfile import TemporaryDirectory

    from weighbridge.cli.console import note
    from weighbridge.inventory.advisories.download import address, checked, download
    from weighbridge.inventory.advisories.importing import Delivery
    from weighbridge.inventory.advisories.sources import pieces

    addresses = {one: checked(url) if url else address(one) for one in ecosystems}
    with TemporaryDirectory(prefix="weighbridge-") as folder:
        deliveries = []
        for number, (ecosystem, place) in enumerate(addresses.items()):
            note(f"fetching {place}", quiet=given.on("--quiet"))
            path = os.path.join(folder, f"{number}.zip")
            download(place, path)
            deliveries.append(Delivery(name=f"osv:{ecosystem}", origin=place, pieces=pieces(path)))
        deliver(given, tuple(deliveries), destinations)
