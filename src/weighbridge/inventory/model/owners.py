"""Which component of a repository a file belongs to: the model itself, an adapter, or a model in a folder."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.inventory.graph import Kind
from weighbridge.inventory.model import configuration
from weighbridge.provenance.lock.roles import role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.model.subject import Subject, SubjectFile

_ADAPTER_WEIGHTS = "adapter_model"
WEIGHTS = "weights"


@value
class Inner:
    """A component inside the repository's own; ``file`` is the configuration that makes it one."""

    id: str
    kind: Kind
    name: str
    folder: str
    file: SubjectFile


class Owners:
    """The components of a repository: ``root`` of kind ``kind``, and those ``inner`` to it."""

    def __init__(self, subject: Subject) -> None:
        place = subject.reference or "."
        adapters = [file for file in subject.files if file.name == configuration.ADAPTER]
        rest = [file for file in subject.files if not _is_of(file, adapters)]
        is_model = any(
            file.path in {configuration.MODEL, configuration.PIPELINE} or role_of(file) == WEIGHTS for file in rest
        )
        self.kind = Kind.ADAPTER if adapters and not is_model else Kind.MODEL
        self.root = f"{self.kind}:{place}"
        alone = self.kind is Kind.ADAPTER and len(adapters) == 1
        inner = [] if alone else [_inner(Kind.ADAPTER, place, file, file.folder or "adapter") for file in adapters]
        folders = {file.folder for file in rest if role_of(file) == WEIGHTS}
        inner += [
            _inner(Kind.MODEL, place, file, file.folder)
            for file in rest
            if file.name == configuration.MODEL and file.folder in folders - {""} and configuration.is_model(file)
        ]
        self.inner = tuple(inner)
        self._adapters = {one.folder: one for one in inner if one.kind is Kind.ADAPTER}
        self._models = {one.folder: one for one in inner if one.kind is Kind.MODEL}

    def of(self, file: SubjectFile) -> str:
        """Give the id of the component that a file belongs to."""
        adapter = self._adapters.get(file.folder)
        if adapter is not None and _is_of(file, [adapter.file]):
            return adapter.id
        folder = file.folder
        while folder:
            if folder in self._models:
                return self._models[folder].id
            folder = folder.rpartition("/")[0]
        return self.root

    def is_main(self, file: SubjectFile) -> bool:
        """Tell whether a configuration is that of the component that its file belongs to, and of no part of it."""
        return not file.folder or file.folder in self._models or file.name == configuration.ADAPTER


def role_of(file: SubjectFile) -> str:
    """Give the role of a file as locks name it."""
    return role(file.path, file.formats)


def _inner(kind: Kind, place: str, file: SubjectFile, name: str) -> Inner:
    within = f"{file.folder}/" if file.folder else ""
    return Inner(id=f"{kind}:{place}#{within}", kind=kind, name=name, folder=file.folder, file=file)


def _is_of(file: SubjectFile, adapters: list[SubjectFile]) -> bool:
    """Tell whether a file belongs to an adapter: its configuration, and the weights beside it."""
    return any(
        file.path == one.path or (file.folder == one.folder and file.name.startswith(_ADAPTER_WEIGHTS))
        for one in adapters
    )
