"""How the readers of a repository tell an assembly what they found, with the place that it comes from."""

from __future__ import annotations

from weighbridge.core.values import replace, value
from weighbridge.inventory.graph import Confidence, Field, Kind, Origin, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.assembly import Assembly
    from weighbridge.inventory.graph import Content, Method
    from weighbridge.inventory.model.subject import SubjectFile


class Telling:
    """What one file says about one component."""

    def __init__(self, assembly: Assembly, about: str, file: SubjectFile, method: Method) -> None:
        self.assembly = assembly
        self.about = about
        self.file = file
        self.method = method

    def origin(self, pointer: str = "", confidence: Confidence = Confidence.DECLARED, author: str = "") -> Origin:
        """Say where in the file something stands."""
        return Origin(
            method=self.method, confidence=confidence, file=self.file.path, pointer=pointer, sha256=self.file.sha256,
            author=author,
        )  # fmt: skip

    def claim(
        self, field: Field, content: Content, pointer: str = "", confidence: Confidence = Confidence.DECLARED,
        note: str = "",
    ) -> None:  # fmt: skip
        """State a value; one without content is none."""
        if content != "":
            self.assembly.claim(self.about, field, content, self.origin(pointer, confidence), note)

    def relate(self, kind: RelationKind, target: str, pointer: str = "") -> None:
        """State that the component hangs on another one."""
        self.assembly.relate(self.about, kind, target, self.origin(pointer))


@value
class Repository:
    """A repository of the Hub, as it is named somewhere; ``revision`` is empty where none is given."""

    kind: Kind
    name: str
    revision: str = ""

    @property
    def reference(self) -> str:
        """The canonical reference (core/refs.py); empty for a name from before there were owners, such as gpt2."""
        if "/" not in self.name:
            return ""
        prefix = "datasets/" if self.kind is Kind.DATASET else ""
        return f"hf://{prefix}{self.name}" + (f"@{self.revision}" if self.revision else "")


class Elsewhere:
    """Models and data sets that a repository names and does not hold.

    What is named once with a revision and once without is one component; two revisions are two.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self._named: dict[tuple[Kind, str], set[str]] = {}
        self._relations: list[tuple[str, RelationKind, Repository, Origin]] = []

    def name(self, source: str, relation: RelationKind, named: Repository, origin: Origin) -> None:
        """Say that the component ``source`` hangs on a repository."""
        self._named.setdefault((named.kind, named.name), set()).add(named.revision)
        self._relations.append((source, relation, named, origin))

    def settle(self) -> None:
        """Make the components, once everything is named."""
        for source, relation, named, origin in self._relations:
            known = self._named[named.kind, named.name] - {""}
            chosen = replace(named, revision=named.revision or (min(known) if len(known) == 1 else ""))
            made = self.assembly.component(f"{named.kind}:{chosen.reference or named.name}", named.kind)
            self.assembly.claim(made, Field.NAME, named.name, origin)
            if chosen == named and named.reference:
                self.assembly.claim(made, Field.REFERENCE, named.reference, origin)
            if named.revision:
                self.assembly.claim(made, Field.VERSION, named.revision, origin)
            self.assembly.relate(source, relation, made, origin)
