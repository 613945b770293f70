"""Puts one answer into the file of answers, and leaves all else in it as people have written it, comments included.

The text is cut at the table of the row and joined again. What comes out is read back: if it says anything but the old
answers with the new one, nothing is written.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.governance.dossier.answers import FILE_NAME, PREFIX, SCHEMA, Answer, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = f"""\
# What people have written for the rows of `weighbridge dossier`; see its documentation.
# The digest under "evidence" is of what stood under the row: when that changes, the answer is outdated.
schema = "{SCHEMA}"
"""
_DELIMITERS = ('"""', "'''", '"', "'")
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def with_answer(content: bytes, answer: Answer, name: str = FILE_NAME) -> bytes:
    """Give the file with an answer in it, in place of an older one for the same row.

    Empty ``content`` is a new file. Raises UsageError for one that cannot be read, or not be edited without harm.
    """
    old = loads(content, name) if content else ()
    text = content.decode() if content else HEAD
    newline = "\r\n" if "\r\n" in text else "\n"
    table = written(answer).replace("\n", newline)
    span = _table(text, answer.row)
    if span is None:
        end = "" if text.endswith("\n") else newline
        made = f"{text}{end}{newline}{table}"
    else:
        start, stop = span
        rest = text[stop:]
        made = text[:start] + table + (newline + rest if rest else "")
    wanted = {one.row: one for one in old} | {answer.row: answer}
    try:
        is_right = {one.row: one for one in loads(made.encode(), name)} == wanted
    except UsageError:
        is_right = False
    if not is_right:
        raise UsageError(
            f"{name} is written in a way that cannot be edited without harm",
            hint=f'give every row a table of its own, as [rows."{answer.row}"]',
        )
    return made.encode()


def written(answer: Answer) -> str:
    """Write an answer as a table of TOML."""
    lines = [
        f'[rows."{answer.row}"]',
        f"author = {_quoted(answer.author)}",
        f"date = {_quoted(answer.date)}",
        f"evidence = {_quoted(f'{PREFIX}{answer.evidence}' if answer.evidence else '')}",
        f"text = {_block(answer.text)}",
    ]
    if answer.attachments:
        listed = [f"  {{ name = {_quoted(one.name)}, sha256 = {_quoted(one.sha256)} }}," for one in answer.attachments]
        lines += ["attachments = [", *listed, "]"]
    return "\n".join((*lines, ""))


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _block(text: str) -> str:
    """Write a text of several lines so that it stays readable; the first line break in it is not part of the text."""
    if "\n" not in text:
        return _quoted(text)
    plain = "\n\t" if '"""' in text or text.endswith('"') else '\n\t"'
    body = "".join(one if one in plain else _escaped(one) for one in text)
    return f'"""\n{body}"""'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x20 or code == 0x7F else character


def _table(text: str, row: str) -> tuple[int, int] | None:
    """Find the table of a row: from its head to the next one, comments above that left to it."""
    heads = list(_heads(text))
    for at, (start, head) in enumerate(heads):
        if head in {f'rows."{row}"', f"rows.'{row}'"}:
            stop = heads[at + 1][0] if at + 1 < len(heads) else len(text)
            return start, _without_comments(text, start, stop)
    return None


def _without_comments(text: str, start: int, stop: int) -> int:
    """Step back over comments and empty lines before the next head: they belong to it."""
    while stop > start:
        line = text.rfind("\n", 0, stop - 1) + 1
        words = text[line:stop].strip()
        if words and not words.startswith("#"):
            break
        stop = line
    return stop


def _heads(text: str) -> Iterator[tuple[int, str]]:
    """Yield where tables begin and what they are called; what stands inside strings and comments is none."""
    at, line_start, depth = 0, True, 0
    while at < len(text):
        character = text[at]
        quote = next((one for one in _DELIMITERS if text.startswith(one, at)), "")
        if line_start and character == "[" and not depth:
            end = text.find("\n", at)
            line = text[at : end if end >= 0 else len(text)]
            yield at, line.partition("#")[0].strip().strip("[]").strip()
            at += len(line)
        elif quote:
            at = _behind(text, at + len(quote), quote)
            line_start = False
        elif character == "#":
            end = text.find("\n", at)
            at = end if end >= 0 else len(text)
        else:
            depth += (character in "[{") - (character in "]}")
            line_start = character == "\n" or (line_start and character in " \t\r")
            at += 1


def _behind(text: str, at: int, quote: str) -> int:
    """Find the end of a string; a backslash takes the next character along in those with double quotes."""
    while at < len(text):
        if text.startswith(quote, at):
            at += len(quote)
            while len(quote) == 3 and text[at : at + 1] == quote[0]:
                at += 1  # up to two quotes may stand before the closing three
            return at
        at += 2 if quote[0] == '"' and text[at] == "\\" else 1
    return at
