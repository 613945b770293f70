"""Files that are two formats at once (SCN-10): each reader finds its own, from the start or from the end."""

from __future__ import annotations

from tests.builders import natives, numpys, safetensors_files, streams, tars, torches, zips
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data


def pickle_then_zip(first: bytes | None = None, second: bytes | None = None) -> bytes:
    """A pickle before a zip whose offsets count from the start of the file: torch sees a pickle, `zipfile` a zip."""
    start = posix_system() if first is None else first
    members = {"archive/data.pkl": plain_data(2) if second is None else second, "archive/version": b"3\n"}
    return zips.plain(members, prefix=start)


def stub_then_zip(stub: bytes | None = None, hidden: bytes | None = None) -> bytes:
    """A self-extracting archive: a PE stub, then a zip whose offsets count from its own start."""
    data = posix_system() if hidden is None else hidden
    prefix = natives.pe() if stub is None else stub
    return zips.archive(zips.Entry(name="archive/data.pkl", data=data), prefix=prefix, shifted=False)


def script_then_zip(hidden: bytes | None = None) -> bytes:
    """A `#!` line before a zip, as Python's zipapp writes it."""
    return stub_then_zip(b"#!/usr/bin/env python3\n", hidden)


def torch_then_pickle(hidden: bytes | None = None) -> bytes:
    """An honest torch zip with a pickle after its end record."""
    return torches.zip_checkpoint() + (posix_system() if hidden is None else hidden)


def two_zips(first: bytes | None = None, second: bytes | None = None) -> bytes:
    """Two whole archives in a row: readers from the end see the second one only."""
    inner = posix_system() if first is None else first
    return zips.plain({"a.pkl": inner}) + zips.plain({"b.pkl": plain_data() if second is None else second})


def safetensors_then_zip(hidden: bytes | None = None) -> bytes:
    """An honest safetensors file with a zip after its last tensor."""
    data = posix_system() if hidden is None else hidden
    return zips.plain({"data.pkl": data}, prefix=safetensors_files.honest())


def safetensors_holding_zip(hidden: bytes | None = None) -> bytes:
    """A safetensors file that accounts for every byte, its last tensor being a zip: the file opens as both."""
    inner = zips.plain({"data.pkl": posix_system() if hidden is None else hidden})
    return safetensors_files.encode(
        [
            safetensors_files.Tensor(name="layer.weight"),
            safetensors_files.Tensor(name="blob", shape=(len(inner),), dtype="U8", data=inner),
        ]
    )


def pickle_in_metadata(hidden: bytes | None = None) -> bytes:
    """SAF-07, SAF-08: a protocol 0 pickle as a metadata string of an honest safetensors file."""
    data = posix_system(0) if hidden is None else hidden
    return safetensors_files.encode(metadata={"format": "pt", "note": data.decode("latin-1")})


def npy_then_zip(hidden: bytes | None = None) -> bytes:
    """An honest array with a zip after its data."""
    return zips.plain({"data.pkl": posix_system() if hidden is None else hidden}, prefix=numpys.npy())


def gzip_then_zip(hidden: bytes | None = None) -> bytes:
    """A gzip member with a zip after it."""
    data = posix_system() if hidden is None else hidden
    return zips.plain({"data.pkl": data}, prefix=streams.gzipped(plain_data()))


def tar_then_zip(hidden: bytes | None = None) -> bytes:
    """A tar archive with a zip after its zero blocks."""
    data = posix_system() if hidden is None else hidden
    return zips.plain({"data.pkl": data}, prefix=tars.plain({"readme.txt": b"INERT"}))


def tar_named_pickle(hidden: bytes | None = None) -> bytes:
    """A tar archive whose first member's name is a whole pickle of protocol 0 (at most 100 bytes, no NUL)."""
    return tars.slipping(posix_system(0) if hidden is None else hidden)


def pickle_then_text(hidden: bytes | None = None) -> bytes:
    """A protocol 0 pickle before ordinary prose."""
    return (posix_system(0) if hidden is None else hidden) + b"\n# Model card\n\nINERT\n"
