"""Pickles as joblib, torch and the bare unpickler would read them, plain and traced; the probe beside them."""

from __future__ import annotations

from fuzz import seeds
from fuzz.bounds import LIMITS
from fuzz.target import Target
from weighbridge.core.coverage import Gap
from weighbridge.core.limits import Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.pickle.extract import extract
from weighbridge.formats.pickle.probe import holds_pickle

_READS = (("pickle", "model.pkl"), ("torch.legacy", "model.bin"))
_STORAGES = {"0": 16, "1": 16, "2": 1 << 20}


def beyond(data: bytes) -> None:
    """Probe, and read as a member of a checkpoint, with the program."""
    holds_pickle(BytesSource(data))
    bench = Bench(LIMITS, Meter(LIMITS))
    for item in extract(BytesSource(data), Node(name="data.pkl", storages=_STORAGES, trace=True), bench):
        assert isinstance(item, Child | Gap) or str(item)


TARGET = Target(name="pickles", seeds=seeds.pickles, reads=_READS, beyond=beyond)
