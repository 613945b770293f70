"""What a term comes to across the files of a project: texts with the way they came, or why there is none.

What is not known yet is noted as a need; the finder asks the workers and resolves again.
"""

from __future__ import annotations

from weighbridge.core.values import replace, value
from weighbridge.inventory.application.asking import KEY
from weighbridge.inventory.application.reducing import ANY, EACH, item, path_of
from weighbridge.inventory.application.references import Method
from weighbridge.inventory.application.terms import (
    Choice,
    Document,
    Imported,
    Item,
    Joined,
    Option,
    Parameter,
    Plain,
    Sequence,
    Table,
    Text,
    Unknown,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence as Several

    from weighbridge.inventory.application.files import ProjectFile
    from weighbridge.inventory.application.modules import Modules
    from weighbridge.inventory.application.terms import Term

MOST = 64
"""Outcomes of one term; tables of models in real programs have up to some fifty."""
_DEEP = 24
_STEPS = 5_000
"""Terms that are looked at for one argument; what refers to itself in several ways ends there."""
_RANK = tuple(Method)


@value
class Outcome:
    """One text (or other value) that a term comes to, how it was found; without either ``why`` says what is open."""

    text: Text | None = None
    plain: str = ""
    method: Method = Method.LITERAL
    variable: str = ""
    why: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.text is not None or bool(self.plain)


def weakest(*methods: Method) -> Method:
    """Give the method that counts where several were needed."""
    return max(methods, key=_RANK.index)


class Resolver:
    """Resolves terms against what is known of the project's files."""

    def __init__(self, files: Several[ProjectFile], modules: Modules) -> None:
        self.files = files
        self.modules = modules
        self.exports: dict[tuple[int, str], Term | None] = {}
        self.needs: dict[int, set[str]] = {}
        self.variables: dict[str, list[Term]] = {}
        """What files of the project set environment variables to."""
        self.used: set[str] = set()
        """Variables that were resolved by such a file."""
        self._busy: set[str] = set()
        self._steps = 0
        self._by_path = {file.path: number for number, file in enumerate(files)}
        self._by_name: dict[str, list[int]] = {}
        for number, file in enumerate(files):
            self._by_name.setdefault(file.path.rpartition("/")[2], []).append(number)

    def resolve(self, term: Term | None) -> list[Outcome]:
        """Give all outcomes of a term, each once, the known ones first."""
        if term is None:
            return []
        self._steps = 0
        found = list(dict.fromkeys(self._outcomes(term, 0)))[:MOST]
        return sorted(found, key=lambda one: not one.known)

    def _outcomes(self, term: Term, depth: int) -> list[Outcome]:
        self._steps += 1
        if depth > _DEEP or self._steps > _STEPS:
            return [Outcome(why="it nests too deep")]
        match term:
            case Text():
                return [Outcome(text=term)]
            case Plain(word=word):
                return [Outcome(plain=word)]
            case Unknown(why=why):
                return [Outcome(why=why)]
            case Variable():
                return self._variable(term, depth)
            case Option(name=name, default=default):
                found = self._outcomes(default, depth + 1) if default is not None else []
                return _by(Method.OPTION, found) or [Outcome(why=f"the option {name}")]
            case Parameter(function=function, name=name, default=default):
                if default is not None and default != Plain(word="None"):
                    return _by(Method.CONSTANT, self._outcomes(default, depth + 1))
                why = f"the parameter {name} of {function.rpartition('.')[2]}()"
                return [Outcome(plain="" if default is None else "None", why=why)]
            case Choice(of=several):
                return _by(Method.ALTERNATIVE, self._all(several, depth))
            case Sequence(items=several) | Table(values=several):
                return _by(Method.ALTERNATIVE, self._all(several, depth))
            case Joined(parts=parts, between=between, at=at):
                return self._joined(parts, between, at, depth)
            case Imported(path=path, file=file):
                reached = self._imported(path, file)
                if reached is None or reached == term:
                    return [Outcome(why=f"{path}, which is not of this project")]
                return _by(Method.CONSTANT, self._outcomes(reached, depth + 1))
            case Document():
                return [Outcome(why="a whole configuration")]
            case Item():
                reached = self._item(term)
                if reached is None or reached == term:
                    key = "an item" if term.key in {ANY, EACH} else repr(term.key)
                    return [Outcome(why=f"{key} of {_words(term.of)}")]
                method = Method.CONFIGURATION if _base(term) is Document else Method.CONSTANT
                return _by(method, self._outcomes(reached, depth + 1))
        raise AssertionError(term)

    def _all(self, several: Several[Term], depth: int) -> list[Outcome]:
        found: list[Outcome] = []
        for one in several:
            found += self._outcomes(one, depth + 1)
            if len(found) > MOST:
                break
        return found

    def _variable(self, term: Variable, depth: int) -> list[Outcome]:
        found: list[Outcome] = []
        if term.name not in self._busy:  # MODEL=${MODEL:-org/name} means itself only by its default
            self._busy.add(term.name)
            for one in self.variables.get(term.name, ())[:MOST]:
                found += [done for done in self._outcomes(one, depth + 1) if done.text is not None]
            self._busy.discard(term.name)
        if found:
            self.used.add(term.name)
        if term.default is not None:
            found += [one for one in self._outcomes(term.default, depth + 1) if one.known and one.plain != "None"]
        found = [replace(one, variable=one.variable or term.name) for one in _by(Method.ENVIRONMENT, found)]
        return found or [Outcome(why=f"the environment variable {term.name}", variable=term.name)]

    def _joined(self, parts: Several[Term], between: str, at: object, depth: int) -> list[Outcome]:
        rows: list[tuple[list[str], Method, str]] = [([], Method.CONSTANT, "")]
        for part in parts:
            outcomes = self._outcomes(part, depth + 1)
            known = [one for one in outcomes if one.known and one.plain not in {"None", "True", "False"}]
            if not known:
                whys = [one.why for one in outcomes if one.why]
                return [Outcome(why=whys[0] if whys else "a part of the name")]
            rows = [
                ([*words, one.text.text if one.text else one.plain], weakest(method, one.method),
                 variable or one.variable)
                for words, method, variable in rows for one in known
            ][:MOST]  # fmt: skip
        return [
            Outcome(
                text=Text(text=path_of(words) if between == "/" else "".join(words), at=at),  # type: ignore[arg-type]
                method=method, variable=variable,
            )
            for words, method, variable in rows
        ]  # fmt: skip

    # -- other files -----------------------------------------------------------------------------------------------

    def _imported(self, path: str, file: int) -> Term | None:
        """Follow a dotted path to the module that has it; what is not asked yet becomes a need."""
        located = self.modules.locate(path, file)
        if located is None or not located[1]:
            return None
        return self._wanted(*located)

    def _wanted(self, number: int, name: str) -> Term | None:
        if (number, name) not in self.exports:
            self.needs.setdefault(number, set()).add(name)
            return None
        return self.exports[number, name]

    def _item(self, term: Item) -> Term | None:
        """Give what lies under a key, if what holds it is of another module or a configuration."""
        keys = [term.key]
        of = term.of
        while isinstance(of, Item):
            keys.append(of.key)
            of = of.of
        keys.reverse()
        if isinstance(of, Document):
            number = self.document(of)
            return self._wanted(number, KEY.join(keys)) if number is not None else None
        if isinstance(of, Imported):
            # Whatever holds it may be a table there, or an object with attributes.
            held = self._imported(of.path, of.file)
            if isinstance(held, Unknown) and ANY not in keys:
                return self._imported(".".join((of.path, *keys)), of.file)
        elif isinstance(of, Variable | Option | Parameter) and of.default is not None:
            held = of.default
        else:
            held = None
        for key in keys if held is not None else ():
            held = item(held, key)  # type: ignore[arg-type]
        return held

    def document(self, term: Document) -> int | None:
        """Find the configuration file that a program opens: from its own folder, from the root, or by its end."""
        texts = [one.text.text for one in self.resolve(term.path) if one.text is not None]
        if not texts and isinstance(term.path, Joined):
            # Path(__file__).parent / "config.yaml": the end is known.
            tail: list[str] = []
            for part in reversed(term.path.parts):
                if not isinstance(part, Text):
                    break
                tail.insert(0, part.text)
            texts = ["/".join(tail).lstrip("/")] if tail else []
        for text in texts:
            folder = self.files[term.file].path.rpartition("/")[0] if term.file >= 0 else ""
            for base in (folder, "", *_above(folder)):
                path = _normal(f"{base}/{text}" if base else text)
                if path in self._by_path:
                    return self._by_path[path]
            name = text.rpartition("/")[2]
            ends = [n for n in self._by_name.get(name, ()) if f"/{self.files[n].path}".endswith(f"/{_normal(text)}")]
            if len(ends) == 1:
                return ends[0]
        return None


def _by(method: Method, outcomes: list[Outcome]) -> list[Outcome]:
    return [replace(one, method=weakest(method, one.method)) if one.known else one for one in outcomes]


def _base(term: Item) -> type:
    of = term.of
    while isinstance(of, Item):
        of = of.of
    return type(of)


def _words(term: Term) -> str:
    match term:
        case Imported(path=path):
            return path
        case Parameter(name=name, function=function):
            return f"the parameter {name} of {function.rpartition('.')[2]}()"
        case Item(of=of, key=key):
            return f"an item of {_words(of)}" if key in {ANY, EACH} else f"{_words(of)}.{key}"
        case Document(path=Text(text=text)):
            return text
        case Variable(name=name):
            return f"the environment variable {name}"
    return "something"


def _above(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]


def _normal(path: str) -> str:
    """Take ``.`` and ``..`` out of a relative path with slashes."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == ".." and kept:
            kept.pop()
        elif part not in {"", ".", ".."}:
            kept.append(part)
    return "/".join(kept)
