"""KER rows and TF-13: code in Keras configurations, HDF5 that reads other files, TensorFlow.js models.

A path that leads out of the model runs nothing by itself, so it is reported at high severity and not called malicious;
whatever runs code is.
"""

from __future__ import annotations

import json
from functools import partial

from tests.builders import hdf5_files, numpys, tars, zips
from tests.builders import keras_files as keras
from tests.builders.keras_files import archive, bare, legacy, sequential
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.torches import zip_checkpoint
from tests.museum.exhibit import NO_CODE, Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, Keras and HDF5"
_SUSPICIOUS = Verdict.SUSPICIOUS
_BOMB = "it exhausts memory and runs nothing, so it is reported and not called malicious"


def _row(
    id_: str,
    title: str,
    build: Build,
    expects: Verdict = Verdict.MALICIOUS,
    word: Word = Word.DENY,
    *,
    name: str = "model.keras",
    twin: Build | None = None,
    departs: str = "",
    also: tuple[str, ...] = (),
) -> Exhibit:
    if twin is None:
        twin = {"h5": _LEGACY, "json": partial(keras.text, sequential())}.get(name[-2:].lstrip("."), _HONEST)
        twin = partial(keras.text, sequential()) if name.endswith("json") else twin
    return Exhibit(
        id=id_, title=title, source=_SOURCE, build=build, twin=twin, name=name, expects=expects, word=word,
        departs=departs, also=also, plain=keras.lambda_layer_named_keras, plain_name="model.keras",
    )  # fmt: skip


_HONEST: Build = keras.honest_named_keras
_LEGACY: Build = partial(legacy, bare(sequential()))


def _hdf5(id_: str, title: str, build: Build, twin: Build, departs: str = NO_CODE, **words: tuple[str, ...]) -> Exhibit:
    return _row(id_, title, build, _SUSPICIOUS, name="model.weights.h5", twin=twin, departs=departs, **words)


def _archived(config: keras.Config) -> Build:
    return partial(archive, config)


def _in_hdf5(config: keras.Config) -> Build:
    return partial(legacy, bare(config))


def weights_of(build: Build) -> Build:
    """An archive around other weights."""
    return lambda: archive(sequential(), weights=build())


def npz_weights(array: bytes) -> bytes:
    """An archive whose weights are an npz."""
    return archive(sequential(), more={"model.weights.npz": zips.plain({"kernel.npy": array})})


def repeated_class() -> bytes:
    """An object that is two things, as its reader takes the first or the last key."""
    text = json.dumps(sequential(keras.lambda_of_keras_3()))
    return archive(text.replace('"class_name": "Lambda"', '"class_name": "Lambda", "class_name": "Dense"', 1).encode())


_LAMBDA_2, _LAMBDA_3 = keras.lambda_of_keras_2(), keras.lambda_of_keras_3()

