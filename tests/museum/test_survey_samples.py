"""The 59 inert samples and 14 honest files with which nine scanners were compared, as far as their formats are read.

Every one of the bad files must be malicious: no scanner of that comparison reported all of them.
"""

from __future__ import annotations

import json
from functools import partial

import pytest

from tests.builders import (
    configs,
    ggufs,
    joblibs,
    keras_files,
    natives,
    numpys,
    onnxes,
    python_sources,
    safetensors_files,
    streams,
    tars,
    torches,
    zip_tricks,
    zips,
)
from tests.builders.pickles import honest, hostile_calls, hostile_streams
from tests.builders.pickles.described import Global, NewObj, Reduce
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, VETTED, Target, call_target, pickled_call, program
from tests.builders.pickles.writer import dumps
from tests.builders.tensorflow_originals import original
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word, described, examined, verdict_of

_SOURCE = "comparison of nine scanners"
_ECHO, _URL, _FILE = "echo INERT", "http://inert.invalid/", "inert-absent-file"
_BAD, _GOOD = posix_system(), plain_data()


def _sample(name: str, build: Build, twin: Build = plain_data, **more: object) -> Exhibit:
    """A sample of the comparison under its own file name."""
    return Exhibit(
        id=f"survey {name}",
        title="sample",
        source=_SOURCE,
        build=build,
        twin=twin,
        name=name,
        **more,  # type: ignore[arg-type]
    )


def _name(name: str, module: str, qualname: str, *arguments: object) -> Exhibit:
    twin = partial(pickled_call, VETTED, via="stack_global")
    return _sample(name, partial(dumps, Reduce(Global(module, qualname), arguments), 4), twin)


def _zip(pickle: bytes, name: str = zip_tricks.NAME) -> bytes:
    return zips.plain({name: pickle})


def poisoned_joblib(codec: str = "") -> bytes:
    made = joblibs.poisoned()
    return joblibs.compressed(made, codec) if codec else made


def honest_joblib(codec: str = "") -> bytes:
    made = joblibs.honest()
    return joblibs.compressed(made, codec) if codec else made


_TORCH, _HONEST_TORCH = partial(torches.zip_checkpoint, poisoned=call_target(SHELL, protocol=2)), torches.zip_checkpoint
_HONEST_ZIP = partial(_zip, _GOOD)


def tokenizer_config(template: str) -> bytes:
    return json.dumps({"tokenizer_class": "LlamaTokenizer", "chat_template": template}).encode()


