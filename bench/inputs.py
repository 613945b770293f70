"""Makes the bench's inputs in `.bench/inputs/`: deterministic, each with its own seed, all honest but one.

`python -m bench.inputs [--only dense,tiny]`. Needs numpy, and scikit-learn for `forest`. What is there is kept:
delete it to have it made anew.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import fractions
import hashlib
import pickle
import random
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(".bench/inputs")
PROTOCOL = 4  # the default of Python 3.8 to 3.13

DENSE_ROWS = 414_000  # 26 MB, 11 million opcodes
OBJECTS = 200_000
LABEL_WORDS = 7  # brings the file to 26 MB
MANY_FILES = 2_000
MANY_ROWS = 83  # 5 KB a file
FOREST_TREES = 80
FOREST_SAMPLES = 29_700


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input: its file (or folder) name, what it is, and how it is written from its seed."""

    name: str
    file: str
    words: str
    seed: int
    write: Callable[[Path, int], None]
    honest: bool = True

    @property
    def path(self) -> Path:
        """Where it is laid out."""
        return FOLDER / self.file


def rows(count: int, random_: random.Random) -> list[dict[str, object]]:
    """Plain data that costs about 27 opcodes and 63 bytes a row: the keys come from the memo."""
    return [
        {
            "id": index,
            "score": random_.random(),
            "ok": index % 3 == 0,
            "note": None,
            "tags": [random_.randrange(256), random_.randrange(256), random_.randrange(65536)],
            "name": f"r{random_.randrange(1 << 28):07x}",
            "rank": random_.randrange(256),
            "size": random_.randrange(65536),
        }
        for index in range(count)
    ]


def write_dense(path: Path, seed: int) -> None:
    """A list of dicts of plain values: nothing but opcodes."""
    path.write_bytes(pickle.dumps(rows(DENSE_ROWS, random.Random(seed)), PROTOCOL))


def write_objects(path: Path, seed: int) -> None:
    """Rows that each hold one object which the unpickler makes by a call: seven data classes in turn."""
    import numpy

    random_ = random.Random(seed)

    def word() -> str:
        return f"{random_.randrange(1 << 40):010x}"

    start = datetime.datetime(2020, 1, 1)
    makers: tuple[Callable[[], object], ...] = (
        lambda: OrderedDict((key, word()) for key in ("brand", "colour", "grade", "series", "state", "unit")),
        lambda: start + datetime.timedelta(seconds=random_.randrange(200_000_000)),
        lambda: decimal.Decimal(random_.randrange(10**12)) / 10_000,
        lambda: uuid.UUID(int=random_.getrandbits(128)),
        lambda: fractions.Fraction(random_.randrange(1, 10**6), random_.randrange(1, 10**6)),
        lambda: numpy.float64(random_.random()),
        lambda: numpy.dtype([("x", "<f4"), (f"y{random_.randrange(100)}", "<i8")]),
    )
    records = [
        {"id": index, "label": " ".join(word() for _ in range(LABEL_WORDS)), "value": makers[index % len(makers)]()}
        for index in range(OBJECTS)
    ]
    path.write_bytes(pickle.dumps(records, PROTOCOL))


def write_many(path: Path, seed: int) -> None:
    """A folder of small pickles of plain data."""
    path.mkdir()
    random_ = random.Random(seed)
    for index in range(MANY_FILES):
        (path / f"{index:04}.pkl").write_bytes(pickle.dumps(rows(MANY_ROWS, random_), PROTOCOL))


def write_torch(path: Path, seed: int) -> None:
    """A torch checkpoint of 1 GB."""
    from bench.tensors import write_torch_zip

    write_torch_zip(path, seed)


def write_safetensors(path: Path, seed: int) -> None:
    """The same tensors as safetensors."""
    from bench import tensors

    tensors.write_safetensors(path, seed)


def write_repository(path: Path, seed: int) -> None:
    """A folder of 10,000 files of 1,000 small models."""
    from bench import repositories

    repositories.write_repository(path, seed)


def write_shards(path: Path, seed: int) -> None:
    """A checkpoint of 4 GB in shards."""
    from bench import repositories

    repositories.write_shards(path, seed)


def write_forest(path: Path, seed: int) -> None:
    """A random forest that learned noise, so that its trees are as deep as the samples allow."""
    import numpy
    from sklearn.ensemble import RandomForestClassifier  # type: ignore[import-untyped]

    generator = numpy.random.default_rng(seed)
    samples = generator.standard_normal((FOREST_SAMPLES, 8), dtype=numpy.float32)
    labels = generator.integers(0, 2, FOREST_SAMPLES)
    forest = RandomForestClassifier(FOREST_TREES, max_features=1, n_jobs=1, random_state=seed)
    path.write_bytes(pickle.dumps(forest.fit(samples, labels), PROTOCOL))


def write_tiny(path: Path, seed: int) -> None:
    """A few numbers and words."""
    path.write_bytes(pickle.dumps(rows(1, random.Random(seed)), PROTOCOL))


def write_poisoned(path: Path, seed: int) -> None:
    """The one hostile input, inert and never loaded: shows that each tool ran and that its verdict is read rightly."""
    path.write_bytes(b"\x80\x02cposix\nsystem\nX\x0a\x00\x00\x00echo INERT\x85R.")


INPUTS: tuple[Input, ...] = (
    Input(name="tiny", file="tiny.pkl", words="pickle of one row, cold start", seed=1, write=write_tiny),
    Input(
        name="poisoned",
        file="poisoned.pkl",
        words="pickle that would echo a word",
        seed=2,
        write=write_poisoned,
        honest=False,
    ),
    Input(name="dense", file="dense.pkl", words="26 MB pickle of plain data, 11 M opcodes", seed=3, write=write_dense),
    Input(
        name="objects", file="objects.pkl", words="26 MB pickle of 200,000 small objects", seed=4, write=write_objects
    ),
    Input(name="torch", file="torch.pt", words="1 GB torch zip", seed=5, write=write_torch),
    Input(name="safetensors", file="weights.safetensors", words="1 GB safetensors", seed=5, write=write_safetensors),
    Input(name="many", file="many", words="2,000 pickles of 5 KB", seed=6, write=write_many),
    Input(
        name="repository",
        file="repository",
        words="10,000 files of 1,000 small models",
        seed=8,
        write=write_repository,
    ),
    Input(name="shards", file="shards", words="4 GB checkpoint in 8 safetensors shards", seed=9, write=write_shards),
    Input(name="forest", file="forest.pkl", words="99 MB scikit-learn forest", seed=7, write=write_forest),
)


def files_of(path: Path) -> list[Path]:
    """The files of an input, sorted."""
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def measure_of(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of an input, a folder's files in sorted order; leaves it in the page cache."""
    size, digest = 0, hashlib.sha256()
    for file in files_of(path):
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                size += len(block)
                digest.update(block)
    return size, digest.hexdigest()


def make(name: str) -> Input:
    """The input of that name, made if it is not there."""
    chosen = next(entry for entry in INPUTS if entry.name == name)
    if not chosen.path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = chosen.path.with_name(chosen.file + ".part")
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        chosen.write(unfinished, chosen.seed)
        unfinished.rename(chosen.path)
    return chosen


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Makes the bench's inputs.")
    parser.add_argument("--only", default=",".join(entry.name for entry in INPUTS), help="names, comma separated")
    for name in parser.parse_args().only.split(","):
        entry = make(name)
        size, digest = measure_of(entry.path)
        print(f"{name:12} {size:>13,} bytes  sha256:{digest}  {entry.words}")


if __name__ == "__main__":
    main()
