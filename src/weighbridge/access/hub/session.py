"""The session that ``huggingface_hub`` gives: with its proxies, certificates, token, endpoint and timeouts."""

from __future__ import annotations

import os

from weighbridge import __version__
from weighbridge.access.hub.addresses import origin_of
from weighbridge.access.hub.refusals import TransientError
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.core.modules import fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TIMEOUT_SECONDS = 10.0
"""Least time for a connection, and for each wait for bytes; HF_HUB_DOWNLOAD_TIMEOUT gives more."""

_TRUE = frozenset({"1", "ON", "YES", "TRUE"})


class Session:
    """Sends requests to one endpoint, the environment's unless it is given, and wherever it redirects to.

    Raises AccessError when ``huggingface_hub`` is not installed, UsageError for an endpoint that is no address.
    """

    def __init__(self, endpoint: str = "") -> None:
        try:
            self._hub: Any = fetch("huggingface_hub")
            errors: Any = fetch("huggingface_hub.errors")
        except ImportError:
            raise AccessError(
                "hf:// needs the package huggingface_hub", hint="pip install 'weighbridge[hub]'"
            ) from None
        constants: Any = fetch("huggingface_hub.constants")
        # httpx2 or, with older releases, httpx: whichever the session is made of.
        self._http: Any = fetch(errors.HTTPError.__module__.partition(".")[0])
        self.broken: type[Exception] = self._http.HTTPError
        """What the network's troubles are instances of."""
        self.endpoint = (endpoint or os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
        origin = origin_of(self.endpoint)
        if origin is None:
            raise UsageError(f"{self.endpoint!r} is no address of a Hub", hint="for example HF_ENDPOINT=https://…")
        self.origin = origin
        self.is_offline = bool(constants.HF_HUB_OFFLINE) or os.environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE
        self._timeout = max(TIMEOUT_SECONDS, float(constants.HF_HUB_DOWNLOAD_TIMEOUT))
        self._no_token = OSError, getattr(errors, "OIDCError", OSError)
        self._token: str | None = "" if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else None

    @property
    def token(self) -> str:
        """The user's token, empty for one who is not signed in; raises AccessError for one that cannot be sent."""
        if self._token is None:
            self._token = self._found_token()
        return self._token

    def send(self, url: str, span: str) -> Any:
        """Send GET and give the answer with its body unread; the token goes to the endpoint only.

        ``span`` is the value of ``Range``. Raises ``broken``.
        """
        headers = {"User-Agent": f"weighbridge/{__version__}", "Accept-Encoding": "identity"}
        if span:
            headers["Range"] = span
        if self.token and origin_of(url) == self.origin:
            headers["Authorization"] = f"Bearer {self.token}"
        session = self._hub.get_session()
        request = session.build_request("GET", url, headers=headers, timeout=self._timeout)
        return session.send(request, stream=True, follow_redirects=False)

    def unreachable(self, error: Exception, what: str, host: str) -> AccessError:
        """Say what the network's trouble is: TransientError, unless another attempt would end in the same way."""
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return AccessError(
                f"{what}: the certificate of {host} is not valid here",
                hint="if a proxy of yours signs for it, name its certificates with SSL_CERT_FILE",
            )
        if isinstance(error, self._http.TimeoutException):
            trouble = "does not answer in time"
        elif isinstance(error, self._http.RemoteProtocolError | self._http.ReadError):
            trouble = "breaks the connection"
        else:
            trouble = "cannot be reached"
        return TransientError(
            f"{what}: {host} {trouble}", hint="check the network, the proxy, and HF_ENDPOINT if it is set"
        )

    def _found_token(self) -> str:
        try:
            token = self._hub.get_token() or ""
        except self._no_token as error:
            raise AccessError(f"the token for the Hub cannot be had: {error}", hint="set HF_TOKEN") from None
        if not (token.isascii() and token.isprintable()):
            raise AccessError("the token for the Hub has characters that no token has", hint="set HF_TOKEN anew")
        return token
