"""fastText models byte by byte, plain and quantised."""

from __future__ import annotations

import struct

from tests.builders.noise import noise

DIM = 4
WORDS = ("</s>", "one", "two")
LABELS = ("__label__a", "__label__b")


def head(*, bucket: int = 2, model: int = 3, dim: int = DIM, version: int = 12, maxn: int = 3) -> bytes:
    """The magic number, the version and the arguments."""
    return struct.pack("<14id", 793712314, version, dim, 5, 5, 1, 5, 1, 3, model, bucket, 2, maxn, 100, 1e-4)


def dictionary(
    *, words: int = len(WORDS), labels: int = len(LABELS), size: int | None = None, pruned: tuple[int, ...] = (),
) -> bytes:  # fmt: skip
    """Words, then labels; the n-grams that are kept."""
    entries = [(word, 0) for word in WORDS] + [(label, 1) for label in LABELS]
    made = b"".join(word.encode() + b"\0" + struct.pack("<qb", 3, kind) for word, kind in entries)
    count = len(entries) if size is None else size
    kept = b"".join(struct.pack("<ii", number, row) for number, row in enumerate(pruned))
    return struct.pack("<3i2q", count, words, labels, 30, len(pruned) if pruned else -1) + made + kept


def dense(rows: int, columns: int = DIM) -> bytes:
    """A matrix of floats."""
    return struct.pack("<2q", rows, columns) + noise(4 * rows * columns, f"matrix {rows}")


def quantised(rows: int, *, codes: int | None = None, dim: int = DIM, norm: bool = True) -> bytes:
    """A matrix of codes and their centroids, two parts a row."""
    count = rows * 2 if codes is None else codes
    made = struct.pack("<B2qi", norm, rows, DIM, count) + noise(count, "codes")
    made += struct.pack("<4i", dim, 2, 2, dim - 2) + noise(dim * 1024, "centroids")
    return made + (noise(rows, "norms") + struct.pack("<4i", 1, 1, 1, 1) + noise(1024, "norm") if norm else b"")


def honest() -> bytes:
    """A classifier with two labels."""
    return head() + dictionary() + b"\0" + dense(len(WORDS) + 2) + b"\0" + dense(len(LABELS))


def honest_quantised() -> bytes:
    """The same, quantised and pruned."""
    return head() + dictionary(pruned=(0, 1)) + b"\1" + quantised(len(WORDS) + 2) + b"\0" + dense(len(LABELS))


def too_few_rows() -> bytes:
    """N-grams lead behind the end of the matrix."""
    return head(bucket=1_000) + dictionary() + b"\0" + dense(len(WORDS) + 2) + b"\0" + dense(len(LABELS))


def pruned_beyond() -> bytes:
    """A kept n-gram leads behind the end of the matrix."""
    return head() + dictionary(pruned=(0, 90)) + b"\1" + quantised(len(WORDS) + 2) + b"\0" + dense(len(LABELS))


def too_few_codes() -> bytes:
    """Fewer codes than rows need."""
    return head() + dictionary(pruned=(0, 1)) + b"\1" + quantised(5, codes=4) + b"\0" + dense(len(LABELS))


def wrong_quantiser() -> bytes:
    """Parts that do not make a row."""
    return head() + dictionary(pruned=(0, 1)) + b"\1" + quantised(5, dim=3) + b"\0" + dense(len(LABELS))


def more_outputs() -> bytes:
    """More outputs than labels: the best one may have no name."""
    return head() + dictionary() + b"\0" + dense(len(WORDS) + 2) + b"\0" + dense(9)


def wrong_dimension() -> bytes:
    """Vectors of another length than the matrices have."""
    return head(dim=400) + dictionary() + b"\0" + dense(len(WORDS) + 2) + b"\0" + dense(len(LABELS))


def false_counts() -> bytes:
    """More labels than there are entries."""
    return head() + dictionary(labels=700) + b"\0" + dense(len(WORDS) + 2) + b"\0" + dense(700)


def claiming() -> bytes:
    """A matrix that the file cannot hold."""
    return head() + dictionary() + b"\0" + struct.pack("<2q", 1 << 40, DIM) + bytes(64)


def word_vectors(words: int = 5, columns: int = 8, *, feed: bool = True, announced: int | None = None) -> bytes:
    """word2vec's binary vectors."""
    first = f"{words if announced is None else announced} {columns}\n".encode()
    numbers = struct.pack(f"<{columns}f", *(0.0, *(0.5,) * (columns - 1)))
    return first + b"".join(b"word%d " % n + numbers + (b"\n" if feed else b"") for n in range(words))
