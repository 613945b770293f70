"""What a GGUF file is besides a whole model: one part of several, an adapter, a control vector.

Sources: ``gguf-split`` of llama.cpp for the keys and names of parts, ``llama-adapter.cpp`` for adapters and control
vectors, which have loaders of their own that check less.
"""

from __future__ import annotations

from weighbridge.formats.gguf.told import short, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.gguf.metadata import Field
    from weighbridge.formats.gguf.told import Told

LAYERS = 512
"""Layers that an engine has room for; a control vector names them in the names of its tensors."""

_PAIR = (".lora_a", ".lora_b")


def check_role(fields: dict[str, Field], names: set[str], told: Told) -> None:
    """Hold the names of tensors against what the loader of an adapter or control vector makes of them."""
    kind, architecture = _text(fields, "general.type"), _text(fields, "general.architecture")
    if architecture == "controlvector":
        for name in sorted(names):
            head, _, number = name.partition(".")
            if head != "direction" or not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= LAYERS):
                told.wrong("control vector", f"{short(name)} names no layer of 1 to {LAYERS}", memory=True)
    if kind == "adapter" and _text(fields, "adapter.type") == "lora":
        for name in sorted(names):
            base, dot, half = name.rpartition(".")
            if dot + half in _PAIR:
                other = _PAIR[dot + half == _PAIR[0]]
                if base + other not in names:
                    told.wrong("adapter", f"{short(name)} has no {other[1:]} beside it")


def check_split(fields: dict[str, Field], tensors: int, name: str, told: Told) -> None:
    """Hold the keys of a part against each other and against its name."""
    number, count, total = (
        None if field is None or field.number is None else int(field.number)
        for field in map(fields.get, ("split.no", "split.count", "split.tensors.count"))
    )
    if number is None and count is None:
        return
    if number is None or count is None or not number < max(count, 1):
        told.wrong("split", f"part {number} of {count}")
    elif total is not None and total < tensors:
        told.wrong("split", f"{tensors} tensors in one part, {total} in all")
    named = _of_name(name)
    if named and number is not None and named != (number + 1, count):
        told.wrong("split", f"the name says part {named[0]} of {named[1]}, the keys {number + 1} of {count}")


def _of_name(name: str) -> tuple[int, int] | None:
    """Read ``…-00001-of-00003.gguf``."""
    stem = name.lower().removesuffix(".gguf")
    rest, _, count = stem.rpartition("-of-")
    number = rest[-5:]
    if len(number) == len(count) == 5 and number.isdecimal() and count.isdecimal() and rest[-6:-5] == "-":
        return int(number), int(count)
    return None


def _text(fields: dict[str, Field], key: str) -> str:
    field = fields.get(key)
    return text_of(field.texts[0]) if field is not None and field.texts else ""
