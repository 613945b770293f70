"""Entries of the vocabulary against the libraries that are at hand: positions and keywords are those of their code."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from weighbridge.inventory.application.vocabulary.entries import PYTHON

KNOWN = {
    "transformers.PreTrainedModel.from_pretrained": ("subject", "revision"),
    "transformers.PreTrainedTokenizerBase.from_pretrained": ("subject", "revision", "code"),
    "transformers.pipeline": ("subject", "revision", "code"),
    "peft.PeftModel.from_pretrained": ("subject",),
    "peft.AutoPeftModel.from_pretrained": ("subject", "revision"),
    "huggingface_hub.hf_hub_download": ("subject", "file", "folder", "type", "revision"),
    "huggingface_hub.snapshot_download": ("subject", "type", "revision"),
    "huggingface_hub.hf_hub_url": ("subject", "file", "folder", "type", "revision"),
    "huggingface_hub.InferenceClient": ("subject",),
    "torch.hub.load": ("subject", "detail", "type"),
    "torch.hub.load_state_dict_from_url": ("subject",),
    "torch.load": ("subject",),
    "onnx.load": ("subject",),
    "joblib.load": ("subject",),
    "lightgbm.Booster": ("subject",),
    "safetensors.torch.load_file": ("subject",),
}


@pytest.mark.libraries
@pytest.mark.parametrize("path", KNOWN)
def test_an_entry_is_as_the_library_has_it(path: str) -> None:
    module, *names = path.split(".")
    pytest.importorskip(module)
    found: object = import_module(module)
    for name in names:
        found = getattr(found, name, None) or import_module(f"{getattr(found, '__name__', '')}.{name}")
    parameters = [name for name in inspect.signature(found).parameters if name != "self"]  # type: ignore[arg-type]
    (entry, *_) = PYTHON.find(path)
    arguments = dict(entry.arguments)
    for field in KNOWN[path]:
        argument = arguments[field]
        at = next((parameters.index(word) for word in argument.keywords if word in parameters), None)
        assert at is not None, (field, parameters)
        assert argument.position in {-1, at}, (field, parameters)
