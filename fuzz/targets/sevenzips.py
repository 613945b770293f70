"""7z archives."""

from __future__ import annotations

from fuzz import seeds
from fuzz.repair import sevenzip
from fuzz.target import Target

TARGET = Target(name="sevenzips", seeds=seeds.seven_archives, reads=(("7z", "model.7z"),), repaired=sevenzip)
