"""Honest files written by the real libraries: ``FILES`` holds no custom class, ``CUSTOM`` really does.

Each entry is a file name and a function that writes it. The libraries are imported inside: collecting tests must not
cost their import.
"""

from __future__ import annotations

import bz2
import collections
import datetime
import decimal
import fractions
import gzip
import io
import lzma
import pathlib
import pickle
import tarfile
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []
CUSTOM: list[tuple[str, Write]] = []


def honest(name: str) -> Callable[[Write], Write]:
    """Register a file without custom classes."""
    return lambda write: FILES.append((name, write)) or write  # type: ignore[func-returns-value]


def custom(name: str) -> Callable[[Write], Write]:
    """Register a file that holds a class or function of its own."""
    return lambda write: CUSTOM.append((name, write)) or write  # type: ignore[func-returns-value]


PLAIN: dict[str, Any] = {
    "name": "model", "layers": [1, 2, 3], "rate": 1e-3, "ok": True, "none": None, "raw": b"\x80\x04plain",
    "big": 1 << 90,
    "nested": {"a": [(1, "x"), {"y": [2.5]}]}, "set": {1, 2}, "frozen": frozenset({"a"}),
    "ünïcode": "权重",
}  # fmt: skip
VALUES: dict[str, Any] = {
    "stdlib": [
        datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC), datetime.date(2026, 1, 2),
        datetime.timedelta(days=1), decimal.Decimal("1.50"), fractions.Fraction(2, 3), uuid.UUID(int=7),
        pathlib.PurePosixPath("weights/model.bin"), complex(1, 2), range(3), slice(1, 2), bytearray(b"x"),
    ],
    "containers": [
        collections.OrderedDict(a=1), collections.defaultdict(list, {"a": [1]}), collections.Counter("abca"),
        collections.deque([1, 2], maxlen=5),
    ],
}  # fmt: skip

for protocol in range(6):
    FILES.append((f"plain_{protocol}.pkl", lambda path, p=protocol: path.write_bytes(pickle.dumps(PLAIN, p))))  # type: ignore[misc]
    for label, value in VALUES.items():
        FILES.append(
            (f"{label}_{protocol}.pkl", lambda path, p=protocol, v=value: path.write_bytes(pickle.dumps(v, p)))  # type: ignore[misc]
        )
for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
    FILES.append((f"packed.pkl{suffix}", lambda path, p=pack: path.write_bytes(p(pickle.dumps(PLAIN)))))  # type: ignore[misc]


# -- torch ---------------------------------------------------------------------------------------------------------


def _torch() -> Any:
    import torch

    torch.manual_seed(0)
    return torch


def _network(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2))


@honest("state_dict.pt")
def _(path: Path) -> None:
    torch = _torch()
    torch.save(_network(torch).state_dict(), path)


@honest("legacy.pth")
def _(path: Path) -> None:
    torch = _torch()
    torch.save(_network(torch).state_dict(), path, _use_new_zipfile_serialization=False)


@honest("whole_module.pt")
def _(path: Path) -> None:
    torch = _torch()
    torch.save(_network(torch), path)


@honest("training_state.pt")
def _(path: Path) -> None:
    torch = _torch()
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    scheduler.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    torch.save({**state, "epoch": 3, "rng": torch.get_rng_state(), "history": [1.0, 0.5]}, path)


@honest("every_dtype.pt")
def _(path: Path) -> None:
    torch = _torch()
    names = ("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool")
    torch.save({name: torch.ones(2, 3).to(getattr(torch, name)) for name in (*names, "complex64")}, path)


@honest("sparse_and_views.pt")
def _(path: Path) -> None:
    torch = _torch()
    base = torch.arange(12.0).reshape(3, 4)
    torch.save(
        {"view": base[1:], "t": base.t(), "sparse": torch.eye(3).to_sparse(), "p": torch.nn.Parameter(base)}, path
    )


@honest("raw_tensor.pkl")
def _(path: Path) -> None:
    path.write_bytes(pickle.dumps({"w": _torch().ones(4)}, 4))


