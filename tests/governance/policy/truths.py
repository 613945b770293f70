"""The truth table of policies: a policy, a subject, what must be decided, and what must be said."""

from __future__ import annotations

from typing import Any, NamedTuple

from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.governance.policy.facts import (
    Absence,
    Ancestor,
    Digest,
    Evaluation,
    Known,
    Missing,
    Reached,
    Scan,
    SeenFinding,
    Signature,
    Subject,
)
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.graph import Kind, License

DAY = "2026-11-30"
A, B = "a" * 64, "b" * 64
PURL = "pkg:huggingface/org/name@" + "c" * 40

ALLOW, WARN, INCONCLUSIVE, BLOCK = "allow", "warn", "inconclusive", "block"


class Truth(NamedTuple):
    """One row. ``policy`` is YAML below ``version: 1``; ``says`` must be among the words, in this order."""

    name: str
    policy: str
    subject: Subject
    decision: str
    says: tuple[str, ...] = ()
    missing: bool | None = None
    lifted: str = ""
    expired: int = 0
    unused: int = 0
    silent: bool = False
    """The key is no question of the subject: there is no ruling but for the scan."""


def missing(absence: Absence = Absence.UNSAID, reason: str = "nobody says") -> Missing:
    """A fact that is not known."""
    return Missing(absence=absence, reason=reason)


def known(content: Any, *evidence: str) -> Known[Any]:
    """A fact."""
    return Known(content=content, evidence=evidence)


def scan(*findings: tuple[str, str], gaps: tuple[str, ...] = ()) -> Known[Scan]:
    """A scan that found something."""
    seen = tuple(SeenFinding(rule=rule, severity=Severity(word), message="it says so") for rule, word in findings)
    return known(Scan(findings=seen, gaps=gaps), "report.json")


MODEL = Subject(
    id="model:.", kind=Kind.MODEL, name="name", target="model", purl=PURL, commit="c" * 40, scan=scan(),
    digests=known((Digest(sha256=A), Digest(sha256=B, computed=False))),
)  # fmt: skip
"""A model that nothing is known against."""
UNSCANNED = missing(Absence.UNSCANNED, "nobody has weighed it")


def model(**facts: Any) -> Subject:
    """The model with other facts."""
    return replace(MODEL, **facts)


def licensed(*licenses: str, name: str = "") -> Subject:
    """A model under licences."""
    held = tuple(License(expression=one) for one in licenses) + ((License(name=name),) if name else ())
    return model(licenses=known(held, "README.md"))


def signed(*signatures: Signature) -> Subject:
    """A model with signatures."""
    return model(signatures=known(signatures))


def reached(standing: Standing, severity: str = "high", **more: Any) -> Subject:
    """A model that an advisory reaches."""
    one = Reached(advisory="GHSA-1", standing=standing, severity=Severity(severity), **more)
    return model(advisories=known((one,)))


def made_from(*names: str) -> Subject:
    """A model with ancestors, one a generation."""
    ancestors = tuple(Ancestor(name=name, depth=number + 1, purl=f"pkg:huggingface/{name}@{'d' * 40}")
                      for number, name in enumerate(names))  # fmt: skip
    return model(lineage=known(ancestors))


def scored(**results: float) -> Subject:
    """A model with results."""
    return model(evaluations=known(tuple(Evaluation(name=name, value=one) for name, one in results.items())))


def entry(about: str, more: str = "", kind: str = "allow", ends: str = "2026-12-31") -> str:
    """An exception."""
    expires = f", expires: {ends}" if ends else ""
    owner = ", owner: jo" if kind == "allow" else ""
    return f"{kind}:\n- {{{about}, reason: we looked{owner}{expires}{more}}}"


