"""Text of every kind, and the small files of lines beside a model."""

from __future__ import annotations

from fuzz import page_seeds
from fuzz.target import Target

_READS = (
    ("text", "notes.txt"),
    ("markdown", "README.md"),
    ("json", "notebook.ipynb"),
    ("json", ".mcp.json"),
    ("json", "settings.json"),
    ("gitmodules", ".gitmodules"),
    ("git-lfs pointer", "model.bin"),
    ("mlflow.pickle_module", "pickle_module_info.txt"),
    ("torch.hubconf", "hubconf.py"),
)

TARGET = Target(name="proses", seeds=page_seeds.texts, reads=_READS)
