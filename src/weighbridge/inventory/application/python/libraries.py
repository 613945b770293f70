"""What is known of libraries that hand values on: environment variables, paths, files, defaults of options.

Sources: Python 3.13's library reference, click 8.3, typer 0.20, pydantic 2.12, attrs 25.4, environs 14, decouple 3.8.
"""

from __future__ import annotations

import ast

from weighbridge.inventory.application.terms import Document, Option, Span, Text, Unknown, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.inventory.application.python.places import Lines
    from weighbridge.inventory.application.terms import Term

BUILTINS = frozenset({
    "dict", "list", "tuple", "set", "frozenset", "sorted", "enumerate", "zip", "str", "open", "getattr", "print", "map",
    "filter", "iter", "next", "reversed", "range", "len", "super", "type", "isinstance", "vars", "input",
})  # fmt: skip
VARIABLES = frozenset({
    "os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "environ.get", "decouple.config",
    "starlette.config.Config()", "streamlit.secrets.get", "airflow.models.Variable.get", "airflow.sdk.Variable.get",
})  # fmt: skip
_VARIABLE_READERS = frozenset({"environs.Env()", "environs.env", "environ.Env()", "environs.Env"})
SAME = {
    "builtins.str": 0, "pathlib.Path": 0, "pathlib.PurePath": 0, "pathlib.PosixPath": 0, "os.fspath": 0,
    "os.path.expanduser": 0, "os.path.expandvars": 0, "os.path.abspath": 0, "os.path.realpath": 0,
    "os.path.normpath": 0, "typing.cast": 1, "builtins.iter": 0, "builtins.next": 0, "builtins.reversed": 0,
    "copy.copy": 0, "copy.deepcopy": 0, "pydantic.SecretStr": 0, "dotenv.dotenv_values": 0,
    "omegaconf.OmegaConf.create": 0, "omegaconf.OmegaConf.to_container": 0, "types.SimpleNamespace": 0,
}  # fmt: skip
"""Functions that hand one of their arguments on, and which."""
JOINERS = frozenset({"os.path.join", "posixpath.join"})
OPENERS = frozenset({"builtins.open", "io.open", "codecs.open"})
READERS = frozenset({
    "json.load", "json.loads", "yaml.safe_load", "yaml.load", "yaml.full_load", "toml.load", "toml.loads",
    "tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads", "omegaconf.OmegaConf.load", "ruamel.yaml.YAML()",
    "ruamel.yaml.YAML().load", "orjson.loads", "ujson.load", "hjson.load", "json5.load", "rtoml.load", "anyconfig.load",
})  # fmt: skip
"""Functions that read a configuration from an open file, its text or its path."""
DEFAULTS = frozenset({"Field", "field", "Option", "Argument", "attrib", "ib", "Factory", "Query", "Body", "Form"})
"""Last words of functions that hold the default of a field or option."""
METHODS = frozenset({
    "get", "pop", "setdefault", "values", "items", "keys", "copy", "read", "read_text", "read_bytes", "open", "decode",
    "joinpath", "as_posix", "resolve", "absolute", "expanduser", "get_secret_value", "format", "strip", "lstrip",
    "rstrip", "lower", "upper", "casefold", "title", "removeprefix", "removesuffix", "replace", "split", "rsplit",
})  # fmt: skip
"""Methods of texts, paths, tables and open files."""
ARGUMENT_NAMES = frozenset({"args", "arg", "opt", "opts", "options", "flags", "FLAGS", "params", "hparams", "argv"})
"""What people call the arguments of a command line where they hand them on."""


def is_variable(path: str) -> bool:
    """Tell whether a function reads an environment variable."""
    holder, _, name = path.rpartition(".")
    return path in VARIABLES or (holder in _VARIABLE_READERS and name in {"str", "get", "get_value", "path", "url"})


def variable(given: list[Term], at: Span) -> Term:
    """Give the environment variable that a call or subscript names."""
    if not given or not isinstance(given[0], Text):
        return Unknown(why="an environment variable whose name is not known")
    return Variable(name=given[0].text, at=at, default=given[1] if len(given) > 1 else None)


def as_option(called: str, default: Term) -> Term:
    """Mark the default of an option as one that whoever starts the program may replace."""
    return Option(name="", default=default) if called in {"Option", "Argument"} else default


def option_of(node: ast.AST, name: str, evaluate: Callable[[ast.expr], Term]) -> Term | None:
    """Give the default that a decorator of click has for a parameter."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        if decorator.func.attr in {"option", "argument"} and destination(decorator) == name:
            default = next((one.value for one in decorator.keywords if one.arg == "default"), None)
            return Option(name=name, default=evaluate(default) if default is not None else None)
    return None


def settings_of(node: ast.AST, lines: Lines) -> Term | None:
    """Give the configuration that Hydra hands to a function: ``@hydra.main(config_path="conf", config_name="main")``.

    The groups that it is composed of are not followed.
    """
    for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in {"hydra.main", "main"}:
            given = {one.arg: one.value for one in decorator.keywords}
            name, folder = given.get("config_name"), given.get("config_path")
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                base = folder.value if isinstance(folder, ast.Constant) and isinstance(folder.value, str) else "."
                path = f"{base}/{name.value.removesuffix('.yaml')}.yaml"
                return Document(path=Text(text=path, at=lines.span(name)))
    return None


def destination(call: ast.Call) -> str:
    """Give the name under which an option's value is found: argparse's ``dest``, click's parameter."""
    for keyword in call.keywords:
        if keyword.arg == "dest" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    bare = [word for word in words if not word.startswith("-")]
    long = [word for word in words if word.startswith("--")]
    chosen = bare[0] if bare else long[0] if long else words[0] if words else ""
    return chosen.partition("/")[0].lstrip("-").replace("-", "_")
