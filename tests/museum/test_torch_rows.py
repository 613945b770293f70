"""TOR rows: checkpoints of every age, what trainers leave beside them, and archives that carry code."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tests.builders import torch_legacy, torches
from tests.builders.pickles import honest, hostile_calls
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops, Reduce
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import ABSENT, SHELL, call_target
from tests.builders.pickles.writer import data, dumps
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, PyTorch"
_SUSPICIOUS = Verdict.SUSPICIOUS
_CALL = call_target(SHELL, protocol=2)
_SYSTEM = Global("posix", "system")
_POISONED, _HONEST = partial(torches.zip_checkpoint, poisoned=_CALL), torches.zip_checkpoint


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build = _HONEST,
    name: str = "model.pt",
    plain: Build = _POISONED,
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=plain,
        name=name,
        plain_name="model.pt",
        also=also,
    )


def lying(**claims: object) -> bytes:
    """A checkpoint whose first tensor says something else than its storage holds."""
    first, *rest = torches.TENSORS
    return torches.zip_checkpoint((replace(first, **claims), *rest))  # type: ignore[arg-type]


def lying_legacy(**claims: object) -> bytes:
    first, *rest = torches.TENSORS
    return torch_legacy.legacy((replace(first, **claims), *rest))  # type: ignore[arg-type]


def filled_storage(opcode: str) -> bytes:
    """SETITEM(S) or APPEND on what `persistent_load` or a rebuild function returned (CVE-2026-24747)."""
    rebuilt = data(torches.rebuilt(torches.TENSORS[0], "0"), 2)
    pair = data(0, 2) + data(1, 2)
    filling = {
        "SETITEM": pair + op.SETITEM,
        "SETITEMS": op.MARK + pair + op.SETITEMS,
        "APPEND": data(0, 2) + op.APPEND,
        "ADDITEMS": op.MARK + pair + op.ADDITEMS,
    }[opcode]
    return torches.zip_checkpoint(torches.TENSORS[:1], pickle=op.PROTO(2) + rebuilt + filling + op.STOP)


def lightning(value: object) -> bytes:
    """A Lightning checkpoint: state, hyper parameters, callbacks; `value` is one of the hyper parameters."""
    held = {
        "epoch": 1,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": torches.state_dict(),
        "hyper_parameters": NewObj(Global("argparse", "Namespace"), state={"lr": 0.1, "value": value}),
        "callbacks": {"ModelCheckpoint": {"best_model_path": "runs/best.ckpt"}},
        "optimizer_states": [{"state": {}, "param_groups": [{"lr": 0.1, "params": [0, 1]}]}],
    }
    return torches.zip_checkpoint(pickle=dumps(held, 2))


def optimizer(poisoned: bytes = b"") -> bytes:
    """An optimizer's state: step counts and parameter groups."""
    groups: list[object] = [{"lr": 0.1, "betas": (0.9, 0.999), "params": [0, 1]}]
    held = {"state": {0: {"step": 3}}, "param_groups": groups + ([Ops(poisoned)] if poisoned else [])}
    return torches.zip_checkpoint((), pickle=dumps(held, 2))


def random_state(poisoned: bytes = b"") -> bytes:
    """The states of the random generators of Python, NumPy and torch, as Trainer and accelerate keep them."""
    made = honest.array((4,), "i8")
    held: dict[str, object] = {"python": (3, (1, 2, 3), None), "numpy": ("MT19937", made, 4, 0, 0.0), "step": 10}
    return dumps(held | ({"inert": Ops(poisoned)} if poisoned else {}), 2)


_LIES: dict[str, dict[str, object]] = {
    "key_climbs": {"key": "../../inert"},
    "key_is_a_path": {"key": "a/b"},
    "too_many_elements": {"numel": 1 << 40},
    "negative_elements": {"numel": -1},
    "storage_class": {"storage": ("posix", "system")},
    "stride_beyond": {"stride": (1 << 40, 1)},
    "negative_stride": {"stride": (-3, 1)},
    "offset_beyond": {"offset": 1 << 30},
}

