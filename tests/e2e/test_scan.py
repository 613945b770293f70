"""The command as a user runs it: verdicts, exit codes, documents, settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import weighbridge
from tests.builders import carriers, torches
from tests.builders.pickles import SHELL, dumps, pickled_call
from tests.e2e.command import PROGRAM, Ran, files, weigh
from tests.reports.test_sarif import schema as sarif_schema
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.reports import FORMATS

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report-v1.json").read_text("utf-8"))
CLEAN, SUSPICIOUS, MALICIOUS, INCONCLUSIVE = "clean.pkl", "suspicious.pkl", "malicious.pkl", "inconclusive.bin"

EXITS = [
    ((CLEAN,), "", 0), ((SUSPICIOUS,), "", 1), ((MALICIOUS,), "", 1), ((INCONCLUSIVE,), "", 3),
    ((SUSPICIOUS,), "--fail-on high", 0), ((SUSPICIOUS,), "--fail-on medium", 1), ((SUSPICIOUS,), "--fail-on info", 1),
    ((MALICIOUS,), "--fail-on high", 1), ((MALICIOUS,), "--fail-on critical", 1), ((CLEAN,), "--fail-on info", 0),
    ((INCONCLUSIVE,), "--fail-on critical", 3), ((INCONCLUSIVE,), "--strict", 1), ((CLEAN,), "--strict", 0),
    ((INCONCLUSIVE,), "--strict --fail-on critical", 1), ((MALICIOUS,), "--exit-zero", 0),
    ((INCONCLUSIVE,), "--exit-zero --strict", 0), ((CLEAN, INCONCLUSIVE), "", 3), ((CLEAN, SUSPICIOUS), "", 1),
    ((INCONCLUSIVE, SUSPICIOUS), "--fail-on high", 3), ((INCONCLUSIVE, MALICIOUS), "", 1),
    ((CLEAN, MALICIOUS, SUSPICIOUS, INCONCLUSIVE), "--exit-zero", 0), ((MALICIOUS,), "--debug", 1),
    ((INCONCLUSIVE,), "--debug", 3), ((SUSPICIOUS,), "--quiet --offline --no-cache --jobs 1 -v", 1),
]  # fmt: skip


@pytest.mark.parametrize(("names", "options", "code"), EXITS)
def test_exit_codes(samples: Path, names: tuple[str, ...], options: str, code: int) -> None:
    ran = weigh("scan", *names, *options.split(), cwd=samples)
    assert ran.code == code
    assert ran.err == ""
    assert any(line.startswith(f"exit {code}") for line in ran.out.splitlines()[-2:])
    worst = max(names, key=[CLEAN, INCONCLUSIVE, SUSPICIOUS, MALICIOUS].index).partition(".")[0]
    assert worst.upper() in ran.out.splitlines()[0]


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_exit_code_is_the_same_in_every_format(samples: Path, format_name: str) -> None:
    for name, code in ((CLEAN, 0), (MALICIOUS, 1), (INCONCLUSIVE, 3)):
        ran = weigh("scan", name, "--format", format_name, cwd=samples)
        assert (ran.code, ran.err) == (code, "")
        assert name in ran.out or (name == CLEAN and format_name in {"text", "markdown", "html"})


def test_a_directory_is_weighed_file_by_file(samples: Path) -> None:
    ran = weigh("scan", ".", "--format", "json", cwd=samples)
    assert {path: file["verdict"] for path, file in files(ran).items()} == {
        "./clean.pkl": "clean", "./inconclusive.bin": "inconclusive", "./malicious.pkl": "malicious",
        "./suspicious.pkl": "suspicious",
    }  # fmt: skip
    assert ran.report["verdict"] == "malicious"
    assert ran.report["artifacts"][0]["ref"] == "."


ERRORS = [
    (["scan", "missing.pkl"], "cannot open 'missing.pkl': no such file or directory", "check the path"),
    (["scan", "clean.pkl/x"], "not a directory", "check"),
    (["scan", "clean.pkl", "missing"], "cannot open 'missing'", "check the path"),
    (["scan"], "TARGET is missing", "--help"),
    (["scan", "clean.pkl", "--formt", "json"], "there is no option --formt", "did you mean --format?"),
    (["scan", "clean.pkl", "--format", "xml"], "--format cannot be 'xml'", "one of text, json, sarif, html, markdown"),
    (["scan", "clean.pkl", "--fail-on", "bad"], "--fail-on cannot be 'bad'", "one of info, low, medium, high, crit"),
    (["scan", "clean.pkl", "--config", "missing.toml"], "cannot read 'missing.toml'", ""),
    (["scan", "clean.pkl", "--baseline", "missing.json"], "cannot read the baseline", ""),
    (["scan", "clean.pkl", "--baseline", "clean.pkl"], "is not a report of weighbridge", "--output json="),
    (["scan", "clean.pkl", "-o", "missing/report"], "there is no directory", ""),
    (["scan", ""], "cannot open ''", "check the path"),
    (["explain"], "name a rule", "weighbridge rules"),
    (["explain", "EXE999"], "there is no rule 'EXE999'", "did you mean EXE1"),
    (["explain", "nonsense"], "there is no rule 'nonsense'", "weighbridge rules lists"),
    (["explain", "EXE101", "EXE102"], "there is nothing to do with 'EXE102'", "--help"),
    (["explain", "EXE101", "--trace", "x"], "not both", ""),
    (["explain", "--trace", "missing"], "cannot open 'missing'", "check the path"),
    (["rules", "x"], "there is nothing to do with 'x'", "--help"),
    (["rules", "--format", "sarif"], "--format cannot be 'sarif'", "one of text, json"),
    (["sacn", "."], "there is no command 'sacn'", "did you mean scan?"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "trouble", "hint"), ERRORS, ids=[" ".join(words) for words, _, _ in ERRORS])
def test_errors_are_told_on_stderr_with_a_hint_and_exit_2(
    samples: Path, words: list[str], trouble: str, hint: str
) -> None:
    ran = weigh(*words, cwd=samples)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("weighbridge: ")
    assert trouble in ran.err.splitlines()[0]
    assert hint in ran.err


def test_an_error_is_an_error_with_exit_zero_too(samples: Path) -> None:
    assert weigh("scan", "missing", "--exit-zero", cwd=samples).code == 2


# -- documents ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in every carrier, honest and not, and files for each verdict."""
    folder = tmp_path_factory.mktemp("zoo")
    for label, carrier in carriers.CARRIERS.items():
        for kind, pickle in (("honest", dumps({"a": 1})), ("hostile", pickled_call(SHELL))):
            (folder / kind / label).mkdir(parents=True)
            (folder / kind / label / carrier.name).write_bytes(carrier.around(pickle))
    (folder / "empty").touch()
    (folder / "odd\n\x1b[31m\u202e.pkl").write_bytes(pickled_call(SHELL))
    return folder


