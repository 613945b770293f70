"""Rules on whole repositories, on hand-made facts: the plain form, and the twin that differs in one thing."""

from __future__ import annotations

from types import ModuleType

from tests.engine.repositories import outline
from tests.rules.facts import FILE, WORDS
from weighbridge.core.facts import Fact, GlobalReference, MetadataEntry, TensorDecl
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.programs import CodeUnit
from weighbridge.core.references import Reference, Target
from weighbridge.core.repository import FileOutline, Repository
from weighbridge.core.when import When
from weighbridge.rules.repository import (
    adapter_weights,
    card_claims,
    colliding_names,
    dtype_claim,
    linked_data,
    missing_code,
    repository_code,
    shadowed_package,
    shard_index,
    template_copies,
    twin_formats,
    two_graphs,
    vocabulary_size,
)


def found(rule: ModuleType, *files: FileOutline, root: str = "/here") -> list[tuple[str, str]]:
    """Paths and messages of what a rule finds."""
    return [(path, match.message) for path, match in rule.survey(Repository(files, root=root), WORDS)]


def named(module: str, name: str = "Net") -> GlobalReference:
    return GlobalReference(at=FILE, module=module, name=name, opcode="GLOBAL")


def tensor(name: str, *shape: int) -> TensorDecl:
    return TensorDecl(at=FILE, name=name, dtype="F32", shape=shape)


def entry(key: str, text: str) -> MetadataEntry:
    return MetadataEntry(at=FILE, key=key, text=text)


def listing(**where: str) -> tuple[Fact, ...]:
    """What an index says: the shards that it names, and the shard of each tensor."""
    entries = [entry(f"shard:{name}", f"{target}.safetensors") for name, target in where.items()]
    return (*entries, *(shard(f"{target}.safetensors") for target in dict.fromkeys(where.values())))


def shard(target: str) -> Reference:
    return Reference(at=FILE, relation="shard", kind=Target.PATH, target=target, key="weight_map", when=When.LOAD)


def test_a_module_in_the_way_of_a_library() -> None:
    (match,) = [one for _, one in shadowed_package.survey(Repository([outline("numpy.py")]), WORDS)]
    assert (match.severity, match.confidence, match.when) == (Severity.HIGH, Confidence.MEDIUM, When.FLAG)
    pickle = outline("model.pkl", named("numpy._core.multiarray", "scalar"))
    (match,) = [one for _, one in shadowed_package.survey(Repository([outline("numpy.py"), pickle]), WORDS)]
    assert (match.severity, match.confidence, match.when) == (Severity.HIGH, Confidence.HIGH, When.LOAD)


def test_modules_of_ones_own_and_parts_of_packages_are_in_nobodys_way() -> None:
    assert found(shadowed_package, outline("modeling_net.py"), outline("net/__init__.py"), outline("net/json.py")) == []
    assert found(shadowed_package, outline("tests/__init__.py"), outline("json.md"), outline("numpy/readme.md")) == []
    assert [path for path, _ in found(shadowed_package, outline("sub/json.py"))] == ["sub/json.py"]


def test_a_pickle_that_imports_code_of_the_repository() -> None:
    code, pickle = outline("net.py"), outline("models/model.pkl", named("net"))
    assert found(repository_code, code, pickle) == [
        ("models/model.pkl", "a load imports `net`, which is net.py of this repository")
    ]
    assert found(repository_code, code, outline("model.pkl", named("other"))) == []
    assert found(repository_code, outline("numpy.py"), outline("model.pkl", named("numpy"))) == []


def test_code_that_is_not_there() -> None:
    unit = CodeUnit(at=FILE, language="python", carrier="auto_map", name="modeling_net.py", when=When.FLAG)
    assert found(missing_code, outline("config.json", unit)) == [("config.json", "modeling_net.py is not here")]
    assert found(missing_code, outline("config.json", unit), outline("modeling_net.py")) == []
    assert found(missing_code, outline("modeling_net.py", unit)) == []


def test_shards_and_index() -> None:
    index = outline("model.safetensors.index.json", *listing(x="a", y="b"))
    a, b = outline("a.safetensors", tensor("x", 2)), outline("b.safetensors", tensor("y", 2))
    assert found(shard_index, index, a, b) == []
    assert found(shard_index, index, a) == [(index.path, "shard b.safetensors is not here")]
    assert found(shard_index, index, a, outline("b.safetensors", tensor("y", 2), tensor("x", 2))) == [
        ("b.safetensors", "tensor `x` is in a.safetensors and in b.safetensors")
    ]
    assert found(shard_index, index, a, outline("b.safetensors", tensor("z", 2))) == [
        (index.path, "tensor `y` is in no shard"),
        (index.path, "tensor `z` of b.safetensors is not in the index"),
    ]
    assert found(shard_index, index, a, b, outline("model-00009-of-00009.safetensors")) == [
        (index.path, "model-00009-of-00009.safetensors looks like a shard and is not in the index")
    ]


def test_what_is_not_known_whole_is_not_held_against_the_index() -> None:
    index = outline("index.json", *listing(x="a", y="a"))
    unknown = FileOutline(path="a.safetensors", size=1, formats=(), facts=(tensor("x", 2),), complete=False)
    assert found(shard_index, index, unknown) == []


