"""Models of XGBoost as UBJSON and binary, of LightGBM as text; the first bytes say which."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import lightgbm, ubjson, xgboost_binary


def one(data: bytes) -> None:
    """Read to the end, by the reader whose file it is."""
    if data[:2] == b"{L":
        drain(ubjson.extract, data)
    elif data[:4] == b"tree":
        drain(lightgbm.extract, data)
    else:
        drain(xgboost_binary.extract, data)


TARGET = Target(name="trees", seeds=seeds.trees, one=one)
