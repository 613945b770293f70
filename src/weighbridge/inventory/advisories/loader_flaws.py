"""Flaws of loaders, and what a file must have in it to reach them: data, with a source for each entry.

A condition names formats of the scanner, and rules whose findings show that the file uses the flaw; one without rules
is about any file of these formats. The first condition that holds gives the words. Versions are for people: whether
an installed one is affected is decided by the advisory itself. Source of an entry where nothing else is said: the
advisory of that number at https://osv.dev and https://nvd.nist.gov.
"""

from __future__ import annotations

from weighbridge.core.values import value


@value
class Condition:
    """``has`` says what such a file has; ``names`` are ends of file names, ``says`` a word of the finding's message."""

    has: str
    formats: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    says: str = ""


@value
class LoaderFlaw:
    """``ids`` are an advisory and its aliases, ``does`` what a load of the file with ``package`` does."""

    ids: tuple[str, ...]
    package: str
    versions: str
    conditions: tuple[Condition, ...]
    does: str


_PICKLED = ("pickle", "torch.zip", "torch.script", "torch.legacy", "torch.tar", "torch.sparse")
_PROGRAM = (
    "EXE101", "EXE102", "EXE103", "EXE104", "EXE105", "EXE106", "EXE107", "EXE108", "EXE109", "EXE110", "EXE111",
    "EXE112", "EXE113", "EXE114", "EXE115", "EXE116", "EXE117", "EXE118", "EXE119",
)  # fmt: skip
_KERAS_PROGRAM = ("EXE130", "EXE131", "EXE132")

_LAMBDA = Condition(has="has a Lambda layer", formats=("keras",), rules=_KERAS_PROGRAM, says="lambda")
_NAMED = Condition(has="names functions for its loader to call", formats=("keras",), rules=("EXE132",))
_OLD_LAMBDA = Condition(has="has a Lambda layer", formats=("hdf5",), rules=_KERAS_PROGRAM, says="lambda")
_TORCH_MODULE = Condition(has="has a TorchModuleWrapper", formats=("keras",), rules=("EXE130",),
                          says="torchmodulewrapper")  # fmt: skip
_TORCH = (
    Condition(has="holds a program in a pickle", formats=_PICKLED, rules=_PROGRAM),
    Condition(has="is a pickled checkpoint", formats=_PICKLED),
)
_BAD_TEMPLATE = Condition(has="has a chat template that reaches for the interpreter", formats=("gguf",),
                          rules=("EXE134",))  # fmt: skip
_REMOTE_CODE = (
    Condition(has="names code of its repository for its loader to import", rules=("EXE130",), says="auto_map"),
    Condition(has="names code of another repository for its loader to import", rules=("REF403",)),
)
_ONNX_OUTSIDE = Condition(has="keeps tensors in a file outside of its folder", formats=("onnx",),
                          rules=("REF401", "REF405"))  # fmt: skip
_SKOPS = Condition(has="names functions for its loader to call", formats=("skops",), rules=("EXE132", "EXE157"))

