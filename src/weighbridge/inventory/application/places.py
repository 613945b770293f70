"""Places in a text that is no Python: from characters to lines, columns and bytes."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from weighbridge.inventory.application.terms import Span

_BOM = b"\xef\xbb\xbf"


class Place:
    """A text of a file, decoded as UTF-8; ``exact`` tells whether its characters lead back to bytes."""

    def __init__(self, content: bytes) -> None:
        self._shift = len(_BOM) if content.startswith(_BOM) else 0
        try:
            self.text = content[self._shift :].decode("utf-8")
            self.exact = True
        except UnicodeDecodeError:
            self.text = content[self._shift :].decode("utf-8", "replace")
            self.exact = False
        self._ascii = self.text.isascii()
        self._bytes: list[int] = []
        """Where each line begins in bytes, where characters take more than one."""
        self._starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = self.text.find("\n", at + 1)

    def span(self, start: int, end: int) -> Span:
        """Give the span between two characters."""
        line, end_line = bisect_right(self._starts, start), bisect_right(self._starts, max(start, end - 1))
        return Span(
            line=line, column=start - self._starts[line - 1] + 1, end_line=end_line,
            end_column=end - self._starts[end_line - 1] + 1, start=self._byte(start), end=self._byte(end),
        )  # fmt: skip

    def offset(self, line: int, column: int) -> int:
        """Give the character at a line and column, both from 0."""
        return self._starts[min(line, len(self._starts) - 1)] + column

    def line_end(self, at: int) -> int:
        """Give where the line of a character ends."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def _byte(self, at: int) -> int:
        if not self.exact:
            return -1
        if self._ascii:
            return self._shift + at
        if not self._bytes:
            self._bytes = [0]
            for start, end in pairwise(self._starts):
                self._bytes.append(self._bytes[-1] + len(self.text[start:end].encode("utf-8")))
        line = bisect_right(self._starts, at) - 1
        return self._shift + self._bytes[line] + len(self.text[self._starts[line] : at].encode("utf-8"))