EXHIBITS = (
    _sample("plain_proto4.pkl", posix_system),
    _sample("plain_proto0.pkl", partial(posix_system, 0), partial(plain_data, 0)),
    _sample("obj_opcode.pkl", partial(pickled_call, SHELL, via="obj"), partial(pickled_call, VETTED, via="obj")),
    _name("functools_partial.pkl", "functools", "partial", Global("posix", "system"), _ECHO),
    _sample("popped_call.pkl", hostile_calls.popped_obj, partial(hostile_calls.popped_obj, VETTED)),
    _sample("memo_get.pkl", hostile_calls.remembered_names, partial(hostile_calls.remembered_names, VETTED)),
    _sample("stacked_second.pkl", hostile_streams.stacked, partial(hostile_streams.stacked, VETTED)),
    _sample("importlib.pkl", partial(chains.imported_then_got, ("importlib", "import_module"), 4)),
    _sample("pkgutil_resolve.pkl", partial(chains.resolved_then_called, ("pkgutil", "resolve_name"), "os:system")),
    _name("spawnv_passfds.pkl", "multiprocessing.util", "spawnv_passfds", "echo", ("echo", "INERT"), ()),
    _name("collect_env_run.pkl", "torch.utils.collect_env", "run", _ECHO),
    _name("uuid_stdlib.pkl", "uuid", "_get_command_stdout", "echo", "INERT"),
    _name("mlflow_run_entry.pkl", "mlflow.projects.backend.local", "_run_entry_point", _ECHO, "."),
    _name("pandas_read_csv_url.pkl", "pandas.io.parsers.readers", "read_csv", _URL),
    _name("distutils_spawn.pkl", "distutils.spawn", "spawn", ("echo", "INERT")),
    _name("numpy_distutils_exec.pkl", "numpy.distutils.exec_command", "exec_command", _ECHO),
    _name("joblib_load.pkl", "joblib", "load", _FILE),
    _name("torch_load_trampoline.pkl", "torch", "load", _FILE),
    _sample("inst_opcode.pkl", hostile_calls.inst, partial(hostile_calls.inst, VETTED)),
    _sample("ext_opcode.pkl", hostile_calls.extension),
    _sample("broken_tail.pkl", hostile_streams.broken_tail),
    _sample("renamed.safetensors", posix_system, safetensors_files.honest),
    _sample("noext_model", posix_system),
    _sample("renamed.txt", posix_system, twin_name="renamed.pkl"),
    _sample("bin_proto0.bin", partial(posix_system, 0), partial(plain_data, 0)),
    _sample("nested_loads.pkl", hostile_streams.nested, partial(hostile_streams.nested, VETTED, None)),
    _sample("build_getattr_dotted.pkl", chains.modules_as_attributes, hostile_calls.slot_state_on_object),
    _sample("stackglobal_dotted.pkl", hostile_calls.dotted, partial(hostile_calls.stack_global, VETTED)),
    _name("smtplib_net.pkl", "smtplib", "SMTP", "inert.invalid"),
    _name("unittest_mock_importer.pkl", "unittest.mock", "_importer", "inert_absent_pkg.call"),
    _name("weird_stdlib_pipes.pkl", "pipes", "Template.copy", Reduce(Global("pipes", "Template")), _FILE, _FILE),
    _name("tf_py_exec.pkl", "tensorflow.python.ops.script_ops", "py_func", Global("posix", "system"), (_ECHO,), ()),
    _sample("zip_ok.pt", _TORCH, _HONEST_TORCH),
    _sample("zip_badcrc.pt", partial(zip_tricks.wrong_crc, _BAD), _HONEST_ZIP),
    _sample("zip_encflag.pt", partial(zip_tricks.flag_bits, _BAD), _HONEST_ZIP),
    _sample("zip_namemismatch.pt", partial(zip_tricks.two_names, _BAD), _HONEST_ZIP),
    _sample("zip_badfirst_entry.pt", partial(zip_tricks.bad_first, _BAD), _HONEST_ZIP),
    _sample(
        "zip_pkl_otherext.pt", partial(_zip, _BAD, "archive/weights.dat"), partial(_zip, _GOOD, "archive/weights.dat")
    ),
    _sample("nested.zip", partial(zip_tricks.nested, _BAD), partial(zip_tricks.nested, _GOOD)),
    _sample(
        "tar.tar.gz",
        lambda: streams.gzipped(tars.plain({"model.pkl": _BAD})),
        lambda: streams.gzipped(tars.plain({"model.pkl": _GOOD})),
    ),
    _sample("after_array.joblib", poisoned_joblib, honest_joblib),
    _sample("zlib.joblib", partial(joblibs.compressed, _BAD), partial(joblibs.compressed, _GOOD)),
    _sample("after_array_zlib.joblib", partial(poisoned_joblib, "zlib"), partial(honest_joblib, "zlib")),
    _sample("obj.npy", numpys.poisoned_npy, numpys.object_npy),
    _sample("obj.npz", numpys.poisoned_npz, numpys.npz),
    _sample(
        "overlap.safetensors",
        safetensors_files.overlapping,
        safetensors_files.honest,
        expects=Verdict.SUSPICIOUS,
        word=Word.FINDING,
    ),
    _sample(
        "trailing_elf.safetensors",
        partial(safetensors_files.stowaway, natives.elf(), place="tail"),
        safetensors_files.honest,
        expects=Verdict.SUSPICIOUS,
        word=Word.FINDING,
    ),
    _sample("sm/saved_model.pb", partial(original, "saved_model_files"), partial(original, "saved_model_control_flow")),
    _sample(
        "hugeheader.safetensors",
        safetensors_files.header_beyond_file,
        safetensors_files.honest,
        expects=Verdict.SUSPICIOUS,
        word=Word.FINDING,
    ),
    _sample(
        "lambda.keras",
        keras_files.lambda_layer_named_keras,
        keras_files.honest_named_keras,
    ),
    _sample(
        "cve1550_module.keras",
        lambda: keras_files.archive(keras_files.called("os", "system", keras_files.COMMAND)),
        keras_files.honest_named_keras,
    ),
    _sample(
        "getfile_cve8747.keras",
        lambda: keras_files.archive(keras_files.lambda_calling("keras.utils", "get_file", origin="inert.invalid")),
        keras_files.honest_named_keras,
    ),
    _sample(
        "hf/config.json",
        configs.foreign_auto_map_named_json,
        configs.honest_config_named_json,
        expects=Verdict.SUSPICIOUS,
        word=Word.REVIEW,
    ),
    _sample("ssti.gguf", ggufs.escaping_template_named_gguf, ggufs.honest_named_gguf),
    _sample(
        "hf/tokenizer_config.json",
        lambda: tokenizer_config("{{ ''.__class__.__mro__ }}"),
        lambda: tokenizer_config("{% for m in messages %}{{ m['content'] }}{% endfor %}"),
    ),
    _sample(
        "hf/modeling.py",
        python_sources.shell_at_import_named_py,
        python_sources.honest_named_py,
        expects=Verdict.SUSPICIOUS,
        word=Word.REVIEW,
    ),
    _sample(
        "hydra.nemo",
        lambda: tars.plain({"./model_config.yaml": configs.hydra_system_named_yaml()}),
        lambda: tars.plain({"./model_config.yaml": configs.hydra_named_yaml()}),
    ),
    _sample(
        "extdata.onnx", onnxes.escaping_data_named_onnx, onnxes.external, expects=Verdict.SUSPICIOUS, word=Word.FINDING
    ),
    _sample(
        "payload_behind_26_megabytes.pkl",
        lambda: program(b"B" + (26 << 20).to_bytes(4, "little") + bytes(26 << 20) + b"0", call_target(SHELL)),
        lambda: program(b"B" + (26 << 20).to_bytes(4, "little") + bytes(26 << 20) + b"0", call_target(VETTED)),
    ),
)

