"""Functions that tests call in the jail, and a program that calls one of its own."""

from __future__ import annotations

import os
import sys
from typing import Any

import weighbridge.sandbox


def echo(loaded: Any, inputs: Any) -> Any:
    """Both that the child got."""
    return {"loaded": loaded, "inputs": inputs}


def fail(loaded: Any, inputs: Any) -> Any:
    """An error of the user's own."""
    raise KeyError(f"{inputs}\x1b[31m")


def use(loaded: Any, inputs: Any) -> Any:
    """Call a method of what was loaded."""
    return getattr(loaded, inputs)()


def peek(loaded: Any, inputs: Any) -> Any:
    """Look for a file that the jail does not show, in the user's own code."""
    with open(inputs, "rb") as file:
        return file.read()


def exhaust(loaded: Any, inputs: Any) -> Any:
    """Take more memory than there may be."""
    return bytes(inputs)


def forward(loaded: Any, inputs: Any) -> Any:
    """What inference is."""
    import torch

    with torch.no_grad():
        return loaded(inputs)


def write_more(loaded: Any, inputs: Any) -> Any:
    """Continue a text by a token of a model of transformers."""
    model, tokenizer = loaded
    tokens = tokenizer(inputs, return_tensors="pt")["input_ids"]
    out = model.generate(tokens, max_new_tokens=1, do_sample=False, pad_token_id=0)
    return {"tokens": tokens, "out": out, "class": type(model).__name__}


def run(loaded: Any, inputs: Any) -> Any:
    """Run a graph."""
    return loaded.run(None, inputs)


class Holder:
    """A name with a dot."""

    @staticmethod
    def echo(loaded: Any, inputs: Any) -> Any:
        """As above."""
        return echo(loaded, inputs)


if __name__ == "__main__":
    found = weighbridge.sandbox.call(echo, sys.argv[1], os.getpid(), library="pickle")
    sys.stdout.write(repr(found))
