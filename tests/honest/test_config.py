"""No false positive on configurations that real libraries and people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import configs
from tests.honest.handmade_configs import TAGGED, TEXTS
from tests.honest.makers_config import FILES, Write
from tests.museum.exhibit import described, examined, verdict_of
from weighbridge.core.report import Verdict


@pytest.mark.libraries
@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_a_file_of_a_library_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / Path(name).name
    write(path)
    seen = examined(path.read_bytes(), path.name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


@pytest.mark.libraries
def test_every_configuration_that_transformers_knows_is_clean(tmp_path: Path) -> None:
    from transformers import CONFIG_MAPPING

    clean = 0
    for kind in CONFIG_MAPPING.keys():  # noqa: SIM118  (its iterator imports every model)
        try:
            CONFIG_MAPPING[kind]().save_pretrained(tmp_path)
        except Exception:  # noqa: BLE001  (a few have no defaults, or need libraries that are not here)
            continue
        seen = examined((tmp_path / "config.json").read_bytes(), "config.json")
        assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, (kind, described(seen))
        clean += 1
    assert clean > 300


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_by_hand_is_clean(name: str) -> None:
    seen = examined(TEXTS[name].encode(), Path(name).name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


@pytest.mark.parametrize("name", TAGGED)
def test_a_tag_that_imports_is_not_clean(name: str) -> None:
    """The row asks for it, and the loader that such a file is made for is an unsafe one."""
    seen = examined(TAGGED[name].encode(), name)
    assert verdict_of(seen.findings, seen.gaps) is not Verdict.CLEAN


def test_a_repository_with_code_is_told_once() -> None:
    """Two fields, three classes, one sentence."""
    nested = configs.config(auto_map=configs.OWN_CODE, vision_config={"auto_map": {"AutoModel": "vision.Vision"}})
    seen = examined(nested, "config.json")
    assert [(one.rule, one.message) for one in seen.findings if str(one.severity) != "info"] == [
        (
            "EXE130",
            "code of this repository, named by auto_map: `configuration_tiny.py, modeling_tiny.py, vision.py` is a "
            "program in Python",
        )
    ]
