"""Configurations as text: honest ones, and for each way in which a field brings code or points elsewhere a twin.

Nothing here is ever loaded; names that do not matter do not exist, hosts end in `.invalid`.
"""

from __future__ import annotations

import json
from typing import Any

CONFIG: dict[str, Any] = {
    "_name_or_path": "example-org/tiny",
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "bos_token_id": 1,
    "eos_token_id": [2, 7],
    "hidden_act": "silu",
    "hidden_size": 64,
    "initializer_range": 0.02,
    "intermediate_size": 128,
    "max_position_embeddings": 2048,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rope_scaling": {"factor": 8.0, "rope_type": "llama3"},
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "transformers_version": "4.51.0",
    "use_cache": True,
    "vocab_size": 32000,
}
"""What transformers writes beside a small Llama."""

OWN_CODE = {"AutoConfig": "configuration_tiny.TinyConfig", "AutoModelForCausalLM": "modeling_tiny.TinyForCausalLM"}


def dumped(document: object) -> bytes:
    """JSON as the libraries write it."""
    return json.dumps(document, indent=2).encode() + b"\n"


def config(**fields: Any) -> bytes:
    """A `config.json` with some fields more, or other ones."""
    return dumped({**CONFIG, **fields})


def honest_config_named_json() -> bytes:
    """A `config.json` of transformers."""
    return config()


def auto_map_named_json() -> bytes:
    """REP-01: classes in files of the repository."""
    return config(auto_map=OWN_CODE)


def foreign_auto_map_named_json() -> bytes:
    """REP-02: a class in a file of another repository."""
    return config(auto_map={"AutoModelForCausalLM": "inert-absent/other--modeling_tiny.TinyForCausalLM"})


def nested_auto_map() -> bytes:
    """REP-03: the code stands in a part of the configuration that some engines load without asking."""
    return config(vision_config={"model_type": "tiny", "auto_map": {"AutoConfig": "inert-absent/other--c.C"}})


def trusting(*, trusted: bool = True) -> bytes:
    """REP-04: a part of the configuration carries the permission itself."""
    return config(keypoint_detector_config={"_name_or_path": "example-org/part", "trust_remote_code": trusted})


def trusting_config_named_json() -> bytes:
    """REP-04 as the example of its rule."""
    return trusting()


def namesake_named_json() -> bytes:
    """REP-09: the base is taken from a namespace that reads like a known one."""
    return config(_name_or_path="meta-1lama/inert-absent")


# -- Hydra ---------------------------------------------------------------------------------------------------------

TRAINING = """\
defaults:
  - _self_
  - optimizer: adamw
model:
  _target_: {target}
  _args_:
    - {argument}
  kernel_size: 3
trainer:
  _target_: lightning.pytorch.Trainer
  max_epochs: 10
  precision: bf16-mixed
  logger: ${{oc.env:LOGGER,csv}}
optim:
  _target_: torch.optim.AdamW
  _partial_: true
  lr: 1.0e-4
  betas: [0.9, 0.95]
"""


def training(target: str = "torch.nn.Conv2d", argument: str = "16") -> bytes:
    """Settings for training that Hydra instantiates."""
    return TRAINING.format(target=target, argument=argument).encode()


def hydra_named_yaml() -> bytes:
    """A model, a trainer and an optimiser by their classes."""
    return training()


def hydra_system_named_yaml() -> bytes:
    """TOR-17: a shell command in place of the model."""
    return training("os.system", "echo INERT")


NEMO = """\
target: {target}
nemo_version: 2.2.0
tokenizer:
  dir: null
  type: bpe
  model_path: {tokenizer}
  vocab_path: nemo:5e2_vocab.txt
preprocessor:
  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor
  sample_rate: 16000
encoder:
  {key}: {part}
  feat_in: 80
optim:
  name: adamw
  lr: 0.001
"""


def nemo(
    *,
    target: str = "nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE",
    tokenizer: str = "nemo:9a1_tokenizer.model",
    key: str = "_target_",
    part: str = "nemo.collections.asr.modules.ConformerEncoder",
) -> bytes:
    """The `model_config.yaml` of a `.nemo` archive."""
    return NEMO.format(target=target, tokenizer=tokenizer, key=key, part=part).encode()


# -- YAML ----------------------------------------------------------------------------------------------------------


def python_tag_named_yaml() -> bytes:
    """SCN-27: PyYAML's unsafe loaders call what the tag names."""
    return b"learning_rate: 0.001\npolicy: !!python/object/apply:os.system ['echo INERT']\n"


def zoo() -> bytes:
    """Arguments as the RL zoo writes them: an ordered dictionary by its tag."""
    return b"!!python/object/apply:collections.OrderedDict\n- - - algo\n    - ppo\n  - - env\n    - CartPole-v1\n"


def infrastructure() -> bytes:
    """CloudFormation, whose tags mean something to its own loader alone."""
    return b"Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Ref Name\n"


def alias_bomb(levels: int = 8, width: int = 9) -> bytes:
    """Nine levels of aliases, each standing for nine of the level before."""
    parts = [["x"] * width, *([f"*a{level}"] * width for level in range(levels))]
    return "".join(f"a{level}: &a{level} [{', '.join(part)}]\n" for level, part in enumerate(parts)).encode()


