"""Honest models of XGBoost, LightGBM and skops, written by the libraries themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]

FILES: list[tuple[str, Write]] = []

_ROWS = 200


def _data() -> tuple[Any, Any, Any]:
    """Numbers in four columns, two classes and three."""
    import numpy as np

    random = np.random.default_rng(0)
    columns = random.normal(size=(_ROWS, 4))
    return columns, (columns[:, 0] + columns[:, 1] > 0).astype(int), random.integers(0, 3, _ROWS)


def _frame() -> Any:
    """The same with a column of 40 categories that matter."""
    import numpy as np
    import pandas as pd

    columns, _, _ = _data()
    frame = pd.DataFrame(columns, columns=list("abcd"))
    frame["e"] = pd.Categorical([f"k{number % 40}" for number in np.arange(_ROWS)])
    return frame


def _xgboost(rounds: int = 4, target: str = "two", **parameters: Any) -> Write:
    def write(path: Path) -> None:
        import numpy as np
        import xgboost

        columns, two, three = _data()
        frame = _frame() if target == "categories" else columns
        targets = {"two": two, "three": three, "both": columns[:, :2], "categories": np.arange(_ROWS) % 40 % 3 == 0}
        data = xgboost.DMatrix(frame, targets[target], enable_categorical=target == "categories")
        given = {"max_depth": 4, "nthread": 1, "seed": 1, **parameters}
        booster = xgboost.train(given, data, rounds)
        booster.set_attr(note="an attribute")
        booster.save_model(str(path))

    return write


_KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("trees", {}),
    ("linear", {"booster": "gblinear"}),
    ("dart", {"booster": "dart", "rate_drop": 0.5}),
    ("classes", {"target": "three", "objective": "multi:softprob", "num_class": 3}),
    ("forest", {"num_parallel_tree": 3, "subsample": 0.5}),
    ("pruned", {"gamma": 2.0, "tree_method": "exact"}),
    ("by_loss", {"grow_policy": "lossguide", "max_leaves": 30, "max_depth": 0, "tree_method": "hist"}),
    ("counts", {"target": "three", "objective": "count:poisson"}),
    ("categories", {"target": "categories", "tree_method": "hist", "max_cat_to_onehot": 1}),
    ("one_hot", {"target": "categories", "tree_method": "hist", "max_cat_to_onehot": 100}),
    ("vectors", {"target": "both", "tree_method": "hist", "multi_strategy": "multi_output_tree"}),
    ("targets", {"target": "both", "tree_method": "hist"}),
    ("one_leaf", {"gamma": 1e9}),
    ("no_rounds", {"rounds": 0}),
)

FILES += [(f"xgb_{name}.{ending}", _xgboost(**given)) for name, given in _KINDS for ending in ("json", "ubj")]


def _lightgbm(rounds: int = 4, target: str = "two", **parameters: Any) -> Write:
    def write(path: Path) -> None:
        import lightgbm
        import numpy as np

        columns, two, three = _data()
        frame = _frame() if target == "categories" else columns
        targets = {"two": two, "three": three, "line": columns[:, 0] * 3 + columns[:, 1]}
        targets["categories"] = (np.arange(_ROWS) % 40 % 3).astype(float)
        given = {"verbose": -1, "num_threads": 1, "num_leaves": 7, "min_data_in_leaf": 5, "seed": 1, **parameters}
        lightgbm.train(given, lightgbm.Dataset(frame, targets[target]), rounds).save_model(str(path))

    return write


FILES += [
    ("lgb_trees.txt", _lightgbm()),
    ("lgb_named.model", _lightgbm(objective="binary")),
    ("lgb_classes.txt", _lightgbm(target="three", objective="multiclass", num_class=3)),
    ("lgb_categories.txt", _lightgbm(target="categories", min_data_per_group=1, cat_smooth=1, max_cat_to_onehot=1)),
    ("lgb_one_hot.txt", _lightgbm(target="categories", min_data_per_group=1, max_cat_to_onehot=64)),
    ("lgb_linear.txt", _lightgbm(target="line", linear_tree=True)),
    ("lgb_dart.txt", _lightgbm(boosting="dart")),
    ("lgb_forest.txt", _lightgbm(boosting="rf", bagging_freq=1, bagging_fraction=0.5)),
    ("lgb_one_leaf.txt", _lightgbm(min_gain_to_split=1e9)),
    ("lgb_deep.txt", _lightgbm(num_leaves=60, min_data_in_leaf=1, rounds=20)),
]


def _skops(make: Callable[[], Any]) -> Write:
    def write(path: Path) -> None:
        import skops.io

        skops.io.dump(make(), path)

    return write


def _fitted(make: Callable[[], Any], *, text: bool = False) -> Write:
    def fit() -> Any:
        columns, two, _ = _data()
        words = ["aa bb cc", "bb dd", "ee ff cc", "dd aa"] * (_ROWS // 4)
        return make().fit(words if text else columns, two)

    return _skops(fit)


def _mixed() -> Any:
    """A forest behind columns of several kinds."""
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer([("n", numbers, list("abcd")), ("c", OneHotEncoder(handle_unknown="ignore"), ["e"])])
    return make_pipeline(columns, RandomForestClassifier(3)).fit(_frame(), _data()[1])


def _pipeline() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())


def _stack() -> Any:
    from sklearn.ensemble import BaggingClassifier, StackingClassifier
    from sklearn.tree import DecisionTreeClassifier

    return StackingClassifier([("a", BaggingClassifier(DecisionTreeClassifier(), 3)), ("b", _pipeline())])


def _grid() -> Any:
    from sklearn.model_selection import GridSearchCV

    return GridSearchCV(_pipeline(), {"logisticregression__C": [0.1, 1.0]}, cv=2)


def _text() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(), MultinomialNB())


def _function() -> Any:
    import numpy as np
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return make_pipeline(FunctionTransformer(np.tanh), Ridge())


def _of(module: str, name: str, *arguments: Any, **keywords: Any) -> Callable[[], Any]:
    def make() -> Any:
        from importlib import import_module

        return getattr(import_module(module), name)(*arguments, **keywords)

    return make


def _values() -> Any:
    """Values of many kinds."""
    import collections
    import datetime
    import functools

    import numpy as np
    import scipy.sparse

    return {
        "sparse": scipy.sparse.csr_matrix(np.eye(3)), "list": [1, 2.5, None, True, "text"], "set": {1, 2},
        "scalars": (np.float32(1), np.int64(2)), "objects": np.array(["x", {"q": 1}], dtype=object),
        "generator": np.random.default_rng(1), "state": np.random.RandomState(1), "bytes": b"abc",
        "ordered": collections.OrderedDict(a=1), "default": collections.defaultdict(list, a=[1]),
        "array": bytearray(b"x"), "slice": slice(1, 2), "span": datetime.timedelta(1), "zone": datetime.UTC,
        "masked": np.ma.array([1, 2], mask=[0, 1]), "dtype": np.dtype("float32"), "type": int, "kind": np.float64,
        "partial": functools.partial(np.add, 1),
    }  # fmt: skip


FILES += [
    ("pipeline.skops", _fitted(_pipeline)),
    ("mixed.skops", _skops(_mixed)),
    ("stack.skops", _fitted(_stack)),
    ("grid.skops", _fitted(_grid)),
    ("text.skops", _fitted(_text, text=True)),
    ("function.skops", _fitted(_function)),
    ("boosted.skops", _fitted(_of("sklearn.ensemble", "GradientBoostingClassifier", n_estimators=3))),
    ("histogram.skops", _fitted(_of("sklearn.ensemble", "HistGradientBoostingClassifier", max_iter=3))),
    ("isolation.skops", _fitted(_of("sklearn.ensemble", "IsolationForest", n_estimators=3))),
    ("vectors.skops", _fitted(_of("sklearn.svm", "SVC"))),
    ("descent.skops", _fitted(_of("sklearn.linear_model", "SGDClassifier"))),
    ("neighbours.skops", _fitted(_of("sklearn.neighbors", "KNeighborsClassifier"))),
    ("clusters.skops", _fitted(_of("sklearn.cluster", "KMeans", 2, n_init=1))),
    ("network.skops", _fitted(_of("sklearn.neural_network", "MLPClassifier", max_iter=300))),
    ("process.skops", _fitted(_of("sklearn.gaussian_process", "GaussianProcessClassifier"))),
    ("xgboost.skops", _fitted(_of("xgboost", "XGBClassifier", n_estimators=2))),
    ("lightgbm.skops", _fitted(_of("lightgbm", "LGBMClassifier", n_estimators=2, verbose=-1))),
    ("values.skops", _skops(_values)),
]
