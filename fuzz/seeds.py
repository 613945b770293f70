"""Seeds out of the test builders: every sample that they know, made when it is asked for."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from io import BytesIO

from tests.builders import (
    arrow_files,
    carriers,
    catboost_files,
    chat_templates,
    checkpoints,
    classical_files,
    configs,
    coremls,
    examples,
    executorch_files,
    fasttexts,
    hdf5_files,
    hostile_templates,
    joblibs,
    keras_files,
    lightgbm_files,
    marshalled,
    mlir_files,
    mxnets,
    natives,
    numpys,
    onnx_selections,
    onnxes,
    openvinos,
    paddles,
    parquet_files,
    polyglots,
    python_sources,
    r_files,
    remote_code,
    requirement_files,
    safetensors_files,
    savedmodels,
    scripts,
    seams,
    sentencepieces,
    sevenzips,
    skops_files,
    streams,
    tars,
    tensorflow_originals,
    tflite_files,
    tflite_graphs,
    tokenizers,
    torch7s,
    torch_legacy,
    torches,
    xgboost_binaries,
    xgboost_files,
    xmls,
    zip_tricks,
    zips,
)
from tests.builders import (
    ggufs as gguf_files,
)
from tests.builders.pickles import HONEST, SAMPLES, data, dumps, plain_data, posix_system

from fuzz import page_seeds
from fuzz.bounds import LONGEST
from fuzz.made import made_by
from fuzz.torch_seeds import tensorizers, torch_archives

DATA = b"content INERT " * 20


def pickles() -> Iterator[bytes]:
    """Every pickle technique, its twin, and honest objects."""
    for sample in SAMPLES:
        yield sample.build()
        yield sample.twin()
    for _, build in HONEST:
        yield build()
    yield from (joblibs.honest(), joblibs.honest(alignment=None), joblibs.object_array(), joblibs.opcodes_in_array())
    yield from (joblibs.poisoned(place=place) for place in ("before", "after", "between"))
    yield from (torch_legacy.legacy(), torch_legacy.computed_magic(), joblibs.short_claim(), joblibs.shape_bomb())


def zip_archives() -> Iterator[bytes]:
    """Every trick with zip, checkpoints and arrays in it."""
    inner = posix_system()
    for method in (zips.STORED, zips.DEFLATE, 12, 14, 93, 95):
        yield zips.plain({"archive/data.pkl": inner, "b": DATA}, method=method)
    yield from (zips.streamed({"a": DATA, "b": inner}, zip64=flag) for flag in (False, True))
    yield from (torches.zip_checkpoint(), torches.zip_checkpoint(pickle=inner), torches.torchscript())
    yield from (numpys.npz(), numpys.poisoned_npz())
    yield from (zip_tricks.symlink(), zip_tricks.special(), zip_tricks.claimed_bomb())
    for one in (
        zip_tricks.wrong_crc, zip_tricks.flag_bits, zip_tricks.two_names, zip_tricks.two_sizes, zip_tricks.two_methods,
        zip_tricks.duplicates, zip_tricks.other_case, zip_tricks.phantom, zip_tricks.overlapping, zip_tricks.quoted,
        zip_tricks.nested, zip_tricks.exotic, zip_tricks.bad_first,
    ):  # fmt: skip
        yield one(inner)
    for two in (
        zip_tricks.case_twins, zip_tricks.between_entries, zip_tricks.before_directory, zip_tricks.unlisted,
        zip_tricks.commented, zip_tricks.trailing, zip_tricks.two_directories, zip_tricks.zip64_dispute,
    ):  # fmt: skip
        yield two(inner, DATA)


def tar_archives() -> Iterator[bytes]:
    """Every trick with tar."""
    inner = posix_system()
    yield from (tars.plain({"a": DATA, "model.pkl": inner}), torch_legacy.tarred(), tars.link(), tars.special())
    yield from (tars.pax_size_override(DATA, 5), tars.gnu_sparse(DATA, 4000), tars.link_then_file(inner))
    yield from (tars.duplicates(inner, DATA), tars.trailing(inner, DATA), tars.two_archives(inner, DATA))
    yield from (tars.slipping(name) for name in tars.SLIP_NAMES)
    for one in (tars.pax_override, tars.gnu_long_name, tars.false_checksum):
        yield one(inner)
    with tarfile.open(fileobj=BytesIO(torch_legacy.tarred())) as old:
        yield from (member.read() for name in ("storages", "tensors") if (member := old.extractfile(name)))


def seven_archives() -> Iterator[bytes]:
    """7z archives, plain and packed."""
    members = {"a": DATA, "model.pkl": posix_system(), "e": b""}
    yield from (sevenzips.plain(members), sevenzips.sealed(members), sevenzips.symlink())
    yield sevenzips.archive(members, method=sevenzips.LZMA)
    yield sevenzips.archive(members, method=sevenzips.LZMA, packed_header=True)
    yield sevenzips.false_header_crc(members)


def compressed() -> Iterator[bytes]:
    """Every compressed stream."""
    inner = posix_system()
    yield from (pack(inner) for pack in streams.CODECS.values())
    yield streams.gzipped(DATA, name=b"x", extra=b"abc", comment=b"d")
    yield from (streams.gzip_members(inner, DATA), streams.gzip_with_tail(inner), streams.gzip_with_wrong_crc(inner))
    yield from (streams.zlibbed(inner), streams.legacy_lzma(inner), joblibs.zfile(inner))
    yield streams.skippable_frame(inner) + streams.lz4_frame(DATA, checksum=True)
    yield from (streams.zstd_frame(inner), streams.zstd_bomb(1 << 24))


def arrays() -> Iterator[bytes]:
    """npy headers of every version, honest, hostile and false."""
    yield from (numpys.npy(version=version) for version in (1, 2, 3))
    yield from (numpys.structured(version=version) for version in (1, 3))
    yield from (numpys.hostile_header(text) for text in numpys.HOSTILE_HEADERS)
    yield from (numpys.object_npy(), numpys.poisoned_npy(), numpys.hidden_objects(posix_system()), numpys.shape_bomb())
    yield from (numpys.false_length(), numpys.trailing(posix_system()))


def safetensors() -> Iterator[bytes]:
    """safetensors files, honest and not."""
    files = safetensors_files
    for build in (
        files.honest, files.empty, files.every_dtype, files.zero_size, files.zero_size_reused, files.header_beyond_file,
        files.duplicate_keys, files.duplicate_extents, files.duplicate_fields, files.overlapping, files.hole,
        files.late_start, files.trailing, files.unsorted, files.truncated, files.wrong_product,
        files.overflowing_product, files.unknown_dtype, files.odd_offsets, files.other_first_byte, files.leading_spaces,
        files.odd_padding, files.invalid_utf8, files.odd_metadata, files.constants_in_header, files.stowaway,
    ):  # fmt: skip
        yield build()
    yield from (files.deep_header(60), files.odd_shape([1, -2, 3.5, None]))


def ggufs() -> Iterator[bytes]:
    """GGUF files, honest and not, and headers from before."""
    files = gguf_files
    for build in (
        files.honest, files.honest_named_gguf, files.escaping_template_named_gguf, files.triggered_template_named_gguf,
        files.nested, files.unknown_type, files.one_tensor, files.legacy,
    ):  # fmt: skip
        yield build()
    yield b"MZqFpD='\n" + bytes(64) + zips.plain({"model.gguf": files.honest()})
    yield from (files.encode(version=1), files.encode(order=">"), files.claimed_array(9), files.claimed_string(99))
    yield from (files.one_tensor(shape=(1 << 40, 1 << 40)), files.one_tensor(offset=4), files.one_tensor(kind=200))


def templates() -> Iterator[bytes]:
    """Chat templates, honest and not, and a Modelfile."""
    known = (chat_templates.HONEST, hostile_templates.ESCAPES, hostile_templates.TRIGGERS, hostile_templates.ALWAYS)
    yield from (text.encode() for group in known for text in group.values())
    yield b'FROM a\nTEMPLATE """{{ if eq .Content "x" }}INERT{{ end }}"""\nSYSTEM x\nADAPTER ../x\n'


def tokenizer_files() -> Iterator[bytes]:
    """Tokenizers and vocabularies, honest and not."""
    made = tokenizers
    yield from (made.honest_named_json(), made.rewriting_decoder_named_json(), made.swapped_ids(), made.config())
    yield made.build(normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"})
    yield made.build(pre_tokenizer=made.splitting("(a+)+"), decoder=made.replacing("a", "b", regex=True))
    yield from (made.config(chat_template="{{ x }}", vocab_file="../x"), b'{"a": 0}', b"[UNK]\na\n", b"YQ== 0\n")
    yield b'{"layers": [{"mediaType": "application/vnd.ollama.x", "digest": "sha256:..", "size": -1}]}'


def tensorflow() -> Iterator[bytes]:
    """Graphs, checkpoints and records of TensorFlow, arrays of MXNet, honest and not."""
    files = savedmodels
    yield from (tensorflow_originals.original(name) for name in tensorflow_originals.NAMES)
    for build in (
        files.honest_named_pb, files.write_file_named_pb, files.read_file, files.saver_by_variable, files.captured_path,
        files.in_constant, files.in_attribute, files.in_branch, files.asset_in_collection, files.recursive_function,
        files.unknown_type, files.text_form, checkpoints.index, checkpoints.false_crc, checkpoints.state,
        checkpoints.record, mxnets.params, mxnets.symbol, mxnets.in_subgraph,
    ):  # fmt: skip
        yield build()
    yield from (files.text_form(files.TEXT_WRITES_ODDLY), files.keras_metadata(files.LAMBDA))
    yield from (files.tensor_of((1 << 40, 1 << 40)), checkpoints.index((b"z", checkpoints.entry(1, (9,), 7, -4, 4))))


def flat_models() -> Iterator[bytes]:
    """TFLite, ExecuTorch, CatBoost and what JAX exports, honest and not."""
    return made_by(tflite_files, tflite_graphs, executorch_files, catboost_files, mlir_files)


def trees() -> Iterator[bytes]:
    """XGBoost and LightGBM, honest and not."""
    for lie, honest in xgboost_files.LIES.values():
        yield from (xgboost_files.as_ubjson(lie()), xgboost_files.as_ubjson(honest()))
    for pair in (*xgboost_binaries.binary_lies().values(), *lightgbm_files.LIES.values()):
        yield from pair
    yield from (xgboost_files.claimed_array(), xgboost_files.claimed_list(), xgboost_files.nested())


def skops_archives() -> Iterator[bytes]:
    """skops files, honest and not."""
    return made_by(skops_files)


def arrows() -> Iterator[bytes]:
    """Arrow and Parquet, honest and not."""
    yield from made_by(arrow_files, parquet_files)
    yield from (arrow_files.pickled_type(posix_system()), parquet_files.pickled_type(posix_system()))


def json_texts() -> Iterator[bytes]:
    """JSON texts: the headers of the safetensors files and a few values of every kind."""
    for made in safetensors():
        yield made[8 : 8 + int.from_bytes(made[:8], "little")][:LONGEST]
    yield b'{"a": [1, -2.5e3, true, null, "\\ud83d\\ude00\\n"], "b": {"c": {}}, "": [[], [[]]]}'
    yield b"[0.1, 1E+9, -0, \"\\u0000\", NaN, Infinity, 'x', 1_0, 01, 0x1]"


def config_texts() -> Iterator[bytes]:
    """Configurations in every notation."""
    for build in (
        configs.honest_config_named_json, configs.foreign_auto_map_named_json, configs.trusting, configs.index,
        configs.modules, configs.adapter, configs.pipeline, configs.langchain, configs.workflow, configs.training,
        configs.nemo, configs.python_tag_named_yaml, configs.alias_bomb, configs.duplicate_key_yaml, configs.mlmodel,
        configs.bento, configs.triton, configs.spacy,
    ):  # fmt: skip
        yield build()
    yield configs.triton('backend: "python"', configs.triton_parameter("EXECUTION_ENV_PATH", "/x/../y.tar.gz"))
    yield seams.git_config('sshCommand = "echo INERT"')


def sources() -> Iterator[bytes]:
    """Python source, scripts, requirements and compiled programs."""
    for text in remote_code.ALL.values():
        yield text.encode()[:LONGEST]
    yield from (python_sources.shell_at_import_named_py(), python_sources.packed_exec_named_py())
    yield from (scripts.shell(*scripts.FETCH_AND_RUN), scripts.shell(*scripts.REVERSE_SHELL), scripts.dockerfile())
    files = requirement_files
    for build in (files.vendor_index, files.pyproject, files.setup_cfg, files.conda, files.pipfile, files.uv_lock):
        yield build()
    yield from (scripts.shortcut(), scripts.bytecode())


def onnx() -> Iterator[bytes]:
    """ONNX models, honest and not."""
    files = onnxes
    for build in (
        files.honest, files.annotated, files.external, files.memory_address, files.short_data, files.overflowing_shape,
        files.typed, files.python_operator, files.function_with_custom_operator, files.nested_operator, files.tiled,
        files.filled, files.expanded, files.upsampled, files.unknown_field, files.trailing, files.two_graphs,
        files.selection_bypass, files.masked,
    ):  # fmt: skip
        yield build()
    yield from files.external_everywhere().values()
    yield from onnx_selections.bypass_variants().values()


def coreml() -> Iterator[bytes]:
    """CoreML models and their files of weights."""
    for build in (
        coremls.honest, coremls.custom_layer, coremls.linked, coremls.selection_bypass, coremls.honest_program,
        coremls.program_bypass, coremls.blobs,
    ):  # fmt: skip
        yield build()
    yield from (coremls.nested(0), coremls.blobs(kind=99), coremls.blobs(size=1 << 40), coremls.blobs(padding=b"x"))


def paddle() -> Iterator[bytes]:
    """Paddle programs and parameters."""
    for build in (paddles.honest, paddles.saving, paddles.in_a_second_block, paddles.parameters):
        yield build()


def sentencepiece() -> Iterator[bytes]:
    """sentencepiece models."""
    for build in (sentencepieces.honest, sentencepieces.leaf_outside, sentencepieces.unit_outside):
        yield build()


def xml_texts() -> Iterator[bytes]:
    """XML documents, nets of OpenVINO among them."""
    for build in (
        xmls.plain, xmls.honest_entity, xmls.external_file, xmls.laughs, xmls.circle, xmls.deep, openvinos.honest,
        openvinos.nested_extension, openvinos.selection_bypass, openvinos.external_entity,
    ):  # fmt: skip
        yield build()


def named_files() -> Iterator[tuple[str, bytes]]:
    """All of these under the names that they would have, and what needs a whole examination."""
    for number, (name, made) in enumerate(_named()):
        if len(made) <= LONGEST:
            yield f"{number:04}-{name}", made


def _named() -> Iterator[tuple[str, bytes]]:
    groups = (
        ("model.pkl", pickles), ("model.zip", zip_archives), ("model.pt", zip_archives), ("model.tar", tar_archives),
        ("model.7z", seven_archives), ("model", compressed), ("array.npy", arrays), ("model.safetensors", safetensors),
        ("model.bin", whole_files), ("config.json", config_texts), ("config.yaml", config_texts),
        ("model.bin", whole_files), ("model.gguf", ggufs), ("chat_template.jinja", templates),
        ("tokenizer.json", tokenizer_files),
        ("model.bin", whole_files), ("saved_model.pb", tensorflow), ("saved_model.pbtxt", tensorflow),
        ("model.rds", classical), ("model.bin", whole_files), ("model.tflite", flat_models), ("data.arrow", arrows),
        ("model.bin", whole_files), ("model.pt2", torch_archives),
        ("__0_0.distcp", torch_archives), ("model.tensors", tensorizers),
        ("model.ubj", trees), ("model.skops", skops_archives),
        ("model.h5", hdf5), ("model.keras", keras_archives), ("model.json", keras_texts), ("model.bin", whole_files),
        ("model.bin", whole_files), ("model.py", sources),
        ("model.onnx", onnx), ("model.mlmodel", coreml), ("model.pdmodel", paddle), ("tokenizer.model", sentencepiece),
        ("model.xml", xml_texts), ("model.bin", whole_files),
        ("model.bin", whole_files), ("model.pkl", pickles), ("model.zip", zip_archives), ("model.pt", zip_archives),
        ("model.tar", tar_archives), ("model.7z", seven_archives), ("model", compressed), ("array.npy", arrays),
        ("model.safetensors", safetensors), ("config.json", config_texts), ("config.yaml", config_texts),
        ("model.gguf", ggufs), ("chat_template.jinja", templates), ("tokenizer.json", tokenizer_files),
        ("saved_model.pb", tensorflow), ("saved_model.pbtxt", tensorflow), ("model.tflite", flat_models),
        ("data.arrow", arrows), ("model.pt2", torch_archives), ("__0_0.distcp", torch_archives),
        ("model.tensors", tensorizers), ("model.h5", hdf5), ("model.keras", keras_archives),
        ("model.json", keras_texts), ("model.py", sources), ("model.onnx", onnx), ("model.mlmodel", coreml),
        ("model.pdmodel", paddle), ("tokenizer.model", sentencepiece), ("model.xml", xml_texts),
        ("model.msgpack", page_seeds.msgpack), ("picture", page_seeds.pictures), ("page", page_seeds.documents),
        ("README.md", page_seeds.texts), ("model.engine", page_seeds.programs),
    )  # fmt: skip
    for name, group in groups:
        for made in group():
            yield name, made
    for carrier in carriers.CARRIERS.values():
        yield carrier.name, carrier.around(posix_system())
        yield carrier.name, carrier.around(dumps({"a": [1, 2.5, "x", None]}))


def hdf5() -> Iterator[bytes]:
    """HDF5 files, honest and not, and Keras models in them."""
    files, keras = hdf5_files, keras_files
    for build in (
        files.honest, files.soft_link, files.external_link, files.external_storage, files.virtual_dataset,
        files.shape_bomb, files.unallocated_bomb, files.wrong_size, files.overflowing_shape, files.out_of_bounds,
        files.unknown_filter, files.cycle, files.user_defined_link,
    ):  # fmt: skip
        yield build()
    yield from (files.many_bombs(4), files.honest(user_block=bytes(512)), files.stowaway(natives.elf(), place="gap"))
    yield keras.legacy(keras.bare(keras.sequential(keras.lambda_of_keras_2())))


def keras_archives() -> Iterator[bytes]:
    """Keras archives."""
    keras = keras_files
    yield from (keras.honest_named_keras(), keras.lambda_layer_named_keras(), keras.remote_vocabulary_named_keras())
    for config in (
        keras.called("os", "system"), keras.torch_module(), keras.saved_model("/x"), keras.custom(),
        keras.wrapped(keras.lambda_of_keras_3()),
    ):  # fmt: skip
        yield keras.archive(config)


def keras_texts() -> Iterator[bytes]:
    """Configurations alone, and models for browsers."""
    yield from (keras_files.tfjs(), keras_files.text(keras_files.sequential(keras_files.lambda_of_keras_3())))


def classical() -> Iterator[bytes]:
    """R, fastText, word2vec, Torch7 and H2O, honest and not."""
    for notation in "XAB":
        yield r_files.written(r_files.vector(r_files.fitted(), r_files.shared_constant()), notation)
        yield r_files.promise_of(notation)
    for build in (
        r_files.promise_in_rda, r_files.compiled, r_files.foreign_class, r_files.mapped_file, r_files.lazy_dots,
        fasttexts.honest, fasttexts.honest_quantised, fasttexts.word_vectors, torch7s.honest, torch7s.honest_text,
        torch7s.with_function, torch7s.old_function, torch7s.shared, torch7s.beyond_storage,
        classical_files.model_ini, classical_files.pojo, classical_files.pojo_with_process,
    ):  # fmt: skip
        yield build()


def marshals() -> Iterator[bytes]:
    """Code of every version."""
    for version in marshalled.VERSIONS:
        yield marshalled.function(version)
        yield marshalled.nameless(version)


def whole_files() -> Iterator[bytes]:
    """Files that are several things at once, executables, and the rules' own examples."""
    for name in polyglots.__dict__:
        build = getattr(polyglots, name)
        if callable(build) and getattr(build, "__module__", "") == polyglots.__name__:
            yield build()
    for name in examples.__dict__:
        build = getattr(examples, name)
        if callable(build) and getattr(build, "__module__", "") == examples.__name__:
            yield build()
    yield from (build() for build in natives.NATIVES.values())
    yield from (natives.shell_script(), natives.python_source(), natives.wasm(), natives.java_class())
    yield plain_data(0) + b"\0" * 100 + data("x") + b"."
