"""What a sealed worker still can do, and what its scratch file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.toy_pool import ask, toy_pool
from weighbridge.core.errors import SandboxError
from weighbridge.sandbox import worker
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.tasks import Crashed, Killed

MIB = 1 << 20


@pytest.mark.parametrize("names", ["zlib bz2 lzma", "zipfile tarfile json re", "ast decimal csv unicodedata", "mmap"])
def test_the_standard_library_can_be_imported_after_the_seal(names: str) -> None:
    with toy_pool() as pool:
        assert ask(pool, f"import {names}").answer == b"imported"


@pytest.mark.parametrize("name", ["lz4.frame", "zstandard", "py7zr"])
def test_optional_packages_can_be_imported_after_the_seal(name: str) -> None:
    pytest.importorskip(name)
    with toy_pool() as pool:
        assert ask(pool, f"import {name}").answer == b"imported"


def test_hashes_work_after_the_seal() -> None:
    with toy_pool() as pool:
        answer = ask(pool, "hash abc").answer
    assert answer == b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_scratch_file_is_private_and_empty_for_every_task() -> None:
    with toy_pool() as pool:
        assert ask(pool, "measure-scratch").answer == b"0 0 600 0"
        assert ask(pool, f"spill {MIB}").answer == str(MIB).encode()
        assert ask(pool, "measure-scratch").answer == b"0 0 600 0"


def test_the_scratch_file_has_a_largest_size() -> None:
    with toy_pool(policy=JailPolicy(scratch_bytes=MIB)) as pool:
        failure = ask(pool, f"spill {2 * MIB}").failure
    assert isinstance(failure, Crashed)
    assert "File too large" in failure.stderr


def test_the_scratch_file_cannot_be_given_a_name(tmp_path: Path) -> None:
    """Not even without a jail: it was opened so (O_TMPFILE with O_EXCL)."""
    with toy_pool(policy=JailPolicy(layers=())) as pool:
        assert isinstance(ask(pool, f"name-scratch {tmp_path / 'named'}").failure, Crashed)
    assert not list(tmp_path.iterdir())


def test_without_nameless_files_a_named_one_is_removed_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(worker.os, "O_TMPFILE", raising=False)
    descriptor = worker._scratch_file((str(tmp_path),))
    assert worker.os.write(descriptor, b"x") == 1
    assert not list(tmp_path.iterdir())
    worker.os.close(descriptor)


def test_the_first_directory_that_works_holds_the_scratch_file(tmp_path: Path) -> None:
    worker.os.close(worker._scratch_file((str(tmp_path / "absent"), str(tmp_path))))
    with pytest.raises(SandboxError) as raised:
        worker._scratch_file((str(tmp_path / "absent"),))
    assert "TMPDIR" in raised.value.hint


@pytest.mark.skipif(not running_kernel() or "open" not in running_kernel().numbers, reason="x32 belongs to x86_64")
def test_a_call_of_another_architecture_ends_the_worker() -> None:
    with toy_pool() as pool:
        failure = ask(pool, "call-x32").failure
        assert isinstance(failure, Killed)
        assert failure.signal == 31
    with toy_pool(policy=JailPolicy(layers=())) as pool:
        assert ask(pool, "call-x32").answer
