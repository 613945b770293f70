"""TorchScript source and bytecode."""

from __future__ import annotations

from fuzz import torch_seeds
from fuzz.target import Target
from weighbridge.formats.node import Node
from weighbridge.formats.torch_script import Program


def beyond(data: bytes) -> None:
    """Read it as source, then as bytecode."""
    program = Program(Node(name="model.pt"))
    program.read("code/__torch__.py", data)
    program.bytecode("bytecode.pkl", data)
    for _ in program.facts():
        pass


TARGET = Target(name="torch_scripts", seeds=torch_seeds.torch_scripts, beyond=beyond)
