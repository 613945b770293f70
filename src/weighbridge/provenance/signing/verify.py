"""Verification: a model against its signature and a policy that says who may have signed it.

What the format lacks is added, and strict unless the policy says otherwise: nobody is trusted who is not named, what is
not covered fails, a name and a version that were asked for must have been signed, no version below the least passes. A
report never lowers what a scan finds.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.report import SIGNATURES
from weighbridge.core.values import replace, value
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import statement as statements
from weighbridge.provenance.signing.authenticate import authenticate
from weighbridge.provenance.signing.compare import compare, some
from weighbridge.provenance.signing.model import Method, SignatureNotice, SignatureReport
from weighbridge.provenance.signing.tree import walk
from weighbridge.provenance.signing.versions import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from weighbridge.provenance.signing.compare import Comparison
    from weighbridge.provenance.signing.model import Bundle, Statement
    from weighbridge.provenance.signing.policy import SignerPolicy, TrustedSigner


@value
class Asked:
    """What must have been signed beside the files: a name, a version, a version that is not below ``at_least``.

    ``allow_extra`` are patterns of paths that need not have been.
    """

    name: str = ""
    version: str = ""
    at_least: str = ""
    allow_extra: tuple[str, ...] = ()


def verify_signature(
    directory: str,
    bundle: str,
    policy: SignerPolicy,
    *,
    keys: tuple[str, ...] = (),
    digests: Mapping[str, str] | None = None,
    name: str = "",
    version: str = "",
    at_least: str = "",
    allow_extra: tuple[str, ...] = (),
    follow_links: bool = False,
    jobs: int = 0,
    tell: Callable[[str, int], None] = lambda _path, _size: None,
) -> SignatureReport:
    """Hold a model against a signature file; the report tells all that is wrong, files are hashed once.

    ``keys`` are files of public keys that the policy names by their hash. ``digests`` are SHA-256 digests by path that
    are known already. ``name`` and ``version`` must be those that were signed; ``at_least`` is the highest version that
    was seen before. ``allow_extra`` are shell patterns of paths that may be here whether or not the signature knows of
    them; what is signed is compared all the same (section 8.5). ``follow_links`` takes links to files for the files, as
    stores need that keep files elsewhere (the Hub cache); without it only a signature that says so does. Raises
    IntegrityError for a file that is no signature, AccessError for what cannot be opened, UsageError for a wrong
    request.
    """
    asked = Asked(name=name, version=version, at_least=at_least, allow_extra=allow_extra)
    for text in (version, at_least):
        if text:
            Version.parse(text)
    signed = bundles.load(bundle)
    found = authenticate(signed, policy, keys)
    report = SignatureReport(
        directory=directory, bundle=bundle, method=signed.method, signer=found.signer, problems=found.problems,
        warnings=found.warnings,
    )  # fmt: skip
    if found.problems:
        return report
    statement = statements.loads(signed.payload)
    tree = walk(directory, signature=bundle, links=follow_links or statement.layout.links)
    compared = compare(tree, statement, digests=digests, jobs=jobs, tell=tell)
    # One key may stand for several signers of the policy, each with models of his own: the one who fits counts.
    judged = [(one, tuple(_signer_problems(one, policy, statement, compared, asked))) for one in found.trusted]
    trusted, problems = min(judged, key=lambda one: len(one[1]))
    return replace(
        report, policy=trusted.name, subject=statement.subject, name=statement.name, version=statement.version,
        layout=statement.layout, files=compared.files, size=compared.size, missing=compared.missing,
        altered=compared.altered, extra=compared.extra, ignored=compared.ignored,
        unsigned=tuple(sorted((*compared.unsigned, *compared.empty))),
        problems=(*_differences(compared), *problems),
        warnings=(*found.warnings, *_warnings(statement, compared, (*trusted.allow_extra, *asked.allow_extra))),
    )  # fmt: skip


def _differences(compared: Comparison) -> Iterator[str]:
    for path in compared.altered:
        yield f"{path}: altered since it was signed"
    for path in compared.missing:
        yield f"{path}: signed, and not here"
    for path, why in compared.odd:
        yield f"{path}: {why}"


def _signer_problems(
    trusted: TrustedSigner, policy: SignerPolicy, statement: Statement, compared: Comparison, asked: Asked
) -> Iterator[str]:
    """Say what the policy has against a signature by a signer whom it trusts."""
    anything = (*trusted.allow_extra, *asked.allow_extra)
    left_out = (*trusted.allow_ignored, *anything)
    here = [
        *((path, "here, and not signed", anything) for path in compared.extra),
        *((path, why, anything) for path, why in compared.foreign),
        *((path, "here, and the format leaves it out of the signature", left_out) for path in compared.unsigned),
        *((path, "here, and the signer left it out of the signature", left_out) for path in compared.ignored),
    ]
    for path, words, patterns in here:
        if not _fits(path, patterns):
            yield f"{path}: {words}"
    model = asked.name or statement.name
    if asked.name and statement.name != asked.name and (statement.name or not trusted.unbound):
        yield f"it is signed as {statement.name or 'no model by name'}, not as {asked.name}"
    if not trusted.may_sign(model):
        yield f"{trusted.name} is trusted for {', '.join(trusted.models)}, not for {model or 'a model without a name'}"
    required = policy.required(model)
    if required and trusted.name not in required:
        yield f"it must be signed by {' or '.join(required)}, and is by {trusted.name}"
    yield from _version_problems(trusted, model, statement.version, asked)


def _fits(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _version_problems(trusted: TrustedSigner, model: str, signed: str, asked: Asked) -> Iterator[str]:
    least = [version for pattern, version in trusted.min_versions if fnmatchcase(model, pattern)]
    least += [asked.at_least] if asked.at_least else []
    if not signed:
        if asked.version or least:
            yield f"it is signed without a version, so it may be older than {asked.version or least[0]}"
        return
    if not asked.version and not least:
        return
    try:
        own = Version.parse(signed)
    except UsageError as error:
        yield f"its version cannot be compared: {error}"
        return
    if asked.version and own != Version.parse(asked.version):
        yield f"it is signed as version {signed}, not as {asked.version}"
    for version in least:
        if own < Version.parse(version):
            yield f"it is signed as version {signed}, which is older than {version}: somebody may have put it back"


def _warnings(statement: Statement, compared: Comparison, allowed: tuple[str, ...]) -> Iterator[str]:
    yield from compared.warnings
    extra = sorted({*compared.extra, *(path for path, _ in compared.foreign)})
    accepted = [path for path in extra if _fits(path, allowed)]
    if accepted:
        yield f"{some(accepted)} is here and not signed, which was allowed"
    if compared.empty:
        yield f"{len(compared.empty)} empty files are not covered, as the signature is over shards: {compared.empty[0]}"
    if statement.old:
        yield "the signature is of the form of version 0.2 of the reference tool; let it be made anew"


# -- notices --------------------------------------------------------------------------------------------------------


def notice(path: str, policy: SignerPolicy | None = None) -> SignatureNotice:
    """Say in passing whose a signature is, and with a policy whether it is by somebody trusted; files are not read.

    Never raises: what is wrong is in the notice.
    """
    try:
        signed = bundles.load(path)
    except (AccessError, IntegrityError) as error:
        return SignatureNotice(path=path, trouble=str(error))
    seen = SignatureNotice(path=path, method=str(signed.method), signer=_called(signed), checked=policy is not None)
    try:
        statement = statements.loads(signed.payload)
        seen = replace(seen, name=statement.name, version=statement.version, files=len(statement.resources))
        if policy is None:
            return seen
        found = authenticate(signed, policy)
    except (IntegrityError, UsageError) as error:
        return replace(seen, trouble=str(error))
    if found.problems:
        return replace(seen, trouble=found.problems[0])
    return replace(seen, policy=found.trusted[0].name)


def _called(signed: Bundle) -> str:
    """Name who signed without believing it."""
    if signed.method is Method.KEY:
        return f"the key {signed.hint[:16]}…" if signed.hint else "a key"
    from weighbridge.provenance.signing import certificates

    try:
        leaf = certificates.load_chain(signed.chain)[0]
        return (
            certificates.alternative_names(leaf)[0]
            if certificates.alternative_names(leaf)
            else leaf.subject.rfc4514_string()
        )
    except (IntegrityError, UsageError, ValueError):
        return "a certificate"


def is_signature(name: str) -> bool:
    """Tell by its name whether a file may be a signature over the model that it lies beside."""
    return name.endswith(SIGNATURES)
