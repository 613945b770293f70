"""What TorchScript source reaches is told by name, however the name is come by."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import torch_scripts as scripts
from weighbridge.core.coverage import Gap
from weighbridge.core.programs import Operator
from weighbridge.formats.node import Node
from weighbridge.formats.torch_script import Program

PATH = scripts.PATH


def read(*sources: bytes) -> tuple[dict[str, Operator], list[Gap]]:
    program = Program(Node(name="model.pt"))
    for number, source in enumerate(sources):
        program.read(f"code/{number}.py", source)
    found = list(program.facts())
    operators = {f"{one.domain}.{one.name}": one for one in found if isinstance(one, Operator)}
    return operators, [one for one in found if isinstance(one, Gap)]


def reached(body: str, **more: str) -> set[str]:
    operators, gaps = read(scripts.module(body, **more))
    assert gaps == []
    return set(operators)


def test_operators_are_counted() -> None:
    operators, gaps = read(scripts.module("y = torch.add(x, x)\nz = torch.add(y, ops.quantized.add(x, x))"))
    assert gaps == []
    assert {name: one.count for name, one in operators.items()} == {"aten.add": 2, "quantized.add": 1}
    assert operators["aten.add"].framework == "torchscript"


WAYS = {
    "plain": 'torch.save(x, "p")',
    "blanks": 'torch . \\\n save (x, "p")',
    "in_brackets": '(torch.\n  save)(x, "p")',
    "comment_between": '(torch.  # nothing\n  save)(x, "p")',
    "as_ops": 'ops.aten.save(x, "p")',
    "kept": 's = torch.save\ns(x, "p")',
    "kept_module": 't = torch\nt.save(x, "p")',
    "bracketed_module": '(torch).save(x, "p")',
    "kept_namespace": 'o = ops.aten\no.save(x, "p")',
    "method": 'x.save("p")',
    "method_of_bracket": '(x).save("p")',
    "method_of_item": 'x[0].save("p")',
    "method_of_text": '"t".save("p")',
    "method_of_number": '1 .save("p")',
    "method_kept": 's = x.save\ns("p")',
    "getattr": 'getattr(torch, "save")(x, "p")',
    "getattr_in_pieces": 'getattr(torch, "sa" "ve")(x, "p")',
    "getattr_of_ops": 'getattr(ops.aten, "save")(x, "p")',
    "getattr_of_value": 'getattr(x, "save")("p")',
    "type_comment": '# type: torch.save(x, "p")',
    "behind_text": '"""a\n"""; torch.save(x, "p")',
    "behind_quote": "'\\'' ; torch.save(x, \"p\")",
    "deep": 'f(g(h([torch.save(x, "p")])))',
}


@pytest.mark.parametrize("body", WAYS.values(), ids=WAYS.keys())
def test_every_way_to_an_operator_that_writes(body: str) -> None:
    assert "aten.save" in reached(body)


NO_WAYS = {
    "in_text": 'y = "torch.save(x)"',
    "in_long_text": 'y = """\ntorch.save(x)\n"""',
    "in_comment": "y = x  # torch.save(x)",
    "longer_name": "y = torch.saved(x)",
    "own_name": 'y = (self).save(x, "p")',
    "own_field": "y = self.kept",
}


@pytest.mark.parametrize("body", NO_WAYS.values(), ids=NO_WAYS.keys())
def test_what_is_no_way(body: str) -> None:
    assert "aten.save" not in reached(body, after="  def save(self: __torch__.Net) -> int:\n    return 1\n")


def test_a_field_of_the_class_may_have_any_name() -> None:
    source = scripts.module("y = self.save").replace(b"  training : bool\n", b"  save : List[int]\n")
    assert "aten.save" not in read(source)[0]


DECOYS = {
    "function_of_that_name": ('x.save("p")', "def save(x: Tensor) -> Tensor:\n  return x\n"),
    "class_of_its_own": (
        'x.save("p")',
        "class Decoy(Module):\n  def save(self: __torch__.Decoy) -> int:\n    return 1\n",
    ),
    "other_self": (
        '(self).save("p")',
        "class Decoy(Module):\n  def save(self: __torch__.Decoy) -> int:\n    return 1\n",
    ),
    "function_outside_of_the_class": (
        "return x",
        "  def save(self: __torch__.Net) -> int:\n    return 1\ndef f(self: Tensor) -> Tensor:\n  (self).save(1)\n",
    ),
    "self_is_given_away": ('self = x\n(self).save("p")', "  def save(self: __torch__.Net) -> int:\n    return 1\n"),
}


@pytest.mark.parametrize(("body", "after"), DECOYS.values(), ids=DECOYS.keys())
def test_a_decoy_of_the_same_name_hides_nothing(body: str, after: str) -> None:
    assert "aten.save" in reached(body, after=after)


def test_a_method_of_the_archive_is_no_operator_and_any_other_is() -> None:
    assert reached("y = (self.inner).forward(x)\nz = (x).inert_op()") == {"aten.inert_op"}
    operators, _ = read(scripts.module("y = (self.inner).encode(x)"), scripts.module(scripts.HONEST, name="encode"))
    assert set(operators) == {"aten.linear", "aten.relu"}


def test_a_module_under_another_name_is_unknown() -> None:
    assert ".torch" in reached("t = torch\ny = t.inert(x)")
    assert ".ops" in reached("t = ops.inert\ny = t.inert(x)")


def test_classes_of_native_libraries() -> None:
    assert reached("y = __torch__.torch.classes.inert_ns.Inert(x)") == {"torch.classes.inert_ns.Inert"}
    source = scripts.module("return x").replace(b"bool", b"__torch__.torch.classes.inert_ns.Inert")
    assert set(read(source)[0]) == {"torch.classes.inert_ns.Inert"}
    assert reached("y = __torch__.inner.Inert(x)") == set()


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (f'torch.save(x, "{PATH}")', (PATH,)),
        (f'_0 = "{PATH}"\ntorch.save(x, _0)', (PATH,)),
        ('torch.save(x, "a" "b")', ("a", "b")),
        ('y = "no"\ntorch.save(f("in", "side"), x)\nz = "after"', ("in", "side")),
        ('x.save("p")', ("p",)),
    ],
)
def test_the_text_that_reaches_a_file_operation(body: str, texts: tuple[str, ...]) -> None:
    operator = read(scripts.module(body))[0]["aten.save"]
    assert operator.constants == texts
    assert operator.scope == "Net.forward"


def test_what_a_load_runs_is_told() -> None:
    (operator,) = read(scripts.module('torch.save(x, "p")', name="__setstate__"))[0].values()
    assert operator.scope == "Net.__setstate__, which a load runs"


@pytest.mark.parametrize("broken", [b'y = "no end', b"y = '''no end'", b"y = \x00", b"y = $", b"y = \xe9", b"y = `x`"])
def test_what_the_lexer_does_not_take_is_a_gap(broken: bytes) -> None:
    operators, gaps = read(b"y = torch.relu(x)\n" + broken)
    assert set(operators) == {"aten.relu"}
    assert [gap.at.member for gap in gaps] == [("code/0.py",)]


def test_getattr_names_any_operator() -> None:
    assert "aten.inert" in reached('getattr(torch, "inert")(x)')
    assert "inert_ns.run" in reached('getattr(ops.inert_ns, "ru" "n")(x)')
    assert reached('y = getattr(self, "0")\nz = getattr(self, "a b")') == set()


def test_long_names_are_followed_to_their_end() -> None:
    assert "aten.save" in reached("x." + "a." * 200 + 'save("p")')
    assert "aten.save" in reached("y = x.save." + "a." * 200 + "b")
    assert "aten.save" in reached("y = x." + "a." * 100 + "save." + "a." * 100 + "b")


def test_calls_in_calls_are_followed_to_a_bound() -> None:
    nested = 'torch.save("a", ' * 100 + '"deep"' + ")" * 100
    found = [one for one in read(scripts.module(nested))[0].values() if one.name == "save"]
    assert found
    program = Program(Node(name="model.pt"))
    program.read("code/a.py", scripts.module(nested))
    texts = [one.constants for one in program.facts() if isinstance(one, Operator)]
    assert () in texts
    assert max(map(len, texts)) == 8


def test_bytecode_is_read_by_the_length_of_its_texts() -> None:
    program = Program(Node(name="model.ptl"))
    content = b"X\x0a\0\0\0aten::reluq\x01X\xff\0\0\0aten::saveq\x02\x8c\x07inert::xyzX\xff\0\0\0aten::sum"
    program.bytecode("bytecode.pkl", content)
    assert {(one.domain, one.name) for one in program.facts() if isinstance(one, Operator)} == {("aten", "relu")}


def test_bytecode_names_its_operators() -> None:
    program = Program(Node(name="model.ptl"))
    program.bytecode("bytecode.pkl", scripts.bytecode("aten::save", "inert::x", "aten::relu.out"))
    assert {f"{one.domain}.{one.name}" for one in program.facts() if isinstance(one, Operator)} == {
        "aten.save", "inert.x",
    }  # fmt: skip


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_an_end(source: bytes) -> None:
    read(source)


PIECES = ["torch", ".", "save", "(", ")", '"', "'", '"""', "\\", "\n", " ", "#", "self", "=", "def", "class", "x", ":",
          ",",          "getattr", "ops", "aten", "[", "]", "__torch__"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_tokens_are_read_to_an_end(pieces: list[str]) -> None:
    read("".join(pieces).encode())


@given(st.text("ab() \n.,#", max_size=20))
def test_nothing_before_a_line_hides_it(before: str) -> None:
    operators, _ = read(f'{before}\ntorch.save(x, "p")'.encode())
    assert "aten.save" in operators
