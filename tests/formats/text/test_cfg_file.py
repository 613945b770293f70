"""Settings in sections, as ``configparser`` and spaCy read them."""

from __future__ import annotations

import configparser
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import configs
from tests.effort import is_quick
from tests.formats.config.reading import items
from weighbridge.core.coverage import Gap
from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.formats.sniff import sniff
from weighbridge.formats.text.cfg_file import sections


def test_sections_keys_and_values() -> None:
    text = (
        'x = 0\n[a]\n# c\nb = 1\nc: two\n; d\n[a.b]\n@x = "own.v1"\nlist = [1,\n  2]\nbad = [1\nyes = true\nno = null\n'
    )
    assert sections(text) == {
        "a": {"b": "1", "c": "two"},
        "a.b": {"@x": "own.v1", "list": [1, 2], "bad": "[1", "yes": True, "no": None},
    }


def test_what_is_repeated_takes_nothing_away() -> None:
    assert sections("[a]\nx = 1\nx = 2\n[a]\nx = 3\n") == {"a": {"x": "1", "x'": "2"}, "a'": {"x": "3"}}


@pytest.mark.parametrize("line", ["[a]\n", "a = 1\n", " a\n", "[a']\n[a]\n"])
def test_what_is_repeated_very_often_takes_linear_time(line: str) -> None:
    text = "[s]\nb = 1\n" + line * 60_000
    begun = process_time()
    assert sections(text)
    assert is_quick(process_time() - begun, 5)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,6}", fullmatch=True),
        st.from_regex(r"[a-z0-9./ ]{0,9}[a-z0-9]", fullmatch=True),
        max_size=5,
    )
)
def test_python_reads_the_same(held: dict[str, str]) -> None:
    text = "[s]\n" + "".join(f"{key} = {value}\n" for key, value in held.items())
    theirs = configparser.ConfigParser(interpolation=None)
    theirs.read_string(text)
    ours = sections(text)["s"]
    assert isinstance(ours, dict)
    words = {True: "true", False: "false", None: "null"}
    assert {key: words.get(value, value) for key, value in ours.items()} == dict(theirs["s"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "known"), [("config.cfg", True), ("pipeline", True), ("setup.cfg", True)])
def test_a_pipeline_is_recognised(name: str, known: bool) -> None:
    assert ("cfg" in sniff(BytesSource(b"[nlp]\n@x = 1\n"), name).formats) is known
    assert "cfg" not in sniff(BytesSource(b"[metadata]\nname = x\n"), "setup.cfg").formats


def test_a_long_text_is_a_gap() -> None:
    found = items(configs.spacy(), "config.cfg", "cfg", Limits(source_bytes=40))
    assert any(isinstance(item, Gap) for item in found)
