"""How the readers of a repository tell an assembly what they found, with the place that it comes from."""

from __future__ import annotations

import re
from urllib.parse import quote

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import is_commit, parse
from weighbridge.core.values import replace, value
from weighbridge.inventory.graph import Confidence, Field, Kind, Origin, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.assembly import Assembly
    from weighbridge.inventory.graph import Content, Method
    from weighbridge.inventory.model.software import Software
    from weighbridge.inventory.model.subject import SubjectFile

_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}(?:/[A-Za-z0-9_][\w.-]{0,95})?", re.ASCII)
_PAGES = "https://huggingface.co/"


def repository_name(text: str) -> str:
    """Give the name of a repository on the Hub that a text is, or whose page it is; empty for anything else."""
    name = text.removeprefix(_PAGES).rstrip("/")
    return name if _NAME.fullmatch(name) and name.split("/")[0] not in {"datasets", "spaces"} else ""


@value
class Named:
    """What a repository names and does not hold."""

    elsewhere: Elsewhere
    software: Software


class Telling:
    """What one file says about one component."""

    def __init__(self, about: str, file: SubjectFile, method: Method, named: Named) -> None:
        self.assembly = named.elsewhere.assembly
        self.about = about
        self.file = file
        self.method = method
        self.elsewhere = named.elsewhere
        self.software = named.software

    def origin(self, pointer: str = "", confidence: Confidence = Confidence.DECLARED) -> Origin:
        """Say where in the file something stands."""
        return Origin(
            method=self.method, confidence=confidence, file=self.file.path, pointer=pointer, sha256=self.file.sha256
        )

    def claim(
        self, field: Field, content: Content, pointer: str = "", confidence: Confidence = Confidence.DECLARED,
        note: str = "",
    ) -> None:  # fmt: skip
        """State a value; one without content is none."""
        if content != "":
            self.assembly.claim(self.about, field, content, self.origin(pointer, confidence), note)

    def relate(
        self, kind: RelationKind, named: Repository, pointer: str, confidence: Confidence = Confidence.DECLARED
    ) -> None:
        """State that the component hangs on a repository of the Hub."""
        self.elsewhere.name(self.about, kind, named, self.origin(pointer, confidence))

    def made_with(self, library: str, version: str, pointer: str) -> None:
        """State that the component was made with a library, or is for it."""
        self.software.name(self.about, library, version, self.origin(pointer))


@value
class Repository:
    """A repository of the Hub, as it is named somewhere; ``revision`` is empty where none is given."""

    kind: Kind
    name: str
    revision: str = ""

    @property
    def reference(self) -> str:
        """The canonical reference (core/refs.py).

        Empty for a name from before there were owners, such as gpt2, and for what can be the name of no repository.
        """
        prefix = "datasets/" if self.kind is Kind.DATASET else ""
        revision = f"@{quote(self.revision, safe='')}" if self.revision else ""
        text = f"hf://{prefix}{self.name}{revision}"
        try:
            read = parse(text)
        except UsageError:
            return ""
        is_whole = read.name == f"{prefix}{self.name}" and read.revision == self.revision and not read.path
        return text if is_whole and str(read) == text else ""

    @property
    def purl(self) -> str:
        """The package URL: only models with an owner have one, and only a commit is a version in it."""
        if self.kind is not Kind.MODEL or not self.reference:
            return ""
        return f"pkg:huggingface/{self.name}" + (f"@{self.revision}" if is_commit(self.revision) else "")


class Elsewhere:
    """Models and data sets that a repository names and does not hold.

    What is named once with a revision and once without is one component; two revisions are two.
    """

    def __init__(self, assembly: Assembly, own: str) -> None:
        self.assembly = assembly
        self.own = own
        """The name of the repository on the Hub, empty where it is not from there."""
        self._named: dict[tuple[Kind, str], set[str]] = {}
        self._relations: list[tuple[str, RelationKind, Repository, Origin]] = []

    def name(self, source: str, relation: RelationKind, named: Repository, origin: Origin) -> None:
        """Say that the component ``source`` hangs on a repository; on itself is a gap."""
        if named.kind is Kind.MODEL and named.name == self.own:
            self.assembly.gap(f"{origin.file} {origin.pointer}: the model is named as what it was made from")
            return
        self._named.setdefault((named.kind, named.name), set()).add(named.revision)
        self._relations.append((source, relation, named, origin))

    def settle(self) -> None:
        """Make the components, once everything is named."""
        for source, relation, named, origin in self._relations:
            known = self._named[named.kind, named.name] - {""}
            chosen = replace(named, revision=named.revision or (min(known) if len(known) == 1 else ""))
            spelt = f"{named.name}@{chosen.revision}" if chosen.revision else named.name
            made = self.assembly.component(f"{named.kind}:{chosen.reference or spelt}", named.kind)
            self.assembly.claim(made, Field.NAME, named.name, origin)
            if chosen == named and named.reference:
                self.assembly.claim(made, Field.REFERENCE, named.reference, origin)
                if named.purl:
                    self.assembly.claim(made, Field.PURL, named.purl, origin)
            if named.revision:
                self.assembly.claim(made, Field.VERSION, named.revision, origin)
                if is_commit(named.revision):
                    self.assembly.claim(made, Field.COMMIT, named.revision, origin)
            self.assembly.relate(source, relation, made, origin)
