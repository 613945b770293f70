"""PKL-01 … PKL-42: every technique of the pickle machine that a file can carry.

Most pairs come from `tests.builders.pickles.SAMPLES`; here they get their verdicts. Plain is a shell command called
without any disguise.
"""

from __future__ import annotations

import base64
from functools import partial

from tests.builders.pickles import SAMPLES, Sample, honest, hostile_calls, hostile_streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Reduce
from tests.builders.pickles.programs import ABSENT, SHELL, VETTED, Target, call_target, pickled_call, program
from tests.builders.pickles.writer import data, dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, pickle protocol and virtual machine"
UNLISTED = "a name that no table knows may be the author's own class: it is named, but not called malicious"
_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE
_SYSTEM = Global("posix", "system")

# What the samples are worth whose verdict is not `malicious`: the catalogue's word, the verdict, why it is weaker.
_MILDER: dict[str, tuple[Word, Verdict, str]] = {
    "built_object": (Word.DENY, _SUSPICIOUS, UNLISTED),
    "persistent_id": (Word.REVIEW, _SUSPICIOUS, ""),
    "persistent_id_text": (Word.REVIEW, _SUSPICIOUS, ""),
    "import_only": (Word.REVIEW, _SUSPICIOUS, ""),
    "out_of_band": (Word.REVIEW, _SUSPICIOUS, ""),
    "read_only_buffer": (Word.REVIEW, _SUSPICIOUS, ""),
    "length_bomb": (Word.UNKNOWN, _SUSPICIOUS, ""),
    "memo_index_bomb": (Word.UNKNOWN, _SUSPICIOUS, ""),
    f"false_frame_{(1 << 64) - 1}": (
        Word.DENY,
        _INCONCLUSIVE,
        "both unpicklers refuse a frame of more than 2^63 bytes, so nothing behind it runs",
    ),
}
# Data of an unusual shape: it costs a loader nothing, so it is shown with a call behind it, which must still be seen.
_ONLY_DATA = ("doubling_bomb", "mark_bomb", "nesting_bomb")
_ALSO = {
    "PKL-03": ("modelaudit bypass",),
    "PKL-05": ("GHSA-mxhj-88fx-4pcv",),
    "PKL-11": ("card hacnho ext-copyreg", "modelaudit#623"),
    "PKL-19": ("card TESTforge42", "CPython#126992"),
    "PKL-23": ("card rowandwhelan",),
    "PKL-24": ("CPython#123309",),
    "PKL-27": ("nullifAI 2025",),
    "PKL-30": ("card hoanghai broken stream",),
    "PKL-38": ("fickling#249",),
    "PKL-42": ("arXiv:2508.19774",),
}


def _of(sample: Sample) -> Exhibit:
    word, expects, departs = _MILDER.get(sample.name, (Word.DENY, Verdict.MALICIOUS, ""))
    return Exhibit(
        id=sample.technique,
        title=sample.name,
        source=_SOURCE,
        build=sample.build,
        twin=sample.twin,
        expects=expects,
        word=word,
        departs=departs,
        also=_ALSO.get(sample.technique, ()),
    )


def behind(bomb: Build, target: Target = SHELL) -> bytes:
    """The value that a bomb leaves is thrown away, then the target is called."""
    return bomb()[:-1] + op.POP + call_target(target) + op.STOP


def _behind(sample: Sample) -> Exhibit:
    return Exhibit(
        id=sample.technique,
        title=f"behind_{sample.name}",
        source=_SOURCE,
        build=partial(behind, sample.build),
        twin=partial(behind, sample.twin, VETTED),
        also=("modelaudit#1247", "promptfoo#6266", "fickling#111"),
    )


def _row(id_: str, title: str, build: Build, twin: Build = honest.plain_data) -> Exhibit:
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, twin=twin)


def rebuilt_partial(function: Global) -> bytes:
    """`functools.partial(len)` whose state, set by BUILD, holds another function."""
    made = Reduce(Global("functools", "partial"), (Global("builtins", "len"),), state=(function, (), {}, None))
    return dumps(made)


def hooked_module(hook: object) -> bytes:
    """A torch module whose forward hooks, set by BUILD, hold a function."""
    hooks = Reduce(Global("collections", "OrderedDict"), pairs=((0, hook),) if hook else ())
    state = {"training": False, "_forward_hooks": hooks, "in_features": 2, "out_features": 3}
    return dumps(NewObj(Global("torch.nn.modules.linear", "Identity"), state=state))


def far_in(target: Target, protocol: int) -> bytes:
    """Plain data of more than a hundred kilobytes with one encoded pickle among its strings."""
    hidden = base64.b64encode(pickled_call(target)).decode()
    return dumps([*({"id": number, "name": f"row {number}"} for number in range(4000)), {"logo": hidden}], protocol)


def absent(protocol: int = 4) -> bytes:
    return pickled_call(ABSENT, protocol=protocol)


def renamed(module: str, name: str, protocol: int) -> bytes:
    """A name of Python 2 that is rewritten below protocol 3."""
    return pickled_call(Target(module, name, ("http://inert.invalid/",)), protocol=protocol)