GOOD = Signature(path="model.sig", holds=True, signer="release")
OTHER = Signature(path="other.sig", holds=True, signer="nightly")
BROKEN = Signature(path="model.sig", holds=False, words="altered")
LOW, NONE = "severities: {highest: low}", "severities: {highest: none}"
LISTS = "licenses: {allow: [Apache-2.0, MIT, GPL-2.0-only], deny: [AGPL-3.0-only, MIT-0]}"
ADVISORIES = "advisories: {highest: medium}"
DENY_A, DENY_B = entry(f"sha256: {A}", kind="deny", ends=""), entry(f"sha256: {B}", kind="deny", ends="")
PURL_ANY, PURL_THIS, PURL_OTHER = (
    f"purl: 'pkg:huggingface/org/{rest}'" for rest in ("*", "name@" + "c" * 40, "name@" + "d" * 40)
)

TRUTHS = (
    # -- scan: judged under every policy
    Truth("nothing asked, all scanned", "", MODEL, ALLOW),
    Truth("nothing asked, unscanned", "", model(scan=UNSCANNED), INCONCLUSIVE, ("nobody has weighed it",), True),
    Truth("no question of a scan", "", model(scan=None), ALLOW, silent=True),
    Truth("a gap", "", model(scan=scan(gaps=("x: encrypted",))), INCONCLUSIVE, ("judged: x: encrypted",), True),
    Truth("two gaps", "", model(scan=scan(gaps=("x: 1", "y: 2"))), INCONCLUSIVE, ("x: 1", "y: 2"), True),
    Truth("a gap that blocks", "scan: {missing: block}", model(scan=scan(gaps=("x",))), BLOCK, ("x",), True),
    Truth("unscanned warns", "scan: {missing: warn}", model(scan=UNSCANNED), WARN, missing=True),
    Truth("unscanned, with a reason", "scan: {missing: {decision: allow, reason: ours}}", model(scan=UNSCANNED), ALLOW,
          ("nobody has weighed it, which is accepted: ours",), True),
    Truth("scanned today", "scan: {max_age: 0}", model(scanned=known(DAY)), ALLOW, missing=False),
    Truth("as old as may be", "scan: {max_age: 30}", model(scanned=known("2026-10-31")), ALLOW),
    Truth("a day too old", "scan: {max_age: 30}", model(scanned=known("2026-10-30")), BLOCK, ("31 days old",), False),
    Truth("too old warns", "scan: {max_age: 1, violation: warn}", model(scanned=known("2026-01-01")), WARN),
    Truth("nobody says when", "scan: {max_age: 30}", model(scanned=missing(reason="no day")), INCONCLUSIVE,
          ("no day",), True),
    Truth("when is not asked", "scan: {max_age: 30}", MODEL, INCONCLUSIVE, ("nobody says when",), True),
    Truth("a scan of tomorrow", "scan: {max_age: 30}", model(scanned=known("2026-12-01")), INCONCLUSIVE,
          ("yet to come",), True),
    Truth("a gap is accepted, its age is not", "scan: {max_age: 1, missing: {decision: allow, reason: x}}",
          model(scan=scan(gaps=("x",)), scanned=known("2026-01-01")), BLOCK, ("days old", "judged"), True),
    # -- formats
    Truth("a format on the list", "formats: {allow: [safetensors]}", model(formats=known(("safetensors",))), ALLOW),
    Truth("a format that is not", "formats: {allow: [safetensors]}", model(formats=known(("pickle",))), BLOCK,
          ("pickle is not on the list",), False),
    Truth("one of two is not", "formats: {allow: [keras]}", model(formats=known(("keras", "pickle"))), BLOCK),
    Truth("a denied format", "formats: {deny: ['torch.*']}", model(formats=known(("torch.zip",))), BLOCK,
          ("torch.zip is denied",)),
    Truth("another format", "formats: {deny: [pickle]}", model(formats=known(("gguf",))), ALLOW),
    Truth("allowed and denied", "formats: {allow: ['*'], deny: [pickle]}", model(formats=known(("pickle",))), BLOCK),
    Truth("a format warns", "formats: {deny: [pickle], violation: warn}", model(formats=known(("pickle",))), WARN),
    Truth("no format known", "formats: {deny: [pickle]}", model(formats=missing()), INCONCLUSIVE, ("says",), True),
    Truth("no format asked", "formats: {deny: [pickle]}", model(formats=None), ALLOW, missing=False, silent=True),
    # -- severities and rules
    Truth("at the level", LOW, model(scan=scan(("EXE101", "low"))), ALLOW, missing=False),
    Truth("above the level", LOW, model(scan=scan(("EXE101", "medium"))), BLOCK, ("EXE101 (medium): it says so",)),
    Truth("no finding at all", NONE, MODEL, ALLOW),
    Truth("info is a finding", NONE, model(scan=scan(("EXE101", "info"))), BLOCK, ("EXE101 (info)",)),
    Truth("unscanned has no severity", "severities: {highest: critical, missing: block}", model(scan=UNSCANNED), BLOCK,
          ("nobody has weighed it", "nobody has weighed it"), True),
    Truth("an ignored rule", f"{NONE}\nrules: {{ignore: [{{rule: EXE101, reason: known}}]}}",
          model(scan=scan(("EXE101", "critical"))), ALLOW),
    Truth("another rule than the ignored", f"{NONE}\nrules: {{ignore: [{{rule: EXE102, reason: known}}]}}",
          model(scan=scan(("EXE101", "low"))), BLOCK),
    Truth("a denied rule", "rules: {deny: ['EXE*']}", model(scan=scan(("EXE130", "info"))), BLOCK,
          ("EXE130 must find nothing",)),
    Truth("another rule", "rules: {deny: [EXE101]}", model(scan=scan(("STR301", "high"))), ALLOW),
    Truth("denied and ignored", "rules: {deny: ['EXE*'], ignore: [{rule: EXE130, reason: x}]}",
          model(scan=scan(("EXE130", "high"))), ALLOW),
    # -- licences
    Truth("a licence on the list", LISTS, licensed("Apache-2.0"), ALLOW, missing=False),
    Truth("a licence that is not", LISTS, licensed("MPL-2.0"), BLOCK, ("MPL-2.0 is not on the list",)),
    Truth("one of two may be chosen", LISTS, licensed("MPL-2.0 OR MIT"), ALLOW),
    Truth("none may be chosen", LISTS, licensed("MPL-2.0 OR AGPL-3.0-only"), BLOCK, ("MPL-2.0", "AGPL-3.0-only is")),
    Truth("both hold", LISTS, licensed("MPL-2.0 AND MIT"), BLOCK),
    Truth("the second holds too", LISTS, licensed("MIT AND MPL-2.0"), BLOCK),
    Truth("both are fine", LISTS, licensed("Apache-2.0 AND MIT"), ALLOW),
    Truth("AND binds tighter", LISTS, licensed("MPL-2.0 AND MIT OR Apache-2.0"), ALLOW),
    Truth("parentheses", LISTS, licensed("MPL-2.0 AND (MIT OR Apache-2.0)"), BLOCK),
    Truth("the second in parentheses", LISTS, licensed("(MPL-2.0 OR MIT) AND Apache-2.0"), ALLOW),
    Truth("an exception adds", LISTS, licensed("GPL-2.0-only WITH Classpath-exception-2.0"), ALLOW),
    Truth("an old identifier", LISTS, licensed("GPL-2.0"), ALLOW),
    Truth("or later is another", LISTS, licensed("GPL-2.0+"), BLOCK, ("GPL-2.0-or-later is not",)),
    Truth("denied with an exception", "licenses: {deny: [GPL-2.0-only]}",
          licensed("GPL-2.0-only WITH Classpath-exception-2.0"), BLOCK, ("is denied",)),
    Truth("denied, but not with this exception",
          "licenses: {allow: [GPL-2.0-only WITH Classpath-exception-2.0], deny: [GPL-2.0-only]}",
          licensed("GPL-2.0-only WITH Classpath-exception-2.0"), ALLOW),
    Truth("denied without it", "licenses: {allow: [GPL-2.0-only WITH Classpath-exception-2.0], deny: [GPL-2.0-only]}",
          licensed("GPL-2.0-only"), BLOCK),
    Truth("a pattern", "licenses: {deny: ['CC-BY-NC-*']}", licensed("CC-BY-NC-4.0"), BLOCK),
    Truth("two files say two things", LISTS, licensed("MIT", "MPL-2.0"), BLOCK),
    Truth("a name", LISTS, licensed(name="llama3"), BLOCK, ("llama3 is not on the list",)),
    Truth("a name on the list", "licenses: {allow: ['name:llama*']}", licensed(name="llama3"), ALLOW),
    Truth("a denied name", "licenses: {deny: ['name:llama*']}", licensed(name="Llama3"), BLOCK, ("is denied",)),
    Truth("a name is no identifier", "licenses: {deny: ['*']}", licensed(name="llama3"), ALLOW),
    Truth("an address alone", LISTS, model(licenses=known((License(url="https://x.invalid"),))), BLOCK,
          ("https://x.invalid is not on the list",)),
    Truth("what is no expression", LISTS, model(licenses=known((License(expression="ACME 1"),))), BLOCK,
          ("ACME 1 is not on the list",)),
    Truth("not denied, and no list", "licenses: {deny: [MIT]}", licensed("Apache-2.0"), ALLOW),
    Truth("a name and no list", "licenses: {deny: [MIT]}", licensed(name="llama3"), ALLOW),
    Truth("one that may be chosen is denied", LISTS, licensed("MIT-0 OR MIT"), ALLOW),
    Truth("denied, with an exception that others may have",
          "licenses: {allow: [GPL-2.0-only WITH Classpath-exception-2.0], deny: [GPL-2.0-only]}",
          licensed("GPL-2.0-only WITH LLVM-exception"), BLOCK, ("is denied",)),
    Truth("denied and allowed", "licenses: {allow: [MIT], deny: [MIT]}", licensed("MIT"), BLOCK, ("is denied",)),
    Truth("no licence", LISTS, model(licenses=missing()), INCONCLUSIVE, missing=True),
    Truth("no licence in a list", LISTS, licensed(), INCONCLUSIVE, ("there is no licence",), True),
    Truth("a library's licence is not asked", LISTS, model(licenses=None), ALLOW, silent=True),
    # -- publishers
    Truth("a known publisher", "publishers: {allow: ['hf://org']}", model(publisher=known("hf://org")), ALLOW),
    Truth("another", "publishers: {allow: ['hf://org']}", model(publisher=known("hf://org2")), BLOCK,
          ("hf://org2 is not on the list",)),
    Truth("the same name elsewhere", "publishers: {allow: ['hf://org']}", model(publisher=known("ollama://org")),
          BLOCK),
    Truth("a denied publisher", "publishers: {allow: ['hf://*'], deny: ['hf://bad']}",
          model(publisher=known("hf://bad")), BLOCK, ("is denied",)),
    Truth("a denied publisher in other letters", "publishers: {deny: ['hf://Bad*']}",
          model(publisher=known("hf://BAD-lab")), BLOCK),
    Truth("all publishers but those with a letter", "publishers: {deny: ['hf://[!A]*']}",
          model(publisher=known("hf://acme")), BLOCK),
    Truth("a publisher with that letter", "publishers: {deny: ['hf://[!A]*']}", model(publisher=known("hf://Acme")),
          ALLOW),
    Truth("a known publisher in other letters", "publishers: {allow: ['hf://org']}",
          model(publisher=known("hf://Org")), BLOCK),
    Truth("any but one", "publishers: {deny: ['hf://bad']}", model(publisher=known("hf://org")), ALLOW),
    Truth("nobody's", "publishers: {deny: ['hf://bad']}", model(publisher=missing()), INCONCLUSIVE, missing=True),
    # -- signatures
    Truth("signed", "signatures:", signed(GOOD), ALLOW, missing=False),
    Truth("signed by whom it should be", "signatures: {signers: [release]}", signed(OTHER, GOOD), ALLOW),
    Truth("signed by another", "signatures: {signers: [release]}", signed(OTHER), BLOCK,
          ("by nightly, not by release",), False),
    Truth("altered", "signatures:", signed(BROKEN), BLOCK, ("does not hold: altered",)),
    Truth("altered by the right one", "signatures: {signers: [release]}",
          signed(replace(BROKEN, signer="release")), BLOCK),
    Truth("one of two holds", "signatures:", signed(BROKEN, GOOD), ALLOW),
    Truth("unsigned", "signatures:", model(signatures=missing(Absence.UNSIGNED)), INCONCLUSIVE, missing=True),
    Truth("unsigned blocks", "signatures: {missing: block}", model(signatures=missing(Absence.UNSIGNED)), BLOCK),
    Truth("no signature in a list", "signatures:", signed(), INCONCLUSIVE, ("there is no signature",), True),
    # -- pins
    Truth("fixed by commit", "pins:", model(pin=known("commit")), ALLOW),
    Truth("fixed by a tag", "pins:", model(pin=known("tag")), BLOCK, ("fixed by a tag",)),
    Truth("a tag is enough", "pins: {accept: [tag]}", model(pin=known("tag")), ALLOW),
    Truth("a commit is not a tag", "pins: {accept: [tag]}", model(pin=known("commit")), BLOCK),
    Truth("how it is fixed is not known", "pins: {missing: warn}", model(pin=missing()), WARN, missing=True),
    # -- advisories
    Truth("affected", ADVISORIES, reached(Standing.AFFECTED, words="keras 3.8.0", fixed=("3.9.0",)), BLOCK,
          ("GHSA-1 (high): keras 3.8.0; fixed in 3.9.0",), False),
    Truth("affected, at the level", ADVISORIES, reached(Standing.AFFECTED, "medium"), ALLOW),
    Truth("none at all", "advisories: {highest: none}", reached(Standing.AFFECTED, "info"), BLOCK, ("GHSA-1 (info)",)),
    Truth("possibly affected", ADVISORIES, reached(Standing.POSSIBLY_AFFECTED), INCONCLUSIVE, ("possibly",), True),
    Truth("possibly blocks", "advisories: {highest: low, possibly: block, investigating: warn}",
          reached(Standing.POSSIBLY_AFFECTED), BLOCK),
    Truth("possibly, at the level", ADVISORIES, reached(Standing.POSSIBLY_AFFECTED, "medium"), ALLOW),
    Truth("nobody can tell", ADVISORIES, reached(Standing.UNDER_INVESTIGATION), INCONCLUSIVE, ("nobody can tell",)),
    Truth("nobody can tell warns", "advisories: {highest: low, possibly: block, investigating: warn}",
          reached(Standing.UNDER_INVESTIGATION), WARN, missing=True),
    Truth("fixed", "advisories: {highest: none}", reached(Standing.FIXED, "critical"), ALLOW),
    Truth("not affected", "advisories: {highest: none}", reached(Standing.NOT_AFFECTED, "critical"), ALLOW),
    Truth("not audited", ADVISORIES, model(advisories=missing(Absence.UNASKED)), INCONCLUSIVE, missing=True),
    # -- lineage
    Truth("a known base", "lineage: {allow: ['pkg:huggingface/org/*']}", made_from("org/base"), ALLOW),
    Truth("a known name", "lineage: {allow: ['org/*']}", made_from("org/base"), ALLOW),
    Truth("an unknown base", "lineage: {allow: ['org/*']}", made_from("org/base", "evil/base"), BLOCK,
          ("evil/base, which is not on the list",)),
    Truth("a denied base", "lineage: {deny: ['pkg:huggingface/evil/base']}", made_from("org/a", "evil/base"), BLOCK,
          ("evil/base, which is denied",)),
    Truth("a denied base in other letters", "lineage: {deny: ['pkg:huggingface/Evil/base', 'Bad/*']}",
          made_from("evil/Base", "bad/base"), BLOCK, ("evil/Base, which is denied", "bad/base, which is denied")),
    Truth("all bases but those with a letter", "lineage: {deny: ['[!A]*']}", made_from("acme/base"), BLOCK),
    Truth("a known base in other letters", "lineage: {allow: ['org/*']}", made_from("Org/base"), BLOCK),
    Truth("as deep as may be", "lineage: {deepest: 2}", made_from("org/a", "org/b"), ALLOW),
    Truth("too deep", "lineage: {deepest: 1}", made_from("org/a", "org/b"), BLOCK, ("2 generations",)),
    Truth("made from nothing", "lineage: {deepest: 0}", made_from(), ALLOW),
    Truth("what it was made from is not known", "lineage: {deepest: 9}", model(lineage=missing()), INCONCLUSIVE),
    # -- remote code
    Truth("no code", "remote_code:", model(remote_code=known(False)), ALLOW, missing=False),
    Truth("code", "remote_code:", model(remote_code=known(True)), BLOCK, ("runs code of the repository",)),
    Truth("nobody says whether", "remote_code:", model(remote_code=missing()), INCONCLUSIVE, missing=True),
    # -- evaluations
    Truth("good enough", "evaluations: {require: [{name: x, at_least: 0.5}]}", scored(x=0.5), ALLOW),
    Truth("not good enough", "evaluations: {require: [{name: x, at_least: 0.5}]}", scored(x=0.4), BLOCK,
          ("x is 0.4, below 0.5",)),
    Truth("low enough", "evaluations: {require: [{name: x, at_most: 0.5}]}", scored(x=0.5, y=9), ALLOW),
    Truth("too high", "evaluations: {require: [{name: x, at_most: 0.5}]}", scored(x=0.6), BLOCK, ("above 0.5",)),
    Truth("no such result", "evaluations: {require: [{name: x}]}", scored(y=1), INCONCLUSIVE, ("no result of x",),
          True),
    Truth("any result", "evaluations: {require: [{name: x}]}", scored(x=-1), ALLOW),
    Truth("not evaluated", "evaluations: {require: [{name: x}], missing: block}", model(evaluations=missing()), BLOCK),
    # -- conditions
    Truth("a condition that holds", "conditions: [{name: big, when: 'yes', reason: too big}]", MODEL, BLOCK,
          ("big: too big",), False),
    Truth("a condition warns", "conditions: [{name: big, when: 'yes', decision: warn, reason: x}]", MODEL, WARN),
    Truth("a condition that does not hold", "conditions: [{name: big, when: 'no', reason: x}]", MODEL, ALLOW,
          missing=False),
    Truth("a condition without an answer", "conditions: [{name: big, when: open, decision: warn, reason: x}]", MODEL,
          INCONCLUSIVE, ("big has no answer: no such key",), True),
    Truth("two conditions", "conditions: [{name: a, when: 'no', reason: x}, {name: b, when: 'yes', reason: y}]", MODEL,
          BLOCK, ("b: y",)),
    # -- denials
    Truth("denied by content", DENY_A, MODEL, BLOCK, ("it is denied: sha256 aaaaaaaaaaaa…: we looked",), False),
    Truth("denied by what a store says", DENY_B, MODEL, BLOCK),
    Truth("another content", DENY_A, model(digests=known((Digest(sha256=B),))), ALLOW),
    Truth("content that nobody knows", DENY_A, model(digests=missing(reason="not read")), INCONCLUSIVE,
          ("cannot be told: not read",), True),
    Truth("content is no question", DENY_A, model(digests=None), ALLOW),
    Truth("a name needs no content", entry(PURL_OTHER, kind="deny", ends=""), model(digests=missing()), ALLOW,
          missing=False),
    Truth("denied by name", entry(PURL_ANY, kind="deny", ends=""), MODEL, BLOCK),
    Truth("denied in other letters", entry("purl: pkg:huggingface/Org/NAME", kind="deny", ends=""), MODEL, BLOCK),
    Truth("what lies in a denied one", entry(PURL_ANY, kind="deny", ends=""), model(purl="", within=(PURL,)), BLOCK),
    Truth("a denial that has ended", entry(PURL_ANY, kind="deny", ends="2026-11-29"), MODEL, ALLOW, expired=1),
    Truth("an ended denial by content", entry(f"sha256: {A}", kind="deny", ends="2026-11-29"),
          model(digests=missing()), ALLOW, missing=False, expired=1),
    Truth("a denial on its last day", entry(PURL_ANY, kind="deny", ends=DAY), MODEL, BLOCK),
    # -- exceptions
    Truth("lifted by name", f"{LOW}\n{entry(PURL_THIS)}", model(scan=scan(("EXE101", "high"))), ALLOW,
          lifted="we looked (jo, until 2026-12-31)"),
    Truth("lifted by the name of what it lies in", f"{LOW}\n{entry(PURL_THIS)}",
          model(purl="pkg:generic/x", within=(PURL,), scan=scan(("EXE101", "high"))), ALLOW, lifted="we looked"),
    Truth("other letters lift nothing", f"{LOW}\n{entry('purl: pkg:huggingface/ORG/name')}",
          model(scan=scan(("EXE101", "high"))), BLOCK, unused=1),
    Truth("another version", f"{LOW}\n{entry(PURL_OTHER)}", model(scan=scan(("EXE101", "high"))), BLOCK, unused=1),
    Truth("lifted by content", f"{LOW}\n{entry(f'sha256: {A}')}", model(scan=scan(("EXE101", "high"))), ALLOW,
          lifted="sha256 aaaaaaaaaaaa…"),
    Truth("what a store says lifts nothing", f"{LOW}\n{entry(f'sha256: {B}')}", model(scan=scan(("EXE101", "high"))),
          BLOCK),
    Truth("another name", f"{LOW}\n{entry('purl: pkg:huggingface/org/other')}", model(scan=scan(("EXE101", "high"))),
          BLOCK, unused=1),
    Truth("qualifiers say nothing of the name", entry("purl: pkg:huggingface/org/name", kind="deny", ends=""),
          model(purl="pkg:huggingface/org/name?repository_url=x.invalid#part"), BLOCK),
    Truth("a mark in a pattern", entry("purl: 'pkg:huggingface/org/nam?'", kind="deny", ends=""), MODEL, BLOCK),
    Truth("a mark and a version", entry("purl: 'pkg:huggingface/org/name@cccc?*'", kind="deny", ends=""), MODEL, BLOCK),
    Truth("an equals sign in a name", entry("purl: 'pkg:huggingface/org/na=e'", kind="deny", ends=""),
          model(purl="pkg:huggingface/org/na=e"), BLOCK),
    Truth("no package has no version", entry("purl: 'pkg:huggingface/org/name@*'", kind="deny", ends=""),
          model(purl=""), ALLOW),
    Truth("on the last day", f"{LOW}\n{entry(PURL_THIS, ends=DAY)}", model(scan=scan(("EXE101", "high"))), ALLOW,
          lifted="we looked"),
    Truth("a day late", f"{LOW}\n{entry(PURL_THIS, ends='2026-11-29')}", model(scan=scan(("EXE101", "high"))), BLOCK,
          expired=1),
    Truth("for another key", f"{LOW}\n{entry(PURL_THIS, ', keys: [licenses]')}",
          model(scan=scan(("EXE101", "high"))), BLOCK),
    Truth("for this key", f"{LOW}\n{entry(PURL_THIS, ', keys: [licenses, severities]')}",
          model(scan=scan(("EXE101", "high"))), ALLOW, lifted="we looked"),
    Truth("an exception lifts what is missing", entry(PURL_THIS), model(scan=UNSCANNED), ALLOW, lifted="we looked"),
    Truth("an exception lifts no denial", f"{entry(PURL_THIS)}\n{DENY_A}", MODEL, BLOCK),
    Truth("nothing to lift", entry(PURL_THIS), MODEL, ALLOW),
    # -- together
    Truth("the worst counts", f"{LOW}\nformats: {{deny: [pickle], violation: warn}}\npins:",
          model(formats=known(("pickle",)), pin=missing()), INCONCLUSIVE, ("pickle is denied", "nobody says")),
    Truth("block is worse than not known", f"{LOW}\npins:", model(pin=missing(), scan=scan(("EXE101", "high"))), BLOCK),
)  # fmt: skip
