"""ONX rows, WGT-08, and the rows of OpenVINO, CoreML, Paddle and sentencepiece: graphs that act, point away or lie.

What a graph selects or points at runs nothing by itself, so it is suspicious; operators that act, and numbers that lead a
native reader out of its memory, are malicious.
"""

from __future__ import annotations

import base64
from functools import partial

from tests.builders import coremls, onnx_selections, onnxes, openvinos, paddles, sentencepieces, tars
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SUSPICIOUS = Verdict.SUSPICIOUS


def _row(
    id_: str,
    title: str,
    build: Build,
    expects: Verdict = _SUSPICIOUS,
    word: Word = Word.FINDING,
    *,
    twin: Build = onnxes.honest,
    name: str = "model.onnx",
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source="catalogue, ONNX and other formats",
        build=build,
        twin=twin,
        name=name,
        expects=expects,
        word=word,
        also=also,
    )


def _deny(id_: str, title: str, build: Build, *, twin: Build = onnxes.honest, name: str = "model.onnx") -> Exhibit:
    return _row(id_, title, build, Verdict.MALICIOUS, Word.DENY, twin=twin, name=name)


def in_metadata(pickle: bytes) -> bytes:
    """A pickle in base64 as the value of a metadata property."""
    return onnxes.annotated(base64.b64encode(pickle).decode())


def with_link(kind: bytes) -> bytes:
    """A model and the file of its weights in an archive, the file a link to another of the machine."""
    held = tars.Member(name="model.onnx", data=onnxes.external())
    return tars.archive(held, tars.Member(name="model.onnx.data", kind=kind, link="/inert/absent"))


def with_file() -> bytes:
    """The twin: the file itself."""
    return tars.plain({"model.onnx": onnxes.external(), "model.onnx.txt": b"weights of inert things\n"})


_SPELLINGS = {
    "upwards": "../../inert/absent",
    "absolute": "/inert/absent",
    "there_and_back": "a/../../inert",
    "hash": "#../inert",
    "windows": "..\\inert",
    "drive": "C:\\inert",
    "address": "file:///inert/absent",
    "zero": "weights\0../inert",
}
_NET, _CORE, _PIECES = "model.xml", "model.mlmodel", "tokenizer.model"

