"""Streams that hypothesis makes, through the machine and both unpicklers: the sets of resolved names agree, always.

One in a few is spoilt in some bytes, so that counts and lengths lie too.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from tests.formats.pickle.differential import check
from tests.formats.pickle.streams import stream

from fuzz.bounds import ADDRESS_SPACE
from fuzz.child import Told, parser
from fuzz.findings import keep
from fuzz.guard import described

BATCH = 5_000
"""Streams for which hypothesis keeps books together; its memory grows with them."""

CHOICES = st.binary(min_size=16, max_size=160)
SPOILT = st.just([]) | st.just([]) | st.lists(st.tuples(st.integers(0, 2**12), st.integers(0, 255)), max_size=3)


def made(choices: bytes, spoilt: list[tuple[int, int]]) -> bytes:
    """Write a stream and spoil some of its bytes."""
    data = bytearray(stream(choices))
    for at, byte in spoilt:
        if data:
            data[at % len(data)] = byte
    return bytes(data)


class Comparison:
    """Runs batches of streams and counts what they did."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.last = b""

    def hold(self, data: bytes) -> None:
        """Compare one stream."""
        self.last = data
        outcome = check(data)
        self.counts["streams"] += 1
        self.counts["resolve names"] += bool(outcome.machine)
        self.counts["exact"] += outcome.exact and not outcome.over_limit
        self.counts["reach STOP"] += outcome.end is not None
        self.counts["over a limit"] += outcome.over_limit

    def batch(self, number: int, size: int, until: float) -> None:
        """Let hypothesis make a batch; raises what the first stream raises that breaks the law, at its smallest."""

        @seed(number)
        @settings(
            max_examples=size, database=None, deadline=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
        )  # fmt: skip
        @given(CHOICES, SPOILT)
        def run(choices: bytes, spoilt: list[tuple[int, int]]) -> None:
            if time.monotonic() < until:
                self.hold(made(choices, spoilt))

        run()


def main(arguments: list[str]) -> int:
    """Compare ``--streams`` streams, or as many as ``--seconds`` allow."""
    made_parser = parser(__doc__ or "")
    made_parser.add_argument("--streams", type=int, required=True)
    given_words = made_parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    comparison, told, until = Comparison(), Told(), time.monotonic() + given_words.seconds
    number = given_words.seed
    while comparison.counts["streams"] < given_words.streams and time.monotonic() < until:
        number += 1
        try:
            comparison.batch(number, min(BATCH, given_words.streams - comparison.counts["streams"]), until)
        except Exception as error:  # noqa: BLE001  (whatever a stream raises is a finding)
            told.found(keep("spoilt_streams", described(error), comparison.last))
    told.counts = dict(comparison.counts)
    told.write(Path(given_words.report))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
