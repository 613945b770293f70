"""OTH-01 … OTH-07: joblib's arrays between opcodes and NumPy's arrays of objects."""

from __future__ import annotations

from functools import partial

from tests.builders import joblibs, numpys
from tests.builders.pickles.described import Ops
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import array
from tests.builders.pickles.programs import SHELL, VETTED, Target, call_target, program
from tests.builders.pickles.writer import dumps
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, joblib and NumPy"
_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE
_OBJECTS = dumps(array((2,), "O8", ["a", "b"]), 4)


def _joblib(id_: str, title: str, build: Build, twin: Build = joblibs.honest, **more: tuple[str, ...]) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=partial(joblibs.poisoned, place="before"),
        name="model.joblib",
        plain_name="model.joblib",
        also=more.get("also", ()),
    )


def _numpy(
    id_: str, title: str, build: Build, twin: Build, name: str = "array.npy", **more: tuple[str, ...]
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=posix_system,
        name=name,
        also=more.get("also", ()),
    )


def _milder(id_: str, title: str, build: Build, twin: Build, name: str, expects: Verdict, word: Word) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=posix_system,
        name=name,
        expects=expects,
        word=word,
    )


def hidden_in_array(target: Target = SHELL) -> bytes:
    """Array bytes that a bare unpickler runs and joblib steps over."""
    return joblibs.short_claim(target)


def sidecar(name: str, *, array_: bytes | None = None, climbs: bool = False) -> bytes:
    """One of the two files of joblib before 0.10."""
    return joblibs.sidecars(array=array_, sidecar="../../inert.npy" if climbs else None)[name]


EXHIBITS = (
    *(
        _joblib(
            "OTH-01",
            place,
            partial(joblibs.poisoned, place=place),
            partial(joblibs.poisoned, VETTED, place),
            also=("modelscan#356", "card aisecre joblib", "card EnigmaConsultant joblib"),
        )
        for place in ("before", "after", "between")
    ),
    _joblib("OTH-01", "short_claim", hidden_in_array),
    _joblib(
        "OTH-01",
        "before_alignment",
        lambda: joblibs.dump([joblibs.InlineArray(alignment=None), Ops(call_target(SHELL))]),
        partial(joblibs.honest, alignment=None),
    ),
    _joblib("OTH-01", "opcodes_that_are_only_data", joblibs.poisoned, joblibs.opcodes_in_array),
    _joblib(
        "OTH-02",
        "object_array",
        joblibs.poisoned_objects,
        joblibs.object_array,
        also=("CVE-2024-34997", "card hacnho joblib"),
    ),
    _joblib(
        "OTH-02",
        "behind_an_object_array",
        lambda: joblibs.dump([joblibs.InlineArray(shape=(2,), descriptor="O8"), Ops(call_target(SHELL))]),
        joblibs.object_array,
    ),
    _joblib(
        "OTH-03",
        "zfile",
        lambda: joblibs.zfile(joblibs.poisoned()),
        lambda: joblibs.zfile(joblibs.honest()),
        also=("card xiaoyaoes ZF",),
    ),
    *(
        _joblib(
            "OTH-03",
            f"behind_{codec}",
            partial(joblibs.compressed, joblibs.poisoned(), codec),
            partial(joblibs.compressed, joblibs.honest(), codec),
        )
        for codec in ("zlib", "gz", "bz2", "xz", "lzma", "lz4", "zst")
    ),
    _joblib(
        "OTH-03",
        "sidecar_climbs",
        partial(sidecar, "model.pkl", climbs=True),
        partial(sidecar, "model.pkl"),
        also=("card 01data-ai",),
    ),
    _numpy(
        "OTH-03",
        "sidecar_array",
        partial(sidecar, "model.pkl_01.npy", array_=numpys.poisoned_npy()),
        partial(sidecar, "model.pkl_01.npy"),
    ),
    _milder("OTH-04", "shape_bomb", joblibs.shape_bomb, joblibs.honest, "model.joblib", _SUSPICIOUS, Word.FINDING),
    *(
        _numpy(
            "OTH-05",
            f"version_{version}",
            partial(numpys.poisoned_npy, version=version),
            partial(numpys.object_npy, version=version),
            also=("CVE-2019-6446", "card mscgo77 npy", "card jeikei97"),
        )
        for version in (1, 2, 3)
    ),
    _numpy(
        "OTH-05",
        "behind_the_array",
        partial(numpys.object_npy, _OBJECTS + program(call_target(SHELL))),
        partial(numpys.object_npy, _OBJECTS),
    ),
    _numpy(
        "OTH-06",
        "objects_inside_a_record",
        partial(numpys.hidden_objects, posix_system()),
        partial(numpys.hidden_objects, _OBJECTS),
        also=("card MBM7",),
    ),
    _numpy("OTH-06", "behind_numbers", partial(numpys.trailing, posix_system()), numpys.npy),
    *(
        _milder(
            "OTH-06",
            f"header_{number:02}",
            partial(numpys.hostile_header, header),
            numpys.npy,
            "array.npy",
            expects,
            Word.UNKNOWN,
        )
        for number, (header, expects) in enumerate(
            zip(
                numpys.HOSTILE_HEADERS,
                (
                    _INCONCLUSIVE,
                    _INCONCLUSIVE,
                    _SUSPICIOUS,
                    _SUSPICIOUS,
                    _SUSPICIOUS,
                    Verdict.MALICIOUS,
                    _INCONCLUSIVE,
                    _INCONCLUSIVE,
                    _INCONCLUSIVE,
                    _INCONCLUSIVE,
                    _INCONCLUSIVE,
                ),
                strict=True,
            )
        )
    ),
    _milder("OTH-06", "false_length", numpys.false_length, numpys.npy, "array.npy", _SUSPICIOUS, Word.FINDING),
    _numpy("OTH-06", "shape_overflows", numpys.shape_bomb, numpys.npy),
    *(
        _numpy(
            "OTH-07",
            title,
            partial(numpys.poisoned_npz, name=name),
            partial(numpys.npz, {"weight.npy": numpys.npy(), name: numpys.object_npy()}),
            "arrays.npz",
            also=("card liamramsey npz", "card aslein1413 npz"),
        )
        for title, name in (("without_ending", "bias"), ("other_ending", "bias.txt.bin"), ("ordinary", "bias.npy"))
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
