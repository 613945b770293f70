"""The worker answers about whatever it is given, and what it answers is taken."""

from __future__ import annotations

import os
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import applications, workshop
from weighbridge.inventory.application import asking, facts, worker
from weighbridge.inventory.application.asking import KEY, Asked, Wrapper
from weighbridge.inventory.application.vocabulary.entries import entry_of

FILES = {**applications.HELPDESK_FILES, **workshop.FILES}
NAMES = ("MODEL", "settings.chat_model", "Settings().a.b", f"speech{KEY}recogniser{KEY}repo", f"a{KEY}*", "get()()")


def answered(path: str, content: bytes) -> facts.FileFacts:
    asked = Asked(
        path=path, module="a.b", names=NAMES, wrappers=(Wrapper(name="load", parameters=(("n", 0),), modules=("a",)),)
    )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        found = facts.loads(worker.answer(asking.dumps(asked), file.fileno()), 1)
    for call in found.calls:
        entry_of(call)
    return found


@settings(max_examples=300, deadline=None)
@given(
    path=st.sampled_from(sorted(FILES)), at=st.integers(0, 4_000), length=st.integers(0, 40),
    put=st.sampled_from((b"", b"(", b"]", b'"', b"'", b"\\", b"\n", b"{", b"${", b"\0", b"\xff", b"<<E\n", b": ["))
    | st.binary(max_size=6),
    other=st.sampled_from(("", "x.py", "x.ts", "x.yaml", "x.json", "x.toml", "x.sh", "Dockerfile", "x.ipynb", ".env")),
)  # fmt: skip
def test_a_damaged_file_never_breaks_the_worker(path: str, at: int, length: int, put: bytes, other: str) -> None:
    content = FILES[path].encode()
    at = min(at, len(content))
    answered(other or path, content[:at] + put + content[at + length :])


def test_a_request_fits_whatever_is_asked() -> None:
    asked = Asked(path="p" * 9_999, module="m" * 99, names=("n" * 999,) * 999)
    data = asking.dumps(asked)
    assert len(data) <= asking.MOST_BYTES
    assert asking.loads(data).module == asked.module
    assert os.path.basename(asking.loads(data).path)
