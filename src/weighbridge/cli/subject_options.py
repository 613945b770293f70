"""Options of the commands that look at a model: what ``composing.observed`` asks for, and whence advisories come."""

from __future__ import annotations

from weighbridge.cli.options import Group, Option

READ = (
    Option(names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"),
    Option(names=("--full",), help="fetch files of remote targets whole"),
    Option(names=("--card",), metavar="FILE", help="what a person adds (default: weighbridge.card.toml in TARGET)"),
    Option(names=("--lock",), metavar="FILE", help="the lock file that pins it (default: model.lock in or above it)"),
)
SIGNERS = Option(names=("--signers",), metavar="FILE", help="who is trusted to sign (signers.toml)")
ENVIRONMENT = Option(names=("--environment",), metavar="DIR", help="installed packages: a virtual environment")
ADVISORIES = Group(
    title="advisories",
    options=(
        Option(names=("--database",), metavar="FILE", help="imported advisories (default: in the user's cache)"),
        Option(
            names=("--advisories",), metavar="FILE", repeatable=True,
            help="records for this run: a file or directory of OSV documents; repeatable",
        ),
        Option(names=("--max-age",), metavar="SPAN", help="fail on feeds older than 12h, 7d, 2w"),
        Option(
            names=("--vex",), metavar="FILE", repeatable=True, help="what people say: OpenVEX or CycloneDX; repeatable"
        ),
    ),
)  # fmt: skip
