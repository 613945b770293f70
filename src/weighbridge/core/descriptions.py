"""Facts about what people and programs have written about a model: cards, configurations, licences.

Part of the vocabulary of facts, like ``core/facts.py``; apart from it, because a scan of a pickle needs none of these.
"""

from __future__ import annotations

from weighbridge.core.facts import Fact
from weighbridge.core.values import value


@value
class DocumentValue(Fact):
    """A plain value in a configuration of a model or in the front matter of a card.

    ``document`` is ``card``, ``config``, ``index`` (of shards), ``evaluation`` or ``croissant`` (of a data set),
    ``pointer`` its place in the document (RFC 6901), ``kind`` one of str, int, float, bool and null, ``text`` what it
    says, shortened where it is long.
    """

    document: str
    pointer: str
    kind: str
    text: str


@value
class DocumentSection(Fact):
    """A section of a card: its heading as written and the beginning of its text, without what lies in subsections."""

    heading: str
    text: str


@value
class LicenseText(Fact):
    """The file is the text of a licence: ``expression`` is its SPDX identifier, empty for one without, ``name`` its
    own name for itself.
    """

    expression: str
    name: str
