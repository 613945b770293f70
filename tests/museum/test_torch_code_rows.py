"""TOR rows of archives that are programs: TorchScript, torch.package, torch.export, TorchServe, hubconf, tensorizer."""

from __future__ import annotations

from functools import partial

from tests.builders import natives, tars, tensorizers, torches
from tests.builders import torch_scripts as scripts
from tests.builders import torch_sparse_files as sparse
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, call_target
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, PyTorch"
_POISONED = partial(torches.zip_checkpoint, poisoned=call_target(SHELL, protocol=2))
_CVE = ("CVE-2025-32434", "GHSA-53q9-r3pm-6pq6")
_PATH = scripts.PATH


def _row(
    id_: str,
    title: str,
    build: Build,
    twin: Build,
    name: str = "model.pt",
    *,
    review: bool = False,
    plain: Build = _POISONED,
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=plain,
        name=name,
        plain_name="model.pt",
        expects=Verdict.SUSPICIOUS if review else Verdict.MALICIOUS,
        word=Word.REVIEW if review else Word.DENY,
        also=also,
    )


_review = partial(_row, review=True)

_WRITES: tuple[tuple[str, str, str], ...] = (
    ("save", f'torch.save(x, "{_PATH}")\nreturn x', f'y = "{_PATH}"\nreturn x'),
    ("from_file", f'return torch.from_file("{_PATH}", True, 4)', f'y = "{_PATH}"\nreturn torch.zeros([4])'),
    ("hoisted_path", f'_0 = "{_PATH}"\ntorch.save(x, _0)\nreturn x', f'_0 = "{_PATH}"\ntorch.warn(_0)\nreturn x'),
    ("other_name", f't = torch\nt.save(x, "{_PATH}")\nreturn x', "t = x\nreturn torch.relu(t)"),
    ("method", f'(x).save("{_PATH}")\nreturn x', "return torch.relu(x)"),
    ("getattr", f'getattr(torch, "save")(x, "{_PATH}")\nreturn x', 'y = getattr(self, "weight")\nreturn x'),
    ("rpc", 'ops.prim.rpc_sync("inert.invalid", "f")\nreturn x', "y = ops.prim.device(x)\nreturn x"),
    ("python", "ops.prim.PythonOp(x)\nreturn x", "y = ops.prim.dtype(x)\nreturn x"),
)


def native_class(name: str) -> bytes:
    """An attribute of a class that a native library registers."""
    source = scripts.module(scripts.HONEST).replace(
        b"  training : bool\n", f"  held : __torch__.torch.classes.{name}\n".encode()
    )
    return scripts.script(source)