LEFT_OUT: dict[str, str] = {}
"""Samples that this version does not read; none since it reads every format."""


def pipeline() -> object:
    """A scikit-learn pipeline of a scaler and a linear model, with its arrays."""
    arrays = {"mean_": honest.array((3,), "f8"), "scale_": honest.array((3,), "f8"), "n_features_in_": 3}
    scaler = NewObj(Global("sklearn.preprocessing._data", "StandardScaler"), state={"with_mean": True, **arrays})
    weights = {"coef_": honest.array((1, 3), "f8"), "intercept_": honest.array((1,), "f8"), "C": 1.0, "solver": "lbfgs"}
    model = NewObj(Global("sklearn.linear_model._logistic", "LogisticRegression"), state=weights)
    state = {
        "steps": [("scale", scaler), ("fit", model)],
        "memory": None,
        "verbose": False,
        "_sklearn_version": "1.5.0",
    }
    return NewObj(Global("sklearn.pipeline", "Pipeline"), state=state)


def training_arguments() -> bytes:
    """transformers' TrainingArguments with an enumeration and a device, as a torch zip."""
    strategy = Reduce(Global("transformers.trainer_utils", "IntervalStrategy"), ("steps",))
    state = {
        "output_dir": "runs",
        "learning_rate": 5e-5,
        "eval_strategy": strategy,
        "device": Reduce(Global("torch", "device"), ("cpu",)),
    }
    made = NewObj(Global("transformers.training_args", "TrainingArguments"), state=state)
    return torches.zip_checkpoint((), pickle=dumps(made, 2))


def zone_by_getattr() -> bytes:
    """A time zone as protocols below 4 write it: a class method reached by `getattr`."""
    method = Reduce(Global("builtins", "getattr"), (Global("zoneinfo", "ZoneInfo"), "_unpickle"))
    return dumps(Reduce(method, ("Europe/Berlin", 1)), 2)


def pure_partial() -> bytes:
    """`functools.partial` of a pure NumPy function."""
    function = Global("numpy", "log1p")
    return dumps(Reduce(Global("functools", "partial"), (function,), state=(function, (), {}, None)))


BENIGN: tuple[tuple[str, Build], ...] = (
    ("ordered_dict.pkl", honest.ordered_dict),
    ("numpy.pkl", honest.numpy_array),
    ("pipeline.pkl", lambda: dumps(pipeline())),
    ("pipeline.joblib", lambda: joblibs.dump(pipeline())),
    ("pipeline_z.joblib", lambda: joblibs.compressed(joblibs.dump(pipeline()))),
    ("stdlib_values.pkl", honest.datetime_value),
    ("functools_partial.pkl", pure_partial),
    ("training_args.bin", training_arguments),
    ("getattr.pkl", zone_by_getattr),
    ("array.npy", numpys.npy),
    ("arrays.npz", numpys.npz),
    ("model.pt", torches.zip_checkpoint),
    ("model.safetensors", safetensors_files.honest),
    ("template.gguf", ggufs.honest_named_gguf),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)


@pytest.mark.parametrize(("name", "build"), BENIGN, ids=[name for name, _ in BENIGN])
def test_honest_files_are_clean(name: str, build: Build) -> None:
    seen = examined(build(), name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


def test_the_comparison_is_complete() -> None:
    """59 bad files (the last of them was only scanned for speed) and 14 honest ones."""
    assert len(EXHIBITS) == 59
    assert len(BENIGN) == 14
    assert Target("posix", "system", (_ECHO,)) == SHELL
