"""The tables of a TFLite model by field number, its operators by number, the widths of its tensors.

Source: tensorflow/compiler/mlir/lite/schema/schema.fbs (schema version 3, file identifier ``TFL3``) and the metadata
schema of TFLite Support (``M001``). Options of operators that hold no references are left out: nothing can be false
about them that a reader's memory depends on.
"""

from __future__ import annotations

SCHEMA = {
    "Model": "4 vt:OperatorCode vt:SubGraph s vt:Buffer v4 vt:Metadata vt:SignatureDef",
    "OperatorCode": "1 s 4 4",
    "SubGraph": "vt:Tensor v4 v4 vt:Operator s 4",
    "Tensor": "v4 1 4 s t:Quantization 1 t:Sparsity v4 1 vt:VariantSubType",
    "VariantSubType": "v4 1 1",
    "Quantization": "v4 v4 v4 v8 1 u:Details 4",
    "Details.1": "v1",
    "Sparsity": "v4 v4 vt:DimensionMetadata",
    "DimensionMetadata": "1 4 1 u:Index 1 u:Index",
    "Index.1": "v4",
    "Index.2": "v2",
    "Index.3": "v1",
    "Operator": "4 v4 v4 1 u:Options v1 1 v1 v4 8 8 1 u:Options2 4",
    "Buffer": "v1 8 8",
    "Metadata": "s 4",
    "SignatureDef": "vt:TensorMap vt:TensorMap s - 4",
    "TensorMap": "s 4",
    "Options.3": "4 v4 v4",
    "Options.17": "v4",
    "Options.30": "v4",
    "Options.111": "s s",
    "Options.115": "v4",
    "Options2.2": "v8",
    "Options2.3": "v8 v8 v8",
    "Options2.4": "v8 v8 v8 v8 v1 8 8 v8 8 8 v8 8 8 v8 8 8 v4",
    "Options2.5": "s 1 s 4 v4 v1",
    "Options2.6": "v8 4",
    "Options2.7": "1 v8 v8 v8 8 1 4",
    "Options2.9": "v8",
    "Options2.10": "v8 v8 v8",
    "Options2.12": "v8 v8 v8 v8 v4",
    "Options2.13": "v8 v8 v8 v8 v8 4",
    "Options2.16": "v8 v8 v8 8 v8 1",
    "Options2.17": "v8",
    "Options2.21": "s 4 v1 1 4",
}
"""A model, table by table."""

SUBGRAPHS = {16: (0,), 92: (0, 1), 93: (0, 1), 103: (0,)}
"""Fields of the options of an operator that name another subgraph: call, if, while, call once."""

SUBGRAPHS2 = {6: (1,), 7: (6,), 13: (5,), 14: (2,), 15: (0, 1), 21: (1,)}
"""The same of the second union of options: the StableHLO operators with regions."""

METADATA = {
    "Model": "s s s vt:Graph s s vt:File s",
    "Graph": "s s vt:Tensor vt:Tensor vt:Process vt:Process vt:File vt:Group vt:Group vt:Custom",
    "Tensor": "s s vs t:Content vt:Process t:Stats vt:File",
    "Content": "1 u:Properties t:Range",
    "Properties.2": "1 t:ImageSize",
    "Properties.3": "v4 1 1",
    "Process": "1 u:Unit",
    "Unit.1": "v4 v4",
    "Unit.2": "vt:Thresholding",
    "Unit.3": "4 vt:File vt:File",
    "Unit.4": "vt:File vt:File",
    "Unit.5": "s vt:File",
    "Unit.6": "1 4",
    "Stats": "v4 v4",
    "File": "s s 1 s s",
    "Group": "s vs",
    "Custom": "s v1",
}
"""TFLite metadata: what the model is for, and the files in the zip behind it."""

_TYPES = (
    "float32 float16 int32 uint8 int64 string bool int16 complex64 int8 float64 complex128 uint64 resource variant "
    "uint32 uint16 int4 bfloat16 int2 uint4 float8e4m3fn float8e5m2"
)
TYPES = tuple(_TYPES.split())
"""Element types by number."""

BITS = {
    "float32": 32, "float16": 16, "int32": 32, "uint8": 8, "int64": 64, "bool": 8, "int16": 16, "complex64": 64,
    "int8": 8, "float64": 64, "complex128": 128, "uint64": 64, "uint32": 32, "uint16": 16, "int4": 4, "bfloat16": 16,
    "int2": 2, "uint4": 4, "float8e4m3fn": 8, "float8e5m2": 8,
}  # fmt: skip
"""Bits of one element; strings, resources and variants have no fixed size."""

CUSTOM = 32
STABLEHLO_CUSTOM_CALL = 5
STABLEHLO_COMPOSITE = 21

_BUILTINS = """
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC
LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH
SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN
GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM
STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM
CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN
TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT
REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY
SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS
SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE
MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2
DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D
IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE
VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM
MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX
UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT STABLEHLO_LOGISTIC
STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE STABLEHLO_CLAMP
STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE STABLEHLO_CUSTOM_CALL
STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR
STABLEHLO_LOG STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER
STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE
STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA
STABLEHLO_DOT_GENERAL STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER
STABLEHLO_TRANSPOSE DILATE STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT
STABLEHLO_CBRT
"""
BUILTINS = tuple(_BUILTINS.split())
"""Operators by number."""
