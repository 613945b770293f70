"""Facts about pickles put together by hand, and a vocabulary of a few names, so that rules are tested alone."""

from __future__ import annotations

from types import ModuleType

from weighbridge.core.facts import Argument, Call, GlobalReference, ItemChange, Origin, StateChange
from weighbridge.core.finding import Match
from weighbridge.core.location import Location
from weighbridge.rules.vocabulary.standing import Vocabulary
from weighbridge.rules.vocabulary.tables import Danger, Tables, Vetted

HERE = Location(member=("archive/data.pkl",), offset=17, length=12)
ECHO = Argument(kind="str", text="echo INERT")

_VETTED = {
    "collections.OrderedDict": Vetted(uses=frozenset({"reference", "call", "items"}), arguments="list?", state="none"),
    "_codecs.encode": Vetted(uses=frozenset({"reference", "call"}), arguments="str,='latin1'", state="none"),
    "argparse.Namespace": Vetted(uses=frozenset({"reference", "new", "build"}), arguments="-", state="dict"),
}
_DANGERS = {
    "posix.system": "process",
    "os.system": "process",
    "builtins.exec": "code_execution",
    "asteval.Interpreter": "evaluator",
    "importlib.import_module": "import_resolution",
    "operator.attrgetter": "import_resolution",
    "builtins.open": "file",
    "io.FileIO": "file",
    "urllib.request.urlopen": "network",
    "socket.socket": "network",
    "inspect.currentframe": "interpreter",
    "picklescan.scanner._unsafe_globals": "scanner_evasion",
    "fickling.hook.run_hook": "scanner_evasion",
    "ctypes.CDLL": "native_code",
    "torch.ops.load_library": "native_code",
    "pickle.loads": "deserialiser",
    "joblib.load": "deserialiser",
    "types.CodeType": "code_object",
    "types.FunctionType": "code_object",
    "functools.reduce": "indirect_call",
    "builtins.map": "indirect_call",
    "pip.main": "installer",
    "ensurepip.bootstrap": "installer",
    "time.sleep": "denial",
    "posix._exit": "denial",
}


class _Few(Tables):
    def vetted(self, module: str, name: str) -> Vetted | None:
        return _VETTED.get(f"{module}.{name}")

    def danger(self, module: str, name: str) -> Danger | None:
        category = _DANGERS.get(f"{module}.{name}")
        return Danger(category=category, source="test", reason="it is dangerous") if category else None

    def is_stdlib(self, module: str) -> bool:
        return module.split(".", maxsplit=1)[0] in {"colorsys", "pathlib", "sys"}


WORDS = Vocabulary(_Few())


def found(rule: ModuleType, fact: object) -> tuple[Match, ...]:
    """What a rule finds in a fact."""
    matches: tuple[Match, ...] = tuple(rule.match(fact, WORDS))
    assert all(match.fact is fact for match in matches)
    return matches


def said(rule: ModuleType, fact: object) -> str:
    """The message of the one match that there is."""
    (match,) = found(rule, fact)
    assert "\n" not in match.message
    return match.message


def reference(module: str, name: str, *, called: bool = False) -> GlobalReference:
    """A name that is resolved."""
    return GlobalReference(at=HERE, module=module, name=name, opcode="GLOBAL", called=called)


def call(module: str, name: str, *arguments: Argument, opcode: str = "REDUCE", origin: Origin = Origin.GLOBAL) -> Call:
    """A call; of a name unless another origin is given."""
    return Call(at=HERE, opcode=opcode, origin=origin, module=module, name=name, arguments=arguments)


def state(
    module: str,
    name: str,
    *,
    origin: Origin = Origin.RESULT,
    kind: str = "dict",
    dunder_keys: tuple[str, ...] = (),
) -> StateChange:
    """A BUILD; on an object made in the stream unless another origin is given."""
    held = Argument(kind=kind)
    return StateChange(at=HERE, origin=origin, module=module, name=name, state=held, dunder_keys=dunder_keys)


def items(module: str, name: str, *keys: str, origin: Origin = Origin.GLOBAL, opcode: str = "SETITEM") -> ItemChange:
    """A SETITEM or its kin; on an imported object unless another origin is given."""
    return ItemChange(at=HERE, opcode=opcode, origin=origin, module=module, name=name, keys=keys)
