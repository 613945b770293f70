"""Where text comes from: constants of the graph, whoever runs it, or something that cannot be known."""

from __future__ import annotations

import pytest

from tests.builders import graphs as parts
from tests.builders import savedmodels as files
from tests.formats.tensorflow.reading import operators, read
from weighbridge.formats.tensorflow import saved_model


def constants(op: str, *nodes: bytes, functions: tuple[bytes, ...] = (), more: bytes = b"") -> tuple[str, ...]:
    """What is told of an operator."""
    content = parts.with_nodes(*nodes, functions=functions, more=more)
    found, error = read(saved_model.extract, content, "saved_model.pb")
    assert error is None
    return operators(found)[op].constants


READ = parts.node("act", "RestoreV2", ("path", "names", "names"))
STRINGS = parts.const("names", b"w")
GIVEN = parts.node("given", "Placeholder", dtype=parts.number(6, parts.STRING))
HERE = parts.const("here", b"/here")


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((parts.const("path", b"/a"),), ("/a",)),
        ((parts.const("path", b"/a", b"/b"),), ("/a", "/b")),
        ((parts.node("path", "Placeholder"),), ()),
        ((HERE, parts.node("path", "Identity", ("here:0",))), ("/here",)),
        ((HERE, GIVEN, parts.node("path", "PlaceholderWithDefault", ("here",))), ("/here",)),
        ((parts.const("m", b"model"), parts.node("path", "PlaceholderWithDefault", ("m",))), ()),
        ((parts.const("path", b"model"),), ()),
        ((HERE, GIVEN, parts.node("path", "StringJoin", ("given", "here"))), ()),
        ((HERE, GIVEN, parts.node("path", "StringJoin", ("here", "given"))), ("/here<given>",)),
        ((HERE, HERE, parts.node("path", "StringJoin", ("here", "here"), separator=parts.text("+"))), ("/here+/here",)),
        ((GIVEN, parts.const("up", b"/../x"), parts.node("path", "StringJoin", ("given", "up"))), ("<given>/../x",)),
        ((HERE, GIVEN, parts.node("path", "Select", ("x", "given", "here"))), ("/here",)),
        ((HERE, parts.node("path", "ShardedFilename", ("here", "a", "b"))), ("/here-of-",)),
        ((HERE, parts.node("path", "Pack", ("here", "given")), GIVEN), ("/here",)),
        ((HERE, parts.node("path", "DecodeBase64", ("here",))), ("<computed>",)),
        ((GIVEN, parts.node("o", "AsString", ("x",)), parts.node("path", "StringJoin", ("given", "o"))),
         ("<given><computed>",)),
        ((parts.node("path", "Absent", ("x",)),), ("<computed>",)),
        ((), ("<computed>",)),
        ((HERE, parts.node("path", "VariableV2"), parts.node("a", "Assign", ("path", "here"))), ("/here",)),
        ((HERE, parts.node("v", "VarHandleOp"), parts.node("a", "AssignVariableOp", ("v", "here")),
          parts.node("path", "ReadVariableOp", ("v", "^a"))), ("/here",)),
        ((parts.node("v", "VarHandleOp"), parts.node("path", "ReadVariableOp", ("v",))), ("<computed>",)),
        ((parts.node("path", "Identity", ("path",)),), ("<computed>",)),
    ],
)  # fmt: skip
def test_a_path_is_followed_back(nodes: tuple[bytes, ...], expected: tuple[str, ...]) -> None:
    assert constants("RestoreV2", *nodes, STRINGS, READ) == expected


def body(*nodes: bytes, name: str = "f", results: tuple[str, ...] = ()) -> bytes:
    return parts.function_def(name, ("a", "b"), nodes, results)


INSIDE = body(parts.node("act", "RestoreV2", ("b", "names", "names")))


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
    call = parts.node("call", op, inputs, f=parts.function("f"))
    assert constants("RestoreV2", HERE, call, functions=(INSIDE,)) == ("/here",)


def test_an_argument_that_nothing_binds_is_given() -> None:
    assert constants("RestoreV2", functions=(INSIDE,)) == ()


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((HERE, parts.node("data", "TensorSliceDataset", ("here",))), ("/here",)),
        ((GIVEN, parts.node("data", "TensorSliceDataset", ("given",))), ()),
        ((HERE, parts.node("few", "TensorSliceDataset", ("here",)), parts.node("data", "RepeatDataset", ("few", "x"))),
         ("/here",)),
        ((parts.node("data", "RangeDataset", ("x", "x", "x")),), ("<computed>",)),
    ],
)  # fmt: skip
def test_an_argument_is_an_element_of_a_data_set(nodes: tuple[bytes, ...], expected: tuple[str, ...]) -> None:
    call = parts.node("map", "MapDataset", ("data",), f=parts.function("f"))
    assert constants("RestoreV2", *nodes, call, functions=(INSIDE,)) == expected


def test_a_function_that_nothing_feeds_makes_its_text_itself() -> None:
    call = parts.node("made", "GeneratorDataset", (), f=parts.function("f"))
    assert constants("RestoreV2", call, functions=(INSIDE,)) == ("<computed>",)


def test_branches_in_a_list_are_functions_too() -> None:
    branches = parts.held(1, parts.held(9, parts.held(1, "f")) + parts.held(9, parts.held(1, "f")))
    call = parts.node("call", "Case", ("x", "x", "here"), branches=branches)
    assert constants("RestoreV2", HERE, call, functions=(INSIDE,)) == ("/here",)


def test_a_result_is_what_the_function_gives_back() -> None:
    made = body(parts.const("c", b"/inside"), name="g", results=("c:output:0",))
    call = parts.node("path", "PartitionedCall", ("x", "x"), f=parts.function("g"))
    assert constants("RestoreV2", call, STRINGS, READ, functions=(made,)) == ("/inside",)


def test_captured_constants_are_arguments() -> None:
    found, _ = read(saved_model.extract, files.captured_path(), "saved_model.pb")
    assert operators(found)["InitializeTableFromTextFileV2"].constants == ("/inert-absent/file",)
    found, _ = read(saved_model.extract, files.uncaptured_path(), "saved_model.pb")
    assert operators(found)["InitializeTableFromTextFileV2"].constants == ()


def test_attributes_are_shown() -> None:
    assert constants("PyFunc", parts.node("p", "PyFunc", ("x",), token=parts.text("pyfunc_3"))) == ("pyfunc_3",)
    listed = parts.held(1, parts.held(2, "file:///a") + parts.held(2, "grpc://b"))
    assert constants("DebugIdentity", parts.node("d", "DebugIdentity", ("x",), debug_urls=listed)) == (
        "file:///a",
        "grpc://b",
    )


def test_long_chains_and_wide_choices_are_bounded() -> None:
    chain = [parts.node(f"i{n}", "Identity", (f"i{n - 1}" if n else "here",)) for n in range(200)]
    path = parts.node("path", "Identity", ("i199",))
    assert constants("RestoreV2", HERE, *chain, path, STRINGS, READ) == ("<computed>",)
    texts = [parts.const(f"t{n}", f"/{n}".encode()) for n in range(40)]
    joined = parts.node("path", "Pack", [f"t{n}" for n in range(40)])
    assert len(constants("RestoreV2", *texts, joined, STRINGS, READ)) == 16


def test_doubling_joins_end() -> None:
    pairs = [parts.node(f"j{n}", "StringJoin", (f"j{n - 1}" if n else "here",) * 2) for n in range(40)]
    path = parts.node("path", "Identity", ("j39",))
    assert constants("RestoreV2", HERE, *pairs, path, STRINGS, READ)
