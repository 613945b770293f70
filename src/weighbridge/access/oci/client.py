"""Requests to one registry: the OCI distribution specification as far as reading needs it, all of it bounded.

On ``requests`` and not on ``oras``: that client starts credential helpers, reads answers of any length without a time
limit, and sends passwords to whatever address a challenge names, be it over plain http. Here the password goes to the
registry and, as its challenge demands, to a token server, both over https (http on this machine's own addresses);
storage that a registry redirects to gets neither password nor token.
"""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.access.oci.challenge import Challenge, read_challenge
from weighbridge.access.retries import Attempts, Clock
from weighbridge.core.errors import AccessError
from weighbridge.core.modules import fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Self

    from weighbridge.access.oci.credentials import Credentials

MOST_REDIRECTS = 5
TIMEOUT_SECONDS = 20.0
BLOCK = 1 << 18
LARGEST_TOKEN = 1 << 20
GRACE_SECONDS, SLOWEST = 60.0, 1 << 10
"""Once the grace is over a body must come with so many bytes a second: one that drips would never end."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MISSING = "pip install 'weighbridge[remote]'"


class Passing(AccessError):  # noqa: N818  (it names the trouble)
    """Trouble that may pass: worth another attempt, after the time that ``asked`` says if the server named one."""

    def __init__(self, message: str, *, hint: str = "", asked: str = "") -> None:
        super().__init__(message, hint=hint)
        self.asked = asked


class RegistryClient:
    """Asks one registry about one repository; raises AccessError when ``requests`` is not installed."""

    def __init__(
        self, base: str, repository: str, credentials: Credentials, *, clock: Clock | None = None
    ) -> None:  # fmt: skip
        try:
            requests = fetch("requests")
        except ImportError:
            raise AccessError("oci:// needs the package requests", hint=_MISSING) from None
        self.clock = clock or Clock()
        self._base = base
        self._repository = repository
        self._credentials = credentials
        self._origin = origin(base)
        self._authorization = ""
        self._session = requests.Session()
        self._session.auth = _as_it_is  # or requests would look into ~/.netrc, for every host on the way
        self._session.get_redirect_target = _nowhere  # it parses where a redirect leads even when it does not go there
        self._session.cookies.set_policy(fetch("http.cookiejar").DefaultCookiePolicy(allowed_domains=[]))
        self._errors = (requests.RequestException, fetch("urllib3.exceptions").HTTPError, OSError)

    @property
    def host(self) -> str:
        """The registry, for people."""
        return self._origin[1]

    def get(self, path: str, headers: Mapping[str, str], what: str) -> Reply:
        """Ask for a path of the repository; the answer is 200 or 206. Raises AccessError, Passing where it may pass."""
        url = f"{self._base}/v2/{self._repository}/{path}"
        reply = self._followed(url, headers, what)
        if reply.status == 401 and (challenge := read_challenge(reply.headers.get("www-authenticate", ""))):
            reply.close()
            self._authorization = self._answer(challenge, what)
            reply = self._followed(url, headers, what)
        if reply.status not in {200, 206}:
            reply.close()
            raise self._refusal(reply, what)
        if reply.headers.get("content-encoding", "identity").lower() != "identity":
            reply.close()
            raise AccessError(f"{what}: {self.host} packs what was asked for plain", hint="check the proxy in between")
        return reply

    def attempts(self) -> Attempts:
        """Give what one operation may spend on trying again."""
        return Attempts(self.clock)

    def _followed(self, url: str, headers: Mapping[str, str], what: str) -> Reply:
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._send(url, headers, what)
            if reply.status not in _REDIRECTS:
                return reply
            reply.close()
            url = self._target(reply, what)
        raise AccessError(f"{what}: {self.host} redirects in circles", hint="check the registry and the proxy")

    def _send(self, url: str, headers: Mapping[str, str], what: str) -> Reply:
        sent = {"User-Agent": f"weighbridge/{__version__}", "Accept-Encoding": "identity", **headers}
        if self._authorization and origin(url) == self._origin:
            sent["Authorization"] = self._authorization
        try:
            response = self._session.get(
                url, headers=sent, stream=True, allow_redirects=False, timeout=TIMEOUT_SECONDS
            )  # fmt: skip
        except self._errors as error:
            raise self.unreachable(error, what, url) from None
        return Reply(self, response, url)

    def _target(self, reply: Reply, what: str) -> str:
        """Where a redirect leads; raises AccessError for a place that is not gone to."""
        from urllib.parse import urljoin

        told = reply.headers.get("location", "")
        try:
            target = urljoin(reply.url, told) if told.isascii() and told.isprintable() and len(told) < 1 << 14 else ""
        except ValueError:
            target = ""
        if not self.is_safe(target):
            raise AccessError(
                f"{what}: {self.host} redirects to {told[:80]!r}, which is not followed",
                hint="only https is followed, or http between addresses of this machine",
            )
        return target

    def is_safe(self, url: str) -> bool:
        """Tell whether an address may be gone to: https, or what is as near as a registry that speaks plain http."""
        scheme, host, _ = origin(url)
        near = host == self._origin[1] or (is_loopback(host) and is_loopback(self._origin[1]))
        return scheme == "https" or (scheme == "http" and self._origin[0] == "http" and near)

    def _answer(self, challenge: Challenge, what: str) -> str:
        """Give what a challenge asks for, as the value of ``Authorization``."""
        if challenge.scheme == "basic":
            if not self._credentials.basic:
                raise self._unauthorized(what)
            return f"Basic {self._credentials.basic}"
        if not self.is_safe(challenge.realm):
            raise AccessError(
                f"{what}: {self.host} sends for a token to {challenge.realm[:80]!r}, which is not asked",
                hint="a token server must be reached by https",
            )
        asked = {"service": challenge.service, "scope": challenge.scope or f"repository:{self._repository}:pull"}
        return f"Bearer {self._token(challenge.realm, {key: said for key, said in asked.items() if said}, what)}"

    def _token(self, realm: str, asked: dict[str, str], what: str) -> str:
        """Fetch a token: by refresh token, by password, or as nobody."""
        import json

        options: dict[str, Any] = {"stream": True, "allow_redirects": False, "timeout": TIMEOUT_SECONDS}
        try:
            if self._credentials.refresh:
                asked |= {"grant_type": "refresh_token", "refresh_token": self._credentials.refresh}
                response = self._session.post(realm, data=asked | {"client_id": "weighbridge"}, **options)
            else:
                basic = self._credentials.basic
                headers = {"Authorization": f"Basic {basic}"} if basic else {}
                response = self._session.get(realm, params=asked, headers=headers, **options)
        except self._errors as error:
            raise self.unreachable(error, what, realm) from None
        with Reply(self, response, realm) as reply:
            if reply.status != 200:
                raise self._unauthorized(what) if reply.status in {401, 403} else self._refusal(reply, what)
            try:
                said = json.loads(reply.whole(LARGEST_TOKEN, what))
            except (ValueError, RecursionError):
                said = None
        found = (said.get("token") or said.get("access_token")) if isinstance(said, dict) else None
        if not isinstance(found, str) or not found.isascii() or not found.isprintable():
            raise AccessError(f"{what}: the token server of {self.host} gives no token", hint="log in anew")
        return found

    def unreachable(self, error: Exception, what: str, url: str) -> AccessError:
        """Say what the network's trouble is."""
        host = origin(url)[1]
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return AccessError(
                f"{what}: the certificate of {host} is not valid here",
                hint="if a proxy of yours signs for it, name its certificates with REQUESTS_CA_BUNDLE",
            )
        return Passing(f"{what}: {host} cannot be reached, or breaks off", hint="check the network and the proxy")

    def _refusal(self, reply: Reply, what: str) -> AccessError:
        if reply.status in {401, 403}:
            return self._unauthorized(what)
        if reply.status == 404:
            return AccessError(f"{what} is not there", hint="check registry, name and tag; private ones need a login")
        if reply.status == 429 or reply.status >= 500:
            trouble = "asks for fewer requests" if reply.status == 429 else "has trouble of its own"
            return Passing(
                f"{what}: {self.host} {trouble} ({reply.status})", hint="try again later",
                asked=reply.headers.get("retry-after", ""),
            )  # fmt: skip
        return AccessError(f"{what}: {self.host} answers {reply.status}", hint="check registry, name and tag")

    def _unauthorized(self, what: str) -> AccessError:
        known = self._credentials
        hint = f"log in first, so that the file of Docker or Podman has 'auths' for {self.host}"
        if known.basic or known.refresh:
            hint = f"the credentials for {self.host} may not read it: log in anew, or ask for the right to"
        elif known.helper:
            hint = f"the credentials are kept by {known.helper!r}, which is not started: put them into 'auths'"
        return AccessError(f"{what}: {self.host} wants other credentials, or any", hint=hint)


