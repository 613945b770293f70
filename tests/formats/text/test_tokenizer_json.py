"""tokenizer.json: every step that changes text is told, ids and texts fit each other, patterns stay cheap."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import tokenizers
from tests.builders.tokenizers import MARKS, VOCABULARY, added, build, replacing, splitting, template
from tests.museum.exhibit import Verdict, described, examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import TextRewrite
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text import regexes, tokenizer_json
from weighbridge.formats.text.merges import WORTHWHILE, without_merges
from weighbridge.formats.text.tokens import plain_word


def look(content: bytes) -> list[Any]:
    bench = Bench(Limits(), Meter(Limits()))
    document = json.loads(content)
    return list(tokenizer_json.inspect(document, BytesSource(content), Node(name="tokenizer.json"), bench))


def of(kind: type, content: bytes) -> list[Any]:
    return [item for item in look(content) if isinstance(item, kind)]


def test_an_honest_tokenizer_is_told_and_sound() -> None:
    found = look(tokenizers.honest_named_json())
    assert all(isinstance(item, Identity | MetadataEntry | TextRewrite) for item in found), found
    assert MetadataEntry(at=found[0].at, key="tokenizer.vocab_size", text="9") in found
    rewrites = [(one.stage, one.pattern, one.replacement) for one in found if isinstance(one, TextRewrite)]
    assert rewrites == [
        ("normalizer", "^", "▁"), ("normalizer", " ", "▁"), ("decoder", "▁", " "), ("decoder", " ", ""),
    ]  # fmt: skip


def test_another_document_is_passed_over() -> None:
    assert look(b'{"decoder": {}, "model": "a name"}') == []
    assert look(b'{"decoder": {}, "hidden_size": 4}') == []


ODD: dict[str, bytes] = {
    "no vocabulary": build(vocabulary=5),
    "shared id": tokenizers.swapped_ids(),
    "truth for an id": build(vocabulary={**VOCABULARY, "c": True}),
    "half an added token": build(marks=(*MARKS, {"content": "x"})),
    "no object added": build(marks=(*MARKS, 5)),
    "no list added": build(marks=()).replace(b'"added_tokens": []', b'"added_tokens": 5'),
    "replacement is no text": build(decoder={"type": "Replace", "pattern": {"String": "a"}, "content": 5}),
    "step is no object": build(decoder={"type": "Sequence", "decoders": [5]}),
    "unknown mark": build(post_processor={**template(), "special_tokens": {}}),
    "ids and tokens": build(post_processor=template("<s>", (1, 2), ("<s>",))),
    "no base64": build(normalizer={"type": "Precompiled", "precompiled_charsmap": "§"}),
    "table too long": build(normalizer={"type": "Precompiled", "precompiled_charsmap": "/////w=="}),
    "unknown id": build(model={"type": "Unigram", "unk_id": 99}),
}


@pytest.mark.parametrize("name", ODD)
def test_what_contradicts_itself_is_told(name: str) -> None:
    assert of(Inconsistency, ODD[name])


@pytest.mark.parametrize("content", [build(model={"type": "Other"}), build(decoder={"type": "Other"})])
def test_what_is_not_known_is_a_gap(content: bytes) -> None:
    assert of(Gap, content)


def test_many_steps_are_a_gap() -> None:
    assert of(Gap, build(decoder={"type": "Sequence", "decoders": [{"type": "Fuse"}] * 5_000}))


def test_ids_of_a_template_count_and_not_what_it_calls_them() -> None:
    content = build(post_processor=template("<s>", (8,), ("<s>",)))
    assert [one.replacement for one in of(TextRewrite, content) if one.stage == "post_processor"] == ["bad"]


def test_a_word_among_the_marks_is_told() -> None:
    content = build(marks=(*MARKS, added("good", 7)))
    assert [one.pattern for one in of(TextRewrite, content) if one.stage == "special token"] == ["good"]


@pytest.mark.parametrize("text", ["good", "never do this", "http://inert.invalid", " safe words "])
def test_words(text: str) -> None:
    assert plain_word(text)


@pytest.mark.parametrize(
    "text", ["<s>", "[MASK]", "en", "ace_Arab", "pad", "madeupword0000", "▁", "", "  ", "XXXX", "Ġthe"]
)
def test_marks(text: str) -> None:
    assert not plain_word(text)


PATTERNS = {
    r"a+": (1, 0), r"(a+)+": (2, 0), r"((a*)*)*": (3, 0), r"(?:a+b)*c": (2, 0), r"(a+)?": (1, 0), r"(a{2,3})+": (1, 3),
    r"[a+]+": (1, 0), r"[]+*]+": (1, 0), r"\(+a": (1, 0), r"(?>a+)+": (1, 0), r"(a++)+": (1, 0), r"a{5}": (0, 5),
    r"(a{2,})+": (2, 2), r"\p{L}+": (1, 0), r"(\p{L}+)+": (2, 0), r"a{,}": (0, 0), r"(a+|b)*": (2, 0), r"((": (0, 0),
    r"(?i:'s|'t|'re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+": (1, 3),
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t)?": (1, 0),
    r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}&&[^\p{Han}]]*[\p{Ll}&&[^\p{Han}]]+": (1, 0),
}  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_how_deep_repetitions_nest(pattern: str) -> None:
    assert regexes.measure(pattern) == PATTERNS[pattern]


@given(st.text(alphabet="ab()[]{}\\*+?,123|^p", max_size=40))
def test_no_pattern_breaks_the_measure(pattern: str) -> None:
    height, most = regexes.measure(pattern)
    assert height >= 0
    assert most >= 0


def test_a_long_pattern_takes_linear_time() -> None:
    assert regexes.measure("(" * 60_000)[0] == 0
    assert [unit for _, _, unit in regexes.claims("a" * 70_000)] == ["characters"]


def test_a_costly_pattern_is_told() -> None:
    assert [one.unit for one in of(ResourceClaim, build(pre_tokenizer=splitting("(a+)+")))] == ["nested repetitions"]
    assert of(ResourceClaim, build(normalizer=replacing("a+", "b", regex=True))) == []


def large(merges: str, before: str = "") -> bytes:
    return (
        '{"a": "' + "x" * WORTHWHILE + '", ' + before + '"model": {"merges": ' + merges + ', "vocab": {}}}'
    ).encode()


@pytest.mark.parametrize("merges", ['["a b", "c d"]', '[["a", "b"], ["\\u0120c", "\\"]"]]', '[ "a b" ]'])
def test_merges_are_taken_out_of_large_documents(merges: str) -> None:
    lean = json.loads(without_merges(large(merges)))
    assert lean["model"] == {"merges": [], "vocab": {}}
    assert len(lean["a"]) == WORTHWHILE


@pytest.mark.parametrize(
    "merges", ["[]", "[5]", '[["a"]]', '[["a", "b", "c"]]', '["a",]', '["a" "b"]', '["\\x"]', '{"a": "b"}']
)
def test_what_is_no_list_of_merges_stays(merges: str) -> None:
    assert without_merges(large(merges)) == large(merges)


def test_what_only_looks_like_merges_stays() -> None:
    text = json.dumps('x "merges": ["a b"] y')
    content = large("5", f'"b": {text}, ')
    assert json.loads(without_merges(content)) == json.loads(content)


def test_small_documents_stay_as_they_are() -> None:
    assert without_merges(b'{"merges": ["a b"]}') == b'{"merges": ["a b"]}'


HONEST = tokenizers.honest_named_json()


@given(st.integers(0, len(HONEST)), st.sampled_from([b"[", b"{}", b"5", b'"', b"null", b"-1", b""]))
def test_no_change_breaks_the_reader(at: int, piece: bytes) -> None:
    examined(HONEST[:at] + piece + HONEST[at + len(piece) :], "tokenizer.json")
    examined(HONEST[:at], "tokenizer.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.sampled_from(["", "a", "<s>", "Replace", "Sequence", "x.y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "pattern", "content", "id", "ids", "tokens", "decoders", "String"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["decoder", "normalizer", "post_processor", "pre_tokenizer", "added_tokens", "model"]))
def test_no_shape_breaks_the_reader(value: object, key: str) -> None:
    examined(build(**{key: value} if key != "model" else {"vocabulary": value}), "tokenizer.json")  # type: ignore[arg-type]
    examined(json.dumps({key: value, "decoder": value, "model": {"vocab": value}}).encode(), "tokenizer.json")
    for name in (
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.json",
        "added_tokens.json",
        "manifest.json",
    ):
        config = {
            "chat_template": value,
            "bos_token": value,
            "vocab_file": value,
            "added_tokens_decoder": value,
            "layers": value,
        }
        examined(json.dumps(value).encode(), name)
        examined(json.dumps(config).encode(), name)


def test_sizes_of_vocabularies_are_told_for_every_file() -> None:
    for name, content in (
        ("vocab.json", b'{"a": 0, "b": 1}'), ("vocab.txt", b"a\nb\n"), ("x.tiktoken", b"YQ== 0\nYg== 1\n"),
    ):  # fmt: skip
        seen = examined(content, name)
        assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
