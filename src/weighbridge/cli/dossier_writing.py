"""The answers that a command line gives: the words, who says them, what is attached; not yet bound to anything."""

from __future__ import annotations

from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.dossier.answers import Answer

LARGEST = 1 << 20


def written(given: Given, path: str, old: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Make answers for the file ``path``, in which there are ``old`` ones; raises UsageError and AccessError."""
    from weighbridge.governance.dossier.answers import check_row, check_words

    rows = tuple(dict.fromkeys(given.every("--row")))
    if not rows:
        raise UsageError("say which row: --row ID", hint="weighbridge dossier TARGET lists them")
    for row in rows:
        check_row(row)
    if not path:
        raise UsageError("say where the answers are kept: --answers FILE", hint="a remote target has no place for them")
    if given.on("--again"):
        made = _again(given, rows, path, old)
    elif len(rows) > 1:
        raise UsageError("one answer is for one row", hint="several rows are for --again")
    else:
        made = (_new(given, rows[0], path),)
    for answer in made:
        check_words(answer, "the answer")
    return made


def _new(given: Given, row: str, path: str) -> Answer:
    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.attachments import attached

    attachments = attached(given.every("--attach"), path)
    return Answer(row=row, author=_author(given), date=_today(), text=_words(given), attachments=attachments)


def _again(given: Given, rows: tuple[str, ...], path: str, old: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Say the old answers anew; what is attached to them is taken as it is now."""
    from weighbridge.core.values import replace
    from weighbridge.governance.dossier.attachments import attached, place_of

    if any(given.every(name) for name in ("--text", "--file", "--attach")):
        raise UsageError(
            "--again keeps the answer as it is", hint="without it --text, --file and --attach make another"
        )
    held = {one.row: one for one in old}
    for row in rows:
        if row not in held:
            raise UsageError(f"there is no answer to {row} yet", hint="--text WORDS, or --file FILE")
    return tuple(
        replace(
            held[row], author=_author(given), date=_today(),
            attachments=attached((place_of(each, path) for each in held[row].attachments), path),
        )
        for row in rows
    )  # fmt: skip


def _author(given: Given) -> str:
    author = given.one("--author").strip()
    _check_text(author)
    return author


def _today() -> str:
    from weighbridge.inventory.bom.made import now

    return now().timestamp[:10]


def _words(given: Given) -> str:
    if bool(given.one("--text")) == bool(given.one("--file")):
        raise UsageError("say what the answer is: --text WORDS, or --file FILE")
    text = given.one("--text")
    if given.one("--file"):
        from weighbridge.cli.documents import content

        try:
            text = content(given.one("--file"), LARGEST).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError(f"{given.one('--file')!r} is not UTF-8") from None
    _check_text(text)
    return text.replace("\r\n", "\n").strip("\n")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError("the answer is not UTF-8") from None
