"""Files too large to be read in one piece, through the real jail: hashing them needs its system calls."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from weighbridge import scan
from weighbridge.core.report import Verdict
from weighbridge.engine.files import WHOLE


def test_a_large_file_is_hashed_inside_the_jail(tmp_path: Path) -> None:
    content = b"\x80\x04B" + (2 * WHOLE).to_bytes(4, "little") + os.urandom(2 * WHOLE) + b"."
    path = tmp_path / "large.pkl"
    path.write_bytes(content)
    (file,) = scan(path).artifacts[0].files
    assert file.verdict() is Verdict.CLEAN, file.gaps
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_a_stream_beyond_the_limits_is_a_gap_and_still_hashed(tmp_path: Path) -> None:
    content = b"\x80\x04ccollections\nOrderedDict\n" + b"N\x94" * 7_000_000 + b"."
    path = tmp_path / "dense.pkl"
    path.write_bytes(content)
    (file,) = scan(path).artifacts[0].files
    assert file.verdict() is Verdict.INCONCLUSIVE
    assert [gap.kind for gap in file.gaps] == ["over_limit"]
    assert file.sha256 == hashlib.sha256(content).hexdigest()
