"""Policies are read strictly: what is wrong is told with its place and what may be meant; presets are what docs say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from weighbridge.core.errors import UsageError
from weighbridge.governance.policy import presets, vocabulary
from weighbridge.governance.policy.document import policy_of
from weighbridge.governance.policy.explanation import exceptions, sentences
from weighbridge.governance.policy.grammar import TOP
from weighbridge.governance.policy.language import Mode
from weighbridge.governance.policy.schema import schema
from weighbridge.governance.policy.source import LARGEST

ROOT = Path(__file__).resolve().parents[3]
PURL = "purl: pkg:huggingface/o/n"

WRONG = {
    "an unknown key": ("licences: {allow: [MIT]}", "2:1: unknown key 'licences'", "did you mean 'licenses'?"),
    "an unknown key inside": ("scan: {max_aeg: 3}", "2:8: unknown key 'max_aeg' in scan", "did you mean 'max_age'?"),
    "a key like none": ("☃: 1", "2:1: unknown key '\\u2603'", "known are version, name"),
    "an unknown word": ("severities: {highest: hihg}", "2:23: highest cannot be 'hihg'", "did you mean 'high'?"),
    "a word like none": ("severities: {highest: 7}", "highest cannot be '7'", "one of none, info"),
    "a needed key": ("severities: {}", "2:13: severities has no 'highest'", "the worst that is accepted"),
    "a list that is a word": ("formats: {allow: pickle}", "2:18: allow must be a list of words", ""),
    "a table that is a word": ("formats: pickle", "2:10: formats must be a table", ""),
    "a word that is a table": ("name: {a: b}", "2:7: name must be text", ""),
    "an empty word": ("name:", "name is empty", ""),
    "a null": ("name: ~", "name is empty", ""),
    "an empty list": ("formats: {allow: []}", "allow is empty", "leave it out"),
    "lists that ask for nothing": ("formats: {}", "formats needs allow or deny", ""),
    "lineage that asks for nothing": ("lineage: {}", "lineage asks for nothing", "allow, deny or deepest"),
    "a slip of a format": ("formats: {deny: [pickel]}", "there is no format 'pickel'", "did you mean 'pickle'?"),
    "a pattern of formats that fits none": ("formats: {deny: ['pikle*']}", "there is no format", ""),
    "a rule that is none": ("rules: {deny: [EXE999]}", "2:16: there is no rule 'EXE999'", "did you mean EXE"),
    "a pattern for an ignored rule": ("rules: {ignore: [{rule: 'EXE*', reason: x}]}", "there is no rule 'EXE*'", ""),
    "a licence that is none": ("licenses: {allow: [Apache2]}", "no SPDX identifier", "did you mean 'Apache-2.0'?"),
    "an expression in a list": ("licenses: {allow: [MIT OR ISC]}", "is an expression", "on its own"),
    "an exception of no licence": ("licenses: {deny: [MIT WITH Nothing]}", "SPDX does not know", ""),
    "a name of nothing": ("licenses: {deny: ['name:']}", "names nothing", ""),
    "a look-alike of a key": ("li\u0441enses: {deny: [MIT]}", "key 'li\\u0441enses'", "did you mean 'licenses'?"),
    "a look-alike of a word": ("mode: enf\u043erce", "mode cannot be 'enf\\u043erce'", "did you mean 'enforce'?"),
    "a look-alike of a format": ("formats: {deny: [\u0440ickle]}", "'\\u0440ickle'", "did you mean 'pickle'?"),
    "a look-alike of a publisher": ("publishers: {deny: ['hf://\u043erg']}", "'hf://\\u043erg'", "look-alike"),
    "a publisher by the hub's page": (
        "publishers: {deny: ['https://huggingface.co/org/m']}", "is no publisher", "write hf://org",
    ),
    "a publisher on a hub that has another name": (
        "publishers: {deny: ['HuggingFace://org']}", "is no publisher", "write hf://org",
    ),
    "a hub in capitals": ("publishers: {deny: ['HF://org']}", "is no publisher", "write hf://org"),
    "a model for a publisher": (
        "publishers: {deny: ['hf://org/m']}", "names more than a publisher",
        "write hf://org; one model is denied by its package URL: pkg:huggingface/org/m",
    ),
    "all models of a publisher": ("publishers: {deny: ['hf://org/*']}", "names more than a publisher", "write hf://org"),
    "a base by its reference": ("lineage: {deny: ['hf://org/base']}", "is no name of a base", "write org/base"),
    "a base by a package URL that is none": ("lineage: {allow: ['pkg:huggingface/base']}", "is no package URL", ""),
    "a publisher without a hub": ("publishers: {allow: [org]}", "on which hub", "write hf://org"),
    "allow without a reason": ("scan: {missing: allow}", "missing cannot be 'allow'", "{decision: allow, reason:"),
    "allow with an empty reason": ("scan: {missing: {decision: allow, reason: ''}}", "reason is empty", ""),
    "allow in a table without a reason": ("scan: {missing: {decision: allow}}", "needs a reason", ""),
    "a number that is none": ("scan: {max_age: soon}", "must be a whole number", ""),
    "a number below nothing": ("scan: {max_age: -1}", "must be a whole number", ""),
    "a number that is too large": ("scan: {max_age: 1e9}", "must be a whole number", ""),
    "a bound that is no number": ("evaluations: {require: [{name: x, at_least: nan}]}", "must be a number", ""),
    "bounds the wrong way": ("evaluations: {require: [{name: x, at_least: 2, at_most: 1}]}", "nothing passes", ""),
    "no results": ("evaluations: {require: []}", "require is empty", ""),
    "an exception without an owner": (f"allow: [{{{PURL}, reason: x, expires: 2027-01-01}}]", "has no 'owner'", ""),
    "an exception without an end": (f"allow: [{{{PURL}, reason: x, owner: jo}}]", "has no 'expires'", ""),
    "an exception about nothing": ("deny: [{reason: x}]", "an entry is about one thing", "purl or sha256"),
    "an exception about two": (f"deny: [{{{PURL}, sha256: {'a' * 64}, reason: x}}]", "about one thing", ""),
    "a digest that is none": ("deny: [{sha256: abc, reason: x}]", "64 hexadecimal digits", ""),
    "a package URL that is none": ("deny: [{purl: org/name, reason: x}]", "is no package URL", ""),
    "a day that is none": (f"deny: [{{{PURL}, reason: x, expires: 2027-02-30}}]", "must be a date as", ""),
    "a day with a time": (f"deny: [{{{PURL}, reason: x, expires: 20270101}}]", "must be a date as", ""),
    "a denial that may be lifted": (
        f"allow: [{{{PURL}, reason: x, owner: j, expires: 2027-01-01, keys: [deny]}}]", "keys cannot be 'deny'", "",
    ),
    "a key twice": ("mode: audit\nmode: enforce", "3:1: 'mode' stands here twice", ""),
    "an anchor": ("name: &a x", "anchors and aliases are not read", "write it out"),
    "a tag": ("name: !!python/object:os.system x", "tags are not read", ""),
    "two documents": ("---\nversion: 1", "a second document", ""),
    "no YAML": ("name: [", "while parsing", ""),
    "a list for a key": ("[a, b]: 1", "a key must be a word", ""),
    "nested too deep": ("name: " + "[" * 20 + "]" * 20, "nests too deep", ""),
    "a very long word": (f"name: {'x' * 3000}", "longer than 2,000 characters", ""),
    "a control character": ("name: \x07", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said", "hint"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told(text: str, said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        policy_of(f"version: 1\n{text}\n".encode(), "policy.yaml")
    message = str(caught.value)
    assert message.startswith("policy.yaml:")
    assert said in message or "while" in said
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "a table of keys"), (b"- a", "a table of keys"), (b"word", "a table of keys"), (b"\xff\xfe", "not UTF-8"),
        (b"name: x", "has no 'version'"), (b"version: 2", "version cannot be '2'"), (b" " * (LARGEST + 1), "KiB"),
        (b"- " * 60_000, ""),
    ],
)  # fmt: skip
def test_what_is_no_policy(text: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        policy_of(text, "policy.yaml")
    assert said in str(caught.value)


def test_a_policy_is_named_by_its_digest_and_file() -> None:
    one, other = (policy_of(text, "a/house.yaml") for text in (b"version: 1\n", b"version: 1\nmode: audit\n"))
    assert (one.name, one.mode, other.mode) == ("house", Mode.ENFORCE, Mode.AUDIT)
    assert one.digest != other.digest
    assert policy_of(b"\xef\xbb\xbfversion: 1\n", "x").name == "x"


@pytest.mark.parametrize(
    "text",
    [
        f"name: {'x' * 2_000}",
        "scan: {max_age: 36500}",
        "scan: {max_age: 0}",
        "publishers: {allow: ['oci://ghcr.io/org', 's3://bucket/models', 'hf://org*', 'service://openai', 'hf://*']}",
        "lineage: {allow: ['org/base', 'org/*', 'pkg:huggingface/org/*', 'gpt2']}",
    ],
)
def test_what_is_just_within_bounds_is_read(text: str) -> None:
    policy_of(f"version: 1\n{text}\n".encode(), "policy.yaml")


@pytest.mark.parametrize(
    ("text", "said"), [("name: " + "[" * 11 + "]" * 11, "must be text"), ("name: " + "[" * 12 + "]" * 12, "too deep")]
)
def test_how_deep_it_may_nest(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        policy_of(f"version: 1\n{text}\n".encode(), "policy.yaml")


@pytest.mark.parametrize("name", ["*", "one"])
def test_a_single_model_is_pointed_to_its_package_url(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        policy_of(f"version: 1\npublishers: {{deny: ['hf://org/{name}']}}\n".encode(), "policy.yaml")
    assert ("pkg:" in caught.value.hint) == (name == "one")


def test_words_of_a_policy_mean_what_is_written() -> None:
    """YAML 1.1 makes a truth value of ``no`` and a number of ``1_0``; here a word is a word."""
    made = policy_of(b"version: 1\nname: no\ndescription: 1_0\nlineage: {allow: [on, 0x1]}\n", "x")
    assert (made.name, made.description) == ("no", "1_0")
    assert made.lineage is not None
    assert made.lineage.allow == ("on", "0x1")


@pytest.mark.parametrize("name", presets.PRESETS)
def test_a_preset(name: str) -> None:
    policy = policy_of(presets.text_of(name), name)
    assert policy.name == name
    assert policy.description
    assert not policy.allow
    assert not policy.deny
    said = sentences(policy)
    assert {"scan", "severities", "formats", "advisories"} <= {one.key for one in said}
    assert all(one.unknown != "passes" for one in said)
    assert exceptions(policy) == ()


def test_keys_and_presets_are_told_in_the_documentation() -> None:
    """The tables are made from the code; that they are fresh is a test of all pages."""
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    assert "<!-- table: policy keys -->" in page
    assert "<!-- table: policy presets -->" in page
    assert all(f"| `{one.name}` | {one.words}" in page for one in TOP)
    assert all(f"\n### {name}\n" in page for name in presets.PRESETS)


def test_the_schema_for_editors_is_fresh() -> None:
    path = ROOT / "schemas" / "policy-v1.json"
    assert path.read_text("utf-8") == schema(), "weighbridge policy explain --format schema -o schemas/policy-v1.json"
    assert json.loads(schema())["properties"]["scan"]["type"] == ["object", "null"]


def test_formats_that_a_policy_knows_are_those_that_the_scanner_tells() -> None:
    """A format that readers tell by what is inside a file must be known to policies, or a slip of it is not seen."""
    sources = (path.read_text("utf-8") for path in (ROOT / "src/weighbridge/formats").rglob("*.py"))
    told = {
        name for text in sources for name in re.findall(r'Identity\([^()]*(?:\([^()]*\))?[^()]*format="([^"]+)"', text)
    }
    known = {*vocabulary.registry.formats(), *vocabulary.INSIDE}
    assert len(told) > 10
    assert told <= known, sorted(told - known)
