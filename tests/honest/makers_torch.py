"""Honest archives that torch writes beside checkpoints: TorchScript, torch.package, torch.export, DCP, model archives.

``FILES`` is clean; ``REVIEWED`` is suspicious for the reason that stands beside each.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []
REVIEWED: list[tuple[str, Write, str]] = []


def honest(name: str) -> Callable[[Write], Write]:
    """Register a file that is clean."""
    return lambda write: FILES.append((name, write)) or write  # type: ignore[func-returns-value]


def reviewed(name: str, why: str) -> Callable[[Write], Write]:
    """Register a file that somebody has to look at, and the rule that says so."""
    return lambda write: REVIEWED.append((name, write, why)) or write  # type: ignore[func-returns-value]


def _torch() -> Any:
    import torch

    torch.manual_seed(0)
    return torch


def _network(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2)).eval()


# -- TorchScript -----------------------------------------------------------------------------------------------------

MODULES: dict[str, Callable[[Any], Any]] = {
    "linear": lambda nn: nn.Linear(3, 2),
    "conv_stack": lambda nn: nn.Sequential(nn.Conv1d(2, 3, 3), nn.GELU(), nn.MaxPool1d(2), nn.Dropout(0.1)),
    "lstm": lambda nn: nn.LSTM(4, 5, num_layers=2, bidirectional=True),
    "gru": lambda nn: nn.GRU(4, 5, batch_first=True),
    "attention": lambda nn: nn.MultiheadAttention(8, 2),
    "encoder": lambda nn: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
    "decoder": lambda nn: nn.TransformerDecoderLayer(8, 2, 16),
    "norms": lambda nn: nn.Sequential(nn.LayerNorm(4), nn.GroupNorm(2, 4), nn.InstanceNorm1d(4)),
    "embedding": lambda nn: nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2)),
    "embedding_bag": lambda nn: nn.EmbeddingBag(10, 4, mode="sum"),
    "upsample": lambda nn: nn.Sequential(nn.Upsample(scale_factor=2.0), nn.PixelShuffle(2), nn.Softmax(dim=1)),
    "transposed": lambda nn: nn.Sequential(nn.ConvTranspose2d(2, 2, 3), nn.AdaptiveAvgPool2d(1), nn.SiLU()),
    "loss": lambda nn: nn.CTCLoss(),
    "cross_entropy": lambda nn: nn.CrossEntropyLoss(),
}


def _scripted(make: Callable[[Any], Any]) -> Write:
    def write(path: Path) -> None:
        torch = _torch()
        torch.jit.script(make(torch.nn).eval()).save(str(path))

    return write


FILES += [(f"scripted_{name}.pt", _scripted(make)) for name, make in MODULES.items()]

VAD = '''
import torch
from typing import Dict, List, NamedTuple, Optional, Tuple


class Segment(NamedTuple):
    start: int
    score: torch.Tensor


class Vad(torch.nn.Module):
    """Voice activity with state, control flow, errors, text and exported methods."""

    state: Optional[Tuple[torch.Tensor, torch.Tensor]]
    names: Dict[str, int]
    save: List[int]

    def __init__(self):
        super().__init__()
        self.rates = [8000, 16000]
        self.rnn = torch.nn.LSTM(16, 8)
        self.out = torch.nn.Linear(8, 1)
        self.state = None
        self.names = {"speech": 1, "größe": 2}
        self.save = [1, 2]
        self.blocks = torch.nn.ModuleList([torch.nn.Linear(16, 16), torch.nn.Linear(16, 16)])

    @torch.jit.export
    def reset_states(self) -> None:
        self.state = None

    @torch.jit.export
    def best(self, scores: List[float], path: str = "models/a.pt") -> Tuple[str, int]:
        top = 0
        for i, score in enumerate(scores):
            if score > scores[top]:
                top = i
        words = path.split("/")
        return "\\n".join([w.upper() for w in words]), top

    def segment(self, x: torch.Tensor, start: int) -> Segment:
        return Segment(start, torch.sigmoid(self.out(x)))

    def forward(self, x: torch.Tensor, sr: int):
        if sr not in self.rates:
            raise ValueError(f"Supported rates: {self.rates}, got {sr}")
        for block in self.blocks:
            x = torch.relu(block(x)) + x
        found: List[Segment] = []
        i = 0
        while i < x.size(0):
            y, state = self.rnn(x[i : i + 1], self.state)
            self.state = state
            found.append(self.segment(y, i))
            i += 1
            if i in self.save:
                continue
            if i > 100:
                break
        assert len(found) > 0, "nothing"
        scores = {str(s.start): s.score for s in found}
        total = torch.zeros([1], device=x.device, dtype=x.dtype)
        for key, score in scores.items():
            total = total + score.mean() * len(key)
        print(total.shape)
        return total, scores, x.float().mean().item()
'''


def _vad(folder: Path) -> Any:
    import importlib.util

    source = folder / "inert_vad.py"
    source.write_text(VAD, "utf-8")
    spec = importlib.util.spec_from_file_location("inert_vad", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Vad()


@honest("voice_activity.jit")
def _(path: Path) -> None:
    _torch().jit.script(_vad(path.parent)).save(str(path))


@honest("voice_activity.ptl")
def _(path: Path) -> None:
    _torch().jit.script(_vad(path.parent))._save_for_lite_interpreter(str(path))


@honest("traced.pt")
def _(path: Path) -> None:
    torch = _torch()
    torch.jit.trace(_network(torch), torch.ones(1, 3, 8, 8)).save(str(path))


@honest("frozen.pt")
def _(path: Path) -> None:
    torch = _torch()
    frozen = torch.jit.freeze(torch.jit.trace(_network(torch), torch.ones(1, 3, 8, 8)))
    torch.jit.save(frozen, str(path), _extra_files={"config.json": '{"classes": ["a", "b"]}', "notes": "ten words"})


@honest("inference.pt")
def _(path: Path) -> None:
    torch = _torch()
    torch.jit.optimize_for_inference(torch.jit.script(_network(torch))).save(str(path))


@honest("quantised_dynamic.pt")
def _(path: Path) -> None:
    torch = _torch()
    net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.LSTM(4, 3))
    torch.jit.script(torch.ao.quantization.quantize_dynamic(net, {torch.nn.Linear, torch.nn.LSTM})).save(str(path))


@honest("quantised_static.pt")
def _(path: Path) -> None:
    torch = _torch()
    ao = torch.ao.quantization
    net = torch.nn.Sequential(ao.QuantStub(), torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), ao.DeQuantStub()).eval()
    net.qconfig = ao.get_default_qconfig("x86")
    prepared = ao.prepare(net)
    prepared(torch.ones(1, 3, 8, 8))
    torch.jit.script(ao.convert(prepared)).save(str(path))


@honest("script_function.pt")
def _(path: Path) -> None:
    torch = _torch()
    torch.jit.save(torch.jit.trace(lambda x: torch.stft(x, 16, return_complex=True).abs(), torch.ones(64)), str(path))


# -- torch.package -----------------------------------------------------------------------------------------------------


@honest("package_of_tensors.pt")
def _(path: Path) -> None:
    torch = _torch()
    from torch.package import PackageExporter

    with PackageExporter(str(path)) as exporter:
        exporter.extern(["torch.**", "collections"])
        exporter.save_pickle("model", "state.pkl", torch.nn.Linear(3, 2).state_dict())
        exporter.save_text("model", "labels.txt", "cat\ndog\n")


# -- torch.export ------------------------------------------------------------------------------------------------------


@honest("exported.pt2")
def _(path: Path) -> None:
    torch = _torch()
    program = torch.export.export(_network(torch), (torch.ones(2, 3, 8, 8),))
    torch.export.save(program, str(path), extra_files={"note.txt": "ten words"})


@honest("exported_dynamic.pt2")
def _(path: Path) -> None:
    torch = _torch()

    class Net(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(4, 4)
            self.register_buffer("scale", torch.ones(4, dtype=torch.float64))

        def forward(self, x: Any, flag: Any) -> Any:
            size = x.shape[0]
            y = torch.cond(flag.sum() > 0, lambda a: a.sin(), lambda a: a.cos(), (x,))
            return self.first(y).view(size * 2, -1) * (size // 2) + self.scale.float().sum()

    shapes = {"x": {0: torch.export.Dim("batch", min=2, max=64)}, "flag": None}
    torch.export.save(torch.export.export(Net(), (torch.ones(4, 4), torch.ones(2)), dynamic_shapes=shapes), str(path))


@honest("exported_quantised.pt2")
def _(path: Path) -> None:
    torch = _torch()

    class Net(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            q = torch.ops.quantized_decomposed.quantize_per_tensor.default(x, 0.1, 0, -128, 127, torch.int8)
            return torch.ops.quantized_decomposed.dequantize_per_tensor.default(q, 0.1, 0, -128, 127, torch.int8)

    import torch.ao.quantization.fx._decomposed

    torch.export.save(torch.export.export(Net(), (torch.ones(4),)), str(path))


# -- distributed checkpoints -------------------------------------------------------------------------------------------


def _distributed(name: str) -> Write:
    def write(path: Path) -> None:
        torch = _torch()
        import torch.distributed.checkpoint as checkpoint

        net = _network(torch)
        state = {"model": net.state_dict(), "step": 5, "note": "a run"}
        checkpoint.save(state, checkpoint_id=path.parent / "dcp", no_dist=True)
        path.write_bytes((path.parent / "dcp" / name).read_bytes())

    return write


FILES += [(name, _distributed(name)) for name in (".metadata", "__0_0.distcp")]


# -- TorchServe --------------------------------------------------------------------------------------------------------


def _served(path: Path, **model: str) -> None:
    torch = _torch()
    inner = path.parent / "inner.pt"
    torch.jit.script(_network(torch)).save(str(inner))
    named = {"modelName": "net", "serializedFile": "inner.pt", "handler": "image_classifier", "modelVersion": "1.0"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.pt")
        archive.writestr("index_to_name.json", '{"0": "cat"}')
        archive.writestr(
            "MAR-INF/MANIFEST.json",
            json.dumps({"createdOn": "01/01/2026", "runtime": "python", "model": named | model,
                        "archiverVersion": "0.12.0"}, indent=2),
        )  # fmt: skip


@honest("built_in_handler.mar")
def _(path: Path) -> None:
    _served(path)


@reviewed("own_handler.mar", "EXE130")
def _(path: Path) -> None:
    _served(path, handler="handler.py", requirementsFile="requirements.txt")


@reviewed("script_as_weights.bin", "HID205")
def _(path: Path) -> None:
    torch = _torch()
    torch.jit.script(_network(torch)).save(str(path))


@reviewed("custom_operator.pt", "EXE133")
def _(path: Path) -> None:
    torch = _torch()
    library = torch.library.Library("inert_absent", "DEF")
    library.define("twice(Tensor x) -> Tensor")
    library.impl("twice", lambda x: x * 2, "CompositeExplicitAutograd")

    class Net(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            return torch.ops.inert_absent.twice(x)

    torch.jit.trace(Net(), torch.ones(2)).save(str(path))
    library._destroy()


# -- sparse tensors ----------------------------------------------------------------------------------------------------


def _sparse(*, legacy: bool = False) -> Write:
    def write(path: Path) -> None:
        torch = _torch()
        dense = torch.eye(6) * 2
        coo = torch.sparse_coo_tensor(torch.tensor([[0, 1], [3, 2], [2, 0]]).t(), torch.ones(3, 2), (4, 3, 2))
        held = {
            "coo": coo, "coalesced": coo.coalesce(), "empty": torch.zeros(3, 3).to_sparse(),
            "csr": dense.to_sparse_csr(),
            "csc": dense.to_sparse_csc(), "bsr": dense.to_sparse_bsr((2, 3)), "bsc": dense.to_sparse_bsc((2, 3)),
            "scalar": torch.sparse_coo_tensor(torch.zeros(1, 0, dtype=torch.int64), torch.zeros(0), (3,)),
            "uint16": torch.ones(3, dtype=torch.uint16)[1:], "parameter": torch.nn.Parameter(dense.t()),
        }  # fmt: skip
        torch.save(held, path, _use_new_zipfile_serialization=not legacy)

    return write


FILES += [("sparse.pt", _sparse()), ("sparse_legacy.pt", _sparse(legacy=True))]
