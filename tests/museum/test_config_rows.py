"""REP, TOR-17/18, SAF-09, SCN-26/27 and OTH rows about configurations: code that a field names, allows or fetches.

A configuration runs nothing by itself. It is malicious where a loader's defaults run what it names.
"""

from __future__ import annotations

from functools import partial

from tests.builders import configs, tars
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, repository and configuration"
_SUSPICIOUS, _MALICIOUS = Verdict.SUSPICIOUS, Verdict.MALICIOUS
_INDEX = "model.safetensors.index.json"


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build = configs.honest_config_named_json,
    *,
    name: str = "config.json",
    expects: Verdict = _SUSPICIOUS,
    word: Word = Word.FINDING,
    also: tuple[str, ...] = (),
    departs: str = "",
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=configs.hydra_system_named_yaml,
        plain_name="model.yaml",
        name=name,
        expects=expects,
        word=word,
        also=also,
        departs=departs,
    )


def _yaml(id_: str, title: str, build: Build, twin: Build, name: str = "config.yaml", **more: object) -> Exhibit:
    return _row(id_, title, build, twin, name=name, **more)  # type: ignore[arg-type]


def nemo_archive(config: bytes) -> bytes:
    """A `.nemo` file: a tar with the configuration in it."""
    return tars.plain({"./model_config.yaml": config})


def _nemo(id_: str, title: str, expects: Verdict = _MALICIOUS, **fields: str) -> Exhibit:
    return _row(
        id_,
        title,
        lambda: nemo_archive(configs.nemo(**fields)),
        lambda: nemo_archive(configs.nemo()),
        name="model.nemo",
        expects=expects,
    )


_ADAPTER, _MODULES, _PIPELINE = "adapter_config.json", "modules.json", "model_index.json"

