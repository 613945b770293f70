"""The profiles as data.

Sources are named at each. Elements are named in our words; what a profile asks beyond what a document of components can
hold is kept as an element that is answered outside.
"""

from __future__ import annotations

from weighbridge.inventory.graph import LINEAGE, Field, Kind, RelationKind
from weighbridge.inventory.profiles.profile import Always, Element, Profile, Who

_MODELS = (Kind.MODEL, Kind.ADAPTER)
_PACKAGES = (
    Kind.APPLICATION, Kind.MODEL, Kind.ADAPTER, Kind.DATASET, Kind.LIBRARY, Kind.FRAMEWORK, Kind.SERVICE, Kind.HARDWARE,
)  # fmt: skip
_IDENTITY = (Field.PURL, Field.REFERENCE, Field.SHA256, Field.URL)

_SUPPLIER = Element(name="supplier", of=_PACKAGES, fields=(Field.SUPPLIER, Field.PROVIDER), who=Who.YOU)
_NAME = Element(name="component name", of=_PACKAGES, fields=(Field.NAME,))
_VERSION = Element(name="version", of=_PACKAGES, fields=(Field.VERSION, Field.COMMIT), who=Who.HUB)
_OTHER_IDS = Element(name="other unique identifiers", of=_PACKAGES, fields=_IDENTITY, who=Who.HUB)
_DEPENDENCIES = Element(name="dependency relationships", always=Always.DEPENDENCIES)
_AUTHOR = Element(name="author of the document", always=Always.AUTHOR)
_TIME = Element(name="timestamp", always=Always.TIME)
_HASH = Element(name="hash of files", of=(Kind.FILE,), fields=(Field.SHA256, Field.SHA512), who=Who.READER)
_LICENSE = Element(name="licence", of=_PACKAGES, fields=(Field.LICENSE,))

NTIA = Profile(
    id="ntia",
    name="NTIA minimum elements",
    source="NTIA, The Minimum Elements For a Software Bill of Materials, July 2021",
    elements=(_SUPPLIER, _NAME, _VERSION, _OTHER_IDS, _DEPENDENCIES, _AUTHOR, _TIME),
)

CISA = Profile(
    id="cisa",
    name="CISA minimum elements (draft)",
    source="CISA, 2025 Minimum Elements for a Software Bill of Materials, draft of August 2025",
    elements=(
        *NTIA.elements,
        _HASH,
        _LICENSE,
        Element(name="tool name", always=Always.TOOL),
        Element(name="generation context", always=Always.CONTEXT),
    ),
)

BSI = Profile(
    id="bsi",
    name="BSI TR-03183-2",
    source="BSI, TR-03183-2 Cyber Resilience Requirements part 2: SBOM, version 2.1.0 of August 2025",
    elements=(
        _AUTHOR,
        _TIME,
        Element(name="creator of each component", of=_PACKAGES, fields=(Field.SUPPLIER, Field.AUTHOR), who=Who.YOU),
        _NAME,
        _VERSION,
        Element(name="file name", of=(Kind.FILE,), fields=(Field.NAME,)),
        Element(name="dependencies, and how far they are known", always=Always.DEPENDENCIES),
        Element(name="distribution licence", of=_PACKAGES, fields=(Field.LICENSE,)),
        Element(name="SHA-512 of files", of=(Kind.FILE,), fields=(Field.SHA512,), who=Who.READER),
        Element(name="executable, archive, structured", of=(Kind.FILE,), fields=(Field.ROLE, Field.FORMAT)),
        Element(name="address of the deployable form", fields=(Field.REFERENCE, Field.URL), who=Who.HUB),
        _OTHER_IDS,
    ),
)

_BASES = "what the model was made from"
_FLOWS = (Field.INPUT, Field.OUTPUT)
_PRODUCER = (Field.SUPPLIER, Field.AUTHOR)
_DATASETS = (Kind.DATASET,)

