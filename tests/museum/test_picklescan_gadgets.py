"""picklescan: names that its list did not have when they were published, advisory by advisory.

Bad is the pickle that CPython writes for an object with such a `__reduce__`, plain the same call by GLOBAL and REDUCE,
twin the first of them around a vetted name.
"""

from __future__ import annotations

from functools import partial

from tests.builders.pickles.described import Global, Reduce
from tests.builders.pickles.writer import dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, calling

_CODE, _ECHO, _FILE, _URL = "'INERT'", "echo INERT", "inert-absent-file", "http://inert.invalid/"
_SOURCE = "picklescan, advisory on an unlisted name"


def _twin() -> bytes:
    return dumps(Reduce(Global("collections", "OrderedDict")))


def _gadget(id_: str, module: str, name: str, *arguments: object, also: tuple[str, ...] = ()) -> Exhibit:
    return Exhibit(
        id=id_,
        title=f"{module}.{name}",
        source=_SOURCE,
        build=partial(dumps, Reduce(Global(module, name), arguments), 4),
        plain=calling(module, name, *arguments, protocol=4 if "." in name else 0),
        twin=_twin,
        also=also,
    )


def _chain(id_: str, title: str, build: Build, plain: Build, also: tuple[str, ...] = ()) -> Exhibit:
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, plain=plain, twin=_twin, also=also)


_BOTTLENECK, _COLLECT = "torch.utils.bottleneck.__main__", "torch.utils.collect_env"
_CRACK, _G38G = "numpy.f2py.crackfortran", "GHSA-g38g-8gr9-h9xp"
_RUN = Global(_COLLECT, "run")

TORCH = (
    _gadget("GHSA-4r9r-ch6f-vxmx", _BOTTLENECK, "run_cprofile", _CODE, {}),
    _gadget("GHSA-4whj-rm5r-c2v8", _BOTTLENECK, "run_autograd_prof", _CODE, {}),
    _gadget("GHSA-86cj-95qr-2p4f", "torch._dynamo.guards", "GuardBuilder.get", {}, _CODE),
    _gadget(
        "GHSA-f4x7-rfwp-v3xw",
        "torch.fx.experimental.symbolic_shapes",
        "ShapeEnv.evaluate_guards_expression",
        {},
        _CODE,
        [],
    ),
    _gadget("GHSA-f745-w6jp-hpxx", _COLLECT, "run", _ECHO),
    _gadget("GHSA-jhph-76pp-mggw", _COLLECT, "run_and_read_all", _RUN, _ECHO),
    _gadget("GHSA-h3qp-7fh3-f8h4", "torch.utils.data.datapipes.utils.decoder", "basichandlers", "pickle", b"N."),
    _gadget("GHSA-vr7h-p6mm-wpmh", "torch.jit.unsupported_tensor_ops", "execWrapper", _CODE, {}, {}),
    _gadget("GHSA-vv6j-3g6g-2pvj", "torch.utils._config_module", "ConfigModule.load_config", {}, b"N."),
    _gadget("picklescan-2025-03", "torch._inductor.codecache", "compile_file", "", "", [_ECHO]),
    _gadget("picklescan-2025-03", "torch.serialization", "load", _FILE),
)

NUMPY = (
    _gadget("GHSA-r8g5-cgf2-4m4m", _CRACK, "getlincoef", _CODE, {}),
    _gadget("CVE-2025-71372", _CRACK, "getlincoef", _CODE, {}, also=("GHSA-rrxm-2pvv-m66x",)),
    _gadget("CVE-2025-71365", _CRACK, "myeval", _CODE, also=("GHSA-3329-ghmp-jmv5",)),
    _gadget("CVE-2025-71347", _CRACK, "param_eval", _CODE, {}, {}, also=("GHSA-cffc-mxrf-mhh4",)),
    _gadget("CVE-2025-71355", "numpy.testing._private.utils", "runstring", _CODE, {}, also=("GHSA-fj43-3qmq-673f",)),
)

