"""What is wrong with an SPDX 3 document: ids, references, values of enumerations, what must be there, and forms.

Source: https://spdx.github.io/spdx-spec/v3.0.1/ (model). Contexts are not followed: compact names are looked at. Works
on plain data of anybody, of any shape.
"""

from __future__ import annotations

import re
from datetime import datetime

from weighbridge.inventory.bom.purls import trouble as purl_trouble
from weighbridge.inventory.bom.spdx.packages import DATASET_TYPES, MANDATORY
from weighbridge.inventory.bom.trouble import Check, quoted, told
from weighbridge.inventory.licenses import is_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.inventory.bom.trouble import Trouble

_REFERRING = frozenset({
    "creationInfo", "createdBy", "createdUsing", "from", "to", "element", "rootElement", "suppliedBy", "originatedBy",
    "subject", "software_snippetFromFile", "dataLicense",
})  # fmt: skip
_KNOWN = "https://spdx.org/"
"""Beginning of the ids of individuals that the specification itself defines, such as NoAssertionLicense."""
_NEEDED = {
    "CreationInfo": ("specVersion", "created", "createdBy"), "SpdxDocument": ("rootElement",),
    **dict.fromkeys(("Relationship", "LifecycleScopedRelationship"), ("from", "to", "relationshipType")),
    "Annotation": ("annotationType", "subject"), "software_Sbom": ("rootElement",), "software_File": ("name",),
    "software_Package": ("name",), "ai_AIPackage": ("name",), "dataset_DatasetPackage": ("name", "dataset_datasetType"),
    "simplelicensing_LicenseExpression": ("simplelicensing_licenseExpression",),
    "simplelicensing_SimpleLicensingText": ("simplelicensing_licenseText",),
}  # fmt: skip
_RELATIONSHIPS = frozenset({
    "affects", "amendedBy", "ancestorOf", "availableFrom", "configures", "contains", "coordinatedBy", "copiedTo",
    "delegatedTo", "dependsOn", "descendantOf", "describes", "doesNotAffect", "expandsTo", "exploitCreatedBy",
    "fixedBy", "fixedIn", "foundBy", "generates", "hasAddedFile", "hasAssessmentFor", "hasAssociatedVulnerability",
    "hasConcludedLicense", "hasDataFile", "hasDeclaredLicense", "hasDeletedFile", "hasDependencyManifest",
    "hasDistributionArtifact", "hasDocumentation", "hasDynamicLink", "hasEvidence", "hasExample", "hasHost", "hasInput",
    "hasMetadata", "hasOptionalComponent", "hasOptionalDependency", "hasOutput", "hasPrerequisite",
    "hasProvidedDependency", "hasRequirement", "hasSpecification", "hasStaticLink", "hasTest", "hasTestCase",
    "hasVariant", "invokedBy", "modifiedBy", "other", "packagedBy", "patchedBy", "publishedBy", "reportedBy",
    "republishedBy", "serializedInArtifact", "testedOn", "trainedOn", "underInvestigationFor", "usesTool",
})  # fmt: skip
_PURPOSES = frozenset({
    "application", "archive", "bom", "configuration", "container", "data", "device", "deviceDriver", "diskImage",
    "documentation", "evidence", "executable", "file", "filesystemImage", "firmware", "framework", "install", "library",
    "manifest", "model", "module", "operatingSystem", "other", "patch", "platform", "requirement", "source",
    "specification", "test",
})  # fmt: skip
_ENUMERATIONS = {
    "relationshipType": _RELATIONSHIPS, "software_primaryPurpose": _PURPOSES, "software_additionalPurpose": _PURPOSES,
    "software_sbomType": frozenset({"analyzed", "build", "deployed", "design", "runtime", "source"}),
    "dataset_datasetType": DATASET_TYPES, "completeness": frozenset({"complete", "incomplete", "noAssertion"}),
    "annotationType": frozenset({"other", "review"}),
    "profileConformance": frozenset({
        "ai", "build", "core", "dataset", "expandedLicensing", "extension", "lite", "security", "simpleLicensing",
        "software",
    }),
    **dict.fromkeys(
        ("ai_autonomyType", "ai_useSensitivePersonalInformation", "dataset_hasSensitivePersonalInformation"),
        frozenset({"yes", "no", "noAssertion"}),
    ),
    "ai_safetyRiskAssessment": frozenset({"serious", "high", "medium", "low"}),
}  # fmt: skip
_LENGTHS = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128, "sha3_224": 56, "sha3_256": 64,
    "sha3_384": 96, "sha3_512": 128, "blake2b256": 64, "blake2b384": 96, "blake2b512": 128,
}  # fmt: skip
"""Hexadecimal digits of each algorithm."""
_HEX = re.compile(r"[0-9a-fA-F]+")
_TIMES = frozenset({"created", "releaseTime", "builtTime", "validUntilTime", "startTime", "endTime"})
_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")


