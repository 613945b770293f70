"""Which models a project's Python source names: literals that loaders are given, with the place and the pin."""

from __future__ import annotations

import ast
import os

from weighbridge.access.local_files import open_given
from weighbridge.core.errors import reason
from weighbridge.core.refs import HUB, Ref, is_commit
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = frozenset({
    ".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", "site-packages", ".tox", ".nox", "build", "dist",
    ".eggs", ".mypy_cache",
})  # fmt: skip
_LARGEST = 4 << 20
"""Bytes of one source file that are parsed; people do not write longer ones."""
_FILES = 100_000

_NAMED = {
    "from_pretrained": "pretrained_model_name_or_path", "hf_hub_download": "repo_id", "snapshot_download": "repo_id",
    "SentenceTransformer": "model_name_or_path", "CrossEncoder": "model_name_or_path", "load_dataset": "path",
    "pipeline": "model", "LLM": "model", "hf_hub_url": "repo_id",
}  # fmt: skip
"""Callables by their last name, and the keyword of the argument that names a repository."""
_POSITION = {"pipeline": 1}
_DATASETS = frozenset({"load_dataset"})


@value
class NamedModel:
    """One place in the source; the revision of ``ref`` is as written, empty where there is none."""

    ref: Ref
    file: str
    line: int
    remote_code: bool = False

    @property
    def pinned(self) -> bool:
        """Whether a full commit is given."""
        return is_commit(self.ref.revision)


@value
class Unparsed:
    """A source file that was not read, and why."""

    file: str
    reason: str


def find(folder: str) -> Iterator[NamedModel | Unparsed]:
    """Walk a project and yield what its Python files name, in sorted order; packages installed in it are left out."""
    seen = 0
    unread: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=unread.append):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(files):
            if not name.endswith(".py"):
                continue
            seen += 1
            if seen > _FILES:
                yield Unparsed(file=folder, reason=f"more than {_FILES:,} Python files; the rest was not looked at")
                return
            for found in _in_file(os.path.join(here, name)):
                yield _unless_local(found, folder)
    for error in unread:
        yield Unparsed(file=str(error.filename), reason=reason(error))


def _unless_local(found: NamedModel | Unparsed, folder: str) -> NamedModel | Unparsed:
    """Tell of a directory that has the name of a repository: loaders take it in its place."""
    if isinstance(found, Unparsed):
        return found
    name = found.ref.name.removeprefix("datasets/")
    if any(os.path.isdir(os.path.join(base, name)) for base in {folder, os.path.dirname(found.file)}):
        return Unparsed(file=f"{found.file}:{found.line}", reason=f"{name!r} is a directory here; lock it by its path")
    return found


def _in_file(path: str) -> Iterator[NamedModel | Unparsed]:
    try:
        with open(open_given(path), "rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            yield Unparsed(file=path, reason="the file is too long")
            return
        tree = ast.parse(content)
    except OSError as error:
        yield Unparsed(file=path, reason=reason(error))
        return
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield Unparsed(file=path, reason="it is not valid Python")
        return
    constants = _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (found := _named(node, path, constants)):
            yield found


def _constants(tree: ast.Module) -> dict[str, str]:
    """Collect names that a module binds once, to a string: ``MODEL = "org/name"`` is how people write it."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for node in ast.walk(tree):
        for target in _bound(node):
            if not isinstance(target, ast.Name):
                continue
            content = getattr(node, "value", None)
            if target.id in found or not (isinstance(content, ast.Constant) and isinstance(content.value, str)):
                twice.add(target.id)
            else:
                found[target.id] = content.value
    return {name: text for name, text in found.items() if name not in twice}


def _bound(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr | ast.For) else []


def _named(call: ast.Call, path: str, constants: dict[str, str]) -> NamedModel | None:
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if name not in _NAMED:
        return None
    keywords = {one.arg: one.value for one in call.keywords if one.arg}
    position = _POSITION.get(name, 0)
    given = keywords.get(_NAMED[name]) or keywords.get("model_id")
    if given is None and len(call.args) > position:
        given = call.args[position]
    text = _text(given, constants)
    parts = text.split("/")
    if len(parts) != 2 or not all(_is_name(part) for part in parts):
        return None
    kind = _text(keywords.get("repo_type"), constants)
    prefix = "datasets/" if name in _DATASETS or kind == "dataset" else ""
    revision = _text(keywords.get("revision"), constants)
    flag = keywords.get("trust_remote_code")
    return NamedModel(
        ref=Ref(scheme=HUB, name=prefix + text, revision=revision), file=path, line=call.lineno,
        remote_code=isinstance(flag, ast.Constant) and flag.value is True,
    )  # fmt: skip


def _text(node: ast.expr | None, constants: dict[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id, "") if isinstance(node, ast.Name) else ""


def _is_name(part: str) -> bool:
    return (
        part not in {"", ".", ".."}
        and part.isascii()
        and part.replace("-", "").replace("_", "").replace(".", "").isalnum()
    )
