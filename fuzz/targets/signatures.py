"""Signature files and the statements in them: read or refused; what was read is written and read again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

from tests.builders import signatures

from fuzz.target import Target
from weighbridge.core.errors import IntegrityError
from weighbridge.provenance.signing import bundle, certificates, statement
from weighbridge.provenance.signing.model import Method


def seeds() -> Iterator[bytes]:
    """Bundles of keys and certificates over files and shards, and their statements as they are."""
    chain = signatures.standard_chain()
    shards = [{"name": f"a:{at}:{at + 9}", "algorithm": "sha256", "digest": "ab" * 32} for at in (0, 9)]
    sharded = signatures.statement(resources=shards, serialization={"method": "shards", "shard_size": 9})
    for stated in (signatures.statement(), sharded):
        yield json.dumps(stated).encode()
        for certificates_of in ((), chain):
            yield json.dumps(signatures.bundle(stated, certificates=certificates_of)).encode()


def beyond(data: bytes) -> None:
    """Read as a bundle and as a statement."""
    with suppress(IntegrityError):
        found = bundle.loads(data)
        if found.method is not Method.KEY:
            certificates.describe(certificates.load_chain(found.chain)[0])
        statement.loads(found.payload)
    with suppress(IntegrityError):
        read = statement.loads(data)
        if not read.old:
            again = statement.loads(statement.dumps(read))
            assert {one.name: one.digest for one in again.resources} == {one.name: one.digest for one in read.resources}
            assert again.layout == read.layout


TARGET = Target(name="signatures", seeds=seeds, beyond=beyond)
