"""Whatever is done to a signed model is refused or told; first the rows that the reference tool passes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import signatures as made
from weighbridge.provenance.signing.digests import compute
from weighbridge.provenance.signing.model import Layout, SignatureReport
from weighbridge.provenance.signing.policy import trusting_certificates, trusting_keys
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key
from weighbridge.provenance.signing.tree import TreeFile
from weighbridge.provenance.signing.verify import verify_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is done to the model, what is told then; ``refused`` rows fail."""

    name: str
    change: Callable[[Path], object]
    told: str
    refused: bool = True
    ignore: tuple[str, ...] = ()
    shard: int = 0


def write(path: str, content: bytes = b"INERT") -> Callable[[Path], object]:
    def change(model: Path) -> None:
        (model / path).parent.mkdir(parents=True, exist_ok=True)
        (model / path).write_bytes(content)

    return change


def link(path: str, target: str) -> Callable[[Path], object]:
    return lambda model: (model / path).symlink_to(target)


def rename_in_order(model: Path) -> None:
    """Give a file another name between the same neighbours: the digest of the whole stays the same."""
    (model / "config.json").rename(model / "config.jsom")


def rename_case(model: Path) -> None:
    shutil.copy(model / "config.json", model / "Config.json")


def swap(model: Path) -> None:
    one, two = model / "weights/model-1.bin", model / "weights/model-2.bin"
    one_bytes, two_bytes = one.read_bytes(), two.read_bytes()
    one.write_bytes(two_bytes)
    two.write_bytes(one_bytes)


def flip(model: Path) -> None:
    path = model / "weights/model-1.bin"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)


def lengthen(model: Path) -> None:
    with (model / "config.json").open("ab") as file:
        file.write(b"x" * 900)


def relink(model: Path) -> None:
    (model / "config.json").unlink()
    (model / "config.json").symlink_to("weights.txt")


def odd_name(model: Path) -> None:
    Path(os.fsdecode(os.fsencode(model) + b"/\xff.bin")).write_bytes(b"")


def pipe(model: Path) -> None:
    os.mkfifo(model / "pipe")


def second_name_of_the_signature(model: Path) -> None:
    os.link(model / "model.sig", model / "tokenizer.json")


ROWS = [
    # section 1.3 of the survey: the reference tool passes these
    Row(
        name="executable",
        change=lambda model: (model / "config.json").chmod(0o755),
        told="may be executed",
        refused=False,
    ),
    Row(
        name="empty directory",
        change=lambda model: (model / "new").mkdir(),
        told="new is an empty directory",
        refused=False,
    ),
    Row(
        name="inside .git",
        change=write(".git/hooks/post-checkout"),
        told=".git/hooks/post-checkout: here, and the format",
    ),
    Row(
        name=".gitattributes", change=write(".gitattributes"), told=".gitattributes: here, and the format leaves it out"
    ),
    Row(name=".github", change=write(".github/workflows/x.yml"), told="leaves it out of the signature"),
    Row(
        name="ignored file",
        change=write("cache/x.bin"),
        ignore=("cache",),
        told="cache/x.bin: here, and the signer left it",
    ),
    Row(name="extra code", change=write("evil.py", b"print('INERT')"), told="evil.py: here, and not signed"),
    Row(name="renamed in order", change=rename_in_order, told="config.json: signed, and not here"),
    Row(
        name="empty file over shards",
        change=write("__init__.py", b""),
        shard=700,
        told="1 empty files are not covered",
        refused=False,
    ),
    # those that it refuses
    Row(name="flipped bit", change=flip, told="weights/model-1.bin: altered"),
    Row(name="flipped bit in a shard", change=flip, shard=700, told="weights/model-1.bin: altered"),
    Row(name="swapped", change=swap, told="weights/model-2.bin: altered"),
    Row(
        name="removed", change=lambda model: (model / "config.json").unlink(), told="config.json: signed, and not here"
    ),
    Row(name="emptied over shards", change=write("config.json", b""), shard=700, told="config.json: altered"),
    Row(name="longer by a shard", change=lengthen, shard=700, told="config.json: altered"),
    Row(name="link to a file", change=link("new.bin", "config.json"), told="new.bin: it is a link"),
    Row(name="link to a directory", change=link("new", "weights"), told="new: it is a link"),
    Row(name="link in place of a file", change=relink, told="config.json: it is a link"),
    Row(name="pipe", change=pipe, told="pipe: it is no regular file"),
    Row(name="another case", change=rename_case, told="where case does not count"),
    Row(name="another signature's name", change=write("old/model.sig"), told="old/model.sig: here, and not signed"),
    Row(
        name="the signature by another name",
        change=second_name_of_the_signature,
        told="tokenizer.json: here, and not signed",
    ),
    Row(name="no UTF-8", change=odd_name, told="is not UTF-8"),
]


