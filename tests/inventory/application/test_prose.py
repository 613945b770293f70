"""Long texts are left out of a source and nothing else is, as the tokenizer of Python sees it."""

from __future__ import annotations

import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.inventory.application.python import prose

PIECES = st.sampled_from([
    "a = 1\n", "x.load('m')\n", '"""load"""\n', "'''load # not'''\n", "# don't \"\"\"\n", "b = 'it # is'\n",
    'c = "a\\"b"\n', 'r"""\\"a"""\n', "f'''{x.load('m')}'''\n", "rf\"\"\"{load}\"\"\"\n", "''\n", "e\n",
    'd = """a\\"""b"""\n', '"""a""" + load\n', "g = '''a''b'''\n",
])  # fmt: skip


def names(source: bytes) -> list[str]:
    found = tokenize.tokenize(io.BytesIO(source).readline)
    return [one.string for one in found if one.type == tokenize.NAME]


@given(st.lists(PIECES).map("".join))
def test_the_names_of_a_source_stay(source: str) -> None:
    assert names(prose.without(source.encode())) == names(source.encode())


@pytest.mark.parametrize("text", [b"1\n  # load\n\n", b'"""load"""', b"r'''load'''", b'u"""\n\\"load\n"""'])
def test_long_texts_go(text: bytes) -> None:
    assert b"load" not in prose.without(b"a = " + text + b"\nb = 'c'\n")


@pytest.mark.parametrize("source", [b"a = 1  # load\n", b'f"""{load()}"""', b"fr'''{load()}'''", b'rF"""{load()}"""'])
def test_texts_that_hold_expressions_stay(source: bytes) -> None:
    assert prose.without(source) == source


@pytest.mark.parametrize("source", [b'"""a""" \'\'\'never ends', b'"""', b'"""a\\"""', b"", b'"', b"'''\\"])
def test_a_source_that_never_ends_is_left_as_it_is(source: bytes) -> None:
    assert prose.without(source) == source
