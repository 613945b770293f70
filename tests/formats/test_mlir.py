"""MLIR and JAX: the targets of custom calls are found in bytecode, in text and in exports."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import mlir_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.formats.flat_reading import cuts, lies, of, read
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import MetadataEntry
from weighbridge.core.programs import Operator
from weighbridge.core.report import Verdict
from weighbridge.core.source import BytesSource
from weighbridge.formats import jax_export, mlir, mlir_text
from weighbridge.formats.node import Child
from weighbridge.formats.sniff import sniff


def verdict(content: bytes, name: str = "model") -> Verdict:
    seen = examined(content, name)
    return verdict_of(seen.findings, seen.gaps)


def targets(extract: Any, content: bytes) -> list[tuple[str, int]]:
    return [(fact.name, fact.count) for fact in of(Operator, extract, content) if fact.domain == "custom_call"]


@pytest.mark.parametrize(
    ("content", "expects"),
    [
        (files.honest(), ("mlir",)), (files.text(), ("text", "mlir.text")),
        (files.generic_text(), ("text", "mlir.text")),
        (files.honest_jax(), ("jax.export",)),
    ],
)  # fmt: skip
def test_each_is_recognised(content: bytes, expects: tuple[str, ...]) -> None:
    assert sniff(BytesSource(content), "x").formats == expects
    assert verdict(content) is Verdict.CLEAN


def test_targets_in_bytecode_are_counted() -> None:
    assert targets(mlir.extract, files.bytecode("a_target", calls=3)) == [("a_target", 3)]
    long = "x" * 200
    assert targets(mlir.extract, files.bytecode(long)) == [(long, 1)]


@pytest.mark.parametrize("make", [files.text, files.generic_text])
@pytest.mark.parametrize("target", ["abc_ffi", "a.b$c"])
def test_targets_in_text(make: Any, target: str) -> None:
    assert targets(mlir_text.extract, make(target)) == [(target, 1)]


def test_a_comment_is_no_call_and_a_quoted_name_is() -> None:
    assert targets(mlir_text.extract, b"module {\n // stablehlo.custom_call @x(\n}") == []
    assert targets(mlir_text.extract, b'module {\n stablehlo.custom_call @"a b"(%0)\n}') == [("a b", 1)]


@pytest.mark.parametrize(
    ("content", "expects"),
    [
        (files.calls_python(), Verdict.MALICIOUS), (files.text(files.CALLBACK), Verdict.MALICIOUS),
        (files.exports_callback(), Verdict.MALICIOUS), (files.calls_something(), Verdict.SUSPICIOUS),
        (files.text(files.UNKNOWN), Verdict.SUSPICIOUS), (files.carries_kernel(), Verdict.SUSPICIOUS),
        (files.hides_target(), Verdict.SUSPICIOUS), (files.other_dialect(), Verdict.SUSPICIOUS),
        (files.export_with_data(posix_system()), Verdict.MALICIOUS), (files.export_with_data(b"plain"), Verdict.CLEAN),
        (files.bytecode(plain=1), Verdict.SUSPICIOUS),  # what is kept as text may be another call's
        (files.bytecode(version=3), Verdict.SUSPICIOUS),  # the target is not kept where it is looked for
    ],
)  # fmt: skip
def test_calls_are_judged(content: bytes, expects: Verdict) -> None:
    assert verdict(content) is expects


def test_a_later_version_is_a_gap() -> None:
    assert [gap.reason for gap in of(Gap, mlir.extract, files.bytecode(version=9))]


def test_an_export_hands_on_its_module_and_names_what_is_turned_off() -> None:
    content = files.exports_callback()
    (child,) = of(Child, jax_export.extract, content)
    assert child.content.source.read_at(0, 1 << 20) == files.calls_python()
    told = {fact.key: fact.text for fact in of(MetadataEntry, jax_export.extract, content)}
    assert told == {"function": "main", "disabled check": files.CALLBACK}


def test_an_offset_outside_is_a_lie() -> None:
    assert lies(jax_export.extract, files.tree_beyond()) == {("offset out of bounds", True)}


def test_what_lies_behind_is_handed_on() -> None:
    assert verdict(files.honest() + posix_system()) is Verdict.MALICIOUS
    assert verdict(files.honest_jax() + posix_system()) is Verdict.MALICIOUS


def test_no_cut_is_clean() -> None:
    for whole in (files.honest(), files.honest_jax()):
        for content in cuts(whole):
            if len(content) > 3:
                assert verdict(content) is not Verdict.CLEAN or not whole[len(content) :].strip(b"\0"), len(content)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise(chance: random.Random) -> None:
    extract, made = chance.choice(((mlir.extract, files.honest()), (jax_export.extract, files.honest_jax())))
    content = bytearray(made)
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(4, len(content))] = chance.choice((0, 1, 2, 3, 8, 127, 128, 255))
    _, error = read(extract, bytes(content))
    assert error is None or isinstance(error, Malformed | OverLimit)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_after_the_mark(content: bytes) -> None:
    read(mlir.extract, b"ML\xefR" + content)
    sniff(BytesSource(content), "x")
