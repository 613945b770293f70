"""Advisories for a policy: opened once for all targets, and only if the policy asks for them."""

from __future__ import annotations

from weighbridge.governance.policy.facts import Absence, Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.advisory_stores import Stores
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.language import Policy
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.vex.statement import VexStatement
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Graph

_SEED_ALONE = "no advisories were imported (weighbridge feed update): only the few are known that the program brings"


class Advisories:
    """What is known against libraries and models; raises the errors of feeds and documents."""

    def __init__(self, given: Given, policy: Policy) -> None:
        self._stores: Stores | None = None
        self._statements: tuple[VexStatement, ...] = ()
        self.gaps: tuple[str, ...] = ()
        if policy.advisories is not None:
            self._open(given)

    def _open(self, given: Given) -> None:
        from weighbridge.cli.advisory_stores import opened
        from weighbridge.cli.auditing import statements_in
        from weighbridge.inventory.advisories.seeding import SEED

        self._statements, unread = statements_in(given.every("--vex"))
        stores = opened(given.one("--database"), given.every("--advisories"), given.one("--max-age"))
        has_data = stores.records or any(one.name != SEED and one.records for one in stores.imported.feeds())
        self._stores = stores
        self.gaps = (*stores.unread, *unread, *(() if has_data else (_SEED_ALONE,)))

    def reach(self, graph: Graph, files: tuple[WeighedFile, ...]) -> tuple[Exposure, ...] | Missing:
        """Say what reaches the components of a graph; ``files`` are all that the target has."""
        if self._stores is None:
            return Missing(absence=Absence.UNASKED, reason="the policy does not ask for advisories")
        from weighbridge.cli.auditing import joined
        from weighbridge.inventory.advisories.audit import audited

        found = audited(graph, self._stores.imported, files, self._statements)
        if self._stores.extra is not None:
            found = joined(found, audited(graph, self._stores.extra, files, self._statements))
        return found

    def close(self) -> None:
        """Let go of all files."""
        if self._stores is not None:
            self._stores.close()
