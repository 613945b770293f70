"""Which weight files are one model: shards and their index, and two files for the same place.

An index promises a shard for every name. It is held against the shards before anything is written: each name is in the
shard that the index says, and in no other, and there is none of which the index does not speak.
"""

from __future__ import annotations

import json

from weighbridge.conversion.compare import contents_of, differences_of, made_differently
from weighbridge.conversion.folders.names import Place, indexed, place_of
from weighbridge.conversion.folders.survey import Noted
from weighbridge.core.errors import IntegrityError, Malformed, OverLimit
from weighbridge.core.values import value
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from weighbridge.conversion.carry import Item
    from weighbridge.conversion.plan import Plan
    from weighbridge.conversion.sources import RangeSource
    from weighbridge.engine.files import OpenFile

INDEX_BYTES = 64 << 20
"""Bytes of an index; those of the largest models have some ten million."""
_INDEX_DEPTH = 8
_SHOWN = 5
SAFETENSORS = "safetensors"
PREFERRED = (SAFETENSORS, "pickle")


@value
class Part:
    """A weight file, open and planned; ``path`` is relative to the directory."""

    path: str
    file: OpenFile
    plan: Plan
    source: RangeSource


@value
class Model:
    """Weight files that a loader takes together: ``stem`` is where they go, without a suffix.

    ``index`` is the path of the index that they came with, empty for a model of one file and for shards without one.
    """

    stem: str
    parts: tuple[Part, ...]
    index: str = ""
    index_text: bytes = b""

    @property
    def is_safe(self) -> bool:
        """Tell whether it is safetensors already."""
        return all(one.plan.layout == SAFETENSORS for one in self.parts)

    @property
    def path(self) -> str:
        """Name it by the file that a loader would look for."""
        return self.index or self.parts[0].path


@value
class Twins:
    """A model that is not converted, as there is another for its place; ``differences`` are in words, none when equal.

    Names that only one of both has are no difference where they repeat a tensor that both have.
    """

    kept: str
    other: str
    differences: tuple[str, ...]


def models_of(parts: Sequence[Part], indexes: Mapping[str, bytes]) -> tuple[Model, ...]:
    """Put weight files together, by their indexes and then by their names, in the order of their stems.

    Raises IntegrityError for an index that does not fit its shards, and for shards that are not complete.
    """
    by_path = {one.path: one for one in parts}
    taken: set[str] = set()
    models = []
    for path, text in sorted(indexes.items()):
        places = weight_map(path, text)
        paths = sorted({f"{path[: path.rfind('/') + 1]}{file}" for file in places.values()})
        for one in paths:
            if one not in by_path:
                raise IntegrityError(f"{path!r} names {one!r}, which is not there or holds no tensors", hint=_FETCH)
            if one in taken:
                raise IntegrityError(f"{path!r} names {one!r}, which is in another index too", hint=_FETCH)
        taken.update(paths)
        model = Model(stem=indexed(path), parts=tuple(by_path[one] for one in paths), index=path, index_text=text)
        _hold_against(places, model)
        models.append(model)
    rest: dict[tuple[str, str], list[tuple[Place, Part]]] = {}
    for part in parts:
        if part.path not in taken:
            place = place_of(part.path)
            alone = "" if place.count else part.path
            rest.setdefault((place.stem, alone or part.path.rpartition(".")[2]), []).append((place, part))
    models += [_by_names(stem, found) for (stem, _), found in rest.items()]
    return tuple(sorted(models, key=lambda one: (one.stem, not one.is_safe, one.path)))


_FETCH = "fetch the directory again, or ask who made it"


def weight_map(path: str, text: bytes) -> dict[str, str]:
    """Read the index of a sharded model: names and the files that they are in; raises IntegrityError."""
    try:
        document = read_json(text, depth=_INDEX_DEPTH)
    except (Malformed, OverLimit) as broken:
        raise IntegrityError(f"{path!r} is no index: {broken}", hint=_FETCH) from None
    places = document.value.get("weight_map") if isinstance(document.value, dict) else None
    if document.oddities or not isinstance(places, dict) or not places:
        raise IntegrityError(f"{path!r} is no index, or one that readers read differently", hint=_FETCH)
    found = {name: file for name, file in places.items() if isinstance(file, str) and file and "/" not in file}
    if len(found) != len(places):
        raise IntegrityError(f"{path!r} names what is no file beside it", hint=_FETCH)
    return found


def _names(plan: Plan) -> Iterator[str]:
    for one in plan.tensors:
        yield one.name
    for name, _ in (*plan.aliases, *plan.unsupported):
        yield name


def _listed(plan: Plan, places: Mapping[str, str]) -> Iterator[str]:
    """Give the names of a shard as an index lists them.

    Of a tensor that is made of others the index of a pickle has the name, that of a result those of the parts.
    """
    notes = {name: json.loads(note)["parts"] for name, note in plan.encoded}
    held, parts, whole = set(_names(plan)), set[str](), set[str]()
    waiting = [(name, name) for name in notes if name in places]
    while waiting:
        root, name = waiting.pop()
        for part in notes.get(name, ()):
            below = f"{name}.{part}"
            if below in held:
                whole.add(root)
            if below not in parts:
                parts.add(below)
                waiting.append((root, below))
    yield from whole - parts
    yield from (name for name in _names(plan) if name not in parts)


