"""Which operators act on what their text names: the inputs that are paths, the attributes that are text.

Source: the operator definitions of TensorFlow 2.21. What such an operator means is said by the list of operators;
here is only where to look for the constants that decide it.
"""

from __future__ import annotations

_PATH = ((0,), ())
_SECOND = ((1,), ())
_NOTHING: tuple[tuple[int, ...], tuple[str, ...]] = ((), ())
_DEBUG = ((), ("debug_urls",))

ACTING: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("ReadFile", "WriteFile", "MatchingFiles", "MatchingFilesDataset"), _PATH),
    "ExperimentalMatchingFilesDataset": _PATH,
    **dict.fromkeys(("Save", "SaveSlices", "SaveV2"), _PATH),
    **dict.fromkeys(("Restore", "RestoreSlice", "RestoreV2", "DTensorRestoreV2", "LoadAndRemapMatrix"), _PATH),
    "MergeV2Checkpoints": ((0, 1), ()),
    **dict.fromkeys(("InitializeTableFromTextFile", "InitializeTableFromTextFileV2"), _SECOND),
    "GenerateVocabRemapping": ((0, 1), ()),
    "FixedUnigramCandidateSampler": ((), ("vocab_file",)),
    **dict.fromkeys(("CacheDataset", "CacheDatasetV2"), _SECOND),
    **dict.fromkeys(("CSVDataset", "CSVDatasetV2", "ExperimentalCSVDataset"), _PATH),
    **dict.fromkeys(("FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "TextLineDataset"), _PATH),
    **dict.fromkeys(("TFRecordDataset", "TFRecordDatasetV2", "LMDBDataset", "ExperimentalLMDBDataset"), _PATH),
    **dict.fromkeys(
        ("LoadDataset", "ListSnapshotChunksDataset", "SnapshotChunkDataset", "SnapshotDatasetReader"), _PATH
    ),
    **dict.fromkeys(("SaveDataset", "SaveDatasetV2", "SnapshotDataset", "SnapshotDatasetV2"), _SECOND),
    **dict.fromkeys(("DatasetToTFRecord", "ExperimentalDatasetToTFRecord"), _SECOND),
    "DistributedSave": ((1, 2), ()),
    **dict.fromkeys(("CreateSummaryFileWriter", "CreateSummaryDbWriter"), _SECOND),
    "ImportEvent": _NOTHING,
    "DumpTensor": ((), ("log_dir_path", "file_name")),
    "CalibrationStatisticsSaver": ((), ("output_file_path",)),
    "RecordInput": ((), ("file_pattern",)),
    "Skipgram": ((), ("filename",)),
    **dict.fromkeys(("SqlDataset", "ExperimentalSqlDataset"), ((0, 1, 2), ())),
    **dict.fromkeys(("RpcClient", "RpcServer"), _PATH),
    **dict.fromkeys(("DataServiceDataset", "DataServiceDatasetV2"), ((2, 3), ())),
    **dict.fromkeys(("DataServiceDatasetV3", "DataServiceDatasetV4"), ((2, 3), ())),
    **dict.fromkeys(("RegisterDataset", "RegisterDatasetV2"), ((1, 2), ())),
    "FileSystemSetConfiguration": ((0, 1, 2), ()),
    **dict.fromkeys(("DebugIdentity", "DebugIdentityV2", "DebugIdentityV3", "DebugNanCount"), _DEBUG),
    "DebugNumericSummary": _DEBUG,
    **dict.fromkeys(("Copy", "CopyHost"), ((), ("debug_ops_spec",))),
    "PrintV2": ((), ("output_stream",)),
    **dict.fromkeys(("PyFunc", "PyFuncStateless", "EagerPyFunc"), ((), ("token",))),
    "DatasetFromGraph": _NOTHING,
    **dict.fromkeys(("RemoteCall", "TRTEngineOp", "XlaCallModule"), _NOTHING),
    **dict.fromkeys(
        ("XlaCustomCall", "XlaCustomCallV2", "StablehloCustomCall"), ((), ("target_name", "call_target_name"))
    ),
}
"""Operators by name, with the inputs and attributes whose text is looked up."""

HARMLESS = {"PrintV2": frozenset({"stdout", "stderr", "log(info)", "log(warning)", "log(error)"})}
"""Text of an attribute that names no place."""

DIRECT_CALLS: dict[str, int] = {
    "PartitionedCall": 0,
    "StatefulPartitionedCall": 0,
    "If": 1,
    "StatelessIf": 1,
    "Case": 1,
    "StatelessCase": 1,
    "While": 0,
    "StatelessWhile": 0,
    "RemoteCall": 1,
}
"""Operators that call functions with their own inputs, and the number of the input that is the first argument."""

PASSING: dict[str, tuple[int, int]] = {
    **dict.fromkeys(
        ("Identity", "Reshape", "ExpandDims", "Squeeze", "EnsureShape", "StopGradient", "Snapshot"), (0, 1)
    ),
    **dict.fromkeys(("Tile", "GatherV2", "Gather", "StridedSlice", "Slice", "Unpack", "BroadcastTo", "Enter"), (0, 1)),
    **dict.fromkeys(("Exit", "NextIteration", "PreventGradient", "RefIdentity", "DeepCopy", "GuaranteeConst"), (0, 1)),
    **dict.fromkeys(("Switch", "RefSwitch", "RandomShuffle", "CheckNumerics"), (0, 1)),
    **dict.fromkeys(("Select", "SelectV2", "Fill", "Split"), (1, 3)),
    **dict.fromkeys(("IdentityN", "Pack", "Merge", "RefMerge", "Concat", "ConcatV2"), (0, 16)),
    **dict.fromkeys(("TensorSliceDataset", "TensorDataset", "AddN", "ZipDataset"), (0, 16)),
    **dict.fromkeys(("RepeatDataset", "ShuffleDataset", "ShuffleDatasetV2", "ShuffleDatasetV3", "TakeDataset"), (0, 1)),
    **dict.fromkeys(("SkipDataset", "ShardDataset", "BatchDataset", "BatchDatasetV2", "UnbatchDataset"), (0, 1)),
    **dict.fromkeys(("PrefetchDataset", "ModelDataset", "OptionsDataset", "ShuffleAndRepeatDataset"), (0, 1)),
    "ConcatenateDataset": (0, 2),
}
"""Operators whose text is that of some of their inputs: from which to which."""