@honest("checkpoint.tar.gz")
def _(path: Path) -> None:
    torch = _torch()
    buffer = io.BytesIO()
    torch.save({"w": torch.ones(3)}, buffer)
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("model.pt")
        member.size = len(buffer.getvalue())
        archive.addfile(member, io.BytesIO(buffer.getvalue()))


@honest("bundle.zip")
def _(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/plain.pkl", pickle.dumps(PLAIN))
        archive.writestr("b/values.pkl", pickle.dumps(VALUES["containers"]))


@honest("bundle.7z")
def _(path: Path) -> None:
    import py7zr

    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr(pickle.dumps(PLAIN), "plain.pkl")


# -- numpy, joblib -------------------------------------------------------------------------------------------------


@honest("array.npy")
def _(path: Path) -> None:
    import numpy

    numpy.save(path, numpy.arange(12.0).reshape(3, 4))


@honest("objects.npy")
def _(path: Path) -> None:
    import numpy

    numpy.save(path, numpy.array([{"a": 1}, None, "x"], dtype=object), allow_pickle=True)


@honest("arrays.npz")
def _(path: Path) -> None:
    import numpy

    numpy.savez_compressed(path, a=numpy.ones(3), b=numpy.array(["x", "y"]), c=numpy.zeros((2, 2), "complex64"))


@honest("numpy_values.pkl")
def _(path: Path) -> None:
    import numpy

    structured = numpy.zeros(2, [("a", "i4"), ("b", "U3")])
    values = [numpy.float32(1), numpy.ones(3), structured, numpy.dtype("f8"), numpy.ma.masked_array([1, 2], [0, 1])]
    path.write_bytes(pickle.dumps([*values, numpy.random.default_rng(0), numpy.datetime64("2026-01-01")]))


def _joblib(compress: Any) -> Write:
    def write(path: Path) -> None:
        import joblib
        import numpy

        value = {"x": numpy.arange(100.0), "o": numpy.array(["a", None], dtype=object), "n": PLAIN}
        joblib.dump(value, path, compress=compress)

    return write


CODECS = (0, "zlib", "gzip", "bz2", "xz", "lzma", "lz4")
FILES.extend((f"values_{codec}.joblib", _joblib((codec, 3) if codec else 0)) for codec in CODECS)


# -- scikit-learn, boosting, pandas, scipy -------------------------------------------------------------------------


def _estimators() -> dict[str, Callable[[], Any]]:
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import GridSearchCV
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    return {
        "logistic": LogisticRegression, "ridge": Ridge, "svc": SVC, "tree": DecisionTreeClassifier, "nb": GaussianNB,
        "knn": KNeighborsClassifier, "pca": PCA, "kmeans": lambda: KMeans(2, n_init=1),
        "forest": lambda: RandomForestClassifier(5), "gb": lambda: GradientBoostingClassifier(n_estimators=3),
        "hist": lambda: HistGradientBoostingClassifier(max_iter=3), "mlp": lambda: MLPClassifier((3,), max_iter=5),
        "pipeline": lambda: make_pipeline(StandardScaler(), PCA(2), LogisticRegression()),
        "grid": lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2),
    }  # fmt: skip


def _sklearn(name: str, *, with_joblib: bool) -> Write:
    def write(path: Path) -> None:
        import warnings

        import joblib
        import numpy

        generator = numpy.random.default_rng(0)
        data, target = generator.normal(size=(60, 4)), generator.integers(0, 2, 60)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = _estimators()[name]().fit(data, target)
        if with_joblib:
            joblib.dump(model, path)
        else:
            path.write_bytes(pickle.dumps(model))

    return write


ESTIMATORS = (
    "logistic", "ridge", "svc", "tree", "nb", "knn", "pca", "kmeans", "forest", "gb", "hist", "mlp", "pipeline", "grid",
)  # fmt: skip
for name in ESTIMATORS:
    FILES.append((f"sklearn_{name}.pkl", _sklearn(name, with_joblib=False)))
    FILES.append((f"sklearn_{name}.joblib", _sklearn(name, with_joblib=True)))


