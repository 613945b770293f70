"""OTH-08, OTH-11 and OTH-12: trees whose numbers lead outside, and skops files that name or hide what shall run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.builders import lightgbm_files, skops_files, xgboost_binaries, xgboost_files, zips
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, other formats"
_X, _L, _S = xgboost_files, lightgbm_files, skops_files
_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build,
    name: str,
    expects: Verdict = Verdict.MALICIOUS,
    word: Word = Word.DENY,
    *,
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_, title=title, source=_SOURCE, build=build, twin=twin, plain=build, name=name, plain_name=name,
        expects=expects, word=word, also=also,
    )  # fmt: skip


def _held(content: bytes) -> Build:
    return lambda: content


def _written(document: Callable[[], xgboost_files.Document], write: Callable[[xgboost_files.Document], bytes]) -> Build:
    return lambda: write(document())


def _skops(title: str, build: Build, twin: Build = _S.honest_named_skops, *also: str) -> Exhibit:
    return _row("OTH-08", title, build, twin, "model.skops", also=also)


def _asked(title: str, build: Build, twin: Build = _S.honest) -> Exhibit:
    return _row("OTH-08", title, build, twin, "model.skops", _SUSPICIOUS, Word.REVIEW)


EXHIBITS = (
    *(
        _row("OTH-11", f"{ending}_{title}", _written(lie, write), _written(honest, write), f"model.{ending}")
        for title, (lie, honest) in _X.LIES.items()
        for ending, write in (("json", _X.as_json), ("ubj", _X.as_ubjson))
    ),
    *(
        _row("OTH-11", f"ubj_{title}", build, _X.honest_ubjson, "model.ubj")
        for title, build in (
            ("array_beyond", _X.claimed_array),
            ("array_negative", partial(_X.claimed_array, -1)),
            ("array_overflow", partial(_X.claimed_array, (1 << 62) + 3)),
            ("text_beyond", _X.claimed_text),
            ("text_negative", partial(_X.claimed_text, -9)),
            ("list_beyond", _X.claimed_list),
        )
    ),
    *(
        _row("OTH-11", f"binary_{title}", _held(lie), _held(honest), "model.deprecated")
        for title, (lie, honest) in xgboost_binaries.binary_lies().items()
    ),
    *(
        _row("OTH-11", f"{ending}_{title}", _written(lie, write), _written(_X.model, write), f"model.{ending}",
             _SUSPICIOUS, Word.FINDING)
        for title, lie in (
            ("wrong_parent", _X.wrong_parent),
            ("same_numbers", _X.same_numbers),
            ("deep", partial(_X.chain, 5_000)),
        )
        for ending, write in (("json", _X.as_json), ("ubj", _X.as_ubjson))
    ),
    _row("OTH-11", "ubj_repeated_key", _X.repeated_key, _X.honest_ubjson, "model.ubj", _SUSPICIOUS, Word.FINDING),
    _row("OTH-11", "ubj_nested", _X.nested, _X.honest_ubjson, "model.ubj", _INCONCLUSIVE, Word.UNKNOWN),
    *(
        _row("OTH-12", title, _held(lie), _held(honest), "model.txt")
        for title, (lie, honest) in _L.LIES.items()
    ),
    _row(
        "OTH-12", "repeated_key", lambda: _L.honest().replace(b"num_class=1\n", b"num_class=1\nnum_class=9\n"),
        _L.honest, "model.txt", _SUSPICIOUS, Word.FINDING,
    ),
    _row("OTH-12", "other_line_ends", lambda: _L.honest().replace(b"\n", b"\r\n"), _L.honest, "model.txt", _SUSPICIOUS,
         Word.FINDING),
    _row("OTH-12", "row_without_value", lambda: _L.model((_L.tree(0).replace("split_gain=2 1", "split_gain"), _L.tree(1))),
         _L.honest, "model.txt"),
    _row("OTH-12", "row_behind_the_end", lambda: _L.model((_L.tree(0).rstrip("\n") + "\n\nleft_child=-1 5\n\n\n",)),
         _L.honest, "model.txt", _SUSPICIOUS, Word.FINDING),
    _row("OTH-12", "last_row_counts",
         lambda: _L.model((_L.tree(0).rstrip("\n") + "\nleft_child=-1 5\n\n\n",)), _L.honest, "model.txt"),
    _row("OTH-12", "no_end", lambda: _L.honest().partition(b"end of trees")[0], _L.honest, "model.txt", _INCONCLUSIVE,
         Word.UNKNOWN),
    _skops("operator_under_another_module", _S.masked_operator_named_skops),
    _skops("itemgetter_under_another_module", _S.masked_getter),
    _skops("method_of_another_class", _S.masked_method, _S.open_method),
    _skops("method_that_walks_to_globals", _S.walking_method, _S.open_method),
    *(
        _skops(f"operator_{name}", partial(_S.honest, extra=_S.operator(name, "INERT")))
        for name in ("call", "methodcaller", "attrgetter")
    ),
    *(
        _skops(f"{loader}_names_a_shell", partial(_S.named, loader, "posix", "system", "echo INERT"), _S.honest)
        for loader in ("ConstructorFromReduceNode", "ListNode", "TupleNode", "FunctionNode", "TypeNode", "ObjectNode",
                       "LossNode")
    ),
    _skops("function_of_protocol_0", partial(_S.old_function, "os", "system"), partial(_S.old_function, "numpy", "exp")),
    _skops("pickle_named_skops", posix_system, partial(plain_data, 4)),
    _skops(
        "pickle_as_bytes",
        lambda: _S.archive(_S.scaler(), {"1.bin": posix_system()}),
        lambda: _S.archive(_S.scaler(), {"1.bin": b"\x07 INERT \xfe\xff"}),
    ),
    _asked("class_that_nobody_knows", partial(_S.named, "ObjectNode", "inert_absent_pkg", "Loader")),
    _asked("function_that_nobody_knows", partial(_S.named, "FunctionNode", "inert_absent_pkg", "load")),
    _asked("generator_of_another_name", partial(_S.generator, "set_bit_generator"), partial(_S.generator, "PCG64")),
    _asked("json_under_another_name", _S.mislabelled),
    _row(
        "OTH-08", "node_that_nobody_knows", partial(_S.named, "InertNode", "builtins", "int"), _S.honest, "model.skops",
        _INCONCLUSIVE, Word.UNKNOWN,
    ),
    _row(
        "OTH-08", "protocol_that_nobody_knows", partial(_S.archive, _S.scaler(), protocol=9), _S.honest, "model.skops",
        _INCONCLUSIVE, Word.UNKNOWN,
    ),
    _row("OTH-08", "schema_alone", lambda: _S.schema(_S.scaler(extra=_S.operator("call"))),
         lambda: _S.schema(_S.scaler()), "schema.json"),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)


def test_zip_that_only_looks_like_skops() -> None:
    """Bytes beside a schema are quiet only where nothing else is in the archive."""
    from tests.museum.exhibit import examined

    other = zips.plain({"schema.json": b"{}", "1.bin": b"\x00\x01\xfe\xff", "readme.txt": b"INERT"})
    assert examined(other, "model.zip").gaps
