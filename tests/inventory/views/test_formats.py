"""The views as formats of the commands."""

from __future__ import annotations

import pytest

from tests.inventory.views import samples
from weighbridge.cli.bom_formats import FORMATS, rendered
from weighbridge.inventory.bom.losses import not_written


@pytest.mark.parametrize(("form", "start"), [("html", "<!DOCTYPE html>"), ("markdown", "# `acme/llama-support")])
def test_a_view_is_a_format_that_says_what_it_is_for(form: str, start: str) -> None:
    assert form in FORMATS
    assert rendered(samples.model(), form).startswith(start)
    assert list(not_written(samples.model(), form)) == [
        f"{form} is for people: long lists and texts are cut, and no program reads it back"
    ]
