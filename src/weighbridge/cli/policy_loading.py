"""Policies as a command line names them: a file, or a preset by its name."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.language import Policy

FILE_NAME = "policy.yaml"
"""The policy in the working directory, where no other is named."""


def load(named: str, *, beside: str = "") -> Policy:
    """Read the policy that is named, or the one that lies here; raises UsageError and AccessError.

    ``beside`` is the folder from which a file counts.
    """
    from weighbridge.governance.policy.document import policy_of

    return policy_of(*text(named, beside=beside))


def text(named: str, *, beside: str = "") -> tuple[bytes, str]:
    """Give the text of a policy and where it comes from; raises UsageError and AccessError."""
    from weighbridge.cli.documents import content
    from weighbridge.governance.policy.presets import PRESETS, text_of
    from weighbridge.governance.policy.source import LARGEST

    if not named and not os.path.exists(FILE_NAME):
        raise UsageError(
            "no policy is named", hint=f"--policy FILE (or a {FILE_NAME} here), or one of {', '.join(PRESETS)}"
        )
    if named in PRESETS:
        return text_of(named), named
    path = os.path.join(beside, named or FILE_NAME)
    if not os.path.exists(path) and os.path.basename(named) == named:
        from difflib import get_close_matches

        close = get_close_matches(named, PRESETS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"presets are {', '.join(PRESETS)}"
        raise UsageError(f"there is no policy {named!r}, neither a file nor a preset", hint=hint)
    return content(path, LARGEST), path


def folder_of(policy: Policy) -> str:
    """Give the folder from which paths in a policy count: its own, for presets the working directory."""
    return os.path.dirname(policy.source)


def days(given: str) -> tuple[str, str]:
    """Give today in UTC, as reports count, and the day to judge for, which is the same if none is given.

    Both are taken at once: over midnight a scan must not be of the day after. Raises UsageError.
    """
    from datetime import UTC, datetime

    today = datetime.now(UTC).date().isoformat()
    return today, _day(given) if given else today


def _day(given: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise UsageError(f"--day cannot be {given[:40]!r}", hint="write it as 2027-01-31") from None
