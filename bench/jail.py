"""What the start of a jailed child costs over a bare interpreter: ``python -m bench.jail``.

Starts, in turns, a bare interpreter and children under the layers of a scanner, of a loader without its enclosure, and
of a loader: the whole way, from the parent's first call to the answer of one request and the end of the child. Prints
medians of CPU, of the parent and of the child with all processes that it had (getrusage(2)), and of time on the clock.
Exit code 1 where a loader's child costs more than the target over the bare interpreter.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from statistics import median
from time import perf_counter

from weighbridge.sandbox.policy import ENCLOSURE, LOADER_LAYERS, SCANNER_LAYERS, JailPolicy, Layer
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import PoolTask

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 25
TARGET_MS = 40.0
"""CPU that a child with every layer may cost over the bare interpreter."""
BARE = "python -I -S -c pass"
JAILS = {
    "no layer": (),
    "scanner": SCANNER_LAYERS,
    "loader, without enclosure": tuple(layer for layer in LOADER_LAYERS if layer not in ENCLOSURE),
    "loader": LOADER_LAYERS,
}


def start_bare() -> None:
    """Starts an interpreter that does nothing, and waits for it."""
    child = os.posix_spawn(sys.executable, [sys.executable, "-I", "-S", "-c", "pass"], {})
    if os.waitpid(child, 0)[1]:
        sys.exit("the bare interpreter failed")


def start_jailed(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Starts a child that reads one empty file, ends it, and tells which layers stood."""
    policy = JailPolicy(layers=layers)
    with JailedPool(
        workers=1, policy=policy, deadline=lambda _: 60.0, answer_module="jailed", import_path=(HERE,)
    ) as pool:
        task = PoolTask(key=0, request=b"", open=lambda: os.open(os.devnull, os.O_RDONLY), size=0)
        (result,) = pool.run([task])
        if result.answer != b"here":
            sys.exit(f"the jailed child failed: {result.failure}")
        return pool.layers or ()


def spent() -> float:
    """CPU seconds of this process, and of all children that were waited for with theirs."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> int:
    """Measures all in turns and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=ROUNDS, help=f"rounds (default: {ROUNDS})")
    rounds = parser.parse_args().repeat
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in (BARE, *JAILS)}
    stood: dict[str, tuple[Layer, ...]] = {}
    for _ in range(rounds):
        for name, several in runs.items():
            before, began = spent(), perf_counter()
            if name == BARE:
                start_bare()
            else:
                stood[name] = start_jailed(JAILS[name])
            several.append((1000 * (spent() - before), 1000 * (perf_counter() - began)))
    figures = {name: (median(cpu for cpu, _ in runs[name]), median(wall for _, wall in runs[name])) for name in runs}
    floor_cpu, floor_wall = figures[BARE]
    print(f"medians of {rounds}, in turns\n")
    print("| start of | CPU ms | over bare | wall ms | over bare |\n| --- | ---: | ---: | ---: | ---: |")
    for name, (cpu, wall) in figures.items():
        print(f"| {name} | {cpu:.1f} | {cpu - floor_cpu:.1f} | {wall:.1f} | {wall - floor_wall:.1f} |")
    for name, layers in stood.items():
        missing = [layer for layer in JAILS[name] if layer not in layers]
        if missing:
            print(f"\n{name}: this system gives no {', '.join(missing)}")
    over = figures["loader"][0] - floor_cpu
    told = "PASS" if over <= TARGET_MS else "FAIL"
    print(f"\nloader: {over:.1f} ms of CPU over the bare interpreter (target {TARGET_MS:.0f}): {told}")
    return int(over > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
