"""``tokenizer_config.json``, ``special_tokens_map.json``: files that a tokenizer is told to open, marks that are words.

Source: ``PreTrainedTokenizerBase.from_pretrained`` of transformers 4 and 5. What it saved on the author's machine, an
absolute path with the usual name of the file, is replaced by the file beside it and is a leak at most; anything else
that leads away is followed.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.references import Reference, Target
from weighbridge.core.texts import TextRewrite
from weighbridge.core.when import When
from weighbridge.formats.text.paths import leads_away
from weighbridge.formats.text.tokens import plain_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

USUAL = frozenset({
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "vocab.txt", "merges.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.spm",
    "tokenizer.tiktoken", "source.spm", "target.spm", "bpe.codes", "spm.model", "sentencepiece.model", "dict.txt",
})  # fmt: skip
"""Names under which tokenizers save their files."""

_OTHER = frozenset({"sp_model", "spm", "vocab", "target_vocab_file", "tokenizer_path", "vocab_path", "model_file"})
_PICKLED = (".pkl", ".pickle", ".bin", ".pt", ".pth", ".ckpt", ".joblib")
_ENTRIES = 10_000  # entries of one object that are looked at
_TEXT = 200


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Look at the fields that name files, and at the marks."""
    if not isinstance(document, dict):
        return
    yield Identity(at=node.at(), format="tokenizer configuration")
    for key, found in list(document.items())[:_ENTRIES]:
        if isinstance(found, str) and (key.endswith("_file") or key in _OTHER):
            yield from _file(key, found, node)
        elif key.endswith("_token") or key in ("additional_special_tokens", "extra_special_tokens"):
            yield from _marks(found, node)
    added = document.get("added_tokens_decoder")
    if isinstance(added, dict):
        yield from _decoder(added, node)


def _file(key: str, target: str, node: Node) -> Iterator[Yield]:
    """Report a file that is not beside the configuration, and a vocabulary that is a pickle."""
    name = target.replace("\\", "/").rpartition("/")[2].lower()
    if "://" in target:
        yield Reference(
            at=node.at(), relation="vocabulary", kind=Target.URL, target=target[:_TEXT], key=key, when=When.LOAD
        )
        return
    escapes = leads_away(target)
    # A path without ``..`` that ends in the usual name is what the library itself wrote when it saved.
    followed = not (name.endswith(tuple(USUAL)) and ".." not in target) and key != "special_tokens_map_file"
    yield Reference(
        at=node.at(),
        relation="vocabulary",
        kind=Target.PATH,
        target=target[:_TEXT],
        key=key,
        escapes=escapes,
        when=When.LOAD if followed else None,
    )
    if name.endswith(_PICKLED):
        yield Inconsistency(at=node.at(), what="vocabulary", detail=f"{key} names a pickle: {target[:_TEXT]!r}")


def _marks(found: JsonValue, node: Node) -> Iterator[Yield]:
    """Report marks that are words: a decoder that leaves marks out leaves these words out."""
    entries: list[JsonValue] = [found]
    if isinstance(found, list):
        entries = list(found)
    elif isinstance(found, dict) and "content" not in found:
        entries = list(found.values())
    for entry in entries[:_ENTRIES]:
        text = entry.get("content") if isinstance(entry, dict) else entry
        if isinstance(text, str) and plain_word(text):
            yield TextRewrite(at=node.at(), stage="special token", pattern=text[:_TEXT], replacement="")


def _decoder(added: dict[str, JsonValue], node: Node) -> Iterator[Yield]:
    seen: dict[str, str] = {}
    for number, entry in added.items():
        text = entry.get("content") if isinstance(entry, dict) else None
        if not isinstance(text, str) or not number.isdecimal():
            yield Inconsistency(
                at=node.at(), what="added token", detail=f"{number[:_TEXT]!r} is no token with a number"
            )
            return
        if text in seen:
            words = f"{text[:_TEXT]!r} is both {seen[text][:_TEXT]} and {number[:_TEXT]}"
            yield Inconsistency(at=node.at(), what="added token", detail=words)
        seen[text] = number
        if isinstance(entry, dict) and entry.get("special") is True and plain_word(text):
            yield TextRewrite(at=node.at(), stage="special token", pattern=text[:_TEXT], replacement="")
