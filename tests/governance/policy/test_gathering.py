"""From a graph and a scan to subjects: what is here, used, told of; what is answered, missing, or no question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.governance.policy.truths import DAY
from weighbridge.core.errors import Malformed
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.governance.policy.decision import Decision
from weighbridge.governance.policy.document import policy_of
from weighbridge.governance.policy.facts import Absence, Digest, Known, Missing, Scan, SeenFinding, Signature, Subject
from weighbridge.governance.policy.from_scan import ScannedFile, ScannedTargets, below, of_document
from weighbridge.governance.policy.gathering import Material, reported_subjects, subjects_of
from weighbridge.governance.policy.joining import joined
from weighbridge.governance.policy.judge import decide
from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing, Statement
from weighbridge.inventory.advisories.record import Advisory
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, License, Method, Origin, RelationKind

SEEN = Origin(method=Method.HASH, confidence=Confidence.VERIFIED, file="x")
SAID = Origin(method=Method.CARD, confidence=Confidence.DECLARED, file="README.md", pointer="license")
COMMIT, OTHER = "c" * 40, "d" * 40
A, B = "a" * 64, "b" * 64


def model(assembly: Assembly, name: str, commit: str = "", kind: Kind = Kind.MODEL) -> str:
    """A model of the Hub."""
    at = f"@{commit}" if commit else ""
    id_ = assembly.component(f"{kind}:hf://{name}{at}", kind)
    assembly.claim(id_, Field.NAME, name, SAID)
    assembly.claim(id_, Field.REFERENCE, f"hf://{name}{at}", SAID)
    assembly.claim(id_, Field.PURL, f"pkg:huggingface/{name}{at}", SAID)
    if commit:
        assembly.claim(id_, Field.COMMIT, commit, SAID)
    return id_


def file(assembly: Assembly, owner: str, name: str, sha256: str, origin: Origin = SEEN) -> str:
    """A file in a model."""
    id_ = assembly.component(f"file:{name}", Kind.FILE)
    assembly.claim(id_, Field.NAME, name, origin)
    assembly.claim(id_, Field.SHA256, sha256, origin)
    assembly.relate(owner, RelationKind.CONTAINS, id_, SEEN)
    return id_


def scanned(**files: Scan) -> ScannedTargets:
    """A scan; names have an underscore for the dot."""
    return ScannedTargets(
        refs=("m",),
        files=tuple(
            ScannedFile(ref="m", path=name.replace("_", "."), formats=("safetensors",), scan=scan, sha256=A)
            for name, scan in files.items()
        ),
    )


def by_name(subjects: tuple[Subject, ...]) -> dict[str, Subject]:
    return {one.name: one for one in subjects}


@pytest.fixture
def family() -> tuple[Graph, str]:
    """A model here, made from a base that was made from another, with an adapter of a third inside, and a data set."""
    assembly = Assembly()
    root = model(assembly, "org/name", COMMIT)
    assembly.claim(root, Field.LICENSE, License(expression="MIT"), SAID)
    file(assembly, root, "w.safetensors", A)
    base, eldest, other = (model(assembly, f"org/{name}", OTHER) for name in ("base", "eldest", "other"))
    assembly.relate(root, RelationKind.FINETUNED, base, SAID)
    assembly.relate(base, RelationKind.QUANTIZED, eldest, SAID)
    inner = assembly.component("adapter:inner", Kind.ADAPTER)
    assembly.claim(inner, Field.NAME, "inner", SAID)
    assembly.relate(root, RelationKind.CONTAINS, inner, SEEN)
    file(assembly, inner, "a.safetensors", B)
    assembly.relate(inner, RelationKind.ADAPTER_OF, other, SAID)
    data = assembly.component("dataset:hf://datasets/org/data", Kind.DATASET)
    assembly.relate(root, RelationKind.TRAINED_ON, data, SAID)
    return assembly.finish(root), root


def test_what_is_here_answers_for_itself_and_for_what_lies_in_it(family: tuple[Graph, str]) -> None:
    found = by_name(subjects_of(Material(target="m", graph=family[0])))
    here, inner = found["org/name"], found["inner"]
    assert here.here
    assert here.licenses == Known(content=(License(expression="MIT"),), evidence=("README.md license",))
    assert here.publisher == Known(content="hf://org", evidence=("README.md license",))
    assert here.pin == Known(content="commit", evidence=("README.md license",))
    assert isinstance(here.lineage, Known)
    assert [(one.name, one.depth) for one in here.lineage.content] == [("org/base", 1), ("org/eldest", 2)]
    assert inner.licenses == here.licenses
    assert inner.within == (f"pkg:huggingface/org/name@{COMMIT}",)
    assert isinstance(inner.lineage, Known)
    assert [one.name for one in inner.lineage.content] == ["org/other"]


def test_the_base_of_an_adapter_is_loaded_with_it_and_other_bases_are_not(family: tuple[Graph, str]) -> None:
    found = by_name(subjects_of(Material(target="m", graph=family[0])))
    assert isinstance(found["org/other"].scan, Missing)
    assert found["org/other"].scan.absence is Absence.UNSCANNED
    for name in ("org/base", "org/eldest", "dataset:hf://datasets/org/data"):
        assert found[name].scan is None
        assert isinstance(found[name].advisories, Missing)


def test_a_file_is_joined_with_its_scan_and_unscanned_without(family: tuple[Graph, str]) -> None:
    finding = SeenFinding(rule="EXE101", severity=Severity.HIGH)
    held = scanned(w_safetensors=Scan(findings=(finding,)))
    found = by_name(subjects_of(Material(target="m", graph=family[0], scanned=replace(held, day=DAY))))
    assert found["w.safetensors"].scan == Known(content=Scan(findings=(finding,)))
    assert found["w.safetensors"].scanned == Known(content=DAY)
    assert isinstance(found["a.safetensors"].scan, Missing)
    assert found["a.safetensors"].within == (f"pkg:huggingface/org/name@{COMMIT}",)


def test_no_code_is_known_only_where_everything_was_read(family: tuple[Graph, str]) -> None:
    def told(**files: Scan) -> Any:
        return by_name(subjects_of(Material(target="m", graph=family[0], scanned=scanned(**files))))["org/name"]

    assert told(w_safetensors=Scan()).remote_code.content is False
    assert isinstance(told(w_safetensors=Scan(gaps=("encrypted",))).remote_code, Missing)
    assert isinstance(told().remote_code, Missing)


def test_what_nobody_hashed_is_not_fixed_by_its_digest() -> None:
    for origin, kind in ((SEEN, Known), (SAID, Missing)):
        assembly = Assembly()
        root = assembly.component("model:.", Kind.MODEL)
        file(assembly, root, "w.bin", A, origin)
        here, held = sorted(subjects_of(Material(target="m", graph=assembly.finish(root))), key=lambda one: one.kind)[
            ::-1
        ]
        assert isinstance(here.pin, kind)
        assert isinstance(held.digests, Known)
        assert held.digests.content[0].computed is (origin is SEEN)


def test_an_empty_model_is_not_passed_over() -> None:
    assembly = Assembly()
    root = assembly.component("model:.", Kind.MODEL)
    (subject,) = subjects_of(Material(target="m", graph=assembly.finish(root)))
    assert isinstance(subject.scan, Missing)
    assert decide(policy_of(b"version: 1", "p"), [subject], DAY).decision is Decision.INCONCLUSIVE


def test_a_model_that_stands_alone_in_somebodys_bill_is_loaded_for_all_we_know() -> None:
    assembly = Assembly()
    root = assembly.component("application:x", Kind.APPLICATION)
    model(assembly, "org/name", COMMIT)
    (subject,) = subjects_of(Material(target="b", graph=assembly.finish(root)))
    assert isinstance(subject.scan, Missing)


@pytest.mark.parametrize(
    ("claims", "content"),
    [
        (("commit",), "commit"), (("commit", "none"), "none"), (("digest", "tag"), "tag"),
        (("branch", "tag"), "branch"),
        (("unknown", "commit"), None), ((), None),
    ],
)  # fmt: skip
def test_the_loosest_of_the_places_that_name_a_model_counts(claims: tuple[str, ...], content: str | None) -> None:
    assembly = Assembly()
    root = assembly.component("application:x", Kind.APPLICATION)
    id_ = assembly.component("model:y", Kind.MODEL)
    for number, word in enumerate(claims):
        assembly.claim(id_, Field.PIN, word, Origin(method=Method.SOURCE, confidence=Confidence.DECLARED,
                                                     file="a.py", pointer=f"line:{number}"))  # fmt: skip
    assembly.relate(root, RelationKind.DEPENDS_ON, id_, SAID)
    (subject,) = subjects_of(Material(target="b", graph=assembly.finish(root)))
    assert (subject.pin.content if isinstance(subject.pin, Known) else None) == content


def test_lineages_that_go_round_or_never_end_are_bounded() -> None:
    assembly = Assembly()
    ids = [model(assembly, f"org/m{number}", COMMIT) for number in range(1_000)]
    for source, target in zip(ids, [*ids[1:], ids[0]], strict=True):
        assembly.relate(source, RelationKind.FINETUNED, target, SAID)
        assembly.relate(source, RelationKind.CONTAINS, target, SAID)
    found = subjects_of(Material(target="m", graph=assembly.finish(ids[0])))
    assert len(found) == 1_000
    assert all(isinstance(one.lineage, Missing) for one in found)


def test_an_ancestor_on_two_ways_is_as_far_as_the_shorter_one() -> None:
    assembly = Assembly()
    root, near, far = (model(assembly, f"org/{name}", COMMIT) for name in ("name", "near", "far"))
    for source, target in ((root, far), (root, near), (near, far), (far, root)):
        assembly.relate(source, RelationKind.FINETUNED, target, SAID)
    lineage = by_name(subjects_of(Material(target="m", graph=assembly.finish(root))))["org/name"].lineage
    assert isinstance(lineage, Known)
    assert {one.name: one.depth for one in lineage.content} == {"org/far": 1, "org/near": 1}
    assert len(lineage.content) == 2, "each is told once, and nothing is its own ancestor"


def exposure(component: str, **more: Any) -> Exposure:
    advisory = Advisory(id="X-1", modified="2026-01-01T00:00:00Z", summary="it is poisoned")
    return Exposure(component=component, advisory=advisory, found=Standing.AFFECTED, basis=Basis.COMMIT,
                    severity=Severity.HIGH, **more)  # fmt: skip


def test_exposures_belong_to_their_components_and_tell_their_way(family: tuple[Graph, str]) -> None:
    graph, root = family
    base = f"model:hf://org/base@{OTHER}"
    says = Statement(standing=Standing.NOT_AFFECTED, author="Jo")
    held = (
        exposure(base, triggers=("w has it",)),
        Exposure(component=root, advisory=Advisory(id="X-1", modified=""), found=Standing.POSSIBLY_AFFECTED,
                 basis=Basis.LINEAGE, severity=Severity.HIGH, path=(base, root), statement=says),
    )  # fmt: skip
    found = by_name(subjects_of(Material(target="m", graph=graph, exposures=held)))
    assert found["org/base"].advisories.content[0].words == "it is poisoned; w has it"  # type: ignore[union-attr]
    (one,) = found["org/name"].advisories.content  # type: ignore[union-attr]
    assert one.standing is Standing.NOT_AFFECTED
    assert one.words == "handed on by org/base to org/name; Jo says: not affected"
    assert found["org/eldest"].advisories == Known(content=())


def test_what_a_file_here_reaches_comes_first_then_the_worst(family: tuple[Graph, str]) -> None:
    graph, root = family

    def one(id_: str, severity: Severity, *triggers: str) -> Exposure:
        return Exposure(component=root, advisory=Advisory(id=id_, modified=""), found=Standing.AFFECTED,
                        basis=Basis.COMMIT, severity=severity, triggers=triggers)  # fmt: skip

    held = (
        one("X-1", Severity.LOW), one("X-2", Severity.CRITICAL), one("X-3", Severity.HIGH),
        one("X-4", Severity.LOW, "w"),
    )  # fmt: skip
    found = by_name(subjects_of(Material(target="m", graph=graph, exposures=held)))["org/name"].advisories
    assert isinstance(found, Known)
    assert [each.advisory for each in found.content] == ["X-4", "X-2", "X-3", "X-1"]


def test_signatures_are_over_the_whole(family: tuple[Graph, str]) -> None:
    held = (Signature(path="model.sig", holds=True, signer="release"),)
    found = by_name(subjects_of(Material(target="m", graph=family[0], signatures=held)))
    assert found["org/name"].signatures == found["inner"].signatures == Known(content=held)
    assert isinstance(found["org/other"].signatures, Missing)


# -- several targets -----------------------------------------------------------------------------------------------


def used(commit: str) -> Subject:
    """A model that an application names."""
    assembly = Assembly()
    root = assembly.component("application:x", Kind.APPLICATION)
    assembly.relate(root, RelationKind.DEPENDS_ON, model(assembly, "org/name", commit), SAID)
    (subject,) = subjects_of(Material(target="app", graph=assembly.finish(root)))
    return subject


@pytest.mark.parametrize(("commit", "judged_there"), [(COMMIT, True), (OTHER, False), ("", False)])
def test_a_model_that_is_named_is_judged_where_its_commit_is(
    family: tuple[Graph, str], commit: str, judged_there: bool
) -> None:
    both = joined((used(commit), *subjects_of(Material(target="m", graph=family[0]))))
    assert (both[0].scan is None) == judged_there
    assert both[0].pin is not None


def test_a_base_that_is_only_told_of_stands_for_no_weighed_model(family: tuple[Graph, str]) -> None:
    """The graph of a fine-tune names its base at a commit; nobody has seen that base."""
    assembly = Assembly()
    root = assembly.component("application:x", Kind.APPLICATION)
    assembly.relate(root, RelationKind.DEPENDS_ON, model(assembly, "org/base", OTHER), SAID)
    (named,) = subjects_of(Material(target="app", graph=assembly.finish(root)))
    both = joined((named, *subjects_of(Material(target="m", graph=family[0]))))
    assert isinstance(both[0].scan, Missing)


def test_a_scan_joins_by_digests_that_were_computed(family: tuple[Graph, str]) -> None:
    report = reported_subjects(scanned(elsewhere_bin=Scan()))
    found = by_name(joined((*subjects_of(Material(target="m", graph=family[0])), *report)))
    assert found["w.safetensors"].scan == Known(content=Scan())
    assert isinstance(found["a.safetensors"].scan, Missing)


@pytest.mark.parametrize(
    ("named", "weighed", "joins"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_a_digest_that_is_only_claimed_joins_nothing(named: bool, weighed: bool, joins: bool) -> None:
    def held(*, computed: bool, **more: Any) -> Subject:
        digests = Known(content=(Digest(sha256=A, computed=computed),))
        return Subject(id="file:w", kind=Kind.FILE, name="w", digests=digests, **more)

    unscanned = Missing(absence=Absence.UNSCANNED, reason="nobody has weighed it")
    both = joined((held(computed=named, scan=unscanned), held(computed=weighed, scan=Known(content=Scan()))))
    assert isinstance(both[0].scan, Known) == joins


def test_what_is_here_answers_for_what_is_named_and_not_for_itself() -> None:
    unsigned = Missing(absence=Absence.UNSIGNED, reason="there is no signature")
    here = Subject(id="m", kind=Kind.MODEL, name="m", purl="pkg:x/y", commit=COMMIT, here=True, signatures=unsigned)
    both = joined((replace(here, here=False), here))
    assert (both[0].signatures, both[1].signatures) == (None, unsigned)


@pytest.mark.parametrize(
    ("path", "ref", "name"),
    [
        ("models/w.bin", "models/w.bin", "w.bin"), ("models/a/w.bin", "models/", "a/w.bin"), ("w.bin", "", "w.bin"),
        ("hf://o/n@c/w.bin", "hf://o/n@c", "w.bin"), ("models2/w.bin", "models", "models2/w.bin"),
        ("w\udcff.bin", "", "w\\xff.bin"),
    ],
)  # fmt: skip
def test_files_of_a_report_are_called_as_in_a_graph(path: str, ref: str, name: str) -> None:
    assert below(path, ref) == name


@pytest.mark.parametrize(("day", "known"), [(DAY, True), ("", False)])
def test_the_day_of_a_report_is_that_of_each_of_its_files(day: str, known: bool) -> None:
    (_, held) = reported_subjects(replace(scanned(w_bin=Scan()), day=day))
    assert held.scanned == Known(content=DAY) if known else isinstance(held.scanned, Missing)


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"schema": "weighbridge.report/2"}, {"artifacts": [], "date": ""}, {"artifacts": [], "date": 20270131},
        {"artifacts": [], "date": "20270131"}, {"artifacts": [], "date": "2027-02-30"}, {"artifacts": [], "date": None},
        {"artifacts": None}, {"artifacts": [1]}, {"artifacts": [{"ref": 1}]},
        {"artifacts": [{"ref": "m", "files": [{"path": "x", "formats": [1]}], "gaps": []}]},
        {"artifacts": [{"ref": "m", "gaps": [], "files": [{"path": "x", "formats": [], "sha256": "A", "findings": [],
                                                            "gaps": []}]}]},
        {"artifacts": [{"ref": "m", "gaps": [], "files": [{"path": "x", "formats": [], "gaps": [],
                                                            "findings": [{"rule": "R", "severity": "awful"}]}]}]},
    ],
)  # fmt: skip
def test_a_report_of_another_shape_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        of_document({"schema": "weighbridge.report/1"} | broken)
