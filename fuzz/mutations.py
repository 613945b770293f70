"""Mutated seeds of one target, without guidance: no error, no slow one, no memory beyond the bound."""

from __future__ import annotations

import random
import resource
import sys
import time
from pathlib import Path

from fuzz.bounds import ADDRESS_SPACE
from fuzz.child import Told, parser
from fuzz.findings import keep
from fuzz.guard import Guard
from fuzz.mutate import mutated
from fuzz.targets import load


def main(arguments: list[str]) -> int:
    """Mutate the files of ``--corpus`` until the time is up."""
    made = parser(__doc__ or "")
    made.add_argument("target")
    made.add_argument("--corpus", type=Path, required=True)
    made.add_argument("--box", type=Path, required=True)
    given = made.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    target = load(given.target)
    corpus = [path.read_bytes() for path in sorted(given.corpus.iterdir())]
    chance, told, guard = random.Random(given.seed), Told(), Guard(given.box)
    until = time.monotonic() + given.seconds
    while time.monotonic() < until:
        data = mutated(chance, chance.choice(corpus), corpus)
        data = target.repaired(data) if chance.randrange(4) else data
        wrong = guard.run(target, data)
        if wrong:
            told.found(keep(target.name, wrong, data))
    told.counts = {
        "inputs": guard.inputs,
        "slowest s": round(guard.slowest, 2),
        "peak MiB over baseline": (guard.peak - guard.baseline) >> 20,
        "baseline MiB": guard.baseline >> 20,
    }
    told.write(given.report)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
