"""From the facts of all files to references: terms resolved, callers of the project's own functions joined in."""

from __future__ import annotations

from weighbridge.core.values import replace, value
from weighbridge.inventory.application import names
from weighbridge.inventory.application.asking import Wrapper
from weighbridge.inventory.application.files import usage_of
from weighbridge.inventory.application.fixtures import Fixtures
from weighbridge.inventory.application.modules import Modules
from weighbridge.inventory.application.reducing import choice, item, joined
from weighbridge.inventory.application.references import (
    Confidence,
    Kind,
    Method,
    ModelReference,
    Pin,
    Place,
    Unread,
    Unresolved,
)
from weighbridge.inventory.application.resolving import Outcome, Resolver
from weighbridge.inventory.application.terms import (
    Choice,
    Imported,
    Item,
    Joined,
    Option,
    Parameter,
    Sequence,
    Span,
    Table,
    Text,
    Variable,
)
from weighbridge.inventory.application.vocabulary.entries import KEY_NAMES, PYTHON, WRAPPER, entry_of
from weighbridge.inventory.application.vocabulary.names import WEIGHTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Sequence as Several

    from weighbridge.inventory.application.facts import Call, FileFacts
    from weighbridge.inventory.application.files import ProjectFile
    from weighbridge.inventory.application.loaders import Loader
    from weighbridge.inventory.application.terms import Term

_DEEP = 4
"""Functions that hand a name on to each other."""
_EXPANDED = 20_000
"""Calls of the project's own functions that are followed."""
WRAPPERS = 400
"""Functions of the project that are looked for in one round."""

_WHOLE = Span(line=1, column=1, end_line=1, end_column=1)
"""The place of a file as a whole."""

_NO = frozenset({"False", "None", "0"})
_SURE = frozenset({Method.LITERAL, Method.CONSTANT, Method.ALTERNATIVE, Method.CONTENT})


@value
class Site:
    """A loader with what it gets, and where it is seen from: its own call, or that of a function that leads to it."""

    call: Call
    given: tuple[tuple[str, Term], ...]
    at: Span
    cell: int
    depth: int = 0
    callers: tuple[Call, ...] = ()
    """The calls of the project's own functions that it is seen through, the innermost first."""

    def get(self, field: str) -> Term | None:
        """Give what a field got."""
        return next((term for name, term in self.given if name == field), None)


