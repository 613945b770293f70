"""From the bytes of one file to its facts; runs in a jailed worker. ``answer`` is what the jail asks of a module."""

from __future__ import annotations

import re
from unicodedata import is_normalized, normalize

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import replace
from weighbridge.engine.files import OpenFile
from weighbridge.inventory.application import (
    asking,
    containers,
    deployments,
    facts,
    notebook,
    script,
    shell,
    small_files,
)
from weighbridge.inventory.application.asking import KEY
from weighbridge.inventory.application.documents import JsonReader, settings, toml_tree, yaml_trees
from weighbridge.inventory.application.facts import NOTHING, FileFacts
from weighbridge.inventory.application.files import Language, is_conftest, language_of
from weighbridge.inventory.application.places import Place
from weighbridge.inventory.application.python import prose
from weighbridge.inventory.application.python import source as python
from weighbridge.inventory.application.reducing import item
from weighbridge.inventory.application.terms import Table, Unknown
from weighbridge.inventory.application.vocabulary.entries import PYTHON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.asking import Asked, Wrapper
    from weighbridge.inventory.application.terms import Term

LARGEST = 4 << 20
"""Bytes of one text that are read; people do not write longer ones."""

_SIGNS = {
    word.encode(): tuple(
        (
            frozenset(one.encode() for one in signs.words),
            tuple(one.encode() for one in signs.pieces),
            re.compile(rb"%s(?!\w)" % signs.end.encode()) if signs.end else None,
        )
        for signs in several
    )
    for word, several in PYTHON.signs().items()
}  # fmt: skip
_ROOTS = frozenset(one.partition(".")[0].encode() for one in PYTHON.by_key if not one.startswith("*"))
"""Libraries that paths of loaders begin with; others may begin with anything."""
_FILES = (b"/resolve", b"resolve/", b"/raw", b"raw/")
"""Parts of addresses of files on the Hub, which may be put together from texts; pages have none."""
_LONG_ADDRESS = re.compile(rb"""(?:\"{3}|'{3})[\s\\]*+\S{0,40}?(?:huggingface\.co/|hf://)""")
"""The begin of an address in three quotes; some escapes may stand before it, and words do in documentation."""
_MODEL_PACKAGES = tuple(one.encode() for one in python.MODEL_PACKAGES)
_OTHERS = bytes(code if chr(code).isalnum() or code == ord("_") else ord(" ") for code in range(128)) + bytes(
    range(128, 256)
)
"""Everything between words as blanks: cutting a text so is several times quicker than any expression."""
_SCRIPT_SIGNS = re.compile(
    rb"""["'](?:npm:)?(?:openai|groq-sdk|together-ai|ollama|replicate|cohere-ai|ai|@huggingface/|@xenova/|@anthropic-ai/|"""
    rb"""@google/gen|@google-cloud/vertexai|@mistralai/|@aws-sdk/client-bedrock|@ai-sdk/|@langchain/|@mlc-ai/|"""
    rb"""onnxruntime-|node-llama-cpp|@azure/openai)|huggingface\.co/|hf://"""
)
_IMPORTS = re.compile(
    rb"(?:^|[;:])[ \t]*(?:from|import)(?=[ \t.\\])(?:[^\n(\\]|\\\n)*+(?:\((?:[^)#]|#[^\n]*)*+\))?", re.MULTILINE
)
_HANDED_ON = rb"(?<!\w)%s(?:[\s\\]+as\b|[\s\\)]*\()|(?:\bpartial\(\s*|=\s*)(?:\w+\.)*+%s(?!\w)"
"""A name that is not called as usual: with space before its arguments, under another name, or by ``partial``."""
_CONFIGURATION_SIGNS = re.compile(
    rb"model|_core_|tokenizer|adapter|lora|dataset|hf://|huggingface|ollama|llama|vllm|sglang|tritonserver|torchserve|"
    rb"whisper|sentence|_target_|class_path",
    re.IGNORECASE,
)
_PACKAGES = frozenset({"pyproject.toml", "environment.yml", "environment.yaml", "pipfile"})
"""Configurations that list packages, some of which are models."""
FEW = 30
"""Names that are looked for one by one; each costs some microseconds for a source."""
LONGEST_CONFIGURATION = 1 << 20
"""Bytes of a configuration; those of programs have some kilobytes, data has more."""