@pytest.mark.parametrize("more", [[], ["-v"]])
def test_json_keeps_to_its_schema(zoo: Path, more: list[str]) -> None:
    ran = weigh("scan", ".", "empty", "--format", "json", *more, cwd=zoo)
    problems = [problem.message for problem in Draft202012Validator(SCHEMA).iter_errors(ran.report)]
    assert problems == []
    assert len(files(ran)) > 40


def test_sarif_keeps_to_its_schema(zoo: Path) -> None:
    from jsonschema import Draft4Validator

    ran = weigh("scan", ".", "--format", "sarif", cwd=zoo)
    assert [problem.message for problem in Draft4Validator(sarif_schema()).iter_errors(ran.report)] == []
    assert ran.report["runs"][0]["results"]


def test_two_runs_are_equal_to_the_byte_with_any_number_of_workers_and_with_a_memory(zoo: Path, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.mkdir()
    (big / "model.pt").write_bytes(torches.zip_checkpoint() + bytes(1 << 19))
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for format_name in FORMATS:
        words = ("scan", ".", str(big), "--format", format_name)
        runs = [
            weigh(*words, "--jobs", "1", cwd=zoo), weigh(*words, "--jobs", "4", cwd=zoo),
            weigh(*words, cwd=zoo, env=cache), weigh(*words, cwd=zoo, env=cache | {"PYTHONHASHSEED": "7"}),
        ]  # fmt: skip
        assert len({ran.raw for ran in runs}) == 1, format_name
    assert any((tmp_path / "cache").rglob("*.json")), "the memory took part"


def test_several_documents_in_one_run(samples: Path, tmp_path: Path) -> None:
    asked = [f"{name}={tmp_path / name}" for name in FORMATS]
    ran = weigh("scan", MALICIOUS, *(word for one in asked for word in ("--output", one)), cwd=samples)
    assert ran.code == 1
    for name in FORMATS:
        alone = weigh("scan", MALICIOUS, "--format", name, cwd=samples)
        assert (tmp_path / name).read_bytes() == alone.raw
    assert ran.raw == (tmp_path / "text").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FORMATS)


