"""CoreML models (``.mlmodel``): one protobuf message of a kind of model; pipelines hold models, networks hold layers.

Source: ``Model.proto``, ``NeuralNetwork.proto``, ``CustomModel.proto`` and ``LinkedModel.proto`` of coremltools 9.0.
Nothing depends on the specification version, which the file states itself: a pipeline of version 0 is a pipeline.
Weights inside layers are not held against the layers' shapes.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.onnx.ledger import Ledger
from weighbridge.formats.onnx.program import Constant, Program, Step
from weighbridge.formats.paths import escapes
from weighbridge.formats.protobuf import BYTES, FIXED32, VARINT, fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.protobuf import Field

FORMAT = "coreml"

BEGINNINGS = bytes((0x08, 0x12, 0x50, *range(0x82, 0x100, 8)))
"""First bytes of a model: the tags of its version, description, updatable flag, and of every kind of model."""

MODELS = {
    200: "pipelineClassifier", 201: "pipelineRegressor", 202: "pipeline", 300: "glmRegressor",
    301: "supportVectorRegressor", 302: "treeEnsembleRegressor", 303: "neuralNetworkRegressor",
    304: "bayesianProbitRegressor", 400: "glmClassifier", 401: "supportVectorClassifier", 402: "treeEnsembleClassifier",
    403: "neuralNetworkClassifier", 404: "kNearestNeighborsClassifier", 500: "neuralNetwork",
    501: "itemSimilarityRecommender", 502: "mlProgram", 555: "customModel", 556: "linkedModel",
    560: "classConfidenceThresholding", 600: "oneHotEncoder", 601: "imputer", 602: "featureVectorizer",
    603: "dictVectorizer", 604: "scaler", 606: "categoricalMapping", 607: "normalizer", 609: "arrayFeatureExtractor",
    610: "nonMaximumSuppression", 900: "identity", 2000: "textClassifier", 2001: "wordTagger",
    2002: "visionFeaturePrint", 2003: "soundAnalysisPreprocessing", 2004: "gazetteer", 2005: "wordEmbedding",
    2006: "audioFeaturePrint", 3000: "serializedModel",
}  # fmt: skip

LAYERS = {
    100: "convolution", 120: "pooling", 130: "activation", 140: "innerProduct", 150: "embedding", 160: "batchnorm",
    165: "mvn", 170: "l2normalize", 175: "softmax", 180: "lrn", 190: "crop", 200: "padding", 210: "upsample",
    211: "resizeBilinear", 212: "cropResize", 220: "unary", 230: "add", 231: "multiply", 240: "average", 245: "scale",
    250: "bias", 260: "max", 261: "min", 270: "dot", 280: "reduce", 290: "loadConstant", 300: "reshape", 301: "flatten",
    310: "permute", 320: "concat", 330: "split", 340: "sequenceRepeat", 345: "reorganizeData", 350: "slice",
    400: "simpleRecurrent", 410: "gru", 420: "uniDirectionalLSTM", 430: "biDirectionalLSTM", 500: "custom", 600: "copy",
    605: "branch", 615: "loop", 620: "loopBreak", 625: "loopContinue", 635: "rangeStatic", 640: "rangeDynamic",
    660: "clip", 665: "ceil", 670: "floor", 680: "sign", 685: "round", 700: "exp2", 710: "sin", 715: "cos", 720: "tan",
    730: "asin", 735: "acos", 740: "atan", 750: "sinh", 755: "cosh", 760: "tanh", 770: "asinh", 775: "acosh",
    780: "atanh", 790: "erf", 795: "gelu", 815: "equal", 820: "notEqual", 825: "lessThan", 827: "lessEqual",
    830: "greaterThan", 832: "greaterEqual", 840: "logicalOr", 845: "logicalXor", 850: "logicalNot", 855: "logicalAnd",
    865: "modBroadcastable", 870: "minBroadcastable", 875: "maxBroadcastable", 880: "addBroadcastable",
    885: "powBroadcastable", 890: "divideBroadcastable", 895: "floorDivBroadcastable", 900: "multiplyBroadcastable",
    905: "subtractBroadcastable", 920: "tile", 925: "stack", 930: "gather", 935: "scatter", 940: "gatherND",
    945: "scatterND", 950: "softmaxND", 952: "gatherAlongAxis", 954: "scatterAlongAxis", 960: "reverse",
    965: "reverseSeq", 975: "splitND", 980: "concatND", 985: "transpose", 995: "sliceStatic", 1000: "sliceDynamic",
    1005: "slidingWindows", 1015: "topK", 1020: "argMin", 1025: "argMax", 1040: "embeddingND", 1045: "batchedMatmul",
    1065: "getShape", 1070: "loadConstantND", 1080: "fillLike", 1085: "fillStatic", 1090: "fillDynamic",
    1100: "broadcastToLike", 1105: "broadcastToStatic", 1110: "broadcastToDynamic", 1120: "squeeze", 1125: "expandDims",
    1130: "flattenTo2D", 1135: "reshapeLike", 1140: "reshapeStatic", 1145: "reshapeDynamic",
    1150: "rankPreservingReshape", 1155: "constantPad", 1170: "randomNormalLike", 1175: "randomNormalStatic",
    1180: "randomNormalDynamic", 1190: "randomUniformLike", 1195: "randomUniformStatic", 1200: "randomUniformDynamic",
    1210: "randomBernoulliLike", 1215: "randomBernoulliStatic", 1220: "randomBernoulliDynamic",
    1230: "categoricalDistribution", 1250: "reduceL1", 1255: "reduceL2", 1260: "reduceMax", 1265: "reduceMin",
    1270: "reduceSum", 1275: "reduceProd", 1280: "reduceMean", 1285: "reduceLogSum", 1290: "reduceSumSquare",
    1295: "reduceLogSumExp", 1313: "whereNonZero", 1315: "matrixBandPart", 1320: "lowerTriangular",
    1325: "upperTriangular", 1330: "whereBroadcastable", 1350: "layerNormalization", 1400: "NonMaximumSuppression",
    1450: "oneHot", 1455: "cumSum", 1460: "clampedReLU", 1461: "argSort", 1465: "pooling3d", 1466: "globalPooling3d",
    1470: "sliceBySize", 1471: "convolution3d",
}  # fmt: skip

DEPTH = 16
"""Pipelines and networks within each other; honest pipelines are flat."""
STEPS = 200_000
"""Layers and operations that are kept for questions about the graph."""

_LOOKED_AT = 64  # fields of the outermost message; honest ones have four
_NAME = 1_024
_COMMON = {1: BYTES, 2: BYTES, 3: BYTES, 4: BYTES, 5: BYTES, 10: VARINT}
_TRANSLATED = {
    "innerProduct": "LinearRegressor", "convolution": "LinearRegressor", "embedding": "LinearRegressor",
    "embeddingND": "LinearRegressor", "uniDirectionalLSTM": "LinearRegressor", "biDirectionalLSTM": "LinearRegressor",
    "gru": "LinearRegressor", "simpleRecurrent": "LinearRegressor", "convolution3d": "LinearRegressor",
    "batchedMatmul": "MatMul", "equal": "Equal", "notEqual": "NotEqual", "lessThan": "Less", "lessEqual": "LessOrEqual",
    "greaterThan": "Greater", "greaterEqual": "GreaterOrEqual", "logicalOr": "Or", "logicalXor": "Xor",
    "logicalNot": "Not", "logicalAnd": "And", "whereBroadcastable": "Where", "getShape": "Shape", "sign": "Sign",
    "multiply": "Mul", "multiplyBroadcastable": "Mul", "add": "Add", "addBroadcastable": "Add",
    "subtractBroadcastable": "Sub", "divideBroadcastable": "Div", "modBroadcastable": "Mod", "max": "Max", "min": "Min",
    "maxBroadcastable": "Max", "minBroadcastable": "Min", "powBroadcastable": "Pow", "reduce": "ReduceSum",
    "reduceMax": "ReduceMax", "reduceMin": "ReduceMin", "reduceSum": "ReduceSum", "reduceProd": "ReduceProd",
    "reduceMean": "ReduceMean", "argMax": "ArgMax", "argMin": "ArgMin", "gather": "Gather", "scatter": "Scatter",
    "scatterND": "ScatterND", "concat": "Concat", "concatND": "Concat", "clip": "Clip", "branch": "If",
}  # fmt: skip
"""Layers by the names of ONNX's operators; those that hold weights of their own by one that does so there."""


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether a message is a model: a version or description, and a kind of model. Reads little of any size."""
    kinds = others = 0
    try:
        for field in fields(source, most=_LOOKED_AT):
            if field.kind == BYTES and field.number in MODELS:
                kinds += 1
            elif (field.number, field.kind) in {(1, VARINT), (2, BYTES), (10, VARINT)}:
                others += 1
            else:
                return ""
    except (Malformed, OverLimit):
        return ""
    return FORMAT if kinds == 1 and others else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a model and those inside it; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format=FORMAT)
    ledger = Ledger(source, node, bench, FORMAT)
    reader = ModelReader(ledger)
    trouble: Malformed | OverLimit | None = None
    try:
        yield from reader.model(fields(source), "model", 0)
    except (Malformed, OverLimit) as error:
        trouble = error
    yield from ledger.operators(set())
    from weighbridge.formats.onnx.selection import bypasses

    for program in reader.programs:
        yield from bypasses(program, {}, node, FORMAT)
    yield from ledger.drained()
    yield from ledger.remainder()
    if trouble is not None:
        raise trouble


class ModelReader:
    """Walks a model, the models of pipelines, networks and programs; ``programs`` are what runs."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.programs: list[Program] = []
        self.kept = 0

    def model(self, parts: Iterator[Field], scope: str, depth: int) -> Iterator[Yield]:
        """Walk one model, whatever version it states."""
        ledger = self.ledger
        if depth > DEPTH:
            raise OverLimit(f"more than {DEPTH} models within each other")
        inputs: list[str] = []
        outputs: list[str] = []
        first = len(self.programs)
        for part in parts:
            kind = MODELS.get(part.number) if part.kind == BYTES else None
            if kind is not None:
                ledger.bench.meter.spend_member()
                yield from self._kind(kind, part, f"{scope}/{kind}", depth)
            elif part.number == 2 and part.kind == BYTES:
                yield from self._description(part, inputs, outputs)
            elif (part.number, part.kind) not in {(1, VARINT), (10, VARINT)}:
                ledger.unknown(part, "Model")
            yield from ledger.drained()
        for program in self.programs[first:]:
            if program.name.startswith(scope) and not program.outputs:
                program.inputs |= dict.fromkeys(inputs)
                program.outputs += outputs

    def _kind(self, kind: str, field: Field, scope: str, depth: int) -> Iterator[Yield]:
        ledger = self.ledger
        texts: tuple[str, ...] = ()
        if kind in {"pipelineClassifier", "pipelineRegressor"}:
            for part in ledger.known(field, {1: (BYTES,)}, kind):
                yield from self._pipeline(part, scope, depth)
        elif kind == "pipeline":
            yield from self._pipeline(field, scope, depth)
        elif kind.startswith("neuralNetwork"):
            program = Program(scope)
            self.programs.append(program)
            yield from self._network(field, program, depth)
        elif kind == "mlProgram":
            from weighbridge.formats.coreml_program import read

            self.programs += yield from read(field, ledger, scope)
        elif kind == "customModel":
            texts = tuple(part.text(_NAME) for part in field.fields() if part.number == 10 and part.kind == BYTES)
        elif kind == "linkedModel":
            texts = self._linked(field)
        elif kind[0] in "twvsga" and field.number >= 2000:
            yield Child(kind, Stored(field.source), offset=field.start, role="tensor", quiet=True)
        ledger.operator("model", kind, scope, texts, field)

    def _pipeline(self, field: Field, scope: str, depth: int) -> Iterator[Yield]:
        for part in self.ledger.known(field, {1: (BYTES,), 2: (BYTES,)}, "Pipeline"):
            if part.number == 1:
                yield from self.model(part.fields(), scope, depth + 1)

    def _linked(self, field: Field) -> tuple[str, ...]:
        """Read where a linked model lies: a file name and a search path, each a parameter with a default."""
        found: list[str] = []
        for file in field.fields():
            for part in file.fields() if file.number == 1 and file.kind == BYTES else ():
                texts = part.fields() if part.kind == BYTES else ()
                found += [text.text(_NAME) for text in texts if text.number == 1 and text.kind == BYTES]
        for path in found:
            self.ledger.facts.append(
                Reference(
                    at=self.ledger.node.at(field.start, field.length),
                    relation="sub_model", kind=Target.PATH, target=path, key="linkedModel",
                    escapes=escapes(path), when=When.LOAD,
                )
            )  # fmt: skip
        return tuple(found)

    def _description(self, field: Field, inputs: list[str], outputs: list[str]) -> Iterator[Yield]:
        known = dict.fromkeys((1, 10, 11, 12, 13, 20, 21, 50, 100), (BYTES,))
        for part in self.ledger.known(field, known, "ModelDescription"):
            if part.number in {1, 10}:
                for inner in part.fields():
                    if inner.number == 1 and inner.kind == BYTES:
                        (inputs if part.number == 1 else outputs).append(inner.text(_NAME))
                    elif inner.number == 2 and inner.kind == BYTES:
                        self.ledger.note(inner)
            elif part.number == 100:
                yield from self._metadata(part)

    def _metadata(self, field: Field) -> Iterator[Yield]:
        names = {1: "shortDescription", 2: "versionString", 3: "author", 4: "license"}
        for part in self.ledger.known(field, dict.fromkeys((1, 2, 3, 4, 100), (BYTES,)), "Metadata"):
            key, text = names.get(part.number, ""), part
            for inner in part.fields() if part.number == 100 else ():
                if inner.number == 1 and inner.kind == BYTES:
                    key = inner.text(_NAME)
                elif inner.number == 2 and inner.kind == BYTES:
                    text = inner
            self.ledger.bench.meter.spend_member()
            if part.number != 100 or text is not part:
                yield MetadataEntry(at=self.ledger.node.at(text.start, text.length), key=key, text=text.text())
                self.ledger.words(f"metadata {key[:80]}", text)

    # -- networks -------------------------------------------------------------------------------------------------

    def _network(self, field: Field, program: Program, depth: int) -> Iterator[Yield]:
        """Walk the layers of a network; labels and preprocessing are data."""
        if depth > DEPTH:
            raise OverLimit(f"more than {DEPTH} networks within each other", offset=field.offset)
        for part in field.fields():
            if part.number == 1 and part.kind == BYTES:
                yield from self._layer(part, program, depth)
                yield from self.ledger.drained()

    def _layer(self, field: Field, program: Program, depth: int) -> Iterator[Yield]:
        name, inputs, outputs = "", list[str](), list[str]()
        kind, content = "", field
        for part in field.fields():
            if part.number not in _COMMON:
                kind, content = LAYERS.get(part.number, f"number {part.number}"), part
            elif part.kind != _COMMON[part.number]:
                self.ledger.unknown(part, "NeuralNetworkLayer")
            elif part.number == 1:
                name = part.text(_NAME)
            elif part.number in {2, 3}:
                (inputs if part.number == 2 else outputs).append(part.text(_NAME))
        texts: tuple[str, ...] = ()
        bodies: dict[str, Program] = {}
        if kind == "custom":
            texts = tuple(part.text(_NAME) for part in content.fields() if part.number == 10 and part.kind == BYTES)
        elif kind in {"branch", "loop"} and content.kind == BYTES:
            for part in content.fields():
                if part.kind == BYTES and (kind == "branch" or part.number in {3, 4}):
                    body = bodies[f"{kind} {part.number}"] = Program(f"{program.name}/{name}")
                    yield from self._network(part, body, depth + 1)
        self.ledger.operator("layer", kind, program.name, texts, field)
        if self.kept < STEPS:
            self.kept += 1
            self._keep(
                kind, content, Step(_TRANSLATED.get(kind, kind), inputs, outputs, name=name, bodies=bodies), program
            )

    @staticmethod
    def _keep(kind: str, content: Field, step: Step, program: Program) -> None:
        """Add a layer to the program. A comparison with one input has its constant inside, as ``alpha``."""
        if kind in {"loadConstant", "loadConstantND"}:
            for name in step.outputs:
                program.constants[name] = Constant(max(2, content.length // 4))
            return
        if len(step.inputs) == 1 and step.op in {
            "Equal",
            "NotEqual",
            "Less",
            "LessOrEqual",
            "Greater",
            "GreaterOrEqual",
        }:
            alpha = next((part.number_f32() for part in content.fields() if part.kind == FIXED32), 0.0)
            constant = f"{step.name}.alpha"
            program.constants[constant] = Constant(1, (alpha,))
            step.inputs = (*step.inputs, constant)
        if step.bodies:
            # What a branch writes is seen under the same name behind it.
            names = [name for body in step.bodies.values() for inner in body.steps for name in inner.outputs]
            step.outputs = tuple(dict.fromkeys(names))
            for body in step.bodies.values():
                body.outputs = list(step.outputs)
        program.steps.append(step)
