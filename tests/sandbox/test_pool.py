"""Whatever happens in a worker costs one task; the pool goes on and leaves no process behind."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.toy_pool import ask, toy_pool, toy_task
from weighbridge.core.errors import SandboxError
from weighbridge.sandbox import jailed
from weighbridge.sandbox import pool as pool_module
from weighbridge.sandbox.policy import JailPolicy, Layer
from weighbridge.sandbox.protocol import MAX_ANSWER_BYTES, MAX_REQUEST_BYTES
from weighbridge.sandbox.tasks import Crashed, Killed, OutOfMemory, Oversized, PoolTask, TimedOut, Unreadable

ROOT = Path(__file__).parents[2]


strangers: set[int] = set()
"""Processes of other tests, whose libraries keep workers of their own."""


def children() -> set[int]:
    """Processes, living or dead, that this test has started and not yet waited for."""
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())) - strangers


@pytest.fixture(autouse=True)
def no_process_is_left():
    strangers.clear()
    strangers.update(children())
    yield
    assert not children()


def test_answers_come_back_with_their_keys(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_text(f"content {number}")
    with toy_pool() as pool:
        results = list(pool.run(toy_task("read", key=number, path=str(tmp_path / str(number))) for number in range(5)))
    assert {result.key: result.answer for result in results} == {n: f"content {n}".encode() for n in range(5)}


def test_two_hundred_tasks_over_two_workers() -> None:
    with toy_pool(workers=2) as pool:
        results = list(pool.run(toy_task("sleep 0.002" if key % 2 else "identify", key=key) for key in range(200)))
    assert sorted(result.key for result in results) == list(range(200))
    assert not any(result.failure for result in results)
    assert len({result.answer for result in results} - {b"awake"}) == 2


def test_a_single_task_starts_a_single_worker() -> None:
    with toy_pool(workers=8) as pool:
        ask(pool, "identify")
        assert len(children()) == 1


def test_a_second_worker_comes_only_when_tasks_wait() -> None:
    with toy_pool(workers=4) as pool:
        list(pool.run(toy_task("identify", key=key) for key in range(3)))
        assert len(children()) == 1
        list(pool.run(toy_task("sleep 0.2", key=key) for key in range(4)))
        assert len(children()) >= 2


def test_workers_tell_which_layers_stand() -> None:
    wanted = (Layer.RLIMITS, Layer.NO_NEW_PRIVS)
    with toy_pool(policy=JailPolicy(layers=wanted)) as pool:
        assert pool.layers is None
        ask(pool, "identify")
        assert pool.layers == wanted


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        ("exit 3", Crashed(exit_code=3, stderr="")),
        ("exit 0", Crashed(exit_code=0, stderr="")),
        (f"signal {signal.SIGSEGV.value}", Killed(signal=11, reason="an invalid memory access in native code")),
        (f"signal {signal.SIGABRT.value}", Killed(signal=6, reason="native code gave up")),
        (f"allocate {1 << 40}", OutOfMemory(limit=256 << 20)),
        ("grow", OutOfMemory(limit=256 << 20)),
        (f"blow-up {MAX_ANSWER_BYTES + 1}", Oversized(what="answer", limit=MAX_ANSWER_BYTES)),
        (f"announce {1 << 60}", Oversized(what="answer", limit=MAX_ANSWER_BYTES)),
        ("answer-twice", Killed(signal=9, reason="it went on talking after its answer")),
        ("shout", Oversized(what="standard error", limit=1 << 20)),
        ("spin", TimedOut(seconds=0.5)),
        ("sleep 60", TimedOut(seconds=0.5)),
        (f"signal {signal.SIGSTOP.value}", TimedOut(seconds=0.5)),
        ("trickle", TimedOut(seconds=0.5)),
    ],
)
def test_a_bad_end_costs_one_task(words: str, failure: object) -> None:
    tasks = [toy_task("identify", key=0, size=100), toy_task(words, key=1), toy_task("identify", key=2, size=100)]
    # Only who shall run out of time gets little of it: on a busy machine a worker takes long to run out of memory.
    seconds = failure.seconds if isinstance(failure, TimedOut) else 60.0
    with toy_pool(seconds=seconds, policy=JailPolicy(memory_bytes=256 << 20)) as pool:
        before, bad, after = pool.run(tasks)
    assert (bad.key, bad.answer, bad.failure) == (1, None, failure)
    assert before.answer
    assert after.answer
    assert before.answer != after.answer


@pytest.mark.parametrize("words", ["hang-up", "close-everything"])
def test_a_worker_that_hangs_up_is_ended(words: str) -> None:
    with toy_pool() as pool:
        result = ask(pool, words)
        assert isinstance(result.failure, Killed), "at once, and not when its time is up"
        assert ask(pool, "identify").answer


def test_an_exception_is_told_with_its_last_lines() -> None:
    with toy_pool() as pool:
        failure = ask(pool, "raise " + "w" * 20_000).failure
    assert isinstance(failure, Crashed)
    assert failure.exit_code == 1
    assert failure.stderr.endswith("w\n")
    assert len(failure.stderr) == 4096


def test_processor_time_can_be_bounded() -> None:
    with toy_pool(policy=JailPolicy(cpu_seconds=1)) as pool:
        assert ask(pool, "spin").failure == Killed(signal=24, reason="the processor time of the worker is used up")


def test_memory_that_the_policy_allows_is_there() -> None:
    with toy_pool(policy=JailPolicy(memory_bytes=256 << 20)) as pool:
        assert ask(pool, f"allocate {100 << 20}").answer == str(100 << 20).encode()


def test_an_answer_of_many_pieces_comes_whole() -> None:
    with toy_pool() as pool:
        assert ask(pool, f"blow-up {20 << 20}").answer == bytes(20 << 20)


def test_a_file_that_cannot_be_opened_needs_no_worker(tmp_path: Path) -> None:
    with toy_pool() as pool:
        missing, there = pool.run([toy_task("read", key=1, path=str(tmp_path / "absent")), toy_task("identify", key=2)])
    assert missing.failure == Unreadable(errno=errno.ENOENT)
    assert there.answer


def test_descriptors_do_not_pile_up() -> None:
    with toy_pool() as pool:
        ask(pool, "identify")
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(100):
            ask(pool, "exit 1") if _ % 20 == 0 else ask(pool, "identify")
        assert len(os.listdir("/proc/self/fd")) <= before


def test_a_long_request_is_our_own_mistake() -> None:
    with toy_pool() as pool:
        assert ask(pool, "read" + " " * (MAX_REQUEST_BYTES - 4)).answer
        with pytest.raises(ValueError, match="65537 bytes"):
            ask(pool, "read" + " " * (MAX_REQUEST_BYTES - 3))


def test_workers_are_replaced_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "RECYCLE_TASKS", 3)
    with toy_pool() as pool:
        answers = [result.answer for result in pool.run(toy_task("identify", key=key) for key in range(9))]
    assert [answers.count(answer) for answer in dict.fromkeys(answers)] == [3, 3, 3]


def test_an_idle_worker_that_dies_is_not_missed() -> None:
    with toy_pool() as pool:
        first = ask(pool, "identify").answer
        assert first
        os.kill(int(first), signal.SIGKILL)
        os.waitid(os.P_PID, int(first), os.WEXITED | os.WNOWAIT)  # dead, and still the pool's to wait for
        second = ask(pool, "identify")
        assert second.failure is None
        assert second.answer != first


def test_results_that_nobody_fetches_end_with_the_loop() -> None:
    with toy_pool() as pool:
        for _ in pool.run(toy_task(words, key=key) for key, words in enumerate(["identify", "sleep 30", "identify"])):
            break
        assert ask(pool, "identify").answer


def test_a_worker_that_cannot_start_is_told_with_the_reason() -> None:
    with toy_pool(answer_module="no_such_module") as pool, pytest.raises(SandboxError, match="no_such_module"):
        ask(pool, "identify")


@pytest.mark.parametrize("path", ["", "/nonexistent/python"])
def test_an_interpreter_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(sys, "executable", path)
    before = os.listdir("/proc/self/fd")
    with toy_pool() as pool, pytest.raises(SandboxError) as raised:
        ask(pool, "identify")
    assert raised.value.hint
    assert len(os.listdir("/proc/self/fd")) <= len(before) + 1


def test_time_of_workers_is_counted() -> None:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    with toy_pool(seconds=1.0) as pool:
        ask(pool, "spin")
        ask(pool, "identify")
    assert spent() - before > 0.1


CTRL_C = """
import sys
from tests.sandbox.toy_pool import toy_pool, toy_task
with toy_pool(workers=2, seconds=60) as pool:
    for result in pool.run(toy_task(words, key=key) for key, words in enumerate(["identify", *["spin"] * 4])):
        print("going", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(number: signal.Signals) -> None:
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-c", CTRL_C], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        assert parent.stdout.readline() == "going\n"
        listing = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        until = time.monotonic() + 60
        while len(workers := listing.read_text().split()) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(workers) == 2
        parent.send_signal(number)
        parent.wait(60)
        if number is signal.SIGINT:
            assert "KeyboardInterrupt" in parent.stderr.read()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_ctrl_c_of_the_terminal_does_not_reach_workers() -> None:
    with toy_pool() as pool:
        worker = ask(pool, "identify").answer
        assert worker
        assert os.getsid(int(worker)) == os.getpgid(int(worker)) == int(worker)


def test_a_task_is_opened_only_when_it_is_sent() -> None:
    opened: list[int] = []

    def task(key: int) -> PoolTask:
        def open_() -> int:
            opened.append(key)
            return os.open(__file__, os.O_RDONLY)

        return PoolTask(key=key, request=b"identify", open=open_, size=1)

    with toy_pool() as pool:
        for done, _ in enumerate(pool.run(map(task, range(4))), start=1):
            assert len(opened) <= done


# -- files that do not come whole ----------------------------------------------------------------------------------


def pieces(tmp_path: Path, content: bytes = b"0123456789") -> tuple[str, Callable[[int, int], str]]:
    """An empty file, and who puts pieces of ``content`` into it; refuses what it does not have."""
    path = tmp_path / "pieces"
    path.write_bytes(bytes(len(content)))

    def supply(offset: int, length: int) -> str:
        if offset + length > len(content):
            return "There is no more."
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(content[offset : offset + length])
        return ""

    return str(path), supply


def test_a_worker_gets_the_ranges_that_it_needs(tmp_path: Path) -> None:
    path, supply = pieces(tmp_path)
    tasks = [toy_task("need 3+4 0+1 9+5 8+2", key=key, path=path, supply=supply) for key in range(3)]
    with toy_pool(workers=2) as pool:
        assert {result.answer for result in pool.run(tasks)} == {b"3456|0|There is no more.|89"}


def test_any_numbers_reach_the_one_who_supplies() -> None:
    heard = []

    def supply(offset: int, length: int) -> str:
        heard.append((offset, length))
        return "é" * 2_000

    with toy_pool() as pool:
        (result,) = pool.run([toy_task(f"need 0+0 {(1 << 64) - 1}+{(1 << 64) - 1}", supply=supply)])
    assert heard == [(0, 0), ((1 << 64) - 1, (1 << 64) - 1)]
    assert result.answer is not None
    refusals = result.answer.split(b"|")
    assert [len(refusal) for refusal in refusals] == [1024, 1024]


@pytest.mark.parametrize("words", ["need 0+1", "talk-on", "half-a-need", "flood-with-needs"])
def test_needs_that_nobody_can_meet_end_the_worker(words: str) -> None:
    tasks = [toy_task("identify", key=0, size=100), toy_task(words, key=1), toy_task("identify", key=2, size=100)]
    with toy_pool(seconds=0.5 if words == "half-a-need" else 60.0) as pool:
        before, bad, after = pool.run(tasks)
    assert isinstance(bad.failure, TimedOut if words == "half-a-need" else Killed)
    assert before.answer
    assert after.answer


@pytest.mark.parametrize("words", ["talk-on", "flood-with-needs"])
def test_a_worker_that_does_not_wait_for_the_reply_is_ended(words: str) -> None:
    with toy_pool() as pool:
        (result,) = pool.run([toy_task(words, supply=lambda *_: "x" * 1_000)])
    assert isinstance(result.failure, Killed)


def test_asking_for_ever_does_not_stop_the_clock() -> None:
    with toy_pool(seconds=0.5) as pool:
        (result,) = pool.run([toy_task("need-for-ever", supply=lambda *_: "no")])
        assert result.failure == TimedOut(seconds=0.5)
        (result,) = pool.run([toy_task("need-and-spin", supply=lambda *_: "")])
        assert result.failure == TimedOut(seconds=0.5)


@pytest.fixture
def leap(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets a thousand seconds pass at once, for the pool."""
    passed = [0.0]
    for module in (pool_module, jailed):
        monkeypatch.setattr(module, "monotonic", lambda: time.monotonic() + passed[0])

    def leap() -> None:
        passed[0] += 1_000.0

    return leap


def test_the_clocks_of_all_workers_stand_still_while_a_range_is_fetched(leap: Callable[[], None]) -> None:
    def slowly(*_: int) -> str:
        leap()
        return ""

    tasks = [toy_task("need 0+1 0+1", supply=slowly), *[toy_task("sleep 0.3", key=key) for key in range(1, 4)]]
    with toy_pool(workers=2) as pool:
        assert [result.failure for result in pool.run(tasks)] == [None] * 4


def test_the_time_that_opening_takes_is_nobody_s_fault(leap: Callable[[], None]) -> None:
    def open_() -> int:
        leap()
        return os.open(__file__, os.O_RDONLY)

    slow = PoolTask(key=9, request=b"identify", open=open_, size=1)
    with toy_pool(workers=2) as pool:
        list(pool.run(toy_task("sleep 0.2", key=key) for key in range(4)))  # both workers have started
        tasks = [toy_task("sleep 0.5", key=0), slow, toy_task("sleep 0.5", key=1)]
        assert [result.failure for result in pool.run(tasks)] == [None] * 3


def test_an_interrupted_fetch_leaves_no_worker_behind() -> None:
    def interrupted(*_: int) -> str:
        raise KeyboardInterrupt

    pool = toy_pool()
    with pytest.raises(KeyboardInterrupt), pool:
        list(pool.run([toy_task("need 0+1", supply=interrupted)]))
