"""Names that stand for the families GAD-01 … GAD-08, with inert arguments. Samples, never a blocklist.

Sources: the advisories and reports on picklescan, modelscan, fickling and modelaudit that the ledger lists.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.builders.pickles.described import Global

_CODE, _ECHO, _FILE, _URL = "'INERT'", "echo INERT", "inert-absent-file", "http://inert.invalid/"
_ARGV = ("echo", "INERT")
_HOST = ("inert.invalid", 9)
_PRINT = Global("builtins", "print")


class Name(NamedTuple):
    """One name of a family."""

    family: str
    module: str
    name: str
    arguments: tuple[object, ...] = (_CODE,)


def names(family: str, *rows: tuple[object, ...]) -> tuple[Name, ...]:
    """Rows of module, name and arguments, as names of one family."""
    return tuple(Name(family, str(module), str(name), tuple(arguments)) for module, name, *arguments in rows)


EXECUTION = names(
    "GAD-01",
    *((module, name, _CODE) for module in ("builtins", "__builtin__") for name in ("eval", "exec")),
    ("builtins", "compile", _CODE, "inert", "eval"),
    ("builtins", "__import__", "inert_absent_pkg"),
    ("builtins", "open", _FILE),
    ("builtins", "breakpoint"),
    ("builtins", "vars"),
    ("builtins", "globals"),
    ("builtins", "locals"),
    ("builtins", "getattr", "INERT", "upper"),
    ("builtins", "__dict__.get", "eval"),
    ("__builtin__", "apply", _PRINT, ()),
    ("__builtin__", "execfile", _FILE),
)

PROCESSES = names(
    "GAD-02",
    *((module, name, _ECHO) for module in ("os", "posix", "nt") for name in ("system", "popen")),
    ("os", "execv", "echo", _ARGV),
    ("os", "spawnvp", 0, "echo", _ARGV),
    ("posix", "posix_spawn", "echo", _ARGV, {}),
    ("posix", "fork"),
    ("posix", "getpid"),
    ("nt", "startfile", _FILE),
    *(("subprocess", name, _ARGV) for name in ("Popen", "run", "call", "check_call", "check_output")),
    ("subprocess", "getoutput", _ECHO),
    ("_posixsubprocess", "fork_exec", _ARGV),
    ("_winapi", "CreateProcess", _ECHO),
    ("pty", "spawn", _ARGV),
    ("multiprocessing.util", "spawnv_passfds", "echo", _ARGV, ()),
    ("multiprocessing.spawn", "prepare", {"init_main_from_path": _FILE}),
    ("multiprocessing.popen_fork", "Popen", "INERT"),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", {}, _ECHO, True),
    ("asyncio.subprocess", "create_subprocess_shell", _ECHO),
    ("commands", "getoutput", _ECHO),
)

SHELLING_OUT = names(
    "GAD-03",
    ("uuid", "_get_command_stdout", *_ARGV),
    ("_osx_support", "_read_output", _ECHO),
    ("_aix_support", "_read_cmd_output", _ECHO),
    ("imaplib", "IMAP4_stream", _ECHO),
    ("_pyrepl.pager", "pipe_pager", "INERT", _ECHO),
    ("pydoc", "pipepager", "INERT", _ECHO),
    ("pydoc", "tempfilepager", "INERT", _ECHO),
    ("mailcap", "findmatch", {}, "text/plain", "view", _FILE, []),
    *(("pipes", f"Template.{name}", {}, _FILE) for name in ("copy", "open", "open_r", "open_w")),
    ("distutils.spawn", "spawn", _ARGV),
    ("setuptools._distutils.spawn", "spawn", _ARGV),
    ("pip._vendor.distlib.util", "CSVReader", _FILE),
    ("test.support.script_helper", "assert_python_ok", "--version"),
    ("webbrowser", "open", _URL),
    ("platform", "popen", _ECHO),
    ("platform", "_syscmd_file", _FILE),
)

SOURCE_RUNNERS = names(
    "GAD-04",
    ("runpy", "run_path", _FILE),
    ("runpy", "run_module", "inert_absent_pkg"),
    ("runpy", "_run_code", _CODE, {}),
    ("code", "InteractiveInterpreter"),
    ("code", "interact"),
    ("codeop", "compile_command", _CODE),
    ("cProfile", "run", _CODE),
    ("profile", "run", _CODE),
    ("timeit", "timeit", _CODE),
    ("timeit", "main", ("--", _CODE)),
    ("trace", "Trace"),
    ("pdb", "run", _CODE),
    ("bdb", "Bdb.run", {}, _CODE),
    ("doctest", "debug_script", _CODE),
    ("idlelib.pyshell", "ModifiedInterpreter.runcode", {}, _CODE),
    ("idlelib.run", "Executive.runcode", {}, _CODE),
    ("lib2to3.pgen2.grammar", "Grammar.loads", {}, b"N."),
    ("lib2to3.pgen2.pgen", "ParserGenerator.make_label", None, {}, _CODE),
    ("dataclasses", "_create_fn", "inert", (), ()),
    ("dataclasses", "make_dataclass", "Inert", ()),
    ("typing", "_eval_type", "INERT", {}, {}),
    ("typing", "get_type_hints", "INERT", {}),
    ("cgi", "test"),
    ("site", "addpackage", "inert", "inert.pth", ()),
    ("site", "execsitecustomize"),
    ("logging.config", "dictConfig", {"version": 1}),
    ("logging.config", "fileConfig", _FILE),
    ("_interpreters", "run_string", 0, _CODE),
    ("_xxsubinterpreters", "run_string", 0, _CODE),
)

RESOLVERS = names(
    "GAD-05",
    ("importlib", "import_module", "inert_absent_pkg"),
    ("importlib", "__import__", "inert_absent_pkg"),
    ("importlib._bootstrap", "_gcd_import", "inert_absent_pkg"),
    ("importlib.util", "spec_from_file_location", "inert", _FILE),
    ("importlib.machinery", "SourceFileLoader", "inert", _FILE),
    ("importlib.metadata", "EntryPoint.load", {}),
    ("zipimport", "zipimporter", _FILE),
    ("pkgutil", "resolve_name", "inert_absent_pkg:call"),
    ("pkgutil", "iter_importers", "inert_absent_pkg.call"),
    ("pkgutil", "get_loader", "inert_absent_pkg"),
    ("pydoc", "locate", "inert_absent_pkg.call"),
    ("pydoc", "safeimport", "inert_absent_pkg"),
    *(
        (module, name, "system")
        for module in ("operator", "_operator")
        for name in ("attrgetter", "itemgetter", "methodcaller")
    ),
    ("inspect", "getattr_static", "INERT", "upper"),
    ("inspect", "getmembers", "INERT"),
    ("unittest.mock", "_importer", "inert_absent_pkg.call"),
    ("unittest.loader", "TestLoader.loadTestsFromName", {}, "inert_absent_pkg"),
    ("gc", "get_objects"),
    ("sh", "inert_absent_command"),
    ("logging.config", "_resolve", "inert_absent_pkg.call"),
)

CODE_OBJECTS = names(
    "GAD-06",
    ("marshal", "loads", b"N"),
    ("types", "FunctionType", "INERT", {}),
    ("types", "LambdaType", "INERT", {}),
    ("types", "CodeType", "INERT"),
    ("types", "MethodType", _PRINT, "INERT"),
    ("codeop", "compile_command", _CODE),
    *(
        ("cloudpickle.cloudpickle", name, "INERT")
        for name in (
            "_make_function",
            "_builtin_type",
            "_make_cell",
            "subimport",
            "_make_skeleton_class",
            "dynamic_subimport",
        )
    ),
    *(
        ("dill._dill", name, "INERT")
        for name in (
            "_create_function",
            "_create_code",
            "_eval_repr",
            "_import_module",
            "_create_type",
            "_load_type",
        )
    ),
)

GO_BETWEENS = names(
    "GAD-07",
    ("functools", "partial", Global("posix", "system"), _ECHO),
    ("functools", "reduce", _PRINT, ()),
    ("functools", "cached_property", _PRINT),
    ("functools", "cmp_to_key", _PRINT),
    ("functools", "singledispatch", _PRINT),
    ("operator", "call", _PRINT, "INERT"),
    ("builtins", "map", _PRINT, ("INERT",)),
    ("builtins", "filter", _PRINT, ("INERT",)),
    ("itertools", "starmap", _PRINT, (("INERT",),)),
    ("itertools", "accumulate", ("INERT", "INERT"), _PRINT),
    ("weakref", "finalize", Global("collections", "OrderedDict"), _PRINT),
    ("weakref", "ref", Global("collections", "OrderedDict"), _PRINT),
    ("atexit", "register", _PRINT, "INERT"),
    ("atexit", "_run_exitfuncs"),
    ("threading", "Thread", None, _PRINT),
    ("threading", "Timer", 0, _PRINT),
    ("concurrent.futures._base", "Future.add_done_callback", {}, _PRINT),
    ("concurrent.futures.thread", "ThreadPoolExecutor.submit", {}, _PRINT),
    ("re", "sub", "I", _PRINT, "INERT"),
    ("logging", "Filterer.filter", {}, "INERT"),
    ("string", "Template.substitute", {}, {}),
    ("contextlib", "ExitStack.callback", {}, _PRINT),
)

LOADERS = names(
    "GAD-08",
    *((module, "loads", b"N.") for module in ("pickle", "_pickle", "cPickle", "dill", "cloudpickle")),
    ("pickle", "Unpickler", _FILE),
    ("pickle", "_loads", b"N."),
    ("joblib", "load", _FILE),
    ("joblib.numpy_pickle", "load", _FILE),
    ("numpy", "load", _FILE),
    ("pandas", "read_pickle", _FILE),
    ("shelve", "open", _FILE),
    ("yaml", "unsafe_load", "INERT"),
    ("yaml", "load", "INERT"),
    ("jsonpickle", "decode", "{}"),
    ("marshal", "load", _FILE),
    ("torch", "load", _FILE),
    ("torch.serialization", "load", _FILE),
    ("torch.utils._config_module", "ConfigModule.load_config", {}, b"N."),
    ("torch.utils.data.datapipes.utils.decoder", "basichandlers", "pickle", b"N."),
    ("joblib.externals.loky.cloudpickle_wrapper", "_reconstruct_wrapper", b"N.", True),
)

NAMES = (
    *EXECUTION,
    *PROCESSES,
    *SHELLING_OUT,
    *SOURCE_RUNNERS,
    *RESOLVERS,
    *CODE_OBJECTS,
    *GO_BETWEENS,
    *LOADERS,
)
