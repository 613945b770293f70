"""R: what waits to be evaluated is told in every notation, what honest models keep is not."""

from __future__ import annotations

import bz2
import gzip
import lzma
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import natives
from tests.builders import r_files as files
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import ResourceClaim
from weighbridge.core.programs import CodeUnit, ConfiguredCall, SourceCall
from weighbridge.core.references import Reference
from weighbridge.core.report import Verdict
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats.r import walk
from weighbridge.formats.r.extract import extract, sniff

NOTATIONS = ("X", "A", "B")


def calls(content: bytes) -> set[tuple[str, str, When]]:
    return {(fact.module, fact.name, fact.when) for fact in of(SourceCall, extract, content)}


def code(content: bytes) -> set[tuple[str, When]]:
    return {(fact.carrier, fact.when) for fact in of(CodeUnit, extract, content)}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("version", [2, 3])
def test_every_notation_and_version_is_read_to_its_end(notation: str, version: int) -> None:
    content = files.written(files.fitted(), notation, version)
    assert is_sound(extract, content)
    assert verdict(content, "model.rds") is Verdict.CLEAN
    assert code(files.written(files.promise(files.harmful()), notation, version)) == {("promise", When.LOAD)}
    assert verdict(files.written(files.promise(files.harmful()), notation, version), "x") is Verdict.MALICIOUS


@pytest.mark.parametrize("notation", NOTATIONS)
def test_variables_by_name(notation: str) -> None:
    content = files.rda(notation, model=files.fitted(), other=files.strs("a b", "c\\d", ""))
    assert is_sound(extract, content)
    assert "r.rda" in examined(content, "x").formats
    assert verdict(files.rda(notation, model=files.promise(files.harmful())), "model.rda") is Verdict.MALICIOUS


@pytest.mark.parametrize("pack", [partial(gzip.compress, mtime=0), bz2.compress, lzma.compress])
def test_compression_hides_nothing(pack: partial[bytes]) -> None:
    assert verdict(pack(files.promise_named_rds()), "model.rds") is Verdict.MALICIOUS
    assert verdict(pack(files.honest_named_rds()), "model.rds") is Verdict.CLEAN


def test_a_promise_with_its_value_is_no_program() -> None:
    assert code(files.harmless_promise()) == {("promise", When.LOAD)}
    assert code(files.kept_promise_named_rds()) == set()


def test_a_promise_with_a_name_only_runs_nothing() -> None:
    assert code(files.written(files.promise(files.sym("x")))) == set()


def test_variables_of_environments_wait_honestly_unless_they_reach_for_the_system() -> None:
    waiting = ("unevaluated variable of an environment", When.FLAG)
    for content in (files.lazy_variable(), files.lazy_in_table()):
        assert code(content) == {waiting}
        assert calls(content) == {("", "system", When.LOAD)}
        assert verdict(content, "model.rds") is Verdict.MALICIOUS
    for content in (files.harmless_lazy_variable(), files.lazy_dots()):
        assert code(content) == {waiting}
        assert verdict(content, "model.rds") is Verdict.SUSPICIOUS


def test_active_bindings() -> None:
    assert code(files.active_binding()) == {("active binding of an environment", When.FLAG)}
    assert code(files.plain_binding()) == set()


@pytest.mark.parametrize(
    "content",
    [
        files.function_calling(), files.call_by_string(), files.call_by_argument(), files.compiled(),
        files.compiled_symbol(),
    ],
)  # fmt: skip
def test_names_that_code_calls(content: bytes) -> None:
    assert ("", "system", When.FLAG) in calls(content)
    assert "EXE131" in {one.rule for one in examined(content, "model.rds").findings}


def test_names_with_their_package() -> None:
    assert ("base", "system", When.FLAG) in calls(files.qualified_call())


@pytest.mark.parametrize("name", ["mean", "predict", "library", "print"])
def test_functions_that_compute_are_no_finding(name: str) -> None:
    assert verdict(files.function_calling(name), "model.rds") is Verdict.CLEAN


def test_bytecode() -> None:
    assert code(files.compiled()) == {("compiled code", When.FLAG)}
    assert lies(extract, files.shared_constant_beyond()) == {("bytecode", True)}
    assert is_sound(extract, files.written(files.shared_constant()))


