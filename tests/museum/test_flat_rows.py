"""TFLite, ExecuTorch, CatBoost, Arrow and Parquet: offsets, sizes and indices that lead outside, operators that act.

Their loaders follow what stands in the file: most verify no FlatBuffer, and some unpickle the metadata of a column's type.
"""

from __future__ import annotations

from functools import partial

from tests.builders import arrow_files, catboost_files, executorch_files, mlir_files, parquet_files, tflite_files
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, torch, TensorFlow and other formats"
_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build,
    ending: str,
    expects: Verdict = Verdict.MALICIOUS,
    word: Word = Word.DENY,
    *,
    plain: Build | None = None,
    also: tuple[str, ...] = (),
) -> Exhibit:
    name = f"model.{ending}"
    return Exhibit(
        id=id_, title=title, source=_SOURCE, build=build, twin=twin, plain=plain or build, name=name, plain_name=name,
        expects=expects, word=word, also=also,
    )  # fmt: skip


def _lies(id_: str, ending: str, twin: Build, *builds: Build) -> tuple[Exhibit, ...]:
    return tuple(_row(id_, f"{ending}_{_name(build)}", build, twin, ending) for build in builds)


def _name(build: Build) -> str:
    return getattr(build, "__name__", "") or getattr(build, "func").__name__  # noqa: B009


_T, _E, _C, _A, _P, _M = tflite_files, executorch_files, catboost_files, arrow_files, parquet_files, mlir_files