def verified(tmp_path: Path, row: Row) -> SignatureReport:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    if row.ignore:
        write("cache/x.bin", b"as it was")(model)
    request = SignRequest(directory=str(model), ignore=row.ignore, shard=row.shard)
    signed = sign_with_key(request, KeyFiles(key=str(files.key)))
    if not row.ignore:
        assert verify_signature(str(model), signed.signature, trusting_keys(str(files.public))).problems == ()
    row.change(model)
    return verify_signature(str(model), signed.signature, trusting_keys(str(files.public)))


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_what_is_done_to_a_model_is_refused_or_told(tmp_path: Path, row: Row) -> None:
    report = verified(tmp_path, row)
    assert report.holds is not row.refused
    assert row.told in "\n".join(report.problems if row.refused else report.warnings)


def test_an_honest_copy_by_another_name_is_told(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(files.key)))
    model.rename(tmp_path / "other")
    report = verify_signature(
        str(tmp_path / "other"), str(tmp_path / "other/model.sig"), trusting_keys(str(files.public))
    )
    assert report.holds
    assert report.warnings == ("it was called model when it was signed, here other; no signature covers that name",)


def test_what_was_left_out_may_be_there_if_the_policy_says_so(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    write(".gitattributes")(model)
    write(".git/config")(model)
    write("cache/x.bin")(model)
    sign_with_key(SignRequest(directory=str(model), ignore=("cache",)), KeyFiles(key=str(files.key)))
    policy = trusting_keys(str(files.public), allow_ignored=(".gitattributes", "cache/*"))
    report = verify_signature(str(model), str(model / "model.sig"), policy)
    assert report.unsigned == (".git/config", ".gitattributes")
    assert report.ignored == ("cache/x.bin",)
    assert report.problems == (".git/config: here, and the format leaves it out of the signature",)
    shutil.rmtree(model / ".git")
    assert verify_signature(str(model), str(model / "model.sig"), policy).problems == ()


def test_a_link_among_what_was_left_out(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    write("cache/x.bin")(model)
    link("cache/latest", "x.bin")(model)
    sign_with_key(SignRequest(directory=str(model), ignore=("cache",)), KeyFiles(key=str(files.key)))
    policy = trusting_keys(str(files.public), allow_ignored=("cache/*",))
    report = verify_signature(str(model), str(model / "model.sig"), policy)
    assert report.problems == ()
    assert report.ignored == ("cache/latest", "cache/x.bin")
    assert not verify_signature(str(model), str(model / "model.sig"), trusting_keys(str(files.public))).holds


def test_a_file_that_shrank_before_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 800)
    file = TreeFile(path="a", real=str(path), size=900)
    found = compute([file], Layout(method="shards", shard=700))
    assert found.troubles == {"a": "it was changed while it was read"}
    assert not compute([TreeFile(path="a", real=str(path), size=800)], Layout(method="shards", shard=700)).troubles


def test_a_directory_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(files.key)))
    honest = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("/weights"):
            raise PermissionError(13, "Permission denied")
        return honest(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = verify_signature(str(model), str(model / "model.sig"), trusting_keys(str(files.public)))
    assert report.missing == ("weights/model-1.bin", "weights/model-2.bin")
    assert "weights: it cannot be listed: permission denied" in report.problems


def test_a_store_that_keeps_files_elsewhere(tmp_path: Path) -> None:
    """The Hub cache: a snapshot is links to blobs, the signature too."""
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(files.key)))
    snapshot, policy = tmp_path / "snapshot", trusting_keys(str(files.public))
    for path in [one for one in model.rglob("*") if one.is_file()]:
        place = snapshot / path.relative_to(model)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path)
    signature = str(snapshot / "model.sig")
    assert not verify_signature(str(snapshot), signature, policy).holds
    report = verify_signature(str(snapshot), signature, policy, follow_links=True)
    assert report.problems == ()
    assert "each is a link; what it leads to was compared" in report.warnings[0]
    (snapshot / "evil.py").symlink_to(model / "model.sig")
    (snapshot / "more").symlink_to(model / "weights")
    (model / "config.json").write_bytes(b"{}")
    report = verify_signature(str(snapshot), signature, policy, follow_links=True)
    assert report.extra == ("evil.py",)
    assert report.altered == ("config.json",)
    assert "more: it is a link to a directory, which is not followed" in report.problems


