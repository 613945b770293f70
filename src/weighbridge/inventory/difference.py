"""What changed between two graphs, and which changes are about security."""

from __future__ import annotations

from weighbridge.inventory.graph import LINEAGE, Field, Kind, License, RelationKind
from weighbridge.provenance.lock.changes import Change, Weight
from weighbridge.provenance.lock.roles import is_obeyed, is_pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Component, Graph

_FIXED = frozenset({"commit", "digest"})
_TOLD = {
    Field.ARCHITECTURE: Weight.NOTICE, Field.PARAMETERS: Weight.NOTICE, Field.QUANTIZATION: Weight.NOTICE,
    Field.DTYPE: Weight.PLAIN, Field.TASK: Weight.PLAIN, Field.SUPPLIER: Weight.ALARM, Field.PROVIDER: Weight.ALARM,
    Field.ENDPOINT: Weight.ALARM, Field.INTENDED_USE: Weight.PLAIN, Field.LIMITATION: Weight.PLAIN,
    Field.DESCRIPTION: Weight.PLAIN, Field.METRIC: Weight.PLAIN, Field.LANGUAGE: Weight.PLAIN,
}  # fmt: skip
"""Fields of which a change is told as it is."""


def differences(old: Graph, new: Graph) -> tuple[Change, ...]:
    """List what changes from one graph to the other, what matters most first.

    The subjects are held against each other whatever they are called; other components are the same by their names,
    whatever their versions.
    """
    before, after = _named(old), _named(new)
    found: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None and now is not None:
            found.append(_added(now))
        elif was is not None and now is None:
            found.append(_removed(was))
        elif was is not None and now is not None:
            found += _altered(was, now, same_version=_version(old, new))
    found += _relations(old, new)
    return tuple(sorted(found, key=lambda one: (list(Weight).index(one.weight), one.path, one.what, one.words)))


def _named(graph: Graph) -> dict[str, Component]:
    """Give components names that stay when versions change: the subject is ``.``."""
    found: dict[str, Component] = {}
    for one in graph.components:
        name = "." if one.id == graph.root else f"{one.kind} {one.text(Field.NAME) or one.id}"
        found[one.id if name in found else name] = one
    return found


def _version(old: Graph, new: Graph) -> str:
    """Give the version of the subject where it is the same in both, else nothing."""
    was, now = (graph.component(graph.root).text(Field.VERSION) for graph in (old, new))
    return was if was == now else ""


def _shown(one: Component) -> str:
    return one.text(Field.NAME) or one.id


def _added(one: Component) -> Change:
    name = _shown(one)
    if one.kind is Kind.FILE:
        formats = tuple(str(claim.content) for claim in one.claims(Field.FORMAT))
        role = one.text(Field.ROLE)
        if is_pickle(formats, name):
            return Change(weight=Weight.ALARM, what="new-pickle", words="a new file that runs when loaded", path=name)
        if is_obeyed(role, formats):
            return Change(weight=Weight.ALARM, what=f"new-{role}", words=f"new {role}", path=name)
        return Change(weight=Weight.PLAIN, what="new", words=f"new ({role or 'file'})", path=name)
    return Change(weight=Weight.NOTICE, what=f"new-{one.kind}", words=f"a new {one.kind}", path=name)


def _removed(one: Component) -> Change:
    weight = Weight.ALARM if one.text(Field.ROLE) == "signature" else Weight.PLAIN
    return Change(weight=weight, what="gone", words=f"is gone ({one.text(Field.ROLE) or one.kind})", path=_shown(one))


def _altered(was: Component, now: Component, *, same_version: str) -> Iterator[Change]:
    name = _shown(now)
    digests = [one.text(Field.SHA256) or one.text(Field.SHA512) for one in (was, now)]
    if all(digests) and digests[0] != digests[1]:
        yield _content(now, name, same_version)
    elif digests[0] and not digests[1]:
        yield Change(weight=Weight.NOTICE, what="digest", words="has no digest any more", path=name)
    if was.text(Field.REMOTE_CODE) != "True" and now.text(Field.REMOTE_CODE) == "True":
        words = "the configuration now makes loaders run code of the repository"
        yield Change(weight=Weight.ALARM, what="remote-code", words=words, path=name)
    pins = [{str(claim.content) for claim in one.claims(Field.PIN)} for one in (was, now)]
    if pins[0] and pins[0] <= _FIXED and not pins[1] <= _FIXED:
        words = f"is pinned to {', '.join(sorted(pins[1])) or 'nothing'}, was to {', '.join(sorted(pins[0]))}"
        yield Change(weight=Weight.ALARM, what="pin", words=words, path=name)
    licenses = [_licenses(one) for one in (was, now)]
    if licenses[0] != licenses[1]:
        words = f"licence {licenses[1] or 'unknown'}, was {licenses[0] or 'unknown'}"
        yield Change(weight=Weight.ALARM, what="licence", words=words, path=name)
    versions = [one.text(Field.VERSION) for one in (was, now)]
    if versions[0] != versions[1]:
        words = f"version {versions[1] or 'unknown'}, was {versions[0] or 'unknown'}"
        yield Change(weight=Weight.NOTICE, what="version", words=words, path=name)
    for field, weight in _TOLD.items():
        texts = ["; ".join(sorted(str(claim.content) for claim in one.claims(field))) for one in (was, now)]
        if texts[0] != texts[1]:
            words = f"{field.replace('_', ' ')}: {_short(texts[1])}, was {_short(texts[0])}"
            yield Change(weight=weight, what=str(field), words=words, path=name)


def _content(now: Component, name: str, same_version: str) -> Change:
    role = now.text(Field.ROLE)
    formats = tuple(str(claim.content) for claim in now.claims(Field.FORMAT))
    if role == "weights" and same_version:
        words = f"weights changed under the same version ({same_version[:40]})"
        return Change(weight=Weight.ALARM, what="weights", words=words, path=name)
    if is_obeyed(role, formats):
        return Change(weight=Weight.ALARM, what=role, words=f"{role} changed", path=name)
    weight = Weight.NOTICE if role in {"weights", "config", "tokenizer"} else Weight.PLAIN
    return Change(weight=weight, what="content", words=f"other content ({role or now.kind})", path=name)


def _licenses(one: Component) -> str:
    held = [claim.content for claim in one.claims(Field.LICENSE)]
    return ", ".join(sorted({part.expression or part.name for part in held if isinstance(part, License)}))


def _relations(old: Graph, new: Graph) -> Iterator[Change]:
    """Tell what a model was made from and trained on, where that has changed."""
    telling = (*LINEAGE, RelationKind.TRAINED_ON, RelationKind.USES)
    sets = []
    for graph in (old, new):
        names = {one.id: "the subject" if one.id == graph.root else _shown(one) for one in graph.components}
        sets.append({
            (names[one.source], one.kind, names[one.target]) for one in graph.relations if one.kind in telling
        })  # fmt: skip
    for words, ends in (("is now", sets[1] - sets[0]), ("is no longer", sets[0] - sets[1])):
        for source, kind, target in sorted(ends):
            weight = Weight.ALARM if kind in LINEAGE else Weight.NOTICE
            told = f"{source} {words} {kind.replace('_', ' ')} {target}"
            yield Change(weight=weight, what="lineage" if kind in LINEAGE else str(kind), words=told)


def _short(text: str) -> str:
    return text if 0 < len(text) <= 60 else f"{text[:60]}…" if text else "nothing"