EXHIBITS = (
    *_lies(
        "TOR-11", "pte", _E.honest,
        _E.root_far_away, _E.size_overflow, _E.negative_size, _E.larger_than_constant, _E.larger_than_plan,
        _E.planned_nowhere, _E.offset_of_64_bits, _E.false_order, _E.constant_beyond, _E.argument_beyond,
        _E.kernel_beyond, _E.jump_beyond, _E.vector_too_long, _E.delegate_beyond,
    ),
    *_lies(
        "TOR-11", "pte", _E.with_segment,
        _E.program_size_beyond, _E.segments_far_away, _E.segment_overflow, _E.segment_offset_beyond,
    ),
    *_lies("TOR-11", "ptd", _E.tensor_data, _E.tensor_data_too_small, _E.tensor_data_segment_beyond),
    _row("TOR-11", "pte_kernel_that_maps_a_file", _E.reads_file, _E.honest, "pte"),
    _row("TOR-11", "pte_unknown_kernel", _E.unknown_kernel, _E.honest, "pte", _SUSPICIOUS, Word.FINDING),
    _row(
        "TOR-11", "pte_compiled_delegate", partial(_E.delegated, "CudaBackend"), _E.delegated, "pte", _SUSPICIOUS,
        Word.FINDING,
    ),
    *_lies(
        "TF-10", "tflite", _T.honest,
        _T.root_far_away, _T.vtable_before_file, _T.vtable_odd, _T.field_outside_table, _T.vector_too_long,
        _T.string_without_end, _T.shape_beyond_buffer, _T.shape_overflow, _T.negative_shape, _T.operator_code_beyond,
        _T.input_beyond, _T.output_negative, _T.graph_output_beyond, _T.buffer_index_beyond, _T.signature_beyond,
        _T.metadata_beyond,
    ),
    _row("TF-10", "buffer_overflow", _T.buffer_beyond_file, _T.external, "tflite"),
    _row("TF-10", "buffer_far_away", partial(_T.external, 1 << 40), _T.external, "tflite"),
    _row("TF-10", "too_few_scales", partial(_T.quantized, 300), _T.quantized, "tflite", _SUSPICIOUS, Word.FINDING),
    _row("TF-10", "channels_without_scales", partial(_T.quantized, 2, 1), _T.quantized, "tflite"),
    _row("TF-10", "scales_of_no_dimension", partial(_T.quantized, 2, 7), _T.quantized, "tflite"),
    _row("TF-10", "reshape_beyond_rank", partial(_T.reshape, 40), _T.reshape, "tflite"),
    _row("TF-10", "subgraph_beyond", partial(_T.loop, 800), _T.loop, "tflite"),
    _row("TF-10", "flexbuffer", _T.false_flexbuffer, _T.detection, "tflite"),
    _row("TF-11", "flex_writes_a_file", _T.flex, _T.honest, "tflite"),
    _row("TF-11", "flex_calls_python", partial(_T.flex, "PyFunc"), _T.honest, "tflite"),
    _row("TF-11", "flex_of_any_kind", partial(_T.flex, "Erf"), _T.honest, "tflite", _SUSPICIOUS, Word.FINDING),
    _row("TF-11", "custom_operator", _T.custom, _T.detection, "tflite", _SUSPICIOUS, Word.FINDING),
    _row("TF-11", "custom_call", _T.custom_call, _T.honest, "tflite", _SUSPICIOUS, Word.FINDING),
    _row(
        "TF-11", "zip_that_nobody_asks_for", partial(_T.with_files, metadata=False), _T.with_files, "tflite",
        _SUSPICIOUS, Word.FINDING,
    ),
    _row(
        "TF-11", "pickle_among_the_files",
        partial(_T.with_files, {"labels.txt": posix_system()}),
        partial(_T.with_files, {"labels.txt": b"cat\ndog\n"}),
        "tflite",
    ),
    *_lies(
        "OTH-13", "cbm", _C.honest,
        _C.split_beyond, _C.split_negative, _C.feature_beyond, _C.tree_beyond, _C.tree_negative, _C.tree_elsewhere,
        _C.too_few_leaves, _C.vector_too_long, _C.core_size_beyond,
    ),
    *_lies("OTH-13", "cbm", _C.other_trees, _C.leaf_beyond, _C.node_beyond),
    _row("OTH-13", "statistics_beyond", _C.statistics_beyond, _C.statistics, "cbm"),
    _row("OTH-13", "part_of_another_kind", _C.text_part, _C.honest, "cbm", _INCONCLUSIVE, Word.UNKNOWN),
    *(
        _row("OTH-29", f"{title}_{name}", partial(build, posix_system(), name), partial(build, plain_data(), name), ending)
        for title, build, ending in (
            ("arrow_file", _A.pickled_type, "arrow"),
            ("arrow_stream", partial(_A.pickled_type, as_file=False), "arrow"),
            ("parquet", _P.pickled_type, "parquet"),
        )
        for name in ("arrow.py_extension_type", "ray.data.arrow_tensor", "inert.absent_type")
    ),
    _row(
        "OTH-29", "pickle_in_metadata_of_a_column",
        lambda: _P.parquet(column_metadata={"note": posix_system()}),
        lambda: _P.parquet(column_metadata={"note": b"nothing of its own, and long enough"}),
        "parquet",
    ),
    _row("OTH-21", "export_calls_python", _M.exports_callback, _M.honest_jax, "jax"),
    _row("OTH-21", "module_calls_python", _M.calls_python, _M.honest, "mlirbc"),
    _row("OTH-21", "text_calls_python", partial(_M.text, _M.CALLBACK), _M.text, "mlir"),
    _row("OTH-21", "unknown_kernel", _M.calls_something, _M.honest, "mlirbc", _SUSPICIOUS, Word.FINDING),
    _row("OTH-21", "kernel_of_triton", _M.carries_kernel, _M.honest, "mlirbc", _SUSPICIOUS, Word.FINDING),
    _row("OTH-21", "target_kept_as_text", _M.hides_target, _M.honest, "mlirbc", _SUSPICIOUS, Word.FINDING),
    _row(
        "OTH-21", "pickle_beside_the_arguments", partial(_M.export_with_data, posix_system()),
        partial(_M.export_with_data, plain_data()), "jax",
    ),
    _row("OTH-21", "offset_outside", _M.tree_beyond, _M.honest_jax, "jax"),
    _row("OTH-29", "column_of_pickles", _A.pickled_column, _A.honest, "arrow", _SUSPICIOUS, Word.FINDING),
    _row("OTH-29", "column_elsewhere", _P.column_elsewhere, _P.parquet, "parquet", _SUSPICIOUS, Word.FINDING),
    _row("OTH-29", "two_schemas", _A.two_schemas, _A.honest, "arrow", _SUSPICIOUS, Word.FINDING),
    _row("OTH-29", "block_is_no_message", _A.block_is_no_message, _A.honest, "arrow", _SUSPICIOUS, Word.FINDING),
    *_lies(
        "OTH-29", "arrow", _A.stream,
        _A.buffer_beyond_body, _A.column_longer_than_buffer, _A.negative_rows, _A.more_nulls_than_values,
        _A.too_few_columns, _A.negative_body,
    ),
    *_lies("OTH-29", "arrow", _A.honest, _A.block_beyond_file, _A.footer_beyond_file),
    *_lies(
        "OTH-29", "parquet", _P.parquet,
        _P.column_beyond_file, _P.column_overflow, _P.more_children, _P.negative_rows, _P.fewer_columns,
        _P.footer_beyond_file,
    ),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
