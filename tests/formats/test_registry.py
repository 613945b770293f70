"""Every reader that is registered exists, keeps to the port, and the pure rooms stay pure."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighbridge
from tests.sampling import IS_WHOLE
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Fact
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats import registry, sniff
from weighbridge.formats.node import Bench, Child, Node

FORMATS = registry.formats()


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_takes_source_node_and_bench(name: str) -> None:
    assert registry.is_analysed(name)
    names = [one.lstrip("_") for one in inspect.signature(registry.extractor(name)).parameters]
    assert names == ["source", "node", "bench"]


@pytest.mark.parametrize("name", ["", "rar", "empty", "Pickle"])
def test_what_has_no_reader_is_not_analysed(name: str) -> None:
    assert not registry.is_analysed(name)
    with pytest.raises(KeyError):
        registry.extractor(name)


def test_every_format_that_is_recognised_has_a_reader_or_none_has_its_name() -> None:
    """A slip of the pen in a magic table would make a format unreadable for ever."""
    recognised = {name for _, name in (*sniff._LEADING, *sniff._AT_FOUR, *sniff._BY_NAME)}
    promised = {name for _, names in sniff._PROMISES for name in names}
    assert promised <= recognised | set(FORMATS) | {"text"}
    near = {
        name: [other for other in FORMATS if other.lower() == name.lower() and other != name] for name in recognised
    }
    assert not any(near.values())


CONTENT = st.binary(max_size=300) | st.sampled_from(
    [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9", b"\x80\x04", b"7z\xbc\xaf\x27\x1c", b"\x93NUMPY\x01\0"]
).flatmap(lambda head: st.binary(max_size=200).map(lambda tail: head + tail))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=200 if IS_WHOLE else 25, deadline=None)
@given(content=CONTENT, member=st.text(max_size=12))
def test_a_reader_raises_nothing_but_what_it_may_and_yields_nothing_but_what_it_may(
    name: str, content: bytes, member: str
) -> None:
    limits = Limits(expanded_bytes=1 << 20)
    bench = Bench(limits, Meter(limits))
    try:
        for item in registry.extractor(name)(BytesSource(content), Node(name=member), bench):
            assert isinstance(item, Fact | Gap | Child)
            if isinstance(item, Fact) and item.at.offset is not None:
                assert 0 <= item.at.offset <= len(content)
                assert (item.at.length or 0) >= 0
    except (Malformed, OverLimit):
        return


def test_no_reader_imports_what_pure_rooms_must_not() -> None:
    program = (
        "import sys\nfrom weighbridge.formats import registry\n"
        "for name in registry.formats(): registry.extractor(name)\n"
        "print(sorted({'socket', 'subprocess', 'ctypes', '_ctypes', 'multiprocessing', 'pickle', '_pickle', 'marshal', "
        "'numpy', 'torch', 'zipfile', 'tarfile'} & set(sys.modules) - {'marshal'}))"
    )
    command = [sys.executable, "-S", "-c", program]
    source = {"PYTHONPATH": str(Path(weighbridge.__file__).parents[1])}
    assert subprocess.run(command, capture_output=True, text=True, check=True, env=source).stdout == "[]\n"
