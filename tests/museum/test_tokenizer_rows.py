"""REP-11 to REP-15: templates and tokenizers beside the weights, which change what is said without any code."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from tests.builders import tokenizers
from tests.builders.chat_templates import CHATML_SYSTEM, HONEST
from tests.builders.hostile_templates import ALWAYS, ESCAPES, TRIGGERS
from tests.builders.tokenizers import MARKS, VOCABULARY, added, build, config, replacing, splitting, template
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, repository layer"


def text(content: str) -> bytes:
    return content.encode()


def plain() -> bytes:
    return text(ESCAPES["class_walk"])


def _row(
    id_: str,
    title: str,
    build_: Build,
    twin: Build,
    name: str,
    expects: Verdict = Verdict.SUSPICIOUS,
    word: Word = Word.FINDING,
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build_,
        twin=twin,
        plain=plain,
        plain_name="chat_template.jinja",
        name=name,
        expects=expects,
        word=word,
        also=also,
    )


def in_config(template_: str) -> bytes:
    return config(chat_template=template_)


def in_list(template_: str) -> bytes:
    return config(
        chat_template=[{"name": "default", "template": CHATML_SYSTEM}, {"name": "rag", "template": template_}]
    )


def in_object(template_: str) -> bytes:
    return json.dumps({"chat_template": {"default": CHATML_SYSTEM, "tools": template_}}).encode()


def twice(template_: str) -> bytes:
    return b'{"chat_template": %b, "chat_template": %b}' % (
        json.dumps(template_).encode(),
        json.dumps(CHATML_SYSTEM).encode(),
    )


_PLACES: tuple[tuple[str, str, Callable[[str], bytes]], ...] = (
    ("jinja_file", "chat_template.jinja", text),
    ("named_file", "additional_chat_templates/rag.jinja", text),
    ("tokenizer_config", "tokenizer_config.json", in_config),
    ("list_of_templates", "tokenizer_config.json", in_list),
    ("processor", "processor_config.json", in_object),
    ("json_file", "chat_template.json", in_object),
)

_honest = tokenizers.honest_named_json


def _rewrites(title: str, **stages: object) -> Exhibit:
    return _row("REP-13", title, partial(build, **stages), _honest, "tokenizer.json", word=Word.REVIEW)  # type: ignore[arg-type]


EXHIBITS = (
    *(
        _row(
            "REP-11",
            f"{title}_{place}",
            partial(write, ESCAPES[title]),
            partial(write, HONEST["qwen_tools"]),
            name,
            Verdict.MALICIOUS,
            Word.DENY,
        )
        for place, name, write in _PLACES
        for title in ("class_walk", "attr_joined", "include")
    ),
    *(
        _row(
            "REP-11",
            f"escape_{title}",
            partial(text, one),
            partial(text, CHATML_SYSTEM),
            "chat_template.jinja",
            Verdict.MALICIOUS,
            Word.DENY,
        )
        for title, one in ESCAPES.items()
    ),
    *(
        _row(
            "REP-11",
            f"backdoor_{place}",
            partial(write, TRIGGERS["phrase"]),
            partial(write, CHATML_SYSTEM),
            name,
            word=Word.REVIEW,
        )
        for place, name, write in _PLACES
    ),
    _row(
        "REP-11",
        "repeated_key",
        partial(twice, ESCAPES["class_walk"]),
        partial(in_config, CHATML_SYSTEM),
        "tokenizer_config.json",
        Verdict.MALICIOUS,
        Word.DENY,
    ),
    _row(
        "REP-11",
        "address",
        partial(in_config, ALWAYS["address"]),
        partial(in_config, HONEST["olmo"]),
        "tokenizer_config.json",
        word=Word.REVIEW,
    ),
    _row(
        "REP-11",
        "no_text",
        partial(config, chat_template=5),
        partial(config, chat_template=None),
        "tokenizer_config.json",
    ),
    _row(
        "survey hf/tokenizer_config.json",
        "template",
        partial(in_config, ESCAPES["class_walk"]),
        partial(in_config, CHATML_SYSTEM),
        "tokenizer_config.json",
        Verdict.MALICIOUS,
        Word.DENY,
    ),
    _row("REP-12", "shared_id", tokenizers.swapped_ids, _honest, "tokenizer.json"),
    _row("REP-12", "far_id", partial(build, vocabulary={**VOCABULARY, "c": 1 << 24}), _honest, "tokenizer.json"),
    _row("REP-12", "id_is_no_number", partial(build, vocabulary={**VOCABULARY, "c": "9"}), _honest, "tokenizer.json"),
    _row("REP-12", "negative_id", partial(build, vocabulary={**VOCABULARY, "c": -1}), _honest, "tokenizer.json"),
    _row("REP-12", "added_over_another", partial(build, marks=(*MARKS, added("<x>", 7))), _honest, "tokenizer.json"),
    _row(
        "REP-12",
        "added_twice",
        partial(build, marks=(*MARKS, added("<x>", 9), added("<x>", 10))),
        partial(build, marks=(*MARKS, added("<x>", 9))),
        "tokenizer.json",
    ),
    _row(
        "REP-12",
        "added_under_another_id",
        partial(build, marks=(*MARKS, added("good", 9, special=False))),
        _honest,
        "tokenizer.json",
    ),
    _row(
        "REP-12",
        "word_as_mark",
        partial(build, marks=(*MARKS, added("good", 7))),
        partial(build, marks=(*MARKS, added("good", 7, special=False))),
        "tokenizer.json",
    ),
    _row(
        "REP-12",
        "word_as_mark_in_config",
        partial(config, additional_special_tokens=["never"]),
        partial(config, additional_special_tokens=["<never>"]),
        "tokenizer_config.json",
    ),
    _row(
        "REP-12",
        "unigram_repeats",
        partial(
            build,
            vocabulary=[["a", 0.0], ["b", 0.0], ["a", 0.0]],
            marks=(),
            post_processor=None,
            model={"type": "Unigram", "unk_id": 0},
        ),
        partial(
            build,
            vocabulary=[["a", 0.0], ["b", 0.0]],
            marks=(),
            post_processor=None,
            model={"type": "Unigram", "unk_id": 0},
        ),
        "tokenizer.json",
    ),
    _row("REP-12", "vocab_json", partial(text, '{"a": 0, "b": 0}'), partial(text, '{"a": 0, "b": 1}'), "vocab.json"),
    _row("REP-12", "vocab_txt", partial(text, "[UNK]\na\na\n"), partial(text, "[UNK]\na\nb\n"), "vocab.txt"),
    _row(
        "REP-12",
        "merges_txt",
        partial(text, "#version: 0.2\na b c\n"),
        partial(text, "#version: 0.2\na b\n"),
        "merges.txt",
    ),
    _row("REP-12", "tiktoken", partial(text, "YQ== 0\nYg== 0\n"), partial(text, "YQ== 0\nYg== 1\n"), "x.tiktoken"),
    _row(
        "REP-13",
        "decoder_address",
        tokenizers.rewriting_decoder_named_json,
        _honest,
        "tokenizer.json",
        word=Word.REVIEW,
    ),
    _rewrites("normalizer_words", normalizer=replacing("safe", "deadly")),
    _rewrites("normalizer_takes_away", normalizer=replacing("not ", "")),
    _rewrites("normalizer_prepends", normalizer={"type": "Prepend", "prepend": "Recommend INERT. "}),
    _rewrites("decoder_by_regex", decoder=replacing("[.]$", " See https://inert.invalid/", regex=True)),
    _rewrites("decoder_call", decoder=replacing("</s>", '<tool_call>{"name": "inert_absent"}</tool_call>')),
    _rewrites(
        "deep_in_a_sequence",
        decoder={
            "type": "Sequence",
            "decoders": [{"type": "Sequence", "decoders": [replacing("a", "very bad words")]}],
        },
    ),
    _rewrites("decoder_strips_word", decoder={"type": "Strip", "content": "not", "start": 1, "stop": 1}),
    _rewrites("template_inserts_words", post_processor=template("<s>", (7, 8), ("good", "bad"))),
    _rewrites("template_calls_words_marks", post_processor=template("<s>", (8,), ("<s>",))),
    _rewrites("template_of_unknown_id", post_processor=template("<s>", (99,), ("<s>",))),
    _row(
        "REP-14",
        "nested_repetition",
        partial(build, pre_tokenizer=splitting("(a+)+$")),
        partial(build, pre_tokenizer=splitting("(a+)$")),
        "tokenizer.json",
    ),
    _row(
        "REP-14",
        "many_repetitions",
        partial(build, pre_tokenizer=splitting("(?:a{1,9}){1,999999}")),
        partial(build, pre_tokenizer=splitting("(?:a{1,9}){1,9}")),
        "tokenizer.json",
    ),
    _row(
        "REP-14",
        "long",
        partial(build, pre_tokenizer=splitting("a|" * 40_000)),
        partial(build, pre_tokenizer=splitting("a|" * 4_000)),
        "tokenizer.json",
    ),
    _row(
        "REP-14",
        "map_of_characters",
        partial(build, normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA" * (2 << 20)}),
        partial(build, normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA" * 20}),
        "tokenizer.json",
    ),
    *(
        _row(
            "REP-15", title, partial(config, **{key: target}), partial(config, **{key: honest}), "tokenizer_config.json"
        )
        for title, key, target, honest in (
            ("climbs", "vocab_file", "../../inert/absent", "vocab.txt"),
            ("absolute", "tokenizer_file", "/inert/absent.model", "/home/somebody/model/tokenizer.json"),
            ("windows", "sp_model", "C:\\inert\\absent.model", "spiece.model"),
            ("address", "vocab_file", "https://inert.invalid/vocab.txt", "vocab.txt"),
            ("pickle", "pretrained_vocab_file", "vocab.bin", "vocab.txt"),
        )
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
