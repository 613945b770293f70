"""Formats without a magic number at the beginning: each reader says by structure whether bytes are its own.

A recogniser is ``sniff(head: bytes, source: ByteSource) -> str`` in the module of the format: it returns the format's
name, or an empty string. It must be cheap, bounded and sure: what it names is read in full and may make a file
inconclusive. It is imported only for files that could be its own, by their first byte or their beginning.
"""

from __future__ import annotations

from weighbridge.core.modules import fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource

    Recogniser: TypeAlias = Callable[[bytes, ByteSource], str]

BINARY: tuple[tuple[bytes, str], ...] = (
    # (first bytes that the format can begin with; empty for any, module)
    # -- torch
    # -- keras and HDF5
    # -- FlatBuffers
    (b"\xff", "weighbridge.formats.arrow"),
    (bytes(range(8, 256, 4)), "weighbridge.formats.jax_export"),
    # -- ONNX, CoreML, Paddle
    (b'\0\n"*', "weighbridge.formats.paddle"),
    (b'\n\x12\x1a"*', "weighbridge.formats.sentencepiece"),
    (bytes((0x08, 0x12, 0x50, *range(0x82, 0x100, 8))), "weighbridge.formats.coreml"),
    (b"", "weighbridge.formats.coreml_package"),
    (b'\x08\x12\x1a"(2:Br\xa2\xca\xd2', "weighbridge.formats.onnx.model"),
    # -- TensorFlow
    (b"", "weighbridge.formats.tensorflow.checkpoint"),
    (b"", "weighbridge.formats.tensorflow.records"),
    (b"\x08\x0a\x12\x1a\x22", "weighbridge.formats.tensorflow.kinds"),
    # -- GGML, llamafile
    # -- trees and classical models
    # -- R, PMML, Java, word vectors
    (b"XBR", "weighbridge.formats.r.extract"),
    (b"0123456789", "weighbridge.formats.word2vec"),
    (b"\3\4\6\7\x0834", "weighbridge.formats.torch7"),
    (b"{", "weighbridge.formats.ubjson"),
    (b"", "weighbridge.formats.xgboost_binary"),
    # -- msgpack, engines, MXNet
    (bytes((*range(0x81, 0x90), 0xDE, 0xDF)), "weighbridge.formats.msgpack"),
    # -- programs
    (b"", "weighbridge.formats.program_files"),
    # -- media
)
"""Recognisers of binary formats."""

TEXT: tuple[tuple[tuple[bytes, ...], str], ...] = (
    # (beginnings after white space and a byte order mark, one of which the text must have; empty for any, module)
    # -- torch
    # -- keras and HDF5
    # -- ONNX, CoreML, Paddle
    ((b"<", b"\xff\xfe", b"\xfe\xff"), "weighbridge.formats.text.xml_file"),
    # -- TensorFlow
    (
        (
            b"saved_model_schema_version",
            b"meta_",
            b"graph_def",
            b"asset_file_def",
            b"object_graph_def",
            b"node",
            b"library",
            b"versions",
        ),
        "weighbridge.formats.tensorflow.pbtxt",
    ),
    ((b"model_checkpoint_path", b"all_model_checkpoint_paths"), "weighbridge.formats.tensorflow.state"),
    # -- GGML, templates, tokenizers
    # -- trees and classical models
    # -- R, PMML, Java, word vectors
    ((b"A", b"RDA"), "weighbridge.formats.r.extract"),
    ((b"/*", b"//", b"import ", b"package "), "weighbridge.formats.text.java_source"),
    (
        (b"tree", b"Tree=", b"version=", b"num_class=", b"num_tree_per_iteration=", b"max_feature_idx="),
        "weighbridge.formats.lightgbm",
    ),
    # -- msgpack, engines, MXNet, MLflow
    # -- Python, notebooks, requirements
    ((b"import ", b"from "), "weighbridge.formats.text.python_source"),
    ((b"#!",), "weighbridge.formats.text.script"),
    # -- JSON, YAML, configurations
    ((), "weighbridge.formats.text.yaml_file"),
    ((b"[", b"#", b";"), "weighbridge.formats.text.cfg_file"),
    ((), "weighbridge.formats.text.pbtxt_file"),
    ((b"{", b"["), "weighbridge.formats.text.json_file"),
    ((b"[", b"#", b";"), "weighbridge.formats.text.git_config"),
    # -- prose, agents
    ((b"<",), "weighbridge.formats.text.markup_page"),
    # -- MLIR
    ((b"module", b"func.func", b"#loc", b"builtin.module", b'"builtin.module"'), "weighbridge.formats.mlir_text"),
)
"""Recognisers of text formats: they come on top of ``text``, whose reader looks at every text."""

