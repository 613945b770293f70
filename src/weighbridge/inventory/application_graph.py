"""Folds an application into a graph: its software, and the models, data sets and services that it names."""

from __future__ import annotations

from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin, RelationKind
from weighbridge.inventory.licenses import license_of
from weighbridge.inventory.reference_graph import add_references
from weighbridge.inventory.software.frameworks import is_framework
from weighbridge.inventory.software.names import normal, purl
from weighbridge.inventory.software.values import Ecosystem, Place, Standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.references import ApplicationReferences
    from weighbridge.inventory.graph import Graph
    from weighbridge.inventory.software.values import Edge, Manifest, Package, Software

ROOT = "application:."
"""The id of the application in its graph."""

ASKED = (Field.NAME, Field.VERSION, Field.SUPPLIER, Field.LICENSE)
_ORDER = {standing: rank for rank, standing in enumerate(Standing)}
_WRITTEN = frozenset({Standing.ASKED, Standing.PINNED})
_NAMING = ("pyproject", "package.json", "setup.cfg", "setup.py", "Cargo.lock")
"""Kinds of files that say what the project is called, the first that there is at the top of the tree."""


def application_graph(name: str, software: Software, references: ApplicationReferences | None = None) -> Graph:
    """Give the graph of an application; ``name`` is that of its folder."""
    assembly = Assembly()
    root = assembly.component(ROOT, Kind.APPLICATION)
    top = {one.kind: one for one in reversed(software.manifests) if "/" not in one.path and one.name}
    for kind in _NAMING:
        if kind in top:
            origin = _origin(top[kind])
            assembly.claim(root, Field.NAME, top[kind].name, origin)
            if top[kind].version:
                assembly.claim(root, Field.VERSION, top[kind].version, origin)
            break
    else:
        assembly.claim(root, Field.NAME, name, Origin(method=Method.NAME, confidence=Confidence.INFERRED))
    add_software(assembly, root, software)
    if references is not None:
        add_references(assembly, root, references)
    assembly.ask(root, *ASKED)
    return assembly.finish(root)


def add_software(assembly: Assembly, root: str, software: Software) -> None:
    """Tell an assembly what the component ``root`` depends on; what was not read becomes a gap."""
    _Fold(assembly, root, software).run()
    for words in software.gaps:
        assembly.gap(words)


