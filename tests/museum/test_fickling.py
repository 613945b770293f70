"""fickling: calls that its list, its decompiled program or its names did not show."""

from __future__ import annotations

from functools import partial

from tests.builders import polyglots
from tests.builders.pickles import honest, hostile_calls
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, Reduce
from tests.builders.pickles.programs import SHELL, VETTED, Target, call, program
from tests.builders.pickles.writer import data, dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, calling, plain_call

_SOURCE = "fickling, advisory or issue"
_CODE, _ECHO, _FILE = "'INERT'", "echo INERT", "inert-absent-file"


def _used(id_: str, module: str, name: str, *arguments: object, also: tuple[str, ...] = ()) -> Exhibit:
    """A call whose result BUILD receives a state for, as the proofs have it; plain without the BUILD."""
    return Exhibit(
        id=id_,
        title=f"{module}.{name}",
        source=_SOURCE,
        build=partial(chains.used_by_build, module, name, *arguments),
        plain=calling(module, name, *arguments, protocol=4 if "." in name else 0),
        twin=honest.namespace,
        also=also,
    )


def _shown(id_: str, title: str, build: Build, plain: Build = plain_call, twin: Build = honest.namespace) -> Exhibit:
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, plain=plain, twin=twin)


def popped_obj(target: Target = SHELL) -> bytes:
    """OBJ on a name from STACK_GLOBAL, then POP and None."""
    pushed = b"".join(data(argument) for argument in target.arguments)
    named = data(target.module) + data(target.name) + op.STACK_GLOBAL
    return program(op.MARK, named, pushed, op.OBJ, op.POP, op.NONE)


def subinterpreter() -> bytes:
    """`_interpreters.run_string(_interpreters.create(), …)`, its result used as a state."""
    made = Reduce(Global("_interpreters", "create"))
    return chains.used_as_state("_interpreters", "run_string", made, _CODE)


def shared_library_chain() -> bytes:
    """`getattr(ctypes.CDLL(…), "system")(…)`."""
    return chains.method_of_made("ctypes", "CDLL", "system", b"echo INERT", made_with=("inert-absent.so",))


