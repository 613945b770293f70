"""Requirements files: where each package comes from, and which texts are such files."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import requirement_files
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Reference, Requirement
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text import requirements

COMMIT = "a" * 40


def read(content: bytes, name: str = "requirements.txt") -> list[Any]:
    return list(requirements.extract(BytesSource(content), Node(name=name), Bench(Limits(), Meter(Limits()))))


def origins(*lines: str) -> list[tuple[str, str, bool]]:
    """Name, origin and whether it is fixed, of every requirement in a file of these lines."""
    found = read("".join(f"{line}\n" for line in lines).encode())
    return [(one.name, one.origin, one.hashed) for one in found if isinstance(one, Requirement)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("torch", ("torch", "index", False)),
        ("torch[extra] >= 2.1 ; python_version > '3'  # why", ("torch", "index", False)),
        ("numpy==1 --hash=sha256:00 --hash=sha256:01", ("numpy", "index", True)),
        ("numpy==1 \\\n    --hash=sha256:00", ("numpy", "index", True)),
        ("git+https://inert.invalid/a/b.git", ("b", "vcs", False)),
        (f"git+https://inert.invalid/a/b.git@{COMMIT}", ("b", "vcs", True)),
        ("git+https://inert.invalid/a/b.git@main#egg=c", ("c", "vcs", False)),
        ("b @ git+ssh://git@inert.invalid/a/b", ("b", "vcs", False)),
        ("https://inert.invalid/a.whl", ("a.whl", "url", False)),
        ("https://inert.invalid/a.whl#sha256=00", ("a.whl", "url", True)),
        ("a @ https://inert.invalid/a.whl", ("a", "url", False)),
        ("./a.whl", ("", "path", False)),
        ("/a/b", ("", "path", False)),
        ("a-1.0-py3-none-any.whl", ("", "path", False)),
        ("c:\\a.whl", ("", "path", False)),
        ("-e .", ("", "editable", False)),
        ("--editable=../a", ("", "editable", False)),
        ("-e git+https://inert.invalid/a#egg=a", ("a", "vcs", False)),
        ("--extra-index-url https://inert.invalid", ("", "option", False)),
        ("--index-url=https://inert.invalid", ("", "option", False)),
        ("-ihttps://inert.invalid", ("", "option", False)),
        ("-f https://inert.invalid", ("", "option", False)),
        ("--trusted-host inert.invalid", ("", "option", False)),
        ("-r http://inert.invalid/a.txt", ("", "url", False)),
    ],
)
def test_every_form_of_line(line: str, expected: tuple[str, str, bool]) -> None:
    assert origins(line) == [expected]


@pytest.mark.parametrize("line", ["# a comment", "", "--pre", "--no-index", "--require-hashes", "== 1", "a b c", "!x"])
def test_lines_that_ask_for_nothing(line: str) -> None:
    assert origins(line) == []


def test_options_of_a_build_behind_a_requirement() -> None:
    assert origins("a==1 --global-option=x") == [("", "option", False), ("a", "index", False)] or (
        ("", "option", False) in origins("a==1 --global-option=x")
    )


def test_other_files_are_references() -> None:
    found = [one for one in read(b"-r ../x.txt\n-c constraints.txt\n") if isinstance(one, Reference)]
    assert [(one.target, one.escapes) for one in found] == [("../x.txt", True), ("constraints.txt", False)]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "dev_requirements.txt", "constraints.txt"]
)
def test_a_name_makes_it_one(name: str) -> None:
    assert read(b"torch\n", name)


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (requirement_files.honest_named_txt(), True),
        (b"torch==2\n", True),
        (b"--index-url https://inert.invalid\ntorch\n", True),
        (b"the\nof\nand\n", False),
        (b"[PAD]\n##ing\n", False),
        (b"This is a text.\nIt has two lines == many.\n", False),
        (b"", False),
    ],
)
def test_under_another_name_every_line_must_be_one(content: bytes, is_one: bool) -> None:
    assert bool(read(content, "model.txt")) == is_one


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    read(text.encode("utf-8", "surrogatepass"))
    read(text.encode("utf-8", "surrogatepass"), "notes.txt")
