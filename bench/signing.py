"""Signing and verifying against the reference tool, in one run: ``python -m bench.signing --size 1000``.

Prints CPU seconds and peak memory of both, medians of rounds in which they take turns, and the ratio of the sums, which
is to be at most one half. The digests alone are a row of their own: where they take more than half of what the
reference tool takes, no signer by SHA-256 can reach that. The reference tool (model-signing) must be in the interpreter
that runs this.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bench.measure import Run, measure

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".bench" / "signing"
FILES = 8
BLOCK = 1 << 20
SECONDS = 600
TARGET = 0.5

HASH = """
import hashlib, sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
"""
"""The floor: the digests alone, which both tools need."""


def write_model(megabytes: int) -> Path:
    """Makes a model of eight files, read once so that nobody pays for a cold disk."""
    model = PLACE / "model"
    model.mkdir(parents=True, exist_ok=True)
    size = megabytes * 1_000_000 // FILES
    for number in range(FILES):
        path = model / f"model-{number}.safetensors"
        if not path.exists() or path.stat().st_size != size:
            with path.open("wb") as file:
                for at in range(0, size, BLOCK):
                    file.write(os.urandom(min(BLOCK, size - at)))
        with path.open("rb") as file:
            while file.read(BLOCK):
                pass
    return model


def write_keys() -> tuple[Path, Path]:
    """Makes a key on P-256."""
    private, public = PLACE / "key.pem", PLACE / "key.pub"
    key = ec.generate_private_key(ec.SECP256R1())
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def commands(model: Path, private: Path, public: Path) -> dict[tuple[str, str], list[str]]:
    """What is measured, by tool and task; the signatures lie beside the model."""
    ours, theirs, python = PLACE / "ours.sig", PLACE / "theirs.sig", sys.executable
    reference = [python, "-m", "model_signing"]
    return {
        ("hashlib", "floor"): [python, "-I", "-c", HASH, str(model)],
        ("weighbridge", "sign"): [
            python, "-m", "weighbridge", "sign", str(model), "--key", str(private), "--signature", str(ours)
        ],
        ("model-signing", "sign"): [
            *reference, "sign", "key", str(model), "--private_key", str(private), "--signature", str(theirs)
        ],
        ("weighbridge", "verify"): [
            python, "-m", "weighbridge", "verify", str(model), "--signature", str(theirs), "--key", str(public)
        ],
        ("model-signing", "verify"): [
            *reference, "verify", "key", str(model), "--public_key", str(public), "--signature", str(ours)
        ],
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measures both and prints a table; exit code 1 if something failed or the target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="megabytes (default: 1000)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds (default: 3)")
    given = parser.parse_args(arguments)
    model = write_model(given.size)
    asked = commands(model, *write_keys())
    environment = {"PATH": os.environ["PATH"], "HOME": str(PLACE), "PYTHONPATH": str(ROOT / "src")}
    runs: dict[tuple[str, str], list[Run]] = {name: [] for name in asked}
    for _ in range(given.repeat):
        for name, command in asked.items():
            run = measure(command, environment, SECONDS)
            if run.code:
                print(f"{' '.join(name)} failed: {run.output.strip()}")
                return 1
            runs[name].append(run)
    print(f"{given.size} MB in {FILES} files, medians of {given.repeat}; each verifies what the other signed\n")
    print(f"{'tool':14} {'task':7} {'CPU s':>7} {'wall s':>7} {'peak MB':>8}")
    for (tool, task), several in runs.items():
        cpu, wall, peak = (median(getattr(one, field) for one in several) for field in ("cpu", "wall", "peak"))
        print(f"{tool:14} {task:7} {cpu:7.2f} {wall:7.2f} {peak / 1e6:8.1f}")
    ratios = {
        field: total(runs, "weighbridge", field) / total(runs, "model-signing", field) for field in ("cpu", "peak")
    }
    print("\nsign and verify, weighbridge / model-signing: " + ", ".join(f"{k} {v:.2f}" for k, v in ratios.items()))
    return int(max(ratios.values()) > TARGET)


def total(runs: dict[tuple[str, str], list[Run]], tool: str, field: str) -> float:
    """Sums the medians of both tasks of a tool."""
    return float(sum(median(getattr(one, field) for one in every) for (who, _), every in runs.items() if who == tool))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