STDLIB = (
    _gadget("GHSA-5qwp-399c-mjwf", "trace", "Trace.run", {}, _CODE),
    _gadget("GHSA-g344-hcph-8vgg", "trace", "Trace.runctx", {}, _CODE, {}, {}, also=("CVE-2025-71352",)),
    _gadget("GHSA-x696-vm39-cp64", "profile", "Profile.run", {}, _CODE),
    _gadget("GHSA-6vqj-c2q5-j97w", "profile", "Profile.runctx", {}, _CODE, {}, {}),
    _gadget("GHSA-7wx9-6375-f5wh", "profile", "run", _CODE),
    _gadget("GHSA-49gj-c84q-6qm9", "cProfile", "run", _CODE),
    _gadget("GHSA-9w88-8rmg-7g2p", "cProfile", "runctx", _CODE, None, None, also=("CVE-2025-71378",)),
    _gadget("GHSA-fqq6-7vqf-w3fg", "doctest", "debug_script", _CODE, True),
    _gadget("GHSA-cj3c-v495-4xqh", "code", "InteractiveInterpreter.runcode", {}, _CODE),
    _gadget("GHSA-m869-42cg-3xwr", "idlelib.run", "Executive.runcode", {}, _CODE, also=("CVE-2025-71342",)),
    _gadget(
        "GHSA-j343-8v2j-ff7w", "idlelib.pyshell", "ModifiedInterpreter.runcommand", {}, _CODE, also=("CVE-2025-71357",)
    ),
    _gadget(
        "GHSA-3gf5-cxq9-w223", "idlelib.pyshell", "ModifiedInterpreter.runcode", {}, _CODE, also=("CVE-2025-71340",)
    ),
    _gadget("GHSA-3vg9-h568-4w9m", "idlelib.debugobj", "ObjectTreeItem.SetText", {}, _CODE, also=("CVE-2025-71354",)),
    _gadget("GHSA-6w4w-5w54-rjvr", "idlelib.autocomplete", "AutoComplete.get_entity", {}, _CODE),
    _gadget("GHSA-7cq8-mj8x-j263", "idlelib.autocomplete", "AutoComplete.fetch_completions", {}, _CODE, 1),
    _gadget("GHSA-8r4j-24qv-fmq9", "idlelib.calltip", "Calltip.fetch_tip", {}, _CODE, also=("CVE-2025-71361",)),
    _gadget("GHSA-9xph-j2h6-g47v", "idlelib.calltip", "get_entity", _CODE),
    _gadget("GHSA-xp4f-hrf8-rxw7", "ensurepip", "_run_pip", ("--version",), also=("CVE-2025-71344",)),
    _gadget("GHSA-p9w7-82w4-7q8m", "lib2to3.pgen2.pgen", "ParserGenerator.make_label", None, {}, _CODE),
    _gadget("GHSA-f54q-57x4-jg88", "lib2to3.pgen2.grammar", "Grammar.loads", {}, b"N."),
    _gadget("GHSA-vqmv-47xg-9wpr", "pty", "spawn", ("echo", "INERT")),
    _gadget("GHSA-hgrh-qx5j-jfwx", "pty", "spawn", ("echo", "INERT"), also=("CVE-2025-71322",)),
    _gadget("GHSA-4675-36f9-wf6r", "ctypes", "CDLL", "inert-absent.so"),
    _gadget("GHSA-m273-6v24-x4m4", "distutils.file_util", "write_file", _FILE, ["INERT"], also=("CVE-2025-71321",)),
    _gadget("GHSA-q77w-mwjj-7mqx", "asyncio.unix_events", "_UnixSubprocessTransport._start", {}, _ECHO, True),
    _gadget(
        "CVE-2025-10157",
        "asyncio.unix_events",
        "_UnixSubprocessTransport._start",
        {},
        _ECHO,
        also=("GHSA-f7qq-56ww-84cr",),
    ),
    _gadget("GHSA-9726-w42j-3qjr", "_io", "FileIO", _FILE, also=("CVE-2026-53872",)),
    _gadget("GHSA-9726-w42j-3qjr", "urllib.request", "urlopen", _URL),
    _gadget("GHSA-m7j5-r2p5-c39r", "logging", "FileHandler", _FILE, also=("CVE-2026-56319",)),
    _gadget("CVE-2025-1716", "pip", "main", ("--version",)),
    _gadget("picklescan-2025-03", "pydoc", "pipepager", "INERT", _ECHO),
    _gadget("picklescan-2025-03", "venv", "create", "inert-absent", False, False, True, False, _ECHO),
    _gadget("picklescan-2025-03", "runpy", "_run_code", _CODE, {}),
    _gadget("picklescan-2025-03", "bdb", "Bdb.run", Reduce(Global("bdb", "Bdb")), _CODE),
    _gadget("picklescan-2025-03", "timeit", "timeit", "", _CODE),
    *(
        _gadget(_G38G, module, name, *arguments, also=("CVE-2026-56315",))
        for module, name, *arguments in (
            ("uuid", "_get_command_stdout", "echo", "INERT"),
            ("imaplib", "IMAP4_stream", _ECHO),
            ("_pyrepl.pager", "pipe_pager", "INERT", _ECHO),
            ("_osx_support", "_read_output", _ECHO),
            ("_osx_support", "_find_build_tool", "INERT"),
            ("_aix_support", "_read_cmd_output", _ECHO),
            ("test.support.script_helper", "assert_python_ok", "--version"),
            ("codeop", "compile_command", _CODE),
            ("compileall", "compile_file", _FILE),
            ("py_compile", "compile", _FILE),
            ("pdb", "run", _CODE),
        )
    ),
)

