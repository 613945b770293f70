"""modelaudit: what its own history shows, pull request by pull request, and its game of bypasses, turn by turn."""

from __future__ import annotations

from functools import partial

from tests.builders import joblibs, streams, zip_tricks, zips
from tests.builders.pickles import honest, hostile_calls, hostile_streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops, Reduce
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, VETTED, Target, call, call_target, pickled_call, program
from tests.builders.pickles.writer import data, dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word, calling, plain_call

_SOURCE = "modelaudit, pull request or bypass game"
_CODE, _ECHO, _FILE = "'INERT'", "echo INERT", "inert-absent-file"
_TALKATIVE = Target("posix", "system", ("echo INERT, in a note of some length",))
_HELP, _SYSTEM = Global("builtins", "help"), Global("posix", "system")
_PATH = Reduce(Global("pathlib", "PosixPath"), ("inert-absent-file",))
_FACTORY = Reduce(Global("collections", "defaultdict"), (_HELP,))


def _shown(
    id_: str, title: str, build: Build, twin: Build = plain_data, plain: Build = plain_call, name: str = "model.pkl"
) -> Exhibit:
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, twin=twin, plain=plain, name=name)


def remembered_call(target: Target = SHELL) -> bytes:
    """The callable is stored, thrown away, fetched again and called."""
    stored = op.GLOBAL(target.module, target.name) + op.BINPUT(7) + op.POP
    return program(stored, data("torch"), op.POP, op.BINGET(7), data(target.arguments), op.REDUCE)


def popped_decoy(target: Target = SHELL) -> bytes:
    """Harmless strings are pushed and popped between the operands of STACK_GLOBAL and the call."""
    decoy = data("collections") + op.POP + data("OrderedDict") + op.POP
    named = data(target.module) + decoy + data(target.name) + decoy + op.STACK_GLOBAL
    return program(named, decoy, data(target.arguments), op.REDUCE)


def wide(size: int, tail: bytes) -> bytes:
    """Bytes that a reader with a budget does not get past, and then something."""
    return program(op.BINBYTES(bytes(size)), op.POP, tail)


def encoded(how: str, target: Target = SHELL) -> bytes:
    return hostile_streams.encoded(target, how)


