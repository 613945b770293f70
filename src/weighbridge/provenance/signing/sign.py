"""Signing: the files of a directory become a signature file that the reference tool and others verify."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.core.refs import is_outside
from weighbridge.core.values import value
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import certificates, keys
from weighbridge.provenance.signing import digests as hashing
from weighbridge.provenance.signing import statement as statements
from weighbridge.provenance.signing.model import (
    GIT_PATHS,
    SHARD,
    SIGNATURE,
    Layout,
    Method,
    Resource,
    Signed,
    Signer,
    Statement,
)
from weighbridge.provenance.signing.tree import Tree, is_below, is_git, walk
from weighbridge.provenance.signing.versions import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate


@value
class SignRequest:
    """What to sign and how. ``ignore`` are paths in the directory; ``shard`` is 0 for whole files.

    ``signature`` is where the signature goes, by default ``model.sig`` in the directory. ``name`` and ``version`` are
    bound to the model, so that no other model and no older version passes as this one.
    """

    directory: str
    signature: str = ""
    algorithm: str = "sha256"
    shard: int = 0
    ignore: tuple[str, ...] = ()
    name: str = ""
    version: str = ""


@value
class KeyFiles:
    """Files to sign with: a private key, and with ``certificate`` also the chain that leads from it to a root."""

    key: str
    password: bytes | None = None
    certificate: str = ""
    chain: tuple[str, ...] = ()


def sign_with_key(
    request: SignRequest, files: KeyFiles, *, digests: Mapping[str, str] | None = None, jobs: int = 0,
    tell: Callable[[str, int], None] = lambda _path, _size: None,
) -> Signed:  # fmt: skip
    """Sign with a key or a certificate; raises UsageError, and AccessError for what cannot be read or written.

    ``digests`` are SHA-256 digests by path that are known already.
    """
    private = keys.private_key(files.key, files.password)
    chain = _chain(private, files)
    made = _prepare(request, digests, jobs, tell)
    public = private.public_key()
    signature = keys.sign(private, bundles.pae(made.payload))
    if chain:
        signer = certificates.describe(chain[0])
        text = bundles.dumps(made.payload, signature, chain=tuple(certificates.der(one) for one in chain))
    else:
        signer = Signer(method=Method.KEY, key=keys.key_id(public), curve=keys.curve(public))
        text = bundles.dumps(made.payload, signature, hint=signer.key)
    return _write(request, made, signer, text)


def sign_keyless(
    request: SignRequest, *, trust: str = "", digests: Mapping[str, str] | None = None, jobs: int = 0,
    tell: Callable[[str, int], None] = lambda _path, _size: None,
) -> Signed:  # fmt: skip
    """Sign by Sigstore as whoever the environment or the browser says we are; needs the network."""
    from weighbridge.provenance.signing import keyless

    keyless.need_sigstore()
    made = _prepare(request, digests, jobs, tell)
    text = keyless.sign(made.payload, trust=trust)
    leaf = certificates.load_chain(bundles.loads(text).chain)[0]
    return _write(request, made, certificates.describe(leaf, Method.SIGSTORE), text)


@value
class _Made:
    """What is going to be signed."""

    statement: Statement
    payload: bytes
    size: int
    left_out: tuple[str, ...]
    signature: str


def _prepare(
    request: SignRequest, digests: Mapping[str, str] | None, jobs: int, tell: Callable[[str, int], None]
) -> _Made:
    if request.version:
        Version.parse(request.version)
    place = _place(request)
    _check_place(place)
    tree = walk(request.directory, signature=place)
    ignored = (*GIT_PATHS, *_own(tree, place), *_ignored(tree, request.ignore))
    layout = Layout(
        method="shards" if request.shard else "files", algorithm=request.algorithm, shard=request.shard, ignored=ignored
    )
    _check_layout(layout)
    files = [file for file in tree.files if not is_git(file.path) and not is_below(file.path, ignored)]
    for path, why in tree.troubles:
        if not is_git(path) and not is_below(path, ignored):
            raise UsageError(f"cannot sign {path!r}: {why}", hint="take it away, or leave it out: --ignore PATH")
    if not files:
        raise UsageError(f"there is nothing to sign in {request.directory!r}", hint="name the directory of a model")
    computed = hashing.compute(files, layout, known=digests, jobs=jobs, tell=tell)
    for path, why in computed.troubles.items():
        raise AccessError(f"cannot sign {path!r}: {why}", hint="nothing must write to a model while it is signed")
    statement = Statement(
        subject=os.path.basename(tree.root) or "model", layout=layout, name=request.name, version=request.version,
        resources=tuple(Resource(name=name, digest=digest) for name, digest in computed.found.items()),
    )  # fmt: skip
    try:
        payload = statements.dumps(statement)
    except IntegrityError as error:
        raise UsageError(str(error), hint="empty files cannot be signed as shards") from None
    covered = {file.path for file in files}
    left_out = [file.path for file in tree.files if file.path not in covered]
    left_out += [file.path for file in files if layout.shard and not file.size]
    return _Made(
        statement=statement, payload=payload, size=sum(file.size for file in files), left_out=tuple(sorted(left_out)),
        signature=place,
    )  # fmt: skip


def _place(request: SignRequest) -> str:
    if not os.path.isdir(request.directory):
        there = os.path.exists(request.directory)
        words = "is no directory" if there else "does not exist"
        hint = "the format signs directories: put the file into one" if there else "check the path"
        raise AccessError(f"{request.directory!r} {words}", hint=hint)
    place = _asked(request)
    return os.path.join(os.path.realpath(os.path.dirname(place)), os.path.basename(place))


def _check_place(place: str) -> None:
    """Raise UsageError where anything but a signature would be lost: a slip must not cost a file of the model."""
    if os.path.islink(place) or not os.path.lexists(place):
        return
    try:
        bundles.load(place)
    except (AccessError, IntegrityError):
        raise UsageError(
            f"{place!r} is there already, and is no signature", hint="name another place: --signature FILE"
        ) from None


def _asked(request: SignRequest) -> str:
    return request.signature or os.path.join(request.directory, SIGNATURE)


def _own(tree: Tree, place: str) -> tuple[str, ...]:
    """Give the signature's own path in the model, if it goes there: other tools must leave it out too."""
    inside = os.path.join(tree.root, "")
    return (place.removeprefix(inside),) if place.startswith(inside) else ()