def test_a_file_takes_the_place_of_stdout(samples: Path, tmp_path: Path) -> None:
    ran = weigh("scan", MALICIOUS, "--format", "json", "-o", tmp_path / "x", cwd=samples)
    assert (ran.code, ran.out) == (1, "")
    assert json.loads((tmp_path / "x").read_text())["verdict"] == "malicious"


# -- settings -----------------------------------------------------------------------------------------------------


def suppression(report: Any) -> str:
    file = report["artifacts"][0]["files"][0]
    rules = {finding["rule"] for finding in file["findings"]}
    words = f'sha256 = "{file["sha256"]}"\nreason = "read by R. Weber"\nexpires = "2199-01-01"'
    return "".join(f'[[suppress]]\nrule = "{rule}"\n{words}\n' for rule in rules)


def aside_everywhere(ran_in: Any, samples: Path, reason: str) -> None:
    """What is set aside is shown in every format, and passes."""
    for format_name in FORMATS:
        ran: Ran = ran_in("scan", str(samples / MALICIOUS), "--format", format_name)
        assert ran.code == 0, format_name
        assert "set aside" in ran.out or reason in ran.out, format_name
    document = ran_in("scan", str(samples / MALICIOUS), "--format", "json").report
    file = document["artifacts"][0]["files"][0]
    assert file["verdict"] == "clean"
    assert file["findings"] == []
    assert [one["finding"]["rule"] if "finding" in one else one["rule"] for one in file["suppressed"]] == ["EXE101"]
    assert reason in json.dumps(file["suppressed"])
    sarif = ran_in("scan", str(samples / MALICIOUS), "--format", "sarif").report
    assert reason in json.dumps(sarif["runs"][0]["results"][0]["suppressions"])
    # Where a line breaks depends on how long the path is.
    assert reason in " ".join(ran_in("scan", str(samples / MALICIOUS), "-v").out.split())


def test_a_suppression_is_seen_in_every_format(samples: Path, tmp_path: Path) -> None:
    report = weigh("scan", samples / MALICIOUS, "--format", "json").report
    (tmp_path / "weighbridge.toml").write_text(suppression(report))
    aside_everywhere(lambda *words: weigh(*words, "-q", cwd=tmp_path), samples, "read by R. Weber")
    spoilt = tmp_path / "spoilt.pkl"
    spoilt.write_bytes((samples / MALICIOUS).read_bytes() + b"\0")
    assert weigh("scan", spoilt, cwd=tmp_path).code == 1, "another byte is another content"


def test_a_baseline_is_seen_in_every_format_and_can_be_renewed(samples: Path, tmp_path: Path) -> None:
    base = tmp_path / "base.json"
    weigh("scan", samples, "-o", f"json={base}", "-q")
    aside_everywhere(lambda *words: weigh(*words, "--baseline", base), samples, "in the baseline")
    renewed = tmp_path / "renewed.json"
    weigh("scan", samples, "-o", f"json={renewed}", "--baseline", base)
    ran = weigh("scan", samples, "--baseline", renewed)
    assert ran.code == 3, "what could not be judged cannot be set aside"
    assert "set aside" in ran.out


def test_an_expired_suppression_is_told_and_has_no_effect(samples: Path, tmp_path: Path) -> None:
    report = weigh("scan", samples / MALICIOUS, "--format", "json").report
    (tmp_path / "weighbridge.toml").write_text(suppression(report).replace("2199", "2020"))
    ran = weigh("scan", samples / MALICIOUS, cwd=tmp_path)
    assert ran.code == 1
    assert "the suppression of EXE101" in ran.err
    assert "expired on 2020-01-01" in ran.err
    assert weigh("scan", samples / MALICIOUS, "-q", cwd=tmp_path).err == ""


def test_the_command_line_wins_over_the_file(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.weighbridge]\nfail-on = "high"\nexclude = ["mal*", "inc*"]')
    ran = weigh("scan", samples, cwd=tmp_path)
    assert ran.code == 0
    assert "settings come from pyproject.toml" in ran.err
    assert weigh("scan", samples, "--fail-on", "medium", cwd=tmp_path).code == 1
    assert weigh("scan", samples, "--exclude", "inc*", cwd=tmp_path).code == 1


