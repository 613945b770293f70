"""Options that ``policy check`` and ``policy explain`` have in common."""

from __future__ import annotations

from weighbridge.cli.options import Group, Option

GROUPS = (
    Group(
        title="what is asked for",
        options=(
            Option(
                names=("--policy",), metavar="POLICY",
                help="a file, or developer, ci, production, regulated (default: policy.yaml here)",
            ),
            Option(names=("--signers",), metavar="FILE", help="who is trusted to sign (default: signers.toml)"),
            Option(names=("--day",), metavar="DATE", help="judge for another day than today, as 2027-01-31"),
        ),
    ),
    Group(
        title="advisories",
        options=(
            Option(names=("--database",), metavar="FILE", help="imported advisories (default: in the user's cache)"),
            Option(
                names=("--advisories",), metavar="FILE", repeatable=True,
                help="records for this run: a file or directory of OSV documents; repeatable",
            ),
            Option(names=("--max-age",), metavar="DAYS", number=True, help="fail on feeds older than this"),
            Option(
                names=("--vex",), metavar="FILE", repeatable=True,
                help="what people say: OpenVEX or CycloneDX; repeatable",
            ),
        ),
    ),
    Group(
        title="what is looked at",
        options=(
            Option(names=("--environment",), metavar="DIR", help="installed packages: a virtual environment"),
            Option(names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"),
            Option(names=("--full",), help="fetch files of remote targets whole"),
            Option(names=("--lock",), metavar="FILE", help="what was locked (default: model.lock in the target)"),
            Option(names=("--card",), metavar="FILE", help="what a person adds (default: weighbridge.card.toml)"),
        ),
    ),
)  # fmt: skip
