"""Every file format that can carry a pickle, around any pickle, and the cross product of calls and carriers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from tests.builders import joblibs, numpys, sevenzips, streams, tars, torch_legacy, torches, zips
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import ABSENT, VIAS, Target, Via, pickled_call

PROTOCOLS = (0, 1, 2, 4, 5)


class Carrier(NamedTuple):
    """The usual name of such a file, and the file around a pickle."""

    name: str
    around: Callable[[bytes], bytes]


class Crossed(NamedTuple):
    """One call in one carrier."""

    id: str
    name: str
    protocol: int
    via: Via
    build: Callable[[], bytes]


def _same(pickle: bytes) -> bytes:
    return pickle


CARRIERS: dict[str, Carrier] = {
    "raw": Carrier("model.pkl", _same),
    "torch_zip": Carrier("model.pt", lambda pickle: torches.zip_checkpoint((), pickle=pickle)),
    "torch_legacy": Carrier("model.pth", lambda pickle: torch_legacy.legacy((), replaced={"object": pickle})),
    "torch_tar": Carrier("model.tar", lambda pickle: tars.plain({"sys_info": plain_data(2), "pickle": pickle})),
    "joblib_objects": Carrier("model.joblib", joblibs.object_array),
    "joblib_stacked": Carrier("model.joblib", lambda pickle: joblibs.honest() + pickle),
    "joblib_zlib": Carrier("model.joblib", lambda pickle: joblibs.compressed(pickle, "zlib")),
    "joblib_zfile": Carrier("model.joblib", joblibs.zfile),
    "npy": Carrier("array.npy", numpys.object_npy),
    "npz": Carrier("arrays.npz", lambda pickle: numpys.npz({"names.npy": numpys.object_npy(pickle)})),
    "npz_no_suffix": Carrier("arrays.npz", lambda pickle: numpys.npz({"names": numpys.object_npy(pickle)})),
    "gz": Carrier("model.pkl.gz", streams.gzipped),
    "bz2": Carrier("model.pkl.bz2", streams.bzipped),
    "xz": Carrier("model.pkl.xz", streams.xz),
    "lzma": Carrier("model.pkl.lzma", streams.legacy_lzma),
    "lz4": Carrier("model.pkl.lz4", streams.lz4_frame),
    "zst": Carrier("model.pkl.zst", streams.zstd_frame),
    "zip": Carrier("model.zip", lambda pickle: zips.plain({"model.pkl": pickle}, method=zips.DEFLATE)),
    "zip_in_zip": Carrier("model.zip", lambda pickle: zips.plain({"inner.zip": zips.plain({"model.pkl": pickle})})),
    "tar": Carrier("model.tar", lambda pickle: tars.plain({"model.pkl": pickle})),
    "tar_gz": Carrier("model.tar.gz", lambda pickle: streams.gzipped(tars.plain({"model.pkl": pickle}))),
    "7z": Carrier("model.7z", lambda pickle: sevenzips.archive({"model.pkl": pickle}, method=sevenzips.LZMA)),
    "second_pickle": Carrier("model.pkl", lambda pickle: plain_data() + pickle),
    "no_extension": Carrier("model", _same),
    "wrong_extension": Carrier("model.safetensors", _same),
}


def crossed(target: Target = ABSENT) -> Iterator[Crossed]:
    """The same call by every road, at every protocol, in every carrier; dotted names from protocol 4 on only."""
    for carrier_id, carrier in CARRIERS.items():
        for protocol in PROTOCOLS:
            for via in VIAS:
                if via == "dotted" and protocol < 4:
                    continue
                build = partial(_built, carrier, target, protocol, via)
                yield Crossed(f"{carrier_id}-{protocol}-{via}", carrier.name, protocol, via, build)


def _built(carrier: Carrier, target: Target, protocol: int, via: Via) -> bytes:
    return carrier.around(pickled_call(target, protocol=protocol, via=via))
