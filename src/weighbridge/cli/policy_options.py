"""Options that ``policy check`` and ``policy explain`` have in common."""

from __future__ import annotations

from weighbridge.cli.options import Group, Option
from weighbridge.cli.subject_options import ADVISORIES, ENVIRONMENT, READ, SIGNERS

GROUPS = (
    Group(
        title="what is asked for",
        options=(
            Option(
                names=("--policy",), metavar="POLICY",
                help="a file, or developer, ci, production, regulated (default: policy.yaml here)",
            ),
            SIGNERS,
            Option(names=("--day",), metavar="DATE", help="judge for another day than today, as 2027-01-31"),
        ),
    ),
    ADVISORIES,
    Group(title="what is looked at", options=(ENVIRONMENT, *READ)),
)  # fmt: skip
