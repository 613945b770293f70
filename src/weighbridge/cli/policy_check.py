"""``weighbridge policy check``: may these models, adapters and applications pass?"""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import FAIL, INCONCLUSIVE, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.cli.policy_options import GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.decision import Outcome

FORMATS = ("text", "json", "markdown", "sarif")

COMMAND = Command(
    name="policy check",
    description="Decide by a policy whether models, adapters and applications may pass. What is not known never passes "
    "silently: it is inconclusive, unless the policy says what follows. Nothing is executed.",
    formats=FORMATS,
    operand=Operand(
        metavar="TARGET",
        help="a model (directory, file, hf://org/name), an application's directory, or what was saved: a "
        "report of scan, a graph or bill of materials, facts, model.lock",
    ),
    groups=(
        *GROUPS,
        Group(
            title="what is kept",
            options=(
                Option(names=("--all",), help="tell what is allowed, too, and by which evidence"),
                Option(names=("--statement",), metavar="FILE", help="write the decision as an in-toto statement"),
                Option(names=("--key",), metavar="FILE", help="sign the statement with a private key (PEM)"),
                Option(names=("--facts",), metavar="FILE", help="write what was judged, to be judged again"),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 it may pass (warnings on stderr), 1 it is blocked, 2 an error,
3 something that the policy asks for is not known; a policy with mode: audit
tells the same and exits with 0

examples:
  weighbridge policy check models/own --policy production --signers signers.toml
  weighbridge policy check . hf://org/name@0123abc --policy policy.yaml
  weighbridge policy check report.json app.cdx.json --policy ci
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    from weighbridge.cli.policy_loading import days, load
    from weighbridge.governance.policy.judge import decide

    policy = load(given.one("--policy"))
    today, day = days(given.one("--day"))
    from weighbridge.cli.policy_gathering import gathered
    from weighbridge.cli.policy_keeping import check_request, keep, tell

    check_request(given)
    found = gathered(given, configuration.load(given.one("--config")), policy, today)
    outcome = decide(policy, found.subjects, day, found.gaps)
    code = code_for(outcome)
    keep(given, outcome, found.subjects)
    for destination in destinations:
        write(_rendered(outcome, code, destination, everything=given.on("--all")), destination)
    tell(outcome, quiet=given.on("--quiet"), shown=any(one == Output(format="text") for one in destinations))
    return code


def code_for(outcome: Outcome) -> int:
    """Choose the exit code; a policy in audit mode stops nothing."""
    from weighbridge.governance.policy.decision import Decision

    stops = {Decision.BLOCK: FAIL, Decision.INCONCLUSIVE: INCONCLUSIVE}
    return stops.get(outcome.decision, PASS) if outcome.enforced else PASS


def _rendered(outcome: Outcome, code: int, destination: Output, *, everything: bool) -> str:
    if destination.format == "json":
        from weighbridge.cli.policy_json import render as as_json

        return as_json(outcome, code)
    if destination.format == "markdown":
        from weighbridge.cli.policy_markdown import render as markdown

        return markdown(outcome)
    if destination.format == "sarif":
        from weighbridge.cli.policy_sarif import render as sarif

        return sarif(outcome)
    from weighbridge.cli.policy_text import render as text
    from weighbridge.cli.terminal import USUAL, width

    return text(outcome, code, width=width() if destination.file == "-" else USUAL, everything=everything)
