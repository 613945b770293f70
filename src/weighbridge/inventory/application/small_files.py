"""Files of a few lines that name models: requirements, submodules, agents' prose, and files that hold weights."""

from __future__ import annotations

import re

from weighbridge.inventory.application.documents import settings, yaml_trees
from weighbridge.inventory.application.facts import Call, FileFacts, Setting
from weighbridge.inventory.application.keys import by_key
from weighbridge.inventory.application.places import Place
from weighbridge.inventory.application.reducing import item
from weighbridge.inventory.application.shell import word_of
from weighbridge.inventory.application.terms import Text
from weighbridge.inventory.application.vocabulary.entries import PACKAGE
from weighbridge.inventory.application.vocabulary.names import WEIGHTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

_SPACY = re.compile(
    r"(?P<name>[a-z]{2,3}[_-](?:core|dep|ent|sent|ner)[_-](?:web|news|wiki|sci|bionlp13cg_md|ud)[_-](?:sm|md|lg|trf|scibert))"
    r"(?:-(?P<version>\d+\.\d+\.\d+))?"
)


def requirements(place: Place) -> FileFacts:
    """Tell packages that are models, which spaCy installs by their address or their name."""
    calls = []
    at = 0
    for line in place.text.split("\n"):
        begin, at = at, at + len(line) + 1
        if line.lstrip().startswith("#"):
            continue
        match = _SPACY.search(line)
        if match is None:
            continue
        span = place.span(begin + match.start("name"), begin + match.end("name"))
        subject = Text(text=match["name"].replace("-", "_"), at=span)
        version = next((one["version"] for one in _SPACY.finditer(line) if one["version"]), "")
        if not version and "==" in line:
            version = re.split(r"[;\s\"',]", line.partition("==")[2].lstrip(), maxsplit=1)[0]
        given = [("subject", subject)]
        if version:
            given.append(("revision", Text(text=version, at=span)))
        calls.append(
            Call(loader=PACKAGE, callable="requirement", given=tuple(given), at=place.span(begin, begin + len(line)))
        )
    return FileFacts(calls=tuple(calls))


def submodules(place: Place) -> FileFacts:
    """Tell submodules that lie on the Hub."""
    calls = [
        Call(loader="submodule", callable="submodule", given=(("subject", text),), at=text.at)
        for name, text in settings(place) if name == "url"
    ]  # fmt: skip
    return FileFacts(calls=tuple(calls))


def environment(place: Place) -> FileFacts:
    """Tell what a file of environment variables sets."""
    calls: list[Call] = []
    found: list[Setting] = []
    for name, text in settings(place):
        start = place.offset(text.at.line - 1, text.at.column - 1)
        end = place.offset(text.at.end_line - 1, text.at.end_column - 1)
        term = word_of(place, start, end).term if "$" in text.text else text
        found.append(Setting(name=name, term=term, scope="env"))
        calls += by_key(name, term, text.at, name)
    return FileFacts(calls=tuple(calls), settings=tuple(found))


_MAKE = re.compile(
    r"^(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:\?|::?|\+)?=[ \t]*([^#\n]*?)[ \t]*(?:#.*)?$", re.MULTILINE
)


def make_variables(place: Place) -> FileFacts:
    """Tell what a Makefile sets."""
    calls: list[Call] = []
    found: list[Setting] = []
    for match in _MAKE.finditer(place.text):
        if match[2]:
            text = Text(text=match[2], at=place.span(match.start(2), match.end(2)), literal=True)
            found.append(Setting(name=match[1], term=text, scope="env"))
            calls += by_key(match[1], text, text.at, match[1])
    return FileFacts(calls=tuple(calls), settings=tuple(found))


def options(place: Place) -> FileFacts:
    """Tell values of an INI file under telling keys."""
    calls: list[Call] = []
    for name, text in settings(place):
        calls += by_key(name, text, text.at, name)
    return FileFacts(calls=tuple(calls))


def prose(place: Place) -> FileFacts:
    """Tell the model that the head of an agent's description names."""
    if not place.text.startswith("---\n"):
        return FileFacts()
    end = place.text.find("\n---", 4)
    if end < 0:
        return FileFacts()
    head = Place(place.text[: end + 1].encode("utf-8", "surrogatepass"))
    for tree in yaml_trees(head):
        model = item(tree, "model")
        if isinstance(model, Text):
            at = place.span(place.offset(model.at.line - 1, 0), place.line_end(place.offset(model.at.line - 1, 0)))
            return FileFacts(calls=(Call(loader="agent model", callable="model", given=(("subject", model),), at=at),))
    return FileFacts()


_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize \d+")

MODEL_FORMATS = frozenset({
    "safetensors", "gguf", "ggml", "onnx", "pickle", "torch.legacy", "numpy.npy", "hdf5", "tflite", "coreml",
    "tensorflow graph", "tensorflow.saved_model", "tensorflow.graph", "keras", "zip", "joblib.zfile", "executorch",
    "paddle", "xgboost.binary", "lightgbm", "catboost", "fasttext", "word2vec", "torch7", "llamafile", "ubjson",
    "torch.tar.storages", "torch.tar.tensors", "jax.export", "mxnet.params", "sentencepiece", "tensorrt engine", "r",
    "rknn", "torch.zip", "ape", "msgpack", "arrow",
})  # fmt: skip
"""What a file called like one of weights may turn out to be."""


_SURE = frozenset({"safetensors", "gguf", "ggml", "onnx", "tflite", "torch.legacy", "joblib.zfile", "executorch"})
"""Formats that a file of any name is told for."""


def weights(source: ByteSource, path: str) -> FileFacts:
    """Tell the format of a model file by its content, or the digest that a pointer of Git LFS holds."""
    named = path.lower().endswith(WEIGHTS)
    pointer = _POINTER.match(source.read_at(0, 1_024))
    if pointer is not None:
        return FileFacts(held="git-lfs pointer", digest=pointer[1].decode()) if named else FileFacts()
    from weighbridge.formats.sniff import sniff

    found = sniff(source, path.rpartition("/")[2]).formats
    return FileFacts(held=next((one for one in found if one in (MODEL_FORMATS if named else _SURE)), ""))
