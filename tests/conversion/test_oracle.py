"""The jailed library is the judge: what torch, joblib and pickle load in the jail is what the converted file holds.

Files are written by the libraries, converted by the command, read by safetensors, and compared name by name and byte
by byte: every type that torch saves, every way to look at a storage, both layouts, modules, optimizers, estimators.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tools.corpus_converted import Plain, differences, named, written

from tests.e2e.command import weigh
from weighbridge.sandbox import load
from weighbridge.sandbox.kernel import running_kernel

pytestmark = [
    pytest.mark.libraries,
    pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64"),
]

OTHERS = ("torch.complex128", "torch.complex32", "torch.q", "torch.bits", "torch.float4")
"""Types that safetensors does not have; what is made of their tensors is told elsewhere."""


def converted(path: Path) -> dict[str, Plain]:
    """What the command makes of a file, second names included."""
    ran = weigh("convert", path, "--into", path.parent / "out", "--format", "json")
    assert ran.code == 0, ran.err
    (report,) = ran.report["files"]
    found = {name: one for part in report["weights"] for name, one in written(Path(part["path"])).items()}
    return found | {alias: found[kept] for alias, kept in report["aliases"].items()}


def proven(path: Path, library: str) -> dict[str, Plain]:
    """Compare the conversion of a file with what its library loads in the jail; gives the latter."""
    wanted, found = dict(named(load(path, library))), converted(path)
    assert not differences(wanted, found, set())
    return wanted


def saved(content: Any, *, old: bool = False) -> bytes:
    import torch

    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not old)
    return file.getvalue()


def dtypes(*, old: bool) -> list[Any]:
    """Every type that torch saves and reads, found by trying."""
    import torch

    found = []
    for dtype in {one for one in vars(torch).values() if isinstance(one, torch.dtype)}:
        try:
            one = torch.arange(16, dtype=torch.uint8).view(dtype)
            torch.load(io.BytesIO(saved(one, old=old)), weights_only=False)
        except (RuntimeError, AttributeError, KeyError, TypeError):
            continue
        found.append(dtype)
    return sorted(found, key=str)


def usages(dtype: Any) -> dict[str, Any]:
    """Ways of tensors to use a storage: the whole of it, parts, in another order, again and again, not at all."""
    import torch

    def whole(*shape: int) -> Any:
        count = torch.empty(shape, dtype=dtype).numel()
        bits = torch.randint(0, 2 if dtype is torch.bool else 256, (count * dtype.itemsize,), dtype=torch.uint8)
        return (bits.bool() if dtype is torch.bool else bits.view(dtype)).view(shape)

    base, solid = whole(6, 8), whole(2, 3, 4, 5)
    return {
        "own": whole(3, 5), "shared": base, "again": base, "narrow": base.narrow(0, 2, 3), "column": base[:, 3],
        "transposed": base.t(), "stepped": base[1::2, ::3], "block": base[2:4, 5:7],
        "expanded": whole(4, 1).expand(4, 7), "repeated": whole(1).expand(3, 3), "last": base[5, 7],
        "permuted": solid.permute(3, 1, 0, 2),
        "channels": solid.permute(0, 2, 3, 1), "unfolded": base.view(-1)[:12].as_strided((5, 4), (2, 1)),
        "number": whole(), "none": whole(0, 7), "none of some": base[:, 3:3], "one": whole(1, 1, 1),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
def test_every_type_and_every_way_to_use_a_storage(old: bool, tmp_path: Path) -> None:
    known = [one for one in dtypes(old=old) if not str(one).startswith(OTHERS)]
    assert len(known) >= (11 if old else 19)
    path = tmp_path / "model.pt"
    path.write_bytes(saved({str(one).removeprefix("torch."): usages(one) for one in known}, old=old))
    wanted = proven(path, "torch")
    assert len(wanted) == len(known) * len(usages(known[0]))


def containers() -> Any:
    """State dicts, parameters, buffers, containers in containers, tied weights."""
    import torch

    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = torch.nn.Embedding(7, 4)
            self.head = torch.nn.Linear(4, 7, bias=False)
            self.head.weight = self.embed.weight
            self.register_buffer("steps", torch.tensor(3))
            self.blocks = torch.nn.ModuleList([torch.nn.GRU(4, 4), torch.nn.BatchNorm2d(3), torch.nn.Conv1d(2, 2, 3)])

    model = Tied()
    state = model.state_dict()
    assert hasattr(state, "_metadata")
    return {
        "state": state, "parameter": torch.nn.Parameter(torch.randn(2, 3)),
        "module.ema": OrderedDict(a=torch.ones(2), b=[torch.zeros(1), (torch.ones(1), {"c": torch.ones(3)})]),
        "frozen": torch.nn.Parameter(torch.randn(2), requires_grad=False),
        "list": list(model.parameters()), "buffer": torch.nn.Buffer(torch.randn(4)), "size": torch.Size([1, 2]),
        3: torch.randn(2), "deep": {"er": {"still": {"deeper": torch.randn(1)}}},
    }  # fmt: skip


def trainers() -> Any:
    """What optimizers and trainers keep beside the weights."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    kinds: dict[str, Any] = {
        "adam": torch.optim.Adam(model.parameters(), amsgrad=True),
        "sgd": torch.optim.SGD(model.parameters(), momentum=0.9),
        "rms": torch.optim.RMSprop(model.parameters(), centered=True),
        "lbfgs": torch.optim.LBFGS(model.parameters(), history_size=2),
        "adafactor": torch.optim.Adafactor(model.parameters()),
    }
    for one in kinds.values():

        def closure(one: Any = one) -> Any:
            one.zero_grad()
            loss = model(torch.randn(5, 4)).square().sum()
            loss.backward()
            return loss

        one.step(closure)
    average = torch.optim.swa_utils.AveragedModel(model)
    return {
        "epoch": 3, "global_step": 120, "pytorch-lightning_version": "2.4.0", "state_dict": model.state_dict(),
        "optimizer_states": {name: one.state_dict() for name, one in kinds.items()}, "average": average.state_dict(),
        "rng": torch.get_rng_state(), "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"early": {"best": torch.tensor(0.5)}},
        "hyper_parameters": {"lr": 1e-3, "layers": (1, 2), "dtype": torch.bfloat16},
    }  # fmt: skip


