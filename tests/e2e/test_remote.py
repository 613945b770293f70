"""The command line against a local Hub: few bytes move, what is poisoned is found, what was not read is not clean."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import ggufs
from tests.builders.pickles import SHELL, call_target, dumps, pickled_call
from tests.builders.repositories import honest_named_repository
from tests.e2e.command import PATIENCE, PROGRAM, Ran, environment, files, weigh
from tests.servers import virtual
from tests.servers.contents import Content, Held
from tests.servers.hub import Fault, HubServer

POISON = call_target(SHELL, protocol=2)
ESCAPING = "{{ ''.__class__.__mro__[1].__subclasses__() }}"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


def scan(hub: HubServer, home: Path, *words: str, **more: object) -> Ran:
    return weigh("scan", *words, "--format", "json", env=hub.environment(home), **more)


def small() -> dict[str, bytes | Content]:
    """The texts of a repository."""
    return {path: Held(content) for path, content in honest_named_repository().items() if path.count(".json")}


def test_sixteen_gigabytes_are_weighed_by_their_headers(hub: HubServer, tmp_path: Path) -> None:
    texts = small()
    commit = hub.repository("org/name").commit({"model.safetensors": virtual.safetensors(), **texts})
    ran = scan(hub, tmp_path, "hf://org/name")
    assert ran.code == 3, ran.err
    model = files(ran)[f"hf://org/name@{commit}/model.safetensors"]
    assert model["formats"] == ["safetensors"]
    assert model["findings"] == []
    assert (model["sha256"], model["claimed_sha256"]) == (None, virtual.safetensors().sha256)
    assert "sha256_origin" not in model
    (gap,) = model["gaps"]
    assert gap["kind"] == "unread"
    assert gap["reason"].endswith("of 16,060,556,616 bytes: headers and structure only; --full reads all")
    for path, content in texts.items():
        assert isinstance(content, Held)
        one = files(ran)[f"hf://org/name@{commit}/{path}"]
        assert (one["verdict"], one["sha256"]) == ("clean", content.sha256), one
    assert hub.sent("*model.safetensors") <= 200_000
    # The server itself counts; what one sees on the way is the listing, the texts and 200 kB.
    listing = hub.sent("/api/models/*")
    assert hub.sent() <= 200_000 + listing + sum(
        content.size for content in texts.values() if isinstance(content, Held)
    )


@pytest.mark.parametrize(
    ("name", "content", "most"),
    [
        ("model.safetensors", virtual.safetensors(virtual.LLAMA_70B), 128_000),
        ("pytorch_model.bin", virtual.torch_zip(), 128_000),
        ("model.gguf", virtual.gguf(), 10_000_000),
    ],
)
def test_bytes_on_the_wire(hub: HubServer, tmp_path: Path, name: str, content: Content, most: int) -> None:
    hub.repository("org/name").commit({name: content})
    ran = scan(hub, tmp_path, "hf://org/name")
    assert (ran.code, ran.report["verdict"]) == (3, "inconclusive"), ran.err
    assert hub.sent(f"*/{name}") <= most
    assert hub.requests(f"/cdn/*/{name}") <= 20


@pytest.mark.parametrize(
    ("name", "content", "verdict", "rule"),
    [
        ("pytorch_model.bin", virtual.torch_zip(poisoned=POISON), "malicious", "EXE101"),
        ("model.gguf", virtual.gguf(template=ESCAPING), "malicious", "EXE134"),
        ("data.pkl", Held(dumps("x" * 2_000_000) + pickled_call(SHELL)), "malicious", "EXE101"),
        ("small.gguf", Held(ggufs.templated(ESCAPING)), "malicious", "EXE134"),
    ],
)
def test_what_is_poisoned_is_found(
    hub: HubServer, tmp_path: Path, name: str, content: Content, verdict: str, rule: str
) -> None:
    hub.repository("org/name").commit({name: content})
    ran = scan(hub, tmp_path, "hf://org/name")
    assert (ran.code, ran.report["verdict"]) == (1, verdict), ran.err
    assert rule in {finding["rule"] for file in files(ran).values() for finding in file["findings"]}


@pytest.mark.parametrize("size", [5_000, 2_000_000])
@pytest.mark.parametrize("name", ["words.txt", "words.bin"])
def test_bytes_that_the_hub_does_not_list_fail(hub: HubServer, tmp_path: Path, name: str, size: int) -> None:
    """The server's headers say what it lists; only the bytes are others."""
    listed, other = Held(b"a" * size), Held(b"a" * (size - 1) + b"b")
    hub.repository("org/name").commit({name: listed, "honest.txt": b"a\n"})
    hub.fault(f"*{name}", Fault(content=other))
    ran = scan(hub, tmp_path, "hf://org/name", "--include", "*.txt", "--include", "*.bin")
    assert ran.code == 1, ran.err
    found = {path.rpartition("/")[2]: file for path, file in files(ran).items()}
    assert [finding["rule"] for finding in found[name]["findings"]] == ["TRU714"]
    assert found[name]["sha256"] == other.sha256
    assert found["honest.txt"]["verdict"] == "clean"


