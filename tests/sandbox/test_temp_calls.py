"""What the filter allows more where there is a private temporary directory, on both architectures."""

from __future__ import annotations

from functools import partial

import pytest

from tests.sandbox import test_seccomp
from tests.sandbox.test_seccomp import ALLOW, CREATE, EPERM, PID, TEMPORARY, WRITE_ONLY, verdict
from weighbridge.sandbox.kernel import ARCHITECTURES
from weighbridge.sandbox.seccomp import program
from weighbridge.sandbox.syscalls import HARMLESS, IN_TEMP, MODES_IN_TEMP

THROUGH_DESCRIPTORS = {  # of files on the host: fchmod, fchown, flock, utimensat, fsetxattr
    "x86_64": (91, 93, 73, 280, 190),
    "aarch64": (52, 55, 32, 88, 7),
}
LINKS = {"x86_64": (86, 88, 133, 265, 266, 259), "aarch64": (37, 36, 33)}
"""link, symlink, mknod and their newer forms."""


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("temp", [IN_TEMP, IN_TEMP + MODES_IN_TEMP])
def test_files_can_be_made_and_changed(machine: str, temp: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = ARCHITECTURES[machine][1]
    changes = [(numbers["openat"], 0, 0, flags) for flags in (WRITE_ONLY, CREATE, TEMPORARY)]
    changes += [(numbers[name], 0, 0, 0) for name in temp if name in numbers]
    assert {verdict(machine, *call) for call in changes} == {EPERM}
    monkeypatch.setattr(test_seccomp, "program", partial(program, temp=temp))
    assert {verdict(machine, *call) for call in changes} == {ALLOW}
    for number in (*THROUGH_DESCRIPTORS[machine], *LINKS[machine]):
        assert verdict(machine, number, PID, PID) == EPERM


def test_what_only_a_temporary_directory_takes_is_not_harmless() -> None:
    assert not set(IN_TEMP + MODES_IN_TEMP) & set(HARMLESS)
    for name in IN_TEMP + MODES_IN_TEMP:
        assert any(name in numbers for _, numbers in ARCHITECTURES.values())
