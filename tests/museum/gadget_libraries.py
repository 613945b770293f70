"""Names of the families GAD-09 … GAD-17: ML libraries, files, network, native code, evaluators, installers, denial."""

from __future__ import annotations

from tests.builders.pickles.described import Global
from tests.museum.gadget_names import Name, names

_CODE, _ECHO, _FILE, _URL = "'INERT'", "echo INERT", "inert-absent-file", "http://inert.invalid/"
_ARGV = ("echo", "INERT")
_HOST = ("inert.invalid", 9)
_PRINT = Global("builtins", "print")

LIBRARIES = names(
    "GAD-09",
    *(("numpy.f2py.crackfortran", name, _CODE) for name in ("myeval", "getlincoef", "param_eval", "_eval_scalar")),
    ("numpy.testing._private.utils", "runstring", _CODE, {}),
    ("numpy.distutils.exec_command", "exec_command", _ECHO),
    ("torch.utils.collect_env", "run", _ECHO),
    ("torch.utils.bottleneck.__main__", "run_cprofile", _CODE, {}),
    ("torch._inductor.codecache", "compile_file", _FILE),
    ("torch._inductor.codecache", "PyCodeCache.load", _CODE),
    ("torch._dynamo.guards", "GuardBuilder.get", {}, _CODE),
    ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression", {}, _CODE, []),
    ("torch.jit.unsupported_tensor_ops", "execWrapper", _CODE, {}, {}),
    ("torch.hub", "load", "inert/absent", "inert"),
    ("torch.distributed.rpc", "rpc_sync", "inert", _PRINT),
    ("torch.distributed.nn.api.remote_module", "_RemoteModule", _CODE),
    ("torch.jit.annotations", "parse_type_line", _CODE, None, None),
    ("torch.utils.cpp_extension", "load_inline", "inert", _CODE),
    ("mlflow.projects.backend.local", "_run_entry_point", _ECHO),
    ("mlflow.projects", "run", _URL),
    ("joblib.testing", "check_subprocess_call", _ARGV),
    ("pandas", "eval", _CODE),
    ("pandas", "read_pickle", _FILE),
    ("pandas.io.parsers.readers", "read_csv", _URL),
    ("onnx", "save_model", "INERT", _FILE),
    ("tensorflow.python.ops.script_ops", "py_func", _PRINT, (), ()),
)

FILES = names(
    "GAD-10",
    ("pathlib", "Path.write_text", {}, "INERT"),
    ("pathlib", "Path.touch", {}),
    ("codecs", "open", _FILE, "w"),
    ("io", "open", _FILE, "w"),
    ("io", "FileIO", _FILE, "w"),
    ("_io", "FileIO", _FILE, "w"),
    ("logging", "FileHandler", _FILE),
    ("tempfile", "NamedTemporaryFile"),
    ("csv", "writer", "INERT"),
    ("mailbox", "mbox", _FILE),
    ("shutil", "copyfile", _FILE, _FILE),
    ("shutil", "rmtree", _FILE),
    ("tarfile", "TarFile.extractall", {}),
    ("zipfile", "ZipFile.extractall", {}),
    ("distutils.file_util", "write_file", _FILE, ("INERT",)),
    ("numpy", "save", _FILE, "INERT"),
    ("torch", "save", "INERT", _FILE),
    ("os", "remove", _FILE),
    ("sqlite3", "connect", _FILE),
)

