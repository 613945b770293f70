"""The vocabulary tables keep their rules, and the review tool sees a table or a source that does not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tools.vocabulary_review import TABLES, Library, covering, lint, loading_code, main, rows

from weighbridge.rules.vocabulary.tables import Tables

if TYPE_CHECKING:
    from pathlib import Path

GOOD_VETTED = "shop\tBasket\tnew,build,items\t-\tdict\tshop 1.2\ta list of prices; BUILD updates __dict__"
GOOD_DANGEROUS = "os.system\tprocess\tGAD-02\truns a shell command"

NEVER_VETTED = [
    "builtins.eval", "builtins.exec", "builtins.getattr", "builtins.map", "os.system", "posix.system",
    "operator.attrgetter", "operator.methodcaller", "operator.itemgetter", "functools.reduce", "pickle.loads",
    "importlib.import_module", "numpy.core._ufunc_reconstruct", "numpy.memmap", "scipy.spatial._ckdtree.cKDTree",
    "scipy.spatial._kdtree.KDTree", "scipy.stats._continuous_distns.norm_gen",
    "scipy.stats._distn_infrastructure.rv_continuous_frozen", "torch.ScriptObject", "torch.load",
    "torch._utils._rebuild_nested_tensor", "cloudpickle.cloudpickle._make_function",
    "dill._dill._create_function", "dill._dill._create_type", "joblib.load", "joblib.memory.Memory",
    "transformers.modeling_outputs.BaseModelOutput", "copyreg.add_extension",
    "typing.get_type_hints", "uuid._get_command_stdout", "weakref.finalize", "types.FunctionType",
]  # fmt: skip

LABELLED = {
    "process": [
        "os.system", "posix.system", "nt.system", "subprocess.Popen", "commands.getoutput", "popen2.popen2",
        "pty.spawn", "_posixsubprocess.fork_exec", "_winapi.CreateProcess", "multiprocessing.util.spawnv_passfds",
        "asyncio.unix_events._UnixSubprocessTransport._start", "uuid._get_command_stdout",
        "_osx_support._read_output", "_aix_support._read_cmd_output", "imaplib.IMAP4_stream",
        "_pyrepl.pager.pipe_pager", "mailcap.findmatch", "pipes.Template.copy", "distutils.spawn.spawn",
        "setuptools._distutils.spawn.spawn", "webbrowser.open", "test.support.script_helper.assert_python_ok",
        "torch.utils.collect_env.run", "sh.Command", "torch._inductor.codecache.compile_file",
        "mlflow.projects.backend.local._run_entry_point", "numpy.distutils.exec_command.exec_command",
        "loky.cloudpickle_wrapper._reconstruct_wrapper", "pydoc.pipepager",
    ],
    "code_execution": [
        "builtins.eval", "builtins.exec", "builtins.breakpoint", "__builtin__.eval", "runpy.run_path", "pdb.run",
        "code.InteractiveInterpreter.runcode", "cProfile.runctx", "profile.Profile.run", "timeit.timeit",
        "trace.Trace.run", "bdb.Bdb.run", "doctest.debug_script", "idlelib.run.Executive.runcode",
        "lib2to3.pgen2.grammar.Grammar.loads", "typing._eval_type", "dataclasses._create_fn", "site.addpackage",
        "logging.config.dictConfig", "sqlite3.connect", "_interpreters.run_string",
        "numpy.f2py.crackfortran.getlincoef", "numpy.testing._private.utils.runstring",
        "torch.utils.bottleneck.__main__.run_cprofile", "torch._dynamo.guards.GuardBuilder.get", "torch.hub.load",
        "torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression", "torch.distributed.rpc.rpc_sync",
        "torch.jit.unsupported_tensor_ops.execWrapper", "pandas.eval", "tensorflow.python.ops.script_ops.py_func",
    ],
    "import_resolution": [
        "builtins.__import__", "builtins.getattr", "importlib.import_module", "zipimport.zipimporter", "pydoc.locate",
        "pkgutil.resolve_name", "operator.attrgetter", "_operator.itemgetter", "inspect.getattr_static",
        "unittest.mock._importer", "_imp.create_builtin",
    ],
    "file": [
        "builtins.open", "io.FileIO", "_io.FileIO", "codecs.open", "shutil.rmtree", "pathlib.Path.write_text",
        "tarfile.open", "logging.FileHandler", "numpy.save", "torch.save", "onnx.save_model", "pandas.read_csv",
        "pandas.io.parsers.readers.read_csv", "mailbox.mbox", "linecache.getline",
    ],
    "network": [
        "socket.create_connection", "urllib.request.urlopen", "http.client.HTTPSConnection",
        "httplib.HTTPSConnection", "requests.api.get", "aiohttp.client.ClientSession", "ssl.get_server_certificate",
        "smtplib.SMTP", "ftplib.FTP", "xmlrpc.client.ServerProxy", "logging.handlers.HTTPHandler",
    ],
    "interpreter": [
        "sys.modules", "copyreg.add_extension", "gc.get_objects", "atexit.register", "threading.Timer",
        "signal.signal", "weakref.finalize", "numpy.__builtins__", "builtins.__dict__", "types.new_class",
    ],
    "scanner_evasion": [
        "picklescan.scanner.Global", "fickling.hook.remove_hook", "modelscan.x", "modelaudit.core",
        "weighbridge.scan",
    ],
    "native_code": [
        "ctypes.CDLL", "cffi.FFI", "numpy.ctypeslib.load_library", "torch.ops.load_library",
        "tensorflow.load_op_library",
    ],
    "deserialiser": [
        "pickle.loads", "_pickle.loads", "cPickle.loads", "marshal.loads", "dill.loads", "joblib.load", "torch.load",
        "torch.serialization.load", "numpy.load", "pandas.read_pickle", "yaml.unsafe_load", "shelve.open",
        "jsonpickle.decode", "torch.utils._config_module.ConfigModule.load_config",
        "torch.utils.data.datapipes.utils.decoder.basichandlers", "keras.models.load_model",
    ],
    "code_object": [
        "types.CodeType", "types.FunctionType", "types.LambdaType", "cloudpickle.cloudpickle._make_function",
        "cloudpickle.cloudpickle._builtin_type", "cloudpickle.cloudpickle.subimport", "dill._dill._create_function",
        "dill._dill._create_code", "dill._dill._eval_repr",
    ],
    "indirect_call": [
        "functools.reduce", "functools.cmp_to_key", "operator.call", "operator.methodcaller", "itertools.starmap",
        "builtins.map", "re.sub",
    ],
    "installer": [
        "pip.main", "ensurepip._run_pip", "venv.create",
    ],
    "denial": [
        "time.sleep", "os._exit", "faulthandler.dump_traceback",
    ],
    "evaluator": [
        "asteval.Interpreter", "simpleeval.SimpleEval", "numexpr.evaluate", "sympy.sympify", "jinja2.Template",
    ],
}  # fmt: skip


def write(folder: Path, vetted: str = GOOD_VETTED, dangerous: str = GOOD_DANGEROUS, stdlib: str = "os\nsys\n") -> Path:
    (folder / "vetted").mkdir(parents=True)
    (folder / "dangerous").mkdir()
    (folder / "vetted" / "shop.tsv").write_text(f"# module\tqualname\n{vetted}\n", encoding="utf-8")
    (folder / "dangerous" / "process.tsv").write_text(f"{dangerous}\n", encoding="utf-8")
    (folder / "stdlib.txt").write_text(stdlib, encoding="utf-8")
    return folder


def vetted_line(**cells: str) -> str:
    columns = ("module", "qualname", "uses", "arguments", "state", "reviewed", "reason")
    return "\t".join(cells.get(column, cell) for column, cell in zip(columns, GOOD_VETTED.split("\t"), strict=True))


def vetted_names() -> set[str]:
    return {".".join(row.cells[:2]) for path in (TABLES / "vetted").glob("*.tsv") for row in rows(path)}


def dangerous_patterns() -> dict[str, str]:
    return {row.cells[0]: row.cells[1] for path in (TABLES / "dangerous").glob("*.tsv") for row in rows(path)}


# -- the tables themselves -----------------------------------------------------------------------------------------


def test_tables_keep_every_rule() -> None:
    assert lint(TABLES) == []


def test_no_resolver_loader_or_memory_hazard_is_vetted() -> None:
    assert vetted_names().isdisjoint(NEVER_VETTED)


@pytest.mark.parametrize(("category", "names"), LABELLED.items(), ids=list(LABELLED))
def test_known_gadgets_carry_their_label(category: str, names: list[str]) -> None:
    patterns = dangerous_patterns()
    found = {name: patterns.get(covering(name, patterns) or "") for name in names}
    assert found == dict.fromkeys(names, category)


def test_every_category_has_a_table() -> None:
    assert {path.stem for path in (TABLES / "dangerous").glob("*.tsv")} == set(LABELLED)


def test_standard_library_spans_python_2_and_3() -> None:
    names = set((TABLES / "stdlib.txt").read_text(encoding="utf-8").split())
    assert {
        "os",
        "commands",
        "cPickle",
        "copy_reg",
        "tomllib",
        "imp",
        "nt",
        "_posixsubprocess",
        "_interpreters",
    } <= names
    assert names.isdisjoint({"numpy", "torch", "__main__", "joblib"})


# -- the lint sees what is wrong -----------------------------------------------------------------------------------


def test_lint_passes_small_honest_tables(tmp_path: Path) -> None:
    assert lint(write(tmp_path / "tables")) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (vetted_line(qualname="*"), "no wildcard"),
        (vetted_line(module="shop.*"), "no wildcard"),
        (vetted_line(module="market"), "does not belong"),
        (vetted_line(uses="build,new,items"), "in that order"),
        (vetted_line(uses="new,run"), "in that order"),
        (vetted_line(uses="new", state="dict"), "go together"),
        (vetted_line(state="none"), "go together"),
        (vetted_line(state="mapping"), "unknown kind 'mapping'"),
        (vetted_line(uses="reference", state="none", arguments="int"), "arguments without call or new"),
        (vetted_line(arguments="text"), "unknown kind 'text'"),
        (vetted_line(arguments="str|"), "unknown kind ''"),
        (vetted_line(arguments="int<many"), "unknown kind"),
        (vetted_line(arguments="='latin1"), "unknown kind"),
        (vetted_line(arguments="any...,int"), "only the last kind may repeat"),
        (vetted_line(arguments="int?,str"), "required kind stands after an optional one"),
        (vetted_line(arguments="=shop.Till"), "accepts shop.Till, which is not vetted"),
        (vetted_line(reviewed="shop"), "names a library and a version"),
        (vetted_line(reason="fine"), "reason is missing"),
        (GOOD_VETTED.rpartition("\t")[0], "6 columns, not 7"),
        (f"{GOOD_VETTED}\n{GOOD_VETTED}", "stands twice"),
        (f"{GOOD_VETTED}\n{vetted_line(qualname='Bag')}", "out of order"),
    ],
)
def test_lint_sees_a_broken_vetted_line(tmp_path: Path, line: str, complaint: str) -> None:
    assert complaint in "\n".join(lint(write(tmp_path / "tables", vetted=line)))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("os.*.system\tprocess\tGAD-02\truns a shell command", "a pattern is"),
        ("system\tprocess\tGAD-02\truns a shell command", "a pattern is"),
        ("os.system\tfile\tGAD-02\truns a shell command", "category file in process.tsv"),
        ("os.system\tprocess\thearsay\truns a shell command", "source 'hearsay'"),
        ("os.system\tprocess\tGAD-02; rumour\truns a shell command", "is no catalogue row"),
        ("os.system\tprocess\tGAD-02\t", "reason is missing"),
        ("os.system\tprocess\tGAD-02", "3 columns, not 4"),
        (f"os.*\tprocess\tGAD-02\tthe whole module\n{GOOD_DANGEROUS}", "os.system is already covered by os.*"),
        (f"{GOOD_DANGEROUS}\n{GOOD_DANGEROUS}", "stands twice"),
        ("shop.*\tprocess\tGAD-02\tthe whole module", "shop.Basket is vetted and dangerous (shop.*)"),
        ("shop.Basket\tprocess\tGAD-02\truns a shell command", "shop.Basket is vetted and dangerous (shop.Basket)"),
    ],
)
def test_lint_sees_a_broken_dangerous_line(tmp_path: Path, line: str, complaint: str) -> None:
    assert complaint in "\n".join(lint(write(tmp_path / "tables", dangerous=line)))


@pytest.mark.parametrize("text", ["sys\nos\n", "os\nos\n", "os.path\n"])
def test_lint_sees_a_broken_list_of_modules(tmp_path: Path, text: str) -> None:
    assert lint(write(tmp_path / "tables", stdlib=text)) != []


def test_lint_sees_an_unknown_category(tmp_path: Path) -> None:
    tables = write(tmp_path / "tables")
    (tables / "dangerous" / "magic.tsv").write_text("spell.cast\tmagic\tGAD-02\tcasts a spell\n", encoding="utf-8")
    assert "dangerous/magic.tsv: no such category" in lint(tables)


def test_lint_sees_one_changed_line_in_the_real_tables(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    shutil.copytree(TABLES, tables, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    with (tables / "vetted" / "torch.tsv").open("a", encoding="utf-8") as table:
        table.write("torch\tload\tcall\t*\tnone\ttorch 2\tloads a file\n")
    faults = "\n".join(lint(tables))
    assert "torch.load is vetted and dangerous (torch.load)" in faults
    assert main(["--tables", str(tables)]) == 1


# -- the source behind an entry ------------------------------------------------------------------------------------

MODEL = """
raise SystemExit("nothing may import this file")

