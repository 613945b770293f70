"""``weighbridge dossier sign``: sign the answers of people, so that rows can be complete by them."""

from __future__ import annotations

from weighbridge.cli.dossier_answers import ANSWERS, answers_content, answers_path
from weighbridge.cli.dossier_subject import OPERAND
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="dossier sign",
    description="Sign the answers beside a target: all that are there now, each by its digest. An answer that is added "
    "or altered later is not covered.",
    formats=("text",),
    operand=Operand(metavar="TARGET", help=OPERAND, most=1),
    groups=(
        Group(
            title="who signs what",
            options=(
                Option(names=("--key",), metavar="FILE", help="private key (PEM; ECDSA P-256, P-384 or P-521)"),
                Option(names=("--password-file",), metavar="FILE", help="its password; else WEIGHBRIDGE_SIGN_PASSWORD"),
                ANSWERS,
                Option(names=("--signature",), metavar="FILE", help="where it goes (default: ANSWERS.sig)"),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 they are signed, 2 an error

example:
  weighbridge dossier sign model --key jo.pem
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.cli.sign import password
    from weighbridge.governance.dossier.answers import loads
    from weighbridge.governance.dossier.endorsement import signed
    from weighbridge.reports.neutral import visible

    destinations = outputs(given, COMMAND.formats)
    if not given.one("--key"):
        raise UsageError("say who signs: --key FILE")
    path = answers_path(given.operands[0], given)
    if not path:
        raise UsageError("say which answers are signed: --answers FILE")
    answers = loads(_written(given.operands[0], path), path)
    place = given.one("--signature") or f"{path}.sig"
    _check_place(place)
    bundle, key = signed(answers, given.one("--key"), password(given))
    write(bundle.decode(), Output(format="json", file=place))
    rows = ", ".join(one.row for one in answers)
    for destination in destinations:
        write(f"✓ SIGNED: {rows}\n  signature   {visible(place)}\n  key         {key}\n", destination)
    return PASS


def _written(target: str, path: str) -> bytes:
    """Read the answers; raises AccessError, and UsageError where nobody has answered yet."""
    import os

    from weighbridge.core.errors import AccessError
    from weighbridge.core.refs import PATH, parse

    if not os.path.lexists(path):
        if parse(target).scheme == PATH and not os.path.lexists(target):
            raise AccessError(f"cannot open {target!r}: No such file or directory")
        raise UsageError(
            f"there are no answers yet: {path!r} is missing", hint="weighbridge dossier answer writes them"
        )
    return answers_content(path, is_asked=True)


def _check_place(place: str) -> None:
    """Raise UsageError where anything but a signature would be lost."""
    import os

    from weighbridge.core.errors import AccessError, IntegrityError
    from weighbridge.provenance.signing import bundle

    if not os.path.lexists(place):
        return
    try:
        bundle.load(place)
    except (AccessError, IntegrityError):
        raise UsageError(f"{place!r} is there already, and is no signature", hint="--signature FILE") from None
