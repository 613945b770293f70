"""The libraries that a repository says it was made with: names and versions in configurations and cards."""

from __future__ import annotations

import re

from weighbridge.inventory.graph import Field, Kind, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.assembly import Assembly
    from weighbridge.inventory.graph import Origin

PACKAGES = {
    "transformers": "transformers", "diffusers": "diffusers", "peft": "peft", "pytorch": "torch", "torch": "torch",
    "sentence-transformers": "sentence-transformers", "sentence_transformers": "sentence-transformers", "timm": "timm",
    "spacy": "spacy", "keras": "keras", "tf-keras": "tf-keras", "tensorflow": "tensorflow", "sklearn": "scikit-learn",
    "scikit-learn": "scikit-learn", "open_clip": "open-clip-torch", "setfit": "setfit", "flair": "flair", "mlx": "mlx",
    "adapter-transformers": "adapters", "speechbrain": "speechbrain", "nemo": "nemo-toolkit", "espnet": "espnet",
    "fasttext": "fasttext", "stable-baselines3": "stable-baselines3", "ultralytics": "ultralytics", "onnx": "onnx",
    "tensorrt": "tensorrt", "vllm": "vllm", "bertopic": "bertopic", "xgboost": "xgboost", "lightgbm": "lightgbm",
}  # fmt: skip
"""Names that cards and configurations use, and the names of the packages on PyPI. Others are no packages for sure."""
_FRAMEWORKS = frozenset({"torch", "keras", "tf-keras", "tensorflow"})
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+!-]{0,60}", re.ASCII)
SAVED = "the version that has written the file"
"""Note of a version that nobody needs to have installed."""


class Software:
    """Libraries that are named, with or without a version; made into components once all are known."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self._named: dict[str, set[str]] = {}
        self._told: list[tuple[str, str, str, Origin]] = []

    def name(self, about: str, library: str, version: str, origin: Origin) -> None:
        """Say that a component was made with, or is for, a library; one that is not known is left out."""
        package = PACKAGES.get(library.lower())
        if package is not None:
            held = version if _VERSION.fullmatch(version) else ""
            self._named.setdefault(package, set()).add(held)
            self._told.append((about, package, held, origin))

    def settle(self) -> None:
        """Make the components. What several files say of versions is one where they agree, else each is asked for."""
        for about, package, version, origin in self._told:
            kind = Kind.FRAMEWORK if package in _FRAMEWORKS else Kind.LIBRARY
            made = self.assembly.component(f"{kind}:{package}", kind)
            self.assembly.claim(made, Field.NAME, package, origin)
            self.assembly.relate(about, RelationKind.DEPENDS_ON, made, origin)
            versions = self._named[package] - {""}
            if not version:
                continue
            if len(versions) == 1:
                self.assembly.claim(made, Field.VERSION, version, origin, SAVED)
                self.assembly.claim(made, Field.PURL, f"pkg:pypi/{package}@{version.replace('+', '%2B')}", origin)
            else:
                self.assembly.claim(made, Field.SPECIFIER, version, origin, SAVED)
