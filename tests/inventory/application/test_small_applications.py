"""What small applications, written as people write them, taught: what is told, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.builders import applications
from weighbridge.inventory.application import finder

if TYPE_CHECKING:
    from pathlib import Path

    from weighbridge.inventory.application.references import ApplicationReferences


def found_in(tmp_path: Path, name: str, content: str) -> ApplicationReferences:
    return finder.find(str(applications.write(tmp_path, {name: content})), jobs=1)


def told(found: ApplicationReferences) -> list[str]:
    return [f"{one.at.span.line} {one.hub}:{one.name}" for one in found.references]


PROXY = """model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-eu
  - model_name: claude-3-opus
    litellm_params: {model: anthropic/claude-3-5-sonnet-20240620}
  - model_name: small
    litellm_params:
      model: ollama/llama3.1:70b
  - model_name: own
    litellm_params:
      model: hosted_vllm/Qwen/Qwen2.5-32B-Instruct
"""


def test_a_proxy_of_litellm_names_models_and_not_what_callers_say_for_them(tmp_path: Path) -> None:
    assert told(found_in(tmp_path, "litellm_config.yaml", PROXY)) == [
        "4 azure:gpt-4o-eu", "6 anthropic:claude-3-5-sonnet-20240620", "9 ollama:llama3.1",
        "12 hf:Qwen/Qwen2.5-32B-Instruct",
    ]  # fmt: skip


def test_elsewhere_the_name_of_a_model_is_one(tmp_path: Path) -> None:
    assert told(found_in(tmp_path, "config.yaml", "llm:\n  model_name: gpt-4o\n")) == ["2 openai:gpt-4o"]


def test_a_script_in_one_word_of_a_command_holds_several_commands(tmp_path: Path) -> None:
    script = "ollama serve & sleep 5 && ollama pull llama3.2:3b && ollama pull nomic-embed-text && wait"
    content = f'services:\n  a:\n    image: ollama/ollama\n    entrypoint: ["/bin/sh", "-c", "{script}"]\n'
    assert told(found_in(tmp_path, "compose.yaml", content)) == ["4 ollama:llama3.2", "4 ollama:nomic-embed-text"]


def test_a_script_that_is_no_script_starts_nothing(tmp_path: Path) -> None:
    content = 'services:\n  a:\n    image: alpine\n    entrypoint: ["echo", "ollama pull llama3.2:3b"]\n'
    assert told(found_in(tmp_path, "compose.yaml", content)) == []


TABLE = """import anthropic
from openai import OpenAI
MODELS = {"a": ("openai", "gpt-4o"), "b": ("anthropic", "claude-3-7-sonnet-20250219"), "c": ("own", "own-model")}
provider, model = MODELS[input()]
if provider == "openai":
    OpenAI().chat.completions.create(model=model)
else:
    anthropic.Anthropic().messages.create(model=model)
"""


def test_a_table_of_providers_gives_each_model_to_its_own(tmp_path: Path) -> None:
    assert told(found_in(tmp_path, "app.py", TABLE)) == [
        "6 openai:gpt-4o", "6 openai:own-model", "8 anthropic:claude-3-7-sonnet-20250219", "8 anthropic:own-model",
    ]  # fmt: skip


def test_a_model_of_another_provider_stays_where_no_client_is_its_own(tmp_path: Path) -> None:
    source = "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-4o' if x else 'claude-3-opus')\n"
    assert sorted(told(found_in(tmp_path, "app.py", source))) == ["2 openai:claude-3-opus", "2 openai:gpt-4o"]


LOADED = """from transformers import AutoModel, pipeline
model = AutoModel.from_pretrained("org/name")
pipeline("ner", model=model)
"""


def test_a_model_that_is_loaded_already_is_nothing_open(tmp_path: Path) -> None:
    found = found_in(tmp_path / "a", "app.py", LOADED)
    assert (told(found), found.unresolved) == (["2 hf:org/name"], ())
    other = found_in(tmp_path / "b", "app.py", LOADED.replace("AutoModel.from_pretrained", "elsewhere.make"))
    assert [one.call for one in other.unresolved] == ["transformers.pipeline"]


def test_a_variable_of_airflow_has_its_default(tmp_path: Path) -> None:
    source = (
        "from airflow.models import Variable\nfrom transformers import pipeline\n"
        "MODEL = Variable.get('summariser', default_var='facebook/bart-large-cnn')\npipeline('ner', model=MODEL)\n"
    )
    assert told(found_in(tmp_path, "dag.py", source)) == ["4 hf:facebook/bart-large-cnn"]


def test_a_chart_names_the_address_of_a_model(tmp_path: Path) -> None:
    content = 'modelSpec:\n  - name: "small"\n    modelURL: "facebook/opt-125m"\n'
    assert told(found_in(tmp_path, "values.yaml", content)) == ["3 hf:facebook/opt-125m"]


SCRIPT = """import { streamText } from 'ai';
import { openai as provider, createOpenAI } from '@ai-sdk/openai';
import * as transformers from '@huggingface/transformers';
const other = { kept: made as provider2, };
streamText({ model: provider('gpt-4o') });
provider.embedding('text-embedding-3-small');
made('gpt-4.1');
provider2('gpt-4.1');
transformers.pipeline('feature-extraction', 'Xenova/all-MiniLM-L6-v2');
"""


def test_a_package_of_javascript_is_known_by_the_name_that_an_import_gives_it(tmp_path: Path) -> None:
    assert told(found_in(tmp_path, "src/index.ts", SCRIPT)) == [
        "5 openai:gpt-4o", "6 openai:text-embedding-3-small", "9 hf:Xenova/all-MiniLM-L6-v2",
    ]  # fmt: skip


def test_a_name_that_is_used_for_what_it_loads_stands_for_both(tmp_path: Path) -> None:
    source = (
        "from transformers import AutoModel\n\n\ndef own(model='org/default'):\n    if isinstance(model, str):\n"
        "        model = AutoModel.from_pretrained(model)\n    return model\n\n\n"
        "name = 'org/name'\nname = AutoModel.from_pretrained(\n    name,\n)\nAutoModel.from_pretrained(name)\n"
    )
    assert told(found_in(tmp_path, "app.py", source)) == ["6 hf:org/default", "11 hf:org/name"]


def test_what_is_open_is_told_in_words(tmp_path: Path) -> None:
    source = "from transformers import AutoModel\n\n\ndef own(names):\n    for name in names:\n        " \
        "AutoModel.from_pretrained(name)\n"  # fmt: skip
    (one,) = found_in(tmp_path, "app.py", source).unresolved
    assert one.why == "an item of the parameter names of own()"


HANDED_ON = """from transformers import AutoModel


