"""TF rows, KER-15 and OTH-19: graphs that act, lie or carry something; checkpoints; MXNet's symbols and arrays."""

from __future__ import annotations

from functools import partial

from tests.builders import checkpoints, mxnets
from tests.builders import graphs as parts
from tests.builders import savedmodels as files
from tests.builders.tensorflow_originals import original
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SUSPICIOUS = Verdict.SUSPICIOUS


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build = files.honest_named_pb,
    *,
    expects: Verdict = Verdict.MALICIOUS,
    word: Word = Word.FINDING,
    name: str = "saved_model.pb",
    twin_name: str = "",
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source="catalogue, TensorFlow and other formats",
        build=build,
        twin=twin,
        plain=files.write_file_named_pb,
        name=name,
        twin_name=twin_name,
        plain_name="saved_model.pb",
        expects=expects,
        word=word,
        also=also,
    )


def _deny(
    id_: str, title: str, build: Build, twin: Build = files.honest_named_pb, name: str = "saved_model.pb"
) -> Exhibit:
    return _row(id_, title, build, twin, word=Word.DENY, name=name)


def _odd(
    id_: str, title: str, build: Build, twin: Build = files.honest_named_pb, name: str = "saved_model.pb"
) -> Exhibit:
    return _row(id_, title, build, twin, expects=_SUSPICIOUS, name=name)


_ACTING: tuple[tuple[str, int], ...] = (
    ("Save", 3), ("MergeV2Checkpoints", 2), ("RestoreV2", 3), ("CreateSummaryFileWriter", 5), ("MatchingFiles", 1),
    ("TFRecordDataset", 3), ("TextLineDataset", 3), ("SaveDatasetV2", 3), ("SnapshotDatasetV2", 4), ("LoadDataset", 1),
    ("DatasetToTFRecord", 3), ("InitializeTableFromTextFileV2", 2), ("RpcClient", 2), ("DataServiceDatasetV4", 9),
    ("SqlDataset", 3), ("LoadAndRemapMatrix", 5), ("CacheDatasetV2", 3), ("WholeFileReaderV2", 0),
)  # fmt: skip

