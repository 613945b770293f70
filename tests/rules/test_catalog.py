"""The set of rules: the index holds, facts reach the rules that ask for them, nothing that is not vetted is silent."""

from __future__ import annotations

import inspect
import subprocess
import sys
from itertools import product

import pytest
from tools import generate

from tests.rules.execution import samples
from tests.rules.facts import FILE
from tests.rules.structure.samples import odd
from weighbridge.core import facts, programs, references, texts
from weighbridge.core.facts import Argument, Call, Fact, GlobalReference, ItemChange, Oddity, Origin, StateChange
from weighbridge.rules import index
from weighbridge.rules.catalog import RuleSet, all_infos, info
from weighbridge.rules.vocabulary.standing import Kind
from weighbridge.rules.vocabulary.tables import Tables

STALE = "stale: run `make generate`"
TOLD = {"Fact", "Identity", "Statement", "TensorDecl", "MetadataEntry", "SourceImport"}
"""Facts that tell what a file is; no rule judges them."""
VOCABULARY = {
    name
    for module in (facts, programs, references, texts)
    for name, kind in vars(module).items()
    if inspect.isclass(kind) and issubclass(kind, Fact)
} | {"Repository"}


def ids(rules: RuleSet, fact: Fact) -> list[str]:
    return [found.id for found, _ in rules.matches(fact)]


def alone() -> RuleSet:
    """The rules with a vocabulary of a few names."""
    return RuleSet(words=samples.WORDS)


# -- the index -----------------------------------------------------------------------------------------------------


def test_the_index_is_what_the_rules_say() -> None:
    assert generate.INDEX.read_text("utf-8") == generate.index(), STALE


def test_the_pages_are_what_the_rules_say() -> None:
    examples = {rule.id: generate.example(rule) for rule in all_infos()}
    assert generate.stale(dict(generate.pages(examples))) == [], STALE


def test_a_page_without_a_rule_is_stale(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "PAGES", tmp_path)
    left = generate.PAGES / "EXE999.md"
    left.write_text("# left over\n")
    assert generate.stale({}) == [left]


def test_the_digest_covers_rules_and_tables(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "RULES", tmp_path)
    seen = {generate.digest()}
    for name in ("execution/one.py", "vocabulary/vetted/numpy.tsv", "vocabulary/stdlib.txt"):
        path = generate.RULES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
        seen.add(generate.digest())
        path.write_text("2")
        seen.add(generate.digest())
    assert len(seen) == 7
    (generate.RULES / "vocabulary" / "README.md").write_text("words about the tables judge nothing")
    assert generate.digest() in seen


def test_each_rule_asks_for_facts_that_exist() -> None:
    for module, asked in index.INDEX.values():
        assert asked, module
        for name in asked:
            assert name in VOCABULARY, module


def test_each_fact_is_judged_or_known_to_be_a_mere_statement() -> None:
    asked = {name for _, names in index.INDEX.values() for name in names}
    assert asked | TOLD == VOCABULARY
    assert not asked & TOLD


# -- looking rules up ----------------------------------------------------------------------------------------------


def test_a_rule_is_found_by_its_id_in_any_case() -> None:
    found = info("exe101")
    assert found is not None
    assert found.id == "EXE101"
    assert info("EXE999") is None


def test_all_rules_come_in_the_order_of_their_ids() -> None:
    listed = [rule.id for rule in all_infos()]
    assert listed == sorted(listed) == list(index.INDEX)


# -- facts to rules ------------------------------------------------------------------------------------------------


def test_a_disabled_rule_sees_nothing() -> None:
    fact = facts.ExtensionCode(at=FILE, code=1)
    assert ids(RuleSet(), fact) == ["EXE120"]
    assert ids(RuleSet(disabled=frozenset({"EXE120"})), fact) == []


def test_a_vetted_use_imports_no_rule() -> None:
    program = (
        "import sys; from weighbridge.rules.catalog import RuleSet; from weighbridge.rules.vocabulary import standing\n"
        "from weighbridge.core.facts import GlobalReference; from weighbridge.core.location import Location\n"
        "standing.Vocabulary.standing = lambda self, fact: standing.Standing(kind=standing.Kind.VETTED)\n"
        "fact = GlobalReference(at=Location(), module='collections', name='OrderedDict', opcode='GLOBAL')\n"
        "assert not list(RuleSet().matches(fact))\n"
        "print(*[name for name in sys.modules if name.startswith('weighbridge.rules.execution')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def _uses() -> list[Fact]:
    """Every kind of use of every kind of name, with every origin."""
    names = (
        ("collections", "OrderedDict"),
        ("_codecs", "encode"),
        ("argparse", "Namespace"),
        ("posix", "system"),
        ("pathlib", "os.system"),
        ("collections", "OrderedDict.__init__.__globals__"),
        ("colorsys", "rgb_to_hsv"),
        ("my_pkg", "Net"),
        ("__main__", "build"),
        ("", ""),
    )
    made: list[Fact] = []
    for module, name in names:
        made += [samples.reference(module, name, called=called) for called in (False, True)]
        for origin in Origin:
            made += [
                samples.call(module, name, *arguments, opcode=opcode, origin=origin)
                for opcode in ("REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX")
                for arguments in ((), (Argument(kind="unknown"),))
            ]
            made += [
                samples.state(module, name, origin=origin, kind=kind, dunder_keys=keys)
                for kind, keys in product(("dict", "object", "unknown"), ((), ("__setstate__",)))
            ]
            made += [samples.items(module, name, origin=origin, opcode=opcode) for opcode in ("SETITEM", "APPENDS")]
    return made


def test_whatever_is_not_vetted_is_found_by_exactly_one_rule() -> None:
    rules = alone()
    kinds = set()
    for fact in _uses():
        assert isinstance(fact, GlobalReference | Call | StateChange | ItemChange)
        kind = rules.words.standing(fact).kind
        kinds.add(kind)
        expected = 0 if kind in {Kind.VETTED, Kind.COVERED} else 1
        assert len(ids(rules, fact)) == expected, (kind, fact)
    assert kinds == set(Kind)


def test_each_category_of_the_tables_has_exactly_one_rule() -> None:
    tables = Tables()
    tables.danger("", "")
    dangers = [*tables._exact.values(), *tables._below.values()]
    assert dangers
    rules = RuleSet()
    for name, danger in {**tables._exact, **tables._below}.items():
        module, _, last = f"{name}.call".rpartition(".") if name in tables._below else name.rpartition(".")
        if rules.words.standing(samples.call(module, last)).category == danger.category:
            assert len(ids(rules, samples.call(module, last))) == 1, name
    assert {danger.category for danger in dangers} == {
        "process", "code_execution", "evaluator", "import_resolution", "file", "network", "interpreter",
        "scanner_evasion", "native_code", "deserialiser", "code_object", "indirect_call", "installer", "denial",
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(Oddity))
def test_each_oddity_of_a_container_has_exactly_one_rule(kind: Oddity) -> None:
    (found,) = ids(RuleSet(), odd(kind))
    assert found.startswith("STR")


@pytest.mark.parametrize("memory", [True, False])
def test_each_inconsistency_has_exactly_one_rule(memory: bool) -> None:
    assert len(ids(RuleSet(), facts.Inconsistency(at=FILE, what="size", detail="", memory=memory))) == 1


@pytest.mark.parametrize("what", ["pickle", "native code", "url", "command", "python source", "something new"])
def test_whatever_is_embedded_has_exactly_one_rule(what: str) -> None:
    fact = facts.EmbeddedPayload(at=FILE, what=what, encoding="raw", excerpt="")
    assert len(ids(RuleSet(), fact)) == 1
