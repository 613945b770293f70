"""GGUF: honest files say nothing but what they hold; each lie is a fact of its own, and nothing breaks the reader."""

from __future__ import annotations

import struct
import time
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ggufs
from tests.builders.ggufs import Pair, Tensor, array, common, encode, one_tensor, pair, vocabulary, with_pairs
from tests.effort import is_quick
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim, TensorDecl, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Reference
from weighbridge.core.report import Verdict
from weighbridge.core.source import BytesSource
from weighbridge.formats.gguf import extract as gguf
from weighbridge.formats.node import Bench, Node


def read(content: bytes, name: str = "model.gguf", limits: Limits | None = None) -> tuple[list[Any], Exception | None]:
    """Everything the reader yields, and what it raised at the end."""
    bench = Bench(limits or Limits(), Meter(limits or Limits()))
    found: list[Any] = []
    try:
        for item in gguf.extract(BytesSource(content), Node(name=name), bench):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, content: bytes) -> list[Any]:
    return [item for item in read(content)[0] if isinstance(item, kind)]


def whats(content: bytes) -> list[tuple[str, bool]]:
    return [(fact.what, fact.memory) for fact in of(Inconsistency, content)]


HONEST = {
    "plain": ggufs.honest,
    "templated": ggufs.honest_named_gguf,
    "version 1": partial(encode, version=1),
    "version 2": partial(encode, version=2),
    "big-endian": partial(encode, order=">"),
    "no tensors": partial(encode, tensors=()),
    "nothing at all": partial(encode, (), ()),
}


@pytest.mark.parametrize("make", HONEST.values(), ids=HONEST)
def test_honest_files_are_sound(make: Any) -> None:
    found, error = read(make())
    assert error is None
    assert all(isinstance(item, Identity | TensorDecl | MetadataEntry) for item in found), found


def test_what_is_declared_is_told() -> None:
    content = encode(tensors=[Tensor(name=b"a", shape=(32, 3), kind=8)])
    (tensor,) = of(TensorDecl, content)
    assert (tensor.name, tensor.dtype, tensor.shape) == ("a", "Q8_0", (32, 3))
    assert (
        content[tensor.at.offset : tensor.at.offset + tensor.at.length]
        == Tensor(name=b"a", shape=(32, 3), kind=8).contents()
    )
    entries = {entry.key: entry.text for entry in of(MetadataEntry, content)}
    assert entries["general.architecture"] == "llama"
    assert entries["llama.block_count"] == "1"


def test_the_digest_of_a_template_is_told_under_its_role() -> None:
    keys = {entry.key for entry in of(MetadataEntry, ggufs.templated("x", "tokenizer.chat_template.rag"))}
    assert "chat_template.rag.sha256" in keys
    assert "chat_template.sha256" in {entry.key for entry in of(MetadataEntry, ggufs.templated("x"))}


def test_the_base_model_is_a_reference() -> None:
    key = "general.base_model.0.repo_url"
    (reference,) = of(Reference, with_pairs(pair(key, ggufs.STRING, "https://huggingface.co/org/base")))
    assert (reference.relation, reference.target, reference.when) == (
        "base_model", "https://huggingface.co/org/base", None,
    )  # fmt: skip


