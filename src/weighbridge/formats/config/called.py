"""Fields that are imported and called, or evaluated: Hydra and its kin, activations, expressions.

Hydra's ``instantiate`` imports ``_target_`` and calls it, at any depth (CVE-2025-23304 and its incomplete fixes);
``class_path`` is LightningCLI's, ``_component_`` torchtune's, ``target`` that of latent diffusion.
"""

from __future__ import annotations

from weighbridge.core.references import Target
from weighbridge.core.when import When
from weighbridge.formats.config.tree import arguments, is_dotted, short, spelled, strings
from weighbridge.formats.strict_json import pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from weighbridge.formats.config.survey import Survey
    from weighbridge.formats.config.tree import Table, Trail
    from weighbridge.formats.strict_json import JsonValue

    Look: TypeAlias = Callable[[Survey, Trail, Table, str, JsonValue], None]

EXPRESSIONS = frozenset({
    "hidden_act", "hidden_activation", "activation", "activation_function", "activation_fn", "act_fn", "act",
    "nonlinearity", "default_activation_function", "pooler_fn", "norm_type", "norm_layer", "act_layer",
    "torch_dtype", "dtype", "conv_feature_layers",
})  # fmt: skip
"""Fields that take a word of a short list, and that some converter or engine evaluates or imports."""

_GIVEN = ("_args_", "args", "params", "init_args", "kwargs", "cmd", "command")
_CALLABLES = frozenset({
    "asyncio", "builtins", "code", "codeop", "commands", "ctypes", "functools", "importlib", "marshal",
    "multiprocessing", "nt", "operator", "os", "pickle", "pip", "platform", "posix", "posixpath", "pty", "runpy",
    "shutil", "socket", "subprocess", "sys", "urllib", "webbrowser",
})  # fmt: skip
"""Packages whose functions with small letters are worth a look under a key that also holds file names and hosts."""

_PROSE_PACKAGES = frozenset({"org", "com", "net", "io", "google", "java", "javax", "microsoft", "application"})


_EXPORTED = "graph_module.graph.nodes["


def target(survey: Survey, trail: Trail, table: Table, key: str, found: JsonValue) -> None:
    """Take in a key that exists for nothing but calling what it names."""
    if not isinstance(found, str) or not found or (key == "class_path" and "." not in found):
        return  # a class path without dots chooses among classes that the program has already
    given = next((arguments(table[name]) for name in _GIVEN if name in table), ())
    survey.call("hydra", spelled(trail, key), found.replace(":", ".").strip(), survey.when, given)


def maybe_target(survey: Survey, trail: Trail, table: Table, key: str, found: JsonValue) -> None:
    """Take in a key that names something to call in some programs, and other things in others."""
    if not isinstance(found, str) or not is_dotted(found.strip()):
        return
    if key == "target" and spelled(trail).startswith(_EXPORTED):
        return  # operators of an exported program: the reader of its graph judges them
    full = found.strip()
    first, last = full.partition(".")[0], full.rpartition(".")[2]
    if key == "target" and full.startswith("torch.ops.") and spelled(trail, key).startswith("graph_module."):
        return  # an operator in a graph of torch.export, whose own reader has it judged as one
    if key == "type" and "path" in table and "name" in table:
        survey.call("sentence-transformers", spelled(trail, key), full, When.LOAD)
    elif (last[0].isupper() and first[0].islower() and first not in _PROSE_PACKAGES) or (
        first in _CALLABLES or any(name in table for name in _GIVEN)
    ):
        target(survey, trail, table, key, full)


def activation(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in an activation with a dotted name, which engines import (CVE-2026-41523)."""
    for text in strings(found):
        if is_dotted(text):
            survey.call("activation", spelled(trail, key), text, survey.when)


def router(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in the classes of a sentence-transformers router."""
    if isinstance(found, dict):
        for text in strings(found):
            if is_dotted(text) and text.rpartition(".")[2][:1].isupper():
                survey.call("sentence-transformers", spelled(trail, key), text, When.LOAD)


def langchain(survey: Survey, trail: Trail, table: Table, _key: str, found: JsonValue) -> None:
    """Take in a serialised LangChain object: the constructor that its ``id`` spells (CVE-2025-68664)."""
    kind, parts = table.get("type"), table.get("id")
    if isinstance(found, bool) or not isinstance(found, int) or not isinstance(parts, list):
        return
    full = ".".join(part for part in parts if isinstance(part, str))
    if kind == "constructor":
        given = table.get("kwargs")
        plain = pairs_of(given) if isinstance(given, dict) else ()
        known: list[JsonValue] = [f"{name}={text}" for name, text in plain if isinstance(text, str)]
        survey.call("langchain", spelled(trail, "id"), full, When.LOAD, arguments(known))
        for name, text in plain:
            if isinstance(text, str) and "://" in text and name.endswith(("base", "url", "endpoint", "proxy")):
                survey.refer("asset", Target.URL, text, spelled(trail, name), When.LOAD)
    elif kind == "secret" and not _is_credential(trail):
        survey.call("langchain", spelled(trail, "id"), f"secret.{full}", When.LOAD)


def _is_credential(trail: Trail) -> bool:
    """Tell whether a secret stands where LangChain writes one: an argument that is named for a credential."""
    return trail is not None and isinstance(trail[1], str) and trail[1].endswith(("key", "token", "secret", "password"))


_CODE = (
    "__import__", "__builtins__", "__subclasses__", "__globals__", "__class__", "eval(", "exec(", "os.system",
    "os.popen", "subprocess.", "importlib.", "compile(",
)  # fmt: skip
_LONGEST = 4_096  # characters of a field that may be an expression; longer ones are prose, templates or data
_PROSE = frozenset(
    {"chat_template", "prompt", "prompts", "template", "description", "text", "query", "content", "license"}
)


def look_for_code(survey: Survey, trail: Trail, key: str, found: str) -> None:
    """Take in a field that reads like an expression to be evaluated (CVE-2025-14926)."""
    if len(found) > _LONGEST or key in _PROSE or ("(" not in found and "__" not in found):
        return
    if any(mark in found for mark in _CODE):
        # Resolvers such as ``${eval:…}`` are registered by programs, so a text that reads like code may become some.
        survey.code(f"the field {spelled(trail, key)}", short(found), When.FLAG)


BY_KEY: dict[str, Look] = {
    **dict.fromkeys(("_target_", "__target__", "_component_", "class_path"), target),
    **dict.fromkeys(("target", "cls", "type", "class", "callable", "func", "function", "import_path"), maybe_target),
    **dict.fromkeys(EXPRESSIONS - {"dtype", "torch_dtype", "conv_feature_layers"}, activation),
    "types": router,
    "lc": langchain,
}