EXHIBITS = (
    _review("TOR-04", "torchscript_as_weights", scripts.script, torches.zip_checkpoint, "pytorch_model.bin", also=_CVE),
    _review("TOR-04", "torchscript_as_checkpoint", scripts.script, torches.zip_checkpoint, "last.ckpt"),
    _row("TOR-04", "writing_as_weights", scripts.writing, torches.zip_checkpoint, "pytorch_model.bin", also=_CVE),
    _row(
        "TOR-04",
        "without_constants",
        partial(scripts.script, scripts.module(f'torch.save(x, "{_PATH}")\nreturn x'), constants=False),
        scripts.script,
        also=_CVE,
    ),
    _row(
        "TOR-04",
        "before_1.4",
        partial(scripts.old_script, scripts.module(f'torch.save(x, "{_PATH}")\nreturn x')),
        scripts.old_script,
        also=_CVE,
    ),
    *(
        _row("TOR-05", title, partial(scripts.scripted, bad), partial(scripts.scripted, good), also=_CVE)
        for title, bad, good in _WRITES
    ),
    _row(
        "TOR-05",
        "setstate",
        partial(scripts.scripted, f'torch.save(x, "{_PATH}")\nreturn x', name="__setstate__"),
        partial(scripts.scripted, "self.weight = x\nreturn x", name="__setstate__"),
        also=_CVE,
    ),
    _row(
        "TOR-05",
        "function_nobody_calls",
        partial(scripts.scripted, scripts.HONEST, after=f'def f(x: Tensor) -> Tensor:\n  torch.save(x, "{_PATH}")\n'),
        partial(scripts.scripted, scripts.HONEST, after="def f(x: Tensor) -> Tensor:\n  return x\n"),
    ),
    _row(
        "TOR-05",
        "second_file",
        partial(scripts.script, records={"code/__torch__/inner.py": scripts.module(f'torch.save(x, "{_PATH}")')}),
        partial(scripts.script, records={"code/__torch__/inner.py": scripts.module("return x")}),
    ),
    _review(
        "TOR-06",
        "unknown_namespace",
        partial(scripts.scripted, "return ops.inert_absent.run(x)"),
        partial(scripts.scripted, "return ops.quantized.relu6(x, False)"),
    ),
    _review(
        "TOR-06",
        "unknown_operator",
        partial(scripts.scripted, "return torch.inert_absent(x)"),
        partial(scripts.scripted, "return torch.relu(x)"),
    ),
    _review(
        "TOR-06",
        "native_class",
        partial(native_class, "inert_absent.Inert"),
        partial(native_class, "quantized.LinearPackedParamsBase"),
    ),
    _row(
        "TOR-08",
        "torch_package",
        partial(scripts.package, natives.python_source()),
        scripts.package,
        also=("card Spoko-dev", "card aslein1413", "card Kanisia"),
    ),
    _row(
        "TOR-08",
        "called_by_persistent_id",
        partial(scripts.package, pickle=scripts.packaged_reduce("posix", "system", "echo INERT")),
        partial(scripts.package, pickle=scripts.packaged_tensor()),
    ),
    _row(
        "TOR-08",
        "pickle_as_resource",
        lambda: scripts.package(pickle=posix_system(2)),
        lambda: scripts.package(pickle=plain_data(2)),
    ),
    _review("TOR-09", "use_pickle", lambda: scripts.pickled_weight(torches.zip_checkpoint()), scripts.exported,
            "model.pt2"),
    *(
        _row("TOR-09", f"before_2.8_{part}", partial(scripts.old_export, part, posix_system(2)),
             partial(scripts.old_export, part, plain_data(2)), "model.pt2")
        for part in ("state_dict", "constants", "example_inputs")
    ),
    _row("TOR-09", "use_pickle_call", lambda: scripts.pickled_weight(_POISONED()), scripts.exported, "model.pt2"),
    _row(
        "TOR-09",
        "expression_is_evaluated",
        lambda: scripts.exported(scripts.program(expression="().__class__.__base__.__subclasses__()")),
        lambda: scripts.exported(scripts.program(expression="Max(Integer(1), FloorDiv(Symbol('s0', integer=True), Integer(2)))")),
        "model.pt2",
    ),
    *(
        _row(
            "TOR-09",
            f"graph_calls_{target}",
            partial(scripts.exported, scripts.program(scripts.node(target, _PATH))),
            partial(scripts.exported, scripts.program(scripts.node("torch.ops.aten.add.Tensor"))),
            "model.pt2",
        )
        for target in ("torch.load", "torch.hub.load", "torch.ops.aten.from_file.default", "torch.os.system",
                       "torch.ops.load_library", "_operator.methodcaller")
    ),
    _review(
        "TOR-09",
        "graph_calls_unknown",
        partial(scripts.exported, scripts.program(scripts.node("torch.ops.inert_absent.run.default"))),
        partial(scripts.exported, scripts.program(scripts.node("_operator.add"))),
        "model.pt2",
    ),
    *(
        _row("TOR-10", f"aoti_{title}", partial(scripts.compiled, name, make()),
             partial(scripts.compiled, "model.json", b"{}"), "model.pt2")
        for title, name, make in (
            ("elf", "model.so", natives.elf),
            ("elf_without_a_name", "inert", natives.elf),
            ("pe", "model.pyd", natives.pe),
            ("macho", "inert.dylib", natives.macho),
            ("cubin", "kernel.cubin", lambda: b"INERT"),
            ("source", "model.wrapper.cpp", lambda: b"// INERT\n"),
        )
    ),
    _row("TOR-14", "distcp", lambda: scripts.distributed(torches.zip_checkpoint(), _POISONED()), scripts.distributed,
         "__0_0.distcp"),
    _row("TOR-14", "distcp_first", lambda: scripts.distributed(_POISONED(), torches.zip_checkpoint()),
         scripts.distributed, "__0_0.distcp"),
    _row(
        "TOR-15",
        "tensor_is_a_pickle",
        lambda: tensorizers.tensors_file(tensorizers.Tensor(shape=(), dtype="<f4", data=posix_system(2))),
        tensorizers.tensors_file,
        "model.tensors",
    ),
    _row(
        "TOR-15",
        "tensor_outside_of_the_file",
        lambda: tensorizers.tensors_file(tensorizers.Tensor(begin=1 << 40)),
        tensorizers.tensors_file,
        "model.tensors",
    ),
    _review("TOR-16", "handler", partial(scripts.served, handler="handler.py"), scripts.served, "model.mar"),
    _review("TOR-16", "handler_module", partial(scripts.served, handler="inert_absent_pkg:run"), scripts.served,
            "model.mar"),
    _row("TOR-16", "handler_system", partial(scripts.served, handler="os:system"), scripts.served, "model.mar"),
    _review("TOR-16", "model_file", partial(scripts.served, modelFile="net.py"), scripts.served, "model.mar"),
    _row("TOR-16", "extra_pickle", lambda: scripts.served({"labels": posix_system(2)}),
         lambda: scripts.served({"labels": plain_data(2)}), "model.mar"),
    _row(
        "TOR-20",
        "nemo_link_climbs",
        partial(tars.link_then_file, posix_system()),
        lambda: tars.plain({"model_weights.ckpt": torches.zip_checkpoint()}),
        "model.nemo",
    ),
    Exhibit(
        id="TOR-21",
        title="hubconf",
        source=_SOURCE,
        build=lambda: b"# INERT\n",
        twin=lambda: b"# INERT\n",
        plain=_POISONED,
        name="hubconf.py",
        twin_name="hubconf.txt",
        plain_name="model.pt",
        expects=Verdict.SUSPICIOUS,
        word=Word.REVIEW,
    ),
    _row("TOR-23", "bytecode_writes", partial(scripts.mobile, "aten::save"), partial(scripts.mobile, "aten::relu"),
         "model.ptl"),
    _review("TOR-23", "bytecode_unknown", partial(scripts.mobile, "inert_absent::run"),
            partial(scripts.mobile, "quantized::relu6"), "model.ptl"),
    _row(
        "TOR-23",
        "debug_pickle",
        lambda: scripts.script(records={"code/__torch__.py.debug_pkl": posix_system(2)}),
        lambda: scripts.script(records={"code/__torch__.py.debug_pkl": plain_data(2)}),
        "model.ptl",
    ),
    *(
        _row("TOR-22", title, bad, good, also=("CVE-2025-62164", "CVE-2026-56340", "CVE-2026-73557"))
        for title, bad, good in (
            ("coo_index", partial(sparse.sparse, (0, 1, 1, 4)), sparse.sparse),
            ("coo_negative", partial(sparse.sparse, (0, -1, 1, 2)), sparse.sparse),
            ("coo_legacy", partial(sparse.sparse_legacy, (0, 1, 1, 4)), sparse.sparse_legacy),
            ("coo_size", partial(sparse.sparse, size=(2, 2)), sparse.sparse),
            (
                "csr_index",
                partial(sparse.sparse, (0, 1, 2, 2, 1, 4), layout="csr"),
                partial(sparse.sparse, (0, 1, 2, 2, 1, 3), layout="csr"),
            ),
            (
                "csr_count",
                partial(sparse.sparse, (0, 1, 2, 3, 1, 3), layout="csr"),
                partial(sparse.sparse, (0, 1, 2, 2, 1, 3), layout="csr"),
            ),
            ("untyped_storage", partial(sparse.untyped, reach=4), sparse.untyped),
        )
    ),
    _row(
        "OTH-32",
        "embedding_as_torchscript",
        partial(scripts.scripted, f'torch.save(x, "{_PATH}")\nreturn x'),
        scripts.script,
        "embedding.pt",
    ),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