LIES: dict[str, tuple[bytes, tuple[str, bool]]] = {
    "empty key": (with_pairs(pair("", ggufs.U8, 1)), ("key", False)),
    "blank in a key": (with_pairs(pair("a b", ggufs.U8, 1)), ("key", False)),
    "truth value": (with_pairs(pair("a", ggufs.BOOL, 7)), ("truth value", False)),
    "three dimensions too many": (one_tensor(shape=(1,) * 7), ("dimensions", True)),
    "size overflows": (one_tensor(shape=(1 << 62,)), ("overflow", True)),
    "product overflows": (one_tensor(shape=(1 << 40, 1 << 40)), ("overflow", True)),
    "half a block": (one_tensor(shape=(33, 2), kind=8), ("block size", False)),
    "offset between": (one_tensor(offset=4), ("offset", False)),
    "nul in a name": (one_tensor(name=b"a\0b"), ("tensor name", False)),
    "element too narrow": (
        encode([*common(), array("tokenizer.ggml.tokens", 8, ["a"]), array("tokenizer.ggml.scores", ggufs.U16, [1])]),
        ("metadata type", True),
    ),
    "element as wide": (
        encode([*common(), array("tokenizer.ggml.tokens", 8, ["a"]), array("tokenizer.ggml.scores", ggufs.U32, [1])]),
        ("metadata type", False),
    ),
    "kind of token": (encode([*common(), *vocabulary(kinds=(9, 3, 3, 6, 6, 1, 1))]), ("token type", False)),
    "character map": (
        encode([*common(), *vocabulary(), array("tokenizer.ggml.precompiled_charsmap", ggufs.U8, [255] * 8)]),
        ("character map", True),
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_told_once(name: str) -> None:
    content, told = LIES[name]
    assert told in whats(content)


def test_what_repeats_is_counted() -> None:
    pairs = [pair(f"a {number}", ggufs.U8, 1) for number in range(50)]
    told = [fact.detail for fact in of(Inconsistency, with_pairs(*pairs))]
    assert len(told) == 9
    assert told[-1] == "42 more"


def test_a_broken_download_is_no_lie_about_memory_while_the_header_is_cut() -> None:
    content = ggufs.honest_named_gguf()
    found, error = read(content[:300])
    assert isinstance(error, Malformed)
    assert [fact.memory for fact in found if isinstance(fact, Inconsistency)] == [False]


def test_counts_are_held_against_the_file() -> None:
    found, error = read(encode(counts=(1 << 60, None)))
    assert isinstance(error, Malformed)
    assert any(isinstance(item, ResourceClaim) and item.claimed == 1 << 60 for item in found)


@pytest.mark.parametrize("version", [0, 4, 1 << 16, 0x04000000])
def test_an_unknown_version_is_a_break(version: int) -> None:
    assert isinstance(read(encode(version=version))[1], Malformed)


def test_another_magic_is_a_break() -> None:
    assert isinstance(read(b"GGUX" + bytes(40))[1], Malformed)
    assert isinstance(read(b"GGUF\x03")[1], Malformed)


def test_padding_is_zero_or_told() -> None:
    tensors = [Tensor(name=b"a", shape=(1,)), Tensor(name=b"b", shape=(8,))]
    honest = encode(tensors=tensors)
    assert of(TrailingData, honest) == []
    at = len(honest) - 64 + 10
    spoilt = honest[:at] + b"INERT" + honest[at + 5 :]
    (told,) = of(TrailingData, spoilt)
    assert (told.where, told.zero) == ("gap", False)


def test_an_unknown_tensor_type_is_a_gap() -> None:
    (gap,) = of(Gap, one_tensor(kind=200))
    assert "200" in gap.reason


def test_texts_of_every_array_are_looked_at() -> None:
    import base64

    from tests.builders.pickles.gadgets import posix_system

    hidden = base64.b64encode(posix_system() + bytes(60)).decode()
    for one in (array("a.texts", ggufs.STRING, ["x", hidden]), pair("a.text", ggufs.STRING, hidden)):
        seen = examined(with_pairs(one), "model.gguf")
        assert verdict_of(seen.findings, seen.gaps) is Verdict.MALICIOUS


def test_a_tokenizer_in_one_string_is_a_child() -> None:
    from tests.builders import tokenizers

    bad = tokenizers.rewriting_decoder_named_json()
    seen = examined(with_pairs(pair("tokenizer.huggingface.json", ggufs.STRING, bad)), "model.gguf")
    assert {one.rule for one in seen.findings} == {"HID211"}


def test_too_many_templates_are_a_gap() -> None:
    texts = ["{{ x }}" * 20_000] * 20
    reasons = [gap.reason for gap in of(Gap, with_pairs(array("tokenizer.chat_template", ggufs.STRING, texts)))]
    assert any("too many templates" in reason for reason in reasons)


def test_a_large_vocabulary_takes_no_time() -> None:
    tokens = [f"token number {number}" for number in range(200_000)]
    content = encode([*common(), *vocabulary(tokens, [1] * len(tokens)), array("tokenizer.ggml.merges", 8, tokens)])
    begun = time.process_time()
    assert whats(content) == []
    assert is_quick(time.process_time() - begun, 2)


def test_deep_arrays_need_no_stack() -> None:
    assert ("nested arrays", False) in whats(ggufs.nested(100_000))


def test_many_elements_of_nothing_stay_cheap() -> None:
    value = struct.pack("<IQ", ggufs.ARRAY, 100_000) + struct.pack("<IQ", ggufs.U8, 0) * 100_000
    assert read(with_pairs(Pair(key=b"x", kind=ggufs.ARRAY, value=value)))[1] is None


WHOLE = ggufs.templated(ggufs.CHATML)


@given(st.integers(4, len(WHOLE)))
def test_a_truncated_file_breaks_no_reader_and_is_never_clean(length: int) -> None:
    seen = examined(WHOLE[:length], "model.gguf")
    if length < len(WHOLE):
        assert verdict_of(seen.findings, seen.gaps) is not Verdict.CLEAN


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=9))
def test_a_spoilt_file_breaks_no_reader(at: int, piece: bytes) -> None:
    examined(WHOLE[:at] + piece + WHOLE[at + len(piece) :], "model.gguf")


@given(st.integers(0, 4), st.integers(0, 1 << 64).filter(lambda number: number < 1 << 64))
def test_no_number_of_the_header_breaks_a_reader(field: int, number: int) -> None:
    content = bytearray(WHOLE)
    at = (8, 16, 24, 24 + 8 + 20 + 4, len(WHOLE) - 1200)[field]
    content[at : at + 8] = struct.pack("<Q", number)
    examined(bytes(content), "model.gguf")