class _Fold:
    """One fold. Packages of one name are one component for each version that a lock or environment has.

    What is only asked for joins the version that was chosen; where several were, those that lie in the same folder,
    else all. What is installed speaks for its name alone: a lock that says otherwise disagrees with it.
    """

    def __init__(self, assembly: Assembly, root: str, software: Software) -> None:
        self.assembly = assembly
        self.root = root
        self.manifests = software.manifests
        self._ids: dict[tuple[Ecosystem, str, str], str] = {}
        self._chosen: dict[tuple[Ecosystem, str], dict[str, set[str]]] = {}
        self._installed: set[tuple[Ecosystem, str]] = set()
        self._needed: set[str] = set()
        self._extras: set[tuple[str, str]] = set()
        self._purls: dict[str, list[tuple[Package, Origin]]] = {}

    def run(self) -> None:
        """Make the components, then their relations."""
        packages = [(manifest, one) for manifest in self.manifests for one in manifest.packages]
        self._installed = {(one.ecosystem, _key(one)) for _, one in packages if one.standing is Standing.INSTALLED}
        for manifest, one in packages:
            if one.standing in {Standing.LOCKED, Standing.INSTALLED} or (one.version and not one.constraint):
                folders = self._chosen.setdefault((one.ecosystem, _key(one)), {})
                folders.setdefault(one.version, set()).add(_folder(manifest))
        asked = {(_folder(one), package.name) for one, package in packages if package.standing in _WRITTEN}
        wanted = {(one.ecosystem, _key(one)) for _, one in packages if not one.constraint}
        for manifest, one in packages:
            if (one.ecosystem, _key(one)) in wanted:
                for made in self._components(manifest, one):
                    self._claim(made, manifest, one)
        self._name()
        self._ask_extras(packages)
        for manifest, one in packages:
            self._relate(manifest, one, asked)
        self._attach_rest(packages)

    def _versions(self, manifest: Manifest, ecosystem: Ecosystem, key: str, state: str) -> list[str]:
        """Say which versions of a name are meant by what is said without, or with, a version."""
        chosen = self._chosen.get((ecosystem, key), {})
        if (ecosystem, key) in self._installed:
            return [""]
        if state and (state in chosen or not chosen):
            return [state] if state in chosen else [""]
        near = sorted(version for version, folders in chosen.items() if version and _folder(manifest) in folders)
        return near or sorted(filter(None, chosen)) or [""]

    def _components(self, manifest: Manifest, one: Package) -> list[str]:
        made = []
        for version in self._versions(manifest, one.ecosystem, _key(one), one.version):
            kind = Kind.FRAMEWORK if is_framework(one.ecosystem, one.name) else Kind.LIBRARY
            id_ = f"library:{one.ecosystem}:{_key(one)}" + (f"@{version}" if version else "")
            self._ids[one.ecosystem, _key(one), version] = self.assembly.component(id_, kind)
            made.append(id_)
        return made

    def _claim(self, made: str, manifest: Manifest, one: Package) -> None:
        origin = _origin(manifest, one)
        claims: list[tuple[Field, str]] = [
            (Field.NAME, one.name), (Field.VERSION, one.version), (Field.COMMIT, one.source.commit),
            (Field.DESCRIPTION, one.summary), (Field.SPECIFIER, one.specifier),
        ]  # fmt: skip
        if one.source.place is not Place.INDEX or one.source.address:
            claims.append((Field.URL, one.source.address))
        self._purls.setdefault(made, []).append((one, origin))
        for algorithm, field in (("sha256", Field.SHA256), ("sha512", Field.SHA512)):
            digests = [text.partition(":")[2] for text in one.hashes if text.startswith(f"{algorithm}:")]
            if len(digests) == 1:
                claims.append((field, digests[0]))  # several are those of files for different machines
        for field, content in claims:
            if content:
                self.assembly.claim(made, field, content, origin, one.marker if field is Field.SPECIFIER else "")
        if not one.name:
            guessed = one.source.address.rstrip("/").rpartition("/")[2] or "."
            self.assembly.claim(made, Field.NAME, guessed, _inferred(origin))
        if one.license:
            held = license_of(one.license)
            if held is not None:
                self.assembly.claim(made, Field.LICENSE, held, origin)
        self.assembly.claim(made, Field.OCCURRENCE, manifest.kind, origin)
        self.assembly.claim(made, Field.PIN, _pin(one), origin)
        self.assembly.ask(made, Field.VERSION, Field.LICENSE, Field.SUPPLIER)

    def _name(self) -> None:
        """Claim the package URLs by those who know the most: a manifest knows no version, metadata know no index."""
        for made, found in self._purls.items():
            best = max(_ORDER[one.standing] for one, _ in found)
            knowing = [(one, origin) for one, origin in found if _ORDER[one.standing] == best]
            versions = {one.version for one, _ in knowing}
            locks = [(one, origin) for one, origin in found if one.standing is Standing.LOCKED]
            for one, origin in [pair for pair in locks if pair[0].version in versions] or knowing:
                if url := purl(one):
                    self.assembly.claim(made, Field.PURL, url, origin)

    def _relate(self, manifest: Manifest, one: Package, asked: set[tuple[str, str]]) -> None:
        """Say what the application wants directly, as far as its files tell, and what a package needs."""
        if one.constraint:
            return
        origin = _origin(manifest, one)
        direct = one.direct
        if direct is None and any(folder == _folder(manifest) for folder, _ in asked):
            direct = (_folder(manifest), one.name) in asked
        for source in self._components(manifest, one):
            if direct:
                self.assembly.relate(self.root, RelationKind.DEPENDS_ON, source, origin)
                self._needed.add(source)
            for edge in one.requires:
                if one.standing is Standing.INSTALLED and not self._is_wanted(one, edge):
                    continue
                for version in self._versions(manifest, one.ecosystem, edge.name, edge.version):
                    target = self._ids.get((one.ecosystem, edge.name, version))
                    if target is not None and target != source:
                        self.assembly.relate(source, RelationKind.DEPENDS_ON, target, origin)
                        self._needed.add(target)

    def _is_wanted(self, one: Package, edge: Edge) -> bool:
        """Tell whether an installed package needs another one at all, or only for an extra that somebody asked for."""
        return not edge.extra or (one.name, _extra(edge.extra)) in self._extras

    def _ask_extras(self, packages: list[tuple[Manifest, Package]]) -> None:
        """Find the extras that are asked for: by the application, and on the way by what is installed for it."""
        of_python = [one for _, one in packages if one.ecosystem is Ecosystem.PYPI]
        self._extras |= {(one.name, _extra(extra)) for one in of_python for extra in one.extras}
        before = -1
        while before != len(self._extras):
            before = len(self._extras)
            self._extras |= {
                (edge.name, _extra(extra))
                for one in of_python if one.standing is Standing.INSTALLED
                for edge in one.requires if edge.extras and self._is_wanted(one, edge)
                for extra in edge.extras
            }  # fmt: skip

    def _attach_rest(self, packages: list[tuple[Manifest, Package]]) -> None:
        """Hang on the application what no other package needs, as far as is known."""
        for manifest, one in packages:
            if not one.constraint:
                for made in self._components(manifest, one):
                    if made not in self._needed:
                        self.assembly.relate(self.root, RelationKind.DEPENDS_ON, made, _origin(manifest, one))


def _key(one: Package) -> str:
    """Give what a package is known by: its name, or where it comes from."""
    return one.name or f"{one.source.place}:{one.source.address}"


def _extra(written: str) -> str:
    """Normalise the name of an extra, as names of packages are (PEP 685)."""
    return normal(Ecosystem.PYPI, written) or written


def _folder(manifest: Manifest) -> str:
    return manifest.path.rpartition("/")[0] if manifest.kind != "environment" else ""


def _pin(one: Package) -> str:
    if one.source.place is Place.VCS:
        return "commit" if one.source.commit else "branch" if one.source.revision else "none"
    if one.hashes:
        return "digest"
    return "tag" if one.version else "none"


def _origin(manifest: Manifest, one: Package | None = None) -> Origin:
    pointer = "" if one is None else f"line:{one.line}" if one.line else one.pointer
    is_sure = one is not None and one.is_verified
    file = manifest.path
    if manifest.kind == "environment" and one is not None:
        file, pointer = f"{one.pointer}/METADATA", ""
    return Origin(
        method=Method.MANIFEST, confidence=Confidence.VERIFIED if is_sure else Confidence.DECLARED, file=file,
        pointer=pointer, sha256="" if manifest.kind == "environment" else manifest.sha256,
    )  # fmt: skip


def _inferred(origin: Origin) -> Origin:
    from weighbridge.core.values import replace

    return replace(origin, method=Method.NAME, confidence=Confidence.INFERRED)
