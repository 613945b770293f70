"""What the tensors of an adapter say, held against its configuration and against the base that lies beside it.

Source: PEFT 0.17, ``tuners/lora/layer.py`` and ``config.py``: ``lora_A`` has the shape [r, in], ``lora_B`` [out, r];
weights of torch's Linear are [out, in], and with ``fan_in_fan_out`` (GPT-2's Conv1D) [in, out].
"""

from __future__ import annotations

import re

from weighbridge.core.descriptions import DocumentValue
from weighbridge.core.facts import TensorDecl
from weighbridge.core.values import value
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.assembly import Assembly
    from weighbridge.inventory.model.owners import Owners
    from weighbridge.inventory.model.subject import Subject, SubjectFile

_LORA = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.[\w-]+)?\.weight")
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
"""Types of numbers that are not packed, so that shapes are those of the layer."""
_WEIGHTS = "adapter_model"
_MOST = 20
"""Layers that do not fit which are told."""


@value
class _Layer:
    """One layer of a LoRA adapter, as its tensors have it; 0 for what is not there."""

    rank: int
    inner: int
    outer: int


def check(assembly: Assembly, subject: Subject, owners: Owners) -> None:
    """State what the tensors of each adapter say where its configuration, or the base beside it, says otherwise."""
    for file in subject.files:
        if file.name != "adapter_config.json":
            continue
        weights = next(
            (one for one in subject.files if one.folder == file.folder and one.name == f"{_WEIGHTS}.safetensors"), None
        )
        if weights is not None and weights.complete:
            _Adapter(assembly, owners.of(file), file, weights).check(_base(file, subject, owners))


class _Adapter:
    def __init__(self, assembly: Assembly, id_: str, config: SubjectFile, weights: SubjectFile) -> None:
        self.assembly = assembly
        self.id = id_
        self.weights = weights
        self.config = {one.pointer: one for one in config.of(DocumentValue) if one.document == "config"}
        self.layers = _layers(weights)

    def check(self, base: tuple[SubjectFile, ...]) -> None:
        stated = self.config.get("/r")
        ranks = {one.rank for one in self.layers.values() if one.rank}
        is_one = not any(pointer.startswith("/rank_pattern/") for pointer in self.config)
        if stated is not None and stated.kind == "int" and is_one and ranks and {int(stated.text)} != ranks:
            self._claim("r", "/".join(map(str, sorted(ranks))), self.weights, "the rank of its tensors")
        self._targets()
        self._fits(base)

    def _targets(self) -> None:
        """Hold the layers that are adapted against those that the configuration names, where it lists them."""
        named = [one.text for pointer, one in self.config.items() if pointer.startswith("/target_modules/")]
        if not named:
            return  # an expression, or all of a kind
        if not all(any(layer == name or layer.endswith(f".{name}") for name in named) for layer in self.layers):
            adapted = sorted({layer.rpartition(".")[2] for layer in self.layers})
            self._claim("target_modules", " ".join(adapted), self.weights, "what its tensors are for")

    def _fits(self, base: tuple[SubjectFile, ...]) -> None:
        flipped = self.config.get("/fan_in_fan_out")
        is_flipped = flipped is not None and flipped.text == "true"
        told = 0
        shapes = {
            one.name.removesuffix(".weight"): (file, one.shape)
            for file in base
            for one in file.of(TensorDecl)
            if one.dtype in _FLOATS and len(one.shape) == 2 and one.name.endswith(".weight")
        }
        tails: dict[str, list[str]] = {}
        for name in shapes:
            tails.setdefault(name.rpartition(".")[2], []).append(name)
        for layer, own in self.layers.items():
            # Heads put a name before all others: one of both may lack it.
            near = [
                name for name in tails.get(layer.rpartition(".")[2], ())
                if name == layer or name.endswith(f".{layer}") or layer.endswith(f".{name}")
            ]  # fmt: skip
            if len(near) != 1 or told >= _MOST:
                continue
            file, (rows, columns) = shapes[near[0]]
            inner, outer = (rows, columns) if is_flipped else (columns, rows)
            if (own.inner and own.inner != inner) or (own.outer and own.outer != outer):
                told += 1
                self._claim(layer, f"{own.inner or '?'} to {own.outer or '?'}", self.weights, "what the adapter is for")
                self._claim(layer, f"{inner} to {outer}", file, "what the base has")

    def _claim(self, name: str, words: str, file: SubjectFile, note: str) -> None:
        origin = Origin(method=Method.HEADER, confidence=Confidence.VERIFIED, file=file.path, sha256=file.sha256)
        self.assembly.claim(self.id, Field.HYPERPARAMETER, f"{name}={words}", origin, note)


def _layers(weights: SubjectFile) -> dict[str, _Layer]:
    """Read the layers of LoRA; of convolutions the last two extents are those of the kernel."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for one in weights.of(TensorDecl):
        named = _LORA.fullmatch(one.name)
        if named is not None and len(one.shape) == 2:
            found.setdefault(named[1], {})[named[2]] = one.shape
    return {
        layer: _Layer(
            rank=parts["A"][0] if "A" in parts else parts["B"][1], inner=parts["A"][1] if "A" in parts else 0,
            outer=parts["B"][0] if "B" in parts else 0,
        )
        for layer, parts in sorted(found.items())
    }  # fmt: skip


def _base(config: SubjectFile, subject: Subject, owners: Owners) -> tuple[SubjectFile, ...]:
    """Give the weights of the base, if it is the repository that the adapter lies in, or a folder of it.

    What a configuration names is this repository if it has its name, or is a path to it; nothing is taken for a base
    because it lies near.
    """
    named = next((one.text for one in config.of(DocumentValue) if one.pointer == "/base_model_name_or_path"), "")
    last = named.rstrip("/").rpartition("/")[2]
    if not last or owners.kind is Kind.ADAPTER:
        return ()
    folders = {file.folder for file in subject.files}
    inside = last if last in folders and named.count("/") <= 1 else ""
    if not inside and last.lower() != subject.name.rpartition("/")[2].lower() and named not in {".", ".."}:
        return ()
    return tuple(
        file for file in subject.files
        if file.folder == inside and file.complete and "safetensors" in file.formats
        and not file.name.startswith(_WEIGHTS)
    )  # fmt: skip
