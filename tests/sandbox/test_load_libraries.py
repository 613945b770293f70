"""Honest files of the real libraries are loaded in the jail, and show what they are."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from tests.sandbox.loaded import load, running
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.loading import HaltKind, Library
from weighbridge.sandbox.policy import LOADER_LAYERS
from weighbridge.sandbox.testimony import Node, NodeKind

pytestmark = [
    pytest.mark.libraries,
    pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64"),
]


def written(write: Callable[[io.BytesIO], Any]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def held(content: bytes, library: Library) -> Node:
    """The outline of a file that must be loaded, by a whole jail, without having tried anything."""
    found = load(content, library, memory=4 << 30, seconds=60.0)
    assert found.outline is not None, found
    assert found.attempts == ()
    assert found.layers == LOADER_LAYERS
    return found.outline


def tensors(node: Node) -> dict[str, tuple[str, tuple[int, ...]]]:
    own = {node.label: (node.dtype, node.shape)} if node.kind is NodeKind.TENSOR else {}
    return own | {name: shape for item in node.items for name, shape in tensors(item).items()}


@pytest.mark.parametrize("zipped", [True, False])
def test_torch(zipped: bool) -> None:
    torch = import_module("torch")
    state = {
        "half": torch.zeros(2, 3, dtype=torch.bfloat16),
        "complex": torch.zeros(4, dtype=torch.complex64),
        "view": torch.arange(12.0).reshape(3, 4).t(),
        "step": 7,
        "module": torch.nn.Linear(3, 2),
    }
    content = written(lambda stream: torch.save(state, stream, _use_new_zipfile_serialization=zipped))
    outline = held(content, Library.TORCH)
    assert tensors(outline) == {
        "half": ("bfloat16", (2, 3)),
        "complex": ("complex64", (4,)),
        "view": ("float32", (4, 3)),
        "weight": ("float32", (2, 3)),
        "bias": ("float32", (2,)),
    }
    assert {item.label: item.class_name for item in outline.items}["module"] == "torch.nn.modules.linear.Linear"


def test_what_a_library_does_while_it_is_imported_is_not_held_against_a_file() -> None:
    """Importing transformers makes a cache directory and tries a socket; neither is had."""
    torch, transformers = import_module("torch"), import_module("transformers")
    config = transformers.BertConfig(
        hidden_size=8, num_attention_heads=2, num_hidden_layers=1, intermediate_size=8, vocab_size=20
    )
    outline = held(written(lambda stream: torch.save(transformers.BertModel(config), stream)), Library.TORCH)
    assert outline.class_name == "transformers.models.bert.modeling_bert.BertModel"


@pytest.mark.parametrize("compress", [0, 3, ("xz", 3)])
def test_joblib_and_sklearn(compress: object) -> None:
    joblib = import_module("joblib")
    ensemble = import_module("sklearn.ensemble")
    forest = ensemble.RandomForestClassifier(2, random_state=0).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    outline = held(written(lambda stream: joblib.dump(forest, stream, compress=compress)), Library.JOBLIB)
    assert outline.class_name == "sklearn.ensemble._forest.RandomForestClassifier"
    assert {item.label: (item.dtype, item.shape) for item in outline.items}["classes_"] == ("int64", (2,))


def test_numpy() -> None:
    numpy = import_module("numpy")
    outline = held(written(lambda stream: numpy.save(stream, numpy.zeros((2, 3), "<f2"))), Library.NUMPY)
    assert (outline.kind, outline.dtype, outline.shape) == (NodeKind.TENSOR, "float16", (2, 3))
    objects = numpy.array([{"a": 1}, None], dtype=object)
    assert held(written(lambda stream: numpy.save(stream, objects)), Library.NUMPY).dtype == "object"
    archive = held(written(lambda stream: numpy.savez(stream, a=numpy.zeros(2), b=numpy.ones(3))), Library.NUMPY)
    assert tensors(archive) == {"a": ("float64", (2,)), "b": ("float64", (3,))}


def test_pickle_of_arrays() -> None:
    numpy = import_module("numpy")
    outline = held(pickle.dumps({"weights": numpy.ones((5, 5))}), Library.PICKLE)
    assert tensors(outline) == {"weights": ("float64", (5, 5))}


@pytest.mark.parametrize("library", [Library.TORCH, Library.JOBLIB, Library.NUMPY])
def test_a_hostile_twin_is_caught_by_each_library(library: Library) -> None:
    import_module(library)
    found = load(running("import os; os.system('echo weighed')"), library, memory=4 << 30, seconds=60.0)
    assert any(attempt.event is not None and attempt.event.event == "os.system" for attempt in found.attempts)


def test_a_file_that_needs_more_memory_than_there_is() -> None:
    numpy = import_module("numpy")
    found = load(
        written(lambda stream: numpy.save(stream, numpy.zeros(40 << 20, "u1"))), Library.NUMPY, memory=32 << 20
    )
    assert found.halt is not None
    assert found.halt.kind is HaltKind.RESOURCE_EXCEEDED
    assert found.attempts == ()


def test_tensors_that_need_more_memory_than_there_is() -> None:
    torch = import_module("torch")
    content = written(lambda stream: torch.save(torch.zeros(96 << 20, dtype=torch.uint8), stream))
    found = load(content, Library.TORCH, memory=64 << 20, seconds=60.0)
    assert found.halt is not None
    assert found.halt.kind is HaltKind.RESOURCE_EXCEEDED