NETWORK = names(
    "GAD-11",
    ("urllib.request", "urlopen", _URL),
    ("urllib", "urlopen", _URL),
    ("urllib2", "urlopen", _URL),
    ("requests.api", "get", _URL),
    ("aiohttp.client", "ClientSession"),
    ("http.client", "HTTPSConnection", "inert.invalid"),
    ("httplib", "HTTPSConnection", "inert.invalid"),
    ("ssl", "get_server_certificate", _HOST),
    ("socket", "create_connection", _HOST),
    ("socket", "getaddrinfo", *_HOST),
    ("smtplib", "SMTP", "inert.invalid"),
    ("ftplib", "FTP", "inert.invalid"),
    ("imaplib", "IMAP4", "inert.invalid"),
    ("poplib", "POP3", "inert.invalid"),
    ("telnetlib", "Telnet", "inert.invalid"),
    ("nntplib", "NNTP", "inert.invalid"),
    ("xmlrpc.client", "ServerProxy", _URL),
    ("logging.handlers", "HTTPHandler", "inert.invalid", "/"),
    ("logging.handlers", "SocketHandler", *_HOST),
    ("pandas", "read_csv", _URL),
    ("linecache", "getlines", _FILE),
    ("difflib", "Differ.compare", {}, (), ()),
    ("netrc", "netrc", _FILE),
)

NATIVE = names(
    "GAD-12",
    ("ctypes", "CDLL", "inert-absent.so"),
    ("ctypes", "PyDLL", "inert-absent.so"),
    ("ctypes.util", "find_library", "inert"),
    ("_ctypes", "dlopen", "inert-absent.so", 0),
    ("numpy.ctypeslib", "load_library", "inert-absent", "."),
    ("torch._ops", "_Ops.load_library", {}, "inert-absent.so"),
    ("torch.ops", "load_library", "inert-absent.so"),
    ("torch._classes", "_Classes.load_library", {}, "inert-absent.so"),
    ("tensorflow", "load_op_library", "inert-absent.so"),
    ("_imp", "create_dynamic", "INERT"),
    ("imp", "load_dynamic", "inert", "inert-absent.so"),
    ("cffi", "FFI.dlopen", {}, "inert-absent.so"),
)

NAMESPACES = names(
    "GAD-13",
    ("inspect", "currentframe"),
    ("inspect", "stack"),
    ("sys", "_getframe"),
    ("types", "FrameType.f_builtins.__get__", {}),
    ("numpy", "__builtins__.__getitem__", "eval"),
    ("collections", "__builtins__.get", "eval"),
)

CLASSES = names(
    "GAD-14",
    ("builtins", "type", "Inert", (Global("builtins", "object"),), {"inert": 1}),
    ("types", "new_class", "Inert"),
    ("builtins", "property", _PRINT),
    ("builtins", "hasattr", "INERT", "inert"),
    ("builtins", "super", "INERT"),
)

EVALUATORS = names(
    "GAD-15",
    ("asteval", "Interpreter"),
    ("asteval.asteval", "Interpreter.__call__", {}, _CODE),
    ("simpleeval", "simple_eval", _CODE),
    ("numexpr", "evaluate", "1"),
    ("sympy", "sympify", "1"),
    ("sympy.core.sympify", "sympify", "1"),
    ("jinja2", "Template", "INERT"),
    ("jinja2.environment", "Template", "INERT"),
    ("sh", "Command", "echo"),
)

INSTALLERS = names(
    "GAD-16",
    ("pip", "main", ("--version",)),
    ("pip._internal", "main", ("--version",)),
    ("ensurepip", "bootstrap"),
    ("venv", "create", "inert-absent"),
    ("distutils.core", "run_setup", _FILE),
    ("setuptools", "setup"),
)

DENIAL = names(
    "GAD-17",
    ("time", "sleep", 0),
    ("os", "_exit", 0),
    ("posix", "_exit", 0),
    ("os", "abort"),
    ("sys", "exit", 0),
    ("signal", "alarm", 1),
    ("signal", "raise_signal", 1),
    ("faulthandler", "_sigsegv"),
    ("re", "match", "(I+)+N", "INERT"),
)

NAMES: tuple[Name, ...] = (
    *LIBRARIES,
    *FILES,
    *NETWORK,
    *NATIVE,
    *NAMESPACES,
    *CLASSES,
    *EVALUATORS,
    *INSTALLERS,
    *DENIAL,
)
