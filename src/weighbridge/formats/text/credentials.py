"""Credentials in text: the forms that issuers document, proved by checksum, structure or entropy. Never shown.

Sources: the issuers' own documentation of token formats; GitHub's and npm's tokens end in a CRC-32 of what stands before
(GitHub engineering, "Behind GitHub's new authentication token formats", 2021).
"""

from __future__ import annotations

from weighbridge.core.texts import Secret
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.location import Location
    from weighbridge.formats.node import Node

FOUND = 50
"""Credentials of one file that are told one by one."""

_ENTROPY = 3.4
"""Bits a character: random base62 of 30 characters has 4.3 to 4.9, words and repetitions have less than 3.2."""

_PLACEHOLDERS = (
    "xxxx", "****", "....", "your", "example", "placeholder", "insert", "dummy", "fake", "sample", "changeme", "redacted",
    "abcdef", "123456789", "token_here", "goes_here", "deadbeef", "aaaaaa", "000000",
)  # fmt: skip
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@value
class Form:
    """One issuer's token: the ``sign`` that any of them holds, the whole ``pattern``, and what proves it."""

    kind: str
    sign: bytes
    pattern: bytes
    proof: Callable[[str], str]


def credentials(raw: bytes, node: Node) -> Iterator[Secret]:
    """Find credentials; what looks like a placeholder is passed over."""
    import re

    told = 0
    for form in _FORMS:
        if form.sign not in raw:
            continue
        for found in re.finditer(form.pattern, raw):
            text = found[found.lastindex or 0].decode("latin-1")
            if _is_placeholder(text):
                continue
            proof = form.proof(text)
            if not proof:
                continue
            told += 1
            if told > FOUND:
                return
            at: Location = node.at(found.start(), found.end() - found.start())
            yield Secret(at=at, kind=form.kind, shown=_masked(text), proof=proof if proof != _SHAPE else "")


_SHAPE = "its form"


def _masked(text: str) -> str:
    """Show the issuer's sign and the length: nothing of what is secret."""
    sign = text[:4] if (text[:4].isascii() and text[3:4] in "_-") or text.startswith(("AKIA", "ASIA")) else text[:3]
    return f"{sign}… ({len(text)} characters)"


def _is_placeholder(text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in _PLACEHOLDERS) or len(set(text)) < 8


def _entropy(text: str) -> str:
    """Prove by Shannon's entropy of the characters, and by both letters and digits being there."""
    from math import log2

    body = text.rpartition("_")[2] or text
    counts = [body.count(char) for char in set(body)]
    bits = -sum(count / len(body) * log2(count / len(body)) for count in counts) if body else 0.0
    mixed = any(char.isdigit() for char in body) and any(char.isalpha() for char in body)
    return f"{bits:.1f} bits of entropy a character" if bits >= _ENTROPY and mixed else ""


def _shape(_text: str) -> str:
    return _SHAPE


