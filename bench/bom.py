"""Measures `bom` of a repository of 20 files after it was scanned, and `inventory` of an application of 5,000 sources.

`python -m bench.bom [--repeat N]` prints the page and writes `.bench/bom.json`. Exit 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from tests.builders import applications
from tests.builders.boms import model_with_adapter
from tests.builders.safetensors_files import Tensor, encode

from bench import peers
from bench.measure import Run, measure
from bench.run import OUTPUT
from bench.table import line

WALL = 0.6
"""Seconds on the clock that `bom` may take."""
CPU = 20
"""Seconds of CPU, of all processes, that `inventory` may take."""
PEAK = 300
"""MB that the largest process of `inventory` may have."""
FILES = 20
SOURCES = 5_000
COPIES = 50
"""How often the application with references stands among the sources."""
SECONDS = 120
_LOADS = """\
from transformers import AutoModel


def load():
    return AutoModel.from_pretrained(NAME)


"""


def main() -> None:
    """Measure and say whether the targets were reached."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=7)
    repeat = options.parse_args().repeat
    peers.install_weighbridge(peers.WEIGHBRIDGE_BOM)
    bom = _measured("bom", _repository(OUTPUT / "bom-model"), repeat)
    inventory = _measured("inventory", _application(OUTPUT / "bom-application"), min(repeat, 3))
    figures = {name: dict(zip(("wall", "cpu", "peak"), found, strict=True)) for name, found in (bom, inventory)}
    (OUTPUT / "bom.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(line("command", "files", "CPU s", "wall s", "peak MB"))
    print(line("---", "---:", "---:", "---:", "---:"))
    for (name, (wall, cpu, peak)), files in ((bom, FILES), (inventory, SOURCES)):
        print(line(name, files, f"{cpu:.2f}", f"{wall:.2f}", f"{peak:.0f}"))
    (_, (wall, _, _)), (_, (_, cpu, peak)) = bom, inventory
    reached = {
        f"bom: {wall:.2f} s on the clock (target {WALL})": wall <= WALL,
        f"inventory: {cpu:.1f} CPU s (target {CPU})": cpu <= CPU,
        f"inventory: {peak:.0f} MB (target {PEAK})": peak <= PEAK,
    }
    print()
    for words, is_reached in reached.items():
        print(f"{words}: {'PASS' if is_reached else 'FAIL'}")
    sys.exit(not all(reached.values()))


def _measured(name: str, target: Path, repeat: int) -> tuple[str, tuple[float, float, float]]:
    """Medians of wall and CPU seconds, and the highest peak in MB, of one command after a run that fills the cache."""
    out = str((OUTPUT / f"{name}.cdx.json").resolve())
    words = [str(peers.WEIGHBRIDGE_BOM.bin / "weighbridge"), name, str(target), "-o", f"cyclonedx={out}"]
    subprocess.run(words, check=True, capture_output=True, env=peers.environment())
    runs: list[Run] = []
    for _ in range(repeat):
        run = measure(words, peers.environment(), SECONDS)
        if run.code:
            sys.exit(f"{name} ended with {run.code}: {run.output[-500:]}")
        runs.append(run)
    wall, cpu = (statistics.median(figures) for figures in ([run.wall for run in runs], [run.cpu for run in runs]))
    return name, (wall, cpu, max(run.peak for run in runs) / 1e6)


def _repository(folder: Path) -> Path:
    """A model with card, tokenizer and adapter, and shards of one MB each until there are ``FILES`` files."""
    files = dict(model_with_adapter())
    number = 0
    while len(files) < FILES:
        number += 1
        weights = [Tensor(name=f"layer.{number}.weight", shape=(512, 512), data=bytes([number]) * (512 * 512 * 4))]
        files[f"model-{number:05}.safetensors"] = encode(weights)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder.resolve()


def _application(folder: Path) -> Path:
    """Sources of 5 kB, every tenth of which loads a model of its own, and copies of an application."""
    filler = "".join(
        f"def step_{number}(x, y={number}):\n"
        f"    table = {{'a': x, 'b': [y, {number}]}}\n"
        "    for key, value in table.items():\n"
        "        if value:\n"
        "            print(key, value)\n"
        "    return table\n\n\n"
        for number in range(25)
    )
    made = 0
    for number in range(COPIES):
        files = {
            path.replace("helpdesk", f"helpdesk{number}"): text.replace("helpdesk.", f"helpdesk{number}.")
            for path, text in applications.HELPDESK_FILES.items()
        }
        applications.write(folder / f"team{number}", files)
        made += sum(path.endswith(".py") for path in files)
    modules = {
        f"lib{number // 100}/m{number}.py": f"{'' if number % 10 else _LOADS}NAME = 'acme/model-{number}'\n\n\n{filler}"
        for number in range(SOURCES - made)
    }
    return applications.write(folder, modules).resolve()


if __name__ == "__main__":
    main()
