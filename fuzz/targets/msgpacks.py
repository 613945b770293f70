"""msgpack, as Flax writes it."""

from __future__ import annotations

from fuzz import page_seeds
from fuzz.target import Target

_READS = (("msgpack", "flax_model.msgpack"),)

TARGET = Target(name="msgpacks", seeds=page_seeds.msgpack, reads=_READS)
