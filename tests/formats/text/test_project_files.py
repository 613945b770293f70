"""Project files and locks: what each says of where packages come from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import requirement_files as files
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit
from weighbridge.core.references import Requirement
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text import project_files

BENCH = Bench(Limits(), Meter(Limits()))


def read(content: bytes, name: str) -> list[Any]:
    source, node = BytesSource(content), Node(name=name)
    if name == "Pipfile.lock":
        return list(project_files.inspect(json.loads(content), source, node, BENCH))
    return list(project_files.extract(source, node, BENCH))


def origins(content: bytes, name: str) -> set[tuple[str, str]]:
    return {(one.name, one.origin) for one in read(content, name) if isinstance(one, Requirement)}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("pyproject.toml", files.pyproject(dependencies='"a @ https://inert.invalid/a.whl"'), ("a", "url")),
        ("pyproject.toml", files.pyproject('[dependency-groups]\nx = ["a @ git+https://b.invalid"]'), ("a", "vcs")),
        ("pyproject.toml", files.pyproject('[tool.uv.sources]\na = {git = "https://inert.invalid"}'), ("a", "vcs")),
        ("pyproject.toml", files.pyproject('[tool.uv.sources]\na = [{path = "../a"}]'), ("a", "path")),
        ("pyproject.toml", files.pyproject('[[tool.uv.index]]\nurl = "https://inert.invalid"'), ("", "option")),
        ("pyproject.toml", files.pyproject('[tool.uv.pip]\nfind-links = ["https://b.invalid"]'), ("", "option")),
        ("pyproject.toml", files.pyproject('[[tool.pdm.source]]\nurl = "https://inert.invalid"'), ("", "option")),
        ("pyproject.toml", files.pyproject('[tool.poetry.dependencies]\na = {url = "b://b"}'), ("a", "url")),
        ("pyproject.toml", files.pyproject('[tool.poetry.group.x.dependencies]\na = "^1"'), ("a", "index")),
        ("pyproject.toml", files.pyproject('[[tool.poetry.source]]\nurl = "https://inert.invalid"'), ("", "option")),
        ("setup.cfg", files.setup_cfg("a @ git+https://inert.invalid/a"), ("a", "vcs")),
        ("Pipfile", files.pipfile("https://inert.invalid/"), ("", "option")),
        ("Pipfile", files.pipfile(package='a = {path = ".", editable = true}'), ("a", "editable")),
        ("Pipfile.lock", files.pipfile_lock({"git": "https://inert.invalid/a"}), ("torch", "vcs")),
        ("Pipfile.lock", files.pipfile_lock(source="https://inert.invalid"), ("", "option")),
        ("uv.lock", files.uv_lock('git = "https://inert.invalid/a#0"'), ("torch", "vcs")),
        ("uv.lock", files.uv_lock('registry = "https://inert.invalid"'), ("", "option")),
        ("uv.lock", files.uv_lock('editable = "."'), ("torch", "editable")),
        ("poetry.lock", files.poetry_lock("git", "https://inert.invalid/a"), ("torch", "vcs")),
        ("poetry.lock", files.poetry_lock("legacy", "https://inert.invalid"), ("", "option")),
        ("poetry.lock", files.poetry_lock("url", "https://inert.invalid/a.whl"), ("torch", "url")),
    ],
)  # fmt: skip
def test_every_way_to_another_place(name: str, content: bytes, expected: tuple[str, str]) -> None:
    assert expected in origins(content, name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", files.pyproject()), ("setup.cfg", files.setup_cfg()), ("Pipfile", files.pipfile()),
        ("Pipfile.lock", files.pipfile_lock()), ("uv.lock", files.uv_lock()), ("poetry.lock", files.poetry_lock()),
    ],
)  # fmt: skip
def test_honest_files_name_the_usual_index_only(name: str, content: bytes) -> None:
    assert {origin for _, origin in origins(content, name)} <= {"index", "option"}
    places = {one.detail for one in read(content, name) if isinstance(one, Requirement) and one.origin == "option"}
    assert places <= {"https://pypi.org/simple"}


def test_a_build_backend_in_the_repository_is_a_program() -> None:
    content = b'[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n'
    assert [one.name for one in read(content, "pyproject.toml") if isinstance(one, CodeUnit)] == ["own"]
    poetry = b'[tool.poetry.build]\nscript = "build.py"\n'
    assert [one.name for one in read(poetry, "pyproject.toml") if isinstance(one, CodeUnit)] == ["build.py"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", b"[a\n"), ("setup.cfg", b"no section\n"), ("uv.lock", b"= 1"),
        ("pyproject.toml", b"a = " + b"[" * 9999),
    ],
    ids=["toml", "cfg", "lock", "deep"],
)  # fmt: skip
def test_what_is_broken_is_malformed(name: str, content: bytes) -> None:
    with pytest.raises((Malformed, OverLimit)):
        read(content, name)


@pytest.mark.parametrize(
    "content",
    [
        b"project = 1\ntool = []\nbuild-system = 'x'\n", b"[project]\ndependencies = {a = 1}\n",
        b"[tool.poetry]\ndependencies = [1]\nsource = 'x'\nbuild = 1\n",
        b"[tool.uv]\nindex = [1]\nsources = {a = [1, []]}\n",
        b"package = [1, {}, {name = 1, source = {type = 1}}]\n",
        b"[tool.poetry.dependencies]\na = [[1], [[]], {git = 1}]\n",
    ],
)  # fmt: skip
def test_other_shapes_are_passed_over(content: bytes) -> None:
    read(content, "pyproject.toml")
    read(content, "uv.lock")
    read(content, "Pipfile")


@pytest.mark.parametrize("text", ["a." * 30_000 + "b = 1\n", 'x = {"=".' + "a." * 30_000 + "b = 1}\n"])
def test_a_key_of_very_many_parts_is_over_the_limit(text: str) -> None:
    bench = Bench(Limits(), Meter(Limits()))
    with pytest.raises(OverLimit):
        list(project_files.extract(BytesSource(text.encode()), Node(name="pyproject.toml"), bench))