def lint(document: dict[str, Any]) -> Iterator[Trouble]:
    """Yield what is wrong with a document, in its order."""
    listed = document.get("@graph")
    if not isinstance(listed, list):
        yield told(Check.SCHEMA, "/@graph", "it is no list of elements")
        return
    elements = [(f"/@graph/{at}", one) for at, one in enumerate(listed) if isinstance(one, dict)]
    if len(elements) < len(listed):
        yield told(Check.SCHEMA, "/@graph", "something in it is no element")
    ids: dict[str, str] = {}
    for at, one in elements:
        id_ = one.get("spdxId", one.get("@id"))
        if not isinstance(id_, str) or not id_:
            yield told(Check.REFERENCE, at, "it has no id")
        elif id_ in ids:
            yield told(Check.REFERENCE, at, f"{quoted(id_)} is given at {ids[id_]} too")
        else:
            ids[id_] = at
    known = ids.keys() | set(_imported(elements))
    for at, one in elements:
        yield from _element(at, one)
        yield from _references(at, one, known)
    yield from _whole(elements)


def _element(at: str, one: dict[str, Any]) -> Iterator[Trouble]:
    kind = one.get("type")
    if not isinstance(kind, str):
        yield told(Check.SCHEMA, at, "it has no type")
        return
    for key in _NEEDED.get(kind, ()):
        if one.get(key) in (None, "", []):
            yield told(Check.SCHEMA, at, f"a {quoted(kind)} needs {key}")
    if kind != "CreationInfo" and "creationInfo" not in one:
        yield told(Check.SCHEMA, at, "it has no creationInfo")
    for key, values in _ENUMERATIONS.items():
        for text in _texts(one.get(key)):
            if text not in values:
                yield told(Check.SCHEMA, f"{at}/{key}", f"{quoted(text)} is no value of it")
    for key in _TIMES & one.keys():
        for text in _texts(one[key]):
            if not _is_time(text):
                yield told(Check.TIME, f"{at}/{key}", f"{quoted(text)} is no time in UTC")
    for text in _texts(one.get("software_packageUrl")):
        if words := purl_trouble(text):
            yield told(Check.PURL, f"{at}/software_packageUrl", f"{quoted(text)}: {words}")
    for text in _texts(one.get("simplelicensing_licenseExpression")):
        if not is_expression(text):
            yield told(Check.LICENSE, f"{at}/simplelicensing_licenseExpression", f"{quoted(text)} is no expression")
    hashes = one.get("verifiedUsing")
    for number, held in enumerate(hashes if isinstance(hashes, list) else ()):
        digest = held if isinstance(held, dict) else {}
        algorithm, content = digest.get("algorithm"), digest.get("hashValue")
        wanted = _LENGTHS.get(algorithm) if isinstance(algorithm, str) else None
        if wanted and not (isinstance(content, str) and len(content) == wanted and _HEX.fullmatch(content)):
            words = f"{quoted(str(content))} is no digest of {algorithm}"
            yield told(Check.HASH, f"{at}/verifiedUsing/{number}", words)


def _references(at: str, one: dict[str, Any], known: set[str]) -> Iterator[Trouble]:
    for key in sorted(_REFERRING & one.keys()):
        for text in _texts(one[key]):
            if text not in known and not text.startswith(_KNOWN):
                yield told(Check.REFERENCE, f"{at}/{key}", f"{quoted(text)} leads to nothing")


def _imported(elements: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """Yield the ids that a document says are in other documents."""
    for _, one in elements:
        held = one.get("import")
        for each in held if isinstance(held, list) else ():
            if isinstance(each, dict) and isinstance(each.get("externalSpdxId"), str):
                yield each["externalSpdxId"]


def _whole(elements: list[tuple[str, dict[str, Any]]]) -> Iterator[Trouble]:
    """Look at what concerns several elements: one document, and what the profiles want that it claims."""
    documents = [(at, one) for at, one in elements if one.get("type") == "SpdxDocument"]
    if len(documents) != 1:
        yield told(Check.SCHEMA, "/@graph", f"it holds {len(documents)} documents, not one")
    if not any("ai" in _texts(one.get("profileConformance")) for _, one in documents):
        return
    licensed: dict[tuple[str, str], int] = {}
    for _, one in elements:
        source, kind = one.get("from"), one.get("relationshipType")
        if isinstance(source, str) and kind in _LICENSES:
            licensed[source, kind] = licensed.get((source, kind), 0) + 1
    for at, one in elements:
        if one.get("type") != "ai_AIPackage":
            continue
        for key in MANDATORY:
            if key not in one:
                yield told(Check.SCHEMA, at, f"the profile ai, to which the document says it conforms, needs {key}")
        for kind in _LICENSES:
            if licensed.get((str(one.get("spdxId")), kind), 0) != 1:
                yield told(Check.LICENSE, at, f"the profile ai needs one relationship {kind}")


def _texts(found: Any) -> list[str]:
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)]


def _is_time(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        return False
