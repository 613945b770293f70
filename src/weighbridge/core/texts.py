"""Facts about text that people, models and tokenizers read. Part of the vocabulary of facts."""

from __future__ import annotations

from weighbridge.core.facts import Fact
from weighbridge.core.values import value


@value
class HiddenText(Fact):
    """Text that a reader of the rendered page does not see: ``how`` is zero-width, bidi, tags, comment, style …

    ``text`` is what it says once it is made visible, shortened; ``count`` the characters concerned.
    """

    how: str
    text: str
    count: int = 1


@value
class Instruction(Fact):
    """Text that gives orders to a model, an agent or a hurried reader: ``kind`` names the pattern, ``text`` quotes it.

    ``carrier`` says where it stands (README, tool description, metadata …), ``hidden`` whether a reader sees it.
    """

    kind: str
    carrier: str
    text: str
    hidden: bool = False


@value
class Secret(Fact):
    """A credential: ``kind`` names its issuer, ``shown`` is a mask that gives nothing away.

    ``proof`` says what speaks for it beside its shape: checksum, entropy, context; empty for shape alone.
    """

    kind: str
    shown: str
    proof: str = ""


@value
class TextRewrite(Fact):
    """A tokenizer replaces or inserts text; ``stage`` is normalizer, pre_tokenizer, post_processor, decoder …"""

    stage: str
    pattern: str
    replacement: str


@value
class ActiveContent(Fact):
    """A document for people acts when it is opened: ``what`` names the script, remote include, form …"""

    document: str
    what: str
    excerpt: str


@value
class UnsafeTag(Fact):
    """YAML asks its loader to construct something else than plain data: ``tag`` is the resolved tag."""

    tag: str
    key: str


@value
class WeightAnomaly(Fact):
    """Values of a tensor are not like weights: ``kind`` is low_bits, not_finite or payload, ``detail`` has figures."""

    kind: str
    tensor: str
    detail: str


@value
class MisleadingName(Fact):
    """A file's name shows people something else than systems read: ``how`` is direction, unseen, look-alike, double,
    blank, or shadow for a module called like a package that others import.

    ``shown`` is the name with what hides made visible, ``kind`` the extension that counts.
    """

    how: str
    shown: str
    kind: str
