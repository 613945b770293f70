"""What is shown of a model instead of all that its object holds."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class View:
    """Stands for an object of the class ``named`` as if it had only the attributes ``held``."""

    def __init__(self, named: type, held: Mapping[str, object]) -> None:
        self.named = named
        self.held = held
