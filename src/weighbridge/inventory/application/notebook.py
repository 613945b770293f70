"""Notebooks: the cells' code as one program, with the places of the file; shell escapes as command lines.

Source: nbformat 4 (and 3, whose cells lie in worksheets).
"""

from __future__ import annotations

import json

from weighbridge.inventory.application import shell
from weighbridge.inventory.application.asking import Asked
from weighbridge.inventory.application.documents import JsonReader
from weighbridge.inventory.application.facts import Call, FileFacts, Setting
from weighbridge.inventory.application.places import Place
from weighbridge.inventory.application.python import source
from weighbridge.inventory.application.reducing import item
from weighbridge.inventory.application.relocation import moved_call
from weighbridge.inventory.application.terms import Sequence, Span, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.terms import Term

_SHELLS = frozenset({"%%bash", "%%sh", "%%script", "%%system", "%%!"})


class _Line:
    """One line of a cell and the text of JSON that holds it."""

    __slots__ = ("cell", "holder", "offset", "text")

    def __init__(self, text: str, holder: Text, offset: int, cell: int) -> None:
        self.text = text
        self.holder = holder
        self.offset = offset
        """Characters of the JSON text, as it is written, before the line."""
        self.cell = cell


def read(place: Place, asked: Asked) -> FileFacts:
    """Read the code cells of a notebook; raises Malformed and OverLimit."""
    tree = JsonReader(place).tree()
    python: list[_Line] = []
    commands: list[_Line] = []
    for number, cell in enumerate(_cells(tree), 1):
        kind = item(cell, "cell_type")
        if not isinstance(kind, Text) or kind.text != "code":
            continue
        _sort(list(_lines(cell, number)), python, commands)
    code = "\n".join(line.text for line in python)
    found = source.read(code.encode("utf-8", "surrogatepass"), Asked(path=asked.path, module="notebook"))
    calls = [_placed(call, python, place) for call in found.calls]
    settings: list[Setting] = []
    for line in commands:
        inner = Place(line.text.encode("utf-8", "replace"))
        told = shell.read(inner, 0, len(inner.text))
        calls += [_placed(call, [line], place) for call in told.calls]
        settings += told.settings
    return FileFacts(calls=tuple(calls), settings=tuple(settings), trouble=found.trouble)


def _cells(tree: Term) -> Iterator[Term]:
    sheets = item(tree, "worksheets")
    for holder in (tree, *(sheets.items if isinstance(sheets, Sequence) else ())):
        cells = item(holder, "cells")
        if isinstance(cells, Sequence):
            yield from cells.items


def _lines(cell: Term, number: int) -> Iterator[_Line]:
    held = item(cell, "source")
    if not isinstance(held, Text | Sequence):
        held = item(cell, "input")
    for one in held.items if isinstance(held, Sequence) else (held,):
        if not isinstance(one, Text):
            continue
        offset = 1
        for text in one.text.splitlines() if one.text else [""]:
            yield _Line(text, one, offset, number)
            offset += len(json.dumps(text, ensure_ascii=False)) - 2 + len("\\n")


def _sort(lines: list[_Line], python: list[_Line], commands: list[_Line]) -> None:
    """Sort the lines of a cell into Python and commands; what is neither becomes a statement that does nothing."""
    if lines and lines[0].text.lstrip().split(" ")[0] in _SHELLS:
        commands += lines[1:]
        return
    if lines and lines[0].text.lstrip().startswith(
        ("%%html", "%%javascript", "%%markdown", "%%latex", "%%svg", "%%js")
    ):
        return
    for line in lines:
        bare = line.text.lstrip()
        indent = line.text[: len(line.text) - len(bare)]
        escape = bare.partition("=")[2].lstrip() if "=" in bare else ""
        if bare.startswith(("!", "%")) or escape.startswith("!"):
            start = bare if not escape.startswith("!") else escape
            command = start.lstrip("!%")
            gone = line.text.index(start) + len(start) - len(command)
            commands.append(_Line(command, line.holder, line.offset + _written(line.text[:gone]), line.cell))
            line.text = f"{indent}pass"
        elif bare.endswith("?") or bare.startswith("?"):
            line.text = f"{indent}pass"
        python.append(line)


def _written(text: str) -> int:
    """Count the characters that a text takes in JSON."""
    return len(json.dumps(text, ensure_ascii=False)) - 2


def _placed(call: Call, lines: list[_Line], place: Place) -> Call:
    def at(line: int, column: int) -> int:
        here = lines[min(line, len(lines)) - 1]
        start = place.offset(here.holder.at.line - 1, here.holder.at.column - 1)
        return start + here.offset + _written(here.text[: column - 1])

    def move(span: Span) -> Span:
        begin, end = at(span.line, span.column), at(span.end_line, span.end_column)
        return place.span(begin, max(begin, end))

    first = lines[min(call.at.line, len(lines)) - 1]
    return moved_call(call, move, cell=first.cell)
