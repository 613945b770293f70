"""``tokenizer.json``: the vocabulary, the tokens added to it, and the steps that change text on its way in and out.

Source: the ``tokenizers`` library 0.23 (serialisation of its models, normalizers, pre-tokenizers, post-processors and
decoders). Steps are walked as a tree without a stack of calls; a step that is not known is a gap.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim
from weighbridge.core.texts import TextRewrite
from weighbridge.formats.text import regexes
from weighbridge.formats.text.tokens import Vocabulary, plain_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

STAGES = ("normalizer", "pre_tokenizer", "post_processor", "decoder")

LARGEST_CHARSMAP = 4 << 20
"""Characters of a precompiled map of characters in base64; that of XLM-RoBERTa has 330,000."""

STEPS = 4_096
"""Steps of one stage; honest ones have some twenty."""

_MODELS = frozenset({"BPE", "WordPiece", "Unigram", "WordLevel"})
_QUIET = frozenset({
    "Sequence", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents", "Strip", "BertNormalizer",
    "ByteLevel", "BertPreTokenizer", "CharDelimiterSplit", "Digits", "Metaspace", "Punctuation", "UnicodeScripts",
    "Whitespace", "WhitespaceSplit", "FixedLength", "BertProcessing", "RobertaProcessing", "TemplateProcessing",
    "WordPiece", "BPEDecoder", "ByteFallback", "CTC", "Fuse", "Replace", "Prepend", "Precompiled", "Split",
})  # fmt: skip
"""The steps of the library; those that hold text of their own are looked into."""

_INNER = ("normalizers", "pretokenizers", "processors", "decoders")
_SHOWN = 200


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Look at a tokenizer; a document that only has a key in common with one is passed over."""
    if not isinstance(document, dict) or not isinstance(document.get("model"), dict):
        return
    yield Identity(at=node.at(), format="tokenizer.json")
    reader = TokenizerJson(document, node)
    yield from reader.vocabulary()
    for stage in STAGES:
        yield from reader.steps(stage)


