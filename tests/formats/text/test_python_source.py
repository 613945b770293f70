"""Source files: what kind they are, where facts lie, what is a gap, and that nothing breaks the reader."""

from __future__ import annotations

import base64
import pickle
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import python_sources, remote_code
from tests.effort import is_quick
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import EmbeddedPayload, Identity
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit, SourceCall, SourceImport
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import HiddenText
from weighbridge.core.when import When
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.sniff import sniff
from weighbridge.formats.text import python_source

BENCH = Bench(Limits(), Meter(Limits()))


def read(content: bytes, name: str = "modeling.py") -> list[Any]:
    return list(python_source.extract(BytesSource(content), Node(name=name), BENCH))


def of(kind: type, content: bytes, name: str = "modeling.py") -> list[Any]:
    return [one for one in read(content, name) if isinstance(one, kind)]


@pytest.mark.parametrize(
    ("content", "name", "formats"),
    [
        (b"x = 1\n", "a.py", ("text", "python")),
        (b"x = 1\n", "A.PY", ("text", "python")),
        (b"import os\n", "weights.bin", ("text", "python.bare")),
        (b"from os import system\r\n", "weights.bin", ("text", "python.bare")),
        (b"import them into your mind\n", "notes", ("text",)),
        (b"from here to there\n", "notes", ("text",)),
        (b"#!/usr/bin/env python3\nx = 1\n", "a.py", ("text", "script", "python")),
        (b"#!/usr/bin/env python3\nx = 1\n", "weights.bin", ("text", "script")),
    ],
)
def test_source_is_known_by_its_name_or_its_beginning(content: bytes, name: str, formats: tuple[str, ...]) -> None:
    assert sniff(BytesSource(content), name).formats == formats


def test_text_that_is_no_source_is_left_alone() -> None:
    for content, name in ((b"import os\nis what I wrote\n", "notes"), (b"import os\n", "notes.txt")):
        assert list(python_source.bare(BytesSource(content), Node(name=name), BENCH)) == []
    found = list(python_source.bare(BytesSource(b"import os\nos.system('x')\n"), Node(name="weights.bin"), BENCH))
    assert {type(one) for one in found} == {Identity, CodeUnit, SourceImport, SourceCall}


def test_facts_say_what_where_and_when() -> None:
    content = b"import os\n\nos.system('echo INERT')\n"
    (call,) = of(SourceCall, content)
    assert (call.module, call.name, call.phase, call.when) == ("os", "system", "import", When.FLAG)
    assert call.arguments == ("'echo INERT'",)
    assert content[call.at.offset :].startswith(b"os.system")
    (imported,) = of(SourceImport, content)
    assert (imported.module, imported.level, imported.phase) == ("os", 0, "import")


@pytest.mark.parametrize("name", sorted(python_source.ROLES))
def test_files_that_tools_look_for_are_programs(name: str) -> None:
    (unit,) = of(CodeUnit, b"x = 1\n", name)
    assert unit.when is When.FLAG
    assert not of(CodeUnit, b"x = 1\n", f"not_{name}")


def test_what_does_not_parse_is_a_gap_and_its_words_are_looked_at() -> None:
    found = read(b"import os\nprint 'Python 2'\nos.system('x')\n")
    (gap,) = [one for one in found if isinstance(one, Gap)]
    assert gap.kind is GapKind.UNPARSED
    assert [f"{one.module}.{one.name}" for one in found if isinstance(one, SourceCall)] == ["os.system"]


@pytest.mark.parametrize(
    "content",
    [
        b"x = " + b"(" * 150 + b")" * 150,
        b"x = " + b"-" * 3000 + b"1",
        b"x" + b".a" * 3000,
        b"x = " + b"[" * 199 + b"]" * 199,
        b"lambda: " * 900 + b"0",
        b"x" + b"()" * 3000,
        b"".join(b" " * n + b"if 1:\n" for n in range(99)) + b" " * 99 + b"pass",
        b"\xff\xfe\x00",
        b"# coding: no-such-codec\nx = 1\n",
        b"x = '\\N{no such name}'\n",
        b"x = 1\0\n",
        b"1_" * 5000,
        b"x = " + b"9" * 5000,
        b"f'{" * 200,
        "x = '\ud800'".encode("utf-8", "surrogatepass"),
    ],
    ids=range(15),
)
def test_odd_source_is_a_gap_and_never_a_crash(content: bytes) -> None:
    try:
        read(content)
    except (OverLimit, MemoryError):
        return


