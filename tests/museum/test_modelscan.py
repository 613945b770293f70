"""modelscan: files that it called clean, skipped, or lost in an error entry beside an empty list of issues."""

from __future__ import annotations

from functools import partial

from tests.builders import joblibs, numpys, streams, torch_legacy, torches, zip_tricks, zips
from tests.builders.pickles import honest, hostile_calls, hostile_streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, Reduce
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, VETTED, Target, call_target, pickled_call, program
from tests.builders.pickles.writer import data, dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word, calling, plain_call

_SOURCE = "modelscan, issue or published proof"
_URL, _ECHO, _FILE = "http://inert.invalid/", "echo INERT", "inert-absent-file"


def _name(id_: str, module: str, name: str, *arguments: object) -> Exhibit:
    return Exhibit(
        id=id_,
        title=f"{module}.{name}",
        source=_SOURCE,
        build=partial(dumps, Reduce(Global(module, name), arguments), 4),
        plain=calling(module, name, *arguments, protocol=4 if "." in name else 0),
        twin=honest.ordered_dict,
    )


def _file(id_: str, title: str, build: Build, twin: Build, name: str, plain: Build | None = None) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=plain or plain_call,
        name=name,
        plain_name=name,
    )


def slot_state(function: str = "prod") -> Build:
    """BUILD sets an attribute of an allowlisted function."""
    state = data((None, {"inert": Global("posix", "system")}))
    return lambda: program(op.GLOBAL("numpy", function), state, op.BUILD)


