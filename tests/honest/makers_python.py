"""Honest source, notebooks and requirements: written in the style of real repositories, and taken from libraries."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata, util
from pathlib import Path

from tests.builders import notebooks, python_sources, remote_code, requirement_files

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []

LIBRARY_MODULES = (
    "transformers/models/gemma/modeling_gemma.py",
    "transformers/models/gemma/configuration_gemma.py",
    "transformers/models/llama/tokenization_llama.py",
    "transformers/models/qwen2_vl/image_processing_qwen2_vl.py",
    "transformers/models/bert/modeling_bert.py",
    "transformers/generation/utils.py",
    "sentence_transformers/base/modules/transformer.py",
    "peft/tuners/lora/layer.py",
    "safetensors/torch.py",
    "keras/src/layers/core/dense.py",
)
"""Modules of libraries, as `save_pretrained` of a registered class copies them beside the weights."""


def _text(name: str, content: bytes) -> None:
    FILES.append((name, lambda path: path.write_bytes(content) and None))


def _module(module: str) -> Write:
    def write(path: Path) -> None:
        top, _, rest = module.partition("/")
        found = util.find_spec(top)
        assert found is not None
        assert found.submodule_search_locations
        path.write_bytes((Path(found.submodule_search_locations[0]) / rest).read_bytes())

    return write


for name, text in remote_code.ALL.items():
    _text(name, text.encode())
_text("modeling_honest.py", python_sources.honest_named_py())
_text("example.ipynb", notebooks.honest())
_text("requirements.txt", requirement_files.honest_named_txt())
_text("requirements_cuda.txt", requirement_files.vendor_index())
_text("pyproject.toml", requirement_files.pyproject())
_text("setup.cfg", requirement_files.setup_cfg("numpy"))
_text("conda.yaml", requirement_files.conda())
_text("Pipfile", requirement_files.pipfile())
_text("Pipfile.lock", requirement_files.pipfile_lock())
_text("uv.lock", requirement_files.uv_lock())
_text("poetry.lock", requirement_files.poetry_lock())
FILES.extend((module.replace("/", "_"), _module(module)) for module in LIBRARY_MODULES)


def _frozen(path: Path) -> None:
    lines = sorted({f"{one.metadata['Name']}=={one.version}" for one in metadata.distributions()})
    path.write_text("".join(f"{line}\n" for line in lines if not line.startswith(("weighbridge", "None"))))


FILES.append(("requirements-frozen.txt", _frozen))
