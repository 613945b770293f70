"""Where text comes from: constants of the graph, whoever runs it, or something that cannot be known."""

from __future__ import annotations

import pytest

from tests.builders import savedmodels as files
from tests.formats.tensorflow.reading import operators, read
from weighbridge.formats.tensorflow import saved_model


def constants(op: str, *nodes: bytes, functions: tuple[bytes, ...] = (), more: bytes = b"") -> tuple[str, ...]:
    """What is told of an operator."""
    content = files.with_nodes(*nodes, functions=functions, more=more)
    found, error = read(saved_model.extract, content, "saved_model.pb")
    assert error is None
    return operators(found)[op].constants


READ = files.node("act", "RestoreV2", ("path", "names", "names"))
STRINGS = files.const("names", b"w")
GIVEN = files.node("given", "Placeholder", dtype=files.number(6, files.STRING))
HERE = files.const("here", b"/here")


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((files.const("path", b"/a"),), ("/a",)),
        ((files.const("path", b"/a", b"/b"),), ("/a", "/b")),
        ((files.node("path", "Placeholder"),), ()),
        ((HERE, files.node("path", "Identity", ("here:0",))), ("/here",)),
        ((HERE, GIVEN, files.node("path", "PlaceholderWithDefault", ("here",))), ("/here",)),
        ((files.const("m", b"model"), files.node("path", "PlaceholderWithDefault", ("m",))), ()),
        ((files.const("path", b"model"),), ()),
        ((HERE, GIVEN, files.node("path", "StringJoin", ("given", "here"))), ()),
        ((HERE, GIVEN, files.node("path", "StringJoin", ("here", "given"))), ("/here<given>",)),
        ((HERE, HERE, files.node("path", "StringJoin", ("here", "here"), separator=files.text("+"))), ("/here+/here",)),
        ((GIVEN, files.const("up", b"/../x"), files.node("path", "StringJoin", ("given", "up"))), ("<given>/../x",)),
        ((HERE, GIVEN, files.node("path", "Select", ("x", "given", "here"))), ("/here",)),
        ((HERE, files.node("path", "ShardedFilename", ("here", "a", "b"))), ("/here-of-",)),
        ((HERE, files.node("path", "Pack", ("here", "given")), GIVEN), ("/here",)),
        ((HERE, files.node("path", "DecodeBase64", ("here",))), ("<computed>",)),
        ((GIVEN, files.node("o", "AsString", ("x",)), files.node("path", "StringJoin", ("given", "o"))),
         ("<given><computed>",)),
        ((files.node("path", "Absent", ("x",)),), ("<computed>",)),
        ((), ("<computed>",)),
        ((HERE, files.node("path", "VariableV2"), files.node("a", "Assign", ("path", "here"))), ("/here",)),
        ((HERE, files.node("v", "VarHandleOp"), files.node("a", "AssignVariableOp", ("v", "here")),
          files.node("path", "ReadVariableOp", ("v", "^a"))), ("/here",)),
        ((files.node("v", "VarHandleOp"), files.node("path", "ReadVariableOp", ("v",))), ("<computed>",)),
        ((files.node("path", "Identity", ("path",)),), ("<computed>",)),
    ],
)  # fmt: skip
def test_a_path_is_followed_back(nodes: tuple[bytes, ...], expected: tuple[str, ...]) -> None:
    assert constants("RestoreV2", *nodes, STRINGS, READ) == expected


def body(*nodes: bytes, name: str = "f", results: tuple[str, ...] = ()) -> bytes:
    return files.function_def(name, ("a", "b"), nodes, results)


INSIDE = body(files.node("act", "RestoreV2", ("b", "names", "names")))


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("PartitionedCall", ("x", "here")),
        ("StatefulPartitionedCall", ("x", "here")),
        ("StatelessIf", ("x", "x", "here")),
        ("Case", ("x", "x", "here")),
        ("While", ("x", "here")),
    ],
)
def test_an_argument_is_what_the_caller_gives(op: str, inputs: tuple[str, ...]) -> None:
    call = files.node("call", op, inputs, f=files.function("f"))
    assert constants("RestoreV2", HERE, call, functions=(INSIDE,)) == ("/here",)


def test_an_argument_that_nothing_binds_is_given() -> None:
    assert constants("RestoreV2", functions=(INSIDE,)) == ()


def test_an_argument_that_a_data_set_binds_is_not_known() -> None:
    call = files.node("map", "MapDataset", ("x",), f=files.function("f"))
    assert constants("RestoreV2", call, functions=(INSIDE,)) == ("<computed>",)


def test_branches_in_a_list_are_functions_too() -> None:
    branches = files.held(1, files.held(9, files.held(1, "f")) + files.held(9, files.held(1, "f")))
    call = files.node("call", "Case", ("x", "x", "here"), branches=branches)
    assert constants("RestoreV2", HERE, call, functions=(INSIDE,)) == ("/here",)


def test_a_result_is_what_the_function_gives_back() -> None:
    made = body(files.const("c", b"/inside"), name="g", results=("c:output:0",))
    call = files.node("path", "PartitionedCall", ("x", "x"), f=files.function("g"))
    assert constants("RestoreV2", call, STRINGS, READ, functions=(made,)) == ("/inside",)


def test_captured_constants_are_arguments() -> None:
    found, _ = read(saved_model.extract, files.captured_path(), "saved_model.pb")
    assert operators(found)["InitializeTableFromTextFileV2"].constants == ("/inert-absent/file",)
    found, _ = read(saved_model.extract, files.uncaptured_path(), "saved_model.pb")
    assert operators(found)["InitializeTableFromTextFileV2"].constants == ()


def test_attributes_are_shown() -> None:
    assert constants("PyFunc", files.node("p", "PyFunc", ("x",), token=files.text("pyfunc_3"))) == ("pyfunc_3",)
    listed = files.held(1, files.held(2, "file:///a") + files.held(2, "grpc://b"))
    assert constants("DebugIdentity", files.node("d", "DebugIdentity", ("x",), debug_urls=listed)) == (
        "file:///a",
        "grpc://b",
    )


def test_long_chains_and_wide_choices_are_bounded() -> None:
    chain = [files.node(f"i{n}", "Identity", (f"i{n - 1}" if n else "here",)) for n in range(200)]
    path = files.node("path", "Identity", ("i199",))
    assert constants("RestoreV2", HERE, *chain, path, STRINGS, READ) == ("<computed>",)
    texts = [files.const(f"t{n}", f"/{n}".encode()) for n in range(40)]
    joined = files.node("path", "Pack", [f"t{n}" for n in range(40)])
    assert len(constants("RestoreV2", *texts, joined, STRINGS, READ)) == 16


def test_doubling_joins_end() -> None:
    pairs = [files.node(f"j{n}", "StringJoin", (f"j{n - 1}" if n else "here",) * 2) for n in range(40)]
    path = files.node("path", "Identity", ("j39",))
    assert constants("RestoreV2", HERE, *pairs, path, STRINGS, READ)
