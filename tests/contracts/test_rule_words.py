"""The words of the rules: one form for all, ids that stay, identifiers that exist (DESIGN law 9)."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tools.generate import builder_of

import weighbridge
from weighbridge.core.finding import Harm, RuleInfo, Severity
from weighbridge.rules.catalog import all_infos
from weighbridge.rules.index import INDEX

INFOS = all_infos()
FOLDERS = {
    "EXE": "execution", "HID": "concealment", "STR": "structure", "REF": "reference", "SEC": "secrets",
    "WGT": "weights", "AGT": "agents", "TRU": "repository",
}  # fmt: skip

PUBLISHED = {
    "EXE101": "process",
    "EXE102": "code-execution",
    "EXE103": "import-resolution",
    "EXE104": "file-access",
    "EXE105": "network",
    "EXE106": "interpreter",
    "EXE107": "scanner-evasion",
    "EXE108": "native-library",
    "EXE109": "deserialiser",
    "EXE110": "code-object",
    "EXE111": "indirect-call",
    "EXE112": "installer",
    "EXE113": "denial",
    "EXE114": "stdlib-call",
    "EXE115": "unknown-name",
    "EXE116": "unresolvable-name",
    "EXE117": "mutation",
    "EXE118": "broken-contract",
    "EXE119": "unknowable-call",
    "EXE120": "extension-code",
    "EXE121": "persistent-id",
    "EXE122": "out-of-band-buffer",
    "EXE130": "carried-code",
    "EXE131": "source-call",
    "EXE132": "configured-call",
    "EXE133": "graph-operator",
    "EXE134": "template-code",
    "EXE135": "unsafe-tag",
    "EXE153": "granted-permission",
    "EXE136": "unrestricted-payload",
    "EXE157": "audit-mismatch",
    "HID201": "nested-payload",
    "HID202": "telling-text",
    "HID203": "trailing-data",
    "HID204": "polyglot",
    "HID205": "name-mismatch",
    "HID206": "loader-disagreement",
    "HID207": "broken-stream",
    "HID208": "native-code",
    "HID209": "hidden-text",
    "HID210": "active-content",
    "HID211": "text-rewrite",
    "HID212": "template-backdoor",
    "HID215": "misleading-name",
    "STR301": "two-readings",
    "STR302": "path-escape",
    "STR303": "link-or-device",
    "STR304": "false-header",
    "STR305": "inconsistency",
    "STR306": "memory-lie",
    "STR307": "resource-claim",
    "STR308": "comment",
    "STR311": "other-file",
    "REF401": "escaping-reference",
    "REF402": "remote-reference",
    "REF403": "foreign-code",
    "REF404": "requirement",
    "REF405": "outside-edge",
    "REF414": "namesake",
    "REF410": "odd-data-file",
    "SEC501": "secret",
    "WGT601": "selection-bypass",
    "WGT602": "weight-anomaly",
    "AGT801": "command",
    "AGT802": "instruction",
    "TRU701": "shadowed-package",
    "TRU702": "repository-code",
    "TRU703": "missing-code",
    "TRU704": "shard-index",
    "TRU705": "twin-formats",
    "TRU706": "vocabulary-size",
    "TRU707": "adapter-weights",
    "TRU708": "template-copies",
    "TRU709": "card-claims",
    "TRU710": "two-graphs",
    "TRU711": "linked-data",
    "TRU712": "colliding-names",
    "TRU713": "dtype-claim",
    "TRU714": "broken-claim",
}
"""Every id that was ever given away and what it stands for. Lines are added, never changed: a rule that is withdrawn
keeps its line, so that its id cannot come to mean something else."""

WITHDRAWN: frozenset[str] = frozenset()

ATLAS = {
    "AML.T0010.003": "AI Supply Chain Compromise: Model",
    "AML.T0011.000": "User Execution: Unsafe AI Artifacts",
    "AML.T0011.001": "User Execution: Malicious Package",
    "AML.T0018.002": "Manipulate AI Model: Embed Malware",
    "AML.T0025": "Exfiltration via Cyber Means",
    "AML.T0029": "Denial of AI Service",
    "AML.T0051.001": "LLM Prompt Injection: Indirect",
    "AML.T0050": "Command and Scripting Interpreter",
    "AML.T0074": "Masquerading",
    "AML.T0076": "Corrupt AI Model",
}
OWASP = {
    "LLM03:2025": "Supply Chain",
    "LLM10:2025": "Unbounded Consumption",
    "ML06:2023": "AI Supply Chain Attacks",
}
CWE = {
    20, 22, 59, 61, 73, 77, 78, 79, 94, 95, 114, 125, 178, 345, 351, 354, 400, 409, 427, 436, 451, 470, 494,
    502, 506, 522, 611, 646, 693, 694, 770, 787, 798, 829, 843, 912, 913, 915, 918, 1007, 1284, 1336,
}  # fmt: skip

IMPERATIVES = {"Ask", "Compare", "Delete", "Do", "Fetch", "Find", "Look", "Read", "Rename", "Save", "Treat", "Unpack"}
HEAVY = {"contextlib", "dataclasses", "hashlib", "inspect", "json", "pathlib", "re", "subprocess", "tempfile", "typing"}

each = pytest.mark.parametrize("info", INFOS, ids=[info.id for info in INFOS])


def _sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?= |$)", text))


def test_ids_keep_their_meaning_for_ever() -> None:
    assert {info.id: info.slug for info in INFOS} == {
        rule: slug for rule, slug in PUBLISHED.items() if rule not in WITHDRAWN
    }
    assert len({info.slug for info in INFOS}) == len(INFOS)


@each
def test_the_id_fits_the_folder_and_the_slug_the_module(info: RuleInfo) -> None:
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}", info.id)
    package, _, stem = INDEX[info.id][0].rpartition(".")
    assert package == f"weighbridge.rules.{FOLDERS[info.id[:3]]}"
    assert info.slug == stem.replace("_", "-")


@each
def test_the_title_fits_one_line(info: RuleInfo) -> None:
    assert 10 <= len(info.title) <= 60
    assert info.title[0].isupper()
    assert not info.title.endswith(".")
    assert "`" not in info.title


def test_no_two_rules_say_the_same() -> None:
    for field in ("title", "finds", "why"):
        assert len({getattr(info, field) for info in INFOS}) == len(INFOS), field


@each
def test_the_fix_tells_somebody_to_do_something(info: RuleInfo) -> None:
    assert info.fix.split()[0] in IMPERATIVES
    assert info.fix.endswith(".")
    assert _sentences(info.fix) <= 2


@each
def test_what_it_finds_and_why_it_matters_are_sentences(info: RuleInfo) -> None:
    for text in (info.finds, info.why):
        assert text[0].isupper()
        assert text.endswith(".")
        assert 40 <= len(text) <= 320
        assert 1 <= _sentences(text) <= 3
    assert "`" not in info.fix


@each
def test_the_words_are_plain(info: RuleInfo) -> None:
    for text in (info.title, info.finds, info.why, info.fix):
        assert text.isascii()
        assert text.isprintable()
        assert "  " not in text
        assert text == text.strip()
        assert text.count("`") % 2 == 0


@each
def test_the_identifiers_exist(info: RuleInfo) -> None:
    for given, known in ((info.cwe, CWE), (info.atlas, ATLAS), (info.owasp, OWASP)):
        assert given
        assert len(set(given)) == len(given)
        assert set(given) <= set(known)


@each
def test_the_references_are_addresses(info: RuleInfo) -> None:
    assert info.references
    assert len(set(info.references)) == len(info.references)
    for reference in info.references:
        assert re.fullmatch(r"https://[a-z0-9.-]+/[\w./#%+-]*", reference, re.ASCII), reference


@each
def test_since_is_a_version_that_there_was(info: RuleInfo) -> None:
    now = tuple(int(part) for part in weighbridge.__version__.split(".")[:2])
    assert re.fullmatch(r"\d+\.\d+", info.since)
    assert tuple(int(part) for part in info.since.split(".")) <= now


@each
def test_the_examples_are_there_and_differ(info: RuleInfo) -> None:
    bad, good = builder_of(info.positive), builder_of(info.negative)
    assert all(isinstance(content, bytes) for content in (*bad.values(), *good.values()))
    assert bad != good


@each
def test_severity_and_harm_fit(info: RuleInfo) -> None:
    assert info.severity is not Severity.CRITICAL or info.harm is Harm.EXECUTION
    assert info.harm is not Harm.HYGIENE or info.severity.rank <= Severity.MEDIUM.rank


def test_rules_are_cheap_to_import() -> None:
    listed = ", ".join(sorted({module for module, _ in INDEX.values()}))
    program = f"import sys; before = set(sys.modules); import {listed}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, env={
        "PYTHONPATH": str(weighbridge.__path__[0] + "/..")
    })  # fmt: skip
    assert not {name.split(".")[0] for name in done.stdout.split()} & HEAVY
