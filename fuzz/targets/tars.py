"""Tar archives, and the members of those that old versions of torch wrote."""

from __future__ import annotations

from fuzz import seeds
from fuzz.repair import tar
from fuzz.target import Target

_READS = (("tar", "model.tar"), ("torch.tar.storages", "storages"), ("torch.tar.tensors", "tensors"))

TARGET = Target(name="tars", seeds=seeds.tar_archives, reads=_READS, repaired=tar)
