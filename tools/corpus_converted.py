"""Converts the corpus and holds every tensor against what its real library loads; `--page` writes the account.

Each file of a kind that `weighbridge convert` takes is converted by the command as a user runs it. The result is read
by the `safetensors` library, the source by its own: torch, joblib, numpy and pickle in the jail (`sandbox.load`), h5py
and safetensors, which run nothing, in this process. Names, types, shapes and bytes must be the same.

Exit codes: 0 as it should be; 1 a tensor is other than its library's, or a file was refused that is not on the list
below; 2 usage; 3 part of the corpus is not there (`python tools/corpus.py fetch`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools import corpus  # noqa: E402
from tools.tables import table  # noqa: E402
from weighbridge.core.errors import WeighbridgeError  # noqa: E402
from weighbridge.sandbox import load  # noqa: E402
from weighbridge.sandbox.unpack import Described  # noqa: E402

PAGE = ROOT / "docs" / "corpus-converted.md"
INTRODUCTION = """\
# Real files, converted

Every file of the [corpus](corpus.md) that is of a kind which `weighbridge convert` takes: converted by the command,
read again by the `safetensors` library, and held against what the file's own library loads, tensor by tensor, name by
name and byte for byte. `make corpus` does it; this page is what `python tools/corpus_converted.py --page` wrote.

*the same* is what it must be. *not compared* is a file that its library cannot load without a package which the tests
do not have. A file that is *refused* must be known to be: the reason stands beside it.

"""
PATIENCE = 300.0
LEAST = 25
"""Files that must have been compared in full."""

LIBRARIES = {
    "torch": "torch", "joblib": "joblib", "npy": "numpy", "npz": "numpy", "pickle": "pickle", "hdf5": "h5py",
    "keras": "h5py", "safetensors": "safetensors", "torchscript": "torch",
}  # fmt: skip
"""What loads a kind; the kind's first word counts."""

_STRINGS = "no tensors: text of variable length"
REFUSED = {
    "joblib/test/data/joblib_0.8": "joblib before 0.10, arrays of objects",
    "joblib/test/data/joblib_0.9": "joblib before 0.10, arrays of objects or in files of their own",
    "yasa/classifiers/": "no tensors: LightGBM keeps its trees as text",
    "pdfminer/cmap/": "no tensors",
    "h5py/tests/data_files/vlen_string_dset": _STRINGS,
    "py3langid/data/model.npz.xz": "an archive of arrays inside of xz, which numpy does not load either",
}
"""How the paths of files begin that are known to be refused, and why."""

TYPES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16", "uint32": "U32", "int32": "I32",
    "uint64": "U64", "int64": "I64", "float16": "F16", "bfloat16": "BF16", "float32": "F32", "float64": "F64",
    "complex64": "C64", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """A tensor as bytes in row-major order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file."""

    member: corpus.Member
    state: str
    tensors: int = 0
    size: int = 0
    words: str = ""


def plain(found: Any) -> Plain | None:
    """A tensor of torch or an array of numbers as bytes; nothing for any other object."""
    import numpy
    import torch

    if isinstance(found, torch.Tensor):
        name = str(found.dtype).removeprefix("torch.")
        data = found.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        return Plain(TYPES.get(name, name), tuple(found.shape), data)
    if isinstance(found, numpy.ndarray) and found.dtype.kind in "biufc":
        little = found.astype(found.dtype.newbyteorder("<"), copy=False)
        return Plain(TYPES.get(found.dtype.name, found.dtype.name), found.shape, little.tobytes())
    return None


def named(found: Any, path: str = "", *, inside: bool = False) -> Iterator[tuple[str, Plain]]:
    """The tensors of a loaded object by the keys on the way; modules of torch by the names of their state dicts.

    Numbers of numpy come out of the jail as arrays without a dimension. ``inside`` objects of other classes, whose
    plain data are not carried over, they are left out.
    """
    one = plain(found)
    if one is not None:
        if one.shape or not inside:
            yield path or "tensor", one
        return
    if isinstance(found, Described):
        inside = True
        held = found.attributes
        if {"_parameters", "_modules"} <= held.keys():
            inside = False
            held = {name: item for name, item in held.items() if name not in _TABLES}
            held |= {str(name): item for part in _TABLES for name, item in _pairs(found.attributes.get(part))}
    else:
        held = dict(_pairs(found))
    for name, item in held.items():
        yield from named(item, f"{path}.{name}" if path else str(name), inside=inside)


_PAIRS = ".view_as_real"
_TABLES = ("_parameters", "_buffers", "_modules")


def _pairs(found: Any) -> Iterator[tuple[Any, Any]]:
    yield from found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list | tuple) else ()


def loaded(path: Path, library: str) -> dict[str, Plain]:
    """What a file holds by its own library; raises WeighbridgeError where that cannot load it."""
    if library == "safetensors":
        return written(path)
    if library == "h5py":
        return dict(_datasets(path))
    return dict(named(load(path, library)))


def _datasets(path: Path) -> Iterator[tuple[str, Plain]]:
    import h5py  # type: ignore[import-untyped]

    found: list[tuple[str, Plain]] = []

    def visit(name: str, item: Any) -> None:
        one = plain(item[()]) if isinstance(item, h5py.Dataset) else None
        if one is not None:
            found.append((name.replace("/", "."), one))

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    yield from found


def written(path: Path) -> dict[str, Plain]:
    """What a safetensors file holds, by the library of that name; pairs of numbers as the complex ones they are."""
    from safetensors import deserialize

    found = {}
    for name, one in deserialize(path.read_bytes()):  # type: ignore[no-untyped-call]
        dtype, shape = one["dtype"], tuple(one["shape"])
        if name.endswith(_PAIRS):
            dtype, shape = f"complex{16 * int(dtype.removeprefix('F')) // 8}", shape[:-1]
        found[name.removesuffix(_PAIRS)] = Plain(dtype, shape, bytes(one["data"]))
    return found


