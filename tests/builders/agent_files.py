"""Configurations of agents and editors."""

from __future__ import annotations

import json


def text(content: object) -> bytes:
    """A JSON file."""
    return json.dumps(content, indent=2).encode() + b"\n"


def servers(command: str = "npx", *words: str) -> bytes:
    """An MCP configuration with one server."""
    given = list(words) or ["-y", "inert-absent-server"]
    return text({"mcpServers": {"files": {"command": command, "args": given}}})


def mcp_server_named_json() -> bytes:
    """REP-19: a server that is fetched without a version."""
    return servers()


def honest_named_json() -> bytes:
    """Settings that run nothing."""
    return text({"editor.rulers": [120], "files.trimTrailingWhitespace": True})


def hooks(line: str = "echo INERT") -> bytes:
    """REP-19: a hook of an agent."""
    return text({"hooks": {"PreToolUse": [{"matcher": "*", "hooks": [{"type": "command", "command": line}]}]}})


def tasks(run_on: str = "folderOpen") -> bytes:
    """REP-19: a task of an editor."""
    task = {"label": "x", "type": "shell", "command": "echo INERT", "runOptions": {"runOn": run_on}}
    return text({"version": "2.0.0", "tasks": [task]})


def tools(description: str = "Adds two numbers.") -> bytes:
    """A list of tools."""
    schema = {"type": "object", "properties": {"a": {"type": "number", "description": "The first number."}}}
    return text({"tools": [{"name": "add", "description": description, "inputSchema": schema}]})
