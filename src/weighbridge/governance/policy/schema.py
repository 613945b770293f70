"""The JSON Schema of policies for editors, made from the grammar that the parser reads by.

YAML's own types are what an editor sees, so a number is a number there and text without quotes is text.
"""

from __future__ import annotations

import json

from weighbridge.governance.policy.grammar import MISSING, ON_MISSING, TOP, Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.governance.policy.grammar import KeyForm

ID = "urn:weighbridge:schemas:policy-v1"


def schema() -> str:
    """Write the schema (``schemas/policy-v1.json``)."""
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": ID, "title": "Weighbridge policy",
        "description": "What may pass: `weighbridge policy check` decides by it. docs/policy.md explains the keys.",
    }  # fmt: skip
    document |= _table(TOP)
    entry = document["properties"]
    for name in ("allow", "deny"):
        # An entry is about one thing, which a list of keys cannot say.
        entry[name]["items"]["oneOf"] = [{"required": ["purl"]}, {"required": ["sha256"]}]
    return json.dumps(document, indent=2) + "\n"


def _table(keys: tuple[KeyForm, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "additionalProperties": False}
    required = [one.name for one in keys if one.required]
    if required:
        made["required"] = required
    return made | {"properties": {one.name: _key(one) for one in keys}}


def _key(one: KeyForm) -> dict[str, Any]:
    words = one.words + (f" (usually: {one.usual})" if one.usual else "")
    held = _form(one)
    if one.several:
        held = {"type": "array", "items": held} | ({} if one.form is Form.TABLE else {"minItems": 1})
    return {"description": words} | held


def _form(one: KeyForm) -> dict[str, Any]:
    match one.form:
        case Form.TABLE:
            table = _table(one.keys)
            # A key without a value is a table in which everything is as usual.
            return (
                table if one.several or any(key.required for key in one.keys) else table | {"type": ["object", "null"]}
            )
        case Form.MISSING:
            return {"oneOf": [{"enum": list(MISSING)}, _on_missing()]}
        case Form.WORD if one.choices == ("1",):
            return {"const": 1}
        case Form.WORD:
            return {"enum": list(one.choices)}
        case Form.WHOLE:
            return {"type": "integer", "minimum": 0}
        case Form.NUMBER:
            return {"type": "number"}
        case Form.DATE:
            return {"type": "string", "format": "date"}
        case Form.SHA256:
            return {"type": "string", "pattern": "^[0-9a-f]{64}$"}
        case Form.PURL:
            return {"type": "string", "pattern": "^pkg:"}
        case _:
            return {"type": "string", "minLength": 1}


def _on_missing() -> dict[str, Any]:
    needs = {"if": {"properties": {"decision": {"const": "allow"}}}, "then": {"required": ["reason"]}}
    return _table(ON_MISSING) | needs