LOADER_FLAWS = (
    # -- keras
    LoaderFlaw(
        ids=("CVE-2025-1550",), package="keras", versions="3.0.0 to before 3.9.0",
        conditions=(_LAMBDA, _NAMED), does="runs it, safe_mode or not",
    ),
    LoaderFlaw(
        ids=("CVE-2025-8747",), package="keras", versions="3.0.0 to before 3.11.0",
        conditions=(_NAMED,), does="calls functions of Keras with arguments from the file",
    ),
    LoaderFlaw(
        ids=("CVE-2025-9905",), package="keras", versions="3.0.0 to before 3.11.3",
        conditions=(_OLD_LAMBDA,), does="runs it: safe_mode is not heeded in HDF5",
    ),
    LoaderFlaw(
        ids=("CVE-2025-9906",), package="keras", versions="3.0.0 to before 3.11.0",
        conditions=(
            Condition(
                has="has its loader switch safe_mode off", formats=("keras",), rules=_KERAS_PROGRAM,
                says="enable_unsafe_deserialization",
            ),
        ),
        does="runs what follows",
    ),
    LoaderFlaw(
        ids=("CVE-2025-49655",), package="keras", versions="3.11.0 to before 3.11.3",
        conditions=(_TORCH_MODULE,), does="unpickles it, safe_mode or not",
    ),
    LoaderFlaw(
        ids=("CVE-2026-12484",), package="keras", versions="before 3.12.3, 3.13.0 to before 3.15.0",
        conditions=(_TORCH_MODULE,), does="unpickles it without being asked to",
    ),
    LoaderFlaw(
        ids=("CVE-2026-12481",), package="keras", versions="before 3.12.3, 3.13.0 to before 3.15.0",
        conditions=(_LAMBDA, _OLD_LAMBDA), does="runs it where safe_mode is left unset",
    ),
    LoaderFlaw(
        ids=("CVE-2026-1462",), package="keras", versions="before 3.13.2",
        conditions=(Condition(has="has a TFSMLayer", formats=("keras",), rules=("EXE130",), says="tfsmlayer"),),
        does="loads the SavedModel that it names, safe_mode or not",
    ),
    LoaderFlaw(
        ids=("CVE-2024-3660",), package="keras", versions="before 2.13.1rc0", conditions=(_LAMBDA, _OLD_LAMBDA),
        does="runs it: there is no safe_mode",
    ),
    LoaderFlaw(
        ids=("CVE-2025-12058",), package="keras", versions="before 3.12.0",
        conditions=(
            Condition(
                has="takes a vocabulary from elsewhere", formats=("keras",), rules=("REF401", "REF402"),
                says="vocabulary",
            ),
        ),
        does="reads that file or address",
    ),
    LoaderFlaw(
        ids=("CVE-2026-1669",), package="keras", versions="3.0.0 to before 3.12.1, 3.13.0 to before 3.13.2",
        conditions=(
            Condition(
                has="keeps weights in a file outside", formats=("hdf5", "keras"), rules=("REF401",),
                says="external storage",
            ),
        ),
        does="reads that file",
    ),
    LoaderFlaw(
        ids=("CVE-2026-12480",), package="keras", versions="before 3.12.3, 3.13.0 to before 3.15.0",
        conditions=(
            Condition(
                has="takes weights from a file outside", formats=("hdf5", "keras"), rules=("REF401",),
                says="virtual dataset",
            ),
        ),
        does="reads that file",
    ),
    LoaderFlaw(
        ids=("CVE-2026-9335",), package="keras", versions="before 3.12.3, 3.13.0 to before 3.15.0",
        conditions=(
            Condition(has="links to a file outside", formats=("hdf5", "keras"), rules=("REF401",), says="link"),
        ),
        does="reads that file",
    ),
    # -- torch and what is built on it
    LoaderFlaw(
        ids=("CVE-2025-32434",), package="torch", versions="before 2.6.0", conditions=_TORCH,
        does="can run code of the file although weights_only is set",
    ),
    LoaderFlaw(
        ids=("CVE-2026-24747",), package="torch", versions="before 2.10.0", conditions=_TORCH,
        does="can corrupt memory although weights_only is set",
    ),
    LoaderFlaw(
        ids=("CVE-2026-4538",), package="torch", versions="up to 2.10.0 (2.10.0 confirmed)",
        conditions=(Condition(has="is an exported program", names=(".pt2",)),), does="unpickles parts of it",
    ),
    LoaderFlaw(
        ids=("CVE-2026-31221",), package="pytorch-lightning", versions="up to 2.6.0",
        conditions=(Condition(has="is a pickled checkpoint", formats=_PICKLED, names=(".ckpt",)),),
        does="unpickles it without weights_only",
    ),
    LoaderFlaw(
        ids=("CVE-2021-4118", "PYSEC-2021-874"), package="pytorch-lightning",
        versions="before 1.6.0", conditions=(Condition(has="is a pickled checkpoint", formats=_PICKLED),),
        does="unpickles it",
    ),
    # -- transformers, diffusers, vllm
    LoaderFlaw(
        ids=("CVE-2023-6730",), package="transformers", versions="before 4.36.0",
        conditions=(_TORCH[0], Condition(has="is a pickle", formats=("pickle",))),
        does="can unpickle it (RAG retrievers do)",
    ),
    LoaderFlaw(
        ids=("CVE-2023-7018",), package="transformers", versions="before 4.36.0",
        conditions=(Condition(has="is a pickle", formats=("pickle",)),), does="can unpickle it (Transformer-XL does)",
    ),
    LoaderFlaw(
        ids=("CVE-2024-3568",), package="transformers", versions="before 4.38.0",
        conditions=(Condition(has="is a pickle", formats=("pickle",), names=(".pickle", ".pkl")),),
        does="can unpickle it (TFPreTrainedModel.load_repo_checkpoint does)",
    ),
    LoaderFlaw(
        ids=("CVE-2026-1839",), package="transformers", versions="before 5.0.0rc3, with torch before 2.6",
        conditions=(
            Condition(has="is a state of a training run", names=("rng_state.pth", "optimizer.pt", "scheduler.pt")),
        ),
        does="unpickles it when a training is taken up again",
    ),
    LoaderFlaw(
        ids=("CVE-2026-4372",), package="transformers", versions="before 5.3.0",
        conditions=_REMOTE_CODE, does="can import it without trust_remote_code",
    ),
    LoaderFlaw(
        ids=("CVE-2024-11393",), package="transformers", versions="before 4.48.0",
        conditions=(Condition(has="holds a program in a pickle", formats=_PICKLED, rules=_PROGRAM),),
        does="can unpickle it (the conversion of MaskFormer does)",
    ),
    LoaderFlaw(
        ids=("CVE-2026-46517",), package="lmdeploy", versions="before 0.13.0", conditions=_REMOTE_CODE,
        does="imports it: trust_remote_code is always on",
    ),
    LoaderFlaw(
        ids=("GHSA-ggpf-24jw-3fcw",), package="vllm", versions="before 0.8.0, with torch before 2.6",
        conditions=_TORCH, does="can run code of the file although weights_only is set",
    ),
    LoaderFlaw(
        ids=("CVE-2026-44513",), package="diffusers", versions="before 0.38.0", conditions=_REMOTE_CODE,
        does="can import it without trust_remote_code",
    ),
    LoaderFlaw(
        ids=("CVE-2025-24357",), package="vllm", versions="before 0.7.0", conditions=_TORCH,
        does="unpickles it without weights_only",
    ),
    LoaderFlaw(
        ids=("CVE-2025-66448",), package="vllm", versions="before 0.11.1",
        conditions=_REMOTE_CODE, does="imports it although trust_remote_code is off",
    ),
    LoaderFlaw(
        ids=("CVE-2026-22807",), package="vllm", versions="0.10.1 to before 0.14.0",
        conditions=_REMOTE_CODE, does="imports it although trust_remote_code is off",
    ),
    LoaderFlaw(
        ids=("CVE-2026-27893",), package="vllm", versions="0.10.1 to before 0.18.0",
        conditions=_REMOTE_CODE, does="imports it although trust_remote_code is off",
    ),
    # -- GGUF
    LoaderFlaw(
        ids=("CVE-2024-34359",), package="llama-cpp-python", versions="0.2.30 to before 0.2.72",
        conditions=(_BAD_TEMPLATE,), does="renders it without a sandbox, which runs it",
    ),
    LoaderFlaw(
        ids=("CVE-2026-5760",), package="sglang", versions="up to 0.5.9 at least (0.5.9 confirmed)",
        conditions=(_BAD_TEMPLATE,), does="renders it without a sandbox, which runs it",
    ),
    # -- ONNX
    LoaderFlaw(
        ids=("CVE-2022-25882", "PYSEC-2023-38"), package="onnx", versions="before 1.13.0",
        conditions=(_ONNX_OUTSIDE,), does="reads that file",
    ),
    LoaderFlaw(
        ids=("CVE-2024-27318",), package="onnx", versions="before 1.16.0",
        conditions=(_ONNX_OUTSIDE,), does="reads that file",
    ),
    LoaderFlaw(
        ids=("CVE-2026-27489",), package="onnx", versions="before 1.21.0", conditions=(_ONNX_OUTSIDE,),
        does="reads that file",
    ),
    LoaderFlaw(
        ids=("CVE-2026-34447",), package="onnx", versions="before 1.21.0", conditions=(_ONNX_OUTSIDE,),
        does="reads that file",
    ),
    LoaderFlaw(
        ids=("CVE-2025-51480",), package="onnx", versions="up to 1.17.0 (1.17.0 confirmed)",
        conditions=(_ONNX_OUTSIDE,), does="can write that file when the model is saved",
    ),
    # -- arrays and classical models
    LoaderFlaw(
        ids=("CVE-2019-6446", "PYSEC-2019-108"), package="numpy", versions="up to 1.16.0",
        conditions=(
            Condition(
                has="holds an array of objects", formats=("numpy.npy", "numpy.npz"), rules=_PROGRAM
            ),
        ),
        does="unpickles it: allow_pickle is on",
    ),
    LoaderFlaw(
        ids=("CVE-2024-34997",), package="joblib", versions="1.4.2 (disputed)",
        conditions=(
            Condition(has="holds a program in a pickle", formats=("joblib", "joblib.zfile"), rules=_PROGRAM),
            Condition(has="is a file of joblib", formats=("joblib", "joblib.zfile")),
        ),
        does="unpickles it",
    ),
    LoaderFlaw(
        ids=("CVE-2020-13092", "PYSEC-2020-107"), package="scikit-learn", versions="up to 0.23.0 (disputed)",
        conditions=(
            Condition(has="holds a program in a pickle", formats=("joblib", "joblib.zfile", "pickle"), rules=_PROGRAM),
        ),
        does="runs it",
    ),
    LoaderFlaw(
        ids=("CVE-2025-54412",), package="skops", versions="before 0.12.0", conditions=(_SKOPS,),
        does="can call others than it shows",
    ),
    LoaderFlaw(
        ids=("CVE-2025-54413",), package="skops", versions="before 0.12.0", conditions=(_SKOPS,),
        does="can call others than it shows",
    ),
    LoaderFlaw(
        ids=("CVE-2025-23304",), package="nemo-toolkit", versions="before 2.3.2",
        conditions=(Condition(has="is an archive of NeMo", names=(".nemo",)),),
        does="can run code that its configuration names",
    ),
    LoaderFlaw(
        ids=("CVE-2026-24157",), package="nemo-toolkit", versions="before 2.6.2",
        conditions=(Condition(has="is an archive of NeMo", names=(".nemo",)),), does="can unpickle parts of it",
    ),
    LoaderFlaw(
        ids=("CVE-2026-1260",), package="sentencepiece", versions="before 0.2.1",
        conditions=(Condition(has="is a sentencepiece model", formats=("sentencepiece",)),),
        does="can corrupt memory where the file was made for it",
    ),
    LoaderFlaw(
        ids=("CVE-2023-47248", "PYSEC-2023-238"), package="pyarrow",
        versions="0.14.0 to 14.0.0",
        conditions=(Condition(has="is a file of Arrow", formats=("arrow", "parquet")),),
        does="can run code where the file was made for it",
    ),
)  # fmt: skip