EXHIBITS = (
    # Lambda
    _row("KER-01", "keras_2", _in_hdf5(sequential(_LAMBDA_2)), name="model.h5", also=("CVE-2024-3660",)),
    _row("KER-01", "keras_3_in_hdf5", _in_hdf5(sequential(_LAMBDA_3)), name="model.h5", also=("CVE-2025-9905",)),
    _row("KER-01", "output_shape", _in_hdf5(sequential(
        keras.layer("Lambda", function="f", function_type="function", output_shape=keras.marshalled_code(),
                    output_shape_type="lambda"))), name="model.h5"),
    _row("KER-01", "in_training_config", lambda: legacy(bare(sequential()), {"loss": keras.lambda_of_keras_2()}),
         name="model.h5"),
    _row("KER-01", "by_name", _in_hdf5(sequential(keras.lambda_by_name())), _SUSPICIOUS, Word.REVIEW, name="model.h5"),
    _row("KER-01", "in_json", partial(keras.text, sequential(_LAMBDA_3)), name="model.json"),
    *(_row("KER-02", f"keras_2_{depth}", _in_hdf5(sequential(keras.wrapped(_LAMBDA_2, depth))), name="model.h5")
      for depth in range(4)),
    *(_row("KER-02", f"keras_3_{depth}", _archived(sequential(keras.wrapped(_LAMBDA_3, depth)))) for depth in range(4)),
    _row("KER-02", "without_a_model_around", _archived({"anything": [_LAMBDA_3]})),
    _row("KER-02", "repeated_key", repeated_class),
    # names that are imported and called
    _row("KER-03", "system", _archived(keras.called("os", "system", keras.COMMAND)),
         also=("CVE-2025-1550",)),
    _row("KER-03", "subprocess", _archived(keras.called("subprocess", "run", ["echo", "INERT"]))),
    _row("KER-03", "builtins", _archived(keras.called("builtins", "exec", "pass"))),
    _row("KER-03", "in_hdf5", partial(legacy, keras.called("os", "system", keras.COMMAND)), name="model.h5"),
    _row("KER-03", "unknown_module", _archived(keras.called("inert_absent_pkg", "run")), _SUSPICIOUS, Word.REVIEW),
    _row("KER-03", "initialiser", _archived(sequential(
        keras.layer("Dense", units=1, kernel_initializer=keras.layer("Popen", "subprocess", args=["echo"]))))),
    *(_row("KER-04", f"{module}.{name}", _archived(keras.lambda_calling(module, name, origin="https://inert.invalid/x")),
           also=("CVE-2025-8747",))
      for module, name in (("keras.utils", "get_file"), ("keras.src.utils.file_utils", "get_file"),
                           ("keras.models", "load_model"), ("keras.saving", "load_model"))),
    *(_row("KER-05", title, _archived(config), also=("CVE-2025-9906",)) for title, config in (
        ("enable", keras.lambda_calling("keras.config", "enable_unsafe_deserialization")),
        ("global_attribute", keras.called("keras.src.backend.common.global_state", "set_global_attribute",
                                          "safe_mode_saving", False)),
        ("as_an_argument", keras.called("inert_absent_pkg", "run", "safe_mode_saving")),
    )),
    _row("KER-06", "checkpoint", _archived(keras.torch_module()), also=("CVE-2025-49655",)),
    _row("KER-06", "pickle", _archived(keras.torch_module(posix_system()))),
    _row("KER-06", "honest_checkpoint", _archived(keras.torch_module(zip_checkpoint()))),
    _row("KER-06", "in_hdf5", _in_hdf5(keras.torch_module()), name="model.h5"),
    *(_row("KER-07", title, _archived(keras.saved_model(path)), also=("CVE-2026-1462",)) for title, path in (
        ("absolute", "/inert-absent/model"), ("parent", "../inert-absent"), ("address", "gs://inert.invalid/model"))),
    _row("KER-07", "beside", _archived(keras.saved_model("model")), _SUSPICIOUS, Word.REVIEW),
    # vocabularies
    *(_row("KER-08", title, partial(keras.vocabulary, held), _SUSPICIOUS, departs=NO_CODE,
           twin=partial(keras.vocabulary, ["a", "b"]), also=("CVE-2025-12058",))
      for title, held in (("absolute", "/etc/inert-absent"), ("parent", "../../inert-absent"),
                          ("beside", "inert-absent.txt"), ("address", "https://inert.invalid/words"))),
    # HDF5
    *(_hdf5("KER-09", f"{title}_{number}", partial(build, file), hdf5_files.soft_link, also=("CVE-2026-1669",))
      for title, build in (("external_link", hdf5_files.external_link), ("storage", hdf5_files.external_storage),
                           ("virtual", hdf5_files.virtual_dataset))
      for number, file in enumerate(("/etc/inert-absent", "../inert-absent", "inert-absent.h5", "C:\\inert-absent"))),
    _row("KER-09", "in_an_archive", weights_of(hdf5_files.external_storage), _SUSPICIOUS, departs=NO_CODE),
    *(_hdf5("KER-10", title, build, hdf5_files.honest, _BOMB, also=("GHSA-xfhx-r7ww-5995",)) for title, build in (
        ("chunked", hdf5_files.shape_bomb), ("unallocated", hdf5_files.unallocated_bomb),
        ("many", hdf5_files.many_bombs))),
    _row("KER-10", "npz", partial(npz_weights, numpys.shape_bomb()),
         twin=partial(npz_weights, numpys.npy())),
    _row("KER-10", "in_an_archive", weights_of(hdf5_files.shape_bomb), _SUSPICIOUS, departs=_BOMB),
    _row("KER-10", "size_lie", hdf5_files.wrong_size, name="model.weights.h5", twin=hdf5_files.honest),
    _row("KER-10", "shape_overflow", hdf5_files.overflowing_shape, name="model.weights.h5", twin=hdf5_files.honest),
    _row("SCN-18", "hdf5_shape", hdf5_files.shape_bomb, _SUSPICIOUS, Word.FINDING, name="model.weights.h5",
         twin=hdf5_files.honest),
    # files that Keras fetches
    _row("KER-11", "extract_archive", _archived(keras.lambda_calling(
        "keras.src.utils.file_utils", "extract_archive", file_path="x.tar"))),
    _row("KER-11", "get_file_and_extract", _archived(keras.lambda_calling("keras.utils", "get_file", extract=True)),
         also=("CVE-2024-55459", "GHSA-hqp4-2352-xf5r")),
    _row("KER-11", "tar_traversal", partial(tars.slipping, "../../inert"), name="x.tar",
         twin=lambda: tars.plain({"a.txt": b"INERT text\n"})),
    _row("KER-12", "outside_of_any_scope", _archived(sequential(_LAMBDA_3))),
    _row("KER-13", "in_an_archive", _archived(keras.custom()), _SUSPICIOUS, Word.REVIEW),
    _row("KER-13", "in_hdf5", _in_hdf5(keras.custom()), _SUSPICIOUS, Word.REVIEW, name="model.h5"),
    _row("KER-13", "that_is_system", _archived(keras.custom("Inert>system", "os"))),
    _row("KER-13", "that_is_get_file", _archived(keras.custom("Inert>get_file", "keras.utils"))),
    _row("KER-16", "imdb", numpys.poisoned_npz, name="imdb.npz", twin=numpys.npz),
    _row("KER-16", "cifar", posix_system, name="data_batch_1", twin=plain_data),
    # TensorFlow.js
    *(_row("TF-13", title, partial(keras.tfjs, (path,)), _SUSPICIOUS, Word.FINDING, name="model.json", twin=keras.tfjs)
      for title, path in (("address", "https://inert.invalid/shard.bin"), ("parent", "../../inert-absent"))),
    _row("TF-13", "lambda", partial(keras.tfjs, config=sequential(_LAMBDA_2)), name="model.json", twin=keras.tfjs),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
