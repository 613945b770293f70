"""Seeds for what torch writes beside checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from tests.builders import tensorizers as tensorizer_files
from tests.builders import torch_scripts as scripts
from tests.builders import torch_sparse_files as sparse
from tests.builders import torches
from tests.builders.pickles import plain_data, posix_system


def torch_scripts() -> Iterator[bytes]:
    """TorchScript source in every way that reaches a file, and bytecode."""
    for body in (
        scripts.HONEST, 'torch.save(x, "p")', 't = torch\nt.save(x, "p")', 'getattr(torch, "sa" "ve")(x, "p")',
        '(x).save("p")', "return ops.inert.run(x, [1, 2.5e-3])", '"""a\n"""; torch . \\\n save(x)  # note',
        "y = __torch__.torch.classes.inert.Inert(x)",
    ):  # fmt: skip
        yield scripts.module(body)
    yield scripts.bytecode("aten::save", "inert::run")


def tensorizers() -> Iterator[bytes]:
    """tensorizer files of every version, honest and not."""
    make, tensor = tensorizer_files.tensors_file, tensorizer_files.Tensor
    yield from (make(version=version) for version in range(1, 7))
    yield from (make(flags=1), make(count=3), make(table=1 << 40), make(tail=posix_system(2)))
    yield from (make(tensor(begin=0)), make(tensor(held=1 << 60)), make(tensor(shape=(9,))))


def torch_archives() -> Iterator[bytes]:
    """Archives that are programs, distributed checkpoints, sparse tensors."""
    yield from (scripts.script(), scripts.writing(), scripts.mobile("aten::save"), scripts.old_script())
    yield from (scripts.package(), scripts.package(b"# INERT\n"), scripts.exported(), scripts.compiled())
    yield scripts.package(pickle=scripts.packaged_reduce("posix", "system", "echo INERT"))
    yield scripts.pickled_weight(torches.zip_checkpoint(pickle=plain_data(2)))
    yield from (scripts.served(), scripts.served(handler="h.py:run"), scripts.distributed())
    yield from (sparse.sparse(), sparse.sparse_legacy(), sparse.untyped())
    yield sparse.sparse((0, 1, 2, 2, 1, 3), layout="csr")