def test_another_key_is_nobody(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    other = made.signer_files(tmp_path / "other", "P-384")
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(other.key)))
    report = verify_signature(str(model), str(model / "model.sig"), trusting_keys(str(files.public)))
    assert not report.holds
    assert "is not trusted by the policy" in report.problems[0]
    assert report.files == 0, "nothing that a stranger signed is compared"


def test_a_signature_over_other_bytes(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    forged = made.bundle(made.statement(), message=b"other bytes")
    signature = made.write_bundle(tmp_path / "model.sig", forged)
    report = verify_signature(str(model), str(signature), trusting_keys(str(files.public)))
    assert report.problems == ("the signature is not by this key over these bytes",)
    honest = made.write_bundle(tmp_path / "model.sig", made.bundle(made.statement()))
    assert verify_signature(str(model), str(honest), trusting_keys(str(files.public))).problems == ()


def test_a_certificate_that_a_key_was_trusted_for_and_the_other_way_round(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    by_key, by_certificate = (
        KeyFiles(key=str(files.key)),
        KeyFiles(key=str(files.key), certificate=str(files.certificate), chain=(str(files.chain),)),
    )
    for signer, policy in (
        (by_certificate, trusting_keys(str(files.public))),
        (by_key, trusting_certificates(str(files.root), san=(made.SIGNER,))),
    ):
        sign_with_key(SignRequest(directory=str(model)), signer)
        report = verify_signature(str(model), str(model / "model.sig"), policy)
        assert "at all" in report.problems[0]


def test_digests_that_are_known_are_not_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from weighbridge.provenance.signing import digests

    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    known = {one["name"]: one["digest"] for one in made.resources()}
    monkeypatch.setattr(digests, "hash_files", lambda wanted, **_: dict.fromkeys((), list(wanted) and 1 / 0))
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(files.key)), digests=known)
    policy = trusting_keys(str(files.public))
    assert verify_signature(str(model), str(model / "model.sig"), policy, digests=known).holds
    lying = known | {"config.json": "0" * 64}
    assert verify_signature(str(model), str(model / "model.sig"), policy, digests=lying).altered == ("config.json",)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from weighbridge.provenance.signing import digests

    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    sign_with_key(SignRequest(directory=str(model), algorithm="blake2b"), KeyFiles(key=str(files.key)))
    honest = digests.os.preadv

    def growing(descriptor: int, views: list[memoryview], at: int) -> int:
        with (model / "config.json").open("ab") as file:
            file.write(b" ")
        return honest(descriptor, views, at)

    monkeypatch.setattr(digests.os, "preadv", growing)
    report = verify_signature(str(model), str(model / "model.sig"), trusting_keys(str(files.public)))
    assert "config.json: it was changed while it was read" in report.problems


def test_the_report_of_a_certificate_says_who_it_was(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    signer = KeyFiles(key=str(files.key), certificate=str(files.certificate), chain=(str(files.chain),))
    sign_with_key(SignRequest(directory=str(model)), signer)
    policy = trusting_certificates(str(files.root), san=(made.SIGNER,))
    report = verify_signature(str(model), str(model / "model.sig"), policy)
    assert report.holds
    assert report.signer is not None
    assert report.signer.san == (made.SIGNER,)
    assert report.signer.issuer == "CN=authority"
    assert report.signer.usages == ("codeSigning",)
    assert datetime.fromisoformat(report.signer.not_after) > datetime.now(UTC)
