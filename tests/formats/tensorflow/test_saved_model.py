"""Saved models and graphs: what is in them is told, what they lie about is told, nothing is passed over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import graphs as parts
from tests.builders import savedmodels as files
from tests.builders.natives import elf
from tests.builders.tensorflow_originals import original
from tests.effort import calls
from tests.formats.tensorflow.reading import of, operators, read
from tests.museum.exhibit import described, examined
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Reference
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.tensorflow import graph as graphs
from weighbridge.formats.tensorflow import saved_model


def seen(content: bytes, name: str = "saved_model.pb") -> list[Any]:
    found, error = read(saved_model.extract, content, name)
    assert error is None, error
    return found


# -- honest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["saved_model_lookup", "saved_model_control_flow", "meta_graph", "frozen_graph"])
def test_what_tensorflow_wrote_is_read_without_a_word(name: str) -> None:
    found = seen(original(name), "model.pb" if not name.startswith("saved") else "saved_model.pb")
    assert operators(found)
    assert not of(Inconsistency, found)
    assert not of(Gap, found)
    assert all(not one.constants for one in operators(found).values())


def test_the_identity_is_that_of_the_message() -> None:
    graph = parts.graph(parts.COMPUTING)
    for content, identity in (
        (parts.saved_model(graph), "tensorflow.saved_model"),
        (parts.meta_graph(graph), "tensorflow.meta_graph"),
        (graph, "tensorflow.graph"),
        (files.keras_metadata(files.DENSE), "tensorflow.keras_metadata"),
        (original("fingerprint"), "tensorflow.fingerprint"),
    ):
        assert [one.format for one in of(Identity, seen(content, "any.pb"))] == [identity]
        assert examined(content, "any").formats == (identity,)


def test_operators_are_counted_and_placed() -> None:
    content = parts.with_nodes(*(parts.node(f"n{number}", "Relu", ("x",)) for number in range(5)))
    found = operators(seen(content))["Relu"]
    assert found.count == 5
    assert found.at.offset is not None
    assert found.at.length
    assert content[found.at.offset : found.at.offset + found.at.length] == parts.node("n0", "Relu", ("x",))


def test_functions_are_named_as_the_scope() -> None:
    assert operators(seen(files.in_library()))["WriteFile"].scope == "branch"


def test_a_function_that_is_called_by_its_name_is_no_operator() -> None:
    body = parts.function_def("double", ("x",), (parts.node("two", "AddV2", ("x", "x")),))
    found = operators(seen(parts.with_nodes(parts.node("call", "double", ("x",)), functions=[body])))
    assert "double" not in found
    assert "AddV2" in found


def test_assets_are_references() -> None:
    (found,) = of(Reference, seen(original("saved_model_lookup")))
    assert (found.target, found.escapes, found.relation) == ("vocab.txt", False, "asset")
    (found,) = of(Reference, seen(files.asset_path()))
    assert found.escapes


# -- hidden ---------------------------------------------------------------------------------------------------------


def test_graphs_in_constants_are_walked_in_their_own_scope() -> None:
    found = seen(files.in_constant())
    assert operators(found)["WriteFile"].scope == "graph"
    assert operators(found)["WriteFile"].at.offset is None


def test_one_broken_graph_in_a_constant_hides_no_other() -> None:
    inner = parts.graph((parts.node("drop", "WriteFile", ("a", "b")),))
    broken = parts.graph((parts.node("one", "Relu", ("a", "b")),)) + b"\x0a\xff"
    nodes = (parts.const("first", broken), parts.const("second", inner))
    found, error = read(saved_model.extract, parts.with_nodes(*nodes), "saved_model.pb")
    assert isinstance(error, Malformed)
    assert "WriteFile" in operators(found)


def test_every_meta_graph_is_walked() -> None:
    content = files.honest_named_pb() + parts.held(
        2, parts.meta_graph(parts.graph((parts.node("w", "WriteFile", ("a", "b")),)))
    )
    assert "WriteFile" in operators(seen(content))


def test_a_graph_in_two_pieces_is_one() -> None:
    meta = parts.meta_graph(parts.graph(parts.COMPUTING))
    more = parts.held(2, parts.graph((parts.node("w", "WriteFile", ("a", "b")),)))
    assert "WriteFile" in operators(seen(parts.number(1, 1) + parts.held(2, meta + more)))


def test_a_node_with_two_operators_has_both() -> None:
    odd = parts.node("n", "WriteFile", ("a", "b")) + parts.held(2, "Relu")
    assert {"WriteFile", "Relu"} <= operators(seen(parts.with_nodes(odd))).keys()


def test_the_name_saved_model_pb_is_read_whatever_the_content_begins_with() -> None:
    unknown = parts.number(900, 1) + parts.held(901, b"INERT")
    content = unknown * 300 + files.write_file_named_pb()
    assert "WriteFile" in operators(seen(content))
    assert described(examined(content, "saved_model.pb")).count("EXE133")


def test_bytes_of_constants_are_looked_at_by_their_first_bytes() -> None:
    program = elf()
    nodes = (
        parts.numbers("lie", (len(program) // 4,), program[: len(program) // 4 * 4]),
        parts.const("text", program),
    )
    children = of(Child, seen(parts.with_nodes(*nodes)))
    assert [child.name for child in children] == ["lie.0", "text.0"]
    assert all(child.role == "tensor" and child.quiet for child in children)


# -- broken ---------------------------------------------------------------------------------------------------------


def whats(content: bytes) -> list[tuple[str, bool]]:
    return [(one.what, one.memory) for one in of(Inconsistency, seen(content))]


def test_departures_have_their_words() -> None:
    assert whats(files.tensor_of((3, 3))) == [("tensor size", True)]
    assert whats(files.tensor_of((2, 2))) == [("tensor size", False)]
    assert whats(files.tensor_of((-1, 6))) == [("shape overflow", True)]
    assert whats(files.tensor_of((1 << 62, 2))) == [("shape overflow", True)]
    assert whats(files.unknown_type()) == [("tensor type", False)]
    assert whats(files.recursive_function()) == [("function", False)]
    assert whats(parts.with_nodes(parts.numbers())) == [("repeated node", False)]
    assert whats(parts.with_nodes(parts.held(1, "nameless"))) == [("node", False)]
    body = parts.function_def("f", ("x",), (parts.node("n", "Relu", ("x",)),))
    assert whats(parts.with_nodes(functions=[body, body])) == [("repeated function", False)]


def test_a_value_that_stands_for_all_elements_is_no_lie() -> None:
    assert whats(files.tensor_of((1 << 20, 4), b"")) == []
    assert whats(files.tensor_of((0, 1 << 40), b"")) == []


def test_many_departures_are_counted() -> None:
    content = parts.with_nodes(*[parts.numbers()] * 50)
    found = of(Inconsistency, seen(content))
    assert len(found) == graphs.TOLD + 1
    assert found[-1].detail == f"{50 - graphs.TOLD} more"


def test_what_was_read_before_a_break_is_told() -> None:
    content = parts.meta_graph(parts.graph((parts.node("w", "WriteFile", ("a", "b")),))) + b"\x12\xff"
    found, error = read(saved_model.extract, content, "model.meta")
    assert isinstance(error, Malformed)
    assert "WriteFile" in operators(found)


def test_other_bytes_are_malformed() -> None:
    for content in (b"", b"INERT" * 9, b"\x08\x01", bytes(64)):
        assert isinstance(read(saved_model.extract, content, "model.pb")[1], Malformed)


def test_graphs_within_graphs_end_in_a_gap() -> None:
    (gap,) = of(Gap, seen(files.in_constant(times=12)))
    assert gap.kind is GapKind.OVER_LIMIT


def test_too_many_nodes_are_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "NODES", 5)
    found, error = read(saved_model.extract, files.honest_named_pb(), "saved_model.pb")
    assert isinstance(error, OverLimit)
    assert "MatMul" in operators(found)
    monkeypatch.setattr(graphs, "NODES", 500)
    monkeypatch.setattr(graphs, "ACTS", 1)
    assert isinstance(read(saved_model.extract, files.honest_named_pb(), "saved_model.pb")[1], OverLimit)


# -- laws -----------------------------------------------------------------------------------------------------------

_SEEDS = (
    files.honest_named_pb(), files.captured_path(), files.in_constant(times=2), files.recursive_function(),
    files.asset_in_collection(), files.keras_metadata(files.LAMBDA), original("frozen_graph"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_SEEDS), st.data())
def test_mutations_end_in_facts_or_a_typed_error(seed: bytes, data: st.DataObject) -> None:
    made = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(made)))
    for name in ("saved_model.pb", "model.pb"):
        read(saved_model.extract, bytes(made), name)
        read(saved_model.extract, bytes(made[:cut]), name)


def test_the_work_grows_with_the_size_and_no_faster() -> None:
    def work(count: int) -> int:
        content = parts.with_nodes(*(parts.node(f"n{number}", "Relu", (f"n{number - 1}",)) for number in range(count)))
        return calls(lambda: seen(content))

    work(1_000)
    assert work(8_000) < 9 * work(1_000)


def test_large_constants_are_not_copied() -> None:
    class Huge:
        """A graph whose one constant is four gigabytes long; its bytes are made when they are asked for."""

        def __init__(self) -> None:
            self.length = 4 << 30
            tensor = parts.number(1, parts.FLOAT) + parts.held(2, parts.shape((1 << 30,)))
            tensor += parts.varint(4 << 3 | 2) + parts.varint(self.length)
            named = parts.held(1, "w") + parts.held(2, "Const")
            value = parts.varint(8 << 3 | 2) + parts.varint(len(tensor) + self.length)
            entry = parts.held(1, "value")
            entry += parts.varint(2 << 3 | 2) + parts.varint(len(value) + len(tensor) + self.length) + value
            node = named + parts.varint(5 << 3 | 2) + parts.varint(len(entry) + len(tensor) + self.length) + entry
            self.head = parts.varint(1 << 3 | 2) + parts.varint(len(node) + len(tensor) + self.length) + node + tensor
            self.size = len(self.head) + self.length
            self.given = 0

        def read_at(self, offset: int, length: int) -> bytes:
            length = max(0, min(length, self.size - offset))
            self.given += length
            assert length <= 1 << 20
            return self.head[offset : offset + length].ljust(length, b"\0")

    huge = Huge()
    bench = Bench(Limits(), Meter(Limits()))
    found = list(saved_model.extract(huge, Node(name="frozen.pb"), bench))
    assert "Const" in operators(found)
    assert huge.given < 4 << 20


# -- several things at once -----------------------------------------------------------------------------------------


def test_a_file_is_walked_as_everything_that_it_is() -> None:
    """A graph whose library, for another reader, is a meta graph."""
    honest = parts.held(2, parts.meta_graph(parts.graph(parts.COMPUTING)))
    hidden = parts.held(1, parts.node("drop", "WriteFile", ("a", "b")))
    for content in (honest + hidden, hidden + honest, honest + parts.held(9, b"INERT") * 300 + hidden):
        for name in ("model.pb", "saved_model.pb"):
            assert "WriteFile" in operators(read(saved_model.extract, content, name)[0])


def test_a_saved_model_without_meta_graphs_is_malformed() -> None:
    assert isinstance(read(saved_model.extract, parts.number(1, 1), "saved_model.pb")[1], Malformed)


def test_a_graph_called_saved_model_pb_is_walked_as_a_graph() -> None:
    assert "WriteFile" in operators(seen(parts.graph((parts.node("drop", "WriteFile", ("a", "b")),))))


def test_a_saved_model_that_looks_like_another_format_is_read() -> None:
    odd = parts.number(1, 8) + parts.held(2, parts.meta_graph(parts.number(9, 1) * 300 + files.write_file_named_pb()))
    pickle = b"\x80\x04N." + odd
    for content in (odd, pickle):
        assert "tensorflow.saved_model" in examined_formats(content)


def examined_formats(content: bytes) -> tuple[str, ...]:
    from weighbridge.core.source import BytesSource
    from weighbridge.formats.sniff import sniff

    return sniff(BytesSource(content), "dir/saved_model.pb").formats


def test_programs_of_xla_are_handed_on() -> None:
    children = of(Child, seen(files.opaque()))
    assert [(child.name, child.role) for child in children] == [("module", "mlir")]
