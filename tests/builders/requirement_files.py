"""Files that name packages to install: honest ones, and for each way to another place one with that in it."""

from __future__ import annotations

import json

HONEST = """# for inference
torch>=2.1,<3
transformers[torch]==4.50.0  # the version that was tested
accelerate ; python_version >= "3.9"
Pillow
numpy==1.26.4 \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
"""


def requirements(*lines: str) -> bytes:
    """The honest file with lines added."""
    return (HONEST + "".join(f"{line}\n" for line in lines)).encode()


def honest_named_txt() -> bytes:
    """Requirements as a repository has them."""
    return requirements()


def vendor_index() -> bytes:
    """The index of a library's authors, which is told and no more."""
    return requirements("--extra-index-url https://download.pytorch.org/whl/cu121")


def extra_index_named_txt() -> bytes:
    """A second index on a host that nobody knows."""
    return requirements("--extra-index-url https://inert.invalid/simple")


def pyproject(extra: str = "", dependencies: str = '"torch>=2", "numpy"') -> bytes:
    """A project file of a library."""
    text = f"""[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "own-package"
version = "1.0"
dependencies = [{dependencies}]

[project.optional-dependencies]
dev = ["pytest"]
{extra}
"""
    return text.encode()


def setup_cfg(*requires: str) -> bytes:
    """A project file of setuptools."""
    lines = "".join(f"    {one}\n" for one in ("torch>=2", *requires))
    return f"[metadata]\nname = own-package\n\n[options]\ninstall_requires =\n{lines}".encode()


def conda(*pip: str, channels: tuple[str, ...] = ("conda-forge", "defaults")) -> bytes:
    """An environment as MLflow writes it."""
    listed = "".join(f"- {one}\n" for one in channels)
    inner = "".join(f"  - {one}\n" for one in ("mlflow==2.9.2", *pip))
    return f"channels:\n{listed}dependencies:\n- python=3.10\n- pip<=23\n- pip:\n{inner}name: env\n".encode()


def pipfile(source: str = "https://pypi.org/simple", package: str = 'torch = "*"') -> bytes:
    """A Pipfile."""
    return f'[[source]]\nurl = "{source}"\nverify_ssl = true\nname = "x"\n\n[packages]\n{package}\n'.encode()


def pipfile_lock(entry: dict[str, object] | None = None, source: str = "https://pypi.org/simple") -> bytes:
    """The lock beside it."""
    given = entry or {"hashes": ["sha256:00"], "version": "==2.0"}
    return json.dumps({"_meta": {"sources": [{"url": source}]}, "default": {"torch": given}, "develop": {}}).encode()


def uv_lock(source: str = 'registry = "https://pypi.org/simple"') -> bytes:
    """A lock of uv."""
    return f'version = 1\n\n[[package]]\nname = "torch"\nversion = "2.1.0"\nsource = {{ {source} }}\n'.encode()


def poetry_lock(kind: str = "legacy", address: str = "https://pypi.org/simple") -> bytes:
    """A lock of Poetry."""
    lines = ["[[package]]", 'name = "torch"', 'version = "2.1.0"', "", "[package.source]"]
    return "\n".join([*lines, f'type = "{kind}"', f'url = "{address}"', 'reference = "x"', ""]).encode()
