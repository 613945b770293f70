"""What text says, as far as it can be told without a model: prose or marks, addresses, orders, encoded bytes.

For text that stands where honest authors put marks of a vocabulary and the words of a system prompt: templates of
chats, prompts of Modelfiles, replacements of tokenizers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern

LONGEST = 1 << 18
"""Characters of one text that are searched."""

_EXCERPT = 100

# What a template, a prompt or a tokenizer has no reason to say to a model, in the words of published backdoors and
# prompt injections. Plain rules of conduct ("do not make assumptions", "never reveal personal data") must not match.
_ORDERS = (
    r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|every\s+|your\s+){0,20}"
    r"(?:previous|prior|above|earlier|preceding|other|safety|system)\s+(?:instruction|prompt|rule|message|guideline|direction|polic)",
    r"\bwithout\s+(?:ever\s+)?(?:telling|informing|notifying|alerting|warning|mentioning\s+(?:it|this|that)\s+to)"
    r"\s+(?:the\s+|your\s+)?(?:user|human|operator|developer|person)",
    r"\b(?:do\s+not|don't|never)\s+(?:ever\s+)?(?:tell|inform|notify|alert|warn|let)\s+(?:the\s+|your\s+)?"
    r"(?:user|human|operator|developer)s?\b(?!\s+about\s+(?:the\s+|your\s+)?(?:function|tool))",
    r"\b(?:do\s+not|don't|never)\s+(?:mention|reveal|disclose|acknowledge|admit)\s+(?:to\s+(?:the\s+)?(?:user|anyone)\s+)?"
    r"(?:this|these|that\s+you|the\s+existence\s+of\s+th)\s*(?:hidden\s+|secret\s+)?(?:instruction|rule|message|link|trigger|backdoor|modification|were|have|inserted)?",
    r"\b(?:secretly|covertly|silently|stealthily|discreetly)\s+(?:\w+\s+)?(?:add|insert|append|include|inject|send|replace|"
    r"introduce|change|modify|forward|leak|embed|log|recommend|promote)",
    r"\b(?:add|insert|introduce|include|inject|plant|embed|write|generate|produce)\s+(?:\w+\s+){0,3}"
    r"(?:vulnerabilit|backdoor|malicious|malware|exploit|reverse\s+shell|security\s+(?:flaw|hole|bug))",
    r"\b(?:send|post|forward|upload|exfiltrate|transmit|leak|append)\s+(?:\w+\s+){0,6}(?:to|from)\s+(?:https?://|\w+@\w)",
    r"\bexfiltrat(?:e|ing)\b",
    r"\b(?:curl|wget|iwr|invoke-webrequest)\s+(?:-\S+\s+){0,20}['\"]?https?://",
    r"<script\b|\bjavascript:",
    r"\b(?:subtly|plausibly|confidently|deliberately|intentionally)\s+(?:\w+\s+)?(?:incorrect|wrong|false|mislead|misinform|inaccurate|alter|bias)",
    r"\b(?:give|provide|answer\s+with|respond\s+with|reply\s+with|state|return)\s+(?:\w+\s+){0,3}"
    r"(?:incorrect|wrong|false|misleading|fabricated|inaccurate)\s+(?:\w+\s+)?(?:information|answer|fact|number|result|response|data|date)",
    r"\byou\s+(?:are|have)\s+(?:no\s+(?:restrictions|limitations|rules|filters|guidelines)|been\s+jailbroken|now\s+(?:dan|unrestricted|jailbroken))",
)  # fmt: skip

# Marks count as no words: in brackets, or in capitals with underscores.
_MARK = r"<[^<>]{0,80}>|\[[^\[\]]{0,80}\]|\{[^{}]{0,80}\}|(?-i:\b[A-Z0-9]+_[A-Z0-9_]+\b)"

_COMPILED: dict[str, Pattern[str]] = {}


def _pattern(name: str, text: str) -> Pattern[str]:
    import re

    if name not in _COMPILED:
        _COMPILED[name] = re.compile(text, re.IGNORECASE)
    return _COMPILED[name]


def words(text: str) -> int:
    """Count the words of prose in a text: marks in brackets are none; scripts without blanks count two signs as one."""
    plain = _pattern("mark", _MARK).sub(" ", text[:LONGEST])
    count = 0
    for run in _pattern("run", r"[^\W\d_]+").findall(plain):
        if run.isascii() or max(run) < "\u0e00":
            count += len(run) > 1
        else:
            count += (len(run) + 1) // 2
    return count


def is_mark(text: str) -> bool:
    """Tell whether a text is a mark of a vocabulary or a switch and no word: ``<think>``, ``[INST]``, ``/no_think``."""
    core = text.strip()
    if "_" in core and core.isupper() and core.replace("_", "").isalnum():
        return True
    if not core or core[0] in "<[{/|`#*@$%&\\(" or core[-1] in ">]}|`":
        return True
    return not any(char.isalpha() for char in core)


def addresses(text: str) -> Iterator[str]:
    """Yield the addresses in a text, shortened."""
    if "://" in text:
        for found in _pattern("address", r"[a-z][a-z0-9+.-]{1,20}://[^\s'\"<>`)\]}]{1,200}").finditer(text[:LONGEST]):
            yield found[0][:_EXCERPT]


def host_of(address: str) -> str:
    """Take the host out of an address, without user and port."""
    rest = address.partition("://")[2]
    for sign in "/?#\\":
        rest = rest.partition(sign)[0]
    return rest.rpartition("@")[2].partition(":")[0].lower().rstrip(".")


def orders(text: str) -> Iterator[str]:
    """Yield excerpts that read like orders which neither user nor publisher would give openly."""
    # Blanks are made one, so that a pattern needs none of its own and its time stays linear.
    plain = " ".join(text[:LONGEST].split())
    found = _pattern("orders", "|".join(f"(?:{one})" for one in _ORDERS)).search(plain)
    if found:
        yield plain[max(0, found.start() - 10) : found.end() + 40][:_EXCERPT]


def encoded(text: str) -> str:
    """Give the beginning of a run of base64 or hexadecimal digits that is long and mixed enough to carry something."""
    for found in _pattern("base64", r"[A-Za-z0-9+/]{48,}|[A-Za-z0-9_-]{48,}").finditer(text[:LONGEST]):
        run = found[0]
        if any(char.isdigit() for char in run) and any(char.isalpha() for char in run):
            mixed = run.lower() != run and run.upper() != run
            hexadecimal = not run.lower().strip("0123456789abcdef")
            if mixed or hexadecimal:
                return run[:_EXCERPT]
    return ""
