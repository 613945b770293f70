"""Pickles assembled opcode by opcode.

`op` holds the opcodes, `program` puts them together, `call` reaches a name in every way there is, `data` and `dumps`
write plain data and described objects as CPython would, `honest` and `hostile` samples have names of their own, and
`SAMPLES` pairs every technique of the attack catalogue (PKL-nn) with an honest twin. No pickle is ever made from a live
object and nothing hostile is ever loaded.
"""

from __future__ import annotations

from tests.builders.pickles import hostile_calls, hostile_streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops, PersistentId, Reduce
from tests.builders.pickles.gadgets import (
    GADGETS,
    Gadget,
    builtins_eval,
    builtins_exec,
    gadget_call,
    import_module,
    os_system,
    posix_system,
    subprocess_popen,
)
from tests.builders.pickles.honest import (
    PLAIN,
    array,
    array_bytes,
    array_from_buffer,
    custom_class,
    datetime_value,
    default_dict,
    dtype,
    function_transformer,
    namespace,
    numpy_array,
    numpy_scalar,
    object_array,
    ordered_dict,
    plain_data,
    state_dict,
)
from tests.builders.pickles.programs import (
    ABSENT,
    SHELL,
    VETTED,
    VIAS,
    Sample,
    Target,
    Via,
    call,
    call_target,
    pickled_call,
    program,
    resolve,
    shell,
)
from tests.builders.pickles.samples import BOMBS, CALLS, HONEST, SAMPLES, STREAMS
from tests.builders.pickles.writer import Writer, data, dumps

__all__ = [
    "ABSENT",
    "BOMBS",
    "CALLS",
    "GADGETS",
    "HONEST",
    "PLAIN",
    "SAMPLES",
    "SHELL",
    "STREAMS",
    "VETTED",
    "VIAS",
    "Gadget",
    "Global",
    "NewObj",
    "Ops",
    "PersistentId",
    "Reduce",
    "Sample",
    "Target",
    "Via",
    "Writer",
    "array",
    "array_bytes",
    "array_from_buffer",
    "builtins_eval",
    "builtins_exec",
    "call",
    "call_target",
    "custom_class",
    "data",
    "datetime_value",
    "default_dict",
    "dtype",
    "dumps",
    "function_transformer",
    "gadget_call",
    "hostile_calls",
    "hostile_streams",
    "import_module",
    "namespace",
    "numpy_array",
    "numpy_scalar",
    "object_array",
    "op",
    "ordered_dict",
    "os_system",
    "pickled_call",
    "plain_data",
    "posix_system",
    "program",
    "resolve",
    "shell",
    "state_dict",
    "subprocess_popen",
]
