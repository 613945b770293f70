"""What a signature over a model says, as values; who is trusted stands in ``policy``.

The format is OpenSSF Model Signing 1.0 (https://github.com/ossf/model-signing-spec): a Sigstore bundle that holds a
DSSE envelope that holds an in-toto statement that lists the files of a model with their digests.
"""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

SIGNATURE = "model.sig"
"""The name that the reference tool gives to a signature."""

GIT_PATHS = (".git", ".gitattributes", ".github", ".gitignore")
"""What the format leaves out at the top of every model (section 6.2)."""

SHARD = 1_000_000_000
"""Bytes of a shard where nothing else is asked for (section 6.3.2)."""


class Method(StrEnum):
    """How a bundle says who signed (section 4.1)."""

    KEY = "key"
    CERTIFICATE = "certificate"
    SIGSTORE = "sigstore"


@value
class Layout:
    """How the files of a model became the list that is signed.

    ``method`` is files or shards, ``algorithm`` sha256, blake2b or blake3, ``shard`` the bytes of a shard, 0 for whole
    files. ``links`` when links were followed. ``ignored`` are the paths that the signer left out.
    """

    method: str = "files"
    algorithm: str = "sha256"
    shard: int = 0
    links: bool = False
    ignored: tuple[str, ...] = ()


@value
class Resource:
    """A file or a shard of it: ``name`` is its path, with ``:start:end`` behind it for a shard."""

    name: str
    digest: str


@value
class Piece:
    """Bytes ``start`` to ``end`` of a file, as they are hashed; ``end`` is -1 for all of a file."""

    path: str
    start: int = 0
    end: int = -1

    @property
    def name(self) -> str:
        """The name of the resource."""
        return self.path if self.end < 0 else f"{self.path}:{self.start}:{self.end}"


@value
class Statement:
    """What is signed.

    ``subject`` is the name of the directory at the time of signing, which proves nothing; ``name`` and ``version`` are
    what the signer bound the model to, empty where he did not. ``old`` for the form that version 0.2 of the reference
    tool wrote.
    """

    subject: str
    layout: Layout
    resources: tuple[Resource, ...]
    name: str = ""
    version: str = ""
    old: bool = False


@value
class Bundle:
    """A signature file, taken apart and not yet believed.

    ``payload`` are the bytes that are signed, ``signature`` is over them. ``hint`` is the SHA-256 of the public key's
    PEM text, or empty; ``key`` the public key itself where an old bundle carries it; ``chain`` certificates in DER, the
    signer's first. ``stamped`` when it carries a time that somebody else vouches for; ``text`` is the whole file.
    """

    method: Method
    payload: bytes
    signature: bytes
    hint: str = ""
    key: bytes = b""
    chain: tuple[bytes, ...] = ()
    stamped: bool = False
    text: bytes = b""


@value
class Signer:
    """Who signed, as far as keys and certificates tell; times as ISO 8601, empty where there is no certificate.

    ``key`` is the SHA-256 of the public key's PEM text, ``san`` the alternative names of the subject, ``usages`` the
    extended key usages. ``issuer`` is the certificate's issuer, or the identity provider for the sigstore method.
    """

    method: Method
    key: str = ""
    curve: str = ""
    subject: str = ""
    san: tuple[str, ...] = ()
    issuer: str = ""
    usages: tuple[str, ...] = ()
    not_before: str = ""
    not_after: str = ""


@value
class SignatureReport:
    """The outcome of holding a model against a signature; it holds only if there is no problem at all.

    ``policy`` names the signer of the policy who was found. ``missing``, ``altered`` and ``extra`` are paths; extra
    ones are listed where they are allowed, too. ``ignored`` are files that are there and that the signer left out of
    the signature, ``unsigned`` those that the format leaves out: top-level git files, and empty files where shards are
    signed. ``problems`` and ``warnings`` are sentences.
    """

    directory: str
    bundle: str
    method: Method
    signer: Signer | None = None
    policy: str = ""
    subject: str = ""
    name: str = ""
    version: str = ""
    layout: Layout | None = None
    files: int = 0
    size: int = 0
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the model is what a trusted signer signed."""
        return not self.problems


@value
class SignatureNotice:
    """What a signature file says of itself, for those who only pass by: nothing is hashed.

    ``checked`` when a policy was at hand; then ``policy`` names the trusted signer whose signature it is, and
    ``trouble`` says why it is nobody's. Without one, ``trouble`` says what is wrong with the file as such.
    """

    path: str
    method: str = ""
    signer: str = ""
    name: str = ""
    version: str = ""
    files: int = 0
    checked: bool = False
    policy: str = ""
    trouble: str = ""

    def __str__(self) -> str:
        """Say it in a sentence; names in it are the attacker's, to be made visible by who shows it."""
        if not self.method:
            return f"{self.path} is no signature that could be read: {self.trouble}"
        who = f"signed by {self.signer or 'somebody unnamed'}"
        if not self.checked:
            return f"{who} ({self.method}; not checked)" + (f": {self.trouble}" if self.trouble else "")
        if self.trouble:
            return f"{who} ({self.method}), which does not hold: {self.trouble}"
        return f"{who} ({self.method}), trusted as {self.policy}; the files were not compared"


@value
class Signed:
    """What signing did: where the signature is, who signed, how many files, what it does not cover."""

    signature: str
    signer: Signer
    layout: Layout
    files: int
    size: int
    name: str = ""
    version: str = ""
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