def test_an_encoding_that_reads_otherwise_is_told() -> None:
    assert of(HiddenText, b"# -*- coding: utf-7 -*-\nx = 1\n")[0].how == "the encoding utf-7"
    assert of(HiddenText, b"#!/usr/bin/python\n# vim: set fileencoding=rot13 :\nx = 1\n")
    for honest in (b"# coding=utf-8\nx = 1\n", b"# -*- coding: latin-1 -*-\nx = 1\n", b"\n\n# coding: utf-7\nx = 1\n"):
        assert not of(HiddenText, honest)


def test_source_beyond_the_bound_is_a_gap() -> None:
    found = read(b"import os\nos.system('x')\n" + b"#" * Limits().source_bytes)
    assert [one.kind for one in found if isinstance(one, Gap)] == [GapKind.OVER_LIMIT]
    assert [one.name for one in found if isinstance(one, SourceCall)] == ["system"]


@pytest.mark.parametrize("line", [b"f(a, b)\n", b"a if b else c\n", b"x;", b"a.b\n"])
def test_source_that_is_too_dense_for_a_tree_is_a_gap(line: bytes) -> None:
    begun = time.process_time()
    found = read(line * (1_000_000 // len(line)) + b"\nimport os\nos.system('x')\n")
    assert [one.kind for one in found if isinstance(one, Gap)] == [GapKind.OVER_LIMIT]
    assert any(isinstance(one, SourceCall) and one.name == "system" for one in found)
    assert is_quick(time.process_time() - begun, 5)


def test_pickles_in_literals_are_examined() -> None:
    inside = pickle.dumps({"a": 1}, 2)
    (child,) = of(Child, f"import pickle\npickle.loads({inside!r})\n".encode())
    assert child.content.source.read_at(0, 99) == inside
    packed = base64.b64encode(pickle.dumps(list(range(99)), 4)).decode()
    (payload,) = of(EmbeddedPayload, f"x = '{packed}'\n".encode())
    assert (payload.what, payload.encoding) == ("pickle", "base64")


def test_marshalled_code_is_a_program() -> None:
    (unit,) = of(CodeUnit, b"import marshal\nexec(marshal.loads(b'\\xe3\\x00'))\n")
    assert unit.language == "marshal"


def test_lines_for_site_are_read_and_other_pth_files_are_not() -> None:
    def lines(content: bytes) -> list[Any]:
        return list(python_source.path_lines(BytesSource(content), Node(name="x.pth"), BENCH))

    found = lines(b"/somewhere\nimport os; os.system('echo INERT')\n")
    assert [one.name for one in found if isinstance(one, SourceCall)] == ["system"]
    assert [one.carrier for one in found if isinstance(one, CodeUnit)] == ["path configuration"]
    assert lines(b"/somewhere\n./else\n") == []


def test_time_is_linear() -> None:
    begun = time.process_time()
    read(remote_code.FLASH.encode() * 100)
    assert is_quick(time.process_time() - begun, 10)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 4000), st.binary(max_size=8))
def test_any_change_of_an_honest_file_is_read_or_a_gap(begin: int, end: int, inserted: bytes) -> None:
    content = remote_code.FLASH.encode()
    try:
        read(content[:begin] + inserted + content[end:])
    except OverLimit:
        return


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([
    "x", "(", ")", "[", "]", "=", ".", ",", "'a'", "+", "getattr", "exec", "lambda", ":", "for", "in", "\n", " ", "def",
    "f", "os", "import", "{", "}", "*", "%", "1", "-", "join", "chr", "class", "if", "else", "__import__", "b'x'",
    "decode",
]), max_size=60))  # fmt: skip
def test_any_row_of_words_is_read_or_a_gap(words: list[str]) -> None:
    read(" ".join(words).encode())


def test_a_source_that_hides_its_call_is_told_apart_from_one_that_does_not() -> None:
    hidden = [one for one in of(SourceCall, python_sources.packed_exec_named_py()) if one.name == "exec"]
    assert hidden[0].made_by == ("base64.b64decode", "zlib.decompress")
    assert not [one for one in of(SourceCall, python_sources.honest_named_py()) if one.name == "exec"]
