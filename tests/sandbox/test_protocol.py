"""A set-up survives the command line."""

from __future__ import annotations

import pytest

from weighbridge.sandbox.policy import JailPolicy, Layer
from weighbridge.sandbox.protocol import WorkerSetup, from_arguments, to_arguments


@pytest.mark.parametrize(
    "setup",
    [
        WorkerSetup(import_path=("/a",), answer_module="m", scratch_directories=(), policy=JailPolicy()),
        WorkerSetup(
            import_path=("/a b", "/ü:\n"),
            answer_module="package.module",
            scratch_directories=("/tmp", "7"),
            policy=JailPolicy(
                layers=(Layer.RLIMITS, Layer.NAMESPACES),
                readable=("/etc/hosts", ""),
                memory_bytes=1,
                scratch_bytes=2,
                descriptors=3,
                cpu_seconds=4,
                temp_bytes=5,
                shared_bytes=6,
            ),
            cgroups=("/sys/fs/cgroup/a b",),
            outside=("net:[1]", "pid:[2]"),
        ),
        WorkerSetup(import_path=(), answer_module="m", scratch_directories=(), policy=JailPolicy(layers=())),
    ],
)
def test_round_trip(setup: WorkerSetup) -> None:
    assert from_arguments(to_arguments(setup)) == setup
