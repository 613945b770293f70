"""The vocabulary of facts: neutral, typed, located statements about bytes. Parsers yield them, rules read them.

A fact says what is there, never whether it is bad. Names are the field's: pickle facts follow ``pickletools``, archive
facts follow APPNOTE.TXT (zip) and POSIX.1 (tar). ``VOCABULARY`` grows with every change of meaning.
"""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.location import Location
from weighbridge.core.values import value

VOCABULARY = 1


@value
class Fact:
    """A statement about the bytes at ``at``."""

    at: Location


@value
class Identity(Fact):
    """The bytes are a ``format`` (``pickle``, ``torch.zip``, ``numpy.npz`` …), by structure and not by name."""

    format: str


# -- pickle ------------------------------------------------------------------------------------------------------


@value
class GlobalReference(Fact):
    """The stream resolves ``module.name``; ``written`` is the spelling in the stream when the loader maps it.

    ``opcode`` is GLOBAL, STACK_GLOBAL or INST, or getattr where the stream takes an attribute of a name by a constant;
    ``count`` tells how often the stream does it; ``called`` whether a call on it was seen, so that rules on calls need
    not be repeated by rules on references; ``only`` names the loader that does it where others do not.
    """

    module: str
    name: str
    opcode: str
    written: str = ""
    count: int = 1
    called: bool = False
    only: str = ""


@value
class UnresolvedName(Fact):
    """A name is computed by the stream itself, so that no reader can know it: ``module`` or ``name`` is empty."""

    opcode: str
    module: str
    name: str


class Origin(StrEnum):
    """Where a callable or the target of a mutation comes from."""

    GLOBAL = "global"
    """A name resolved by the stream: ``module`` and ``name`` are set."""
    RESULT = "result"
    """What a call of ``module.name`` returned."""
    PERSISTENT = "persistent"
    """What the loader makes of a persistent id."""
    DATA = "data"
    """Plain data or a container built in the stream."""
    UNKNOWN = "unknown"
    """Cannot be known."""


@value
class Argument:
    """One argument or state of a call as far as it is known.

    ``kind`` is one of none bool int float str bytes list tuple dict set frozenset global object persid unknown.
    ``text`` is a literal for people and for ``=`` contracts: shortened, a dotted name for globals and objects.
    ``items`` holds the elements of a tuple and the known elements of a list, ``number`` the value of an int.
    """

    kind: str
    text: str = ""
    number: int | None = None
    items: tuple[Argument, ...] = ()
    truncated: bool = False


@value
class Call(Fact):
    """The stream calls something while it is loaded.

    ``opcode`` is REDUCE, INST, OBJ, NEWOBJ or NEWOBJ_EX. ``arguments`` are positional, ``keywords`` whether
    NEWOBJ_EX passes any. Calls of the same callable with arguments of the same kinds are counted, not repeated.
    """

    opcode: str
    origin: Origin
    module: str
    name: str
    arguments: tuple[Argument, ...]
    keywords: tuple[str, ...] = ()
    count: int = 1
    only: str = ""


@value
class StateChange(Fact):
    """BUILD sets the state of an object: ``__setstate__`` if it has one, else its ``__dict__`` and slots.

    ``origin``, ``module`` and ``name`` tell what the target is or which call made it. ``dunder_keys`` are keys of
    the state that are dunder names; ``repeated`` tells that the same object was built before.
    """

    origin: Origin
    module: str
    name: str
    state: Argument
    dunder_keys: tuple[str, ...] = ()
    repeated: bool = False
    count: int = 1


@value
class ItemChange(Fact):
    """SETITEM(S), APPEND(S) or ADDITEMS on what is not a container built in the stream: calls its methods."""

    opcode: str
    origin: Origin
    module: str
    name: str
    keys: tuple[str, ...] = ()
    count: int = 1


@value
class ExtensionCode(Fact):
    """EXT1, EXT2 or EXT4: the name comes from the ``copyreg`` registry of whoever loads the file."""

    code: int