def test_a_file_that_changes_while_it_is_read_fails(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/name").commit({"model.safetensors": virtual.safetensors(), "a.txt": b"a\n"})
    hub.fault("/cdn/*model.safetensors", Fault(skip=1, headers={"ETag": '"other"'}))
    ran = scan(hub, tmp_path, "hf://org/name")
    assert ran.code == 1, ran.err
    found = {path.rpartition("/")[2]: file for path, file in files(ran).items()}
    assert [finding["rule"] for finding in found["model.safetensors"]["findings"]] == ["TRU714"]
    assert found["a.txt"]["verdict"] == "clean"


def test_full_reads_everything(hub: HubServer, tmp_path: Path) -> None:
    content = Held(
        virtual.torch_zip.__wrapped__(virtual.Layout(layers=1, hidden=8, between=8, keys=8)).read_at(0, 1 << 30)
    )
    assert content.size > 1 << 20
    hub.repository("org/name").commit({"pytorch_model.bin": content})
    assert scan(hub, tmp_path, "hf://org/name").code == 3
    hub.forget()
    ran = scan(hub, tmp_path, "hf://org/name", "--full")
    assert (ran.code, ran.report["verdict"]) == (0, "clean"), ran.err
    (file,) = files(ran).values()
    assert file["sha256"] == file["claimed_sha256"] == hashlib.sha256(content.content).hexdigest()
    assert hub.sent("/cdn/*") == content.size


def test_debug_works_without_a_jail(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/name").commit({"pytorch_model.bin": virtual.torch_zip(poisoned=POISON)})
    ran = scan(hub, tmp_path, "hf://org/name", "--debug")
    assert (ran.code, ran.report["verdict"]) == (1, "malicious"), ran.err


def test_offline_is_an_error_with_a_hint(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/name").commit({"a.txt": b"a\n"})
    ran = scan(hub, tmp_path, "hf://org/name", "--offline")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("weighbridge: ")
    assert hub.log == []


def test_what_is_not_there_is_an_error(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/name").commit({"a.txt": b"a\n"})
    for target in ("hf://org/other", "hf://org/name@absent", "hf://org/name/absent.bin", "hf://name"):
        ran = scan(hub, tmp_path, target)
        assert (ran.code, ran.out) == (2, ""), target


def test_every_format_of_report_tells_it(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/name").commit({"model.safetensors": virtual.safetensors()})
    for kind in ("text", "markdown", "html", "sarif"):
        ran = weigh("scan", "hf://org/name", "--format", kind, env=hub.environment(tmp_path))
        assert ran.code == 3
        assert "headers and structure only" in " ".join(ran.out.split())
        if kind in {"html", "sarif"}:
            assert virtual.safetensors().sha256 in ran.out


def test_ctrl_c_leaves_nothing_behind(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/name").commit({"model.safetensors": virtual.safetensors()})
    hub.fault("/cdn/*", Fault(stall=10))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    variables = environment(**hub.environment(tmp_path), TMPDIR=str(temporary))
    command = [*PROGRAM, "scan", "hf://org/name"]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        until = time.monotonic() + PATIENCE
        while not hub.requests("*model.safetensors") and time.monotonic() < until:
            time.sleep(0.05)
        workers = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, err
    assert out == b""
    assert b"Traceback" not in err
    assert os.listdir(temporary) == []
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_a_gated_repository_is_an_error_that_says_what_to_do(hub: HubServer, tmp_path: Path) -> None:
    hub.repository("org/gated", gated=True).commit({"config.json": b"{}", "model.safetensors": virtual.safetensors()})
    for command in ("scan", "lock"):
        ran = weigh(command, "hf://org/gated", cwd=tmp_path, env=hub.environment(tmp_path))
        assert ran.code == 2, ran
        assert "gated" in ran.err
        assert "HF_TOKEN" in ran.err
