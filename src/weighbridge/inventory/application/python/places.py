"""Lines of a source: from the positions of the parser to lines, columns in characters, and bytes of the file."""

from __future__ import annotations

import ast
import re
from functools import cached_property

from weighbridge.inventory.application.terms import Span

_BOM = b"\xef\xbb\xbf"


class Lines:
    """The lines of one source."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def _starts(self) -> list[int]:
        base = len(_BOM) if self._content.startswith(_BOM) else 0
        # Python ends lines at \n, \r\n and \r; a form feed or a line separator of Unicode ends none.
        return [base, *(found.end() for found in re.finditer(rb"\r\n|\r|\n", self._content))]

    @cached_property
    def _exact(self) -> bool:
        """Whether columns are those of bytes that are UTF-8."""
        try:
            self._content.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return not re.match(rb"[^\n]{0,200}coding[:=][ \t]*(?!utf-?8)", self._content)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Give the span of a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        start, end = self._offset(node.lineno, node.col_offset), self._offset(end_line, end_column)
        return Span(
            line=node.lineno, column=self._column(node.lineno, node.col_offset), end_line=end_line,
            end_column=self._column(end_line, end_column),
            start=start if self._exact else -1, end=end if self._exact else -1,
        )  # fmt: skip

    def is_plain(self, node: ast.Constant) -> bool:
        """Tell whether a text is written as one literal without escapes, so that it can be rewritten in place."""
        if not self._exact or node.end_lineno != node.lineno or not isinstance(node.value, str):
            return False
        start, end = self._offset(node.lineno, node.col_offset), self._offset(node.lineno, node.end_col_offset or 0)
        written = self._content[start:end].decode("utf-8", "replace")
        return written in {f'"{node.value}"', f"'{node.value}'", node.value}

    def _offset(self, line: int, column: int) -> int:
        return self._starts[min(line, len(self._starts)) - 1] + column

    def _column(self, line: int, column: int) -> int:
        """Count characters; the parser counts bytes of UTF-8."""
        start = self._offset(line, 0)
        piece = self._content[start : start + column]
        return (column if piece.isascii() else len(piece.decode("utf-8", "replace"))) + 1
