"""Runs the probes of ``jail_probes`` in sealed workers; as a program, for a test that needs another user.

Reads from standard input, as JSON, pairs of layers and probes; writes what each probe came to, pair by pair.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from weighbridge.sandbox.policy import JailPolicy, Layer
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import PoolTask

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def attempt(layers: list[Layer], probes: list[str]) -> dict[str, str]:
    """Make every escape attempt under the given layers and name what came of it."""
    with surroundings() as context:
        return _outcomes(layers, probes, context)


@contextmanager
def surroundings() -> Iterator[dict[str, object]]:
    """Set up what escapes reach for: files, a process, listeners."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for file in ("secret", "doomed", "before"):
            (directory / file).write_text("secret")
        bystander = stack.enter_context(subprocess.Popen(["sleep", "60"]))
        stack.callback(bystander.kill)
        context = {"directory": str(directory), "secret": str(directory / "secret"), "bystander": bystander.pid}
        tcp, udp, unix, abstract = (
            stack.enter_context(socket.socket(*kind))
            for kind in (
                (socket.AF_INET, socket.SOCK_STREAM),
                (socket.AF_INET, socket.SOCK_DGRAM),
                (socket.AF_UNIX, socket.SOCK_STREAM),
                (socket.AF_UNIX, socket.SOCK_STREAM),
            )
        )
        for listener, address in (
            (tcp, ("127.0.0.1", 0)),
            (udp, ("127.0.0.1", 0)),
            (unix, str(directory / "socket")),
            (abstract, f"\0weighbridge-{os.getpid()}"),
        ):
            listener.bind(address)
            if listener is not udp:
                listener.listen()
        context |= {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1]}
        context |= {"unix": unix.getsockname(), "abstract": abstract.getsockname().decode()}
        yield context


def _outcomes(layers: list[Layer], probes: list[str], context: dict[str, object]) -> dict[str, str]:
    def open_secret() -> int:
        return os.open(str(context["secret"]), os.O_RDONLY)

    tasks = [
        PoolTask(key=key, request=json.dumps(context | {"probe": probe}).encode(), open=open_secret, size=6)
        for key, probe in enumerate(probes)
    ]
    outcomes = {}
    with JailedPool(
        workers=1,
        policy=JailPolicy(layers=tuple(layers)),
        deadline=lambda _: 10.0,
        answer_module="jail_probes",
        import_path=(str(HERE),),
    ) as pool:
        for result in pool.run(tasks):
            outcomes[probes[result.key]] = result.answer.decode() if result.answer else f"reached {result.failure}"
    assert pool.layers is not None
    missing = set(layers) - set(pool.layers)
    assert not missing, f"{missing} could not be raised"
    return outcomes


if __name__ == "__main__":
    json.dump(
        [attempt([Layer(layer) for layer in layers], probes) for layers, probes in json.load(sys.stdin)], sys.stdout
    )