def facts_of(content: bytes, asked: Asked) -> FileFacts:
    """Read the content of a file as what its name says; raises Malformed and OverLimit."""
    language = language_of(asked.path)
    if language is Language.PYTHON:
        plain = _plain(content)
        if not (asked.calls or asked.names) and not _has_any(plain, asked.wrappers):
            return FileFacts()
        words = set(plain.translate(_OTHERS).split())
        wrappers = tuple(_reachable(plain, words, asked))
        if not (asked.names or wrappers or (asked.calls and (
            _may_tell(words, plain, asked.module) or (is_conftest(asked.path) and b"fixture" in words)
        ))):  # fmt: skip
            return FileFacts()
        return python.read(content, replace(asked, wrappers=wrappers))
    place = Place(content)
    match language:
        case Language.NOTEBOOK:
            return notebook.read(place, asked)
        case Language.SCRIPT:
            return FileFacts(calls=tuple(script.read(place))) if _SCRIPT_SIGNS.search(content) else FileFacts()
        case Language.SHELL:
            return _shell(place, asked.path)
        case Language.DOCKERFILE:
            return _told(containers.dockerfile(place))
        case Language.MODELFILE:
            return _told(containers.modelfile(place))
        case Language.ENVIRONMENT:
            return small_files.environment(place)
        case Language.REQUIREMENTS:
            return small_files.requirements(place)
        case Language.MODULES:
            return small_files.submodules(place)
        case Language.PROSE:
            return small_files.prose(place)
        case Language.YAML | Language.JSON | Language.TOML | Language.SETTINGS:
            return _configuration(content, place, language, asked)
    return FileFacts()


def _plain(content: bytes) -> bytes:
    """Give a source to look for words in as Python reads it: letters in NFKC (PEP 3131), a return ends a line."""
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content.isascii():
        return content
    text = content.decode(errors="replace")
    return content if is_normalized("NFKC", text) else re.sub(r"[^\x00-\x7f]+", _letters, text).encode()


def _letters(found: re.Match[str]) -> str:
    """Write look-alikes of letters as those; others, such as quotes, would begin what does not begin."""
    letters = normalize("NFKC", found[0])
    return letters if letters.isascii() and letters.isalnum() else found[0]


def _has_any(content: bytes, wrappers: tuple[Wrapper, ...]) -> bool:
    """Tell whether the name of a function is in a source at all; for many names, cutting it into words is quicker."""
    return len(wrappers) > FEW or any(one.name.encode() in content for one in wrappers)


def _may_tell(words: set[bytes], content: bytes, module: str) -> bool:
    """Tell whether a source may call a loader or hold an address of the Hub: most cannot, and need no parsing."""
    addressed = _holds_address(words, content)
    if not addressed and not _calls_loaders(words, content, module):
        return False
    code = prose.without(content)
    if code is content:
        return True
    # An address that fills a long text, or is put together with one, is one; those within documentation are not.
    return _calls_loaders(set(code.translate(_OTHERS).split()), code, module) or (
        addressed and (b"huggingface.co/" in code or b"hf://" in code or _LONG_ADDRESS.search(content) is not None)
    )


def _holds_address(words: set[bytes], content: bytes) -> bool:
    """Tell whether an address of a file on the Hub may stand in a source."""
    files = b"huggingface" in words and b"huggingface.co/" in content and any(part in content for part in _FILES)
    return files or (b"hf" in words and b"hf://" in content)


def _calls_loaders(words: set[bytes], content: bytes, module: str) -> bool:
    """Tell whether all words of the path of some loader are there.

    A part of the path that the source does not write is one of its own module, for what it imports from there: then the
    path begins with that module.
    """
    if any(middle in content for middle in _MODEL_PACKAGES):
        return True
    own = module.encode()
    parts = own.split(b".")
    known = words.union(parts)
    return any(
        wanted <= (known if word in parts or word not in _ROOTS else words)
        and all(piece in content or piece in own for piece in pieces)
        and (end is None or end.search(content) is not None)
        for word in words & _SIGNS.keys()
        for wanted, pieces, end in _SIGNS[word]
    )


