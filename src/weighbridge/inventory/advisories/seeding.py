"""The advisories that the program brings: those of libraries for models that the feeds of 2024 lacked.

Each names where its versions were checked (``database_specific.checked``), or says what was not, of the record or of a
part of it (``database_specific.unconfirmed``); then nobody is told for sure that a version is affected.
"""

from __future__ import annotations

from importlib.resources import files

from weighbridge.core.errors import AccessError
from weighbridge.inventory.advisories.feeding import Intake
from weighbridge.inventory.advisories.shelf import Shelf
from weighbridge.inventory.advisories.sources import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = "weighbridge-seed"
"""The name of its feed."""
_FILE = "machine-learning.jsonl"


def records() -> Iterator[Piece]:
    """Yield the records of the seed."""
    text = files("weighbridge.inventory.advisories").joinpath("seed", _FILE).read_bytes()
    for number, line in enumerate(text.splitlines(), 1):
        yield Piece(where=f"{_FILE}:{number}", text=line)


def seed_shelf() -> Shelf:
    """Give the seed as a database in memory."""
    shelf = Shelf.made()
    intake = Intake(shelf, SEED, "weighbridge itself", "")
    for piece in records():
        intake.take(piece)
    if intake.unusable:
        raise AccessError("the advisories that come with the program are damaged", hint="install it again")
    intake.finish()
    return shelf
