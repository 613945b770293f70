"""Python 2 names, against the table of the interpreter itself (``test_differential`` compares with its unpicklers)."""

from __future__ import annotations

import pickle
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import UserDict

import pytest

from tests.formats.pickle.reading import run
from weighbridge.core.facts import GlobalReference
from weighbridge.formats.pickle.names import mapped

OLD = [*NAME_MAPPING, *((module, "anything") for module in IMPORT_MAPPING), ("os", "path"), ("", "")]


@pytest.mark.parametrize("protocol", range(6))
def test_the_table_is_used_below_protocol_3_and_never_after(protocol: int) -> None:
    for module, name in OLD:
        expected = (module, name)
        if protocol < 3:
            expected = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
        assert mapped(module, name, protocol) == expected


def test_python_itself_maps_so() -> None:
    """``find_class`` of the Python unpickler, on names that lead to what is imported anyway."""
    for old, real in ((b"__builtin__\nxrange", range), (b"itertools\nizip", zip), (b"UserDict\nUserDict", UserDict)):
        assert pickle.loads(b"\x80\x02c" + old + b"\n.") is real
        module, name = mapped(*old.decode().split("\n"), 2)  # type: ignore[misc]
        assert (module, name) == (real.__module__, real.__name__)


def test_the_protocol_in_force_is_the_last_one_announced() -> None:
    stream = b"\x80\x02ccommands\ngetoutput\n0\x80\x04ccommands\ngetoutput\n."
    names = [(fact.module, fact.written) for fact in run(stream).of(GlobalReference)]
    assert names == [("subprocess", "commands.getoutput"), ("commands", "")]