class Reply:
    """One answer, its body not read yet. Close it, or use ``with``."""

    def __init__(self, client: RegistryClient, response: Any, url: str) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.url = url
        self._client = client
        self._response = response

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; a body that was not read to its end is broken off."""
        self._response.close()

    def blocks(self, what: str) -> Iterator[bytes]:
        """Give the body as it comes; raises Passing when it breaks, AccessError when it drips."""
        client, began, came = self._client, self._client.clock.now(), 0
        paused = 0.0
        while True:
            try:
                block: bytes = self._response.raw.read1(BLOCK)
            except client._errors as error:
                raise client.unreachable(error, what, self.url) from None
            if not block:
                return
            came += len(block)
            before = client.clock.now()
            if before - began - paused > GRACE_SECONDS + came / SLOWEST:
                raise AccessError(f"{what}: {client.host} sends so slowly that it would never end", hint="try later")
            yield block
            paused += client.clock.now() - before

    def whole(self, most: int, what: str) -> bytes:
        """Read the body; raises AccessError past ``most`` bytes."""
        parts, came = [], 0
        for block in self.blocks(what):
            came += len(block)
            if came > most:
                raise AccessError(f"{what}: the answer goes beyond {most:,} bytes", hint="check the registry")
            parts.append(block)
        return b"".join(parts)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; empty ones for what is none, or names a user."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", "", 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return "", "", 0
    return parts.scheme, parts.hostname, port


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    parts = host.split(".")
    is_address = len(parts) == 4 and parts[0] == "127" and all(part.isdecimal() for part in parts)
    return host in {"localhost", "::1"} or is_address


def _nowhere(_response: Any) -> None:
    return None


def _as_it_is(request: Any) -> Any:
    return request
