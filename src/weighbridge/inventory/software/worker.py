"""From the bytes of one manifest to what it says; runs in a jailed worker. ``answer`` is what the jail asks for."""

from __future__ import annotations

from hashlib import sha256

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import replace
from weighbridge.engine.files import OpenFile
from weighbridge.inventory.software import conda, exchange, installed, locks, package_lock, projects, requirement_files
from weighbridge.inventory.software.files import Form
from weighbridge.inventory.software.shapes import text_of
from weighbridge.inventory.software.values import Manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 32 << 20
"""Bytes of one file; locks of large workspaces have some 5 MiB."""

LARGEST_SOURCE = 1 << 20
"""Bytes of setup.py and setup.cfg, which people write; the tree of a source takes a hundred times its size."""

_SOURCES = frozenset({Form.SETUP_PY, Form.SETUP_CFG})
_READERS: dict[Form, Callable[[bytes], Manifest]] = {
    Form.PYPROJECT: projects.pyproject, Form.SETUP_CFG: projects.setup_cfg, Form.SETUP_PY: projects.setup_py,
    Form.PIPFILE: projects.pipfile, Form.PACKAGE_JSON: projects.package_json, Form.PIPENV: locks.pipenv,
    Form.UV: locks.uv, Form.POETRY: locks.poetry, Form.PDM: locks.pdm, Form.PYLOCK: locks.pylock,
    Form.CARGO: locks.cargo, Form.PACKAGE_LOCK: package_lock.read, Form.CONDA: conda.read,
    Form.METADATA: installed.metadata, Form.RECORD: installed.record, Form.DIRECT_URL: installed.direct_url,
    Form.REQUIREMENTS: lambda content: requirement_files.read(_pip_text(content)),
    Form.CONSTRAINTS: lambda content: requirement_files.read(_pip_text(content), constraint=True),
}  # fmt: skip


def manifest_of(content: bytes, form: Form) -> Manifest:
    """Read a file as what its name says; raises Malformed and OverLimit."""
    if form in _SOURCES and len(content) > LARGEST_SOURCE:
        raise OverLimit(f"it has more than {LARGEST_SOURCE >> 20} MiB")
    made = _READERS[form](content)
    return made if made.sha256 or form is Form.RECORD else replace(made, sha256=sha256(content).hexdigest())


def _pip_text(content: bytes) -> str:
    """Decode as pip does: by the mark of byte order, else UTF-8."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as wrong:
            raise Malformed("it is no UTF-16", offset=wrong.start) from None
    return text_of(content)


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file, which this work does not need."""


def answer(request: bytes, descriptor: int, _need: object = None) -> bytes:
    """Answer for an open file; ``request`` is its form."""
    file = OpenFile(descriptor)
    if file.size > LARGEST:
        return exchange.dumps(Manifest(kind="", trouble=(f"it has more than {LARGEST >> 20} MiB",)))
    try:
        made = manifest_of(file.read_at(0, file.size), Form(request.decode()))
    except (Malformed, OverLimit) as error:
        made = Manifest(kind="", trouble=(str(error),))
    return exchange.dumps(made)
