"""Small faults put into a module one at a time: comparisons turned, conditions dropped, constants swapped.

A mutant is the syntax tree of the module with one change. What a test does not notice, it does not test.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

_TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
_SWAPPED = {"any": "all", "all": "any", "max": "min", "min": "max"}


class Mutant(NamedTuple):
    """A change of one statement at the top of a module, compiled."""

    change: str
    name: str
    code: CodeType

    @contextmanager
    def installed(self, module: ModuleType) -> Iterator[None]:
        """Put it into the module itself, for a while."""
        before = dict(module.__dict__)
        try:
            exec(self.code, module.__dict__)
            yield
        finally:
            module.__dict__.update(before)


def mutants(module: ModuleType, without: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Yield every mutant of a module; the functions named are left as they are.

    A statement is changed in place, compiled alone and changed back: to copy and compile the whole module for each
    would take a hundred times as long.
    """
    for statement in ast.parse(Path(str(module.__file__)).read_text("utf-8")).body:
        name = getattr(statement, "name", "")
        if "TYPE_CHECKING" in ast.unparse(statement) or name in without:
            continue
        for node in list(ast.walk(statement)):
            for number, change in enumerate(_changes(node)):
                before = {field: list(held) if isinstance(held, list) else held for field, held in vars(node).items()}
                _apply(node, number)
                ast.fix_missing_locations(statement)
                whole = ast.Module(body=[_FUTURE, statement], type_ignores=[])
                code = compile(whole, str(module.__file__), "exec")
                vars(node).clear()
                vars(node).update(before)
                yield Mutant(change, name, code)


_FUTURE = ast.parse("from __future__ import annotations").body[0]


def _changes(node: ast.AST) -> list[str]:
    """Name the changes that can be made to a node, in a fixed order."""
    match node:
        case ast.Compare(ops=[operator], left=left, comparators=[right]):
            turned = _TURNED.get(type(operator), ())
            return [f"{ast.unparse(node)} -> {one.__name__}" for one in turned] if left is not right else []
        case ast.BoolOp(op=operator):
            other = "or" if isinstance(operator, ast.And) else "and"
            return [f"{other}: {ast.unparse(node)}"] + [f"without {ast.unparse(one)}" for one in node.values]
        case ast.UnaryOp(op=ast.Not()):
            return [f"without {ast.unparse(node)[:60]}"]
        case ast.Constant(value=bool() as held):
            return [f"{held} -> {not held}"]
        case ast.If(test=test):
            return [f"always {ast.unparse(test)[:60]}", f"never {ast.unparse(test)[:60]}"]
        case ast.IfExp(test=test):
            return [f"always {ast.unparse(test)[:60]}", f"never {ast.unparse(test)[:60]}"]
        case ast.Call(func=ast.Name(id=name)) if name in _SWAPPED:
            return [f"{name} -> {_SWAPPED[name]}"]
        case ast.Attribute(value=ast.Name(id="Decision"), attr=name):
            return [f"Decision.{name} -> {_other(name)}"]
        case ast.Attribute(value=ast.Name(id="Standing"), attr=name) if name != "AFFECTED":
            return [f"Standing.{name} -> AFFECTED"]
        case _:
            return []


def _other(decision: str) -> str:
    return {"ALLOW": "BLOCK", "BLOCK": "WARN", "WARN": "ALLOW", "INCONCLUSIVE": "WARN"}[decision]


def _apply(node: ast.AST, number: int) -> None:
    """Make the change with this number."""
    match node:
        case ast.Compare(ops=[operator]):
            node.ops = [_TURNED[type(operator)][number]()]
        case ast.BoolOp(op=operator) if number == 0:
            node.op = ast.Or() if isinstance(operator, ast.And) else ast.And()
        case ast.BoolOp():
            del node.values[number - 1]
            node.values = node.values or [ast.Constant(value=True)]
            if len(node.values) == 1:
                node.values.append(copy.deepcopy(node.values[0]))
        case ast.UnaryOp(op=ast.Not()):
            node.operand = ast.UnaryOp(op=ast.Not(), operand=node.operand)
        case ast.Constant(value=bool() as held):
            node.value = not held
        case ast.If() | ast.IfExp():
            node.test = ast.Constant(value=number == 0)
        case ast.Call(func=ast.Name(id=name)):
            node.func = ast.Name(id=_SWAPPED[name], ctx=ast.Load())
        case ast.Attribute(value=ast.Name(id="Decision"), attr=name):
            node.attr = _other(name)
        case ast.Attribute():
            node.attr = "AFFECTED"
