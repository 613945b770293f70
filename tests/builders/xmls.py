"""XML documents: honest ones, and one for each thing that a document type can do to its reader. Nothing is fetched."""

from __future__ import annotations


def document(body: str, doctype: str = "") -> bytes:
    """A document with its declaration."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{doctype}{body}'.encode()


def plain() -> bytes:
    """No document type at all."""
    return document('<a xmlns="urn:inert"><b c="1">text</b></a>')


def honest_entity() -> bytes:
    """An entity that abbreviates a name, as drawing programs write it."""
    return document('<a b="&ns;">&ns;</a>', '<!DOCTYPE a [<!ENTITY ns "urn:inert">]>')


def external_file(root: str = "a") -> bytes:
    """OTH-15: an entity that stands for a file of the machine."""
    return document(f"<{root}>&x;</{root}>", f'<!DOCTYPE {root} [<!ENTITY x SYSTEM "file:///inert/absent">]>')


def external_address() -> bytes:
    """An entity that stands for an address."""
    return document("<a>&x;</a>", '<!DOCTYPE a [<!ENTITY x SYSTEM "http://inert.invalid/x">]>')


def laughs(levels: int = 9, root: str = "a") -> bytes:
    """Entities that unfold to ten times the last, level by level."""
    declared = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(levels))
    return document(f"<{root}>&e{levels};</{root}>", f'<!DOCTYPE {root} [<!ENTITY e0 "ha">{declared}]>')


def circle() -> bytes:
    """Two entities that contain each other."""
    return document("<a/>", '<!DOCTYPE a [<!ENTITY x "&y;"><!ENTITY y "&x;">]>')


def deep(depth: int = 400) -> bytes:
    """Elements within elements."""
    return document("<a>" * depth + "</a>" * depth)
