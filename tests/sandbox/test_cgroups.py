"""A control group bounds what a child starts and all memory that it touches, and is gone when the child is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.enclosed import ROOT
from tests.sandbox.test_namespaces import PARENT, family, gone, lives
from tests.sandbox.toy_pool import ask, toy_pool
from weighbridge.sandbox import cgroups
from weighbridge.sandbox.policy import LOADER_LAYERS, SCANNER_LAYERS, JailPolicy, Layer
from weighbridge.sandbox.tasks import OutOfMemory

MIB = 1 << 20
ALONE = JailPolicy(layers=(Layer.CGROUP,), memory_bytes=16 * MIB)
"""The group alone: what it stops, no other layer has stopped."""


def places() -> tuple[str, ...]:
    return cgroups._places() if sys.platform == "linux" else ()


delegated = pytest.mark.skipif(not places(), reason="no control group is delegated to this process")


def groups(parent: int = 0) -> set[str]:
    """The groups that the children of a process have here, of this one unless another is named."""
    head = f"weighbridge-{parent or os.getpid()}-"
    return {f"{place}/{name}" for place in places() for name in os.listdir(place) if name.startswith(head)}


@pytest.fixture
def none_is_left() -> Iterator[None]:
    yield
    assert not groups()


@delegated
def test_a_child_lives_in_a_group_of_its_own_with_the_bounds_of_its_policy(none_is_left: None) -> None:
    others = family(os.getpid())
    policy = JailPolicy(layers=LOADER_LAYERS, memory_bytes=200 * MIB, temp_bytes=30 * MIB, shared_bytes=20 * MIB)
    with toy_pool(policy=policy) as pool:
        ask(pool, "identify")
        assert pool.layers is not None
        assert Layer.CGROUP in pool.layers
        children = family(os.getpid()) - others
        made = groups()
        assert made
        for group in made:
            assert set(map(int, Path(group, "cgroup.procs").read_text().split())) == children
        bounds = {file.name: file.read_text().strip() for group in made for file in Path(group).glob("*.*")
                  if file.name in {"pids.max", "memory.max", "memory.limit_in_bytes"}}  # fmt: skip
    assert bounds.pop("pids.max") == "64"
    assert set(bounds.values()) == {str((250 << 20) + (128 << 20))}


@delegated
def test_memory_that_the_group_has_not_is_told_as_such(none_is_left: None) -> None:
    with toy_pool(policy=ALONE, seconds=60) as pool:
        assert ask(pool, "grow").failure == OutOfMemory(limit=16 * MIB)
        assert ask(pool, "identify").answer


FORK_BOMB = """
import os, time
out = 0
try:
    while out < 1000:
        if os.fork() == 0:
            time.sleep(600)
        out += 1
except BlockingIOError:
    pass
"""


@delegated
def test_a_bomb_of_processes_is_bounded_and_cleared_away(none_is_left: None) -> None:
    """No wall but the group stands here, and the children are in nobody's process namespace."""
    with toy_pool(policy=ALONE, answer_module="program_answers") as pool:
        assert ask(pool, FORK_BOMB).answer == b"63"
        started = {int(one) for group in groups() for one in Path(group, "cgroup.procs").read_text().split()}
        assert len(started) == 64
    assert gone(started)


@delegated
@pytest.mark.parametrize("words", ["exit 1", "signal 11", "hang-up", "sleep 60", "shout", "grow"])
def test_no_group_is_left_however_a_child_ends(words: str, none_is_left: None) -> None:
    with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS, memory_bytes=64 * MIB), seconds=1.0) as pool:
        assert ask(pool, words).failure
        assert not groups()


