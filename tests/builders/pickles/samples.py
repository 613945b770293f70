"""Every pickle technique that a file can carry (PKL-nn), as a hostile stream beside an honest twin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.builders.pickles import honest, hostile_calls, hostile_streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global
from tests.builders.pickles.programs import VETTED, Sample, Target
from tests.builders.pickles.writer import dumps

_NAMESPACE = Target("argparse", "Namespace")
_PUSHES: dict[str, Callable[[str], bytes]] = {
    "short_binunicode": op.SHORT_BINUNICODE,
    "binunicode": op.BINUNICODE,
    "binunicode8": op.BINUNICODE8,
    "unicode": op.UNICODE,
    "string": op.STRING,
    "binstring": hostile_calls.binstring,
    "short_binstring": hostile_calls.short_binstring,
}


def _around(technique: str, build: Callable[..., bytes], *fixed: object, vetted: Target = VETTED) -> Sample:
    """The same structure around a vetted target is the twin."""
    name = "_".join([build.__name__, *(str(part) for part in fixed)])
    return Sample(technique, name, partial(build, *fixed), partial(build, *fixed, target=vetted))


def _against(technique: str, build: Callable[..., bytes], twin: Callable[[], bytes], *fixed: object) -> Sample:
    """The structure itself is the technique, so the twin is another stream."""
    name = "_".join([build.__name__, *(part.name if isinstance(part, Global) else str(part) for part in fixed)])
    return Sample(technique, name, partial(build, *fixed), twin)


_reduced = partial(hostile_calls.reduce_call, VETTED)
_filled = hostile_calls.filled_container

CALLS: tuple[Sample, ...] = (
    *(
        Sample(
            "PKL-01",
            f"reduce_call_{protocol}",
            partial(hostile_calls.reduce_call, protocol=protocol),
            partial(hostile_calls.reduce_call, VETTED, protocol),
        )
        for protocol in range(6)
    ),
    *(
        Sample(
            "PKL-02",
            f"stack_global_{name}",
            partial(hostile_calls.stack_global, push=push),
            partial(hostile_calls.stack_global, VETTED, push),
        )
        for name, push in _PUSHES.items()
    ),
    _around("PKL-02", hostile_calls.remembered_names),
    _against("PKL-03", hostile_calls.computed_name, partial(hostile_calls.stack_global, VETTED)),
    _around("PKL-04", hostile_calls.inst),
    _around("PKL-05", hostile_calls.popped_obj),
    _around("PKL-06", hostile_calls.newobj, vetted=_NAMESPACE),
    _around("PKL-06", hostile_calls.newobj_ex, vetted=_NAMESPACE),
    _against("PKL-07", hostile_calls.built_object, honest.namespace),
    _against("PKL-08", hostile_calls.double_build, honest.namespace),
    _against("PKL-09", hostile_calls.slot_state_on_class, hostile_calls.slot_state_on_object),
    _against("PKL-10", honest.function_transformer, honest.function_transformer, "posix", "system"),
    _against("PKL-11", hostile_calls.registered_extension, _reduced),
    *(
        Sample("PKL-11", f"extension_{name}", partial(hostile_calls.extension, code), _reduced)
        for name, code in (("1", op.EXT1(7)), ("2", op.EXT2(700)), ("4", op.EXT4(70_000)))
    ),
    _against("PKL-12", hostile_calls.persistent_id, partial(dumps, ("inert", "PKL-12"))),
    Sample(
        "PKL-12", "persistent_id_text", partial(hostile_calls.persistent_id, protocol=0), partial(dumps, "inert", 0)
    ),
    *(
        _against("PKL-13", hostile_calls.mutated_global, partial(_filled, how), module, name, how)
        for module, name, how in (
            ("os", "environ", "SETITEM"),
            ("os", "environ", "SETITEMS"),
            ("sys", "path", "APPEND"),
            ("sys", "path", "APPENDS"),
            ("warnings", "filters", "ADDITEMS"),
        )
    ),
    _against("PKL-14", hostile_calls.swapped_module, _filled),
    _against("PKL-15", hostile_calls.dotted, partial(hostile_calls.stack_global, VETTED)),
    Sample("PKL-15", "dotted_global", partial(hostile_calls.dotted, via="global"), _reduced),
    *(
        _against("PKL-16", hostile_calls.wrapper_alias, partial(hostile_calls.stack_global, VETTED), name)
        for name in ("system.__call__", "system.__get__", "system.__self__", "__dict__.get", "__loader__.load_module")
    ),
    *(
        _against("PKL-18", hostile_calls.python2_name, hostile_calls.python2_container, *pair)
        for pair in (("commands", "getoutput"), ("__builtin__", "reduce"), ("itertools", "imap"), ("cPickle", "loads"))
    ),
    _against("PKL-34", hostile_calls.transformed_name, partial(honest.numpy_array, protocol=2)),
    _against("PKL-35", hostile_calls.default_factory, honest.default_dict),
    _against("PKL-35", hostile_calls.synthesised_class, honest.plain_data),
    _against("PKL-36", hostile_calls.import_only, partial(hostile_calls.import_only, *VETTED[:2])),
    *(
        _against("PKL-38", hostile_calls.scanner_tampering, _filled, *pair)
        for pair in (
            ("picklescan.scanner", "_unsafe_globals"),
            ("fickling.hook", "run_hook"),
            ("modelscan.settings", "DEFAULT_SETTINGS"),
        )
    ),
)

STREAMS: tuple[Sample, ...] = (
    *(
        Sample(
            "PKL-19",
            f"odd_integer_{literal.decode()}",
            partial(hostile_streams.odd_integer, literal),
            partial(hostile_streams.odd_integer, b"16", VETTED),
        )
        for literal in (*hostile_streams.ODD_INTEGERS, hostile_streams.OCTAL_INTEGER)
    ),
    Sample("PKL-19", "odd_long", hostile_streams.odd_long, partial(hostile_streams.odd_long, b"16L", VETTED)),
    Sample("PKL-20", "nul_tail", hostile_streams.nul_tail, partial(hostile_streams.odd_integer, b"1", VETTED)),
    Sample(
        "PKL-21",
        "foreign_string",
        hostile_streams.foreign_string,
        partial(hostile_streams.foreign_string, b"'cafe'", VETTED),
    ),
    *(
        Sample(
            "PKL-22",
            f"false_frame_{length}",
            partial(hostile_streams.false_frame, length),
            partial(hostile_streams.true_frame, VETTED),
        )
        for length in (0, 4, 1_000_000, (1 << 64) - 1)
    ),
    _against("PKL-22", hostile_streams.nested_frames, partial(hostile_streams.true_frame, VETTED)),
    _around("PKL-23", hostile_streams.memo_desync),
    _around("PKL-24", hostile_streams.reused_slots),
    _around("PKL-25", hostile_streams.shuffled_operands),
    _against("PKL-26", hostile_streams.undefined_memo, _reduced),
    _against("PKL-26", hostile_streams.number_as_name, _reduced),
    _against("PKL-27", hostile_streams.broken_tail, _reduced),
    _against("PKL-27", hostile_streams.truncated, _reduced),
    Sample("PKL-28", "scanner_only_breaks", hostile_streams.scanner_only_breaks, _reduced),
    _around("PKL-29", hostile_streams.stacked),
    _against("PKL-30", hostile_streams.after_stop, honest.plain_data),
    *(
        Sample(
            "PKL-31",
            f"nested_{'_'.join(loader)}",
            partial(hostile_streams.nested, loader=loader),
            partial(hostile_streams.nested, VETTED, None),
        )
        for loader in (
            ("pickle", "loads"),
            ("dill", "loads"),
            ("cloudpickle", "loads"),
            ("torch.storage", "_load_from_bytes"),
        )
    ),
    *(
        Sample(
            "PKL-32",
            f"encoded_{how}",
            partial(hostile_streams.encoded, how=how),
            partial(hostile_streams.encoded, VETTED, how),
        )
        for how in ("base64", "misaligned", "hex", "zlib")
    ),
    *(
        Sample(
            "PKL-33",
            f"escaped_names_{opcode}",
            partial(hostile_streams.escaped_names, opcode=opcode),
            partial(hostile_streams.escaped_names, VETTED, opcode),
        )
        for opcode in ("UNICODE", "STRING")
    ),
    Sample("PKL-40", "out_of_band", hostile_streams.out_of_band, partial(honest.numpy_array, protocol=5)),
    Sample(
        "PKL-40",
        "read_only_buffer",
        partial(hostile_streams.out_of_band, True),
        partial(honest.numpy_array, protocol=5),
    ),
    _against("PKL-42", hostile_streams.raising_after, _reduced),
)

BOMBS: tuple[Sample, ...] = (
    Sample("PKL-41", "doubling_bomb", hostile_streams.doubling_bomb, partial(hostile_streams.doubling_bomb, 4)),
    Sample("PKL-41", "mark_bomb", hostile_streams.mark_bomb, partial(hostile_streams.mark_bomb, 4)),
    Sample("PKL-41", "nesting_bomb", hostile_streams.nesting_bomb, partial(hostile_streams.nesting_bomb, 4)),
    Sample("PKL-41", "length_bomb", hostile_streams.length_bomb, honest.plain_data),
    Sample("PKL-41", "memo_index_bomb", hostile_streams.memo_index_bomb, partial(hostile_streams.memo_index_bomb, 7)),
)

SAMPLES: tuple[Sample, ...] = CALLS + STREAMS + BOMBS

HONEST: tuple[tuple[str, Callable[[], bytes]], ...] = tuple(
    (f"{build.__name__}_{protocol}", partial(build, protocol=protocol))
    for build in (
        honest.plain_data,
        honest.ordered_dict,
        honest.default_dict,
        honest.datetime_value,
        honest.numpy_array,
        honest.object_array,
        honest.numpy_scalar,
        honest.state_dict,
        honest.namespace,
        honest.function_transformer,
    )
    for protocol in range(6)
)
