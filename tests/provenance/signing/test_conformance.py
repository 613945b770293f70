"""The round trips of the format's conformance suite, with files and keys of our own.

Each row has the name that the suite gives to the case (``conformance/TEST_CASES.md`` beside the specification). Not
here are those that need the public Sigstore. Files that nothing signs are refused by default, which is more than the
specification asks: such a row passes by ``allow_extra``, and is seen to fail without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.provenance.signing import authorities as made
from tests.provenance.signing import schemas
from tests.provenance.signing.authorities import Spec
from tests.provenance.signing.conformance import NESTED, PLAIN, SIGNED, pem
from weighbridge.core.errors import WeighbridgeError
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import statement as statements
from weighbridge.provenance.signing.policy import SignerPolicy, trusting_certificates, trusting_keys
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key
from weighbridge.provenance.signing.verify import verify_signature

GIT = {".git/HEAD": b"ref: refs/heads/main", ".gitignore": b"*.tmp", ".gitattributes": b"*.bin binary"}
DEEP = {"one/two/three/four/five/weights.bin": b"deep"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A model that is signed and verified. ``left_out`` are files that no signature covers, ``added`` come after it."""

    name: str
    files: Mapping[str, bytes]
    ignore: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    added: Mapping[str, bytes] = field(default_factory=dict)
    by: str = "key"
    curve: str = "P-384"
    inside: bool = False


WITHOUT_SCRATCH: dict[str, Any] = {"files": PLAIN, "ignore": ("scratch",), "left_out": ("scratch",)}
TRIPS = [
    Trip(name="key-simple", **WITHOUT_SCRATCH),
    Trip(name="certificate-simple", by="certificate", **WITHOUT_SCRATCH),
    Trip(name="key-multi-file", files=NESTED),
    Trip(name="certificate-multi-file", by="certificate", files=NESTED),
    Trip(name="certificate-self-signed", by="self-signed", curve="P-256", **WITHOUT_SCRATCH),
    Trip(name="key-single-file", files={"model.bin": b"\x0e" * 256}),
    Trip(
        name="key-git-and-ignore-combined",
        files={"model.bin": b"model", **GIT, "left.tmp": b"x"},
        ignore=("left.tmp",),
        left_out=(*GIT, "left.tmp"),
    ),
    Trip(name="key-ignore-paths", **WITHOUT_SCRATCH),
    Trip(name="key-ignore-unsigned", files=SIGNED, added={"injected.bin": b"later"}),
    Trip(name="key-deeply-nested", files=DEEP),
    Trip(name="key-deeply-nested-with-git", files={**DEEP, ".git/HEAD": b"x"}, left_out=(".git/HEAD",)),
    Trip(
        name="key-default-ignores",
        files={"model.bin": b"model", **GIT, ".github/ci.yml": b"on: push"},
        left_out=(*GIT, ".github/ci.yml"),
    ),
    Trip(name="key-dotfile-included", files={".config": b"a", ".env.example": b"b", "model.bin": b"c"}),
    Trip(
        name="key-files-in-hidden-dir",
        files={".cache/weights.bin": b"a", ".local/share/data.bin": b"b", "model.bin": b"c"},
    ),
    Trip(name="key-empty-file", files={"empty.bin": b"", "part-1": b"first"}),
    Trip(
        name="key-assets-subdir",
        files={"assets/tokenizer.bin": b"\x0a" * 128, "assets/vocab.txt": b"words", "weights.bin": b"w"},
    ),
    Trip(name="key-binary-content", files={"header.bin": b"\0\x01\xff\xfe\x89PNG\r\n", "all.bin": bytes(range(256))}),
    Trip(name="key-unicode-filename", files={"weights.bin": b"w", "重み.bin": b"m"}),
    Trip(
        name="key-special-chars-path",
        files={"file (copy).bin": b"a", "normal.bin": b"b", "path with spaces/model.bin": b"c"},
    ),
    Trip(name="key-p256", curve="P-256", **WITHOUT_SCRATCH),
    Trip(name="key-p384", curve="P-384", **WITHOUT_SCRATCH),
    Trip(name="key-p521", curve="P-521", **WITHOUT_SCRATCH),
    Trip(
        name="key-multi-git-dirs",
        files={"model.bin": b"a", "sub/model.bin": b"b", ".git/HEAD": b"x", "sub/.git/HEAD": b"y"},
        ignore=("sub/.git",),
        left_out=(".git/HEAD", "sub/.git/HEAD"),
    ),
    Trip(
        name="key-multi-gitignore",
        files={"model.bin": b"a", "sub/data.bin": b"b", ".gitignore": b"x", "sub/.gitignore": b"y"},
        ignore=("sub/.gitignore",),
        left_out=(".gitignore", "sub/.gitignore"),
    ),
    Trip(name="key-nested-git-not-excluded", files={"model.bin": b"a", "sub/.gitignore": b"b"}),
    Trip(
        name="key-ignore-paths-exact-match",
        files={"scratch": b"a", "part-1": b"b", "sub/scratch": b"c"},
        ignore=("scratch",),
        left_out=("scratch",),
    ),
    Trip(name="key-sig-inside-model", inside=True, **WITHOUT_SCRATCH),
]


