"""SCN-01 … SCN-03: names that promise another format, or none, and pickles without a magic number."""

from __future__ import annotations

from functools import partial

from tests.builders import sevenzips, streams, torches
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, call_target
from tests.museum.carried import BAD, SOURCE, ZIP, tarred, zipped
from tests.museum.exhibit import Build, Exhibit, Form

_NAMES = (
    "model.cloudpickle",
    "model.ptpkg",
    "model.mlmodel",
    "model.weights",
    "model",
    "MODEL.PT",
    "model.pkl.bak",
    ".metadata",
    "data.0",
    "model.pdparams",
    "index.faiss",
)


def _renamed(id_: str, name: str, around: Build, honest: Build, plain_name: str) -> Exhibit:
    """The name is the trick: the plain form has an ordinary one."""
    return Exhibit(
        id=id_, title=name, source=SOURCE, build=around, plain=around, twin=honest, name=name, plain_name=plain_name
    )


EXHIBITS = (
    *(_renamed("SCN-01", name, posix_system, plain_data, "model.pkl") for name in _NAMES),
    _renamed("SCN-01", "model.weights.zip_inside", ZIP[0], ZIP[1], "model.zip"),
    _renamed("SCN-02", "pytorch_model.bin", posix_system, plain_data, "model.pkl"),
    _renamed("SCN-02", "model.ckpt", partial(posix_system, 0), partial(plain_data, 0), "model.pkl"),
    _renamed(
        "SCN-02",
        "model.pkl.torch",
        partial(torches.zip_checkpoint, poisoned=call_target(SHELL, protocol=2)),
        torches.zip_checkpoint,
        "model.pt",
    ),
    *(
        Exhibit(
            id="SCN-03",
            title=f"{title}_protocol_{protocol}",
            source=SOURCE,
            build=partial(around, posix_system(protocol)),
            twin=partial(around, plain_data(protocol)),
            plain=partial(around, BAD),
            name=name,
            plain_name=name,
        )
        for protocol in (0, 1)
        for title, around, name in (
            ("zip", zipped, "model.zip"),
            ("tar", tarred, "model.tar"),
            ("7z", lambda pickle: sevenzips.plain({"weights": pickle}), "model.7z"),
            ("gzip", streams.gzipped, "model.gz"),
        )
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