def _hold_against(places: Mapping[str, str], model: Model) -> None:
    seen: dict[str, str] = {}
    wrong = []
    for part in model.parts:
        file = part.path.rpartition("/")[2]
        for name in _listed(part.plan, places):
            if name in seen:
                wrong.append(f"{name!r} is in {seen[name]!r} and in {file!r}")
            elif name not in places:
                wrong.append(f"{name!r} is in {file!r} and not in the index")
            seen[name] = file
    wrong += [
        f"{name!r} is not in {file!r}" for name, file in places.items() if seen.get(name, "") != file and name in seen
    ]
    wrong += [f"{name!r} is in no shard" for name in places if name not in seen]
    if _differ_in_notes(model, {name for part in model.parts for name in _names(part.plan)}):
        wrong.append("shards differ in how a tensor is made")
    if wrong:
        raise IntegrityError(f"{model.index!r} does not fit its shards: {_few(wrong)}", hint=_FETCH)


def _by_names(stem: str, found: list[tuple[Place, Part]]) -> Model:
    found.sort(key=lambda one: one[0].at)
    counts, numbers = {place.count for place, _ in found}, [place.at for place, _ in found]
    model = Model(stem=stem, parts=tuple(part for _, part in found))
    if counts != {0} and (len(counts) > 1 or numbers != list(range(1, max(counts) + 1))):
        raise IntegrityError(f"{model.path!r} is one of several shards, and they are not complete", hint=_FETCH)
    names = [name for part in model.parts for name in _names(part.plan)]
    if len(set(names)) != len(names) or _differ_in_notes(model, set(names)):
        raise IntegrityError(f"the shards of {model.path!r} hold a name twice", hint=_FETCH)
    return model


def _differ_in_notes(model: Model, names: set[str]) -> bool:
    """Tell whether a tensor that is made of others in one shard is a plain one, or made in another way, in the next."""
    notes = {pair for part in model.parts for pair in part.plan.encoded}
    encoded = {name for name, _ in notes}
    return len(notes) != len(encoded) or not names.isdisjoint(encoded)


def _few(words: Sequence[str]) -> str:
    more = f"; and {len(words) - _SHOWN:,} more" if len(words) > _SHOWN else ""
    return "; ".join(words[:_SHOWN]) + more


def choose(models: Sequence[Model], preferred: str) -> tuple[tuple[Model, ...], tuple[Twins, ...]]:
    """Keep one model for each place, and compare it with the others for that place.

    ``preferred`` is ``safetensors`` or ``pickle``, and empty for safetensors where all hold the same weights: then
    IntegrityError is raised where they do not.
    """
    kept: dict[str, Model] = {}
    for model in models:
        first = kept.setdefault(model.stem, model)
        if first is not model and preferred == "pickle" and first.is_safe and not model.is_safe:
            kept[model.stem] = model
    twins = []
    for model in models:
        chosen = kept[model.stem]
        if model is not chosen:
            found = tuple(different(chosen, model))
            if found and not preferred:
                raise IntegrityError(
                    f"{chosen.path!r} and {model.path!r} are for one place and hold other weights: {_few(found)}",
                    hint="an accident or an attack; --keep safetensors or --keep pickle says which to take",
                )
            twins.append(Twins(kept=chosen.path, other=model.path, differences=found))
    return tuple(kept.values()), tuple(twins)


def tensors_of(model: Model) -> dict[str, Item]:
    """Give the tensors of all parts by name, aliases too."""
    return {name: item for part in model.parts for name, item in contents_of(part.plan, part.source).items()}


def different(one: Model, other: Model) -> Iterator[str]:
    """Say what differs between two models, in words."""
    left, right = tensors_of(one), tensors_of(other)
    for found in differences_of(left, right, tied=True):
        yield f"{found.name}: {found.detail}"
    for found in made_differently(_encoded(one), _encoded(other)):
        yield f"{found.name}: {found.detail}"
    for model in (one, other):
        for part in model.parts:
            for name, why in part.plan.unsupported:
                yield f"{name}: cannot be compared, in {part.path!r}: {why}"


def _encoded(model: Model) -> dict[str, str]:
    return {name: note for part in model.parts for name, note in part.plan.encoded}


def paired(a: Sequence[Model], b: Sequence[Model]) -> Iterator[Twins]:
    """Compare the models of two directories, place by place; what holds no tensor is none."""
    left, right = ({one.stem: one for one in side if _holds_tensors(one)} for side in (a, b))
    for stem in sorted(left.keys() | right.keys()):
        one, other = left.get(stem), right.get(stem)
        if one and other:
            yield Twins(kept=one.path, other=other.path, differences=tuple(different(one, other)))
        else:
            missing = ("only in the first directory",) if one else ("only in the second directory",)
            yield Twins(kept=one.path if one else "", other=other.path if other else "", differences=missing)


def _holds_tensors(model: Model) -> bool:
    return any(part.plan.tensors or part.plan.unsupported for part in model.parts)


def noted(twins: Iterable[Twins]) -> Iterator[Noted]:
    """Say of each model that is not converted why it is not."""
    for one in twins:
        words = (
            f"other weights than {one.kept}, which was kept" if one.differences else f"the same weights as {one.kept}"
        )
        yield Noted(path=one.other, words=words)
