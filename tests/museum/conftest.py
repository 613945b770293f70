"""Every test with an ``exhibit`` and a ``form`` runs over the ``EXHIBITS`` of its module, three files each."""

from __future__ import annotations

import pytest

from tests.museum.exhibit import FORMS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """List each file under the id of its exhibit."""
    if {"exhibit", "form"} <= set(metafunc.fixturenames):
        exhibits = metafunc.module.EXHIBITS
        pairs = [(exhibit, form) for exhibit in exhibits for form in FORMS]
        metafunc.parametrize(("exhibit", "form"), pairs, ids=[f"{exhibit.label}-{form}" for exhibit, form in pairs])