def _checksum(text: str) -> str:
    """Prove by the CRC-32 in base 62 that a token ends with; entropy where it does not match: formats change."""
    from zlib import crc32

    body = text.rpartition("_")[2]
    number, digits = crc32(body[:-6].encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _ALPHABET[rest] + digits
    return "its checksum is right" if digits.rjust(6, "0") == body[-6:] else _entropy(text)


def _token(text: str) -> str:
    """Prove a JSON Web Token (RFC 7519) by its header."""
    from binascii import Error, a2b_base64

    head = text.partition(".")[0]
    try:
        decoded = a2b_base64(head.replace("-", "+").replace("_", "/") + "=" * (-len(head) % 4))
    except Error:
        return ""
    return "its header names an algorithm" if b'"alg"' in decoded and b'"none"' not in decoded.lower() else ""


def _key(text: str) -> str:
    """Prove a private key (RFC 7468) by what its base64 begins with."""
    from binascii import Error, a2b_base64

    body = "".join(line for line in text.replace("\\n", "\n").splitlines() if ":" not in line and "-" not in line)
    try:
        decoded = a2b_base64(body[: len(body) // 4 * 4])
    except Error:
        return ""
    whole = len(decoded) >= 32 and (decoded[:1] == b"\x30" or decoded.startswith(b"openssh-key-v1"))
    return "its encoding is that of a key" if whole else ""


def _password(text: str) -> str:
    return _entropy(text) and _SHAPE if len(text) >= 12 else ""


_WORD = rb"(?<![A-Za-z0-9_\-])"
_END = rb"(?![A-Za-z0-9_\-])"
_FORMS: tuple[Form, ...] = (
    Form(kind="Hugging Face token", sign=b"hf_", pattern=_WORD + rb"hf_[A-Za-z]{34,37}" + _END, proof=lambda text: "its form and length" if len(set(text)) > 14 else ""),
    Form(kind="Anthropic key", sign=b"sk-ant-", pattern=_WORD + rb"sk-ant-[a-z0-9]+-[A-Za-z0-9_\-]{40,120}", proof=_entropy),
    Form(kind="OpenAI key", sign=b"sk-", pattern=_WORD + rb"sk-(?:proj-|svcacct-)?[A-Za-z0-9_\-]{20,80}T3BlbkFJ[A-Za-z0-9_\-]{20,80}", proof=_entropy),
    Form(kind="OpenAI-style key", sign=b"sk-", pattern=_WORD + rb"sk-[A-Za-z0-9]{32,64}" + _END, proof=_entropy),
    Form(kind="AWS access key", sign=b"A", pattern=rb"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])", proof=_entropy),
    Form(kind="AWS secret key", sign=b"aws_secret_access_key", pattern=rb"aws_secret_access_key[\"']?\s*[=:]\s*[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])", proof=_entropy),
    Form(kind="GitHub token", sign=b"gh", pattern=_WORD + rb"gh[pousr]_[A-Za-z0-9]{36}" + _END, proof=_checksum),
    Form(kind="GitHub fine-grained token", sign=b"github_pat_", pattern=_WORD + rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}" + _END, proof=_entropy),
    Form(kind="GitLab token", sign=b"glpat-", pattern=_WORD + rb"glpat-[A-Za-z0-9_\-]{20,60}" + _END, proof=_entropy),
    Form(kind="npm token", sign=b"npm_", pattern=_WORD + rb"npm_[A-Za-z0-9]{36}" + _END, proof=_checksum),
    Form(kind="PyPI token", sign=b"pypi-AgE", pattern=rb"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_\-]{50,400}", proof=_entropy),
    Form(kind="Slack token", sign=b"xox", pattern=_WORD + rb"xox[baprs]-[0-9]{8,14}-[A-Za-z0-9\-]{20,80}" + _END, proof=_entropy),
    Form(kind="Slack webhook", sign=b"hooks.slack.com", pattern=rb"hooks\.slack\.com/services/(T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24})", proof=_entropy),
    Form(kind="Stripe key", sign=b"k_live_", pattern=_WORD + rb"[sr]k_live_[A-Za-z0-9]{24,99}" + _END, proof=_entropy),
    Form(kind="Google API key", sign=b"AIza", pattern=_WORD + rb"AIza[A-Za-z0-9_\-]{35}" + _END, proof=_entropy),
    Form(kind="Groq key", sign=b"gsk_", pattern=_WORD + rb"gsk_[A-Za-z0-9]{52}" + _END, proof=_entropy),
    Form(kind="Replicate token", sign=b"r8_", pattern=_WORD + rb"r8_[A-Za-z0-9]{37}" + _END, proof=_entropy),
    Form(kind="SendGrid key", sign=b"SG.", pattern=_WORD + rb"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}" + _END, proof=_entropy),
    Form(kind="Azure storage key", sign=b"AccountKey=", pattern=rb"AccountKey=([A-Za-z0-9+/]{86}==)", proof=_entropy),
    Form(kind="JSON Web Token", sign=b"eyJ", pattern=_WORD + rb"eyJ[A-Za-z0-9_\-]{10,400}\.eyJ[A-Za-z0-9_\-]{10,2000}\.[A-Za-z0-9_\-]{20,600}", proof=_token),
    Form(kind="private key", sign=b"PRIVATE KEY-----", pattern=rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----([A-Za-z0-9+/=\s\\:,\-]{40,8000}?)-----END", proof=_key),
    Form(kind="password in an address", sign=b"://", pattern=rb"[a-z]{3,10}://[A-Za-z0-9_.\-]{1,40}:([^\s/@:\"'<>{}$]{8,80})@[A-Za-z0-9.\-]+\.[a-z]{2,}", proof=_entropy),
    Form(kind="password", sign=b"password", pattern=rb"password[\"']?\s*[=:]\s*[\"']([^\s\"'<>{}$]{12,60})[\"']", proof=_password),
)  # fmt: skip