G7 = Profile(
    id="g7",
    name="G7 SBOM for AI",
    source="G7, SBOM for AI: Minimum Elements, May 2026; clusters and names after the openregtech vocabulary",
    elements=(
        # metadata
        _AUTHOR,
        Element(name="version of the document", always=Always.FORMAT),
        Element(name="format name", always=Always.FORMAT),
        Element(name="format version", always=Always.FORMAT),
        Element(name="signature of the document", outside="a detached signature: weighbridge sign", who=Who.SIGNER),
        Element(name="tool name", always=Always.TOOL),
        Element(name="tool version", always=Always.TOOL),
        Element(name="generation context", always=Always.CONTEXT),
        _TIME,
        _DEPENDENCIES,
        # system
        Element(name="system: name", fields=(Field.NAME,)),
        Element(name="system: components", always=Always.COMPONENTS),
        Element(name="system: producer", fields=_PRODUCER, who=Who.YOU),
        Element(name="system: version", fields=(Field.VERSION,), who=Who.HUB),
        Element(name="system: timestamp", fields=(Field.RELEASED,), who=Who.YOU),
        Element(name="system: data flow", outside="how a system is used is not in its files", who=Who.YOU),
        Element(name="system: data usage", outside="how a system is used is not in its files", who=Who.YOU),
        Element(name="system: input and output", fields=_FLOWS),
        Element(name="system: intended application area", fields=(Field.INTENDED_USE, Field.TASK)),
        # models
        Element(name="model: name", of=_MODELS, fields=(Field.NAME,)),
        Element(name="model: identifier", of=_MODELS, fields=(Field.PURL, Field.REFERENCE), who=Who.HUB),
        Element(name="model: version", of=_MODELS, fields=(Field.VERSION, Field.COMMIT), who=Who.HUB),
        Element(name="model: timestamp", of=_MODELS, fields=(Field.RELEASED,), who=Who.YOU),
        Element(name="model: producer", of=_MODELS, fields=_PRODUCER, who=Who.YOU),
        Element(name="model: description", of=_MODELS, fields=(Field.DESCRIPTION,)),
        Element(name="model: hash value", of=_MODELS, fields=(Field.SHA256, Field.SHA512), who=Who.HUB),
        Element(name="model: hash algorithm", of=_MODELS, fields=(Field.SHA256, Field.SHA512), who=Who.HUB),
        Element(name="model: properties", of=_MODELS, fields=(Field.ARCHITECTURE, Field.FAMILY, Field.PARAMETERS)),
        Element(name="model: input and output", of=_MODELS, fields=_FLOWS),
        Element(name="model: training properties", of=_MODELS, fields=(Field.TRAINING, Field.HYPERPARAMETER)),
        Element(name="model: licence", of=_MODELS, fields=(Field.LICENSE,)),
        Element(name="model: external references", of=_MODELS, fields=(Field.REFERENCE, Field.URL), who=Who.HUB),
        # data sets
        Element(name="data set: name", of=_DATASETS, fields=(Field.NAME,)),
        Element(name="data set: description", of=_DATASETS, fields=(Field.DESCRIPTION,), who=Who.YOU),
        Element(name="data set: content", of=_DATASETS, fields=(Field.DATASET_TYPE, Field.FORMAT), who=Who.YOU),
        Element(name="data set: identifier", of=_DATASETS, fields=(Field.REFERENCE, Field.PURL, Field.URL)),
        Element(name="data set: hash", of=_DATASETS, fields=(Field.SHA256, Field.COMMIT), who=Who.HUB),
        Element(name="data set: provenance", of=_DATASETS, fields=(Field.COLLECTION, Field.SUPPLIER), who=Who.YOU),
        Element(name="data set: statistical properties", of=_DATASETS, fields=(Field.DATASET_SIZE,), who=Who.YOU),
        Element(name="data set: sensitivity", of=_DATASETS, fields=(Field.SENSITIVE_DATA,), who=Who.YOU),
        Element(name="data set: dependency relationship", always=Always.DEPENDENCIES),
        Element(name="data set: licence", of=_DATASETS, fields=(Field.LICENSE,), who=Who.YOU),
        # infrastructure
        Element(name="infrastructure: software", of=(Kind.LIBRARY, Kind.FRAMEWORK), fields=(Field.VERSION,)),
        Element(name="infrastructure: hardware", of=(Kind.HARDWARE,), fields=(Field.NAME,), who=Who.YOU),
        # security
        Element(name="security: controls", outside="what guards a system is not in its files", who=Who.YOU),
        Element(name="security: compliance", outside="a person must state it", who=Who.YOU),
        Element(name="security: policy", outside="a security.txt of the publisher"),
        Element(name="security: vulnerability referencing", outside="a document of its own (VEX)"),
        # figures
        Element(name="figures: security metrics", outside="a person must state them", who=Who.YOU),
        Element(name="figures: operational", fields=(Field.METRIC,)),
    ),
)

