"""Honest files of the real libraries are loaded in the jail, and show what they are."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.builders import pretrained
from tests.sandbox import called
from tests.sandbox.loaded import load, running, whole
from weighbridge.core.errors import UsageError
from weighbridge.core.report import Verdict
from weighbridge.sandbox import call
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.loading import HaltKind, Library
from weighbridge.sandbox.testimony import Node, NodeKind
from weighbridge.sandbox.weighed import weigh_and_load

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
    assert whole(found.layers)
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
    content = written(lambda stream: torch.save(torch.zeros(640 << 20, dtype=torch.uint8), stream))
    found = load(content, Library.TORCH, memory=512 << 20, seconds=60.0)
    assert found.halt is not None
    assert found.halt.kind is HaltKind.RESOURCE_EXCEEDED


def opened(path: Path, library: Library) -> Node:
    """The outline of what lies at a path, loaded by it, by a whole jail, without having tried anything."""
    weighed = weigh_and_load(str(path), library)
    assert weighed.scanned.verdict() is not Verdict.MALICIOUS, weighed.scanned
    found = weighed.loading
    assert found is not None
    assert found.outline is not None, found
    assert found.attempts == ()
    assert whole(found.layers)
    return found.outline


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras as it is used beside the child: on torch, without threads left over."""
    os.environ["KERAS_BACKEND"] = "torch"
    return import_module("keras")


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_keras(keras: Any, tmp_path: Path, name: str) -> None:
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="second")], name="inner")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="first"), inner])
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer="adam")
    model.save(tmp_path / name)
    outline = opened(tmp_path / name, Library.KERAS)
    assert outline.class_name == "keras.src.models.sequential.Sequential"
    (layers,) = (item for item in outline.items if item.label == "layers")
    assert [layer.class_name.rpartition(".")[2] for layer in layers.items] == ["Dense", "Sequential"]
    kernels = [tensors(layer)["kernel"] for layer in layers.items]
    assert kernels == [("float32", (4, 3)), ("float32", (3, 2))]


def test_a_lambda_of_keras_is_code(keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x * 2)])
    model.save(tmp_path / "model.keras")
    assert weigh_and_load(str(tmp_path / "model.keras"), Library.KERAS).loading is None
    found = weigh_and_load(str(tmp_path / "model.keras"), Library.KERAS, detonate=True).loading
    assert found is not None
    events = [attempt.event.event for attempt in found.attempts if attempt.event is not None]
    assert "marshal.loads" in events


def save_tokenizer(folder: Path) -> None:
    transformers, tokenizers = import_module("transformers"), import_module("tokenizers")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 1, "b": 2, "[UNK]": 3}, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]").save_pretrained(folder)


def test_transformers_computes_in_the_jail(tmp_path: Path) -> None:
    """A model in several files continues a text."""
    transformers = import_module("transformers")
    config = transformers.GPT2Config(
        n_embd=8, n_head=2, n_layer=1, vocab_size=50, n_positions=16, bos_token_id=0, eos_token_id=0
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(tmp_path, max_shard_size="2KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    save_tokenizer(tmp_path)
    found = call(called.write_more, tmp_path, "a b a", library="transformers")
    assert found["class"] == "GPT2LMHeadModel"
    assert found["tokens"].tolist() == [[1, 2, 1]]
    assert found["out"].shape == (1, 4)


def test_transformers_with_weights_in_a_pickle(tmp_path: Path) -> None:
    torch, transformers = import_module("torch"), import_module("transformers")
    config = transformers.LlamaConfig(
        hidden_size=8, num_attention_heads=2, num_hidden_layers=1, intermediate_size=8, vocab_size=20
    )
    model = transformers.LlamaModel(config)
    config.architectures = ["LlamaModel"]
    config.save_pretrained(tmp_path)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    save_tokenizer(tmp_path)
    outline = opened(tmp_path, Library.TRANSFORMERS)
    assert outline.class_name == "transformers.models.llama.modeling_llama.LlamaModel"
    held = {item.label: item for item in outline.items}
    assert {item.label: item.text for item in held["config"].items}["model_type"] == "'llama'"
    assert tensors(held["parameters"])["embed_tokens.weight"] == ("float32", (20, 8))
    assert "Tokenizer" in held["tokenizer"].class_name


def test_transformers_with_code_of_the_repository(tmp_path: Path) -> None:
    import_module("transformers")
    outline = opened(pretrained.with_code(tmp_path / "model"), Library.TRANSFORMERS)
    assert outline.class_name.endswith(".modeling_tiny.TinyModel")
    assert tensors(outline) == {"linear.weight": ("float32", (2, 4)), "linear.bias": ("float32", (2,))}


def test_code_and_weights_of_a_repository_that_reach_outside(tmp_path: Path) -> None:
    import_module("transformers")
    first = (
        "import os\n"
        f"os.system('echo weighed > {tmp_path}/owned')\n"
        f"try:\n    open('{tmp_path}/secret')\nexcept OSError:\n    pass\n"
    )
    folder = pretrained.with_code(tmp_path / "model", first)
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(running("import os; os.kill(os.getppid(), 0)"))
    assert weigh_and_load(str(folder), Library.TRANSFORMERS).loading is None
    found = weigh_and_load(str(folder), Library.TRANSFORMERS, detonate=True).loading
    assert found is not None
    tried = {attempt.event.event: attempt.event for attempt in found.attempts if attempt.event is not None}
    assert tried.keys() >= {"os.system", "open", "pickle.find_class", "os.kill"}
    assert tried["os.system"].where.endswith("modeling_tiny.py:2 in <module>")
    assert len(tried["os.system"].through) > 1
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("external", [False, True])
def test_onnx(tmp_path: Path, external: bool) -> None:
    onnx, numpy = import_module("onnx"), import_module("numpy")
    import_module("onnxruntime")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = onnx.numpy_helper.from_array(numpy.arange(12, dtype="f4").reshape(4, 3), "w")
    sides = [helper.make_tensor_value_info(name, kind, ["n", width]) for name, width in (("x", 4), ("y", 3))]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "graph", sides[:1], sides[1:], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = tmp_path / "model.onnx"
    onnx.save(model, path, save_as_external_data=external, location="model.data", size_threshold=0)
    outline = opened(path, Library.ONNX)
    assert tensors(outline) == {"w": ("float32", (4, 3))}
    held = {item.label: item for item in outline.items}
    assert [(item.label, item.text) for item in held["inputs"].items] == [("x", "\"tensor(float) ['n', 4]\"")]
    (found,) = call(called.run, path, {"x": numpy.eye(4, dtype="f4")}, library="onnx")
    assert numpy.array_equal(found, numpy.arange(12, dtype="f4").reshape(4, 3))
    if external:
        assert weigh_and_load(str(path), Library.ONNX).scanned.verdict() is Verdict.CLEAN
        (tmp_path / "model.data").unlink()
        (tmp_path / "model.data").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "elsewhere").write_bytes(b"\0" * 48)
        refused = weigh_and_load(str(path), Library.ONNX).loading
        assert refused is not None
        assert refused.outline is None


def test_each_library_has_what_it_loads(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"")
    for path, library in (
        (tmp_path, Library.ONNX),
        (tmp_path, Library.TORCH),
        (tmp_path / "model.onnx", Library.TRANSFORMERS),
    ):
        with pytest.raises(UsageError, match=r"is not a (file|directory)"):
            weigh_and_load(str(path), library)