CHAINS = (
    _chain("GHSA-84r2-jw7c-4r5q", "located", chains.located_then_called, calling("pydoc", "locate", "os")),
    _chain(
        "GHSA-955r-x9j8-7rhh",
        "_operator.methodcaller",
        partial(chains.imported_then_called, "methodcaller", "system", _ECHO),
        calling("_operator", "methodcaller", "system"),
    ),
    _chain(
        "GHSA-46h3-79wf-xr6c",
        "_operator.attrgetter",
        partial(chains.imported_then_called, "attrgetter", "system"),
        calling("_operator", "attrgetter", "system"),
    ),
    _chain(
        "GHSA-vvpj-8cmc-gx39",
        "pkgutil.resolve_name",
        partial(chains.resolved_then_called, ("pkgutil", "resolve_name"), "os:system"),
        calling("pkgutil", "resolve_name", "inert_absent_pkg:call"),
    ),
    _chain(
        "GHSA-9m3x-qqw2-h32h",
        "hidden_eval",
        chains.hidden_eval,
        calling("builtins", "eval", _CODE),
        ("CVE-2026-53874",),
    ),
    _chain("GHSA-9m3x-qqw2-h32h", "CodeType", chains.cloudpickled_function, calling("types", "CodeType", "INERT")),
    _chain(
        "picklescan-2025-03",
        "partial_torch_load",
        partial(chains.used_as_item, "functools", "partial", _RUN),
        calling("torch", "load", _FILE),
    ),
    _chain(
        "picklescan#66",
        "importlib.import_module",
        partial(chains.imported_then_got, ("importlib", "import_module")),
        calling("importlib", "import_module", "os"),
    ),
    _chain(
        "picklescan#66",
        "inspect.getattr_static",
        partial(chains.resolved_then_called, ("inspect", "getattr_static"), Global("posix", "INERT"), "system"),
        calling("inspect", "getattr_static", "INERT", "upper"),
    ),
)

EXHIBITS = (*TORCH, *NUMPY, *STDLIB, *CHAINS)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
