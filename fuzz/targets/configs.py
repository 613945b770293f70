"""Configurations: every notation reads any bytes, and the walk over what it gives holds no matter what stands there."""

from __future__ import annotations

from contextlib import suppress

from fuzz import seeds
from fuzz.target import Target
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats import registry
from weighbridge.formats.node import Bench, Node

NAMES = {
    "json": "config.json", "yaml": "model_config.yaml", "cfg": "config.cfg", "pbtxt": "config.pbtxt",
}  # fmt: skip


def one(data: bytes) -> None:
    """Read as each notation."""
    for kind, name in NAMES.items():
        with suppress(Malformed, OverLimit):
            for item in registry.extractor(kind)(BytesSource(data), Node(name=name), Bench(Limits(), Meter(Limits()))):
                repr(item).encode("utf-8", "surrogatepass")


TARGET = Target(name="configs", seeds=seeds.config_texts, one=one)
