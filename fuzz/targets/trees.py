"""Models of XGBoost as UBJSON and binary, of LightGBM as text."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("ubjson", "model.ubj"), ("lightgbm", "model.txt"), ("xgboost.binary", "model.bin"))

TARGET = Target(name="trees", seeds=seeds.trees, reads=_READS)