def load(name):
    return AutoModel.from_pretrained(name)


def start(name):
    return load(name)
"""


def opened(found: ApplicationReferences) -> list[str]:
    return [f"{one.at.span.line} {one.why}" for one in found.unresolved]


def test_a_name_that_is_handed_on_and_that_nobody_gives_is_told_as_not_known(tmp_path: Path) -> None:
    found = found_in(tmp_path, "app.py", HANDED_ON)
    assert (told(found), opened(found)) == ([], ["5 the parameter name of load()"])


def test_a_name_that_one_caller_gives_is_known(tmp_path: Path) -> None:
    found = found_in(tmp_path, "app.py", HANDED_ON + "\n\nstart('org/model')\n")
    assert (told(found), opened(found)) == (["12 hf:org/model"], [])


def test_what_callers_give_and_is_no_name_for_certain_leaves_the_loader_open(tmp_path: Path) -> None:
    found = found_in(tmp_path, "app.py", HANDED_ON + "\n\nstart('model_dir')\n")
    assert (told(found), opened(found)) == ([], ["5 the parameter name of load()"])


def test_loaders_in_a_table_are_called_by_what_is_taken_out(tmp_path: Path) -> None:
    source = (
        "import transformers\n\n\ndef load(name, task):\n    loaders = {'fill': print, 'text': "
        "transformers.AutoModelForCausalLM.from_pretrained}\n    return loaders[task](name)\n\n\n"
        "load('org/model', 'text')\n"
    )
    found = found_in(tmp_path, "app.py", source)
    assert [(one.name, one.kind, one.call) for one in found.references] == [
        ("org/model", "model", "transformers.AutoModelForCausalLM.from_pretrained")
    ]


def test_what_is_taken_out_of_a_table_of_other_functions_is_no_loader(tmp_path: Path) -> None:
    source = "from transformers import AutoModel\n\ntasks = {'a': print, 'b': len}\ntasks[key]('org/model')\n"
    found = found_in(tmp_path, "app.py", source)
    assert (told(found), opened(found)) == ([], [])


def test_a_name_of_the_hub_without_owner_is_no_file_for_a_loader_of_files(tmp_path: Path) -> None:
    source = (
        "import os\n\nimport onnxruntime\nfrom transformers import AutoModel\n\n\ndef load(path):\n"
        "    if os.path.isfile(path):\n        return onnxruntime.InferenceSession(path)\n"
        "    return AutoModel.from_pretrained(path)\n\n\nload('distilbert-base-cased')\nload('a.onnx')\n"
    )
    assert set(told(found_in(tmp_path, "app.py", source))) == {"13 hf:distilbert-base-cased", "14 file:a.onnx"}


def test_classes_that_hold_what_a_model_computed_load_nothing(tmp_path: Path) -> None:
    source = (
        "import fastembed\nimport torch\n\nfastembed.SparseEmbedding(values=[1.0], indices=[1])\n"
        "torch.nn.Embedding.from_pretrained(torch.zeros(1, 1))\nfastembed.TextEmbedding()\n"
    )
    assert opened(found_in(tmp_path, "app.py", source)) == ["6 nothing is named"]
