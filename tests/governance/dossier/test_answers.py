"""The file of answers: read strictly, and edited so that all else in it stays."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.core.errors import UsageError
from weighbridge.governance.dossier.answers import LONGEST, Answer, Attachment, loads
from weighbridge.governance.dossier.editing import HEAD, with_answer
from weighbridge.governance.dossier.rows import rows

HEADED = 'schema = "weighbridge.dossier-answers/1"\n'
AWKWARD = (
    '"""', "'''", '"', "\\", "\\u0041", "\r\n", "\n", '\n[rows."iv.1.a"]\n', "#", '""" # x', "\x00", "\x7f", "\t",
    "\U0001f4a5", "a" * 50, '"', '""', "\n\n", "]", "}", "=",
)  # fmt: skip
words = st.lists(st.sampled_from(AWKWARD) | st.text(max_size=8), max_size=6)
texts = words.map(lambda parts: f"x{''.join(parts)}").filter(lambda text: bool(text.strip()))
hexes = st.sampled_from(("a" * 64, "0123456789abcdef" * 4))
answers = st.builds(
    Answer, row=st.sampled_from([row.id for row in rows()]), author=texts.map(lambda text: text[:100]),
    date=st.dates().map(lambda day: day.isoformat()), text=texts, evidence=st.just("") | hexes,
    attachments=st.lists(
        st.builds(Attachment, name=st.sampled_from(("plan.pdf", 'a "b".txt', "ü.md")), sha256=hexes), max_size=2
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(answers, min_size=1, max_size=5))
def test_what_is_written_is_read_again(given_: list[Answer]) -> None:
    held = b""
    for one in given_:
        held = with_answer(held, one)
    assert {one.row: one for one in loads(held)} == {one.row: one for one in given_}
    assert held.decode().startswith(HEAD)


BY_HAND = (
    """\
# our answers, please keep in order
"""
    + HEADED
    + """
[rows."iv.1.a"]   # the first
author = "Jo"
date = 2026-11-01
evidence = ""
text = '''
It sorts.
[rows."iv.2.b"]
# no comment
'''

# what follows is for the auditors
[rows.'iv.2.b']
author = 'Kim'
date = "2026-11-02"
evidence = ""
text = "old"
attachments = [
  { name = "a.pdf", sha256 = "AA" }, # see there
]

# and the last
[rows."iv.9"]
author = "Jo"
date = 2026-11-03
evidence = ""
text = \"\"\"a \\\"\"\" b\"\"\"
"""
).replace("AA", "a" * 64)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_answer_is_replaced_and_all_else_stays(newline: str) -> None:
    before = BY_HAND.replace("\n", newline).encode()
    new = Answer(row="iv.2.b", author="Jo", date="2026-11-30", text="new\nand longer", evidence="b" * 64)
    after = with_answer(before, new).decode()
    start, end = before.decode().index("[rows.'iv.2.b']"), before.decode().index("# and the last")
    assert after.startswith(before.decode()[:start])
    assert after.endswith(before.decode()[end:])
    assert {one.row: one.text for one in loads(after.encode())} == {
        "iv.1.a": 'It sorts.\n[rows."iv.2.b"]\n# no comment\n', "iv.2.b": "new\nand longer", "iv.9": 'a """ b',
    }  # fmt: skip


def test_a_new_answer_goes_to_the_end() -> None:
    new = Answer(row="iv.3", author="Jo", date="2026-11-30", text="new")
    after = with_answer(BY_HAND.encode(), new).decode()
    assert after.startswith(BY_HAND)
    assert tomllib.loads(after)["rows"]["iv.3"]["text"] == "new"


@pytest.mark.parametrize(
    "text",
    [
        HEADED + 'rows = { "iv.3" = { author = "Jo", date = "2026-11-30", evidence = "", text = "x" } }\n',
        HEADED + '[rows]\n"iv.3" = { author = "Jo", date = "2026-11-30", evidence = "", text = "x" }\n',
        HEADED + '[rows]\n"iv.3".author = "Jo"\n"iv.3".date = "2026-11-30"\n"iv.3".evidence = ""\n"iv.3".text = "x"\n',
    ],
)
def test_what_cannot_be_edited_without_harm_is_left_alone(text: str) -> None:
    assert loads(text.encode())[0].text == "x"
    with pytest.raises(UsageError, match="without harm") as refused:
        with_answer(text.encode(), Answer(row="iv.3", author="Jo", date="2026-11-30", text="y"))
    assert '[rows."iv.3"]' in refused.value.hint


FULL = 'author = "Jo"\ndate = "2026-11-30"\nevidence = ""\ntext = "x"\n'
BLANK, LONG = FULL.replace('"x"', '" "'), FULL.replace('"x"', f'"{"x" * (LONGEST + 1)}"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfe", "is not UTF-8"),
        (b"a = ", "is no TOML"),
        (b"a = " + b"[" * 5_000, "is no TOML"),
        (b"", "has no 'schema'"),
        (b"schema = 7", "the schema is '7'"),
        (b'schema = "weighbridge.dossier-answers/2"', "not 'weighbridge.dossier-answers/1'"),
        (HEADED.encode() + b"rows = 3", "rows is no table"),
        (HEADED.encode() + b"row = 3", "did you mean rows?"),
        (f'{HEADED}[rows."iv.2.z"]\n{FULL}'.encode(), "did you mean iv.2"),
        (f'{HEADED}[rows.iv.2]\n{FULL}'.encode(), "there is no row 'iv'"),
        (f'{HEADED}[rows."iv.3"]\ntxt = "x"\n{FULL}'.encode(), "did you mean text?"),
        (f'{HEADED}[rows."iv.3"]\n{BLANK}'.encode(), "'text' is empty"),
        (f'{HEADED}[rows."iv.3"]\n{FULL.replace("Jo", " ")}'.encode(), "'author' is empty"),
        (f'{HEADED}[rows."iv.3"]\n{LONG}'.encode(), "200,000 are read"),
        (f'{HEADED}[rows."iv.3"]\n{FULL.replace("2026-11-30", "soon")}'.encode(), "'soon' is no date"),
        (f'{HEADED}[rows."iv.3"]\n{FULL.replace(chr(34) * 2, chr(34) + "sha256:1" + chr(34))}'.encode(), "no digest"),
        (f'{HEADED}[rows."iv.3"]\n{FULL}attachments = 1'.encode(), "attachments is no list"),
        (f'{HEADED}[rows."iv.3"]\n{FULL}attachments = [1]'.encode(), "attachments is no table"),
        (
            f'{HEADED}[rows."iv.3"]\n{FULL}attachments = [{{name="../x", sha256="{"a" * 64}"}}]'.encode(),
            "no file beside the answers",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads(text, "answers.toml")
    assert said in f"{refused.value} {refused.value.hint}"
    assert str(refused.value).startswith("answers.toml")