def test_settings_inside_of_what_is_weighed_do_not_work_unseen(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "malicious.pkl").write_bytes((samples / MALICIOUS).read_bytes())
    (tmp_path / "weighbridge.toml").write_text('disable = ["EXE101"]\nexclude = ["weighbridge.toml"]')
    ran = weigh("scan", ".", cwd=tmp_path)
    assert "which lies inside what is weighed" in ran.err
    for format_name in FORMATS:
        assert "EXE101" in weigh("scan", ".", "--format", format_name, cwd=tmp_path).out, format_name
    assert weigh("scan", ".", "--format", "json", cwd=tmp_path).report["tool"]["disabled"] == ["EXE101"]


def test_include_and_exclude(samples: Path) -> None:
    ran = weigh("scan", ".", "--include", "*.pkl", "--exclude=mal*", "--exclude", "susp*", "--format=json", cwd=samples)
    assert list(files(ran)) == ["./clean.pkl"]
    ran = weigh("scan", ".", "--include", "*.nothing", cwd=samples)
    assert ran.code == 3
    assert "no file here is chosen by --include and --exclude" in ran.out


# -- other ways in ------------------------------------------------------------------------------------------------


def test_standard_input(samples: Path) -> None:
    for content, code in ((CLEAN, 0), (MALICIOUS, 1)):
        data = (samples / content).read_bytes()
        ran = weigh("scan", "-", "--format", "json", input=data)
        assert ran.code == code
        assert files(ran)["-"]["size"] == len(data)
        with (samples / content).open("rb") as file:
            assert weigh("scan", "-", "--format", "json", stdin=file).raw == ran.raw


def test_several_targets_and_the_same_twice(samples: Path) -> None:
    ran = weigh("scan", CLEAN, ".", CLEAN, "--format", "json", cwd=samples)
    assert [artifact["ref"] for artifact in ran.report["artifacts"]] == [CLEAN, ".", CLEAN]
    assert [len(artifact["files"]) for artifact in ran.report["artifacts"]] == [1, 4, 1]


def test_the_python_interface_says_the_same(samples: Path) -> None:
    report = weighbridge.scan(samples / MALICIOUS, str(samples), bytes(samples / CLEAN))  # type: ignore[arg-type]
    assert report.verdict() is weighbridge.Verdict.MALICIOUS
    assert [len(artifact.files) for artifact in report.artifacts] == [1, 4, 1]
    from weighbridge.reports import jsonv1

    words = ("scan", samples / MALICIOUS, samples, samples / CLEAN, "--format", "json")
    assert jsonv1.render(report) == weigh(*words).out
    assert weighbridge.scan(samples / MALICIOUS, program=True).artifacts[0].files[0].program
    with pytest.raises(AccessError):
        weighbridge.scan(samples / "missing")
    with pytest.raises(UsageError, match="no target"):
        weighbridge.scan()


def test_explain_and_rules(samples: Path, tmp_path: Path) -> None:
    listed = weigh("rules").out.splitlines()
    document = weigh("rules", "--format", "json").report
    assert [line.split()[0] for line in listed] == [rule["id"] for rule in document]
    assert max(map(len, listed)) <= 80
    for rule in (document[0]["id"], document[-1]["id"].lower()):
        ran = weigh("explain", rule)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"{rule.upper()} ")
        for heading in ("What it finds", "Why it matters", "What to do"):
            assert f"\n{heading}\n" in ran.out
    assert weigh("rules", "-o", f"json={tmp_path / 'rules'}").code == 0
    assert json.loads((tmp_path / "rules").read_text()) == document
    assert weigh("explain", "EXE101", "-o", tmp_path / "rule").out == ""
    assert (tmp_path / "rule").read_text("utf-8").startswith("EXE101")


def test_a_trace_shows_what_would_run(samples: Path) -> None:
    ran = weigh("explain", "--trace", MALICIOUS, cwd=samples)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        "malicious.pkl",
        "  @2  from posix import system",
        "  @29  _1 = posix.system('echo INERT')",
    ]
    ran = weigh("explain", "--trace", CLEAN, cwd=samples)
    assert ran.code == 0
    assert "nothing in this file names or calls anything" in ran.out
    ran = weigh("explain", "--trace", INCONCLUSIVE, cwd=samples)
    assert ran.code == 3
    assert "not judged: not a valid gguf" in ran.out


def test_the_program_itself() -> None:
    assert weigh("--version").out == f"weighbridge {weighbridge.__version__}\n"
    assert weigh("scan", "--help").out.startswith("usage: weighbridge scan")
    assert PROGRAM[1:] == ("-m", "weighbridge")