from .parts import Base as Ancestor
from .parts import rebuild


class Model(Ancestor):
    def __init__(self, path):
        self.file = open(path)

    def _prepare(self):
        run(self.text)


def run(text):
    exec(text)


class Plain:
    def __init__(self, name):
        self.name = name
"""
PARTS = """
class Base:
    def __setstate__(self, state):
        self.__dict__.update(state)
        self._prepare()

    def __getattr__(self, name):
        return getattr(self.inner, name)


def rebuild(kind, values):
    import importlib
    return getattr(importlib.import_module("shop"), kind)(values)
"""


@pytest.fixture
def site(tmp_path: Path) -> str:
    package = tmp_path / "site" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .model import *\n", encoding="utf-8")
    (package / "model.py").write_text(MODEL, encoding="utf-8")
    (package / "parts.py").write_text(PARTS, encoding="utf-8")
    return str(tmp_path / "site")


def sinks(site: str, qualname: str, *uses: str) -> set[tuple[str, tuple[str, ...]]] | None:
    found = loading_code(Library([site]), "shop", qualname, frozenset(uses))
    return None if found is None else {(hit.sink, hit.path) for hit in found}


def test_state_is_followed_through_bases_methods_and_functions(site: str) -> None:
    assert sinks(site, "Model", "new", "build") == {
        ("exec", ("__setstate__", "_prepare", "run")),
        ("getattr", ("__getattr__",)),
    }


def test_only_what_the_use_runs_is_read(site: str) -> None:
    assert sinks(site, "Model", "new") == {("getattr", ("__getattr__",))}
    assert ("open", ("__init__",)) in (sinks(site, "Model", "call") or set())
    assert sinks(site, "Plain", "call") == set()


def test_functions_are_found_through_re_exports(site: str) -> None:
    assert sinks(site, "rebuild", "call") == {("importlib", ("rebuild",)), ("getattr", ("rebuild",))}
    assert sinks(site, "rebuild", "reference") == set()


def test_names_without_source_are_told_apart_from_harmless_ones(site: str) -> None:
    assert sinks(site, "Absent", "call") is None
    assert loading_code(Library([site]), "absent", "Model", frozenset({"new"})) is None


@pytest.mark.parametrize(
    ("reason", "code"), [("a shop that may exec its text and getattr", 0), ("a shop and no more", 1)]
)
def test_a_sink_must_be_named_in_the_reason(
    tmp_path: Path, site: str, reason: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = write(tmp_path / "tables", vetted=vetted_line(qualname="Model", reason=reason))
    assert main(["--tables", str(tables), "--sinks", "--site", site]) == code
    assert "exec at shop.model:17 by __setstate__ > _prepare > run" in capsys.readouterr().out


def test_lint_takes_a_narrower_name_of_another_category(tmp_path: Path) -> None:
    tables = write(tmp_path / "tables", dangerous=GOOD_DANGEROUS)
    wide = "os.*\tinterpreter\tGAD-02\treaches the operating system\n"
    (tables / "dangerous" / "interpreter.tsv").write_text(wide, encoding="utf-8")
    assert "os.system" not in "\n".join(lint(tables))


@pytest.mark.parametrize(
    ("module", "name", "category"),
    [
        ("os", "system", "process"),
        ("os", "getpid", "interpreter"),
        ("cffi", "FFI.dlopen", "native_code"),
        ("subprocess", "Popen.communicate", "process"),
        ("posix", "system.__call__", "process"),
    ],
)
def test_the_nearest_listed_name_decides_the_words(module: str, name: str, category: str) -> None:
    danger = Tables().danger(module, name)
    assert danger is not None
    assert danger.category == category


def test_what_is_near_no_listed_name_has_no_words() -> None:
    assert Tables().danger("collections", "OrderedDict") is None
