"""skops files, put together node by node: honest ones, and nodes that name or hide what shall run."""

from __future__ import annotations

import json
from typing import Any

from tests.builders import zips

__all__ = ["archive", "honest", "method", "named", "operator", "schema"]

State = dict[str, Any]


def text(content: object) -> State:
    """A value that JSON can hold."""
    return {
        "__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": json.dumps(content),
        "is_json": True,
    }  # fmt: skip


def node(loader: str, module: str, name: str, content: object = None, **more: object) -> State:
    """A node of any kind."""
    state: State = {"__class__": name, "__module__": module, "__loader__": loader}
    if content is not None:
        state["content"] = content
    return {**state, **more}


def of_tuple(*items: State) -> State:
    """A tuple of nodes."""
    return node("TupleNode", "builtins", "tuple", list(items))


def of_dict(**items: State) -> State:
    """A dictionary with texts for keys."""
    keys = node("ListNode", "builtins", "list", [node("TypeNode", "builtins", "str") for _ in items])
    return node("DictNode", "builtins", "dict", dict(items), key_types=keys)


def scaler(**extra: State) -> State:
    """An estimator of scikit-learn; ``extra`` are attributes beside its own."""
    attributes = {"copy": text(True), "with_mean": text(True), **extra}
    return node("ObjectNode", "sklearn.preprocessing._data", "StandardScaler", of_dict(**attributes))


def schema(root: State, protocol: object = 2) -> bytes:
    """The text of ``schema.json``."""
    return json.dumps({**root, "protocol": protocol, "_skops_version": "0.16.0"}, indent=2).encode()


def archive(root: State, members: dict[str, bytes] | None = None, protocol: object = 2) -> bytes:
    """A skops file."""
    return zips.plain({**(members or {}), "schema.json": schema(root, protocol)})


def honest(**extra: State) -> bytes:
    """An estimator and nothing else."""
    return archive(scaler(**extra))


def honest_named_skops() -> bytes:
    """An estimator that takes items by their keys."""
    return honest(extra=operator("itemgetter", "a"))


def operator(name: str, *arguments: object, module: str = "operator") -> State:
    """A function of the module ``operator`` made with arguments, under any module."""
    return node("OperatorFuncNode", module, name, attrs=of_tuple(*(text(one) for one in arguments)))


def method(
    name: str, owner: State, shown: tuple[str, str] = ("sklearn.preprocessing._data", "StandardScaler")
) -> State:
    """A method of ``owner``, under the name of any class."""
    return node("MethodNode", *shown, {"func": name, "obj": owner})


def masked_operator_named_skops() -> bytes:
    """CVE-2025-54412: ``operator.call`` that the list of types shows as a class of scikit-learn."""
    return honest(extra=operator("call", "INERT", module="sklearn.linear_model._stochastic_gradient"))


def masked_getter() -> bytes:
    """The same with an operator that only takes items: what is shown is not what is made."""
    return honest(extra=operator("itemgetter", "a", module="sklearn.linear_model._stochastic_gradient"))


def masked_method() -> bytes:
    """CVE-2025-54413: a method of one object that the list of types shows as another class."""
    return honest(extra=method("transform", node("ObjectNode", "inert_absent_pkg", "Loader")))


def open_method() -> bytes:
    """A method of an estimator, shown as what it is."""
    return honest(extra=method("transform", scaler()))


def walking_method() -> bytes:
    """A method node that reaches for an attribute of every function."""
    return honest(extra=method("__init__.__globals__", scaler()))


def named(loader: str, module: str, name: str, *arguments: object) -> bytes:
    """An estimator with a node that names anything."""
    more: State = {}
    if loader == "ListNode":
        more["content"] = [text(one) for one in arguments]
    elif arguments:
        more["content"] = of_tuple(*(text(one) for one in arguments))
    return honest(extra={**node(loader, module, name), **more})


def old_function(module: str, name: str) -> bytes:
    """A function as protocol 0 names it: in the content, beside another name."""
    root = scaler(extra=node("FunctionNode", "numpy", "log1p", {"module_path": module, "function": name}))
    return archive(root, protocol=0)


def generator(name: str) -> bytes:
    """A random generator, whose class is a text in its state."""
    state = of_dict(bit_generator=text(name), state=text(1))
    content = {"bit_generator": state, "seed_seq": of_dict(entropy=text(1))}
    return honest(extra=node("RandomGeneratorNode", "numpy.random._generator", "Generator", content))


def mislabelled(loader: str = "JsonNode", module: str = "sklearn.svm._classes", name: str = "SVC") -> bytes:
    """A node of a kind that always becomes the same, under another name."""
    return honest(extra={**text(1), "__loader__": loader, "__module__": module, "__class__": name})
