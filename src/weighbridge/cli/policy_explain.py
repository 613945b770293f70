"""``weighbridge policy explain``: what a policy asks for in words, or rule by rule why it decides as it does."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Operand
from weighbridge.cli.output import outputs, write
from weighbridge.cli.policy_options import GROUPS
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.language import Policy

FORMATS = ("text", "yaml", "schema")

COMMAND = Command(
    name="policy explain",
    description="Say in words what a policy asks for; with targets say of each, key by key, why it is decided so.",
    formats=FORMATS,
    operand=Operand(metavar="TARGET", help="as for policy check; none to explain the policy alone", least=0),
    groups=GROUPS,
    epilog="""\
--format yaml gives the policy's own text, to begin one of yours from a preset;
--format schema gives the JSON Schema of policies for editors.

The exit code is 0 whatever is decided; policy check is for builds.

examples:
  weighbridge policy explain --policy production
  weighbridge policy explain --policy ci --format yaml -o policy.yaml
  weighbridge policy explain models/own --policy policy.yaml
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    from weighbridge.cli.policy_loading import load

    if given.operands and any(one.format != "text" for one in destinations):
        raise UsageError("targets are explained as text", hint="weighbridge policy check --format json has it all")
    for destination in destinations:
        if destination.format == "schema":
            from weighbridge.governance.policy.schema import schema

            write(schema(), destination)
        elif destination.format == "yaml":
            write(_text(given), destination)
        elif given.operands:
            write(_decided(given, load(given.one("--policy"))), destination)
        else:
            from weighbridge.cli.policy_words import render

            write(render(load(given.one("--policy"))), destination)
    return PASS


def _text(given: Given) -> str:
    from weighbridge.cli.policy_loading import text

    return text(given.one("--policy"))[0].decode()


def _decided(given: Given, policy: Policy) -> str:
    from weighbridge.cli.policy_gathering import gathered
    from weighbridge.cli.policy_loading import days
    from weighbridge.cli.policy_text import render
    from weighbridge.cli.terminal import width
    from weighbridge.governance.policy.judge import decide

    today, day = days(given.one("--day"))
    found = gathered(given, configuration.load(given.one("--config")), policy, today)
    outcome = decide(policy, found.subjects, day, found.gaps)
    return render(outcome, None, width=width(), everything=True)
