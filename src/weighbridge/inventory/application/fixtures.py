"""The fixtures of all tests of a project: what is replaced where a test calls something."""

from __future__ import annotations

from weighbridge.inventory.application.facts import EVERY_TEST
from weighbridge.inventory.application.files import CONFTEST, is_conftest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from weighbridge.inventory.application.facts import Call, Fixture
    from weighbridge.inventory.application.files import ProjectFile


class Fixtures:
    """Finds fixtures as pytest does: in the source itself, then in ``conftest.py`` beside it and in folders above."""

    def __init__(self, files: Sequence[ProjectFile]) -> None:
        self._files = files
        self._of: dict[str, tuple[Fixture, ...]] = {}

    def add(self, number: int, fixtures: tuple[Fixture, ...]) -> None:
        """Take the fixtures of one file."""
        if fixtures:
            self._of[self._files[number].path] = fixtures

    def words(self, call: Call) -> tuple[str, ...]:
        """Give the last words of what the fixtures that a call is under replace; its own if it is one of a mock."""
        if not call.fixtures or not self._of:
            return ()
        layers = list(self._layers(self._files[call.at.file].path))
        known = {one.name: one for layer in reversed(layers) for one in layer}
        waiting = [one for one in call.fixtures if one in known]
        if EVERY_TEST in call.fixtures:
            waiting += [one.name for one in known.values() if one.every]
        under: dict[str, Fixture] = {}
        while waiting:
            name = waiting.pop()
            if name in known and name not in under:
                under[name] = known[name]
                waiting += known[name].asks
        words = {word for one in under.values() for word in one.words}
        if call.holder in under and under[call.holder].mock:
            words.add(call.callable.rpartition(".")[2])
        return tuple(sorted(words))

    def _layers(self, path: str) -> Iterator[tuple[Fixture, ...]]:
        """Yield the fixtures that a source sees, the nearest first."""
        if not is_conftest(path):
            yield self._of.get(path, ())
        folder, slash, _ = path.rpartition("/")
        while True:
            yield self._of.get(f"{folder}{slash}{CONFTEST}", ())
            if not folder:
                return
            folder, slash, _ = folder.rpartition("/")
