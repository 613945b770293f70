"""The demonstration: lays out a small repository of models, weighs it, and says what came out and where to look.

`python tools/demo.py` writes `example-repository/` and `demo-report.html` into the working directory. Of each model
there is an honest file and a poisoned twin; the twins are never loaded, and all they would run is `echo`. One of the
models is real: the smallest checkpoint of the lpips package, fetched from the package index and pinned by sha256.
Without a network that one is left out.

Exit codes: 0 the scan found what it should; 1 it did not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import corpus  # noqa: E402  (the checkout itself)
from tools.demo_files import joblib_file, poison, torch_file  # noqa: E402

FOLDER = Path("example-repository")
REPORT = Path("demo-report.html")
FETCHED = Path(".demo")
PATIENCE = 45  # seconds for a wheel of 50 kB: the whole demonstration shall end within two minutes
REAL = ("lpips", "lpips/weights/v0.1/alex.pth")


def assembled() -> dict[str, bytes]:
    """The files that need no network: a torch checkpoint and a joblib dump, each with its poisoned twin."""
    return {
        "honest/digits.pt": torch_file.checkpoint(),
        "honest/scaler.joblib": joblib_file.scaler(),
        "poisoned/digits.pt": torch_file.checkpoint(poisoned=True),
        "poisoned/scaler.joblib": joblib_file.scaler(poisoned=True),
    }


def fetched() -> dict[str, bytes]:
    """The real checkpoint and its poisoned twin; raises UnfetchedError or MismatchError."""
    name, path = REAL
    package = next(package for package in corpus.read_list() if package.name == name)
    corpus.fetch(package, FETCHED, seconds=PATIENCE)
    content = (FETCHED / package.folder / path).read_bytes()
    return {"honest/alex.pth": content, "poisoned/alex.pth": poison.legacy_checkpoint(content)}


def lay_out(files: dict[str, bytes], folder: Path) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def scan(folder: Path, report: Path) -> tuple[int, dict[str, str]]:
    """Weigh a folder by the command line; returns its exit code and the verdict of each file."""
    command = [sys.executable, "-m", "weighbridge", "scan", str(folder)]
    print(f"\n$ weighbridge scan {folder} --output html={report}", flush=True)
    listing = FETCHED / "report.json"
    listing.parent.mkdir(exist_ok=True)
    code = subprocess.run(
        [*command, "--output", f"html={report}", "--output", f"json={listing}"], check=False
    ).returncode
    document = json.loads(listing.read_text("utf-8")) if code in {0, 1, 3} else {"artifacts": []}
    return code, {file["path"]: file["verdict"] for target in document["artifacts"] for file in target["files"]}


def main() -> int:
    """The demonstration from first to last; returns the exit code."""
    files = assembled()
    left_out = ""
    try:
        files |= fetched()
    except (corpus.UnfetchedError, corpus.MismatchError) as error:
        left_out = f"Left out: the real checkpoint of the lpips package and its twin ({error})."
    lay_out(files, FOLDER)
    print(
        f"{FOLDER}/ holds {len(files)} model files, half of them poisoned with a call of `echo` that nobody will run."
    )
    if left_out:
        print(left_out)
    code, verdicts = scan(FOLDER, REPORT)
    expected = {str(FOLDER / name): "malicious" if name.startswith("poisoned/") else "clean" for name in files}
    if code != 1 or not expected.items() <= verdicts.items():
        print(f"The scan should have ended with exit code 1 and these verdicts: {expected}", file=sys.stderr)
        return 1
    print(
        f"\nExit code 1 is right: {len(files) // 2} files would run a command when they are loaded. A build stops here."
    )
    print(f"The same for people who do not read terminals: {REPORT.resolve().as_uri()}")
    print("Ten more minutes: docs/tutorial.md")
    if left_out:
        print(left_out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
