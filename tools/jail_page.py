"""The page of `docs/reference/` about the jail: what is tried from inside, and the walls that stop it."""

from __future__ import annotations

from tests.sandbox.jail_probes import CALLS, PRIVILEGED, PROBES, WALLS

from tools.reference import MADE
from tools.tables import table
from weighbridge.sandbox.policy import Layer


def page() -> str:
    """Every escape of the tests, with its call, its walls, and how a load is told of it."""
    rows = (
        (
            name.replace("_", " "),
            f"`{CALLS[name]}`",
            ", ".join(layer for layer in Layer if layer in WALLS[name]),
            "kernel" if Layer.SECCOMP in WALLS[name] else "witness",
            "yes" if name in PRIVILEGED else "",
        )
        for name in PROBES
    )
    return MADE + (
        f"# The jail\n\nThe tests make {len(PROBES)} escape attempts from inside, as root and as an unprivileged user: "
        "in a scanner's jail, and out of a file that is loaded, with threads and without. Each is denied, and a load "
        "reports each. With the walls of an attempt taken away it must get through, or the test fails: it is the jail "
        "that denies, not the machine. Where the kernel refuses ordinary users anyway, that is tried as root only.\n\n"
        "Told by the *kernel*: the filter's listener has the call, whatever code made it. Told by the *witness*: only "
        "Landlock refuses, which tells nobody; the audit event of Python has it, and native code raises none.\n\n"
        + table(("attempt", "call", "walls", "told by", "needs privilege anyway"), rows)
    )
