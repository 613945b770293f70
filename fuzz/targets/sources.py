"""Python source, scripts, requirements, environments, names."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("python", "model.py"), ("python.bare", "model.bin"), ("python path configuration", "model.pth"),
    ("script", "model.sh"), ("requirements", "requirements.txt"), ("project file", "pyproject.toml"),
    ("project file", "setup.cfg"), ("conda environment", "conda.yaml"),
)  # fmt: skip

TARGET = Target(name="sources", seeds=seeds.sources, reads=_READS)