@value
class PersistentId(Fact):
    """PERSID or BINPERSID hands ``value`` to the loader; ``known`` when the enclosing format defines its meaning."""

    value: Argument
    known: bool = False
    count: int = 1


@value
class OutOfBandBuffer(Fact):
    """NEXT_BUFFER: the loader must supply a buffer (PEP 574)."""

    count: int = 1


@value
class LoaderDisagreement(Fact):
    """The C unpickler, the Python unpickler or ``pickletools`` read these bytes differently.

    ``benign`` where honest writers are known to do it: Python 2 strings beyond ASCII.
    """

    what: str
    benign: bool = False


@value
class StreamBreak(Fact):
    """The stream ends in an error after ``calls`` calls; what ran before the break has run."""

    reason: str
    calls: int
    names: int


@value
class Statement(Fact):
    """One line of the decompiled program, for people."""

    text: str


# -- content hidden in content ------------------------------------------------------------------------------------


@value
class EmbeddedPayload(Fact):
    """A constant or region holds something of its own: ``what`` (pickle, zip, gzip, python source, url, command …).

    ``encoding`` is how it is wrapped: raw, base64, hex, zlib …; ``excerpt`` is shortened for people.
    """

    what: str
    encoding: str
    excerpt: str


@value
class TrailingData(Fact):
    """Bytes that no reader of the format needs; ``where`` is ``tail``, ``gap``, ``prefix`` or ``comment`` (words)."""

    where: str
    zero: bool
    after: str


@value
class Identities(Fact):
    """The same bytes are valid as more than one format."""

    formats: tuple[str, ...]


@value
class NameMismatch(Fact):
    """The extension promises one of ``promised``, the content is ``found``."""

    extension: str
    promised: tuple[str, ...]
    found: str


@value
class NativeCode(Fact):
    """A native executable or library: ``format`` is ELF, PE or Mach-O, its header is consistent."""

    format: str
    where: str


# -- containers ---------------------------------------------------------------------------------------------------


class Oddity(StrEnum):
    """What can be odd about a container."""

    DUPLICATE_NAME = "duplicate_name"
    CASE_COLLISION = "case_collision"
    HEADER_MISMATCH = "header_mismatch"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    FALSE_ENCRYPTION_FLAG = "false_encryption_flag"
    ENCRYPTED = "encrypted"
    PATH_ESCAPE = "path_escape"
    LINK = "link"
    LINK_ESCAPE = "link_escape"
    SPECIAL_FILE = "special_file"
    OVERLAP = "overlap"
    HIDDEN_MEMBER = "hidden_member"
    SECOND_DIRECTORY = "second_directory"
    COMMENT = "comment"
    NAME_OVERRIDE = "name_override"
    BAD_HEADER = "bad_header"


@value
class ContainerOddity(Fact):
    """A container says two things at once or points outside itself; ``member`` is the entry concerned."""

    container: str
    kind: Oddity
    member: str
    detail: str


@value
class BrokenClaim(Fact):
    """The bytes are not those that the store of the file lists, or that a signature is over; ``detail`` says how."""

    detail: str


@value
class ResourceClaim(Fact):
    """The bytes claim more than they hold or than ``limit`` allows: ``what`` in units of ``unit``."""

    what: str
    claimed: int
    limit: int
    unit: str


# -- tensors ------------------------------------------------------------------------------------------------------


@value
class TensorDecl(Fact):
    """A tensor of ``dtype`` and ``shape``; ``at`` spans its bytes where the format says so."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@value
class MetadataEntry(Fact):
    """A key and its value in a metadata table."""

    key: str
    text: str


@value
class Inconsistency(Fact):
    """Two statements of a format contradict each other: sizes, shapes, offsets, keys.

    ``memory`` when a native reader that trusts one of them reads or writes outside its buffer.
    """

    what: str
    detail: str
    memory: bool = False
