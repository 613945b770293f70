"""Answers remembered by content: the same bytes under the same rules are not examined twice.

The key is the SHA-256 of the content, computed anew each time and never taken from a file's date, together with the
program's version, the rule-set digest and the file's name, which may add a reader. Files below ``WORTH_KEEPING`` are
examined as fast as they are looked up, so only larger ones are remembered.
"""

from __future__ import annotations

import os

from weighbridge import __version__
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.engine.wire import Misshapen, dumps, loads
from weighbridge.rules.index import DIGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.access.local import Found
    from weighbridge.engine.wire import Answer

WORTH_KEEPING = 1 << 18
ENTRIES = 10_000
"""Remembered answers; the oldest go first."""


_OPTIONAL = ("lz4", "zstandard")
"""Modules without which some streams are a gap."""


def cache_directory() -> str | None:
    """Find the user's cache directory (XDG Base Directory Specification); None for a user without a home.

    A relative path is no answer: it would be another directory each time, and in what is being weighed.
    """
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "weighbridge") if os.path.isabs(home) else None


class Memo:
    """The answers remembered for one version, rule set and set of disabled rules; made on first use."""

    def __init__(self, directory: str, *, disabled: frozenset[str] = frozenset()) -> None:
        self._root = os.path.join(directory, "answers")
        self._disabled = disabled
        self._directory = ""
        self._sizes: set[int] | None = None

    @property
    def directory(self) -> str:
        """Where the answers of this program lie: a decoder that is installed later makes it another program."""
        if not self._directory:
            from importlib.util import find_spec

            decoders = [name for name in _OPTIONAL if find_spec(name)]
            variant = (__version__, DIGEST.removeprefix("sha256:")[:16], *decoders, *sorted(self._disabled))
            self._directory = os.path.join(self._root, "-".join(variant))
        return self._directory

    def recall(self, found: Found) -> Answer | None:
        """Find the answer to a file whose content was examined before; reads the file only if its size is known."""
        if found.size < WORTH_KEEPING or found.size not in self._known_sizes():
            return None
        from hashlib import file_digest

        try:
            with open(found.open(), "rb", buffering=0) as content:
                digest = file_digest(content, "sha256").hexdigest()
            with open(self._path(found, digest), "rb") as kept:
                answer = loads(kept.read())
        except (OSError, Misshapen):
            return None
        if isinstance(answer, Gap) or answer.sha256 != digest or answer.size != found.size:
            return None
        return answer

    def store(self, found: Found, answer: Answer) -> None:
        """Remember an answer; one that a crash or a lack of time shaped is not remembered."""
        if answer.size < WORTH_KEEPING or any(gap.kind in {GapKind.CRASHED, GapKind.UNREAD} for gap in answer.gaps):
            return
        path = self._path(found, answer.sha256)
        try:
            os.makedirs(self.directory, mode=0o700, exist_ok=True)
            unfinished = f"{path}.{os.getpid()}"
            try:
                with open(unfinished, "wb") as kept:
                    kept.write(dumps(answer).encode())
                os.replace(unfinished, path)
            except OSError:
                os.unlink(unfinished)
                raise
            self._known_sizes().add(found.size)
            self._forget_oldest()
        except OSError:
            return

    def _path(self, found: Found, digest: str) -> str:
        from hashlib import sha256

        name = sha256(os.fsencode(found.name)).hexdigest()[:16]
        return os.path.join(self.directory, f"{found.size}-{digest}-{name}.json")

    def _known_sizes(self) -> set[int]:
        if self._sizes is None:
            try:
                names = os.listdir(self.directory)
            except OSError:
                names = []
            # A foreign name may be anything; a longer number than this is no size.
            sizes = (name.partition("-")[0] for name in names)
            self._sizes = {int(size) for size in sizes if size.isascii() and size.isdigit() and len(size) < 20}
        return self._sizes

    def _forget_oldest(self) -> None:
        names = os.listdir(self.directory)
        if len(names) > ENTRIES:
            paths = sorted((os.path.join(self.directory, name) for name in names), key=os.path.getmtime)
            for path in paths[: len(paths) - ENTRIES * 9 // 10]:
                os.unlink(path)
