"""Big models of which only the headers exist: real layouts of 8B and 70B checkpoints with zeros for weights.

Layouts: Llama 3 (vocabulary of 128,256; 291 tensors in 16.06 GB, 723 in 141 GB of bfloat16).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import prod

from tests.builders import ggufs, torches
from tests.builders.zips import Claims, End, Entry, central_record, end_records, local_record
from tests.servers.contents import Virtual

VOCABULARY = 128_256


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A model of the Llama family, in numbers."""

    layers: int
    hidden: int
    between: int
    keys: int = 1024

    @property
    def tensors(self) -> list[tuple[str, tuple[int, ...]]]:
        """Names and shapes, in the order of the checkpoint."""
        wide, narrow, one = (self.hidden, self.hidden), (self.keys, self.hidden), (self.hidden,)
        block: tuple[tuple[str, tuple[int, ...]], ...] = (
            ("input_layernorm", one), ("mlp.down_proj", (self.hidden, self.between)),
            ("mlp.gate_proj", (self.between, self.hidden)), ("mlp.up_proj", (self.between, self.hidden)),
            ("post_attention_layernorm", one), ("self_attn.k_proj", narrow), ("self_attn.o_proj", wide),
            ("self_attn.q_proj", wide), ("self_attn.v_proj", narrow),
        )  # fmt: skip
        named: list[tuple[str, tuple[int, ...]]] = [
            ("lm_head.weight", (VOCABULARY, self.hidden)),
            ("model.embed_tokens.weight", (VOCABULARY, self.hidden)),
        ]
        named += [(f"model.layers.{n}.{part}.weight", shape) for n in range(self.layers) for part, shape in block]
        return [*named, ("model.norm.weight", one)]


LLAMA_8B = Layout(layers=32, hidden=4096, between=14336)
LLAMA_70B = Layout(layers=80, hidden=8192, between=28672)


@cache
def safetensors(layout: Layout = LLAMA_8B) -> Virtual:
    """One file with all tensors in bfloat16."""
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in layout.tensors:
        start, end = end, end + 2 * prod(shape)
        entries[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [start, end]}
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    head = struct.pack("<Q", len(header)) + header
    return Virtual(size=len(head) + end, pieces={0: head})


@cache
def torch_zip(layout: Layout = LLAMA_8B, *, poisoned: bytes = b"", root: str = "archive") -> Virtual:
    """A checkpoint as torch.save writes it (zip64); `poisoned` as in `tests/builders/torches.py`.

    The CRCs are those of the zeros.
    """
    tensors = [torches.Tensor(name=name, shape=shape, dtype="bf16", data=b"") for name, shape in layout.tensors]
    records: dict[str, bytes | int] = dict(
        torches.zip_records(torches.state_dict_pickle(tensors, poisoned=poisoned), tensors)
    )
    records |= {f"data/{number}": 2 * prod(tensor.shape) for number, tensor in enumerate(tensors)}
    pieces: dict[int, bytes] = {}
    directory, at = b"", 0
    for name, data in records.items():
        entry, payload = _stored(f"{root}/{name}", data, at)
        pieces[at] = local_record(entry)
        directory += central_record(entry, at)
        at += len(pieces[at]) + payload
        if payload:
            pieces[at] = _descriptor(entry)
            at += len(pieces[at])
    pieces[at] = directory + end_records(len(records), len(directory), at, End(zip64=True, offset=0xFFFFFFFF))
    return Virtual(size=at + len(pieces[at]), pieces=pieces)


def _stored(name: str, data: bytes | int, at: int) -> tuple[Entry, int]:
    """A record of torch's zip writer, and how many zeros follow its local header."""
    big = isinstance(data, int) or at > 0xFFFFFFFF
    fixed = at + 30 + len(name.encode()) + 4 + (20 if big else 0)
    padding = -fixed % torches.ALIGNMENT
    extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    if isinstance(data, bytes):
        return Entry(name=name, data=data, extra=extra, flags=0x800, needed=45, zip64=big), 0
    claims = Claims(size=data, packed_size=data, crc=zeros_crc(data))
    return Entry(name=name, extra=extra, flags=0x808, needed=45, zip64=True, local=claims, central=claims), data


def _descriptor(entry: Entry) -> bytes:
    return struct.pack("<4sIQQ", b"PK\7\x08", entry.central.crc, entry.central.packed_size, entry.central.size)


@cache
def gguf(layout: Layout = LLAMA_8B, *, template: str = ggufs.CHATML, merges: int = 280_147) -> Virtual:
    """A Q8_0 model whose header has a whole vocabulary with its merges, some 8.5 MB, the chat template at its end."""
    tokens = [f"token-{number:06d}" for number in range(VOCABULARY)]
    pairs = [
        *ggufs.common(),
        ggufs.pair("tokenizer.ggml.model", ggufs.STRING, "gpt2"),
        ggufs.array("tokenizer.ggml.tokens", ggufs.STRING, tokens),
        ggufs.array("tokenizer.ggml.token_type", ggufs.I32, [1] * VOCABULARY),
        ggufs.array("tokenizer.ggml.merges", ggufs.STRING, [f"{n % 99991:05d} {n % 99989:05d}" for n in range(merges)]),
        ggufs.pair("tokenizer.ggml.bos_token_id", ggufs.U32, 1),
        ggufs.pair("tokenizer.chat_template", ggufs.STRING, template),
    ]
    tensors, end = [], 0
    for name, shape in layout.tensors:
        kind, size = (8, prod(shape) // 32 * 34) if len(shape) == 2 else (0, prod(shape) * 4)
        tensors.append(ggufs.Tensor(name=name.encode(), shape=shape[::-1], kind=kind, offset=end, data=b""))
        end += size + -size % 32
    head = ggufs.encode(pairs, tensors, data=b"")
    return Virtual(size=len(head) + end, pieces={0: head})


# -- CRC-32 of zeros ------------------------------------------------------------------------------------------------


@cache
def zeros_crc(count: int) -> int:
    """CRC-32 of so many zeros, without reading them: a zero byte is a linear map of the 32 bits, here squared."""
    state, power = 0xFFFFFFFF, _one_zero()
    while count:
        if count & 1:
            state = _applied(power, state)
        power = [_applied(power, column) for column in power]
        count >>= 1
    return state ^ 0xFFFFFFFF


def _one_zero() -> Sequence[int]:
    columns = []
    for bit in range(32):
        state = 1 << bit
        for _ in range(8):
            state = state >> 1 ^ (0xEDB88320 if state & 1 else 0)
        columns.append(state)
    return columns


def _applied(matrix: Sequence[int], state: int) -> int:
    out = 0
    for bit, column in enumerate(matrix):
        if state >> bit & 1:
            out ^= column
    return out
