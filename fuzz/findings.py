"""Findings: inputs kept under ``fuzz/findings/`` with the command that repeats them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What went wrong with which input of which target."""

    target: str
    wrong: str
    path: str

    @property
    def command(self) -> str:
        """The command that repeats it."""
        return f"python -m fuzz.replay {self.target} {self.path}"


def keep(target: str, wrong: str, data: bytes) -> Finding:
    """Save an input."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{target}-{sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return Finding(target=target, wrong=wrong, path=str(path.relative_to(FOLDER.parent.parent)))


def to_plain(finding: Finding) -> dict[str, str]:
    """Give the fields, for JSON."""
    return asdict(finding)