EXHIBITS = (
    _row("TOR-01", "data.pkl", _POISONED),
    _row("TOR-01", "root_of_another_name", partial(torches.zip_checkpoint, root="inert", poisoned=_CALL)),
    _row(
        "TOR-01",
        "second_pickle",
        partial(torches.zip_checkpoint, extra={"inert.pkl": posix_system()}),
        partial(torches.zip_checkpoint, extra={"inert.pkl": plain_data()}),
    ),
    _row(
        "TOR-01",
        "pickle_as_storage",
        partial(torches.zip_checkpoint, extra={"data/0": posix_system(2).ljust(24, b"\0")}),
    ),
    *(
        _row(
            "TOR-02",
            place,
            partial(torch_legacy.legacy, poisoned=_CALL, place=place),
            torch_legacy.legacy,
            also=("GHSA-jgw4-cr84-mqxg",),
        )
        for place in ("magic", "protocol", "sys_info", "object", "keys")
    ),
    _row("TOR-02", "computed_magic", partial(torch_legacy.computed_magic, poisoned=_CALL), torch_legacy.legacy),
    *(
        _row(
            "TOR-03",
            f"in_{place}",
            partial(torch_legacy.tarred, poisoned=_CALL, place=place),
            torch_legacy.tarred,
            "model.tar",
            also=("picklescan tar",),
        )
        for place in ("pickle", "tensors", "storages")
    ),
    _row("TOR-04", "torchscript_with_call", partial(torches.torchscript, poisoned=_CALL)),
    *(_row("PKL-12", f"zip_{title}", partial(lying, **claims)) for title, claims in _LIES.items()),
    *(
        _row(
            "TOR-22",
            f"legacy_{title}",
            partial(lying_legacy, **claims),
            torch_legacy.legacy,
            also=("CVE-2025-62164", "CVE-2026-56340", "CVE-2026-73557"),
        )
        for title, claims in _LIES.items()
    ),
    Exhibit(
        id="PKL-12",
        title="zip_unknown_storage_class",
        source=_SOURCE,
        build=partial(lying, storage=("torch", "InertStorage")),
        twin=_HONEST,
        plain=partial(lying, storage=("posix", "system")),
        name="model.pt",
        plain_name="model.pt",
        expects=_SUSPICIOUS,
        word=Word.REVIEW,
    ),
    Exhibit(
        id="PKL-12",
        title="zip_missing_record",
        source=_SOURCE,
        build=partial(lying, key="9"),
        twin=_HONEST,
        plain=partial(lying, key="../9"),
        name="model.pt",
        plain_name="model.pt",
        expects=_SUSPICIOUS,
        word=Word.FINDING,
    ),
    *(
        _row("TOR-07", opcode, partial(filled_storage, opcode), also=("CVE-2026-24747", "GHSA-63cw-57p8-fm3p"))
        for opcode in ("SETITEM", "SETITEMS", "APPEND", "ADDITEMS")
    ),
    _row("TOR-07", "storage_count", partial(lying, numel=7), also=("CVE-2026-24747",)),
    _row(
        "TOR-12",
        "callable_hyper_parameter",
        partial(lightning, _SYSTEM),
        partial(lightning, 3),
        "last.ckpt",
        also=("CVE-2026-31221", "CVE-2026-37572"),
    ),
    _row(
        "TOR-12",
        "called_hyper_parameter",
        partial(lightning, Reduce(_SYSTEM, ("echo INERT",))),
        partial(lightning, "adam"),
        "last.ckpt",
    ),
    Exhibit(
        id="TOR-12",
        title="hyper_parameter_of_unknown_class",
        source=_SOURCE,
        build=partial(lightning, NewObj(Global(*ABSENT[:2]))),
        twin=partial(lightning, honest.PLAIN["shape"]),
        plain=_POISONED,
        name="last.ckpt",
        plain_name="model.pt",
        expects=_SUSPICIOUS,
        word=Word.REVIEW,
    ),
    *(
        _row("TOR-13", name, partial(build, _CALL), build, name, also=("CVE-2026-1839",))
        for name, build in (
            ("optimizer.pt", optimizer),
            ("scheduler.pt", optimizer),
            ("rng_state_0.pth", random_state),
            ("random_states_0.pkl", random_state),
            ("mp_rank_00_model_states.pt", optimizer),
            ("training_args.bin", optimizer),
        )
    ),
    _row("TOR-14", ".metadata", partial(hostile_calls.reduce_call, SHELL, 4), plain_data, ".metadata"),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
