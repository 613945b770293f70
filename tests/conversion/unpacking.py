"""Plans with a file to unpack into, made in this process, and the bytes of every tensor as they would be copied."""

from __future__ import annotations

import os
from tempfile import TemporaryFile

from weighbridge.conversion import plan as plans
from weighbridge.conversion.plan import WIDTHS, Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.conversion.views import blocks
from weighbridge.core.source import BytesSource


def planned(content: bytes, key: str = "") -> Plan:
    """Plan the conversion of some content, and forget what was unpacked."""
    with TemporaryFile(buffering=0) as beside:
        return plan_of(BytesSource(content), key, Unpacked(len(content), beside.fileno()))


def both(content: bytes) -> tuple[Plan, dict[str, bytes]]:
    """Plan, hand the plan over as the jail does, and copy every tensor."""
    with TemporaryFile(buffering=0) as beside:
        plan = plan_of(BytesSource(content), "", Unpacked(len(content), beside.fileno()))
        plan = plans.loads(plans.dumps(plan), len(content), os.fstat(beside.fileno()).st_size)
        unpacked = BytesSource(os.pread(beside.fileno(), plan.unpacked, 0))
    sources = BytesSource(content), unpacked
    return plan, {
        one.name: b"".join(bytes(block) for block in blocks(sources[one.unpacked], one, WIDTHS[one.dtype]))
        for one in plan.tensors
    }
