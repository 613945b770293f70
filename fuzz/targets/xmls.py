"""XML documents and the nets in them."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("xml", "model.xml"),)

TARGET = Target(name="xmls", seeds=seeds.xml_texts, reads=_READS)