def shadowed_frame() -> bytes:
    """A frame that ends in the middle of a name: file readers and string readers see two different programs."""
    body = data(("echo INERT",)) + op.REDUCE + op.STOP
    named = op.GLOBAL("posix", "system")
    return op.PROTO(4) + op.FRAME(len(named) - 3) + named + body


EXHIBITS = (
    *(_of(sample) for sample in SAMPLES if sample.name not in _ONLY_DATA),
    *(_behind(sample) for sample in SAMPLES if sample.name in _ONLY_DATA),
    Exhibit(
        id="PKL-01",
        title="absent_module",
        source=_SOURCE,
        build=absent,
        expects=_SUSPICIOUS,
        departs=UNLISTED,
    ),
    _row(
        "PKL-06",
        "newobj_ex_keywords",
        lambda: program(op.GLOBAL("subprocess", "Popen"), data(()), data({"args": "echo"}), op.NEWOBJ_EX),
        partial(hostile_calls.newobj_ex, Target("argparse", "Namespace")),
    ),
    _row(
        "PKL-07",
        "standard_library_class",
        partial(hostile_calls.built_object, Global("logging", "FileHandler"), {"baseFilename": "inert"}),
        honest.namespace,
    ),
    _row(
        "PKL-07", "call_used_by_build", partial(chains.used_by_build, "posix", "system", "echo INERT"), honest.namespace
    ),
    _row(
        "PKL-09",
        "slots_of_a_function",
        lambda: program(op.GLOBAL("numpy", "log1p"), data((None, {"inert": _SYSTEM})), op.BUILD),
        hostile_calls.slot_state_on_object,
    ),
    _row(
        "PKL-09",
        "state_of_a_module",
        lambda: program(op.GLOBAL("torch", "nn"), data({"inert": 1}), op.BUILD),
        hostile_calls.slot_state_on_object,
    ),
    _row("PKL-10", "partial", partial(rebuilt_partial, _SYSTEM), partial(rebuilt_partial, Global("builtins", "len"))),
    _row("PKL-10", "forward_hook", partial(hooked_module, _SYSTEM), partial(hooked_module, None)),
    _row(
        "PKL-15",
        "random_os",
        partial(pickled_call, Target("random", "_os.system", ("echo INERT",))),
        partial(pickled_call, VETTED),
    ),
    _row(
        "PKL-15",
        "pathlib_os_obj",
        partial(pickled_call, Target("pathlib", "os.system", ("echo INERT",)), via="obj"),
        partial(pickled_call, VETTED, via="obj"),
    ),
    *(
        _row(
            "PKL-18",
            f"{module}.{name}_{protocol}",
            partial(renamed, module, name, protocol),
            partial(hostile_calls.python2_container, protocol=protocol),
        )
        for module, name in (
            ("httplib", "HTTPConnection"),
            ("urllib2", "urlopen"),
            ("__builtin__", "execfile"),
            ("itertools", "ifilter"),
            ("xmlrpclib", "ServerProxy"),
        )
        for protocol in (0, 2)
    ),
    _row("PKL-22", "frame_cuts_a_name", shadowed_frame, partial(hostile_streams.true_frame, VETTED)),
    Exhibit(
        id="PKL-26",
        title="starved_stack_global",
        source=_SOURCE,
        build=hostile_streams.starved_stack_global,
        expects=_INCONCLUSIVE,
        word=Word.UNKNOWN,
    ),
    _row(
        "PKL-29",
        "eighth_of_eight",
        partial(hostile_streams.stacked, before=7),
        partial(hostile_streams.stacked, VETTED, 7),
    ),
    *(
        _row("PKL-30", f"after_{title}", partial(hostile_streams.after_stop, filler=filler))
        for title, filler in (("text", b"\n# notes\n\n"), ("noise", bytes(range(128, 256)) * 8), ("zeros", bytes(4096)))
    ),
    _row(
        "PKL-32",
        "base64_inside_hex",
        lambda: dumps([hostile_streams.encoded().hex()]),
        lambda: dumps([hostile_streams.encoded(VETTED).hex()]),
    ),
    *(
        _row(
            "PKL-32",
            f"far_into_plain_data_{protocol}",
            partial(far_in, SHELL, protocol),
            partial(far_in, VETTED, protocol),
        )
        for protocol in (0, 2, 4)
    ),
    _row("PKL-35", "factory_posix_system", partial(hostile_calls.default_factory, _SYSTEM), honest.default_dict),
    _row(
        "PKL-38",
        "scanner_imported_only",
        partial(hostile_calls.import_only, "picklescan.scanner", "scan_pickle_bytes"),
        partial(hostile_calls.import_only, *VETTED[:2]),
    ),
    _row(
        "PKL-42",
        "raise_inside_arguments",
        lambda: program(call_target(SHELL), op.POP, call_target(Target("builtins", "complex", ("INERT",)))),
        partial(pickled_call, Target("builtins", "complex", (1, 2))),
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
