"""References: what people write, and what it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import Ref, is_commit, is_outside, is_sha256, parse

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model.pt", Ref(scheme="", name="model.pt")),
        ("./a://b", Ref(scheme="", name="./a://b")),
        ("hf://org/name", Ref(scheme="hf", name="org/name")),
        ("HF://org/name@main", Ref(scheme="hf", name="org/name", revision="main")),
        (
            "hf://org/name@refs%2Fpr%2F1/a/b.bin",
            Ref(scheme="hf", name="org/name", revision="refs/pr/1", path="a/b.bin"),
        ),
        ("hf://datasets/org/name", Ref(scheme="hf", name="datasets/org/name")),
        ("oci://localhost:5000/a/b", Ref(scheme="oci", name="localhost:5000/a/b", revision="latest")),
        ("oci://localhost:5000/a/b:v1", Ref(scheme="oci", name="localhost:5000/a/b", revision="v1")),
        (f"oci://host/a@{DIGEST}", Ref(scheme="oci", name="host/a", revision=DIGEST)),
        ("ollama://llama3", Ref(scheme="ollama", name="llama3", revision="latest")),
        ("s3://bucket/folder/", Ref(scheme="s3", name="bucket/folder/")),
    ],
)
def test_what_is_written_names_this(text: str, expected: Ref) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["hf://", "hf://name", "hf://org/", "hf://org/name@", "hf://org/name@a@b", "hf://org/name/../../etc", "oci://:tag",
     "oci://host/a@md5:00", "hf://org/na\x1bme", "hf:///"],
)  # fmt: skip
def test_what_names_nothing_is_an_error_with_words(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


_NAME = st.text("abcXYZ019-_.", min_size=1, max_size=8).filter(lambda text: text not in {".", ".."})


@given(
    scheme=st.sampled_from(["hf", "modelscope"]), parts=st.tuples(_NAME, _NAME),
    revision=st.text("abc/019", max_size=6), path=st.lists(_NAME, max_size=3),
)  # fmt: skip
def test_written_out_and_read_again_it_is_the_same(
    scheme: str, parts: tuple[str, str], revision: str, path: list[str]
) -> None:
    ref = Ref(scheme=scheme, name="/".join(parts), revision=revision, path="/".join(path))
    if parts[0] not in {"datasets", "spaces"}:
        assert parse(str(ref)) == ref


@given(name=_NAME, tag=_NAME | st.just(DIGEST), scheme=st.sampled_from(["oci", "ollama"]))
def test_tags_and_digests_survive_too(name: str, tag: str, scheme: str) -> None:
    ref = Ref(scheme=scheme, name=f"host:5000/{name}", revision=tag)
    assert parse(str(ref)) == ref


def test_what_counts_as_an_identity() -> None:
    assert is_commit("0" * 40)
    assert not is_commit("0" * 39)
    assert not is_commit("A" * 40)
    assert is_sha256("f" * 64)
    assert not is_sha256("g" * 64)
    assert is_outside("../a")
    assert is_outside("/a")
    assert is_outside("a/../../b")
    assert not is_outside("a/..b")