def _reachable(content: bytes, words: set[bytes], asked: Asked) -> Iterator[Wrapper]:
    """Yield the functions of the project that a source seems to call: it defines them, or imports what has them.

    A source that only defines one calls it under no other name, unless it calls the result of a call.
    """
    if all(one.name.encode() not in words for one in asked.wrappers):
        return
    code = prose.without(content)
    words = words if code is content else set(code.translate(_OTHERS).split())
    named = [one for one in asked.wrappers if one.name.encode() in words]
    imported = set(b"\n".join(_IMPORTS.findall(code)).translate(_OTHERS).split()) if named else set()
    own = asked.module.split(".")
    for one in named:
        name = one.name.encode()
        if (
            (name in imported or any(word.encode() in imported or word == own[-1] for word in one.modules))
            and (b"%s(" % name in code or b"super()" in code or re.search(_HANDED_ON % (name, name), code))
            and (b")(" in code or re.search(rb"(?<!\w)(?<!\bdef )(?<!\bclass )%s(?!\w)" % name, code))
        ):
            yield one


def _told(found: shell.Found) -> FileFacts:
    return FileFacts(calls=found.calls, settings=found.settings)


def _shell(place: Place, path: str) -> FileFacts:
    make = path.rpartition("/")[2].lower() in {"makefile", "gnumakefile", "justfile"} or path.endswith(".mk")
    found = shell.read(place, 0, len(place.text), make=make)
    if not make:
        return _told(found)
    more = small_files.make_variables(place)
    return FileFacts(calls=(*found.calls, *more.calls), settings=(*found.settings, *more.settings))


def _configuration(content: bytes, place: Place, language: Language, asked: Asked) -> FileFacts:
    """Read a configuration for what it says by itself, and for the keys that programs ask for."""
    if not asked.names and not _CONFIGURATION_SIGNS.search(content):
        return FileFacts()
    if len(content) > LONGEST_CONFIGURATION:
        raise OverLimit(f"a configuration of more than {LONGEST_CONFIGURATION >> 10} KiB")
    if language is Language.SETTINGS and asked.calls:
        return small_files.options(place)
    trees = _trees(place, language, content)
    exports = []
    for name in asked.names:
        found = trees[0] if trees else Unknown(why="an empty document")
        for key in name.split(KEY):
            found = item(found, key)
        if not isinstance(found, Unknown):
            exports.append((name, found))
    if not asked.calls:
        return FileFacts(exports=tuple(exports))
    packages = small_files.requirements(place).calls if asked.path.rpartition("/")[2].lower() in _PACKAGES else ()
    deployment = deployments.Deployment(place, asked.path)
    for tree in trees:
        deployment.read(tree)
    return FileFacts(calls=(*packages, *deployment.calls), settings=tuple(deployment.settings), exports=tuple(exports))


def _trees(place: Place, language: Language, content: bytes) -> list[Term]:
    if language is Language.JSON:
        return [JsonReader(place).tree()]
    if language is Language.TOML:
        return [toml_tree(place)]
    if language is Language.SETTINGS:
        pairs = list(settings(place))
        return [Table(keys=tuple(name for name, _ in pairs), values=tuple(text for _, text in pairs))]
    if b"{{" in content:
        place.text = deployments.without_templates(place.text)
    return yaml_trees(place)


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file, which this work does not need."""


def answer(request: bytes, descriptor: int, _need: object = None) -> bytes:
    """Answer what is asked about an open file."""
    asked = asking.loads(request)
    file = OpenFile(descriptor)
    if language_of(asked.path) is Language.WEIGHTS:
        return facts.dumps(small_files.weights(file, asked.path))
    if file.size > LARGEST:
        return facts.dumps(FileFacts(trouble=(f"it has more than {LARGEST >> 20} MiB",)))
    try:
        found = facts_of(file.read_at(0, file.size), asked)
    except (Malformed, OverLimit) as error:
        found = FileFacts(trouble=(str(error),))
    return facts.dumps(found) if found != FileFacts() else NOTHING