@honest("text_pipeline.joblib")
def _(path: Path) -> None:
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    joblib.dump(make_pipeline(TfidfVectorizer(), SGDClassifier()).fit(["a good one", "a bad one"], [1, 0]), path)


@honest("xgboost.pkl")
def _(path: Path) -> None:
    import numpy
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=2).fit(numpy.arange(20.0).reshape(10, 2), [0, 1] * 5)
    path.write_bytes(pickle.dumps(model))


@honest("lightgbm.joblib")
def _(path: Path) -> None:
    import joblib
    import lightgbm
    import numpy

    model = lightgbm.LGBMClassifier(n_estimators=2, min_child_samples=1, verbose=-1)
    joblib.dump(model.fit(numpy.arange(40.0).reshape(20, 2), [0, 1] * 10), path)


@honest("frame.pkl")
def _(path: Path) -> None:
    import pandas

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "t": pandas.to_datetime(["2026-01-01", "2026-01-02"])})
    frame["c"] = pandas.Categorical(["u", "v"])
    frame.to_pickle(path)


@honest("series.pkl.gz")
def _(path: Path) -> None:
    import pandas

    pandas.Series([1.0, 2.0], index=pandas.date_range("2026", periods=2)).to_pickle(path)


@honest("sparse.pkl")
def _(path: Path) -> None:
    import scipy.sparse

    path.write_bytes(pickle.dumps([scipy.sparse.eye(4, format=kind) for kind in ("csr", "csc", "coo", "lil")]))


@honest("interpolation.pkl")
def _(path: Path) -> None:
    import scipy.interpolate

    path.write_bytes(pickle.dumps(scipy.interpolate.CubicSpline([0, 1, 2], [0, 1, 4])))


# -- what training leaves behind -----------------------------------------------------------------------------------


@honest("training_args.bin")
def _(path: Path) -> None:
    from transformers import TrainingArguments

    _torch().save(TrainingArguments(output_dir="out", report_to=[]), path)


@honest("random_states_0.pkl")
def _(path: Path) -> None:
    import random

    import numpy

    torch = _torch()
    states = {"step": 1, "random_state": random.getstate(), "numpy_random_seed": numpy.random.get_state()}
    torch.save({**states, "torch_manual_seed": torch.get_rng_state()}, path)


@honest("lightning.ckpt")
def _(path: Path) -> None:
    import argparse

    torch = _torch()
    model = torch.nn.Linear(2, 1)
    hyper = argparse.Namespace(lr=1e-3, name="run", layers=[1, 2])
    callbacks = {"ModelCheckpoint{'monitor': None}": {"best_model_path": "", "best_k_models": {}}}
    state = {"epoch": 1, "global_step": 2, "pytorch-lightning_version": "2.6.6", "state_dict": model.state_dict()}
    torch.save({**state, "hyper_parameters": vars(hyper), "args": hyper, "callbacks": callbacks, "loops": {}}, path)


@honest("weights.safetensors")
def _(path: Path) -> None:
    import numpy
    from safetensors.numpy import save_file

    save_file({"a": numpy.ones((2, 3), "float32"), "b": numpy.zeros(0, "int64")}, path, metadata={"format": "np"})


@honest("dill_data.pkl")
def _(path: Path) -> None:
    import dill

    path.write_bytes(dill.dumps(PLAIN))


@honest("cloudpickle_data.pkl")
def _(path: Path) -> None:
    import cloudpickle

    path.write_bytes(cloudpickle.dumps(VALUES))


# -- what really holds custom code ---------------------------------------------------------------------------------


class Own:
    """A class of somebody's own."""


def own_function(value: Any) -> Any:
    """Stand for somebody's preprocessing."""
    return value


@custom("own_class.pkl")
def _(path: Path) -> None:
    path.write_bytes(pickle.dumps(Own()))


@custom("own_function.joblib")
def _(path: Path) -> None:
    import joblib
    from sklearn.preprocessing import FunctionTransformer

    joblib.dump(FunctionTransformer(own_function), path)


@custom("own_class.pt")
def _(path: Path) -> None:
    torch = _torch()
    torch.save({"model": Own(), "w": torch.ones(2)}, path)