def test_twins_that_differ() -> None:
    safe = outline("model.safetensors", tensor("a", 2), formats=("safetensors",))
    same = outline("pytorch_model.bin", tensor("a", 2), tensor("tied", 2), formats=("torch.zip",))
    other = outline("pytorch_model.bin", tensor("a", 3), formats=("torch.zip",))
    more = outline("model.bin", *(tensor(name, 2) for name in "abcd"), formats=("torch.zip",))
    assert found(twin_formats, safe, same) == []
    assert found(twin_formats, safe, other) == [
        ("pytorch_model.bin", "tensor `a` has the shape [3] here, [2] in model.safetensors")
    ]
    assert found(twin_formats, safe, more) == [("model.bin", "3 tensors are not in model.safetensors, `b` among them")]


def test_more_words_than_room() -> None:
    config = outline("config.json", entry("config.vocab_size", "32000"))
    assert found(vocabulary_size, config, outline("tokenizer.json", entry("tokenizer.vocab_size", "32000"))) == []
    assert found(vocabulary_size, config, outline("tokenizer.json", entry("tokenizer.vocab_size", "32001"))) == [
        ("tokenizer.json", "the tokenizer has 32,001 entries, the model room for 32,000")
    ]
    assert found(vocabulary_size, config, outline("tokenizer.json", entry("tokenizer.vocab_size", "many"))) == []


def test_adapters_and_what_they_may_hold() -> None:
    config = outline("adapter_config.json", entry("config.r", "4"), entry("config.modules_to_save", "head"))
    part = [tensor("m.q_proj.lora_A.weight", 4, 8), tensor("m.q_proj.lora_B.weight", 8, 4), tensor("m.head.weight", 2)]
    assert found(adapter_weights, config, outline("adapter_model.safetensors", *part)) == []
    layer = outline("adapter_model.safetensors", *part, tensor("m.mlp.weight", 8, 8))
    assert found(adapter_weights, config, layer) == [
        ("adapter_model.safetensors", "`m.mlp.weight` is no part of an adapter and is not in modules_to_save")
    ]
    rank = outline("adapter_model.safetensors", tensor("m.q_proj.lora_A.weight", 16, 8))
    assert found(adapter_weights, config, rank) == [
        (
            "adapter_model.safetensors",
            "`m.q_proj.lora_A.weight` has the shape [16, 8], the configuration says rank 4",
        )
    ]


def test_copies_of_a_template() -> None:
    config = outline("tokenizer_config.json", entry("chat_template.sha256", "aa"))
    same = outline("chat_template.jinja", entry("chat_template.sha256", "aa"))
    other = outline("chat_template.jinja", entry("chat_template.sha256", "bb"))
    assert found(template_copies, config, same) == []
    assert found(template_copies, config, other) == [
        ("chat_template.jinja", "its chat_template differs from that of tokenizer_config.json")
    ]
    gguf = outline("model.gguf", entry("tokenizer.chat_template.sha256", "bb"), formats=("gguf",))
    (match,) = [one for _, one in template_copies.survey(Repository([config, gguf]), WORDS)]
    assert match.severity is Severity.LOW


def test_what_a_card_claims() -> None:
    card = outline("README.md", entry("card.base_model", "org/base"), entry("card.library_name", "safetensors"))
    right, wrong, local = (
        outline("adapter_config.json", entry("config.base_model_name_or_path", base))
        for base in ("org/base", "org/x", "/home/a")
    )
    assert found(card_claims, card, right) == found(card_claims, card, local) == []
    assert found(card_claims, card, wrong) == [
        ("README.md", "the card names org/base as base model, the adapter org/x")
    ]
    assert found(card_claims, card, outline("model.bin", formats=("torch.zip",))) == [
        ("README.md", "the card says safetensors, the files are pickles")
    ]


def test_types_of_weights() -> None:
    config = outline("config.json", entry("config.torch_dtype", "bfloat16"))
    flipped = TensorDecl(at=FILE, name="w", dtype="I32", shape=(2, 2))
    weights = outline("model.safetensors", flipped, formats=("safetensors",))
    assert found(dtype_claim, config, weights) == [
        ("model.safetensors", "1 of 1 tensors are I32, the configuration says bfloat16")
    ]
    packed = outline("config.json", *config.facts, entry("config.quantization_config", "{}"))
    assert found(dtype_claim, packed, weights) == []
    assert found(dtype_claim, config, outline("model.safetensors", tensor("w", 2, 2), formats=("safetensors",))) == []


def test_two_forms_of_a_graph() -> None:
    assert len(found(two_graphs, outline("a/saved_model.pb"), outline("a/saved_model.pbtxt"))) == 1
    assert found(two_graphs, outline("a/saved_model.pb"), outline("b/saved_model.pbtxt")) == []


def test_data_that_is_a_link() -> None:
    data = Reference(at=FILE, relation="external_data", kind=Target.PATH, target="w.bin", when=When.LOAD)
    graph = outline("model.onnx", data)
    assert found(linked_data, graph, outline("w.bin", link="/etc/passwd")) == [
        ("model.onnx", "w.bin is a link to /etc/passwd")
    ]
    assert found(linked_data, graph, outline("w.bin", link="/here/data/w.bin")) == []
    cache = "/cache/models--a--b/snapshots/0123"
    assert found(linked_data, graph, outline("w.bin", link="/cache/models--a--b/blobs/ab"), root=cache) == []


def test_names_that_collide() -> None:
    assert found(colliding_names, outline("a.txt"), outline("A.txt")) == [
        ("A.txt", "differs from a.txt only in case or form")
    ]
    assert found(colliding_names, outline("caf\u00e9"), outline("cafe\u0301")) != []
    assert found(colliding_names, outline("a.txt"), outline("b/A.txt")) == []