EXHIBITS = (
    _row("REP-01", "auto_map", configs.auto_map_named_json, word=Word.REVIEW),
    _row(
        "REP-01",
        "processor",
        lambda: configs.dumped({"auto_map": {"AutoProcessor": "processing_tiny.TinyProcessor"}}),
        lambda: configs.dumped({"processor_class": "LlavaProcessor"}),
        name="processor_config.json",
        word=Word.REVIEW,
    ),
    _row("REP-02", "other_repository", configs.foreign_auto_map_named_json),
    _row("REP-03", "nested_auto_map", configs.nested_auto_map, word=Word.REVIEW),
    _row("REP-04", "nested_permission", configs.trusting, partial(configs.trusting, trusted=False),
         expects=_MALICIOUS, word=Word.DENY),
    _yaml(
        "REP-04",
        "training_settings",
        lambda: b"base_model: example-org/tiny\ntrust_remote_code: true\n",
        lambda: b"base_model: example-org/tiny\ntrust_remote_code: false\n",
        word=Word.DENY,
        departs="settings of a program that people start themselves; the row names them as its false positive",
    ),
    _row("REP-05", "private_field", partial(configs.config, _attn_implementation_internal="inert-absent/kernel"),
         partial(configs.config, _attn_implementation_internal="sdpa"), expects=_MALICIOUS),
    _row("REP-05", "public_field", partial(configs.config, attn_implementation="inert-absent/kernel@v1:attention"),
         partial(configs.config, attn_implementation="flash_attention_2"), expects=_MALICIOUS),
    _row("REP-05", "kernels_community", partial(configs.config, attn_implementation="kernels-community/flash-attn"),
         partial(configs.config, attn_implementation="eager")),
    _row("REP-06", "class_name_list", partial(configs.pipeline, _class_name=["pipeline_inert", "InertPipeline"]),
         configs.pipeline, name=_PIPELINE),
    _row("REP-06", "custom_pipeline", partial(configs.pipeline, custom_pipeline="inert-absent/pipeline"),
         configs.pipeline, name=_PIPELINE),
    _row("REP-06", "library", partial(configs.pipeline, vae=["inert_absent_pkg", "AutoencoderKL"]),
         configs.pipeline, name=_PIPELINE),
    _row("REP-06", "library_of_the_system", partial(configs.pipeline, vae=["os", "system"]),
         configs.pipeline, name=_PIPELINE, expects=_MALICIOUS),
    _row("REP-06", "custom_generate", lambda: configs.dumped({"custom_generate": "inert-absent/generate"}),
         lambda: configs.dumped({"do_sample": True}), name="generation_config.json"),
    _row("REP-06", "modular", partial(configs.pipeline, vae=[None, None, {"type_hint": ["inert_absent_pkg", "C"]}]),
         partial(configs.pipeline, vae=[None, None, {"type_hint": ["diffusers", "AutoencoderKL"]}]), name=_PIPELINE),
    _row("REP-06", "custom_pipelines", partial(configs.config, custom_pipelines={"p": {"impl": "inert.Pipeline"}}),
         partial(configs.config, custom_pipelines={})),
    _row("REP-07", "activation_path", partial(configs.config, hidden_act="inert_absent_pkg.Activation")),
    _row("REP-07", "activation_beside_torch", partial(configs.config, hidden_act="torch.nn.modules.os.system"),
         partial(configs.config, hidden_act="torch.nn.modules.activation.Sigmoid"), expects=_MALICIOUS),
    _row("REP-07", "expression", partial(configs.config, conv_feature_layers="[(__import__('os').system('echo INERT'))]"),
         partial(configs.config, conv_feature_layers="[(512, 10, 5)] + [(512, 3, 2)] * 4")),
    _row("REP-08", "modules", partial(configs.modules, "inert_absent_pkg.Pooling"), configs.modules, name=_MODULES),
    _row("REP-08", "modules_of_the_system", partial(configs.modules, "os.system"), configs.modules, name=_MODULES,
         expects=_MALICIOUS),
    _row("REP-08", "auto_mapping", partial(configs.adapter, "inert_absent_pkg.modeling"), configs.adapter, name=_ADAPTER),
    _row("REP-08", "auto_mapping_of_the_system", partial(configs.adapter, "runpy"), configs.adapter, name=_ADAPTER,
         expects=_MALICIOUS),
    _row("REP-09", "look_alike", configs.namesake_named_json),
    _row("REP-09", "adapter_look_alike", partial(configs.adapter, base_model_name_or_path="deepseekai/inert-absent"),
         configs.adapter, name=_ADAPTER),
    _row("REP-10", "address", lambda: configs.dumped({"processor_class": "X", "vocab_file": "https://inert.invalid/vocab"}),
         lambda: configs.dumped({"processor_class": "X", "vocab_file": "vocab.txt"}), name="processor_config.json"),
    _row("REP-28", "other_format", partial(configs.index, "model-00001-of-00001.bin"), configs.index, name=_INDEX),
    _row("REP-28", "mixed_formats", partial(configs.index, "a.safetensors", "b.pkl"), configs.index, name=_INDEX),
    *(
        _row("SAF-09", f"escape_{number}", partial(configs.index, name), configs.index, name=_INDEX, also=("REP-28",))
        for number, name in enumerate(
            ("../outside.safetensors", "/etc/inert.safetensors", "..\\outside.safetensors", "C:\\inert.safetensors",
             "a/../../b.safetensors", "file:///etc/inert.safetensors", "")
        )
    ),
    _row("SAF-09", "no_name", partial(configs.index, 7), configs.index, name=_INDEX),
    _nemo("REP-29", "nemo_prefix", _SUSPICIOUS, tokenizer="nemo:../../inert"),
    _row("REP-29", "parent", partial(configs.config, vocab_file="../../inert"),
         partial(configs.config, vocab_file="vocab.json")),
    _row("REP-29", "secrets", partial(configs.config, tokenizer_file="~/.ssh/inert"),
         partial(configs.config, tokenizer_file="/home/somebody/models/tokenizer.json")),
    _yaml("SCN-26", "duplicate_key_yaml", configs.duplicate_key_yaml, lambda: b"model:\n  name: first\n"),
    _row("SCN-26", "duplicate_key_json", configs.duplicate_key_json),
    *(
        _row("SCN-26", f"json_{title}", lambda text=text: text, lambda text=text: b'{"a": 1.5}')  # type: ignore[misc]
        for title, text in (
            ("infinity_by_exponent", b'{"a": 1e999}'), ("wide_integer", b'{"a": %d}' % (1 << 70)),
            ("byte_order_mark", b'\xef\xbb\xbf{"a": 1.5}'), ("utf_16", '{"a": 1.5}'.encode("utf-16")),
            ("not_utf8", b'{"a": "\xff"}'), ("surrogate", b'{"a": "\\ud800"}'),
        )
    ),
    _row("SCN-26", "json_deep", lambda: b'{"a": ' + b"[" * 99 + b"]" * 99 + b"}",
         lambda: b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", expects=Verdict.INCONCLUSIVE, word=Word.UNKNOWN),
    _row("SCN-26", "json_comment", lambda: b'{"a": 1 /* INERT */}', lambda: b'{"a": 1}', expects=Verdict.INCONCLUSIVE,
         word=Word.UNKNOWN),
    _yaml("SCN-26", "alias_bomb", configs.alias_bomb, partial(configs.alias_bomb, 2)),
    *(
        _yaml("SCN-27", title, lambda text=text: text, lambda: b"policy: plain\n", name=name,  # type: ignore[misc]
              expects=_MALICIOUS, word=Word.DENY)
        for title, text, name in (
            ("apply", configs.python_tag_named_yaml(), "hparams.yaml"),
            ("name", b"policy: !!python/name:posix.system ''\n", "hparams.yaml"),
            ("module", b"policy: !!python/module:inert_absent_pkg ''\n", "hparams.yaml"),
            ("new", b"policy: !!python/object/new:inert_absent_pkg.C [x]\n", "hparams.yaml"),
            ("object", b"policy: !!python/object:inert_absent_pkg.C {a: 1}\n", "hparams.yaml"),
            ("verbatim", b"policy: !<tag:yaml.org,2002:python/object/apply:os.system> [echo INERT]\n", "hparams.yaml"),
            ("handle", b"%TAG !p! tag:yaml.org,2002:python/\n---\npolicy: !p!object/apply:os.system [echo INERT]\n",
             "hparams.yaml"),
            ("second_document", b"a: 1\n---\npolicy: !!python/object/apply:os.system [echo INERT]\n", "hparams.yaml"),
            ("no_ending", configs.python_tag_named_yaml(), "hparams"),
            ("broken_behind", configs.python_tag_named_yaml() + b"]: [\n", "hparams.yaml"),
        )
    ),
    _nemo("TOR-17", "target", part="os.system"),
    _nemo("TOR-17", "target_unknown", _SUSPICIOUS, part="inert_absent_pkg.call"),
    _nemo("TOR-17", "target_behind_a_listed_package", part="nemo.collections.asr.os.system"),
    _yaml("TOR-17", "hydra", configs.hydra_system_named_yaml, configs.hydra_named_yaml, expects=_MALICIOUS),
    _row(
        "TOR-17",
        "hydra_in_json",
        lambda: configs.dumped({"model": {"layers": [{"_target_": "builtins.eval", "_args_": ["INERT"]}]}}),
        lambda: configs.dumped({"model": {"layers": [{"_target_": "torch.nn.Linear", "_args_": [1, 2]}]}}),
        name="settings.json",
        expects=_MALICIOUS,
    ),
    *(
        _nemo("TOR-18", f"key_{key}", key=key, part="os.system")
        for key in ("target", "cls", "class_path", "type", "__target__", "_component_")
    ),
    _nemo("TOR-18", "top_target", target="subprocess.run"),
    _yaml("OTH-22", "loader_module", partial(configs.mlmodel, loader="inert_absent_pkg"), configs.mlmodel, "MLmodel"),
    _yaml("OTH-22", "loader_of_the_system", partial(configs.mlmodel, loader="os"), configs.mlmodel, "MLmodel",
          expects=_MALICIOUS),
    _yaml("OTH-22", "code_beside", partial(configs.mlmodel, loader="inert_absent_pkg", more="code: code"),
          configs.mlmodel, "MLmodel", expects=_MALICIOUS),
    _yaml("OTH-22", "code_path", partial(configs.mlmodel, more="code: code"), configs.mlmodel, "MLmodel"),
    _yaml("OTH-22", "from_code", partial(configs.mlmodel, more="model_code_path: model.py"), configs.mlmodel, "MLmodel",
          expects=_MALICIOUS),
    *(
        _row("OTH-22", f"pickle_module_{title}", lambda text=text: text, lambda: b"mlflow.pytorch.pickle_module\n",  # type: ignore[misc]
             name="pickle_module_info.txt", expects=expects)
        for title, text, expects in (("own", b"inert_absent_pkg", _SUSPICIOUS), ("system", b"os", _MALICIOUS))
    ),
    _yaml("OTH-22", "escape", partial(configs.mlmodel, path="../../inert"), configs.mlmodel, "MLmodel"),
    _yaml("OTH-24", "base_image", partial(configs.bento, image='"python:3.11\\nRUN echo INERT"'), configs.bento,
          "bentofile.yaml"),
    _yaml("OTH-24", "system_packages", partial(configs.bento, packages="['git; echo INERT']"), configs.bento,
          "bentofile.yaml"),
    _yaml("OTH-24", "environment", partial(configs.bento, env="$(echo INERT)"), configs.bento, "bentofile.yaml"),
    _row("OTH-25", "python_backend", partial(configs.triton, 'backend: "python"'), configs.triton, name="config.pbtxt"),
    _row("OTH-25", "own_backend", partial(configs.triton, 'backend: "inert"'), configs.triton, name="config.pbtxt"),
    _row(
        "OTH-25",
        "environment",
        lambda: configs.triton(
            more=configs.triton_parameter("EXECUTION_ENV_PATH", "$$TRITON_MODEL_DIRECTORY/\\056./../inert.tar.gz")
        ),
        lambda: configs.triton(
            more=configs.triton_parameter("EXECUTION_ENV_PATH", "$$TRITON_MODEL_DIRECTORY/env.tar.gz")
        ),
        name="config.pbtxt",
    ),
    _row("OTH-26", "requirement", lambda: configs.dumped(
        {"spacy_version": ">=3.7", "requirements": ["inert @ https://inert.invalid/inert.whl"]}
    ), lambda: configs.dumped({"spacy_version": ">=3.7", "requirements": ["inert>=1"]}), name="meta.json"),
    _row("OTH-26", "registry", partial(configs.spacy, "inert.Absent.v1"), configs.spacy, name="config.cfg"),
    _row("OTH-28", "constructor", partial(configs.langchain, path=("langchain", "inert", "Absent")), configs.langchain,
         name="chain.json", word=Word.REVIEW),
    _row("OTH-28", "python_tool", partial(configs.langchain, path=("langchain", "chains", "pal", "base", "PALChain")),
         configs.langchain, name="chain.json", expects=_MALICIOUS, word=Word.REVIEW),
    _row("OTH-28", "secret", partial(configs.langchain, "secret", ("INERT",)), configs.langchain, name="chain.json",
         word=Word.REVIEW),
    _row("OTH-32", "node_that_evaluates", partial(configs.workflow, "PythonExec"), configs.workflow,
         name="workflow.json"),
    _row(
        "KER-14", "python_tag", configs.python_tag_named_yaml, configs.hydra_named_yaml, name="model.yaml",
        expects=Verdict.MALICIOUS, word=Word.DENY,
    ),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
