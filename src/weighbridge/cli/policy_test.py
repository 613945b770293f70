"""``weighbridge policy test``: a policy against saved cases, so that a change of it is seen before it acts."""

from __future__ import annotations

import os

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.cases import Tried

COMMAND = Command(
    name="policy test",
    description="Hold a policy against cases: facts or reports that were saved, and the decisions expected of them.",
    formats=("text", "json"),
    operand=Operand(metavar="CASES", help="a file of cases (YAML)", most=1),
    groups=(
        Group(
            title="what is tested",
            options=(Option(names=("--policy",), metavar="POLICY", help="a file or a preset (default: of CASES)"),),
        ),
    ),
    epilog="""\
exit codes: 0 every decision is as expected, 1 one differs, 2 an error

examples:
  weighbridge policy check models/own --policy ci --facts own.json
  weighbridge policy test cases.yaml --policy policy.yaml
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    tried = tuple(_tried(given))
    differ = sum(one.result == "differs" for one in tried)
    for destination in destinations:
        write(_json(tried) if destination.format == "json" else _text(tried), destination)
    return FAIL if differ else PASS


def _tried(given: Given) -> list[Tried]:
    from weighbridge.cli.documents import content
    from weighbridge.cli.policy_loading import load
    from weighbridge.cli.policy_saved import saved
    from weighbridge.governance.policy.cases import cases_of, tried
    from weighbridge.governance.policy.judge import decide
    from weighbridge.governance.policy.source import LARGEST

    path = given.operands[0]
    cases = cases_of(content(path, LARGEST), path)
    policy = load(given.one("--policy") or cases.policy, beside="" if given.one("--policy") else os.path.dirname(path))
    found = []
    for case in cases.cases:
        place = os.path.join(os.path.dirname(path), case.file)
        held = saved(place)
        if held is None:
            raise UsageError(f"{place!r} holds nothing that can be judged", hint="facts, a report, a graph or a bill")
        found.append(tried(case, decide(policy, held.subjects, case.day, held.gaps)))
    return found


def _text(tried: tuple[Tried, ...]) -> str:
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.outline import plural
    from weighbridge.reports.wrap import wrap

    lines = []
    for one in tried:
        agrees = one.result == "agrees"
        said = "" if agrees else f": expected {one.case.expect}, decided {one.decided}"
        lines += wrap(visible(f"{one.case.name}{said}"), 80, first="✓ " if agrees else "✗ ", rest="  ")
        for words in () if agrees else one.words[:4]:
            lines += wrap(visible(words), 80, first="    ", rest="    ")
    differ = sum(one.result == "differs" for one in tried)
    return "\n".join((*lines, "", f"{plural(len(tried), 'case')}: {len(tried) - differ} as expected, {differ} not", ""))


def _json(tried: tuple[Tried, ...]) -> str:
    import json

    cases = [
        {"name": one.case.name, "expected": str(one.case.expect), "decided": str(one.decided),
         "result": str(one.result), "words": list(one.words)}
        for one in tried
    ]  # fmt: skip
    return json.dumps({"schema": "weighbridge.policy-test/1", "cases": cases}, indent=2) + "\n"
