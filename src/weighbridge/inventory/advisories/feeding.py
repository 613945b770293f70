"""One feed on its way into a database: each record read, put in, counted, and what is wrong with it written down."""

from __future__ import annotations

from weighbridge.inventory.advisories.defects import Defect, DefectKind
from weighbridge.inventory.advisories.reading import parse
from weighbridge.inventory.advisories.schema import FIRST_YEAR, instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from weighbridge.inventory.advisories.record import Advisory
    from weighbridge.inventory.advisories.shelf import Shelf
    from weighbridge.inventory.advisories.sources import Piece


class Intake:
    """Takes the records of one feed; where an id comes twice the later change counts."""

    def __init__(self, shelf: Shelf, name: str, origin: str, imported: str) -> None:
        self._shelf = shelf
        self._feed = self._begun(name, origin, imported)
        self._seen: dict[str, tuple[str, int, bool]] = {}
        self._newest: datetime | None = None
        self.unusable = 0

    @property
    def records(self) -> int:
        """Records that can be used."""
        return len(self._seen)

    def _begun(self, name: str, origin: str, imported: str) -> int:
        for (old,) in self._shelf.ask("SELECT id FROM feed WHERE name = ?", name):
            self._shelf.forget(int(str(old)))
        self._shelf.ask("INSERT INTO feed (name, origin, imported) VALUES (?, ?, ?)", name, origin, imported)
        ((made,),) = self._shelf.ask("SELECT id FROM feed WHERE name = ?", name)
        return int(str(made))

    def take(self, piece: Piece) -> None:
        """Read one record and put it in."""
        if piece.trouble:
            self._leave_out("", piece, [Defect(kind=DefectKind.UNREADABLE, words=piece.trouble, fatal=True)])
            return
        reading = parse(piece.text)
        defects = list(reading.defects)
        if reading.advisory is None:
            self._leave_out(reading.id, piece, defects)
            return
        defects += self._put(reading.advisory)
        self._shelf.tell(self._feed, reading.id, piece.where, defects)

    def _leave_out(self, id_: str, piece: Piece, defects: list[Defect]) -> None:
        self.unusable += 1
        self._shelf.tell(self._feed, id_, piece.where, defects)

    def _put(self, advisory: Advisory) -> list[Defect]:
        doubled = []
        if advisory.id in self._seen:
            before, number, _ = self._seen[advisory.id]
            words = "the feed has it twice; the later change counts"
            doubled.append(Defect(kind=DefectKind.DUPLICATE, words=words))
            if advisory.modified <= before:
                return doubled
            self._shelf.take_out(number)
        number, defects = self._shelf.put(self._feed, advisory)
        self._seen[advisory.id] = (advisory.modified, number, bool(advisory.withdrawn))
        changed = instant(advisory.modified)
        if changed is not None and changed.year >= FIRST_YEAR and (self._newest is None or changed > self._newest):
            self._newest = changed
        return [*doubled, *defects]

    def finish(self) -> None:
        """Write down what was counted."""
        withdrawn = sum(is_withdrawn for _, _, is_withdrawn in self._seen.values())
        newest = "" if self._newest is None else self._newest.isoformat().replace("+00:00", "Z")
        self._shelf.ask(
            "UPDATE feed SET newest = ?, records = ?, withdrawn = ?, unusable = ? WHERE id = ?",
            newest, self.records, withdrawn, self.unusable, self._feed,
        )  # fmt: skip