EXHIBITS = (
    _deny("TF-01", "write_file", files.write_file_named_pb),
    _deny("TF-01", "read_file", files.read_file),
    _row("TF-01", "as_tensorflow_writes_it", partial(original, "saved_model_files"),
         partial(original, "saved_model_control_flow"), word=Word.DENY),
    _deny("TF-01", "in_a_frozen_graph", partial(parts.graph, (parts.const("p", b"/x"), parts.node("r", "ReadFile", ("p",)))),
          partial(parts.graph, parts.COMPUTING), name="frozen.pb"),
    _deny("TF-01", "in_a_meta_graph", lambda: parts.meta_graph(parts.graph((parts.node("w", "WriteFile", ("a", "b")),))),
          lambda: parts.meta_graph(parts.graph(parts.COMPUTING)), name="model.ckpt.meta"),
    _deny("TF-01", "without_an_extension", files.write_file_named_pb, name="model"),
    _odd("TF-01", "the_caller_names_the_file", files.read_what_the_caller_names),
    *(
        _row("TF-02", op, partial(files.acting, op, inputs))
        for op, inputs in _ACTING
    ),
    _row("TF-02", "print_to_a_file", partial(files.printing, "file:///inert-absent"), partial(files.printing, "stderr")),
    _row("TF-02", "debug_addresses",
         lambda: files.acting("DebugIdentityV3", 1, debug_urls=parts.held(1, parts.held(2, "grpc://inert.invalid:80"))),
         partial(files.acting, "Identity", 1)),
    _row("TF-02", "saver_with_a_constant_path", files.saver_with_fixed_prefix),
    _row("TF-02", "saver_that_climbs_out", files.saver_with_escaping_suffix),
    _row("TF-02", "path_in_a_variable", files.saver_by_variable),
    _row("TF-02", "table_of_its_own_path", partial(files.table_from, b"/inert-absent"),
         partial(files.table_from, b"/inert-absent", as_asset=True)),
    _row("TF-02", "path_captured_by_a_function", files.captured_path, files.uncaptured_path),
    _odd("TF-02", "cache_in_a_relative_file",
         lambda: parts.with_nodes(parts.const("p", b"cache"), parts.node("c", "CacheDatasetV2", ("x", "p", "x"))),
         lambda: parts.with_nodes(parts.const("p", b""), parts.node("c", "CacheDatasetV2", ("x", "p", "x")))),
    _deny("TF-03", "function_that_nothing_calls", files.in_library, files.honest_branch),
    _deny("TF-03", "branch", files.in_branch, files.honest_branch),
    _deny("TF-03", "graph_in_a_constant", files.in_constant),
    _deny("TF-03", "graph_in_a_constant_in_a_constant", partial(files.in_constant, times=3)),
    _deny("TF-03", "graph_in_an_attribute", files.in_attribute),
    _odd("TF-03", "graphs_too_deep", partial(files.in_constant, times=12)),
    _deny("TF-04", "text", partial(files.text_form, files.TEXT_WRITES), files.text_form, "saved_model.pbtxt"),
    _deny("TF-04", "text_in_other_spellings", partial(files.text_form, files.TEXT_WRITES_ODDLY), files.text_form,
          "saved_model.pbtxt"),
    _deny("TF-04", "text_behind_a_comment", lambda: b"#\x01 \xff\n" + files.text_form(files.TEXT_WRITES), files.text_form,
          "saved_model.pbtxt"),
    _deny("TF-04", "text_of_another_name", partial(files.text_form, files.TEXT_WRITES), files.text_form, "graph"),
    *(_deny("TF-05", op, partial(files.python_function, op)) for op in ("PyFunc", "EagerPyFunc", "PyFuncStateless")),
    _odd("TF-06", "operator_of_a_library_of_its_own", files.custom_op),
    _odd("TF-07", "asset", files.asset_path, partial(files.asset_path, "vocab.txt")),
    _odd("TF-07", "asset_of_tensorflow_1", files.asset_in_collection, partial(files.asset_in_collection, "vocab.txt")),
    _odd("TF-07", "checkpoint_state", partial(checkpoints.state, "/inert-absent/ckpt"), checkpoints.state, "checkpoint"),
    _odd("TF-07", "checkpoint_state_climbs", partial(checkpoints.state, "../ckpt"), checkpoints.state, "checkpoint"),
    _deny("TF-08", "shape_beyond_the_content", partial(files.tensor_of, (3, 3)), partial(files.tensor_of, (2, 3))),
    _deny("TF-08", "negative_shape", partial(files.tensor_of, (-2, -3)), partial(files.tensor_of, (2, 3))),
    _deny("TF-08", "shape_overflow", partial(files.tensor_of, (1 << 40, 1 << 40)), partial(files.tensor_of, (2, 3))),
    _odd("TF-08", "shape_below_the_content", partial(files.tensor_of, (2, 2)), partial(files.tensor_of, (2, 3))),
    _odd("TF-08", "unknown_type", files.unknown_type),
    _odd("TF-08", "recursive_function", files.recursive_function, files.honest_branch),
    _odd("TF-08", "two_nodes_of_one_name", lambda: parts.with_nodes(parts.numbers())),
    *(
        _row("TF-09", op, partial(files.opaque, op), expects=_SUSPICIOUS, word=Word.REVIEW)
        for op in ("XlaCallModule", "TRTEngineOp", "TPUExecute", "XlaCustomCallV2", "RemoteCall")
    ),
    _deny("TF-12", "shape_overflow", lambda: checkpoints.index((b"z", checkpoints.entry(1, (1 << 40, 1 << 40), 0, 300, 4))),
          checkpoints.index, "variables.index"),
    _deny("TF-12", "shape_beyond_the_size", lambda: checkpoints.index((b"z", checkpoints.entry(1, (9,), 0, 300, 4))),
          lambda: checkpoints.index((b"z", checkpoints.entry(1, (1,), 0, 300, 4))), "variables.index"),
    _deny("TF-12", "negative_offset", lambda: checkpoints.index((b"z", checkpoints.entry(1, (1,), 0, -4, 4))),
          checkpoints.index, "variables.index"),
    _odd("TF-12", "shared_bytes", lambda: checkpoints.index((b"z", checkpoints.entry(1, (1,), 0, 4, 4))),
         checkpoints.index, "variables.index"),
    _odd("TF-12", "missing_shard", lambda: checkpoints.index((b"z", checkpoints.entry(1, (1,), 7, 300, 4))),
         checkpoints.index, "variables.index"),
    _odd("TF-12", "false_checksum", checkpoints.false_crc, checkpoints.index, "variables.index"),
    _odd("TF-12", "bytes_between_blocks", lambda: checkpoints.index(between=b"INERT"), checkpoints.index, "variables.index"),
    _row("TF-12", "compressed_block", lambda: checkpoints.index(kind=1), checkpoints.index,
         expects=Verdict.INCONCLUSIVE, word=Word.UNKNOWN, name="variables.index"),
    _deny("KER-15", "metadata", partial(files.keras_metadata, files.LAMBDA), partial(files.keras_metadata, files.DENSE),
          "keras_metadata.pb"),
    _deny("KER-15", "object_graph", partial(files.old_keras_layer, files.LAMBDA),
          partial(files.old_keras_layer, files.DENSE)),
    _deny("KER-15", "nested", partial(files.keras_metadata, {"config": {"layers": [{"config": {"layer": files.LAMBDA}}]}}),
          partial(files.keras_metadata, {"config": {"layers": [{"config": {"layer": files.DENSE}}]}}),
          "keras_metadata.pb"),
    _row("OTH-19", "mxnet_custom", mxnets.custom, mxnets.symbol, expects=_SUSPICIOUS, word=Word.REVIEW,
         name="net-symbol.json"),
    _row("OTH-19", "mxnet_custom_in_a_loop", mxnets.in_subgraph, mxnets.symbol, expects=_SUSPICIOUS, word=Word.REVIEW,
         name="net-symbol.json"),
    _deny("OTH-19", "mxnet_native", mxnets.native, mxnets.symbol, "net-symbol.json"),
    _deny("OTH-19", "mxnet_node_index", mxnets.missing_node, mxnets.symbol, "net-symbol.json"),
    _deny("OTH-19", "mxnet_shape_overflow", lambda: mxnets.params(mxnets.array((1 << 40, 1 << 40))), mxnets.params,
          "net-0000.params"),
    _deny("OTH-19", "mxnet_negative_shape", lambda: mxnets.params(mxnets.array((-2, -3))), mxnets.params,
          "net-0000.params"),
    _odd("OTH-19", "mxnet_count", lambda: mxnets.params(count=1 << 40), mxnets.params, "net-0000.params"),
    _odd("OTH-19", "mxnet_shape_beyond_the_file", lambda: mxnets.params(mxnets.array((200, 3))), mxnets.params,
         "net-0000.params"),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
