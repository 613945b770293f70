"""What fickling's library does with a folder of pickles or a zip archive, which its command line does not take.

Runs inside fickling's own environment: `fickling_scan.py PATH`. Exit codes as fickling's: 0 safe, 1 unsafe, 2 errors.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fickling.loader import scan_file, scan_zip_archive  # type: ignore[import-not-found]


def main(path: Path) -> int:
    """Scans one folder or archive, prints one line, returns the exit code."""
    if path.is_dir():
        results = [scan_file(str(file), graceful=True) for file in sorted(path.iterdir())]
    else:
        results = list(scan_zip_archive(str(path), graceful=True).values())
    unsafe = [result for result in results if not result.is_safe]
    errors = [result for result in results if result.errors]
    for result in unsafe:
        print(result, *(found.to_string() for found in result.results))
    print(f"{len(results)} scanned, {len(unsafe)} unsafe, {len(errors)} errors")
    return 1 if unsafe else 2 if errors or not results else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