def modules() -> Any:
    """Whole pickled modules of classes that torch brings along."""
    import torch

    inner = torch.nn.TransformerEncoderLayer(8, 2, 16)
    return torch.nn.Sequential(OrderedDict(first=torch.nn.Linear(3, 3), second=inner, third=torch.nn.BatchNorm1d(4)))


@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
def test_what_trainers_save(old: bool, tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    path.write_bytes(saved({"containers": containers(), "trainers": trainers()}, old=old))
    assert len(proven(path, "torch")) > 90


def test_whole_modules_have_the_names_of_their_state_dicts(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    model = modules()
    path.write_bytes(saved(model))
    assert proven(path, "torch").keys() == model.state_dict().keys()


def arrays() -> dict[str, Any]:
    """Arrays of every type that torch and numpy share, in every order."""
    import numpy as np

    made: dict[str, Any] = {}
    for kind in ("bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8"):
        base = np.random.default_rng(1).integers(0, 2 if kind == "bool" else 99, (6, 8)).astype(kind)
        made[kind] = {
            "own": base, "again": base, "fortran": np.asfortranarray(base), "part": base[1:3, 2:5],
            "stepped": base[::2, ::3], "turned": base[::-1, ::-1], "transposed": base.T, "none": base[:0],
            "number": np.array(base[0, 0]), "repeated": np.broadcast_to(base[0], (3, 8)),
        }  # fmt: skip
    return made


def save_joblib(path: Path) -> None:
    import joblib

    joblib.dump({"arrays": arrays(), "list": [arrays()["f4"]["own"]]}, path)


def save_estimators(path: Path) -> None:
    import joblib
    import numpy as np
    from sklearn import cluster, decomposition, linear_model, naive_bayes, pipeline, preprocessing

    x = np.random.default_rng(1).normal(size=(60, 5))
    y = np.arange(60) % 3
    steps = [("scale", preprocessing.StandardScaler()), ("reduce", decomposition.PCA(3))]
    made = {
        "logistic": linear_model.LogisticRegression().fit(x, y), "ridge": linear_model.Ridge().fit(x, y),
        "means": cluster.KMeans(3, n_init=1).fit(x), "scaled": pipeline.Pipeline(steps).fit(x),
        "bayes": naive_bayes.GaussianNB().fit(x, y),
    }  # fmt: skip
    joblib.dump(made, path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("save", [save_joblib, save_estimators])
def test_what_joblib_dumps(save: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    save(path)
    assert len(proven(path, "joblib")) > 15


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_what_pickle_dumps(protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(arrays(), protocol))
    assert len(proven(path, "pickle")) == 130


def test_the_judge_is_strict() -> None:
    """Another byte, type, shape or name, a tensor too few or too many: each is told."""
    one = Plain("F32", (2,), bytes(8))
    wanted = {"a": one, "b": one}
    assert not differences(wanted, dict(wanted), set())
    for other in (Plain("F32", (2,), bytes(7) + b"1"), Plain("I32", (2,), bytes(8)), Plain("F32", (2, 1), bytes(8))):
        assert len(differences(wanted, {"a": one, "b": other}, set())) == 1
    assert differences(wanted, {"a": one}, set()) == ["b is missing"]
    assert not differences(wanted, {"a": one}, {"b"})
    assert differences(wanted, {**wanted, "c": one}, {"c"}) == ["c is no tensor of the library's"]
