"""Claims: constants that blow a graph up are told, honest sizes are not."""

from __future__ import annotations

import pytest

from tests.builders import onnxes as files
from tests.builders.onnxes import floats, ints, node
from tests.formats.reading import of
from weighbridge.core.facts import ResourceClaim
from weighbridge.formats.onnx import model

HUGE = 1 << 20


def told(content: bytes) -> list[int]:
    return [claim.claimed for claim in of(ResourceClaim, model.extract, content)]


def of_nodes(*nodes: bytes, held: tuple[bytes, ...] = ()) -> bytes:
    return files.model(files.classifier(nodes, held, output="y"))


@pytest.mark.parametrize(
    ("content", "claimed"),
    [
        (files.tiled(), [1 << 40]),
        (files.filled(), [1 << 40]),
        (files.expanded(), [1 << 60]),
        (files.upsampled(1e5), [12_288 * 10**10]),
        (
            of_nodes(
                node("Range", "a b c", "y"), held=(ints("a", [0], ()), ints("b", [1 << 40], ()), ints("c", [1], ()))
            ),
            [1 << 40],
        ),
        (of_nodes(node("OneHot", "logits d v", "y"), held=(ints("d", [1 << 35], ()), floats("v", [0, 1]))), [1 << 35]),
        (of_nodes(node("RandomNormal", "", "y", files.attribute("shape", [HUGE, HUGE]))), [1 << 40]),
        (of_nodes(node("Pad", "logits p", "y"), held=(ints("p", [0, 0, 0, 1 << 40]),)), [(1 << 40) + 1]),
        (files.tiled(1 << 62, 3), [1 << 62]),
    ],
)  # fmt: skip
def test_bombs_are_told(content: bytes, claimed: list[int]) -> None:
    assert told(content)[0] == pytest.approx(claimed[0], rel=1e-6)


@pytest.mark.parametrize(
    "content",
    [files.tiled(4), files.filled((1024, 1024)), files.expanded(64), files.upsampled(), files.honest(),
     of_nodes(node("ConstantOfShape", "s", "z"), node("Identity", "logits", "y"), held=(ints("s", [-1, 0]),)),
     of_nodes(node("Div", "a b", "s"), node("Expand", "b s", "y"), held=(ints("a", [1]), ints("b", [0])))],
)  # fmt: skip
def test_honest_sizes_are_silent(content: bytes) -> None:
    assert not told(content)


def test_a_bomb_in_a_function_is_told_with_what_it_is_given() -> None:
    inner = files.function("Fill", "s", "y", [node("ConstantOfShape", "s", "y")])
    call = node("Fill", "dims", "y", domain="inert.local")
    of_ = files.classifier([call], [ints("dims", [HUGE, HUGE])], output="y")
    assert told(files.model(of_, more=files.data(25, inner))) == [1 << 40]


def test_a_loop_without_end_is_told_and_one_that_ends_by_its_condition_is_not() -> None:
    def loop(turns: int) -> bytes:
        body = files.graph(
            [node("Identity", "c", "on"), node("Relu", "v", "w")], outputs=[files.value("on"), files.value("w")]
        )
        return of_nodes(
            node("Loop", "m - logits", "y", files.attribute("body", body, "graph")), held=(ints("m", [turns], ()),)
        )

    assert told(loop(1 << 50)) == [1 << 50]
    assert not told(loop((1 << 63) - 1))
    assert not told(loop(100))


def test_nan_and_endless_scales_are_numbers_like_others() -> None:
    assert not told(files.upsampled(float("nan")))
    assert told(files.upsampled(float("inf")))
