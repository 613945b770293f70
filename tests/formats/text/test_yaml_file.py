"""YAML files: recognised by name, or by structure together with a sign that prose does not have."""

from __future__ import annotations

import pytest

from tests.builders import configs
from tests.formats.config.reading import items
from tests.museum.exhibit import Verdict, verdict
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import UnsafeTag
from weighbridge.formats.sniff import sniff


def is_yaml(content: bytes, name: str = "file") -> bool:
    return "yaml" in sniff(BytesSource(content), name).formats


@pytest.mark.parametrize(
    "content",
    [configs.python_tag_named_yaml(), configs.hydra_system_named_yaml(), configs.mlmodel(),
     b"# c\n---\na: !!python/x 1", b"!!python/object/apply:os.system [x]", b"- !!python/x 1",
     b"{a: !!python/x 1}", b"- _target_: x\n"],
)  # fmt: skip
def test_a_configuration_without_its_ending(content: bytes) -> None:
    assert is_yaml(content)


@pytest.mark.parametrize(
    "content",
    [b"Settings need no `!!python/object` tags.\n", b"# How _target_: works\n\nSome prose: it is text.\n",
     b"name: value\n", b"def f(): return '_target_:'\n", b"<html>trust_remote_code: true</html>",
     b"", b"# !!python/x\n"],
)  # fmt: skip
def test_prose_and_plain_text_stay_text(content: bytes) -> None:
    assert not is_yaml(content)
    assert is_yaml(content, "a.YAML") == bool(content)


def test_every_document_is_looked_at_and_a_break_takes_nothing_back() -> None:
    text = b"_target_: a.B\n---\n_target_: c.D\n---\nx: !!python/x 1\n---\n]: [\n"
    with pytest.raises(Malformed):
        items(text, "a.yaml", "yaml")
    whole = items(text[:-6], "a.yaml", "yaml")
    assert [one.name for one in whole if isinstance(one, ConfiguredCall)] == ["B", "D"]
    assert [one.key for one in whole if isinstance(one, UnsafeTag)] == ["x"]


def test_a_long_text_is_a_gap() -> None:
    assert isinstance(items(b"a: 1\n", "a.yaml", "yaml", Limits(source_bytes=3))[1], Gap)


BEARING = (
    "_target_: x",
    '"_target_" : x',
    "a: !!pyth%6fn/x 1",
    "a: !new:os.system [x]",
    "a: !<tag:yaml.org,2002:python/x> 1",
)


@pytest.mark.parametrize("line", BEARING)
@pytest.mark.parametrize("before", ["# c\n", "# " + "x" * 9_000 + "\n", "key: 1\n" * 2_000, "? 1\n: 2\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sign_counts_wherever_it_stands(line: str, before: str, encoding: str) -> None:
    found = sniff(BytesSource((before + line + "\n").encode(encoding)), "params").formats
    assert {"yaml", "yaml.bare"} & set(found)


def test_what_only_may_be_yaml_is_some_other_text() -> None:
    """A log with such a line is no gap; what its documents say before it breaks off is told."""
    log = b"start: 1\n" * 900 + b"_target_: x\n[1] a: b: c\n"
    assert "yaml.bare" in sniff(BytesSource(log), "train.log").formats
    assert verdict(log, "train.log") is Verdict.CLEAN
    assert verdict(b"a: !!pyth%6fn/object/apply:os.system [x]\n---\n" + log, "train.log") is Verdict.MALICIOUS


def test_settings_in_the_examples_of_prose_are_no_gap() -> None:
    card = b"---\nlicense: mit\n---\n# X\n\n```yaml\nmodel:\n  _target_: torch.nn.Linear\n```\n"
    assert verdict(card, "README.md") is Verdict.CLEAN
    assert verdict(card, "settings.yaml") is Verdict.INCONCLUSIVE


def test_many_signs_that_prove_nothing_are_searched_in_linear_time() -> None:
    assert "yaml.bare" not in sniff(BytesSource(b"a: 1\n" + b"!" * (1 << 20) + b"\n%41" * 1000), "x").formats