EXHIBITS = (
    _shown("GHSA-565g-hwwr-4pp3", "marshal_and_types", chains.code_from_marshal, calling("marshal", "loads", b"N")),
    _used("CVE-2025-67747", "marshal", "loads", b"N"),
    _used("GHSA-r7v6-mfhq-g3m2", "pty", "spawn", _ECHO, also=("CVE-2025-67748",)),
    _shown("fickling#108", "pty_by_obj", partial(popped_obj, Target("pty", "spawn", (_ECHO,)))),
    _used("GHSA-wfq2-52f7-7qvj", "runpy", "run_path", _FILE, also=("CVE-2026-22606",)),
    _used("GHSA-wfq2-52f7-7qvj", "runpy", "run_module", "inert_absent_pkg"),
    _used("GHSA-p523-jq9w-64x9", "cProfile", "run", _CODE, also=("CVE-2026-22607",)),
    _shown("GHSA-5hvc-6wx8-mvv4", "ctypes_chain", shared_library_chain, calling("ctypes", "CDLL", "inert-absent.so")),
    _shown(
        "CVE-2026-22608",
        "pydoc_chain",
        partial(chains.resolved_then_called, ("pydoc", "locate"), "os.system"),
        calling("pydoc", "locate", "os.system"),
    ),
    _shown(
        "GHSA-q5qq-mvfm-j35x",
        "importlib_chain",
        partial(chains.imported_then_got, ("importlib", "import_module"), 4),
        calling("importlib", "import_module", "os"),
    ),
    _shown(
        "GHSA-q5qq-mvfm-j35x",
        "code_chain",
        partial(chains.method_of_made, "code", "InteractiveInterpreter", "runsource", _CODE),
        calling("code", "InteractiveInterpreter"),
    ),
    _used(
        "GHSA-q5qq-mvfm-j35x",
        "multiprocessing.util",
        "spawnv_passfds",
        b"echo",
        [b"echo", b"INERT"],
        (),
        also=("CVE-2026-22609",),
    ),
    _shown("GHSA-h4rm-mm56-xf63", "builtins_import", chains.imported_then_got, calling("builtins", "__import__", "os")),
    _used("CVE-2026-22612", "builtins", "eval", _CODE),
    _shown(
        "GHSA-mxhj-88fx-4pcv",
        "popped_obj",
        partial(popped_obj, Target("smtplib", "SMTP", ("inert.invalid",))),
        calling("smtplib", "SMTP", "inert.invalid"),
        partial(popped_obj, VETTED),
    ),
    _shown(
        "GHSA-mxhj-88fx-4pcv", "popped_shell", hostile_calls.popped_obj, twin=partial(hostile_calls.popped_obj, VETTED)
    ),
    _shown("GHSA-mhc9-48gj-9gp3", "setstate_in_state", chains.setstate_in_state),
    *(
        _used("GHSA-mhc9-48gj-9gp3", module, name, *arguments)
        for module, name, *arguments in (
            ("smtplib", "SMTP", "inert.invalid"),
            ("socketserver", "TCPServer", ("inert.invalid", 9), None),
            ("signal", "alarm", 1),
            ("sqlite3", "connect", _FILE),
            ("fileinput", "input", _FILE),
            ("compileall", "compile_file", _FILE),
            ("xmlrpc.client", "ServerProxy", "http://inert.invalid/"),
            ("tarfile", "open", _FILE),
        )
    ),
    *(
        _used("GHSA-5hwf-rc88-82xm", module, name, *arguments)
        for module, name, *arguments in (
            ("uuid", "_get_command_stdout", "echo", "INERT"),
            ("_osx_support", "_read_output", _ECHO),
            ("_osx_support", "_find_build_tool", "INERT"),
            ("_aix_support", "_read_cmd_output", _ECHO),
        )
    ),
    _shown("GHSA-r48f-3986-4f9c", "lines_of_a_file", chains.lines_of_a_file, calling("linecache", "getlines", _FILE)),
    _used("GHSA-r48f-3986-4f9c", "gc", "get_objects"),
    _used("GHSA-r48f-3986-4f9c", "netrc", "netrc", _FILE),
    _used("GHSA-r48f-3986-4f9c", "inspect", "stack"),
    _used("GHSA-5cxw-w2xg-2m8h", "platform", "_syscmd_file", _FILE),
    _used("GHSA-5cxw-w2xg-2m8h", "platform", "architecture", _FILE),
    *(
        Exhibit(
            id="GHSA-m6fh-58r7-x697",
            title=f"{module}.{name}",
            source=_SOURCE,
            build=partial(chains.used_as_item, module, name, *arguments),
            plain=calling(module, name, *arguments),
            twin=honest.plain_data,
            also=("CVE-2026-14534",),
        )
        for module, name, *arguments in (
            ("_posixsubprocess", "fork_exec", ("echo", "INERT")),
            ("site", "execsitecustomize"),
            ("site", "addsitedir", "inert-absent"),
            ("atexit", "_run_exitfuncs"),
            ("atexit", "register", Global("builtins", "print")),
        )
    ),
    _used("GHSA-pc6j-px3p-rrj4", "unittest.mock", "_importer", "inert_absent_pkg.call"),
    _used("GHSA-pc6j-px3p-rrj4", "pkgutil", "resolve_name", "inert_absent_pkg:call"),
    _used("GHSA-cffv-grgg-g429", "linecache", "getlines", _FILE, also=("CVE-2026-14535",)),
    _used("GHSA-cffv-grgg-g429", "colorsys", "rgb_to_hsv", 0, 0, 0),
    _shown(
        "GHSA-5j3x-jp52-966f",
        "dotted_stack_global",
        hostile_calls.dotted,
        twin=partial(hostile_calls.stack_global, VETTED),
    ),
    _shown(
        "GHSA-5j3x-jp52-966f",
        "dotted_private",
        partial(hostile_calls.stack_global, Target("random", "_os.system", (_ECHO,))),
        twin=partial(hostile_calls.stack_global, VETTED),
    ),
    _shown("GHSA-6ggj-6f2q-f7mx", "subinterpreter", subinterpreter, calling("_interpreters", "create")),
    _used("GHSA-6ggj-6f2q-f7mx", "_xxsubinterpreters", "run_string", 0, _CODE),
    _used("fickling#302", "_interpreters", "create"),
    *(
        _shown(
            "fickling#249",
            f"{module}.{name}",
            partial(hostile_calls.scanner_tampering, module, name),
            calling(module, name),
            hostile_calls.filled_container,
        )
        for module, name in (
            ("fickling.hook", "run_hook"),
            ("fickling.ml", "UNSAFE_IMPORTS"),
            ("picklescan.scanner", "_unsafe_globals"),
            ("modelscan.settings", "DEFAULT_SETTINGS"),
        )
    ),
    _shown(
        "fickling ff423da",
        "newobj_ex",
        lambda: program(op.GLOBAL("subprocess", "Popen"), data(()), data({"args": ("echo", "INERT")}), op.NEWOBJ_EX),
        calling("subprocess", "Popen", ("echo", "INERT")),
        partial(hostile_calls.newobj_ex, Target("argparse", "Namespace")),
    ),
    Exhibit(
        id="fickling#111",
        title="expansion_before_a_call",
        source=_SOURCE,
        build=lambda: program(op.EMPTY_TUPLE, (op.DUP + op.TUPLE2) * 64, op.POP, call("posix", "system", _ECHO)),
        twin=lambda: program(op.EMPTY_TUPLE, (op.DUP + op.TUPLE2) * 4, op.POP, call("collections", "OrderedDict")),
    ),
    Exhibit(
        id="fickling polyglot",
        title="pickle_then_zip",
        source=_SOURCE,
        build=polyglots.pickle_then_zip,
        twin=honest.plain_data,
        name="model.pt",
    ),
    _shown("fickling unused", "as_item", lambda: dumps({"x": Reduce(Global("posix", "system"), (_ECHO,))})),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