def differences(wanted: dict[str, Plain], found: dict[str, Plain], told: set[str]) -> list[str]:
    """What is not the same; ``told`` are names that the record lists as plain data or not converted."""
    words = [f"{name} is missing" for name in wanted.keys() - found.keys() - told]
    words += [f"{name} is no tensor of the library's" for name in found.keys() - wanted.keys()]
    for name in wanted.keys() & found.keys():
        one, other = wanted[name], found[name]
        if (one.dtype, one.shape) != (other.dtype, other.shape):
            words.append(f"{name} is {other.dtype} {other.shape}, not {one.dtype} {one.shape}")
        elif one.data != other.data:
            words.append(f"{name} has other bytes")
    return sorted(words)


def convert(path: Path, folder: Path) -> dict[str, Any] | str:
    """The JSON report of a conversion by the command, or the words with which it refused."""
    command = [sys.executable, "-m", "weighbridge", "convert", str(path), "--into", str(folder), "--format", "json"]
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment, cwd=ROOT
    )
    if done.returncode == 0:
        report: dict[str, Any] = json.loads(done.stdout)["files"][0]
        return report
    return done.stderr.partition("\n")[0].removeprefix("weighbridge: ").rpartition("cannot be converted: ")[2]


def proven(member: corpus.Member, path: Path) -> Outcome:
    """Convert one file and compare."""
    with tempfile.TemporaryDirectory(prefix="corpus-") as scratch:
        report = convert(path, Path(scratch))
        if isinstance(report, str):
            return Outcome(member, "crashed" if "an error of its own" in report else "refused", words=report)
        found: dict[str, Plain] = {}
        for weights in report["weights"]:
            found |= written(Path(weights["path"]))
        # The jail describes arrays of records and does not hand them over.
        found = {name: one for name, one in found.items() if not name.endswith(".records")}
        found |= {alias: found[kept] for alias, kept in report["aliases"].items()}
        size = sum(len(one.data) for one in found.values())
        told = set(report["not_converted"])
        if report["plain"]:
            told |= _leaves(json.loads(Path(report["plain"]).read_text("utf-8")))
    try:
        wanted = loaded(path, LIBRARIES[member.kind.partition(".")[0]])
    except WeighbridgeError as trouble:
        return Outcome(member, "not compared", len(found), size, f"{trouble}".rpartition("cannot be loaded: ")[2])
    if not wanted:
        return Outcome(member, "not compared", len(found), size, "its library shows no tensors")
    words = differences(wanted, found, told)
    return Outcome(member, "different" if words else "the same", len(found), size, "; ".join(words[:5]))


def _leaves(found: Any, path: str = "") -> set[str]:
    """Where plain data have their values; numbers of numpy come out of the jail as arrays without a dimension."""
    names = {path}
    for name, item in _pairs(found):
        names |= _leaves(item, f"{path}.{name}" if path else str(name))
    return names


def is_expected(outcome: Outcome) -> bool:
    """Whether a file must end so, or is known to."""
    known = outcome.member.path.startswith(tuple(REFUSED))
    return outcome.state in {"the same", "not compared"} or (outcome.state == "refused" and known)


def account(outcomes: list[tuple[corpus.Package, Outcome]]) -> str:
    """The table of all files, and the sum."""
    rows = (
        (
            package.folder,
            f"`{one.member.path}`",
            one.member.kind,
            one.state,
            f"{one.tensors:,}",
            f"{one.size:,}",
            one.words,
        )
        for package, one in outcomes
    )
    same = [one for _, one in outcomes if one.state == "the same"]
    states = Counter(one.state for _, one in outcomes)
    told = ", ".join(f"{count} {state}" for state, count in states.most_common())
    tensors, size = sum(one.tensors for one in same), sum(one.size for one in same)
    text = table(("package", "file", "kind", "outcome", "tensors", "bytes", "words"), rows)
    return f"{text}\n{len(outcomes)} files: {told}. {tensors:,} tensors with {size:,} bytes are the same.\n"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Converts the corpus and compares every tensor with its library's.")
    parser.add_argument("--dest", type=Path, default=Path(".corpus"), help="where the corpus is (default: .corpus)")
    parser.add_argument("--page", action="store_true", help="also write docs/corpus-converted.md")
    given = parser.parse_args()
    chosen = [
        (package, member, given.dest / package.folder / member.path)
        for package in corpus.read_list()
        for member in package.members
        if member.kind.partition(".")[0] in LIBRARIES
    ]
    missing = [str(path) for _, _, path in chosen if not path.is_file()]
    if missing:
        print(f"not there: {', '.join(missing)}\nfetch them: python tools/corpus.py fetch", file=sys.stderr)
        return 3
    outcomes = []
    for package, member, path in chosen:
        outcomes.append((package, proven(member, path)))
        print(f"{outcomes[-1][1].state}: {path}", file=sys.stderr, flush=True)
    text = account(outcomes)
    sys.stdout.write(text)
    if given.page:
        PAGE.write_text(INTRODUCTION + text, "utf-8")
    wrong = [one for _, one in outcomes if not is_expected(one)]
    for one in wrong:
        print(f"UNEXPECTED {one.member.path}: {one.state}, {one.words}")
    few = sum(one.state == "the same" for _, one in outcomes) < LEAST
    if few:
        print(f"UNEXPECTED fewer than {LEAST} files were compared in full")
    return 1 if wrong or few else 0


if __name__ == "__main__":
    sys.exit(main())