def _ignored(tree: Tree, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Check the paths to leave out: exact paths in the model, of something that is there (section 6.2.1)."""
    found = []
    for path in asked:
        plain = os.path.normpath(path) if path else ""
        if not path or path.startswith("/") or is_outside(plain) or plain == "." or set("*?[") & set(path):
            raise UsageError(
                f"--ignore {path!r} is no path in the directory", hint="exact paths, as cache or logs/a.txt"
            )
        if not os.path.lexists(os.path.join(tree.root, plain)):
            raise UsageError(f"--ignore {path!r} is not there", hint=f"paths count from {tree.root}")
        found.append(plain)
    return tuple(dict.fromkeys(found))


def _check_layout(layout: Layout) -> None:
    if layout.algorithm not in statements.DIGESTS:
        raise UsageError(f"there is no algorithm {layout.algorithm!r}", hint=f"one of {', '.join(statements.DIGESTS)}")
    if layout.shard and layout.algorithm == "blake3":
        raise UsageError("BLAKE3 is not used over shards", hint="it hashes whole files on all processors by itself")
    if layout.shard < 0 or layout.shard >= 1 << 53:
        raise UsageError(f"{layout.shard} is no size of a shard", hint=f"for example {SHARD}")


def _chain(private: EllipticCurvePrivateKey, files: KeyFiles) -> tuple[Certificate, ...]:
    """Load the signer's certificate and what leads to the root, and see that verification would take them."""
    if not files.certificate:
        if files.chain:
            raise UsageError("a chain needs the certificate that it begins with", hint="--certificate FILE")
        return ()
    first, *rest = certificates.load_file(files.certificate)
    chain = [first, *rest, *(one for path in files.chain for one in certificates.load_file(path))]
    if keys.pem(certificates.leaf_key(first)) != keys.pem(private.public_key()):
        raise UsageError(
            f"the certificate {files.certificate!r} is not for the key {files.key!r}",
            hint="check which belongs to which",
        )
    try:
        certificates.check_leaf(first, (), datetime.now(UTC), marked=True)
    except IntegrityError as error:
        raise UsageError(f"nobody would accept this signature: {error}", hint=error.hint) from None
    return tuple(dict.fromkeys(chain))


def _write(request: SignRequest, made: _Made, signer: Signer, text: bytes) -> Signed:
    """Put the signature in its place, whole or not at all."""
    try:
        _put(text, made.signature)
    except OSError as error:
        hint = "name another place: --signature FILE"
        raise AccessError(f"cannot write {_asked(request)!r}: {reason(error)}", hint=hint) from None
    statement = made.statement
    warnings = []
    if made.left_out:
        warnings.append("what the signature does not cover fails verification, unless the policy allows it")
    if signer.method is Method.CERTIFICATE and certificates.CODE_SIGNING not in signer.usages:
        warnings.append("the certificate is not made for code signing; policies refuse it unless they say otherwise")
    return Signed(
        signature=_asked(request), signer=signer, layout=statement.layout, files=len({*_paths(statement)}),
        size=made.size, name=request.name, version=request.version, ignored=made.left_out, warnings=tuple(warnings),
    )  # fmt: skip


def _put(text: bytes, place: str) -> None:
    """Write beside the place and move there; a link is replaced and never followed."""
    unfinished = f"{place}.{os.getpid()}.part"
    with open(unfinished, "xb", buffering=0) as file:
        try:
            rest = memoryview(text)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
            os.replace(unfinished, place)
        except OSError:
            os.unlink(unfinished)
            raise


def _paths(statement: Statement) -> list[str]:
    return [statements.piece(one.name, statement.layout).path for one in statement.resources]
