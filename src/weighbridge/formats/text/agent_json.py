"""What agents and editors are configured to run: MCP servers, hooks, tasks; and the descriptions of tools.

Sources: Model Context Protocol 2025-11-25 (tools, client configuration), Claude Code settings, VS Code tasks and
settings. A server's command is started when the folder is opened and the configuration trusted (CVE-2025-59536).
"""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.programs import Command
from weighbridge.core.when import When
from weighbridge.formats.text.hidden import hidden
from weighbridge.formats.text.orders import orders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

ITEMS = 500
"""Servers, hooks, tasks and tools of one file that are looked at."""

_LINE = 160
_DEPTH = 12


def inspect(document: JsonValue, _source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Yield commands and what descriptions of tools say."""
    if not isinstance(document, dict):
        return
    name = node.name.lower()
    servers = document.get("mcpServers", document.get("servers") if "mcp" in name else None)
    if isinstance(servers, dict):
        yield Identity(at=node.at(), format="mcp configuration")
        for key, server in list(servers.items())[:ITEMS]:
            if isinstance(server, dict):
                yield from _server(key, server, node)
    if isinstance(document.get("hooks"), dict):
        yield from _hooks(document["hooks"], node, "hooks", _DEPTH)
    tasks = document.get("tasks")
    if isinstance(tasks, list) and name == "tasks.json":
        yield from _tasks(tasks, node)
    yield from _lifecycle(document, node)
    tools = document.get("tools")
    if isinstance(tools, list):
        yield from _tools(tools, node)


_INSTALLING = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare")
"""Scripts of a package that npm runs when it installs it (npm documentation, scripts)."""


def _lifecycle(document: dict[str, JsonValue], node: Node) -> Iterator[Yield]:
    """Find commands that run when a folder is opened in a container, or a package installed."""
    from weighbridge.formats.text.json_file import OPENING

    named = [(key, document[key], "an editor that opens this folder") for key in OPENING if key in document]
    scripts = document.get("scripts")
    if isinstance(scripts, dict):
        named += [(f"scripts.{key}", scripts[key], "npm install") for key in _INSTALLING if key in scripts]
    for key, line, runner in named:
        if line:
            yield Command(at=node.at(), runner=runner, line=str(line)[:_LINE], key=key, when=When.FLAG, pinned=None)


def _server(key: str, server: dict[str, JsonValue], node: Node) -> Iterator[Yield]:
    command, given = server.get("command"), server.get("args")
    words = [command, *(given if isinstance(given, list) else [])]
    texts = [word for word in words if isinstance(word, str)]
    if isinstance(command, str):
        yield Command(
            at=node.at(), runner="an agent that opens this folder", line=" ".join(texts)[:_LINE],
            key=f"mcpServers.{key}", when=When.FLAG, pinned=pinned(texts),
        )  # fmt: skip


def pinned(words: list[str]) -> bool | None:
    """Tell whether what a launcher fetches has a fixed version or digest; None where nothing is fetched."""
    launcher = words[0].rpartition("/")[2].lower().removesuffix(".cmd").removesuffix(".exe") if words else ""
    rest = [word for word in words[1:] if not word.startswith("-")]
    if launcher in ("npx", "bunx", "pnpx") and rest:
        version = rest[0].rpartition("@")[2] if "@" in rest[0][1:] else ""
        return version[:1].isdigit()
    if launcher in ("uvx", "pipx") and rest:
        package = rest[1] if launcher == "pipx" and rest[0] == "run" and len(rest) > 1 else rest[0]
        return "==" in package or "@" in package
    if launcher in ("docker", "podman"):
        images = [word for word in rest if "/" in word or ":" in word]
        return any("@sha256:" in image for image in images)
    return None


def _hooks(found: JsonValue, node: Node, key: str, depth: int) -> Iterator[Yield]:
    """Find every command below ``hooks``, however the tool nests them."""
    if depth == 0:
        return
    if isinstance(found, list):
        for number, item in enumerate(found[:ITEMS]):
            yield from _hooks(item, node, f"{key}[{number}]", depth - 1)
    elif isinstance(found, dict):
        line = found.get("command")
        if isinstance(line, str):
            yield Command(
                at=node.at(), runner="an agent's hook", line=line[:_LINE], key=key, when=When.FLAG, pinned=None
            )
        for name, item in list(found.items())[:ITEMS]:
            if isinstance(item, list | dict):
                yield from _hooks(item, node, f"{key}.{name}", depth - 1)


def _tasks(tasks: list[JsonValue], node: Node) -> Iterator[Yield]:
    """Find tasks that an editor runs by itself: ``runOn: folderOpen``."""
    for number, task in enumerate(tasks[:ITEMS]):
        if not isinstance(task, dict):
            continue
        options = task.get("runOptions")
        if isinstance(options, dict) and options.get("runOn") == "folderOpen":
            line = task.get("command")
            yield Command(
                at=node.at(), runner="an editor that opens this folder", line=str(line)[:_LINE], key=f"tasks[{number}]",
                when=When.FLAG, pinned=None,
            )  # fmt: skip


def _tools(tools: list[JsonValue], node: Node) -> Iterator[Yield]:
    """Look at what tools say of themselves and of their arguments: a model reads it as its operator's word."""
    for tool in tools[:ITEMS]:
        if not isinstance(tool, dict):
            continue
        inner = tool.get("function")
        described = inner if isinstance(inner, dict) else tool
        for text in _descriptions(described, _DEPTH):
            yield from hidden(text.encode("utf-8", "replace"), node.at(), code=True)
            yield from orders(
                text, f"the description of the tool {str(described.get('name'))[:60]}", node.at(), told=True
            )


def _descriptions(found: JsonValue, depth: int) -> Iterator[str]:
    if depth and isinstance(found, dict):
        for key, item in found.items():
            if key in ("description", "title") and isinstance(item, str):
                yield item
            else:
                yield from _descriptions(item, depth - 1)
    elif depth and isinstance(found, list):
        for item in found[:ITEMS]:
            yield from _descriptions(item, depth - 1)
