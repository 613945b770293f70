"""One tar header block and one set of pax records, after POSIX.1-2017 `pax` and the GNU tar manual."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.formats.containers.paths import readable

BLOCK = 512
ZEROS = bytes(BLOCK)

FILE, OLD_FILE, HARD_LINK, SYMLINK, CHARACTER, BLOCK_DEVICE, DIRECTORY, FIFO, CONTIGUOUS = "0\0001234567"
PAX, PAX_GLOBAL, PAX_SOLARIS = "xgX"
GNU_LONG_NAME, GNU_LONG_LINK, GNU_SPARSE = "LKS"
WITHOUT_DATA = frozenset((HARD_LINK, SYMLINK, CHARACTER, BLOCK_DEVICE, DIRECTORY, FIFO))
"""Kinds after whose header Python reads the next header at once, whatever their size field says."""

_GNU_KINDS = frozenset((GNU_LONG_NAME, GNU_LONG_LINK, GNU_SPARSE))
_USTAR = b"ustar\0"
_SUM = slice(148, 156)
_SUM_ALPHABET = b"01234567 \0"


@value
class Header:
    """The fields of a header block that matter here.

    ``other_name`` is what Python makes of the name, where that differs from what the magic allows: it puts the prefix
    before the name in archives of the old kinds too. ``odd`` tells numbers that are not written as they should be.
    """

    name: str
    other_name: str
    kind: str
    size: int
    link: str
    valid: bool
    odd: str = ""


def looks_like(head: bytes) -> bool:
    """Tell whether a tar header begins here: a block that is not all zero and whose checksum is right."""
    return len(head) >= BLOCK and has_sum(head[:BLOCK])


def has_sum(block: bytes) -> bool:
    """Check the sum of a header block, taken over unsigned or, as some old tars did, over signed bytes."""
    told = block[_SUM]
    if told.strip(_SUM_ALPHABET) or not told.strip(b" \0"):
        return False
    wanted = number(told)[0]
    rest = block[:148] + block[156:]
    total = sum(rest) + 8 * 0x20
    return wanted == total or wanted == total - 256 * sum(byte > 127 for byte in rest)


def number(field: bytes) -> tuple[int, str]:
    """Read a number: octal digits, or base 256 where the first bit is set (GNU); and how it is oddly written."""
    if field[0] & 0x80:
        return int.from_bytes(field, signed=True) if field[0] == 0xFF else int.from_bytes(field) & _low(field), ""
    digits = field.partition(b"\0")[0].strip(b" ")
    if not digits:
        return 0, ""
    if not digits.strip(b"01234567"):
        return int(digits, 8), ""
    try:
        return int(digits.decode("ascii").strip(), 8), f"a number is written as {digits!r}"
    except ValueError:
        return -1, f"{digits!r} is not a number"


def _low(field: bytes) -> int:
    return (1 << (8 * len(field) - 1)) - 1


def text(field: bytes) -> str:
    """Read a text field: up to the first NUL, as ``readable`` has it."""
    return readable(field.partition(b"\0")[0])


def parse(block: bytes) -> Header:
    """Read a header block of 512 bytes; ``valid`` tells whether its sum is right."""
    size, odd = number(block[124:136])
    if size < 0 and not odd:  # base 256 has a sign; a pax header may still tell the size
        size, odd = 0, "a negative size"
    name, prefix, kind = text(block[:100]), text(block[345:500]), chr(block[156])
    other = name
    if prefix and kind not in _GNU_KINDS:
        other = f"{prefix}/{name}"
    if block[257:263] == _USTAR:
        name = other
    if kind == OLD_FILE and name.endswith("/"):
        kind = DIRECTORY
    return Header(
        name=name,
        other_name=other,
        kind=kind,
        size=size,
        link=text(block[157:257]),
        valid=has_sum(block),
        odd=odd,
    )


def pax_records(body: bytes, size: int) -> tuple[list[tuple[str, str]], str]:
    """Read the records of a pax header, `length key=value` and a newline each, and say what is odd about them.

    Like Python's reader this one takes lengths at their word, stops where no record begins, and goes on from the
    ``size`` that the header announces into the padding of ``body``.
    """
    found: list[tuple[str, str]] = []
    at, odd = 0, ""
    while at < len(body) and body[at]:
        space = body.find(b" ", at, at + 20)
        equals = body.find(b"=", space + 2)
        digits = body[at : max(space, at)]
        length = int(digits) if digits.isdigit() else 0
        if not length or equals < 0:
            return found, "a pax record breaks off"
        stop = at + length
        if body[stop - 1 : stop] != b"\n" or equals >= stop or stop > size:
            odd = "a pax record does not end where it says"
        found.append((readable(body[space + 1 : equals]), readable(body[equals + 1 : stop - 1])))
        at = stop
    return found, odd