def signer(folder: Path, by: str, curve: str) -> tuple[KeyFiles, SignerPolicy]:
    """Somebody who signs, and a policy that trusts nobody else."""
    files = made.signer_files(folder, curve, san=())
    if by == "key":
        return KeyFiles(key=str(files.key)), trusting_keys(str(files.public))
    if by == "certificate":
        whole = KeyFiles(key=str(files.key), certificate=str(files.certificate), chain=(str(files.chain),))
        return whole, trusting_certificates(str(files.root), subject=("CN=signer",), marked=True)
    own = made.certificate(Spec(issuer="signer", ca=True, san=()), made.key(curve).public_key(), made.key(curve))
    alone = pem(folder / "alone.pem", own)
    return KeyFiles(key=str(files.key), certificate=alone, chain=(alone,)), trusting_certificates(
        alone, subject=("CN=signer",), marked=True
    )


@pytest.mark.parametrize("trip", TRIPS, ids=[trip.name for trip in TRIPS])
def test_a_round_trip(tmp_path: Path, trip: Trip) -> None:
    model, (files, policy) = made.write_model(tmp_path / "model", trip.files), signer(tmp_path, trip.by, trip.curve)
    place = (model if trip.inside else tmp_path) / "bundle.sig"
    sign_with_key(SignRequest(directory=str(model), signature=str(place), ignore=trip.ignore), files)
    schemas.validate(place.read_bytes(), ours=True)
    stated = statements.loads(bundles.load(str(place)).payload)
    assert [one.name for one in stated.resources] == sorted(trip.files.keys() - {*trip.left_out})
    assert stated.subject == "model"
    made.write_model(model, trip.added)
    allowed = (*trip.left_out, *trip.added)
    report = verify_signature(str(model), str(place), policy, allow_extra=allowed)
    assert report.problems == ()
    if allowed:
        default = verify_signature(str(model), str(place), policy)
        assert {one.partition(":")[0] for one in default.problems} == {*allowed}


def test_key_simple_deterministic(tmp_path: Path) -> None:
    model, (files, _) = made.write_model(tmp_path / "model", NESTED), signer(tmp_path, "key", "P-384")
    places = [tmp_path / "one.sig", tmp_path / "two.sig"]
    for place in places:
        sign_with_key(SignRequest(directory=str(model), signature=str(place)), files)
    one, two = (statements.loads(bundles.load(str(place)).payload) for place in places)
    assert one == two


REFUSED: list[tuple[str, Mapping[str, bytes], dict[str, str], str]] = [
    ("key-empty-model-rejected", {".gitignore": b"*"}, {}, "nothing to sign"),
    ("key-symlink-default-rejected", SIGNED, {"link": "part-1"}, "it is a link"),
    ("key-symlink-outside-root", SIGNED, {"link": "/absent/target"}, "it is a link"),
    ("key-symlink-cycle", SIGNED, {"link": "."}, "it is a link"),
]


@pytest.mark.parametrize(("name", "files", "links", "told"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_not_signed(
    tmp_path: Path, name: str, files: Mapping[str, bytes], links: dict[str, str], told: str
) -> None:
    model, (key, _) = made.write_model(tmp_path / "model", files), signer(tmp_path, "key", "P-384")
    for path, target in links.items():
        (model / path).symlink_to(target)
    with pytest.raises(WeighbridgeError, match=told):
        sign_with_key(SignRequest(directory=str(model), signature=str(tmp_path / "bundle.sig")), key)
    assert not (tmp_path / "bundle.sig").exists()
