"""Honest files of R, fastText and word2vec, written by rdata, fastText and gensim where these are installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]


def library(name: str) -> Any:
    """A library that need not be there; whoever asks skips without it."""
    return import_module(name)


def r_object(path: Path, *, file_format: str, compression: str) -> None:
    """A list of a matrix, a table and text, as ``.rds`` or ``.rda``."""
    import numpy as np

    rdata, pandas = library("rdata"), library("pandas")
    table = pandas.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [1.5, 2.5, float("nan")]})
    held = {"w": np.arange(12.0).reshape(3, 4), "table": table, "s": "text"}
    write = rdata.write_rda if path.suffix == ".rda" else rdata.write_rds
    write(path, held, file_format=file_format, compression=compression)


def _lines(folder: Path) -> Path:
    path = folder / "lines"
    lines = [f"__label__{'ab'[n % 2]} word{n % 307} other{n % 211} thing\n" for n in range(3_000)]
    path.write_text("".join(lines))
    return path


def classifier(path: Path, *, bucket: int = 2_000, grams: int = 2, maxn: int = 0, cutoff: int = -1) -> None:
    """A classifier, quantised where the name asks for it."""
    lines = _lines(path.parent)
    model = library("fasttext").train_supervised(
        str(lines), dim=8, epoch=2, wordNgrams=grams, bucket=bucket, minCount=1, maxn=maxn, minn=2 if maxn else 0
    )
    if path.suffix == ".ftz":
        model.quantize(str(lines), cutoff=max(0, cutoff), retrain=cutoff > 0, qnorm=cutoff > 0)
    model.save_model(str(path))
    lines.unlink()


def vectors(path: Path, *, model: str = "skipgram", maxn: int = 4) -> None:
    """Word vectors of fastText."""
    lines = _lines(path.parent)
    made = library("fasttext").train_unsupervised(str(lines), model=model, dim=8, epoch=1, bucket=900, maxn=maxn)
    made.save_model(str(path))
    lines.unlink()


def word2vec(path: Path, *, binary: bool) -> None:
    """Word vectors of gensim."""
    made = library("gensim.models").Word2Vec([["a", "b", "c", "d"]] * 50, vector_size=20, min_count=1)
    made.wv.save_word2vec_format(str(path), binary=binary)


FILES: list[tuple[str, Write]] = [
    *(
        (f"{notation}_{pack}.{ending}", partial(r_object, file_format=notation, compression=pack))
        for notation in ("xdr", "ascii") for pack in ("gzip", "bzip2", "xz") for ending in ("rds", "rda")
    ),
    ("classifier.bin", classifier),
    ("classifier_of_words.bin", partial(classifier, grams=1, bucket=0)),
    ("classifier_of_letters.bin", partial(classifier, grams=1, maxn=4)),
    ("quantised.ftz", classifier),
    ("pruned.ftz", partial(classifier, cutoff=400)),
    ("skipgram.bin", vectors),
    ("cbow.bin", partial(vectors, model="cbow")),
    ("vectors_of_words.bin", partial(vectors, maxn=0)),
    ("word2vec.bin", partial(word2vec, binary=True)),
    ("word2vec.txt", partial(word2vec, binary=False)),
]  # fmt: skip
