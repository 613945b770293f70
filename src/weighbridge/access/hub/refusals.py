"""What the Hub's refusals mean, in words, and what can be done about each.

The Hub names the reason in ``X-Error-Code``; who has no token is not told whether a repository is missing or private.
"""

from __future__ import annotations

from weighbridge.core.errors import AccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SLOW_DOWN = 429
EXPIRED = frozenset({401, 403, 404, 410})
"""What storage behind the Hub answers to a signed address that has run out."""

_LOG_IN = "set HF_TOKEN, or run 'hf auth login'"


class TransientError(AccessError):
    """Trouble that may pass: worth another attempt, after the time that ``asked`` says if the server named one."""

    def __init__(self, message: str, *, hint: str = "", asked: str = "") -> None:
        super().__init__(message, hint=hint)
        self.asked = asked


def refusal(status: int, headers: Mapping[str, str], what: str, *, has_token: bool, host: str) -> AccessError:
    """Say why ``host`` refused ``what``; with a TransientError where another attempt may succeed."""
    code = headers.get("x-error-code", "")
    if status == SLOW_DOWN:
        hint = "try again later" if has_token else f"try again later; who is signed in may ask more often: {_LOG_IN}"
        return TransientError(f"{what}: {host} asks for fewer requests (429)", hint=hint, asked=_asked(headers))
    if status >= 500:
        hint = "try again later; https://status.huggingface.co shows known trouble"
        return TransientError(f"{what}: {host} has trouble of its own ({status})", hint=hint, asked=_asked(headers))
    if code == "GatedRepo":
        after = "the account of this token has no access yet" if has_token else f"then {_LOG_IN}"
        return AccessError(f"{what} is gated", hint=f"ask for access on the page of the repository; {after}")
    if code == "RevisionNotFound":
        return AccessError(f"{what}: there is no such revision", hint="check the branch, tag or commit behind the @")
    if code == "EntryNotFound":
        return AccessError(f"{what}: there is no such file", hint="check the path, and the revision behind the @")
    if headers.get("x-error-message", "").startswith("Access to this resource is disabled"):
        return AccessError(f"{what} was disabled by the Hub", hint="the page of the repository may say why")
    if code == "RepoNotFound":
        if has_token:
            return AccessError(f"{what} is not there, or private", hint="check the name, and what the token may read")
        return AccessError(f"{what} is not there, or private", hint=f"check the name; if it is private, {_LOG_IN}")
    if status == 401:
        hint = "renew HF_TOKEN, or run 'hf auth login'" if has_token else f"check the name; if it is private, {_LOG_IN}"
        return AccessError(f"{what}: {host} {'refuses the token' if has_token else 'wants a token'} (401)", hint=hint)
    if status == 403:
        return AccessError(f"{what}: {host} denies access (403)", hint=f"check what the token may read, or {_LOG_IN}")
    return AccessError(f"{what}: {host} answers {status}", hint="check the name, and HF_ENDPOINT if it is set")


def _asked(headers: Mapping[str, str]) -> str:
    """Give what to wait for: ``Retry-After``, or the seconds ``t`` in ``RateLimit: "api";r=0;t=55``."""
    after = headers.get("retry-after", "")
    if after:
        return after
    fields = [field.strip() for field in headers.get("ratelimit", "").split(";")]
    return next((field[2:] for field in fields if field.startswith("t=")), "") if "r=0" in fields else ""