@delegated
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_group_whose_parent_was_killed_goes_with_the_next(number: signal.Signals, none_is_left: None) -> None:
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "going\n"
        of_parent = groups(parent.pid)
        assert of_parent
        children = family(parent.pid)
        parent.send_signal(number)
        parent.communicate(timeout=60)
    if number is signal.SIGKILL:
        assert gone(children)
        until = time.monotonic() + 60
        while groups(parent.pid) and time.monotonic() < until:
            # The kernel takes a moment to let the last process out of its group.
            with toy_pool(policy=ALONE) as pool:
                ask(pool, "identify")
    assert not groups(parent.pid)
    assert not any(map(lives, children))


@delegated
def test_scanners_have_no_group(none_is_left: None) -> None:
    with toy_pool(policy=JailPolicy(layers=SCANNER_LAYERS)) as pool:
        ask(pool, "identify")
        assert not groups()


# -- trees of other systems ----------------------------------------------------------------------------------------


class Tree:
    """A directory that looks like the control groups of another system, and what procfs says of them there."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.own = self.mounts = ""
        read = cgroups._read
        told = {"/proc/self/cgroup": lambda: self.own, "/proc/self/mountinfo": lambda: self.mounts}
        monkeypatch.setattr(cgroups, "_read", lambda path: told[path]() if path in told else read(path))

        make = os.mkdir

        def mkdir(path: str, mode: int = 0o777) -> None:
            """Make a directory, as the kernel does here: with its files."""
            make(path, mode)
            for file in ("cgroup.procs", "cgroup.kill", "pids.max", "memory.max", "memory.swap.max", "memory.events"):
                Path(path, file).touch()

        monkeypatch.setattr(cgroups.os, "mkdir", mkdir)

    def unified(self, own: str, offered: dict[str, str], root: str = "/") -> None:
        """A version 2 tree in which directories offer controllers to their children."""
        self.own = f"0::{own}\n"
        self.mounts = f"30 23 0:26 {root} {self.root} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
        for name, controllers in offered.items():
            place = self.root / name
            place.mkdir(parents=True, exist_ok=True)
            (place / "cgroup.subtree_control").write_text(controllers + "\n")
            (place / "cgroup.procs").touch()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return Tree(tmp_path, monkeypatch)


def test_the_nearest_directory_that_offers_both_controllers_is_taken(tree: Tree) -> None:
    offered = {"user.slice": "cpu memory pids", "user.slice/app.slice": "pids memory", "user.slice/app.slice/it": ""}
    tree.unified("/user.slice/app.slice/it", offered)
    assert places() == (f"{tree.root}/user.slice/app.slice",)
    (tree.root / "user.slice/app.slice/cgroup.subtree_control").write_text("memory")
    assert places() == (f"{tree.root}/user.slice",)
    (tree.root / "user.slice/cgroup.subtree_control").write_text("pids")
    assert places() == ()


def test_a_group_in_a_namespace_of_its_own_is_found_below_the_mount(tree: Tree) -> None:
    tree.unified("/pod/work", {"": "memory pids", "work": ""}, root="/pod")
    assert places() == (str(tree.root),)
    # A group above the mount cannot be seen.
    tree.unified("/../other", {"": ""})
    assert places() == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_not_delegated(tree: Tree) -> None:
    tree.unified("/a", {"": "memory pids", "a": "memory pids"})
    (tree.root / "a").chmod(0o500)
    assert places() == (str(tree.root),)


def test_bounds_of_the_second_version(tree: Tree) -> None:
    tree.unified("/", {"": "memory pids"})
    group = cgroups.create(JailPolicy(memory_bytes=MIB, temp_bytes=MIB, shared_bytes=MIB))
    assert group is not None
    (made,) = map(Path, group.directories)
    assert made.parent == tree.root
    written = {file.name: file.read_text() for file in made.iterdir() if file.read_text()}
    assert written == {"pids.max": "64", "memory.max": str(131 * MIB), "memory.swap.max": "0"}
    assert not group.starved
    (made / "memory.events").write_text("low 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n")
    assert group.starved


def test_without_a_mounted_tree_there_is_none(tree: Tree) -> None:
    assert places() == ()
    assert cgroups.create(JailPolicy()) is None
    assert not cgroups.join(())
