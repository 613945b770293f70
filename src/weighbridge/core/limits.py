"""Every budget of an examination, with its reason; a spent budget is reported as a gap, never passed over."""

from __future__ import annotations

from weighbridge.core.errors import OverLimit
from weighbridge.core.values import value

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@value
class Limits:
    """Named bounds; each default holds for the largest honest files known, with an order of magnitude to spare."""

    depth: int = 12
    """Containers within containers. Honest nesting ends at four (tar, zip, npz, pickled array)."""
    members: int = 200_000
    """Members of all containers of one file. The largest sharded archives hold some ten thousand."""
    expanded_bytes: int = 64 * GIB
    """Bytes that decompression may produce for one file, together."""
    ratio: int = 1_500
    """Expanded over stored size; deflate cannot exceed 1,032, so more is a bomb or a lie."""
    ratio_floor: int = 64 * MIB
    """Below this many expanded bytes the ratio does not matter: runs of zeros are honest."""
    stack: int = 8_000_000
    """Values on the pickle stack: 64 MB of references. Picklers of lists and dicts push batches of 1,000."""
    memo: int = 6_000_000
    """Memo entries of one pickle that need a full simulation: 48 MB of references."""
    machine_bytes: int = 116 * MIB
    """Memory that the values of one pickle take at once, estimated from the interpreter's count of its small blocks."""
    marks: int = 100_000
    """Marks open at once; CPython's own recursion limit ends honest nesting near 1,000."""
    containers_in_memo: int = 150_000
    """Containers whose content is followed after they were put into the memo, some 300 bytes each; with a million
    honest objects these and ``memo`` leave room within ``machine_bytes``."""
    names_bytes: int = 24 * MIB
    """Bytes of string constants kept because they might become a name."""
    streams: int = 10_000
    """Pickles one after the other in one node."""
    facts: int = 20_000
    """Facts of one file. What repeats is counted, so honest files stay in the hundreds."""
    outline: int = 50_000
    """Facts of one file that are kept to be held against other files; a shard of the largest models has some thousand
    tensors, a single file of such a model some ten thousand."""
    header_bytes: int = 100 * MIB
    """A safetensors header, as the format's reference implementation has it."""
    json_bytes: int = 64 * MIB
    """A JSON document that is read as a whole; the tokenizers of the largest vocabularies have 35 MB."""
    text_bytes: int = 16 * MIB
    """Text that is looked at; a long licence has 40 kB, a vocabulary a few MB."""
    source_bytes: int = 2 * MIB
    """Source code, templates and YAML, whose parsers need some hundred times their size in memory."""
    probe_bytes: int = 1 * MIB
    """How much of a string or byte constant is decoded in search of a hidden payload."""
    remote_bytes: int = 64 * MIB
    """Bytes of one file that are fetched from a store, unless all are asked for. Headers of the largest models have
    9 MB; files without a header to speak of, such as tokenizers, have up to 40 MB and are fetched whole."""
    remote_ranges: int = 10_000
    """Ranges of one file that are fetched from a store; an archive needs a few for each member that is examined."""
    remote_seconds: float = 900.0
    """Time that a store may take for the ranges of one file; at 10 MB/s ``remote_bytes`` take seven seconds."""
    seconds: float = 20.0
    """Time for one file, before the allowance for its size."""
    bytes_per_second: int = 4 * MIB
    """Slowest honest progress; a file gets ``seconds`` plus its size over this."""


class Meter:
    """What one examination has spent so far of its ``Limits``."""

    __slots__ = ("expanded", "limits", "members")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = 0
        self.expanded = 0

    def spend_member(self) -> None:
        """Count one member of a container; raises OverLimit past ``Limits.members``."""
        self.members += 1
        if self.members > self.limits.members:
            raise OverLimit(f"more than {self.limits.members} members")

    def spend_expanded(self, produced: int, *, stored: int, total: int) -> None:
        """Count ``produced`` new bytes of a member that holds ``stored`` and has given ``total`` so far."""
        self.expanded += produced
        if self.expanded > self.limits.expanded_bytes:
            raise OverLimit(f"decompression gives more than {self.limits.expanded_bytes} bytes")
        if total > self.limits.ratio_floor and total > stored * self.limits.ratio:
            raise OverLimit(f"decompression gives more than {self.limits.ratio} times what is stored")
