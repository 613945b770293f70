"""R, fastText, word2vec, Torch7 and H2O."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("r", "model.rds"),
    ("fasttext", "model.bin"),
    ("word2vec", "vectors.bin"),
    ("torch7", "model.t7"),
    ("h2o.mojo", "model.zip"),
    ("java", "model.jar"),
)

TARGET = Target(name="classical", seeds=seeds.classical, reads=_READS)
