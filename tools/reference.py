"""The pages of `docs/reference/` that are made from code: commands, formats, limits and the JSON report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tools.tables import attribute_words, table
from weighbridge.cli.app import COMMANDS
from weighbridge.core import limits
from weighbridge.core.values import field_names
from weighbridge.formats import registry, sniff

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schemas" / "report-v1.json"
MADE = "<!-- Made by `make generate`; do not edit. -->\n\n"


def commands() -> str:
    """Every command with its options, as `--help` tells them."""
    page = MADE + (
        "# Commands\n\nResults go to stdout, talk and progress to stderr. [Exit codes](exit-codes.md) are the same for "
        "all. `python -m weighbridge` is the same program.\n"
    )
    for name, (_, words) in COMMANDS.items():
        page += f"\n## weighbridge {name}\n\n{words[0].upper()}{words[1:]}.\n\n"
        page += f"<!-- run: weighbridge {name} --help -->\n<!-- end -->\n"
    return page


def formats() -> str:
    """What is read, what is only recognised, and what names promise."""
    page = MADE + (
        "# Formats\n\nContent decides what a file is; its name may only add a reader. A file that is several formats "
        "at once is read as all of them, and that is a finding.\n\n## Read\n\n"
    )
    readers: dict[str, list[str]] = {}
    for name in registry.formats():
        readers.setdefault(registry.extractor(name).__module__, []).append(f"`{name}`")
    rows = ((", ".join(names), _sentence(import_module(module).__doc__ or "")) for module, names in readers.items())
    page += table(("format", "what its reader does"), rows)
    page += (
        "\nInside these: torch's zip layout (`torch.zip`) and old tar layout, `numpy.npz`, joblib dumps with their "
        "arrays, dill and cloudpickle streams, pickles and archives nested in any of them.\n\n"
        "## Recognised, not read yet\n\nSuch a file is `inconclusive`, never `clean`.\n\n"
    )
    known = {name for _, name in (*sniff._LEADING, *sniff._AT_FOUR, *sniff._BY_NAME)} | {"text"}
    page += ", ".join(f"`{name}`" for name in sorted(known) if not registry.is_analysed(name)) + ".\n"
    page += (
        "\n## What a name promises\n\nOther content under such a name is a finding ([HID205](../rules/HID205.md)).\n\n"
    )
    promises = ((f"`{ending}`", ", ".join(f"`{one}`" for one in kinds)) for ending, kinds in sniff._PROMISES)
    return page + table(("ending", "content"), promises)


def _sentence(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split()).replace("``", "`")


def bounds() -> str:
    """Every budget of an examination and of a worker, with its reason."""
    from weighbridge.sandbox import policy

    return MADE + (
        "# Limits\n\nWhat a file may cost. A spent budget is a gap of the kind `over_limit`, so the file is "
        "`inconclusive` at best; what was found before stays found. None of these can be set from "
        "outside in this version.\n\n"
        f"## One file\n\n{_budgets(limits.Limits(), Path(limits.__file__))}\n"
        f"## One worker\n\n{_budgets(policy.JailPolicy(), Path(policy.__file__))}"
    )


def _budgets(held: object, module: Path) -> str:
    told = attribute_words(module, type(held).__name__)
    values = {name: getattr(held, name) for name in field_names(type(held))}
    numbers = {name: number for name, number in values.items() if isinstance(number, int | float)}
    rows = ((f"`{name}`", _amount(number), told[name]) for name, number in numbers.items())
    return table(("limit", "value", "reason"), rows)


def _amount(number: float) -> str:
    for unit, size in (("GiB", limits.GIB), ("MiB", limits.MIB)):
        if isinstance(number, int) and number >= size and number % size == 0:
            return f"{number // size} {unit}"
    return f"{number:,}".removesuffix(".0")


def json_report() -> str:
    """The report as JSON, from its schema."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    page = MADE + (
        f"# The JSON report\n\n{schema['description']}\n\nThe schema is "
        "[`schemas/report-v1.json`](../../schemas/report-v1.json); the tests hold reports against it.\n\n"
        "<!-- run: weighbridge scan example-repository/poisoned/digits.pt --format json -->\n<!-- end -->\n\n"
        f"## The document\n\n{_properties(schema)}"
    )
    for name, part in schema["$defs"].items():
        words = [part["description"]] if "description" in part else []
        words.append(_properties(part) if "properties" in part else _one_of(part))
        page += "\n".join(f"\n{one.rstrip()}\n" for one in (f"## {name}", *words)).replace("\n\n\n", "\n\n")
    return page


def _one_of(field: dict[str, Any]) -> str:
    return "One of " + ", ".join(f"`{one}`" for one in field["enum"]) + "." if "enum" in field else ""


def _properties(part: dict[str, Any]) -> str:
    return table(("field", "type", "meaning"), _rows(part, ""))


def _rows(part: dict[str, Any], inside: str) -> Iterator[tuple[str, str, str]]:
    for name, field in part["properties"].items():
        always = name in part.get("required", ())
        words = " ".join(one for one in (field.get("description", ""), _one_of(field)) if one)
        yield f"`{inside}{name}`", _type(field) + ("" if always else ", optional"), words
        nested = field if "properties" in field else field.get("items", {})
        if "properties" in nested:
            yield from _rows(nested, f"{inside}{name}.")


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    given = field.get("type", "string")
    return " or ".join(given) if isinstance(given, list) else str(given)