class Fold:
    """Holds the facts of a project; ``references`` gives what they come to once nothing is needed any more."""

    def __init__(self, files: Several[ProjectFile], known: set[str]) -> None:
        self.files = files
        self.known = known
        python = [(number, file.path) for number, file in enumerate(files) if file.path.endswith((".py", ".pyw"))]
        self.modules = Modules(python)
        self.resolver = Resolver(files, self.modules)
        self.unread: list[Unread] = []
        self.fixtures = Fixtures(files)
        self._calls: dict[tuple[str, int, str, Span], Call] = {}
        self._callers: dict[str, list[Call]] = {}
        self._wrapped: dict[tuple[str, int, str, Span], Call] = {}
        self._asked: set[tuple[str, str]] = set()
        self._held: list[tuple[int, FileFacts]] = []
        self._expanded = 0

    def add(self, number: int, facts: FileFacts, asked: Several[str] = ()) -> None:
        """Take the facts of one file; ``asked`` are the names that were asked for."""
        for call in facts.calls:
            key = (call.loader, call.entry, call.callable, call.at)
            (self._wrapped if call.loader == WRAPPER else self._calls).setdefault(key, call)
        for setting in facts.settings:
            if setting.scope == "env":
                self.resolver.variables.setdefault(setting.name, []).append(setting.term)
        found = dict(facts.exports)
        for name in asked:
            self.resolver.exports[number, name] = found.get(name)
        self.fixtures.add(number, facts.fixtures)
        if facts.held:
            self._held.append((number, facts))
        self.unread += [Unread(path=self.files[number].path, why=why) for why in facts.trouble]

    # -- functions of the project that lead to loaders ---------------------------------------------------------------

    def wrappers(self) -> tuple[Wrapper, ...]:
        """Give the functions whose parameters reach a loader and that were not asked for yet."""
        wanted: dict[str, dict[str, int]] = {}
        for site in self._sites():
            for name, term in site.given:
                for one in _parameters(term) if name in {"subject", "revision", "code", "detail"} else ():
                    if (one.function, one.name) not in self._asked and "<lambda>" not in one.function:
                        self._asked.add((one.function, one.name))
                        wanted.setdefault(one.function, {})[one.name] = one.position
        merged: dict[str, tuple[dict[str, int], set[str]]] = {}
        for function, parameters in list(wanted.items())[:WRAPPERS]:
            *modules, name = function.split(".")
            known = merged.setdefault(name, ({}, set()))
            known[0].update(parameters)
            known[1].update(modules)
        return tuple(
            Wrapper(name=name, parameters=tuple(parameters.items()), modules=tuple(sorted(modules)))
            for name, (parameters, modules) in sorted(merged.items())
        )

    def join_callers(self) -> None:
        """Find out which function each call of a function of the project means."""
        self._callers = {}
        for call in self._wrapped.values():
            home = self._home(call.callable, call.at.file)
            if home:
                self._callers.setdefault(home, []).append(call)

    def _home(self, path: str, file: int) -> str:
        """Give the dotted name that a function has in its own module; packages hand names on."""
        own = self.modules.names.get(file, "")
        if own and path.startswith(own + "."):
            located: tuple[int, str] | None = (file, path.removeprefix(own + "."))
        else:
            located = self.modules.locate(path, file)
        for _ in range(_DEEP):
            if located is None or not located[1]:
                return ""
            number, rest = located
            first, _, more = rest.partition(".")
            if number == file:
                break
            held = self.resolver.exports.get((number, first))
            if (number, first) not in self.resolver.exports:
                self.resolver.needs.setdefault(number, set()).add(first)
            if not isinstance(held, Imported):
                break
            located = self.modules.locate(f"{held.path}.{more}" if more else held.path, held.file)
        return f"{self.modules.names[number]}.{rest}"

    def _sites(self) -> Iterator[Site]:
        """Yield every loader as it is called, and once more for each call of a function that leads to it."""
        self._expanded = 0
        for call in self._calls.values():
            yield from self._seen(Site(call=call, given=call.given, at=call.at, cell=call.cell))

    def _seen(self, site: Site) -> Iterator[Site]:
        yield site
        subject = site.get("subject")
        if subject is None or site.depth >= _DEEP:
            return
        for function in dict.fromkeys(one.function for one in _parameters(subject)):
            for caller in self._callers.get(function, ()):
                self._expanded += 1
                if self._expanded > _EXPANDED:
                    return
                words = dict(caller.given)
                if not any(one.name in words for one in _parameters(subject) if one.function == function):
                    continue  # it leaves the default, which is told once
                given = tuple((name, _replaced(term, function, words)) for name, term in site.given)
                seen = replace(
                    site, given=given, at=caller.at, cell=caller.cell, depth=site.depth + 1,
                    callers=(*site.callers, caller),
                )  # fmt: skip
                yield from self._seen(seen)

    # -- what they come to -------------------------------------------------------------------------------------------

    def references(self) -> tuple[list[ModelReference], list[Unresolved]]:
        """Resolve everything; what is still needed is noted by the resolver."""
        found: dict[ModelReference, None] = {}
        open_: dict[Unresolved, None] = {}
        sites = list(self._sites())
        sites.sort(key=lambda site: entry_of(site.call).hub in KEY_NAMES)  # loaders go before mere names
        told: set[tuple[int, int, int]] = set()
        waiting: dict[tuple[str, int, Span], Unresolved] = {}
        answered: set[tuple[str, int, Span]] = set()
        for site in sites:
            entry = entry_of(site.call)
            if not self._takes_weights(site, entry):
                continue
            key = (site.call.loader, site.call.entry, site.call.at)
            outcomes = self.resolver.resolve(site.get("subject"))
            texts = [one for one in outcomes if one.text is not None]
            if not texts and entry.kind is Kind.SERVER:
                texts = _untagged(site.get("subject"))
            for outcome in texts:
                assert outcome.text is not None
                place = (outcome.text.at.file, outcome.text.at.line, outcome.text.at.column)
                if entry.hub in KEY_NAMES and (place in told or usage_of(self.files[place[0]].path) == "test"):
                    continue  # data of tests looks like settings
                reference = self._reference(site, entry, outcome)
                if reference is not None:
                    told.add(place)
                    found.setdefault(reference)
                    answered.add(key)
            unresolved = None if texts or entry.silent else self._unresolved(site, entry, outcomes)
            if site.depth:
                if unresolved is None and not texts:
                    answered.add(key)
            elif unresolved is not None and self._is_called(site):
                waiting[key] = unresolved  # its callers may hand on what they do not know themselves
            elif unresolved is not None:
                open_.setdefault(unresolved)
        for key, unresolved in waiting.items():
            if key not in answered:
                open_.setdefault(unresolved)
        for reference in self._files():
            found.setdefault(reference)
        return (
            sorted(
                _without_strangers(found),
                key=lambda one: (one.at.path, one.at.span.line, one.at.span.column, one.kind, one.name),
            ),
            sorted(open_, key=lambda one: (one.at.path, one.at.span.line, one.at.span.column)),
        )

    def _is_called(self, site: Site) -> bool:
        """Tell whether the parameters that a loader depends on are given somewhere."""
        subject = site.get("subject")
        parameters = list(_parameters(subject)) if subject is not None else []
        return any(
            one.name in dict(caller.given) for one in parameters for caller in self._callers.get(one.function, ())
        )

    def _takes_weights(self, site: Site, entry: Loader) -> bool:
        """Tell whether a loader that may only build an architecture fetches weights."""
        if any(one.plain in _NO for one in self.resolver.resolve(site.get("weights"))):
            return False
        if not any(name == "only_if" for name, _ in entry.arguments):
            return True
        outcomes = self.resolver.resolve(site.get("only_if"))
        return any(one.text is not None or one.plain not in _NO for one in outcomes)

    def _one(self, site: Site, field: str) -> Outcome | None:
        """Resolve a field that has one value; None where it has none or several."""
        outcomes = self.resolver.resolve(site.get(field))
        return outcomes[0] if len(outcomes) == 1 else None

    def _text(self, site: Site, field: str) -> str:
        outcome = self._one(site, field)
        return outcome.text.text if outcome is not None and outcome.text is not None else ""

    def _reference(self, site: Site, entry: Loader, outcome: Outcome) -> ModelReference | None:
        text = outcome.text
        assert text is not None
        revision, pin, revision_text = self._revision(site)
        path = self.files[text.at.file].path
        meaning = names.meaning(
            text.text, kind=entry.kind, hub=entry.hub, prefix=entry.prefix, revision=revision,
            detail=self._text(site, "detail") or self._text(site, "only_if"), type_=self._text(site, "type"),
            endpoint=self._text(site, "endpoint"), local_here=lambda name: self._is_here(name, path),
            direct=site.depth == 0 and outcome.method is not Method.OPTION,
        ) if entry.hub not in KEY_NAMES else self._by_key(text.text, entry, revision, path)  # fmt: skip
        if meaning is None or (outcome.method is Method.ALTERNATIVE and self._is_word(meaning, entry, path)):
            return None
        method = outcome.method
        if entry.hub in KEY_NAMES:
            method = Method.NAME
        elif method is Method.LITERAL and not _inside(text.at, site.at):
            method = Method.CONSTANT
        if revision or pin is Pin.UNKNOWN:
            meaning = replace(meaning, pin=pin if meaning.revision == revision else meaning.pin)
        at = self._place(site.at, site.cell)
        file = "/".join(filter(None, (self._text(site, "folder"), self._text(site, "file"))))
        return ModelReference(
            kind=meaning.kind, hub=meaning.hub, name=meaning.name, written=text.text, revision=meaning.revision,
            path=meaning.path or file, pin=meaning.pin, remote_code=self._remote_code(site, entry, meaning.hub),
            library=site.call.callable.partition(".")[0], call=site.call.callable, at=at,
            text=self._place(text.at, site.cell if text.at.file == site.at.file else 0),
            literal=text.literal, revision_text=revision_text, method=method,
            confidence=Confidence.DECLARED if method in _SURE else Confidence.INFERRED, variable=outcome.variable,
            endpoint=self._text(site, "endpoint"), usage=usage_of(at.path),
            mocked=usage_of(at.path) == "test" and self._is_mocked(site),
        )  # fmt: skip

    def _is_word(self, meaning: names.Meaning, entry: Loader, path: str) -> bool:
        """Tell whether a name that a loader of the Hub may get is a word that nothing knows.

        One of several values is often for another branch: a bundle of torchaudio, a size, the word for a default.
        """
        return (
            meaning.kind is Kind.FILE and entry.hub == "hf" and entry.kind is not Kind.DATASET
            and not names.is_path(meaning.name) and not meaning.name.lower().endswith(WEIGHTS)
            and "/" not in meaning.name and not self._is_here(meaning.name, path)
        )  # fmt: skip

    def _by_key(self, text: str, entry: Loader, revision: str, path: str) -> names.Meaning | None:
        """Say what a value under a telling key means; much stricter than where a loader takes it."""
        found = names.address(text)
        if found is not None:
            return found
        if entry.kind is Kind.MODEL and names.provider_of(text) and " " not in text:
            provider = names.provider_of(text)
            return names.Meaning(kind=Kind.SERVICE, hub=provider, name=text, pin=names.service_pin(text))
        if entry.kind is Kind.MODEL and names.is_routed(text):
            return names.meaning(
                text, kind=Kind.SERVICE, hub="litellm", prefix="", revision="", detail="", type_="", endpoint="",
                local_here=lambda _: False,
            )  # fmt: skip
        if text.lower().endswith(WEIGHTS) and entry.kind is Kind.MODEL and self._is_here(text, path):
            return names.Meaning(kind=Kind.FILE, hub="file", name=text)
        text, _, written = text.partition("@")
        revision = revision or written
        if not names.is_surely_id(text) or self._is_here(text, path):
            return None
        return names.Meaning(kind=entry.kind, hub="hf", name=text, revision=revision, pin=names.pin_of(revision))

    def _revision(self, site: Site) -> tuple[str, Pin, Place | None]:
        term = site.get("revision")
        outcomes = self.resolver.resolve(term)
        if not outcomes or [one.plain for one in outcomes] == ["None"]:
            return "", Pin.NONE, None
        if len(outcomes) > 1 or outcomes[0].text is None:
            return "", Pin.UNKNOWN, None
        text = outcomes[0].text
        where = self._place(text.at) if text.literal else None
        pin = names.pin_of(text.text)
        return text.text, Pin.UNKNOWN if outcomes[0].variable and pin is not Pin.COMMIT else pin, where

    def _remote_code(self, site: Site, entry: Loader, hub: str) -> bool | None:
        if hub == "github":
            return True  # torch.hub runs hubconf.py of the repository
        if not any(name == "code" for name, _ in entry.arguments):
            return None
        term = site.get("code")
        if term is None:
            return False
        outcome = self._one(site, "code")
        if outcome is None or not outcome.known or outcome.variable or outcome.method is Method.OPTION:
            return None
        word = outcome.text.text if outcome.text is not None else outcome.plain
        return word.lower() not in {"false", "none", "0", "no", "off", ""}

    def _unresolved(self, site: Site, entry: Loader, outcomes: list[Outcome]) -> Unresolved | None:
        if site.get("subject") is None:
            why = "nothing is named; the library chooses" if entry.pattern.endswith("pipeline") else "nothing is named"
        elif (outcomes and outcomes[0].plain and not outcomes[0].why) or _is_loaded(site.get("subject")):
            return None
        else:
            why = outcomes[0].why if outcomes else "nothing is known"
        return Unresolved(
            call=site.call.callable, why=why, kind=entry.kind,
            at=self._place(site.at, site.cell),
            variable=outcomes[0].variable if outcomes else "",
        )  # fmt: skip

    def _files(self) -> Iterator[ModelReference]:
        """Yield the model files that lie in the tree."""
        for number, facts in self._held:
            path = self.files[number].path
            place = Place(path=path, span=_WHOLE)
            yield ModelReference(
                kind=Kind.FILE, hub="file", name=path, written="", revision=facts.digest and f"sha256:{facts.digest}",
                path="", pin=Pin.DIGEST if facts.digest else Pin.NONE, remote_code=None, library=facts.held, call="",
                at=place, text=place, literal=False, revision_text=None, method=Method.CONTENT,
                confidence=Confidence.DECLARED, usage=usage_of(path),
            )  # fmt: skip

    def _is_mocked(self, site: Site) -> bool:
        """Tell whether something is replaced that the loader is reached by, or any loader at all."""
        ways = (site.call, *site.callers)
        own = {word for call in ways for word in call.callable.replace("()", "").split(".")}
        replaced = {word for call in ways for word in (*call.replaced, *self.fixtures.words(call))}
        return not replaced.isdisjoint(own | PYTHON.telling)

    def _place(self, span: Span, cell: int = 0) -> Place:
        return Place(path=self.files[span.file].path, span=replace(span, file=-1), cell=cell)

    def _is_here(self, name: str, path: str) -> bool:
        """Tell whether a relative path is there, from the root of the project or from the folder of a file."""
        name = name.strip("/").removeprefix("./")
        folder = path.rpartition("/")[0]
        return name in self.known or (bool(folder) and f"{folder}/{name}" in self.known)


