"""Graphs for the views: a model, an application, one that is too large, and one that a stranger wrote."""

from __future__ import annotations

from weighbridge.inventory.application_graph import ROOT
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import (
    Confidence,
    Emission,
    Field,
    Graph,
    Kind,
    License,
    Method,
    Metric,
    Origin,
    RelationKind,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CARD = Origin(
    method=Method.CARD, confidence=Confidence.DECLARED, file="README.md", pointer="/license", sha256="aa" * 32
)
CONFIG = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file="config.json", pointer="/model_type")
BYTES = Origin(method=Method.HASH, confidence=Confidence.VERIFIED, file="model.safetensors", sha256="bb" * 32)
GUESS = Origin(method=Method.NAME, confidence=Confidence.INFERRED, file="model.safetensors")
NOTHING = ()


def model() -> Graph:
    """A fine-tuned model with files, lineage, results, a disagreement, and something unknown."""
    made = Assembly()
    root = made.component("model:hf://acme/llama-support", Kind.MODEL)
    for field, content, origin in (
        (Field.NAME, "acme/llama-support-assistant-8b", CARD), (Field.VERSION, COMMIT, CARD),
        (Field.LICENSE, License(expression="Apache-2.0"), CARD),
        (Field.LICENSE, License(name="llama3.1"), CONFIG), (Field.ARCHITECTURE, "LlamaForCausalLM", CONFIG),
        (Field.PARAMETERS, 8_030_261_248, BYTES), (Field.FAMILY, "llama", GUESS),
        (Field.INTENDED_USE, "Answers questions of customers about invoices; not for advice on law or health.", CARD),
        (Field.METRIC, Metric(type="acc", name="Accuracy", value="0.71", dataset="cais/mmlu", task="qa"), CARD),
        (Field.METRIC, Metric(type="acc", name="Accuracy", value="0.69", dataset="cais/mmlu", verified=True), CARD),
        (Field.EMISSION, Emission(grams=1234.0, hardware="8 x H100", location="FR"), CARD),
    ):  # fmt: skip
        made.claim(root, field, content, origin)
    made.ask(root, Field.SUPPLIER, Field.RISK)
    for path, role, size in (("model.safetensors", "weights", 16_060_522_496), ("config.json", "config", 1_204)):
        file = made.component(f"file:{path}", Kind.FILE)
        made.relate(root, RelationKind.CONTAINS, file, BYTES)
        for field, content in ((Field.NAME, path), (Field.ROLE, role), (Field.SIZE, size), (Field.SHA256, "cc" * 32)):
            made.claim(file, field, content, BYTES)
    for kind, name, relation, origin in (
        (Kind.MODEL, "meta-llama/Llama-3.1-8B-Instruct", RelationKind.FINETUNED, CARD),
        (Kind.DATASET, "acme/support-tickets-2025", RelationKind.TRAINED_ON, CARD),
        (Kind.DATASET, "cais/mmlu", RelationKind.EVALUATED_ON, CARD),
        (Kind.FRAMEWORK, "transformers", RelationKind.USES, GUESS),
    ):  # fmt: skip
        other = made.component(f"{kind}:{name}", kind)
        made.claim(other, Field.NAME, name, origin)
        made.relate(root, relation, other, origin)
    base = made.component("model:base", Kind.MODEL)
    made.claim(base, Field.NAME, "meta-llama/Llama-3.1-8B", BYTES)
    made.relate("model:meta-llama/Llama-3.1-8B-Instruct", RelationKind.FINETUNED, base, BYTES)
    made.gap("old.bin: it is compressed in a way that is not read")
    return made.finish(root)


def application(models: int = 4, libraries: int = 30) -> Graph:
    """An application with models, a hosted service, a data set, frameworks and libraries that need each other."""
    made = Assembly()
    root = made.component(ROOT, Kind.APPLICATION)
    made.claim(root, Field.NAME, "support-desk", CONFIG)
    for number in range(models):
        place = Origin(
            method=Method.SOURCE, confidence=Confidence.DECLARED, file="desk/answer.py", pointer=f"line:{number + 10}"
        )
        one = made.component(f"model:hf://org/model-{number:03}", Kind.MODEL)
        made.claim(one, Field.NAME, f"org/model-{number:03}", place)
        made.claim(one, Field.PIN, "commit" if number == 0 else "none", place)
        made.claim(one, Field.OCCURRENCE, "transformers.AutoModel.from_pretrained", place)
        if number == 0:
            made.claim(one, Field.COMMIT, COMMIT, place)
        made.ask(one, Field.VERSION)
        made.relate(root, RelationKind.DEPENDS_ON, one, place)
    service = made.component("service:openai/gpt-5", Kind.SERVICE)
    for field, content in ((Field.NAME, "gpt-5"), (Field.PROVIDER, "openai"), (Field.OCCURRENCE, "openai.chat")):
        made.claim(service, field, content, GUESS)
    made.relate(root, RelationKind.USES, service, GUESS)
    before = root
    for number in range(libraries):
        kind = Kind.FRAMEWORK if number == 0 else Kind.LIBRARY
        one = made.component(f"library:pypi:lib-{number:02}", kind)
        made.claim(one, Field.NAME, "torch" if number == 0 else f"lib-{number:02}", CONFIG)
        made.claim(one, Field.VERSION, f"2.{number}", CONFIG)
        made.relate(root if number % 3 == 0 else before, RelationKind.DEPENDS_ON, one, CONFIG)
        before = one
    return made.finish(root)


HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202e`|*x*`` ]]> --> &amp; \" ' \n# x"


def hostile() -> Graph:
    """Every text is one that tries to break out; relations go round in circles and hang on themselves."""
    made = Assembly()
    origin = Origin(
        method=Method.STATEMENT, confidence=Confidence.DECLARED, file=HOSTILE, pointer=HOSTILE, sha256=HOSTILE,
        author=HOSTILE,
    )  # fmt: skip
    ids = [made.component(f"{kind}:{HOSTILE}", kind) for kind in Kind]
    for one in ids:
        for field in Field:
            content: object = HOSTILE
            if field is Field.METRIC:
                content = Metric(type=HOSTILE, value=HOSTILE, name=HOSTILE, task=HOSTILE, dataset=HOSTILE)
            elif field is Field.LICENSE:
                content = License(name=HOSTILE, url=HOSTILE)
            made.claim(one, field, content, origin, HOSTILE)
            made.claim(one, field, HOSTILE + "x", origin)
        for other in ids:
            for relation in RelationKind:
                made.relate(one, relation, other, origin)
    made.gap(HOSTILE)
    return made.finish(ids[1])
