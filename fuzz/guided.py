"""One target under atheris, which keeps the inputs that reach new code: ``python -m fuzz.guided TARGET …``."""

from __future__ import annotations

import random
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

from fuzz.bounds import ADDRESS_SPACE, MEMORY
from fuzz.child import parser
from fuzz.guard import peak
from fuzz.mutate import mutated

if TYPE_CHECKING:
    from fuzz.target import Target

LONGEST = 1 << 14
"""Bytes of an input: coverage-guided search does better on small ones."""

TIMEOUT = 15
"""Seconds for an input; instrumented code takes about three times as long."""

SEEDING = 0.25
"""Part of the time in which seeds are run; the fuzzer then takes as long for them again."""

CORPUS = 150 << 20
"""Bytes that the fuzzer's own corpus and counters may take beside the bound on the code under test."""


def _run_seeds(target: Target, corpus: list[Path], until: float) -> None:
    """Run the seeds while imports are instrumented: what a reader imports when it is needed is instrumented so too.

    Those that the time is too short for are taken out of the corpus, which the fuzzer runs whole before it looks at the
    clock.
    """
    for path in corpus:
        if time.monotonic() > until:
            path.unlink()
        else:
            with suppress(Exception):  # the fuzzer runs them again, and tells
                target.one(path.read_bytes()[:LONGEST])


def main(arguments: list[str]) -> int:
    """Run atheris until the time is up; it ends the process itself."""
    made = parser(__doc__ or "")
    made.add_argument("target")
    made.add_argument("--corpus", type=Path, required=True)
    given, until = made.parse_args(arguments), time.monotonic()
    until += given.seconds
    with atheris.instrument_imports(include=["weighbridge"]):
        from fuzz.targets import load

        target = load(given.target)
        corpus = sorted(given.corpus.iterdir())
        random.Random(given.seed).shuffle(corpus)
        _run_seeds(target, corpus, until - given.seconds * (1 - SEEDING))
    seeds = [path.read_bytes() for path in corpus if path.exists()]
    if target.capped:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    def mutate(data: bytes, longest: int, number: int) -> bytes:
        changed = mutated(random.Random(number), data, seeds) if number & 1 else atheris.Mutate(data, longest)
        return (target.repaired(changed) if number & 6 else changed)[:longest]

    memory = 0 if target.capped else (peak() + MEMORY + CORPUS) >> 20
    flags = (
        f"-max_total_time={max(1, round(until - time.monotonic()))}", f"-seed={given.seed}", f"-max_len={LONGEST}",
        f"-timeout={TIMEOUT}", f"-rss_limit_mb={memory}", f"-artifact_prefix={given.report}/", "-print_final_stats=1",
        "-verbosity=1", str(given.corpus),
    )  # fmt: skip
    atheris.Setup([sys.argv[0], *flags], target.one, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
