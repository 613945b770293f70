"""Python source, scripts, requirements, environments, names and compiled programs."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import program_files
from weighbridge.formats.text import conda, project_files, python_source, requirements, script

_READERS = (
    ("model.py", python_source.extract), ("model.bin", python_source.bare), ("model.sh", script.extract),
    ("requirements.txt", requirements.extract), ("pyproject.toml", project_files.extract),
    ("setup.cfg", project_files.extract), ("conda.yaml", conda.extract), ("model.lnk", program_files.extract),
)  # fmt: skip


def one(data: bytes) -> None:
    """Read to the end by every reader."""
    for name, extract in _READERS:
        drain(extract, data, name)


TARGET = Target(name="sources", seeds=seeds.sources, one=one)
