"""OTH-09, 10, 19 and 30: R's promises, PMML's document types, functions in Torch7, what H2O and MLeap carry."""

from __future__ import annotations

from functools import partial

from tests.builders import classical_files, r_files, torch7s
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE
_R, _T, _C = r_files, torch7s, classical_files


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build,
    name: str,
    expects: Verdict = Verdict.MALICIOUS,
    *,
    plain: Build | None = None,
    twin_name: str = "",
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_, title=title, source="catalogue, other model, data and packaging formats", build=build, twin=twin,
        plain=plain or build, name=name, plain_name=name, twin_name=twin_name, expects=expects, word=Word.FINDING,
        also=also,
    )  # fmt: skip


def _r(title: str, build: Build, twin: Build = _R.honest_named_rds, expects: Verdict = Verdict.MALICIOUS) -> Exhibit:
    return _row("OTH-09", title, build, twin, "model.rds", expects, plain=_R.promise_named_rds)


def _pmml(title: str, build: Build) -> Exhibit:
    return _row("OTH-10", title, build, _C.honest_named_pmml, "model.pmml", _SUSPICIOUS, plain=_C.entity_named_pmml)


EXHIBITS = (
    _r("promise", _R.promise_named_rds),
    _r("promise_of_any_function", _R.harmless_promise, _R.kept_promise_named_rds),
    *(
        _r(f"promise_{title}", partial(_R.promise_of, notation), partial(_R.written, _R.fitted(), notation))
        for title, notation in (("as_text", "A"), ("in_native_order", "B"))
    ),
    _r("promise_compressed", _R.packed_promise, _R.packed_honest),
    _r("promise_as_attribute", _R.promise_with_attributes),
    _r("strange_second_byte", _R.strange_second_byte),
    _row("OTH-09", "promise_as_variable", _R.promise_in_rda, _R.honest_rda, "model.rda"),
    _r("waiting_variable", _R.lazy_variable),
    _r("waiting_variable_in_table", _R.lazy_in_table),
    _r("waiting_variable_of_any_function", _R.harmless_lazy_variable, expects=_SUSPICIOUS),
    _r("active_binding", _R.active_binding, _R.plain_binding, _SUSPICIOUS),
    _r("bytecode", _R.compiled, _R.uncompiled, _SUSPICIOUS),
    _r("bytecode_with_a_bare_name", _R.compiled_symbol, _R.uncompiled, _SUSPICIOUS),
    _r("bytecode_that_reads_elsewhere", _R.shared_constant_beyond, _R.uncompiled),
    _r("function_that_calls_the_shell", _R.function_calling, expects=_SUSPICIOUS),
    _r("function_by_package", _R.qualified_call, expects=_SUSPICIOUS),
    _r("function_by_string", _R.call_by_string, expects=_SUSPICIOUS),
    _r("function_by_argument", _R.call_by_argument, expects=_SUSPICIOUS),
    _r("class_of_a_package", _R.foreign_class, _R.compact, _SUSPICIOUS),
    _r("file_as_vector", _R.mapped_file, _R.compact, _SUSPICIOUS),
    _r("length_beyond_file", _R.claiming, expects=_SUSPICIOUS),
    _pmml("entity_of_a_file", _C.entity_named_pmml),
    _pmml("entity_of_an_address", _C.entity_address),
    _pmml("document_type_of_an_address", _C.foreign_type),
    _pmml("entities_without_measure", _C.laughs),
    _pmml("script", _C.script),
    _pmml("script_as_element", _C.nested_script),
    _pmml("script_as_text", _C.script_text),
    _pmml("java_class_as_function", _C.java_function),
    _pmml("included_file", _C.included),
    *(
        _row("OTH-19", f"torch7_{title}", build, twin, "model.t7", plain=_T.function_alone)
        for title, build, twin in (
            ("function", _T.with_function, _T.honest),
            ("function_as_text", _T.with_function_text, _T.honest_text),
            ("function_alone", _T.function_alone, _T.honest),
            ("function_of_the_first_versions", _T.old_function, _T.honest),
            ("function_as_source", _T.source_function, _T.honest),
            ("tensor_beyond_storage", _T.beyond_storage, _T.shared),
            ("tensor_before_storage", _T.before_storage, _T.shared),
            ("tensor_without_storage", _T.without_storage, _T.shared),
        )
    ),
    _row("OTH-19", "torch7_foreign_class", _T.foreign_class, _T.honest, "model.t7", _SUSPICIOUS),
    _row("OTH-19", "torch7_length_beyond_file", _T.claiming, _T.honest, "model.t7", _SUSPICIOUS),
    _row("OTH-19", "cntk", _T.cntk, _T.honest, "model.dnn", _INCONCLUSIVE),
    _row("OTH-30", "mojo_with_pickle", _C.mojo_with_pickle, _C.mojo_with_data, "model.zip"),
    _row("OTH-30", "mojo_of_foreign_algorithm", _C.foreign_algorithm, _C.honest_mojo, "model.zip", _SUSPICIOUS),
    _row("OTH-30", "bundle_with_pickle", _C.bundle_with_pickle, _C.bundle_with_data, "bundle.zip"),
    *(
        _row("OTH-30", title, build, _C.prose, "model.java", _SUSPICIOUS, twin_name="model.txt")
        for title, build in (
            ("pojo", _C.pojo_named_java),
            ("pojo_that_starts_a_program", _C.pojo_with_process),
            ("pojo_in_escapes", _C.pojo_escaped),
        )
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
