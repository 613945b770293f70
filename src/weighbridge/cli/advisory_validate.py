"""``weighbridge advisory validate``: hold advisories against the OSV schema, and against what readers need."""

from __future__ import annotations

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Operand
from weighbridge.cli.output import outputs, write
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.advisories.sense import Remark

COMMAND = Command(
    name="advisory validate",
    description="Hold advisories against the OSV 1.7 schema, and against sense: do they say what is wrong, where, and "
    "what to do; can they match anything; do their parts speak of one repository.",
    formats=("text", "json"),
    operand=Operand(metavar="FILE", help="OSV documents, JSON lines, directories or zips"),
    epilog="""\
exit codes: 0 nothing is wrong (advice does not count), 1 something is, 2 it
cannot be read

example:
  weighbridge advisory validate x_acme-2026-0001.json
""",
)


@value
class Checked:
    """A record and what there is to say about it."""

    where: str
    remarks: tuple[Remark, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether it cannot stay as it is."""
        return any(one.weight == "wrong" for one in self.remarks)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.core.errors import UsageError

    checked = [one for path in given.operands for one in _checked(path)]
    if not checked:
        raise UsageError("there is no advisory to check", hint="OSV documents end with .json")
    for destination in destinations:
        write(_json(checked) if destination.format == "json" else _text(checked), destination)
    return FAIL if any(one.is_wrong for one in checked) else PASS


def _checked(path: str) -> list[Checked]:
    import os

    from weighbridge.inventory.advisories.sense import Remark, Weight, remarks
    from weighbridge.inventory.advisories.sources import pieces

    folder = path if os.path.isdir(path) else os.path.dirname(path)
    made = []
    for piece in pieces(path):
        trouble = Remark(weight=Weight.WRONG, by="schema", at="", words=piece.trouble)
        found = (trouble,) if piece.trouble else remarks(piece.text)
        made.append(Checked(where=os.path.join(folder, piece.where), remarks=found))
    return made


def _text(checked: list[Checked]) -> str:
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.outline import plural
    from weighbridge.reports.wrap import wrap

    lines: list[str] = []
    for one in checked:
        lines += wrap(visible(f"{'✗ WRONG' if one.is_wrong else '✓ VALID'}: {one.where}"), 80, rest="  ")
        for each in one.remarks:
            mark = "✗" if each.weight == "wrong" else "·"
            words = f"{each.by if each.weight == 'wrong' else each.weight}  {each.at or '/'}: {each.words}"
            lines += wrap(visible(words), 80, first=f"  {mark} ", rest="    ")
    bad = sum(one.is_wrong for one in checked)
    if len(checked) > 1:
        lines.append(f"{plural(len(checked), 'record')}: {len(checked) - bad:,} valid, {bad:,} wrong")
    return "\n".join((*lines, ""))


def _json(checked: list[Checked]) -> str:
    import json

    from weighbridge.reports.neutral import encodable

    records = [
        {
            "file": encodable(one.where), "valid": not one.is_wrong,
            "remarks": [
                {"weight": str(each.weight), "by": each.by, "at": encodable(each.at), "words": encodable(each.words)}
                for each in one.remarks
            ],
        }
        for one in checked
    ]  # fmt: skip
    document = {
        "schema": "weighbridge.advisory-check/1",
        "valid": not any(one.is_wrong for one in checked),
        "records": records,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"
