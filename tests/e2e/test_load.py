"""``weighbridge load`` as it is used: what it prints, how it ends, what it leaves alone."""

from __future__ import annotations

import io
import json
import os
from importlib import import_module
from pathlib import Path

import pytest

from tests.builders.pickles import dumps
from tests.e2e.command import weigh
from tests.sandbox.loaded import running
from weighbridge.cli import load as command
from weighbridge.core.errors import IntegrityError
from weighbridge.core.report import ArtifactReport
from weighbridge.reports.wrap import wrap
from weighbridge.sandbox import weighed
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import LOADER_LAYERS

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "model.pkl").write_bytes(running(f"import os; os.system('echo > {tmp_path}/owned')"))
    return tmp_path


@pytest.mark.libraries
def test_too_little_memory_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(dumps(1))
    ran = weigh("load", "model.pkl", "--with", "torch", "--memory", "1", cwd=tmp_path)
    assert ran.code in {2, 3}, "where torch is counted, it does not even start"
    assert "more than 1 MiB of memory" in ran.out + ran.err


def test_an_honest_file_shows_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(dumps({"layers": [1, 2.5], "name": "tiny"}))
    ran = weigh("load", "model.pkl", "--with", "pickle", "--strict", "--trace", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    for line in (
        "model.pkl: with pickle",
        "  scan  clean, sha256 ",
        "\n".join(wrap(", ".join(LOADER_LAYERS), 80, first="  jail  ", rest=" " * 8)) + "\n",
        "  dict of 2\n    layers: list of 2\n      0: int 1\n      1: float 2.5\n    name: str 'tiny'\n",
        "seen\n  nothing\n",
        "exit 0: loaded, and nothing forbidden was tried\n",
    ):
        assert line in ran.out


@pytest.mark.parametrize("bound", ["--timeout", "--memory"])
def test_nothing_is_no_bound(bound: str, tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(dumps({"a": [1]}))
    ran = weigh("load", "model.pkl", "--with", "pickle", bound, "0", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"{bound} cannot be 0" in ran.err


def test_the_same_as_json(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(dumps({"a": [1]}))
    ran = weigh("load", "model.pkl", "--with", "pickle", "--format", "json", cwd=tmp_path)
    assert ran.code == ran.report["exit_code"] == 0
    assert ran.report["schema"] == "weighbridge.load/1"
    assert ran.report["verdict"] == "clean"
    loading = ran.report["loading"]
    assert loading["jail"]["missing"] == loading["attempts"] == loading["events"] == []
    assert loading["error"] is loading["halt"] is None
    assert loading["outline"] == {
        "kind": "mapping",
        "class": "dict",
        "length": 1,
        "items": [
            {
                "kind": "sequence",
                "class": "list",
                "label": "a",
                "length": 1,
                "items": [{"kind": "value", "class": "int", "label": "0", "text": "1"}],
            }
        ],
    }


def test_what_is_malicious_is_not_loaded(hostile: Path) -> None:
    ran = weigh("load", "model.pkl", "--with", "pickle", cwd=hostile)
    assert ran.code == 1
    assert "model.pkl: not loaded\n  scan  malicious" in ran.out
    assert "--detonate" in ran.out
    assert "jail" not in ran.out.partition("--detonate")[0]
    document = weigh("load", "model.pkl", "--with", "pickle", "--format", "json", cwd=hostile).report
    assert document["loading"] is None
    assert document["findings"]


def test_detonated_it_shows_what_it_tried(hostile: Path) -> None:
    ran = weigh("load", "model.pkl", "--with", "pickle", "--detonate", cwd=hostile)
    assert ran.code == 1
    assert "process  os.system(" in ran.out
    assert "it starts, ends or signals a process" in ran.out
    assert "    at <string>:1 in <module>" in ran.out
    assert not (hostile / "owned").exists()


def test_a_detonation_is_written_down(hostile: Path) -> None:
    """For people, as Markdown and as a page; for programs, with the lines that led to each attempt."""
    words = ("load", "model.pkl", "--with", "pickle", "--detonate", "--quiet")
    weigh(*words, "-o", "html=page.html", "-o", "markdown=page.md", "-o", "json=page.json", cwd=hostile)
    page, text = (hostile / "page.html").read_text("utf-8"), (hostile / "page.md").read_text("utf-8")
    digest = json.loads((hostile / "page.json").read_text())["sha256"]
    for part in ("os.system(", "it starts, ends or signals a process", "&lt;string&gt;:1 in &lt;module&gt;", digest,
                 "What was attempted", "How it ended", "The jail", "seccomp", "malicious"):  # fmt: skip
        assert part in page
    assert "<string>" not in page
    assert "default-src 'none'" in page
    for part in ("os.system(", "<string>:1 in <module>", digest, "### What was attempted", "exit code 1"):
        assert part in text
    (attempt,) = [
        one["event"]
        for one in json.loads((hostile / "page.json").read_text())["loading"]["attempts"]
        if one["event"] and one["event"]["event"] == "os.system"
    ]
    assert attempt["traceback"][-1] == attempt["where"] == "<string>:1 in <module>"


def test_the_pages_say_also_what_was_not_loaded_or_came_to_no_end(tmp_path: Path, hostile: Path) -> None:
    (tmp_path / "cut.pkl").write_bytes(b"\x80\x04K\x01")
    for format_name in ("html", "markdown"):
        refused = weigh("load", "model.pkl", "--with", "pickle", "--format", format_name, cwd=hostile)
        assert refused.code == 1
        assert "not loaded: the scan says malicious" in refused.out.lower()
        failed = weigh("load", "cut.pkl", "--with", "pickle", "--trace", "--format", format_name, cwd=tmp_path)
        assert failed.code == 2
        assert "EOFError" in failed.out


def test_words_of_the_file_cannot_break_out_of_a_page(tmp_path: Path) -> None:
    source = (
        "import os\ntry: open('/<script>`</pre>\\x1b[2J')\nexcept OSError: pass\nout = {'</pre><b>\\u202e```': '|`'}"
    )
    (tmp_path / "model.pkl").write_bytes(running(source))
    ran = weigh("load", "model.pkl", "--with", "pickle", "--detonate", "--trace", "--format", "html", cwd=tmp_path)
    assert ran.code == 1
    assert "<script" not in ran.out
    assert "<b>" not in ran.out
    assert "&lt;script&gt;" in ran.out
    assert all(character.isprintable() or character == "\n" for character in ran.out.replace("\n", ""))
    text = weigh("load", "model.pkl", "--with", "pickle", "--detonate", "--format", "markdown", cwd=tmp_path).out
    assert text.count("````text") == 1  # a longer fence than the text has
    assert "\\u202e" in text


def test_words_of_the_file_cannot_paint_the_terminal(tmp_path: Path) -> None:
    note = json.dumps(dict.fromkeys(("event", "what", "where"), "\x1b[2J\u202e") | {"kind": "process"}).encode()
    forged = b"\xfe" + b"\xff" * 7 + len(note).to_bytes(4, "little") + note
    source = f"import os; os.write(3, {forged!r}); out = {{'\\x1b[31mred\\u202e': '\\x1b]0;owned\\x07'}}"
    (tmp_path / "model.pkl").write_bytes(running(source))
    ran = weigh("load", "model.pkl", "--with", "pickle", "--detonate", "--trace", cwd=tmp_path)
    assert ran.code == 1
    assert all(character.isprintable() or character == "\n" for character in ran.out)
    assert "\\x1b[31mred\\u202e" in ran.out
    assert "process  \\x1b[2J\\u202e(\\x1b[2J\\u202e)" in ran.out


def test_what_the_library_cannot_load_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04K\x01")
    ran = weigh("load", "model.pkl", "--with", "pickle", cwd=tmp_path)
    assert ran.code == 2
    assert "failed  EOFError" in ran.out


@pytest.mark.libraries
def test_too_little_memory_is_inconclusive(tmp_path: Path) -> None:
    numpy = import_module("numpy")
    stream = io.BytesIO()
    numpy.save(stream, numpy.zeros(40 << 20, "u1"))
    (tmp_path / "model.npy").write_bytes(stream.getvalue())
    ran = weigh("load", "model.npy", "--with", "numpy", "--memory", "32", cwd=tmp_path)
    assert ran.code == 3
    assert "halted  resource_exceeded: more than 32 MiB" in ran.out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("model.pkl",), "--with is missing: this looks like pickle"),
        (("model",), "--with is missing: this looks like transformers"),
        (("pipe",), "--with is missing"),
        (("model.pkl", "--with", "yaml"), "--with cannot be 'yaml'"),
        ((".", "--with", "pickle"), "'.' is not a file"),
        (("pipe", "--with", "pickle"), "'pipe' is not a file"),
        (("nothing", "--with", "pickle"), "cannot open 'nothing'"),
        (("hf://org/name", "--with", "torch"), "is not on this machine"),
        (("model.pkl", "other.pkl", "--with", "pickle"), "nothing to do with 'other.pkl'"),
    ],
)
def test_wrong_requests(tmp_path: Path, words: tuple[str, ...], complaint: str) -> None:
    (tmp_path / "model.pkl").write_bytes(b"N.")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    os.mkfifo(tmp_path / "pipe")
    ran = weigh("load", *words, cwd=tmp_path)
    assert ran.code == 2
    assert complaint in ran.err


def test_a_file_that_changes_after_its_scan_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model.pkl"
    model.write_bytes(b"N.")
    honest = weighed.scan_files

    def scan_and_swap(path: str) -> tuple[ArtifactReport, tuple[str, ...]]:
        found = honest(path)
        (tmp_path / "other").write_bytes(running("out = 1"))
        os.replace(tmp_path / "other", model)
        return found

    monkeypatch.setattr(weighed, "scan_files", scan_and_swap)
    from weighbridge.cli.options import parse

    with pytest.raises(IntegrityError, match="changed while it was weighed"):
        command.main(parse(command.COMMAND, [str(model), "--with", "pickle"]))