def test_classes_of_vectors() -> None:
    named = {(one.module, one.name) for one in of(ConfiguredCall, extract, files.foreign_class())}
    assert named == {("inertAbsentPkg", "inert_class")}
    assert verdict(files.compact(), "x") is Verdict.CLEAN
    (mapped,) = of(Reference, extract, files.mapped_file())
    assert (mapped.target, mapped.escapes) == ("/inert/absent", True)


def test_claims_beyond_the_file() -> None:
    assert of(ResourceClaim, extract, files.claiming())
    assert isinstance(read(extract, files.claiming())[1], Malformed)


@pytest.mark.parametrize(
    "item",
    [
        [77], [255 | 9 << 8], [14, -5], [16, 1, 13, 0], [26], [9, -7, b""], [6, *files.NIL],
    ],
)  # fmt: skip
def test_what_is_no_object_is_malformed(item: files.Item) -> None:
    assert isinstance(read(extract, files.written(item))[1], Malformed)


def test_raw_vectors_are_examined() -> None:
    inner = files.promise_named_rds()
    content = files.written(files.vector([24, len(inner), inner]))
    assert verdict(content, "model.rds") is Verdict.MALICIOUS
    elf = natives.elf()
    assert "HID208" in {one.rule for one in examined(files.written([24, len(elf), elf]), "model.rds").findings}


def test_raw_vectors_as_text_are_examined() -> None:
    def ascii_raw(content: bytes) -> bytes:
        head = files.written([24, len(content)], "A")
        return head + b"".join(b"%02x\n" % byte for byte in content)

    assert verdict(ascii_raw(files.promise_named_rds()), "model.rds") is Verdict.MALICIOUS
    assert verdict(ascii_raw(b"\x11\x22" * 40_000), "model.rds") is Verdict.CLEAN
    assert examined(ascii_raw(bytes(20)).replace(b"00\n00", b"zz\n00", 1), "model.rds").gaps


def test_escapes_hide_no_name() -> None:
    plain = files.written(files.fitted(files.harmful()), "A")
    assert calls(plain.replace(b"\nsystem\n", b"\n\\163ystem\n")) == calls(plain)
    assert ("", "system", When.FLAG) in calls(plain)


def test_depth_is_no_recursion(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(extract, files.deep())[1] is None
    monkeypatch.setattr(walk, "STACK", 1_000)
    assert isinstance(read(extract, files.deep())[1], OverLimit)
    monkeypatch.setattr(walk, "OBJECTS", 100)
    assert isinstance(read(extract, files.written(files.vector(*[files.NIL] * 200)))[1], OverLimit)


def test_bytes_behind_the_object() -> None:
    for notation in NOTATIONS:
        content = files.written(files.fitted(), notation)
        found = {one.rule for one in examined(content + b"INERT" * 20, "model.rds").findings}
        assert "HID203" in found


def test_signs() -> None:
    for notation in NOTATIONS:
        assert sniff(files.written(files.NIL, notation)[:64], None) == "r"  # type: ignore[arg-type]
    for other in (b"XA\0\0\0\x09", b"A\nword of prose\n", b"A\n3\nx\n", b"Binary", b"RDX9\n", b"X" + bytes(20)):
        assert sniff(other, None) == ""  # type: ignore[arg-type]
    assert examined(b"RDX1\n" + bytes(40), "x").gaps
    assert examined(files.written(files.NIL, version=3).replace(b"\0\0\0\3", b"\0\0\0\4", 1), "x").gaps


def test_long_vectors_as_text_are_stepped_over_in_pieces() -> None:
    content = files.written(files.vector(files.reals(*[0.1] * 30_000), files.strs("x" * 70_000)), "A")
    assert is_sound(extract, content)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_cut_is_told(notation: str) -> None:
    whole = files.written(files.fitted(), notation)
    for part in cuts(whole, 60):
        if len(part) > 20 and part.rstrip() != whole.rstrip():
            assert verdict(part, "model.rds") is not Verdict.CLEAN


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NOTATIONS), st.integers(0, 500), st.binary(max_size=6))
def test_mutations_never_break_the_reader(notation: str, at: int, piece: bytes) -> None:
    content = files.written(files.vector(files.fitted(), files.shared_constant()), notation)
    examined(content[:at] + piece + content[at + len(piece) :], "model.rds")


@pytest.mark.parametrize("content", [b"B\n\3\0\0\0", b"RDX3\nB\n\3\0\0\0"])
def test_a_header_that_is_cut_in_its_versions(content: bytes) -> None:
    assert sniff(content[5:], BytesSource(content)) == ""
    _, error = read(extract, content)
    assert isinstance(error, Malformed)
