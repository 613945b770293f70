"""Member names: what leaves the directory, what is disguised, what collides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.facts import Oddity
from weighbridge.formats.containers.paths import Names, disguises, escapes, link_escapes, normalised, readable


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x", "parent directory"),
        ("a/../../x", "parent directory"),
        ("a/..", "parent directory"),
        ("a\\..\\x", "parent directory"),
        (".. /x", "parent directory"),
        ("/x", "absolute path"),
        ("\\x", "absolute path"),
        ("//host/share/x", "network path"),
        ("\\\\host\\share\\x", "network path"),
        ("C:\\x", "drive letter"),
        ("c:/x", "drive letter"),
        ("C:x", "drive letter"),
        ("x\0.txt", "NUL in the name"),
        ("\u2024\u2024/x", "parent directory after Unicode folding"),
        ("\uff0e\uff0e\u2215x", "parent directory after Unicode folding"),
        ("\uff0fx", "absolute path after Unicode folding"),
    ],
)
def test_escapes(name: str, reason: str) -> None:
    assert escapes(name) == reason


@pytest.mark.parametrize(
    "name", ["a/b", "a..b/c", "...", "a/...b", "w:0.npy", "dense/kernel:0.npy", "modèle/poids.bin", "a:b/c"[2:], ""]
)
def test_does_not_escape(name: str) -> None:
    assert escapes(name) == ""


@pytest.mark.parametrize(
    ("name", "target", "from_root", "reason"),
    [
        ("a/b/link", "../c", False, ""),
        ("a/b/link", "../../c", False, ""),
        ("a/b/link", "../../../c", False, "parent directory"),
        ("link", "..", False, "parent directory"),
        ("link", "a/../b", False, ""),
        ("a/link", "../b", True, "parent directory"),
        ("a/link", "b", True, ""),
        ("link", "/etc/inert", False, "absolute path"),
        ("link", "C:\\inert", False, "drive letter"),
        ("a/link", "..\\..\\b", False, "parent directory"),
    ],
)
def test_link_escapes(name: str, target: str, from_root: bool, reason: str) -> None:
    assert link_escapes(name, target, from_root=from_root) == reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "no name at all"),
        ("x.", "Windows drops the dots and spaces at the end"),
        ("x.pkl ", "Windows drops the dots and spaces at the end"),
        ("x\n.txt", "control characters"),
        ("x\x1b[2J", "control characters"),
        ("x\u202etxt.pkl", "marks that turn the direction of writing"),
    ],
)
def test_disguises(name: str, reason: str) -> None:
    assert disguises(name) == reason


@pytest.mark.parametrize("name", ["x", "a b.txt", ".", "..", "a/.", "a/", ".hidden", "modèle", "重み.bin"])
def test_is_no_disguise(name: str) -> None:
    assert disguises(name) == ""


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a/b", "a/b"),
        ("a\\b", "a/b"),
        ("./a//b/", "a/b"),
        ("/a", "a"),
        ("a./b ", "a/b"),
        ("a/../b", "a/../b"),
        ("e\u0301", "é"),
        ("a\0b", "a"),
        ("A", "A"),
    ],
)
def test_normalised(name: str, plain: str) -> None:
    assert normalised(name) == plain


@given(st.text())
def test_normalising_twice_is_normalising_once(name: str) -> None:
    once = normalised(name)
    assert normalised(once) == once


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("a/b", "a/b", Oddity.DUPLICATE_NAME),
        ("a/b", "a\\b", Oddity.DUPLICATE_NAME),
        ("a/b", "./a//b", Oddity.DUPLICATE_NAME),
        ("a/b", "a/b.", Oddity.DUPLICATE_NAME),
        ("\u00e9", "e\u0301", Oddity.DUPLICATE_NAME),
        ("data.pkl", "data.pkl\0.txt", Oddity.DUPLICATE_NAME),
        ("data.pkl", "DATA.PKL", Oddity.CASE_COLLISION),
        ("DATA.PKL", "data.pkl", Oddity.CASE_COLLISION),
        ("straße", "STRASSE", Oddity.CASE_COLLISION),
        ("a", "b", None),
        ("a/b", "a/c", None),
    ],
)
def test_names_collide(first: str, second: str, clash: Oddity | None) -> None:
    names = Names()
    assert names.add(first) is None
    assert names.add(second) is clash


def test_readable_keeps_every_byte_apart() -> None:
    assert readable("é".encode()) == "é"
    assert readable(b"a\xffb") == "a%FFb"
    assert readable(b"\xff/x") == "%FF/x"
    assert escapes(readable(b"\xff\xfe")) == ""
