"""Small faults put into a module one at a time: comparisons turned, conditions dropped, constants swapped.

A mutant is the syntax tree of the module with one change. What a test does not notice, it does not test.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

_TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
_SWAPPED = {"any": "all", "all": "any", "max": "min", "min": "max"}


class Mutant(NamedTuple):
    """A changed module, where it was changed, and how."""

    line: int
    change: str
    tree: ast.Module

    def module(self, like: ModuleType) -> ModuleType:
        """Make a module of it that stands beside the real one."""
        made = ModuleType(like.__name__)
        made.__package__, made.__file__ = like.__package__, like.__file__
        exec(compile(self.tree, str(like.__file__), "exec"), made.__dict__)
        return made


def mutants(module: ModuleType, without: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Yield every mutant of a module; the functions named are left as they are."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    kept = [one for one in tree.body if "TYPE_CHECKING" in ast.unparse(one) or getattr(one, "name", "") in without]
    spared = {id(inner) for one in kept for inner in ast.walk(one)}
    for at, node in enumerate(ast.walk(tree)):
        if id(node) in spared:
            continue
        for number, change in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            place = next(one for index, one in enumerate(ast.walk(changed)) if index == at)
            _apply(place, number)
            yield Mutant(line=getattr(node, "lineno", 0), change=change, tree=ast.fix_missing_locations(changed))


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
            inner = ast.Call(func=ast.Name(id="bool", ctx=ast.Load()), args=[node.operand], keywords=[])
            node.op, node.operand = ast.Not(), ast.UnaryOp(op=ast.Not(), operand=inner)
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
