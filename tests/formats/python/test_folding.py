"""Constants that obfuscators make out of others: the same as Python makes, and bounded."""

from __future__ import annotations

import ast
import base64
import codecs
import time
import zlib

import pytest

from tests.effort import is_quick
from weighbridge.formats.python.folding import ALL, LONGEST
from weighbridge.formats.python.statements import Walk
from weighbridge.formats.python.values import Constant

TEXT = "import os"
PACKED = base64.b64encode(zlib.compress(TEXT.encode())).decode()
HEAD = "import base64, codecs, zlib, binascii, bz2, lzma, gzip\n"

EXPRESSIONS = (
    "'imp' + 'ort os'",
    "'import %s' % 'os'",
    "'import {}'.format('os')",
    "f\"import {'os'}\"",
    "'so tropmi'[::-1]",
    "''.join(reversed('so tropmi'))",
    "''.join(['import', ' ', 'os'])",
    "''.join(chr(one) for one in [105, 109, 112, 111, 114, 116, 32, 111, 115])",
    "''.join(map(chr, [105, 109, 112, 111, 114, 116, 32, 111, 115]))",
    "''.join([chr(one ^ 1) for one in [104, 108, 113, 110, 115, 117, 33, 110, 114]])",
    "bytes([105, 109, 112, 111, 114, 116, 32, 111, 115]).decode()",
    "bytes.fromhex('696d706f7274206f73').decode('utf-8')",
    f"base64.b64decode({base64.b64encode(TEXT.encode())!r}).decode()",
    f"base64.b32decode({base64.b32encode(TEXT.encode())!r}).decode()",
    f"base64.b85decode({base64.b85encode(TEXT.encode())!r}).decode()",
    f"base64.a85decode({base64.a85encode(TEXT.encode())!r}).decode()",
    f"zlib.decompress(base64.b64decode({PACKED!r})).decode()",
    f"codecs.decode({codecs.encode(TEXT, 'rot13')!r}, 'rot13')",
    "binascii.unhexlify('696d706f7274206f73').decode()",
    "str(b'import os', 'utf-8')",
    "'import OS'.lower()",
    "'import qs'.replace('q', 'o')",
    "'xximport os'[2:]",
    "['a', 'import os'][1]",
    "(lambda x: x + ' os')('import')",
    "'import' + chr(0x20) + 'o' * 1 + 's'",
)


def folded(expression: str) -> object:
    walk = Walk([])
    walk.walk(ast.parse(f"{HEAD}made = {expression}"))
    made = walk.module.names["made"]
    return made[-1].value if made and isinstance(made[-1], Constant) else None


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_folds_as_python_does(expression: str) -> None:
    space: dict[str, object] = {}
    exec(f"{HEAD}made = {expression}", space)
    assert space["made"] == TEXT
    assert folded(expression) == TEXT


@pytest.mark.parametrize(
    "expression",
    [
        "'a' * 10 ** 9", "9 ** 9 ** 9", "1 << 10 ** 9", "'a' * -1 + unknown", "base64.b64decode('!')", "chr(-1)",
        "zlib.decompress(b'no')", "'%d' % 1", "'a'.join([1])", "5 % 0", "''[5]", "bytes(10 ** 12)", "int('x')",
        "codecs.decode('a', unknown)", "'a'.encode('no-such')", "str(10 ** 400)", "'x'[::0]", "lzma.decompress(b'x')",
        "bz2.decompress(b'x')", "gzip.decompress(b'')", "'a'.replace('', 'b')",
    ],
)  # fmt: skip
def test_what_cannot_be_folded_is_unknown(expression: str) -> None:
    assert folded(expression) in {None, "", b""}


def test_data_that_doubles_ends_at_the_bound() -> None:
    begun = time.process_time()
    steps = "\n".join(["a = 'x' * 1000"] + ["a = a + a"] * 40 + ["b = a + 'y'"] * 100)
    walk = Walk([])
    walk.walk(ast.parse(steps))
    assert all(len(one.value) <= LONGEST for one in walk.module.names["a"] if isinstance(one, Constant))
    assert walk.folder.left >= 0
    assert is_quick(time.process_time() - begun, 2)


def test_all_folding_together_is_bounded() -> None:
    walk = Walk([])
    walk.walk(ast.parse("a = 'x' * 1000000\n" + "b = a + 'y'\n" * 400))
    assert 0 <= walk.folder.left < ALL


def test_a_bomb_is_unpacked_up_to_the_bound() -> None:
    bomb = base64.b64encode(zlib.compress(b"\0" * (8 * LONGEST))).decode()
    made = folded(f"zlib.decompress(base64.b64decode({bomb!r}))")
    assert made is None or (isinstance(made, bytes) and len(made) <= LONGEST)