TEXT_NAMES: tuple[tuple[str, str], ...] = (
    # (end of the lower-case name, format)
    # -- torch
    ("hubconf.py", "torch.hubconf"),
    # -- keras and HDF5
    # -- TensorFlow
    (".pbtxt", "tensorflow.text"),
    # -- GGML, templates, tokenizers
    (".jinja", "jinja"),
    (".jinja2", "jinja"),
    (".j2", "jinja"),
    ("vocab.txt", "vocabulary"),
    ("merges.txt", "bpe.merges"),
    (".tiktoken", "tiktoken"),
    ("modelfile", "modelfile"),
    # -- trees and classical models
    # -- Java
    (".java", "java"),
    # -- msgpack, engines, MXNet, MLflow
    # -- Python, notebooks, requirements
    (".py", "python"),
    (".pyw", "python"),
    (".pth", "python path configuration"),
    (".txt", "requirements"),
    (".in", "requirements"),
    ("pyproject.toml", "project file"),
    ("setup.cfg", "project file"),
    ("pipfile", "project file"),
    ("poetry.lock", "project file"),
    ("uv.lock", "project file"),
    ("pdm.lock", "project file"),
    ("conda.yaml", "conda environment"),
    ("conda.yml", "conda environment"),
    ("environment.yaml", "conda environment"),
    ("environment.yml", "conda environment"),
    ("conda_env.yaml", "conda environment"),
    ("conda_env.yml", "conda environment"),
    ("conda-env.yaml", "conda environment"),
    ("conda-env.yml", "conda environment"),
    ("python_env.yaml", "conda environment"),
    ("python_env.yml", "conda environment"),
    (".sh", "script"),
    (".bash", "script"),
    (".zsh", "script"),
    (".ksh", "script"),
    (".csh", "script"),
    (".fish", "script"),
    (".command", "script"),
    (".ps1", "script"),
    (".psm1", "script"),
    (".bat", "script"),
    (".cmd", "script"),
    (".vbs", "script"),
    (".vbe", "script"),
    (".wsf", "script"),
    (".wsh", "script"),
    (".hta", "script"),
    (".jse", "script"),
    (".reg", "script"),
    (".desktop", "script"),
    ("dockerfile", "script"),
    ("containerfile", "script"),
    ("makefile", "script"),
    (".mk", "script"),
    ("justfile", "script"),
    ("procfile", "script"),
    (".bashrc", "script"),
    (".bash_profile", "script"),
    (".zshrc", "script"),
    (".zshenv", "script"),
    (".profile", "script"),
    (".envrc", "script"),
    ("jenkinsfile", "script"),
    (".groovy", "script"),
    (".gradle", "script"),
    (".url", "script"),
    (".scf", "script"),
    (".inf", "script"),
    (".js", "script"),
    (".mjs", "script"),
    (".cjs", "script"),
    (".ts", "script"),
    (".rb", "script"),
    ("rakefile", "script"),
    ("vagrantfile", "script"),
    (".pl", "script"),
    (".php", "script"),
    (".tcl", "script"),
    (".awk", "script"),
    (".applescript", "script"),
    (".lua", "script"),
    (".r", "script"),
    (".rprofile", "script"),
    (".jl", "script"),
    (".java", "script"),
    # -- JSON, YAML, configurations
    (".yaml", "yaml"),
    (".yml", "yaml"),
    ("mlmodel", "yaml"),
    ("config.cfg", "cfg"),
    ("config.pbtxt", "pbtxt"),
    ("pickle_module_info.txt", "mlflow.pickle_module"),
    (".json", "json"),
    # -- prose, agents, git
    (".md", "markdown"),
    (".mdx", "markdown"),
    (".markdown", "markdown"),
    (".mdc", "markdown"),
    (".prompt", "markdown"),
    (".cursorrules", "markdown"),
    (".windsurfrules", "markdown"),
    (".gitmodules", "gitmodules"),
    (".svg", "svg"),
    (".html", "html"),
    (".htm", "html"),
)
"""Text formats that only a name gives away; a name adds a reader to ``text`` and whatever else the content is."""


def binary(head: bytes, source: ByteSource) -> list[str]:
    """Name the binary formats that the bytes have by structure."""
    found: list[str] = []
    if not head:
        return found
    for beginnings, module in BINARY:
        if not beginnings or head[:1] in beginnings:
            name = _sniffer(module)(head, source)
            if name:
                found.append(name)
    return found


def text(head: bytes, source: ByteSource, name: str) -> list[str]:
    """Name the text formats that the bytes have by structure, then those that the file's name adds."""
    begin = _begin(head, source)
    found = []
    for beginnings, module in TEXT:
        if not beginnings or begin.startswith(beginnings):
            kind = _sniffer(module)(begin, source)
            if kind:
                found.append(kind)
    lower = name.lower().rpartition("/")[2]
    found += [kind for ending, kind in TEXT_NAMES if lower.endswith(ending)]
    if lower.startswith(("dockerfile.", "containerfile.", "makefile.")):
        found.append("script")
    return list(dict.fromkeys(found))


_BLANKS = b" \t\n\r\v\f\0"
_PIECE = 1 << 16
_FAR = 16 << 20
"""Bytes of blanks behind which a text may begin: as much text as is looked at."""


def _begin(head: bytes, source: ByteSource) -> bytes:
    """Give the beginning of a text as UTF-8, without its mark and the blanks before the first sign."""
    encoding = _encoding(head)
    text = _plain(head, encoding)
    offset = len(head)
    while not text and offset < min(source.size, _FAR):
        piece = source.read_at(offset, _PIECE)
        blanks = len(piece) - len(piece.lstrip(_BLANKS))
        if blanks < len(piece):
            # Encodings of two and four bytes a sign have a grid.
            text = _plain(source.read_at(offset + blanks // 4 * 4, len(head)), encoding)
        offset += _PIECE
    return text


def _plain(piece: bytes, encoding: str) -> bytes:
    if not encoding:
        return piece.removeprefix(b"\xef\xbb\xbf").lstrip()
    return piece.decode(encoding, "ignore").lstrip("\ufeff\0 \t\n\r\v\f").encode()


def _encoding(head: bytes) -> str:
    """Name the encoding that a byte order mark announces; empty for UTF-8."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")


_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip


def _sniffer(module: str) -> Recogniser:
    sniff: Recogniser = fetch(module).sniff
    return sniff
