"""Files at the seams between formats: text under a magic number, settings behind blanks, payloads in metadata.

Inert: absent modules, ``echo INERT``, ``.invalid`` hosts.
"""

from __future__ import annotations

import base64
import json

from tests.builders import onnxes, safetensors_files
from tests.builders.pickles.gadgets import posix_system
from tests.builders.protobufs import data

BLANKS = b" \n" * 3_000
"""More than the beginning of a file that decides."""

CALLING = json.dumps({"model": {"_target_": "os.system", "_args_": ["echo INERT"]}}).encode()
BUILDING = json.dumps({"model": {"_target_": "torch.nn.Linear", "_args_": [1, 2]}}).encode()
TAGGED = b"model: !!python/object/apply:os.system [echo INERT]\n"
ESCAPING = "{{ cycler.__init__.__globals__.os.popen('echo INERT').read() }}"
HONEST_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
SOURCE = b"import os\nos.system('echo INERT')\n"
MAGICS = (b"ID3=1\n", b"OTTO=1\n", b"fLaC=1\n", b"OggS=1\n", b"wOFF=1\n", b"RIFF=1\n", b"GIF89a=1\n")
"""Magic numbers of pictures, sound and fonts, as the first line of a Python file."""


def spelt(magic: bytes, rest: bytes = SOURCE) -> bytes:
    """Text that begins as something else."""
    return magic + rest


def yaml_named(tag: str) -> bytes:
    """Settings with a tag spelt in another way, behind a comment longer than the beginning of a file."""
    return b"# " + b"x" * 5_000 + f"\nmodel: {tag} [echo INERT]\n".encode()


def metadata(**entries: str) -> bytes:
    """A safetensors file with these words in its header."""
    return safetensors_files.honest({"format": "pt", **entries})


def properties(key: str, value: str) -> bytes:
    """An ONNX model with a property of its metadata."""
    return onnxes.honest() + data(14, data(1, key) + data(2, value))


def wrapped(payload: bytes | None = None) -> str:
    """Bytes as text, as a browser would embed them."""
    return base64.b64encode(payload if payload is not None else posix_system()).decode()


def configured(value: str, *, depth: int = 2) -> bytes:
    """A configuration that holds a string in its depth."""
    held: object = {"note": value}
    for _ in range(depth):
        held = [{"inner": held}]
    return json.dumps({"model_type": "llama", "extra": held}).encode()


def git_config(*lines: str) -> bytes:
    """Settings of a clone with git-lfs, and these in its section ``core``."""
    told = "".join(f"\t{line}\n" for line in lines)
    return (
        f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n{told}"
        '[filter "lfs"]\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n'
    ).encode()
