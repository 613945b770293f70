"""What fixtures of pytest replace is noted for the tests that are under them, and for no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import applications
from weighbridge.inventory.application import finder

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import pytest\nfrom unittest.mock import MagicMock, patch\nfrom transformers import AutoModel\n\n\n"
LOADS = "    AutoModel.from_pretrained('org/m')\n"
SETS = "    monkeypatch.setattr(AutoModel, 'from_pretrained', print)\n"
FAKE = f"@pytest.fixture\ndef fake(monkeypatch):\n{SETS}\n\n"
EVERY = f"@pytest.fixture(autouse=True)\ndef fake(monkeypatch):\n{SETS}\n\n"
ASKS = f"def test(fake):\n{LOADS}"
YIELDS = "    with patch('transformers.AutoModel'):\n        yield\n\n\n"
CLIENT = "    client.messages.create(model='claude-3-5-sonnet-latest')\n"

REPLACED = {
    "asked for": FAKE + ASKS,
    "named": FAKE.replace("fixture", "fixture(name='other')") + f"def test(other):\n{LOADS}",
    "through another": f"{FAKE}@pytest.fixture\ndef more(fake):\n    return 1\n\n\ndef test(more):\n{LOADS}",
    "by a mark": f"{FAKE}@pytest.mark.usefixtures('fake')\ndef test():\n{LOADS}",
    "by a mark of a class": f"{FAKE}@pytest.mark.usefixtures('fake')\nclass Test:\n    def test(self):\n    {LOADS}",
    "by a mark of the module": f"pytestmark = [pytest.mark.usefixtures('fake')]\n\n\n{FAKE}def test():\n{LOADS}",
    "for every test": f"{EVERY}def test():\n{LOADS}",
    "for every fixture": f"{EVERY}@pytest.fixture\ndef model():\n{LOADS}",
    "for a class": "class Test:\n    @pytest.fixture(autouse=True)\n    def fake(self, monkeypatch):\n    "
    f"{SETS}\n    def test(self):\n    {LOADS}",
    "until it goes on": f"@pytest.fixture\ndef fake():\n{YIELDS}{ASKS}",
    "a mock": f"@pytest.fixture\ndef client():\n    return MagicMock()\n\n\ndef test(client):\n{CLIENT}",
    "a mock with a name": "@pytest.fixture\ndef client():\n    made = MagicMock()\n    yield made\n\n\n"
    f"def test(client):\n{CLIENT}",
}
NOT_REPLACED = {
    "no fixture": f"def fake(monkeypatch):\n{SETS}\n\n{ASKS}",
    "not asked for": f"{FAKE}def test():\n{LOADS}",
    "something else": f"{FAKE.replace('from_pretrained', 'other').replace('AutoModel', 'app')}{ASKS}",
    "a common word": f"{EVERY}def test():\n{LOADS}".replace(SETS, "    monkeypatch.setattr('subprocess.run', print)\n"),
    "over before the test": "@pytest.fixture\ndef fake():\n    with patch('transformers.AutoModel'):\n"
    f"        made = 1\n    return made\n\n\n{ASKS}",
    "undone": "@pytest.fixture\ndef fake(monkeypatch):\n    with monkeypatch.context() as monkeypatch:\n    "
    f"{SETS}\n\n{ASKS}",
    "for another class": "class Other:\n    @pytest.fixture(autouse=True)\n    def fake(self, monkeypatch):\n    "
    f"{SETS}\n\nclass Test:\n    def test(self):\n    {LOADS}",
    "made before": f"{EVERY}@pytest.fixture(scope='session')\ndef model():\n{LOADS}",
    "outside of tests": f"{EVERY}AutoModel.from_pretrained('org/m')\n",
    "seen, not replaced": "@pytest.fixture\ndef fake(mocker):\n    mocker.spy(AutoModel, 'from_pretrained')\n\n\n"
    f"{ASKS}",
    "a client": f"import anthropic\n\n\n@pytest.fixture\ndef client():\n    return anthropic.Anthropic()\n\n\n"
    f"def test(client):\n{CLIENT}",
    "another is the mock": "@pytest.fixture\ndef other():\n    return MagicMock()\n\n\n"
    f"def test(other, client):\n{CLIENT}",
}


def mocked(tmp_path: Path, **files: str) -> dict[str, bool]:
    written = {path.replace("__", "/") + ".py": text for path, text in files.items()}
    found = finder.find(str(applications.write(tmp_path, written)), jobs=1).references
    return {f"{one.at.path} {one.name}": one.mocked for one in found}


@pytest.mark.parametrize("source", REPLACED.values(), ids=REPLACED)
def test_what_a_fixture_replaces_is_noted(source: str, tmp_path: Path) -> None:
    assert set(mocked(tmp_path / "a", tests__test_a=HEAD + source).values()) == {True}
    assert set(mocked(tmp_path / "b", app__a=HEAD + source).values()) == {False}


@pytest.mark.parametrize("source", NOT_REPLACED.values(), ids=NOT_REPLACED)
def test_what_no_fixture_replaces_is_not(source: str, tmp_path: Path) -> None:
    assert set(mocked(tmp_path, tests__test_a=HEAD + source).values()) == {False}


def test_a_conftest_serves_the_tests_beside_and_below_it(tmp_path: Path) -> None:
    test = f"from transformers import AutoModel\n\n\n{ASKS}\n\ndef test_real():\n{LOADS.replace('org/m', 'org/real')}"
    found = mocked(
        tmp_path, tests__unit__conftest=f"import app\nimport pytest\n\n\n{FAKE.replace('AutoModel', 'app.AutoModel')}",
        tests__unit__test_a=test, tests__unit__deep__test_b=test, tests__test_c=test,
    )  # fmt: skip
    assert found == {
        "tests/test_c.py org/m": False, "tests/test_c.py org/real": False,
        "tests/unit/deep/test_b.py org/m": True, "tests/unit/deep/test_b.py org/real": False,
        "tests/unit/test_a.py org/m": True, "tests/unit/test_a.py org/real": False,
    }  # fmt: skip


def test_a_conftest_may_serve_all_and_a_nearer_fixture_goes_before(tmp_path: Path) -> None:
    plain = "import pytest\nfrom transformers import AutoModel\n\n\n"
    mine = f"{plain}@pytest.fixture\ndef fake():\n    return 1\n\n\ndef test():\n{LOADS}"
    found = mocked(tmp_path, conftest=plain + EVERY, tests__test_a=f"{plain}def test():\n{LOADS}", tests__test_b=mine)
    assert found == {"tests/test_a.py org/m": True, "tests/test_b.py org/m": False}


def test_a_fixture_may_replace_a_function_of_the_project(tmp_path: Path) -> None:
    found = mocked(
        tmp_path,
        app="from transformers import AutoModel\n\n\ndef fetch(name):\n    return AutoModel.from_pretrained(name)\n",
        tests__conftest="import app\nimport pytest\n\n\n"
        "@pytest.fixture\ndef fake(monkeypatch):\n    monkeypatch.setattr('app.fetch', print)\n",
        tests__test_app="import app\n\n\ndef test(fake):\n    app.fetch('org/invented')\n\n\n"
        "def test_real():\n    app.fetch('org/real')\n",
    )  # fmt: skip
    assert found == {"tests/test_app.py org/invented": True, "tests/test_app.py org/real": False}
