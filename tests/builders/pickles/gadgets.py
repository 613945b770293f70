"""Published names that run code, touch files, network, processes or the interpreter when a pickle calls them.

Rows are (family or advisory, module, name, inert arguments). Families: GAD-01 execution in builtins, 02 processes, 03
library functions that shell out, 04 source runners, 05 name resolvers, 06 code objects, 07 indirect calls, 08 inner
deserialisers, 09 machine learning libraries, 10 files, 11 network, 12 native code, 13 namespaces, 15 evaluators, 16
installers, 17 denial of service; PKL-16 dunder components, PKL-17 alias modules. An advisory id is the one under which
the name was published as a bypass of a scanner. The rows are samples of their families, never a blocklist.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.builders.pickles.programs import SHELL, Target, Via, pickled_call

_ECHO = ("echo INERT",)
_CODE = ("'INERT'",)
_ABSENT_FILE = ("inert-absent-file",)
_URL = ("http://inert.invalid/",)


class Gadget(NamedTuple):
    """One published name."""

    family: str
    module: str
    name: str
    arguments: tuple[object, ...] = _CODE


GADGETS: tuple[Gadget, ...] = (
    # Direct execution in builtins
    Gadget("GAD-01", "builtins", "eval"),
    Gadget("GAD-01", "builtins", "exec"),
    Gadget("GAD-01", "builtins", "compile", ("'INERT'", "inert", "eval")),
    Gadget("GAD-01", "builtins", "__import__", ("inert_absent_pkg",)),
    Gadget("GAD-01", "builtins", "open", _ABSENT_FILE),
    Gadget("GAD-01", "builtins", "breakpoint", ()),
    Gadget("GAD-01", "builtins", "getattr", ("INERT", "upper")),
    Gadget("GAD-01", "builtins", "globals", ()),
    Gadget("PKL-17", "__builtin__", "eval"),
    Gadget("PKL-17", "_io", "FileIO", _ABSENT_FILE),
    Gadget("PKL-17", "io", "open", _ABSENT_FILE),
    Gadget("PKL-17", "_frozen_importlib", "__import__", ("inert_absent_pkg",)),
    Gadget("PKL-17", "_imp", "create_dynamic", ("INERT",)),
    Gadget("PKL-17", "_interpreters", "run_string", (0, "'INERT'")),
    Gadget("PKL-17", "_ctypes", "dlopen", ("inert-absent.so", 0)),
    # Processes
    Gadget("GAD-02", "posix", "system", _ECHO),
    Gadget("GAD-02", "nt", "system", _ECHO),
    Gadget("GAD-02", "os", "system", _ECHO),
    Gadget("GAD-02", "os", "popen", _ECHO),
    Gadget("GAD-02", "os", "execv", ("echo", ("echo", "INERT"))),
    Gadget("GAD-02", "subprocess", "Popen", (("echo", "INERT"),)),
    Gadget("GAD-02", "subprocess", "check_output", (("echo", "INERT"),)),
    Gadget("GAD-02", "_posixsubprocess", "fork_exec", (("echo", "INERT"),)),
    Gadget("GAD-02", "_winapi", "CreateProcess", _ECHO),
    Gadget("GHSA-r7v6-mfhq-g3m2", "pty", "spawn", (("echo", "INERT"),)),
    Gadget("GAD-02", "multiprocessing.util", "spawnv_passfds", ("echo", ("echo", "INERT"), ())),
    Gadget("GHSA-q77w-mwjj-7mqx", "asyncio.unix_events", "_UnixSubprocessTransport._start", _ECHO),
    # Standard library functions that shell out
    Gadget("GHSA-g38g-8gr9-h9xp", "uuid", "_get_command_stdout", ("echo", "INERT")),
    Gadget("GAD-03", "_osx_support", "_read_output", _ECHO),
    Gadget("GAD-03", "_aix_support", "_read_cmd_output", _ECHO),
    Gadget("GAD-03", "imaplib", "IMAP4_stream", _ECHO),
    Gadget("GAD-03", "_pyrepl.pager", "pipe_pager", ("INERT", "echo INERT")),
    Gadget("GAD-03", "pydoc", "pipepager", ("INERT", "echo INERT")),
    Gadget("GAD-03", "distutils.spawn", "spawn", (("echo", "INERT"),)),
    Gadget("GAD-03", "setuptools._distutils.spawn", "spawn", (("echo", "INERT"),)),
    Gadget("GAD-03", "test.support.script_helper", "assert_python_ok", ("--version",)),
    Gadget("GAD-03", "webbrowser", "open", _URL),
    # Source runners
    Gadget("GHSA-wfq2-52f7-7qvj", "runpy", "run_path", _ABSENT_FILE),
    Gadget("GAD-04", "code", "InteractiveInterpreter", ()),
    Gadget("GHSA-p523-jq9w-64x9", "cProfile", "run"),
    Gadget("GAD-04", "profile", "run"),
    Gadget("GAD-04", "timeit", "timeit"),
    Gadget("GAD-04", "trace", "Trace", ()),
    Gadget("GAD-04", "pdb", "run"),
    Gadget("GAD-04", "bdb", "Bdb.run"),
    Gadget("GAD-04", "doctest", "debug_script"),
    Gadget("GAD-04", "idlelib.pyshell", "ModifiedInterpreter.runcode"),
    Gadget("GAD-04", "lib2to3.pgen2.grammar", "Grammar.loads", (b"INERT",)),
    Gadget("GAD-04", "dataclasses", "_create_fn", ("INERT", (), ())),
    Gadget("GAD-04", "typing", "_eval_type", ("INERT", {}, {})),
    Gadget("GAD-04", "site", "addpackage", ("inert", "inert.pth", ())),
    Gadget("GAD-04", "logging.config", "dictConfig", ({"version": 1},)),
    # Name resolvers
    Gadget("GAD-05", "importlib", "import_module", ("inert_absent_pkg",)),
    Gadget("GHSA-vvpj-8cmc-gx39", "pkgutil", "resolve_name", ("inert_absent_pkg:call",)),
    Gadget("GAD-05", "pydoc", "locate", ("inert_absent_pkg.call",)),
    Gadget("GAD-05", "operator", "attrgetter", ("system",)),
    Gadget("GAD-05", "operator", "methodcaller", ("upper",)),
    Gadget("GAD-05", "_operator", "attrgetter", ("system",)),
    Gadget("GAD-05", "inspect", "getattr_static", ("INERT", "upper")),
    Gadget("GAD-05", "unittest.mock", "_importer", ("inert_absent_pkg.call",)),
    Gadget("GAD-05", "gc", "get_objects", ()),
    # Code objects
    Gadget("GHSA-565g-hwwr-4pp3", "marshal", "loads", (b"N",)),
    Gadget("GAD-06", "types", "FunctionType", ("INERT", {})),
    Gadget("GAD-06", "types", "CodeType", ("INERT",)),
    Gadget("GAD-06", "cloudpickle.cloudpickle", "_make_function", ("INERT",)),
    Gadget("GAD-06", "cloudpickle.cloudpickle", "subimport", ("inert_absent_pkg",)),
    Gadget("GAD-06", "dill._dill", "_create_function", ("INERT",)),
    Gadget("GAD-06", "dill._dill", "_eval_repr", _CODE),
    # Indirect calls
    Gadget("GAD-07", "functools", "partial", ("INERT",)),
    Gadget("GAD-07", "functools", "reduce", ("INERT", ())),
    Gadget("GAD-07", "operator", "call", ("INERT",)),
    Gadget("GAD-07", "builtins", "map", ("INERT", ())),
    Gadget("GAD-07", "weakref", "finalize", ("INERT", "INERT")),
    Gadget("GAD-07", "atexit", "register", ("INERT",)),
    Gadget("GAD-07", "threading", "Timer", (0, "INERT")),
    # Inner deserialisers
    Gadget("GAD-08", "pickle", "loads", (b"N.",)),
    Gadget("GAD-08", "_pickle", "loads", (b"N.",)),
    Gadget("GAD-08", "dill", "loads", (b"N.",)),
    Gadget("GAD-08", "cloudpickle", "loads", (b"N.",)),
    Gadget("GAD-08", "joblib", "load", _ABSENT_FILE),
    Gadget("GAD-08", "numpy", "load", _ABSENT_FILE),
    Gadget("GAD-08", "torch", "load", _ABSENT_FILE),
    Gadget("GAD-08", "torch.storage", "_load_from_bytes", (b"INERT",)),
    Gadget("GAD-08", "torch.utils._config_module", "ConfigModule.load_config", (b"N.",)),
    Gadget("GAD-08", "pandas", "read_pickle", _ABSENT_FILE),
    Gadget("GAD-08", "yaml", "unsafe_load", ("INERT",)),
    # Machine learning libraries
    Gadget("GHSA-r8g5-cgf2-4m4m", "numpy.f2py.crackfortran", "myeval"),
    Gadget("GAD-09", "numpy.testing._private.utils", "runstring", ("'INERT'", {})),
    Gadget("GAD-09", "torch.utils.collect_env", "run", _ECHO),
    Gadget("GAD-09", "torch.utils.bottleneck.__main__", "run_cprofile", ("'INERT'", {})),
    Gadget("GAD-09", "torch._dynamo.guards", "GuardBuilder.get", _CODE),
    Gadget("GAD-09", "torch._inductor.codecache", "compile_file", _ABSENT_FILE),
    Gadget("GAD-09", "torch.hub", "load", ("inert/absent", "inert")),
    Gadget("GAD-09", "mlflow.projects.backend.local", "_run_entry_point", _ECHO),
    Gadget("GAD-09", "pandas", "eval"),
    Gadget("GAD-11", "pandas", "read_csv", _URL),
    # Files, network, native code, namespaces, evaluators, installers, denial of service
    Gadget("GAD-10", "pathlib", "Path.write_text", ("inert-absent-file", "INERT")),
    Gadget("GHSA-m7j5-r2p5-c39r", "logging", "FileHandler", _ABSENT_FILE),
    Gadget("GAD-10", "shutil", "rmtree", _ABSENT_FILE),
    Gadget("GAD-10", "distutils.file_util", "write_file", ("inert-absent-file", ("INERT",))),
    Gadget("GAD-11", "urllib.request", "urlopen", _URL),
    Gadget("GAD-11", "requests.api", "get", _URL),
    Gadget("GAD-11", "smtplib", "SMTP", ("inert.invalid",)),
    Gadget("GAD-11", "socket", "create_connection", (("inert.invalid", 9),)),
    Gadget("GHSA-5hvc-6wx8-mvv4", "ctypes", "CDLL", ("inert-absent.so",)),
    Gadget("GAD-12", "numpy.ctypeslib", "load_library", ("inert-absent", ".")),
    Gadget("GAD-13", "inspect", "currentframe", ()),
    Gadget("GAD-15", "sympy", "sympify", ("1",)),
    Gadget("GAD-15", "jinja2", "Template", ("INERT",)),
    Gadget("CVE-2025-1716", "pip", "main", (("--version",),)),
    Gadget("GAD-16", "ensurepip", "bootstrap", ()),
    Gadget("GAD-17", "time", "sleep", (0,)),
    Gadget("GAD-17", "posix", "_exit", (0,)),
    # Names behind dunder components
    Gadget("PKL-16", "posix", "system.__call__", _ECHO),
    Gadget("PKL-16", "builtins", "eval.__call__"),
    Gadget("PKL-16", "collections", "OrderedDict.__reduce__.__self__", ()),
    Gadget("PKL-16", "numpy", "__builtins__.__getitem__", ("eval",)),
)


def gadget_call(gadget: Gadget, *, protocol: int = 4, via: Via = "stack_global") -> bytes:
    """A pickle that is nothing but a call of one gadget."""
    return pickled_call(Target(gadget.module, gadget.name, gadget.arguments), protocol=protocol, via=via)


def posix_system(protocol: int = 4, via: Via = "global") -> bytes:
    """GAD-02, PKL-01: `posix.system("echo INERT")`."""
    return pickled_call(SHELL, protocol=protocol, via=via)


def os_system(protocol: int = 4, via: Via = "global") -> bytes:
    """GAD-02, PKL-01: `os.system("echo INERT")`."""
    return pickled_call(Target("os", "system", _ECHO), protocol=protocol, via=via)


def builtins_eval(protocol: int = 4, via: Via = "global") -> bytes:
    """GAD-01: `builtins.eval` of a string literal."""
    return pickled_call(Target("builtins", "eval", _CODE), protocol=protocol, via=via)


def builtins_exec(protocol: int = 4, via: Via = "global") -> bytes:
    """GAD-01: `builtins.exec` of a string literal."""
    return pickled_call(Target("builtins", "exec", _CODE), protocol=protocol, via=via)


def import_module(protocol: int = 4, via: Via = "global") -> bytes:
    """GAD-05: `importlib.import_module` of a module that does not exist."""
    return pickled_call(Target("importlib", "import_module", ("inert_absent_pkg",)), protocol=protocol, via=via)


def subprocess_popen(protocol: int = 4, via: Via = "global") -> bytes:
    """GAD-02: `subprocess.Popen(("echo", "INERT"))`."""
    return pickled_call(Target("subprocess", "Popen", (("echo", "INERT"),)), protocol=protocol, via=via)