class TokenizerJson:
    """One tokenizer; ``tokens`` is its vocabulary with what was added."""

    def __init__(self, document: dict[str, JsonValue], node: Node) -> None:
        self.document, self.node, self.at = document, node, node.at()
        self.tokens = Vocabulary()

    def vocabulary(self) -> Iterator[Yield]:
        """Read the model and the added tokens."""
        model = self.document["model"]
        assert isinstance(model, dict)
        kind = model.get("type")
        if kind is not None and str(kind) not in _MODELS:
            reason = f"a tokenizer of type {str(kind)[:_SHOWN]!r} is not known"
            yield self.node.gap(GapKind.UNSUPPORTED, reason)
        vocabulary = model.get("vocab")
        if isinstance(vocabulary, dict):
            self.tokens.take_ids(vocabulary)
        elif isinstance(vocabulary, list):
            self.tokens.take_pieces(vocabulary)
        else:
            self._wrong("vocabulary", "the model has none")
        self._added()
        for name in ("unk_id",):
            number = model.get(name)
            if isinstance(number, int) and not 0 <= number < max(len(self.tokens.ids), 1):
                self._wrong("vocabulary", f"{name} is {number}, past the vocabulary")
        yield MetadataEntry(at=self.at, key="tokenizer.vocab_size", text=str(self.tokens.size()))
        yield from self.tokens.oddities(self.at)
        for content in self.tokens.special_words:
            yield TextRewrite(at=self.at, stage="special token", pattern=content, replacement="")

    def _added(self) -> None:
        added = self.document.get("added_tokens")
        if added is None:
            return
        if not isinstance(added, list):
            self._wrong("added tokens", "they are no list")
            return
        for entry in added:
            if isinstance(entry, dict):
                special = entry.get("special") is True
                self.tokens.add(entry.get("content"), entry.get("id"), special=special)
            else:
                self._wrong("added tokens", "an added token is no object")

    def _wrong(self, what: str, detail: str) -> None:
        self.tokens.wrong(what, detail)

    # -- steps ---------------------------------------------------------------------------------------------------

    def steps(self, stage: str) -> Iterator[Yield]:
        """Walk the steps of a stage."""
        waiting: list[JsonValue] = [self.document.get(stage)]
        count = 0
        while waiting:
            step = waiting.pop()
            if step is None:
                continue
            count += 1
            if count > STEPS:
                yield self.node.gap(GapKind.OVER_LIMIT, f"the {stage} has more than {STEPS} steps")
                return
            if not isinstance(step, dict):
                yield self._odd(stage, "a step is no object")
                continue
            kind = str(step.get("type"))
            if kind not in _QUIET:
                reason = f"a {stage} of type {kind[:_SHOWN]!r} is not known"
                yield self.node.gap(GapKind.UNSUPPORTED, reason)
            for name in _INNER:
                inner = step.get(name)
                if isinstance(inner, list):
                    waiting += reversed(inner)
            yield from self._step(stage, kind, step)

    def _step(self, stage: str, kind: str, step: dict[str, JsonValue]) -> Iterator[Yield]:
        pattern, is_regex = _pattern(step.get("pattern"))
        if is_regex:
            for claimed, limit, unit in regexes.claims(pattern):
                what = f"regular expression of the {stage}"
                yield ResourceClaim(at=self.at, what=what, claimed=claimed, limit=limit, unit=unit)
        if kind == "Replace":
            yield self._rewrite(stage, pattern, step.get("content"))
        elif kind == "Prepend":
            yield self._rewrite(stage, "^", step.get("prepend"))
        elif kind == "Strip" and isinstance(step.get("content"), str):
            yield self._rewrite(stage, str(step["content"]), "")
        elif kind == "Precompiled":
            yield from self._charsmap(stage, step.get("precompiled_charsmap"))
        elif kind in ("BertProcessing", "RobertaProcessing"):
            for name in ("sep", "cls"):
                found = step.get(name)
                if isinstance(found, list) and len(found) == 2:
                    yield from self._inserted(stage, found[0], [found[1]])
        elif kind == "TemplateProcessing":
            yield from self._template(stage, step)
        else:
            for name in ("prefix", "suffix", "replacement", "pad_token", "word_delimiter_token"):
                text = step.get(name)
                if isinstance(text, str) and plain_word(text):
                    yield self._rewrite(stage, f"({name})", text)

    def _rewrite(self, stage: str, pattern: str, content: JsonValue) -> Yield:
        if not isinstance(content, str):
            return self._odd(stage, "what is put in is no text")
        return TextRewrite(at=self.at, stage=stage, pattern=pattern[:_SHOWN], replacement=content[:_SHOWN])

    def _template(self, stage: str, step: dict[str, JsonValue]) -> Iterator[Yield]:
        """Look at the pieces of a template: marks that it names, and what these stand for."""
        marks = step.get("special_tokens")
        marks = marks if isinstance(marks, dict) else {}
        used = list[str]()
        for name in ("single", "pair"):
            pieces = step.get(name)
            for piece in pieces if isinstance(pieces, list) else []:
                mark = piece.get("SpecialToken") if isinstance(piece, dict) else None
                if isinstance(mark, dict):
                    used.append(str(mark.get("id")))
        for name in dict.fromkeys(used):
            entry = marks.get(name)
            if not isinstance(entry, dict):
                yield self._odd(stage, f"its template names {name[:_SHOWN]!r}, which is not defined")
                continue
            ids, texts = entry.get("ids"), entry.get("tokens")
            if isinstance(ids, list) and isinstance(texts, list) and len(ids) == len(texts):
                for text in texts:
                    if not isinstance(text, str):
                        yield self._odd(stage, "a mark of its template is no text")
                yield from self._inserted(stage, " ".join(str(text) for text in texts), ids)
            else:
                yield self._odd(stage, f"{name[:_SHOWN]!r} has not as many ids as tokens")

    def _inserted(self, stage: str, text: JsonValue, ids: list[JsonValue]) -> Iterator[Yield]:
        """Report inserted tokens unless they are marks: what counts are the ids, not what the step calls them."""
        said = [self.tokens.text_of(number) for number in ids]
        if any(one is None for one in said):
            yield self._odd(stage, f"it inserts ids that no token has: {str(ids)[:_SHOWN]}")
            return
        real = " ".join(one for one in said if one is not None)
        if isinstance(text, str) and text != real:
            yield self._odd(stage, f"it calls {text[:_SHOWN]!r} what is {real[:_SHOWN]!r}")
        words = [one for one in said if one is not None and one not in self.tokens.special]
        if words:
            yield TextRewrite(at=self.at, stage=stage, pattern="^ or $", replacement="".join(words)[:_SHOWN])

    def _charsmap(self, stage: str, text: JsonValue) -> Iterator[Yield]:
        if text is None:
            return
        if not isinstance(text, str):
            yield self._odd(stage, "its map of characters is no text")
        elif len(text) > LARGEST_CHARSMAP:
            what = f"map of characters of the {stage}"
            limit = LARGEST_CHARSMAP
            yield ResourceClaim(at=self.at, what=what, claimed=len(text), limit=limit, unit="characters")
        else:
            from binascii import Error, a2b_base64

            try:
                held = a2b_base64(text.encode("ascii", "replace"), strict_mode=True)
            except Error:
                yield self._odd(stage, "its map of characters is no base64")
                return
            if held and int.from_bytes(held[:4], "little") > len(held) - 4:
                words = "its map of characters claims a table that is longer than itself"
                yield Inconsistency(at=self.at, what=stage, detail=words)

    def _odd(self, stage: str, detail: str) -> Inconsistency:
        return Inconsistency(at=self.at, what=stage.replace("_", "-"), detail=detail)


def _pattern(found: JsonValue) -> tuple[str, bool]:
    """Give the text of a pattern and whether it is a regular expression."""
    if isinstance(found, dict):
        for name in ("String", "Regex"):
            text = found.get(name)
            if isinstance(text, str):
                return text, name == "Regex"
    return found if isinstance(found, str) else "", False
