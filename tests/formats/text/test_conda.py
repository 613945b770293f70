"""Conda environments: packages, channels, what pip is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import requirement_files as files
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Requirement
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text import conda


def read(content: bytes) -> list[Any]:
    return list(conda.extract(BytesSource(content), Node(name="conda.yaml"), Bench(Limits(), Meter(Limits()))))


def origins(content: bytes) -> list[tuple[str, str, str]]:
    return [(one.name, one.origin, one.detail) for one in read(content) if isinstance(one, Requirement)]


def test_an_honest_environment() -> None:
    assert origins(files.conda()) == [
        ("", "option", "conda-forge"),
        ("", "option", "defaults"),
        ("python", "conda", ""),
        ("pip", "conda", ""),
        ("mlflow", "index", ""),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (files.conda("git+https://inert.invalid/a"), ("a", "vcs", "git+https://inert.invalid/a")),
        (files.conda("--extra-index-url https://inert.invalid"), ("", "option", "https://inert.invalid")),
        (files.conda(channels=("https://inert.invalid/c",)), ("", "option", "https://inert.invalid/c")),
        (b"dependencies: ['inert::a=1']\n", ("", "option", "inert")),
        (b"dependencies:\n- {pip: [torhc]}\n", ("torhc", "index", "")),
        (b"build_dependencies:\n- pip==23\ndependencies:\n- -r x.txt\n- torch==2\n", ("torch", "conda", "")),
    ],
)  # fmt: skip
def test_every_way_to_another_place(content: bytes, expected: tuple[str, str, str]) -> None:
    assert expected in origins(content)


def test_what_is_no_yaml_is_malformed_and_what_is_too_much_a_gap() -> None:
    for content in (b"a: [", b"\t", b"[" * 200 + b"]" * 200, b"a: &x [*x"):
        with pytest.raises(Malformed):
            read(content)
    assert [one for one in read(b"#" * (conda.LARGEST + 1)) if isinstance(one, Gap)]


def test_aliases_and_tags_are_nothing() -> None:
    assert origins(b"x: &a [torch]\ndependencies: *a\n") == []
    assert origins(b"dependencies: [!!python/object/apply:os.system [echo INERT], numpy]\n") == [("numpy", "conda", "")]