_STATED = "a person must state it"
_GGUF = "GGUF, "

OWASP_AIBOM = Profile(
    id="owasp-aibom",
    name="OWASP AIBOM",
    source="OWASP AIBOM Generator, fields of its completeness score as of April 2026, by tier; those that it takes "
    "over from the AI profile of SPDX and from headers of GGUF are named after these",
    elements=(
        # critical
        Element(name="bomFormat", always=Always.FORMAT),
        Element(name="specVersion", always=Always.FORMAT),
        Element(name="serialNumber", always=Always.FORMAT),
        Element(name="version of the document", always=Always.FORMAT),
        Element(name="primaryPurpose", fields=(Field.TASK,)),
        Element(name="suppliedBy", fields=(Field.SUPPLIER,), who=Who.YOU),
        Element(name="name", fields=(Field.NAME,)),
        Element(name="type", always=Always.COMPONENTS),
        Element(name="version", fields=(Field.VERSION,), who=Who.HUB),
        # important
        Element(name="purl", fields=(Field.PURL,), who=Who.HUB),
        Element(name="description", fields=(Field.DESCRIPTION,)),
        Element(name="licenses", fields=(Field.LICENSE,)),
        Element(name="datasets", relations=(RelationKind.TRAINED_ON, RelationKind.EVALUATED_ON)),
        Element(name="downloadLocation", fields=(Field.REFERENCE, Field.URL), who=Who.HUB),
        Element(name="ethicalConsiderations", fields=(Field.RISK,)),
        Element(name="energyConsumption", fields=(Field.EMISSION,)),
        Element(name="hyperparameter", fields=(Field.HYPERPARAMETER,)),
        Element(name="technicalLimitations", fields=(Field.LIMITATION,)),
        Element(name="safetyRiskAssessment", fields=(Field.RISK,), who=Who.YOU),
        Element(name="intendedUse", fields=(Field.INTENDED_USE,)),
        Element(name="typeOfModel", fields=(Field.ARCHITECTURE, Field.FAMILY)),
        # supplementary
        Element(name="timestamp", always=Always.TIME),
        Element(name="tools", always=Always.TOOL),
        Element(name="authors", fields=(Field.AUTHOR,), who=Who.YOU),
        Element(name="vcs", fields=(Field.REFERENCE,), who=Who.HUB),
        Element(name="website", fields=(Field.URL,)),
        Element(name="paper", fields=(Field.URL,)),
        Element(name="tags", fields=(Field.TAG,)),
        Element(name="task", fields=(Field.TASK,)),
        Element(name="architectureFamily", fields=(Field.FAMILY,)),
        Element(name="modelArchitecture", fields=(Field.ARCHITECTURE,)),
        Element(name="inputs", fields=(Field.INPUT,)),
        Element(name="outputs", fields=(Field.OUTPUT,)),
        Element(name="domain", fields=(Field.TASK, Field.TAG)),
        Element(name="informationAboutTraining", fields=(Field.TRAINING,)),
        Element(name="informationAboutApplication", fields=(Field.INTENDED_USE, Field.USER)),
        Element(name="metric", fields=(Field.METRIC,)),
        Element(name="metricDecisionThreshold", outside=_STATED, who=Who.YOU),
        Element(name="modelDataPreprocessing", fields=(Field.TRAINING,)),
        Element(name="modelExplainability", outside=_STATED, who=Who.YOU),
        Element(name="autonomyType", outside=_STATED, who=Who.YOU),
        Element(name="useSensitivePersonalInformation", fields=(Field.SENSITIVE_DATA,), who=Who.YOU),
        Element(name="standardCompliance", outside=_STATED, who=Who.YOU),
        Element(name=_BASES, relations=LINEAGE),
        Element(name=f"{_GGUF}quantization", fields=(Field.QUANTIZATION,)),
        Element(name=f"{_GGUF}context length", fields=(Field.CONTEXT_LENGTH,)),
        Element(name=f"{_GGUF}vocabulary size", fields=(Field.VOCABULARY_SIZE,)),
        Element(name=f"{_GGUF}parameters", fields=(Field.PARAMETERS,)),
    ),
)

PROFILES = {one.id: one for one in (NTIA, CISA, BSI, G7, OWASP_AIBOM)}
