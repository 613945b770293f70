"""The quick looks that spare most constants the slow ones must never rule out what the slow ones would find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.formats.pickle import embedded


@pytest.mark.parametrize("telling", [telling for telling, _ in embedded._TELLING if telling != b"__import__"])
def test_the_quick_look_lets_every_telling_text_through(telling: bytes) -> None:
    assert embedded._may_tell(b"some words " + telling + b" and more")
    assert not embedded._may_tell(b"some words and others")


@given(st.binary(max_size=64))
def test_only_known_beginnings_are_something_as_they_stand(head: bytes) -> None:
    if embedded._unencoded(head):
        assert head[:1] in embedded._RAW_BEGINS
