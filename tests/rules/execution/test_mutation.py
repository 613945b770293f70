"""Changes of imported things and of special methods; containers and plain states stay silent."""

from __future__ import annotations

from tests.rules.execution.samples import found, items, said, state
from weighbridge.core.facts import Origin
from weighbridge.rules.execution import mutation


def test_the_plain_change_of_an_imported_table_is_found() -> None:
    (match,) = found(mutation, items("os", "environ", "'INERT'"))
    assert match.message == "loading changes `os.environ`: SETITEM changes something that was imported"
    assert match.evidence == ("os.environ['INERT'] = …",)


def test_additems_on_an_imported_set_is_found() -> None:
    (match,) = found(mutation, items("warnings", "filters", opcode="ADDITEMS"))
    assert match.evidence == ("warnings.filters.additems(…)",)


def test_attributes_set_on_an_imported_class_are_found() -> None:
    assert said(mutation, state("argparse", "Namespace", origin=Origin.GLOBAL)) == (
        "loading changes `argparse.Namespace`: BUILD sets attributes of something that was imported"
    )


def test_a_state_that_replaces_a_special_method_is_found() -> None:
    assert said(mutation, state("argparse", "Namespace", dunder_keys=("__setstate__",))) == (
        "loading changes the result of `argparse.Namespace`: the state of an object replaces its __setstate__"
    )


def test_the_honest_twins_are_silent() -> None:
    assert not found(mutation, state("argparse", "Namespace"))
    assert not found(mutation, state("argparse", "Namespace", dunder_keys=("__version__",)))
    assert not found(mutation, items("collections", "OrderedDict", "'a'", origin=Origin.RESULT))


def test_a_tensor_that_is_filled_like_a_dict_is_found() -> None:
    """CVE-2026-24747."""
    assert said(mutation, items("torch._utils", "_rebuild_tensor_v2", "0", origin=Origin.RESULT)) == (
        "loading changes the result of `torch._utils._rebuild_tensor_v2`: SETITEM treats a tensor as a container"
    )
