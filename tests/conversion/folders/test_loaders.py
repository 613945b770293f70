"""Directories that transformers, peft and sentence-transformers made here, and load again once they are converted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sampling import some
from weighbridge.cli.app import main

pytestmark = pytest.mark.libraries


def state_of(model: Any) -> dict[str, Any]:
    return {name: one.detach().clone() for name, one in model.state_dict().items()}


def gpt2(**words: Any) -> Any:
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.GPT2Config(n_layer=2, n_embd=16, n_head=2, vocab_size=40, n_positions=8, **words)
    return transformers.GPT2LMHeadModel(config).eval()


def tied() -> Any:
    return gpt2()


def untied() -> Any:
    return gpt2(tie_word_embeddings=False)


def shared_though_the_configuration_does_not_tie() -> Any:
    """One tensor under two names; a loader that does not tie them needs both."""
    model = gpt2(tie_word_embeddings=False)
    model.lm_head.weight = model.transformer.wte.weight
    return model


def t5() -> Any:
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.T5Config(
        d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=2, vocab_size=40, decoder_start_token_id=0
    )
    return transformers.T5ForConditionalGeneration(config).eval()


def half() -> Any:
    import torch

    return gpt2().to(torch.bfloat16)


def write(model: Any, folder: Path, shards: int = 1) -> None:
    """Write a model as transformers did before safetensors: ``pytorch_model.bin``, or shards and their index."""
    import torch

    folder.mkdir()
    model.config.architectures = [type(model).__name__]
    model.config.dtype = next(model.parameters()).dtype
    model.config.save_pretrained(folder)
    state = model.state_dict()
    if shards == 1:
        torch.save(state, folder / "pytorch_model.bin")
        return
    places = {name: at % shards for at, name in enumerate(state)}
    names = [f"pytorch_model-{at + 1:05}-of-{shards:05}.bin" for at in range(shards)]
    for at, name in enumerate(names):
        torch.save({key: one for key, one in state.items() if places[key] == at}, folder / name)
    index = {"metadata": {"total_size": 1}, "weight_map": {key: names[at] for key, at in places.items()}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    import torch

    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert found[name].dtype == one.dtype, name
        assert torch.equal(found[name], one), name


@pytest.mark.parametrize("words", [[], ["--max-shard-size", "5KB"]], ids=["as it is", "divided anew"])
@pytest.mark.parametrize("shards", some(2, [3, 1]))
@pytest.mark.parametrize("make", [tied, untied, shared_though_the_configuration_does_not_tie, t5, half])
def test_transformers_loads_what_was_there(
    make: Callable[[], Any], shards: int, words: list[str], tmp_path: Path
) -> None:
    model = make()
    write(model, tmp_path / "model", shards)
    out = tmp_path / "out"
    assert main(["convert", str(tmp_path / "model"), "--into", str(out), "--quiet", *words]) == 0
    assert not [one.name for one in out.iterdir() if one.name.endswith(".bin")]
    loaded, said = type(model).from_pretrained(out, use_safetensors=True, output_loading_info=True)
    assert not said["missing_keys"]
    assert not said["unexpected_keys"]
    assert not said["mismatched_keys"]
    assert_same(state_of(loaded), state_of(model))
    assert main(["convert", "--check", str(tmp_path / "model"), str(out), "--quiet"]) == 0


def test_a_snapshot_of_the_cache_is_honest(tmp_path: Path) -> None:
    repository = tmp_path / "models--org--name"
    (repository / "blobs").mkdir(parents=True)
    (repository / "snapshots").mkdir()
    snapshot = repository / "snapshots" / ("a" * 40)
    write(tied(), snapshot)
    for at, file in enumerate(sorted(snapshot.iterdir())):
        file.rename(repository / "blobs" / str(at))
        file.symlink_to(f"../../blobs/{at}")
    out = tmp_path / "out"
    assert main(["convert", str(snapshot), "--into", str(out), "--quiet"]) == 0
    assert not any(one.is_symlink() for one in out.iterdir())
    loaded = type(tied()).from_pretrained(out, use_safetensors=True)
    assert_same(state_of(loaded), state_of(tied()))


def test_peft_loads_an_adapter(tmp_path: Path) -> None:
    import peft

    config = peft.LoraConfig(r=2, target_modules=["c_attn"], init_lora_weights=False, fan_in_fan_out=True)
    model = peft.get_peft_model(tied(), config)
    model.save_pretrained(tmp_path / "adapter", safe_serialization=False)
    assert (tmp_path / "adapter" / "adapter_model.bin").exists()
    out = tmp_path / "out"
    assert main(["convert", str(tmp_path / "adapter"), "--into", str(out), "--quiet"]) == 0
    assert (out / "adapter_model.safetensors").exists()
    loaded = peft.PeftModel.from_pretrained(tied(), str(out))
    assert_same(state_of(loaded), state_of(model))


def test_sentence_transformers_loads_all_modules(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    base = tmp_path / "base"
    bert = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, vocab_size=40)
    BertModel(bert).save_pretrained(base)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefgh"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(base)
    body = Transformer(str(base))
    model = SentenceTransformer(modules=[body, Pooling(16), Dense(16, 8)], device="cpu").eval()
    folder = tmp_path / "model"
    model.save(str(folder))
    for file in sorted(folder.rglob("model.safetensors")):
        torch.save(load_file(file), file.with_name("pytorch_model.bin"))
        file.unlink()
    out = tmp_path / "out"
    assert main(["convert", str(folder), "--into", str(out), "--quiet"]) == 0
    found = {str(one.relative_to(out)) for one in out.rglob("*.safetensors")}
    assert found == {"model.safetensors", "2_Dense/model.safetensors"}
    loaded = SentenceTransformer(str(out), device="cpu", model_kwargs={"use_safetensors": True})
    assert_same(state_of(loaded), state_of(model))
    assert torch.equal(loaded.encode("a b c", convert_to_tensor=True), model.encode("a b c", convert_to_tensor=True))


def test_a_configuration_that_names_the_file_names_the_new_one(tmp_path: Path) -> None:
    model = tied()
    write(model, tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"transformers_weights": "pytorch_model.bin"}))
    out = tmp_path / "out"
    assert main(["convert", str(tmp_path / "model"), "--into", str(out), "--quiet"]) == 0
    assert json.loads((out / "config.json").read_text())["transformers_weights"] == "model.safetensors"
    loaded, said = type(model).from_pretrained(out, use_safetensors=True, output_loading_info=True)
    assert not said["missing_keys"]
    assert_same(state_of(loaded), state_of(model))
