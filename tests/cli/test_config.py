"""Configuration is found, checked to the last key, and never half understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weighbridge.cli.config import Config, find, load
from weighbridge.core.errors import UsageError
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.engine.suppress import Suppression

DIGEST = "Ab" * 32


def loaded(tmp_path: Path, text: str, name: str = "weighbridge.toml") -> Config:
    (tmp_path / name).write_text(text)
    made = load(str(tmp_path / name))
    assert made.source == str(tmp_path / name)
    return replace(made, source="")


FULL = f"""
fail-on = "high"
strict = true
include = ["*.pt"]
exclude = ["tests/*", "x"]
disable = ["exe115"]
baseline = "known.json"
jobs = 3
[[suppress]]
rule = "exe101"
sha256 = "{DIGEST}"
reason = "ours"
expires = 2027-01-31
"""


def test_every_key_is_understood(tmp_path: Path) -> None:
    assert loaded(tmp_path, FULL) == Config(
        fail_on=Severity.HIGH, strict=True, include=("*.pt",), exclude=("tests/*", "x"), disable=("EXE115",),
        baseline=str(tmp_path / "known.json"), jobs=3,
        suppress=(Suppression(rule="EXE101", sha256=DIGEST.lower(), reason="ours", expires="2027-01-31"),),
    )  # fmt: skip


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == Config()


def test_pyproject_holds_the_same_below_its_table(tmp_path: Path) -> None:
    text = FULL.replace("[[suppress]]", "[[tool.weighbridge.suppress]]")
    assert loaded(tmp_path, f"[tool.weighbridge]\n{text}", "pyproject.toml") == loaded(tmp_path, FULL)


def test_a_baseline_counts_from_the_file_and_may_be_absolute(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'baseline = "/known.json"').baseline == "/known.json"


@pytest.mark.parametrize(
    ("text", "complaint", "hint"),
    [
        ('fial-on = "high"', "unknown key 'fial-on'", "did you mean 'fail-on'?"),
        ("[scan]\nstrict = true", "unknown key 'scan'", ""),
        ('fail-on = "bad"', "fail-on is 'bad'", "info, low, medium, high, critical"),
        ('fail-on = ["high"]', "fail-on must be a string", ""),
        ("strict = 1", "strict must be true or false", ""),
        ('strict = "yes"', "strict must be true or false", ""),
        ("jobs = true", "jobs must be a whole number", ""),
        ("jobs = 1.0", "jobs must be a whole number", ""),
        ("jobs = -1", "jobs is -1", "one worker per processor"),
        ('include = "*.pt"', "include must be a list", ""),
        ("exclude = [1]", "exclude must be a list of strings", ""),
        ('disable = ["EXE191"]', "there is no rule 'EXE191'", "did you mean EXE1"),
        ("baseline = false", "baseline must be a string", ""),
        ("suppress = 1", "suppress must be a list", ""),
        ("suppress = [1]", "suppress holds tables", "[[suppress]]"),
        ('[[suppress]]\nrule = "EXE101"', "a suppression has no sha256", "are needed"),
        ("x = [", "is not valid TOML", ""),
        ("x = " + "[" * 5_000, "is not valid TOML", ""),
    ],
)
def test_what_is_wrong_is_said_with_what_helps(tmp_path: Path, text: str, complaint: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        loaded(tmp_path, text)
    assert complaint in str(refused.value)
    assert str(tmp_path / "weighbridge.toml") in str(refused.value)
    assert hint in refused.value.hint


SUPPRESSION = {"rule": "EXE101", "sha256": DIGEST, "reason": "ours", "expires": "2027-01-31"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"rule": "EXE999"}, "there is no rule 'EXE999'"), ({"rule": ""}, "has no rule"),
        ({"reason": " "}, "has no reason"),
        ({"sha256": "ab" * 31}, "64 hexadecimal digits"), ({"sha256": "xy" * 32}, "64 hexadecimal digits"),
        ({"expires": "31.01.2027"}, "expires is '31.01.2027'"), ({"expires": "2027-02-30"}, "expires is"),
        ({"expires": "2027-01-31T10:00:00"}, "expires is"), ({"until": "2027-01-31"}, "unknown key 'until'"),
    ],
)  # fmt: skip
def test_a_suppression_needs_all_of_it(tmp_path: Path, change: dict[str, str], complaint: str) -> None:
    lines = "\n".join(f'{key} = "{text}"' for key, text in (SUPPRESSION | change).items())
    with pytest.raises(UsageError, match=complaint):
        loaded(tmp_path, f"[[suppress]]\n{lines}")


@pytest.mark.parametrize("expires", ["20270131", "2027-W04-7", "2027-01-31"])
def test_every_way_to_write_a_date_ends_on_that_day(tmp_path: Path, expires: str) -> None:
    lines = "\n".join(f'{key} = "{text}"' for key, text in (SUPPRESSION | {"expires": expires}).items())
    assert loaded(tmp_path, f"[[suppress]]\n{lines}").suppress[0].expires == "2027-01-31"


@pytest.mark.parametrize("name", ["missing.toml", "folder", "bytes.toml"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"no such file|is a directory|not valid TOML"):
        load(str(tmp_path / name))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_configuration_or_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weighbridge.toml").write_bytes(content)
    try:
        load(str(tmp_path / "weighbridge.toml"))
    except UsageError:
        return


# -- where it is looked for ---------------------------------------------------------------------------------------


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project" / "models" / "deep"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return tmp_path / "project"


def test_the_nearest_file_counts(deep: Path) -> None:
    assert not str(find()).startswith(str(deep))
    (deep / "weighbridge.toml").touch()
    assert find() == str(deep / "weighbridge.toml")
    (deep / "models" / "pyproject.toml").write_text("[tool.weighbridge]\nstrict = true")
    assert find() == str(deep / "models" / "pyproject.toml")
    (deep / "models" / "weighbridge.toml").touch()
    assert find() == str(deep / "models" / "weighbridge.toml")
    assert load("") == Config(source=str(deep / "models" / "weighbridge.toml"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[tool.other]",
        '[project]\ndependencies = ["weighbridge"]',
        "[tool.weighbridge-extra]",
        "tool = 'weighbridge'",
    ],
)
def test_a_pyproject_of_somebody_else_is_passed_over(deep: Path, text: str) -> None:
    (deep / "weighbridge.toml").touch()
    (deep / "models" / "pyproject.toml").write_text(text)
    assert find() == str(deep / "weighbridge.toml")
    with pytest.raises(UsageError, match=r"there is no table \[tool.weighbridge\]"):
        load(str(deep / "models" / "pyproject.toml"))


@pytest.mark.parametrize("text", ["tool.weighbridge.strict = true", "[tool]\nweighbridge = {strict = true}"])
def test_other_spellings_of_the_table_are_found(deep: Path, text: str) -> None:
    (deep / "pyproject.toml").write_text(text)
    assert load("").strict


def test_a_directory_of_that_name_is_no_configuration(deep: Path) -> None:
    (deep / "models" / "weighbridge.toml").mkdir()
    (deep / "weighbridge.toml").touch()
    assert find() == str(deep / "weighbridge.toml")