EXHIBITS = (
    _shown("modelaudit#623", "extension_code", hostile_calls.extension),
    _shown("modelaudit#623", "registered_extension", hostile_calls.registered_extension),
    _shown("modelaudit#625", "broken_tail", hostile_streams.broken_tail),
    _shown("modelaudit#625", "truncated", hostile_streams.truncated),
    *(
        _shown(
            "modelaudit#624",
            f"protocol_{protocol}_{name}",
            partial(zips.plain, {name: posix_system(protocol)}),
            partial(zips.plain, {name: plain_data(protocol)}),
            partial(zips.plain, {"model.pkl": posix_system()}),
            "model.zip",
        )
        for protocol in (0, 1)
        for name in ("model.pkl", "weights", "a/b.dat")
    ),
    _shown("modelaudit#605", "protocol_0_file", partial(posix_system, 0), partial(plain_data, 0), name="model.weights"),
    _shown(
        "modelaudit#626",
        "joblib.load",
        partial(chains.used_as_item, "joblib", "load", _FILE),
        joblibs.honest,
        calling("joblib", "load", _FILE),
        "model.joblib",
    ),
    _shown("modelaudit#518", "remembered_call", remembered_call, partial(remembered_call, VETTED)),
    _shown("modelaudit#518", "popped_decoy", popped_decoy, partial(popped_decoy, VETTED)),
    _shown("modelaudit#518", "capital_ending", posix_system, plain_data, name="MODEL.PT"),
    *(
        _shown("modelaudit#153", how, partial(encoded, how), partial(encoded, how, VETTED))
        for how in ("base64", "misaligned", "hex", "zlib")
    ),
    _shown(
        "modelaudit#1594",
        "text_protocol",
        lambda: dumps({"note": pickled_call(_TALKATIVE, protocol=0).decode("latin-1")}),
        lambda: dumps({"note": plain_data(0).decode("latin-1")}),
    ),
    _shown(
        "modelaudit#1042",
        "after_24_megabytes",
        partial(wide, 24 << 20, call_target(SHELL)),
        partial(wide, 24 << 20, call_target(VETTED)),
    ),
    _shown(
        "modelaudit#1042",
        "after_many_opcodes",
        lambda: program((data(1) + op.POP) * 600_000, call_target(SHELL)),
        lambda: program((data(1) + op.POP) * 600_000, call_target(VETTED)),
    ),
    _shown(
        "modelaudit bypass", "computed_name", hostile_calls.computed_name, partial(hostile_calls.stack_global, VETTED)
    ),
    _shown("modelaudit bypass", "codec_name", hostile_calls.transformed_name, partial(honest.numpy_array, protocol=2)),
    _shown(
        "modelaudit#1061",
        "factory",
        partial(dumps, _FACTORY),
        honest.default_dict,
        calling("builtins", "help"),
    ),
    *(
        _shown("modelaudit#1061", title, partial(dumps, value), plain, shell)
        for title, value, plain, shell in (
            (
                "factory_by_getitem",
                Reduce(Global("operator", "getitem"), (_FACTORY, "x")),
                honest.default_dict,
                calling("operator", "getitem", {"x": 1}, "x"),
            ),
            (
                "weakref_callback",
                Reduce(Global("weakref", "finalize"), (NewObj(Global("argparse", "Namespace")), _SYSTEM, _ECHO)),
                honest.namespace,
                calling("weakref", "finalize", "INERT", "INERT"),
            ),
            (
                "future_callback",
                Reduce(
                    Global("concurrent.futures._base", "Future.add_done_callback"),
                    (Reduce(Global("concurrent.futures._base", "Future")), _SYSTEM),
                ),
                plain_data,
                calling("concurrent.futures._base", "Future"),
            ),
            (
                "regex_callback",
                Reduce(Global("re", "sub"), ("I", _HELP, "INERT")),
                plain_data,
                calling("re", "sub", "I", "N", "I"),
            ),
            (
                "template",
                Reduce(
                    Global("string", "Template.substitute"), (Reduce(Global("string", "Template"), ("$x",)), _FACTORY)
                ),
                plain_data,
                calling("string", "Template", "$x"),
            ),
            (
                "format_map",
                Reduce(Global("builtins", "str.format_map"), ("{x}", _FACTORY)),
                plain_data,
                calling("builtins", "str.format_map", "{x}", {}, protocol=4),
            ),
            (
                "iterable_consumer",
                Reduce(Global("collections", "deque"), (Reduce(Global("builtins", "map"), (_SYSTEM, (_ECHO,))),)),
                plain_data,
                calling("builtins", "map", _SYSTEM, (_ECHO,)),
            ),
            (
                "starmap",
                Reduce(Global("itertools", "starmap"), (_SYSTEM, ((_ECHO,),))),
                plain_data,
                calling("itertools", "starmap", _SYSTEM, ()),
            ),
        )
    ),
    *(
        _shown(
            "modelaudit#1064",
            title,
            partial(dumps, Reduce(Global("operator", "getitem"), (wrapped, "x"))),
            honest.default_dict,
        )
        for title, wrapped in (
            ("chain_map", Reduce(Global("collections", "ChainMap"), (_FACTORY,))),
            ("mapping_proxy", Reduce(Global("types", "MappingProxyType"), (_FACTORY,))),
        )
    ),
    *(
        Exhibit(
            id="card SiggytheShark",
            title=f"{module}.{name}",
            source=_SOURCE,
            build=partial(dumps, NewObj(Global(module, name), state={"symtable": {"f": _SYSTEM}, "expr": "f"})),
            plain=calling(module, name),
            twin=honest.namespace,
        )
        for module, name in (("asteval.asteval", "Interpreter"), ("simpleeval", "SimpleEval"))
    ),
    Exhibit(
        id="modelaudit#488",
        title="lfs_pointer",
        source=_SOURCE,
        build=lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1048576\n",
        twin=plain_data,
        expects=Verdict.INCONCLUSIVE,
        word=Word.UNKNOWN,
    ),
    _shown(
        "modelaudit crossed",
        "lz4_joblib",
        lambda: streams.lz4_frame(joblibs.poisoned()),
        lambda: streams.lz4_frame(joblibs.honest()),
        joblibs.poisoned,
        "model.joblib",
    ),
    _shown(
        "modelaudit crossed",
        "false_crc_and_protocol_0",
        partial(zip_tricks.wrong_crc, posix_system(0)),
        partial(zips.plain, {zip_tricks.NAME: plain_data(0)}),
        name="model.zip",
    ),
    _shown("modelaudit crossed", "call_in_ops", lambda: dumps({"a": Ops(call("posix", "system", _ECHO))})),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