EXHIBITS = (
    *(
        _row("ONX-01", place, partial(onnxes.external_everywhere().__getitem__, place), twin=onnxes.external)
        for place in onnxes.external_everywhere()
    ),
    *(
        _row(
            "ONX-02",
            title,
            partial(onnxes.external, path),
            twin=onnxes.external,
            also=("ONX-04",),
        )
        for title, path in _SPELLINGS.items()
    ),
    _deny("ONX-03", "symlink", partial(with_link, tars.SYMLINK), twin=with_file, name="model.tar"),
    _row("ONX-05", "unknown_key", partial(onnxes.external, "x.data", ("__class__", "inert")), twin=onnxes.external),
    _row("ONX-06", "hidden_file", partial(onnxes.external, ".env"), twin=onnxes.external),
    _row("ONX-06", "script", partial(onnxes.external, "train.py"), twin=onnxes.external),
    *(
        _deny("ONX-07", title, build, twin=onnxes.external)
        for title, build in (
            ("negative", partial(onnxes.external, offset="-8")),
            ("huge", partial(onnxes.external, offset="9223372036854775807")),
            ("too_short", partial(onnxes.external, length="16")),
            ("memory_address", onnxes.memory_address),
        )
    ),
    _deny("ONX-07", "raw_data_too_short", onnxes.short_data),
    _deny("ONX-07", "shape_modulo_2_64", onnxes.overflowing_shape),
    _deny("ONX-08", "python_operator", onnxes.python_operator, twin=onnxes.contributed_operator),
    _deny("ONX-08", "training_python_operator", partial(onnxes.with_operator, "PythonOp", "com.microsoft")),
    _deny("ONX-08", "network_operator", partial(onnxes.with_operator, "AzureTextToText", "com.microsoft.extensions")),
    _row("ONX-08", "custom_domain", onnxes.custom_operator, word=Word.REVIEW, twin=onnxes.contributed_operator),
    _row("ONX-09", "blob", partial(onnxes.vendor_context, "", b"INERT " * 90), word=Word.REVIEW),
    _row("ONX-09", "path", partial(onnxes.vendor_context, "../inert.bin"), word=Word.REVIEW),
    _row("ONX-10", "where", onnxes.selection_bypass, twin=onnxes.masked, also=("WGT-08",)),
    *(
        _row("ONX-10", title, partial(onnx_selections.bypass_variants().__getitem__, title), twin=onnxes.masked)
        for title in onnx_selections.bypass_variants()
    ),
    *(
        _row("ONX-10", f"beside_{title}", onnx_selections.token_bypass, twin=partial(honest.__getitem__, title))
        for honest in (onnx_selections.honest_selections(),)
        for title in honest
    ),
    _row("ONX-11", "tile", onnxes.tiled, twin=partial(onnxes.tiled, 4)),
    _row("ONX-11", "constant_of_shape", onnxes.filled, twin=partial(onnxes.filled, (64, 64))),
    _row("ONX-11", "computed_shape", onnxes.expanded, twin=partial(onnxes.expanded, 64)),
    _row("ONX-11", "resize", partial(onnxes.upsampled, 1e5), twin=onnxes.upsampled),
    _deny("ONX-12", "in_a_function", onnxes.function_with_custom_operator, twin=onnxes.local_function),
    _deny("ONX-12", "in_branches", onnxes.nested_operator, twin=partial(onnxes.nested_operator, "Relu", "")),
    *(
        _row("ONX-12", f"unknown_field_of_{where}", partial(onnxes.unknown_field, where=where))
        for where in ("model", "graph", "node", "tensor", "group")
    ),
    _row("ONX-12", "stray_bytes", onnxes.trailing),
    _row("ONX-12", "graph_in_pieces", onnxes.two_graphs),
    _deny("ONX-12", "pickle_in_an_unknown_field", partial(onnxes.unknown_field, posix_system())),
    _deny(
        "ONX-14", "pickle_in_metadata", partial(in_metadata, posix_system()), twin=partial(in_metadata, plain_data())
    ),
    _row("WGT-08", "openvino", openvinos.selection_bypass, twin=openvinos.threshold, name=_NET),
    _row("WGT-08", "coreml_network", coremls.selection_bypass, twin=coremls.threshold, name=_CORE),
    _row("WGT-08", "coreml_program", coremls.program_bypass, twin=partial(coremls.program_bypass, "h"), name=_CORE),
    *(
        _row("OTH-15", title, build, twin=openvinos.honest, name=_NET)
        for title, build in (
            ("extension", openvinos.extension),
            ("unknown_layer", partial(openvinos.extension, "opset1")),
            ("extension_in_a_branch", openvinos.nested_extension),
            ("external_entity", openvinos.external_entity),
            ("entity_bomb", openvinos.bomb),
        )
    ),
    *(
        _deny("OTH-15", title, partial(openvinos.with_const, held), twin=openvinos.honest, name=_NET)
        for title, held in (
            ("size", openvinos.const(1, size=16)),
            ("offset", openvinos.const(1, offset="-1")),
            ("beyond_2_63", openvinos.const(1, offset=(1 << 63) - 1)),
        )
    ),
    *(
        _row("OTH-17", title, build, twin=twin, name=name, also=("SCN-29",))
        for title, build, twin, name in (
            ("custom_layer", coremls.custom_layer, coremls.honest, _CORE),
            ("custom_model", coremls.custom_model, coremls.honest, _CORE),
            ("linked_model", coremls.linked, coremls.honest, _CORE),
            ("version_0", partial(coremls.nested, 0), partial(coremls.pipeline, coremls.honest()), _CORE),
            ("no_version", partial(coremls.nested, None), partial(coremls.pipeline, coremls.honest()), _CORE),
            ("weights_outside", partial(coremls.honest_program, "@model_path/../x"), coremls.honest_program, _CORE),
            ("manifest_outside", partial(coremls.manifest, "../../inert"), coremls.manifest, "Manifest.json"),
        )
    ),
    _deny("OTH-17", "blob_outside", partial(coremls.blobs, size=1 << 40), twin=coremls.blobs, name="weight.bin"),
    *(
        _deny("OTH-18", title, build, twin=paddles.honest, name="inference.pdmodel")
        for title, build in (
            ("py_func", paddles.python_function),
            ("save", partial(paddles.saving, "save")),
            ("save_combine", paddles.saving),
            ("load_in_a_block", paddles.in_a_second_block),
            ("server", partial(paddles.saving, "listen_and_serv")),
        )
    ),
    _row("OTH-18", "custom_operator", paddles.custom, twin=paddles.honest, name="inference.pdmodel"),
    _deny(
        "OTH-18",
        "tensor_outside",
        partial(paddles.parameters, paddles.tensor((1 << 20, 1 << 20))),
        twin=paddles.parameters,
        name="inference.pdiparams",
    ),
    *(
        _deny("OTH-27", title, build, twin=sentencepieces.honest, name=_PIECES)
        for title, build in (
            ("leaf_outside", sentencepieces.leaf_outside),
            ("unit_outside", sentencepieces.unit_outside),
            ("long_array", sentencepieces.long_array),
            ("endless_texts", sentencepieces.endless_texts),
        )
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
