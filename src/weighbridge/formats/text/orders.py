"""Orders in text that a model, an agent or a hurried reader may follow.

A card or a licence speaks in imperatives too, so a pattern must be one that only makes sense to a machine ("ignore the
instructions above"), ask for secrecy, or join reading something private with sending it.
"""

from __future__ import annotations

from weighbridge.core.texts import Instruction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location

SENDS = "asks an agent to send data away"
"""What metadata says in honest words too: where to post questions."""

_SHOWN = 200
_SIGNS = (b"gnore", b"isregard", b"IMPORTANT", b"o not", b"on't", b"ithout", b"curl", b"wget", b"iwr", b"nvoke-", b"ystem prompt",
          b".ssh", b".env", b"end ", b"lways", b"efore", b"certutil", b"|", b"verride", b"ew instructions")  # fmt: skip
_FETCHERS = ("curl", "wget", "iwr", "irm", "invoke-", "certutil")
_PATTERNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # (what it is, its pattern, words of which whatever fits has one: looking for a word is a hundred times quicker)
    (
        "tells a model to ignore its instructions",
        r"(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|my\s+){0,20}(?:previous|prior|earlier|above|preceding|system|safety|other)\s+(?:instructions?|prompts?|rules?|guidelines?|directions?|messages?)",
        ("ignore", "disregard", "forget", "override"),
    ),
    (
        "asks a model to keep something from the user",
        r"(?:do\s+not|don't|never)\s+(?:mention|tell|reveal|inform|disclose|show|notify)\s+(?:this\s+|it\s+|that\s+|anything\s+){0,20}(?:to\s+)?(?:the\s+)?(?:user|human|operator)|without\s+(?:telling|informing|notifying|asking)\s+the\s+(?:user|human)",
        ("user", "human", "operator"),
    ),
    (
        "asks an agent to read what is private",
        r"(?:read|cat|open|include|send|upload|copy|fetch|exfiltrate)[^\n.]{0,60}(?:~/\.ssh|id_rsa|\.aws/credentials|\.env\b|/etc/passwd|\.git-credentials|mcp\.json|api[_ ]keys?|environment variables|conversation history|system prompt)",
        (
            ".ssh",
            "id_rsa",
            ".aws",
            ".env",
            "passwd",
            "credentials",
            "mcp.json",
            "api",
            "variables",
            "history",
            "prompt",
        ),
    ),
    (
        SENDS,
        r"(?:send|post|upload|exfiltrate|forward|transmit)[^\n.]{0,80}(?:to\s+)?https?://[^\s)\"']+",
        ("send", "post", "upload", "exfiltrate", "forward", "transmit"),
    ),
    (
        "shadows another tool",
        r"(?:always|you\s+must|must\s+first)\s+(?:call|use|invoke|run)\s+(?:this|the)\s+[\w\-`]+\s*(?:tool\s+)?(?:before|instead\s+of|prior\s+to)",
        ("always", "must"),
    ),
    (
        "speaks to a model in the name of its operator",
        r"<(?:important|system|secret|admin)>|\[(?:system|admin)\s+(?:override|note|message)\]|new\s+(?:system\s+)?instructions?\s*:",
        ("<important>", "<system>", "<secret>", "<admin>", "[system", "[admin", "instruction"),
    ),
)
_FETCHES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "tells the reader to decode and run",
        r"(?:base64\s+(?:-d|--decode|-D)|frombase64string)[^\n]{0,120}(?:\|\s*(?:ba|z|da)?sh\b|iex\b|invoke-expression|\|\s*python)",
        ("base64",),
    ),
    (
        "tells the reader to fetch and run a program from an odd place",
        r"(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|certutil)[^\n]{0,200}(?:https?://(?:\d{1,3}\.){3}\d{1,3}|pastebin\.com|paste\.ee|transfer\.sh|bit\.ly|tinyurl\.com|ngrok|raw\.githubusercontent\.com/[^\s]*\.(?:exe|ps1|bat|scr)|\.(?:exe|scr|msi|hta)\b)[^\n]{0,120}",
        _FETCHERS,
    ),
    (
        "tells the reader to fetch and run a script",
        r"(?:curl|wget|iwr|irm|invoke-webrequest)[^\n|]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|(?:iwr|irm)[^\n]{0,120}\|\s*iex",
        _FETCHERS,
    ),
)
"""The last of these is how many honest projects are installed."""


def orders(text: str, carrier: str, at: Location, *, hidden: bool = False, told: bool = False) -> Iterator[Instruction]:
    """Find orders; ``hidden`` when a reader does not see the text, ``told`` when machines are meant to follow it.

    Text for machines may say how they should work, so there only what reaches for private things, hides or shadows
    counts fully.
    """
    import re

    raw = text.encode("utf-8", "replace")
    if not any(sign in raw for sign in _SIGNS):
        return
    folded = _folded(text)
    for kind, pattern, words in _PATTERNS:
        if not any(word in folded for word in words):
            continue
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            yield Instruction(
                at=at, kind=kind, carrier=carrier, text=_around(text, found.start()), hidden=hidden or told
            )
    for number, (kind, pattern, words) in enumerate(_FETCHES):
        if not any(word in folded for word in words):
            continue
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            usual = number == len(_FETCHES) - 1
            yield Instruction(
                at=at, kind=kind, carrier=carrier, text=_around(text, found.start()), hidden=not usual or hidden or told
            )
            return


def _folded(text: str) -> str:
    """Fold case as the module ``re`` does when it ignores it: four letters beyond ASCII are the same as one of ASCII."""
    for letter, plain in (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k")):
        text = text.replace(letter, plain)
    return text.lower()


def _around(text: str, start: int) -> str:
    begin = text.rfind("\n", 0, start) + 1
    return text[max(begin, start - 40) : start + _SHOWN].partition("\n")[0].strip()