def _untagged(subject: Term | None) -> list[Outcome]:
    """Name an image without a tag that nobody knows: which server is in it, stands before that."""
    first = subject.parts[0] if isinstance(subject, Joined) else None
    name = first.text.rpartition(":")[0] if isinstance(first, Text) else ""
    return [Outcome(text=Text(text=name, at=first.at))] if isinstance(first, Text) and name else []


def _is_loaded(subject: Term | None) -> bool:
    """Tell whether a loader is given what another one returned, which is told where that is called."""
    return isinstance(subject, Imported) and subject.path.endswith("()") and bool(PYTHON.find(subject.path[:-2]))


def _without_strangers(found: Iterable[ModelReference]) -> list[ModelReference]:
    """Leave out names of one provider's models at the client of another, where the same text comes to its own.

    A table of providers and models whose rows are taken apart gives each model to each client.
    """
    kept = list(found)
    own = {(one.text, one.hub) for one in kept}
    return [
        one for one in kept
        if one.method is not Method.ALTERNATIVE or one.kind is not Kind.SERVICE
        or (provider := names.provider_of(one.name)) in {"", one.hub} or (one.text, provider) not in own
    ]  # fmt: skip


def _inside(inner: Span, outer: Span) -> bool:
    return (
        inner.file == outer.file
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


def _parameters(term: Term) -> Iterator[Parameter]:
    """Yield the parameters that a term depends on."""
    match term:
        case Parameter():
            yield term
        case Choice(of=several) | Joined(parts=several) | Sequence(items=several) | Table(values=several):
            for one in several:
                yield from _parameters(one)
        case Item(of=of):
            yield from _parameters(of)
        case Variable(default=default) | Option(default=default) if default is not None:
            yield from _parameters(default)


def _replaced(term: Term, function: str, words: Mapping[str, Term]) -> Term:
    """Put what a caller gives in the place of the parameters of a function."""

    def inner(one: Term) -> Term:
        return _replaced(one, function, words)

    match term:
        case Parameter(function=owner, name=name) if owner == function and name in words:
            return words[name]
        case Choice(of=several):
            chosen = [inner(one) for one in several]
            changed = [new for new, old in zip(chosen, several, strict=True) if new != old]
            # What a caller gives goes before the defaults beside it: ``name or "org/default"``.
            return choice(changed or chosen)
        case Joined(parts=parts, between=between, at=at):
            return joined(map(inner, parts), between, at)
        case Item(of=of, key=key):
            return item(inner(of), key)
        case Variable(default=default) | Option(default=default) if default is not None:
            return replace(term, default=inner(default))
    return term