EXHIBITS = (
    *(
        _name("modelscan#338", module, name, *arguments)
        for module, name, *arguments in (
            ("torch.utils.collect_env", "run", _ECHO),
            ("multiprocessing.util", "spawnv_passfds", "echo", ("echo", "INERT"), ()),
            ("mlflow.projects.backend.local", "_run_entry_point", _ECHO, ".", "1", "2"),
            ("pandas.io.parsers.readers", "read_csv", _URL),
            ("pandas", "read_csv", _URL),
            ("torch.storage", "_load_from_bytes.__call__", b"N."),
            ("urllib.request", "urlretrieve", _URL, _FILE),
            ("http.client", "HTTPSConnection", "inert.invalid"),
            ("joblib.testing", "check_subprocess_call", ("echo", "INERT")),
            ("torch.hub", "load", "inert/absent", "inert"),
        )
    ),
    Exhibit(
        id="modelscan#338",
        title="invalid_memo_reference",
        source=_SOURCE,
        build=hostile_streams.undefined_memo,
        also=("modelscan#348",),
    ),
    _file(
        "modelscan#354",
        "bad_first_entry",
        partial(zip_tricks.bad_first, posix_system()),
        partial(zips.plain, {"archive/first.pkl": plain_data(), zip_tricks.NAME: plain_data()}),
        "model.pt",
        partial(torches.zip_checkpoint, poisoned=call_target(SHELL, protocol=2)),
    ),
    _file("modelscan#356", "after_array", joblibs.poisoned, joblibs.honest, "model.joblib"),
    _file(
        "modelscan#356", "between_arrays", partial(joblibs.poisoned, place="between"), joblibs.honest, "model.joblib"
    ),
    _file(
        "modelscan#356",
        "compressed",
        lambda: joblibs.compressed(joblibs.poisoned()),
        lambda: joblibs.compressed(joblibs.honest()),
        "model.joblib",
    ),
    Exhibit(id="modelscan#85", title="rebound_function", source=_SOURCE, build=chains.rebound_function),
    Exhibit(id="modelscan#89", title="builtins_of_numpy", source=_SOURCE, build=chains.builtins_of_a_module),
    Exhibit(id="modelscan#89", title="modules_as_attributes", source=_SOURCE, build=chains.modules_as_attributes),
    Exhibit(
        id="modelscan#330",
        title="slot_state_on_function",
        source=_SOURCE,
        build=slot_state(),
        twin=hostile_calls.slot_state_on_object,
        also=("modelscan#89",),
    ),
    Exhibit(
        id="modelscan#330",
        title="dotted_through_numpy",
        source=_SOURCE,
        build=partial(pickled_call, Target("numpy", "core._internal.sys.modules.get", ("os",))),
        twin=honest.numpy_array,
    ),
    Exhibit(id="modelscan#331", title="joined_name", source=_SOURCE, build=chains.joined_name),
    Exhibit(
        id="card EnigmaConsultant duplicate members",
        title="first_of_two",
        source=_SOURCE,
        build=partial(zip_tricks.duplicates, posix_system(), plain_data()),
        twin=partial(zip_tricks.duplicates, plain_data()),
        name="model.pt",
        also=("card Fitscha",),
    ),
    Exhibit(
        id="card xiaoyaoes dict",
        title="itemgetter_exec",
        source=_SOURCE,
        build=chains.itemgetter_exec,
        plain=calling("builtins", "exec", "'INERT'"),
        twin=honest.default_dict,
    ),
    Exhibit(id="card SHUBH4M cloudpickle", title="function", source=_SOURCE, build=chains.cloudpickled_function),
    Exhibit(
        id="card aisecre dill",
        title="nested_loads",
        source=_SOURCE,
        build=partial(hostile_streams.nested, loader=("dill", "loads")),
        twin=partial(hostile_streams.nested, VETTED, None),
    ),
    Exhibit(
        id="card security-finder",
        title="loky_wrapper",
        source=_SOURCE,
        build=partial(
            hostile_streams.nested, loader=("joblib.externals.loky.cloudpickle_wrapper", "_reconstruct_wrapper")
        ),
        twin=partial(hostile_streams.nested, VETTED, None),
        also=("loky card",),
    ),
    Exhibit(
        id="card askeladd",
        title="map_and_list",
        source=_SOURCE,
        build=partial(chains.used_as_item, "builtins", "map", Global("posix", "system"), ("echo INERT",)),
        twin=honest.plain_data,
    ),
    Exhibit(
        id="card sfwani",
        title="double_build",
        source=_SOURCE,
        build=hostile_calls.double_build,
        twin=honest.namespace,
    ),
    _file(
        "card liamramsey npz",
        "member_without_ending",
        partial(numpys.poisoned_npz, name="bias"),
        partial(numpys.npz, {"weight.npy": numpys.npy(), "bias": numpys.npy((3,))}),
        "arrays.npz",
        partial(numpys.poisoned_npz, name="bias.npy"),
    ),
    _file("card mscgo77 npy", "object_array", numpys.poisoned_npy, numpys.object_npy, "array.npy"),
    _file(
        "card celvexgroup nested zip",
        "zip_in_zip_in_zip",
        partial(zip_tricks.nested, posix_system()),
        partial(zip_tricks.nested, plain_data()),
        "model.zip",
        partial(zips.plain, {"data.pkl": posix_system()}),
    ),
    _file(
        "card zamaanahmed streams",
        "gzip",
        partial(streams.gzipped, posix_system()),
        partial(streams.gzipped, plain_data()),
        "model.pkl.gz",
        posix_system,
    ),
    *(
        _file(
            "modelscan skipped",
            f"{what}",
            build,
            twin,
            name,
        )
        for what, build, twin, name in (
            ("bare_pickle_as_pt", posix_system, plain_data, "model.pt"),
            ("pickle_without_ending", posix_system, plain_data, "model"),
            (
                "legacy_second_pickle",
                partial(torch_legacy.legacy, (), poisoned=call_target(SHELL, protocol=2), place="sys_info"),
                partial(torch_legacy.legacy, ()),
                "model.pt",
            ),
        )
    ),
    Exhibit(
        id="modelscan errors",
        title="broken_tail",
        source=_SOURCE,
        build=hostile_streams.broken_tail,
        also=("card hoanghai broken stream",),
    ),
    Exhibit(
        id="card manbearpig",
        title="import_is_the_payload",
        source=_SOURCE,
        build=hostile_calls.import_only,
        twin=partial(hostile_calls.import_only, *VETTED[:2]),
        expects=Verdict.SUSPICIOUS,
        word=Word.REVIEW,
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