def duplicate_key_yaml() -> bytes:
    """SCN-26: readers of YAML disagree about a key that is given twice."""
    return b"model:\n  name: first\n  name: second\n"


def duplicate_key_json() -> bytes:
    """SCN-26: the same in JSON."""
    return config()[:-3] + b',\n  "hidden_size": 128\n}\n'


# -- indexes and parts ---------------------------------------------------------------------------------------------


def index(*names: Any) -> bytes:
    """SAF-09: an index of shards."""
    given = names or ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
    weights = {f"model.layers.{number}.weight": name for number, name in enumerate(given)}
    return dumped({"metadata": {"total_size": 4096}, "weight_map": weights})


def modules(kind: str = "sentence_transformers.models.Pooling", path: str = "1_Pooling") -> bytes:
    """REP-08: the `modules.json` of sentence-transformers."""
    first = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}
    return dumped([first, {"idx": 1, "name": "1", "path": path, "type": kind}])


def adapter(library: str = "transformers.models.bert.modeling_bert", **fields: Any) -> bytes:
    """REP-08: the `adapter_config.json` of PEFT."""
    return dumped({
        "auto_mapping": {"base_model_class": "BertModel", "parent_library": library},
        "base_model_name_or_path": "example-org/tiny-bert", "bias": "none", "lora_alpha": 16, "lora_dropout": 0.1,
        "peft_type": "LORA", "r": 8, "target_modules": ["query", "value"], "task_type": None, **fields,
    })  # fmt: skip


def pipeline(**fields: Any) -> bytes:
    """The `model_index.json` of a diffusers pipeline."""
    return dumped({
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0",
        "feature_extractor": ["transformers", "CLIPImageProcessor"], "requires_safety_checker": True,
        "safety_checker": [None, None], "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"], **fields,
    })  # fmt: skip


# -- services ------------------------------------------------------------------------------------------------------

MLMODEL = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: {loader}
    model_path: {path}
    predict_fn: predict
    python_version: 3.11.7
{more}  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.7.0
mlflow_version: 3.1.0
model_uuid: 0f0e0d0c0b0a09080706050403020100
utc_time_created: '2026-01-02 03:04:05.678901'
"""


def mlmodel(*, loader: str = "mlflow.sklearn", path: str = "model.pkl", more: str = "") -> bytes:
    """OTH-22: the `MLmodel` of MLflow."""
    inner = f"    {more}\n" if more else ""
    return MLMODEL.format(loader=loader, path=path, more=inner).encode()


BENTO = """\
service: "service:svc"
labels:
  owner: example
include: ["*.py"]
python:
  packages: [scikit-learn, pandas]
docker:
  distro: debian
  base_image: {image}
  python_version: "3.11"
  system_packages: {packages}
  env:
    - TOKENIZERS_PARALLELISM={env}
"""


def bento(*, image: str = "python:3.11-slim", packages: str = "[git, ffmpeg]", env: str = "false") -> bytes:
    """OTH-24: a `bentofile.yaml`."""
    return BENTO.format(image=image, packages=packages, env=env).encode()


TRITON = """\
name: "tiny"
{backend}
max_batch_size: 8
input [
  {{ name: "INPUT0"  data_type: TYPE_FP32  dims: [ 16 ] }}
]
output [
  {{ name: "OUTPUT0"  data_type: TYPE_FP32  dims: [ 16 ] }}
]
instance_group [ {{ kind: KIND_CPU }} ]
{more}
"""


def triton(backend: str = 'platform: "onnxruntime_onnx"', more: str = "") -> bytes:
    """OTH-25: the `config.pbtxt` of a Triton repository."""
    return TRITON.format(backend=backend, more=more).encode()


def triton_parameter(name: str, text: str) -> str:
    """A parameter of a Triton configuration."""
    return f'parameters: {{\n  key: "{name}"\n  value: {{ string_value: "{text}" }}\n}}'


SPACY = """\
[paths]
train = null
dev = null

[nlp]
lang = "en"
pipeline = ["tok2vec","ner"]
tokenizer = {{"@tokenizers":"spacy.Tokenizer.v1"}}

[components]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "{architecture}"
state_type = "ner"
hidden_width = 64

[training.optimizer]
@optimizers = "Adam.v1"
L2 = 0.01
"""


def spacy(architecture: str = "spacy.TransitionBasedParser.v2") -> bytes:
    """OTH-26: the `config.cfg` of a spaCy pipeline."""
    return SPACY.format(architecture=architecture).encode()


def langchain(
    kind: str = "constructor", path: tuple[str, ...] = ("langchain_core", "messages", "human", "HumanMessage")
) -> bytes:
    """OTH-28: a message as LangChain dumps it."""
    return dumped({"lc": 1, "type": kind, "id": list(path), "kwargs": {"content": "hello", "type": "human"}})


def workflow(kind: str = "KSampler", widget: str = "euler") -> bytes:
    """OTH-32: a workflow of ComfyUI."""
    nodes = [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["model.safetensors"]},
        {"id": 2, "type": kind, "widgets_values": [42, "fixed", 20, 8, widget, "normal", 1]},
    ]
    return dumped(
        {"last_node_id": 2, "last_link_id": 1, "nodes": nodes, "links": [[1, 1, 0, 2, 0, "MODEL"]], "version": 0.4}
    )
