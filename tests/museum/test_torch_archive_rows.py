"""TOR rows of archives that carry code, or checkpoints under other names: torch.package, .pt2, .mar, .nemo, .ptl."""

from __future__ import annotations

from functools import partial

from tests.builders import natives, tars, torches, zips
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, call_target
from tests.museum.exhibit import NO_CODE, Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, PyTorch"
_SUSPICIOUS = Verdict.SUSPICIOUS
_POISONED = partial(torches.zip_checkpoint, poisoned=call_target(SHELL, protocol=2))
_HONEST = torches.zip_checkpoint


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


def _bundle(name: str, content: bytes) -> bytes:
    """A torch.export archive with one entry."""
    return torches.zip_layout({f"data/{name}": content}, root="model")


def _nemo(name: str, content: bytes) -> bytes:
    """A NeMo archive is a tar; only its pickles and names are looked at here."""
    return tars.plain({name: content})


EXHIBITS = (
    *(
        Exhibit(
            id="TOR-10",
            title=title,
            source=_SOURCE,
            build=partial(torches.zip_checkpoint, extra={name: make()}),
            twin=partial(torches.zip_checkpoint, extra={name: plain_data()}),
            plain=_POISONED,
            name="model.pt2",
            plain_name="model.pt",
            expects=_SUSPICIOUS,
            word=Word.DENY,
            departs=NO_CODE,
        )
        for title, name, make in (("pe", "inert", natives.pe), ("macho", "inert.dylib", natives.macho))
    ),
    _row(
        "TOR-23",
        "bytecode.pkl",
        partial(torches.zip_checkpoint, extra={"bytecode.pkl": posix_system(2)}),
        partial(torches.zip_checkpoint, extra={"bytecode.pkl": plain_data(2)}),
        "model.ptl",
    ),
    _row(
        "TOR-23",
        "extra_file",
        partial(torches.zip_checkpoint, extra={"extra/inert": posix_system()}),
        partial(torches.zip_checkpoint, extra={"extra/inert": plain_data()}),
        "model.ptl",
    ),
    _row(
        "TOR-09",
        "weight_as_pickle",
        lambda: _bundle("weights/weight_0", _POISONED()),
        lambda: _bundle("weights/weight_0", _HONEST()),
        "model.pt2",
    ),
    _row(
        "TOR-09",
        "sample_input_as_pickle",
        lambda: _bundle("sample_inputs/model.pt", posix_system(2)),
        lambda: _bundle("sample_inputs/model.pt", plain_data(2)),
        "model.pt2",
    ),
    _row(
        "TOR-16",
        "checkpoint_in_mar",
        lambda: zips.plain({"model.pt": _POISONED()}),
        lambda: zips.plain({"model.pt": _HONEST()}),
        "model.mar",
    ),
    *(
        _row(
            "TOR-19",
            f"in_nemo_{name}",
            partial(_nemo, name, posix_system()),
            partial(_nemo, name, plain_data()),
            "model.nemo",
        )
        for name in ("model_weights.ckpt", "weights.bin", "tokenizer.dill", "extra.joblib", "blob")
    ),
    _row(
        "TOR-20",
        "nemo_climbs",
        partial(_nemo, "../../inert.dat", plain_data()),
        partial(_nemo, "inert.dat", plain_data()),
        "model.nemo",
    ),
    *(
        _row(id_, name, posix_system, plain_data, name, posix_system)
        for id_, name in (
            ("OTH-14", "model.xgb"),
            ("OTH-14", "model.lgb"),
            ("OTH-18", "model.pdparams"),
            ("OTH-18", "model.pdopt"),
            ("OTH-28", "index.pkl"),
            ("OTH-32", "embedding.pt"),
            ("OTH-32", "lora.bin"),
        )
    ),
    _row(
        "OTH-32",
        "lora_in_zip",
        lambda: zips.plain({"a/lora.bin": _POISONED()}),
        lambda: zips.plain({"a/lora.bin": _HONEST()}),
        "pack.zip",
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
