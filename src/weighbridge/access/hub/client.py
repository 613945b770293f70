"""Requests to the Hub, redirects followed, troubles told, everything bounded: answers, their number, and their time."""

from __future__ import annotations

from weighbridge.access.hub.addresses import origin_of, redirected
from weighbridge.access.hub.refusals import TransientError, refusal
from weighbridge.access.retries import USUAL, Attempts
from weighbridge.core.errors import AccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Self

    from weighbridge.access.hub.session import Session
    from weighbridge.access.retries import Clock, Patience

MOST_REDIRECTS = 5
LARGEST_DOCUMENT = 8 << 20
"""Bytes of one JSON answer; a page of a listing has some 250 KB."""
GRACE_SECONDS = 60.0
SLOWEST = 1 << 10
"""Bytes a second that a body must come with once ``GRACE_SECONDS`` are over: one that drips would never end."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Traffic:
    """What was asked of the network so far: ``requests``, those after redirects too, and ``bytes`` of bodies."""

    __slots__ = ("bytes", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0


class HubClient:
    """Asks one Hub. ``what`` is always the thing that is asked for, in words for people."""

    def __init__(self, session: Session, traffic: Traffic, clock: Clock, patience: Patience = USUAL) -> None:
        self.session = session
        self.traffic = traffic
        self.clock = clock
        self._patience = patience

    def attempts(self) -> Attempts:
        """Give what one operation may spend on trying again."""
        return Attempts(self.clock, self._patience)

    def document(self, path: str, what: str) -> tuple[Any, Mapping[str, str]]:
        """Ask the API for JSON, again if it must be: what came, and the headers.

        ``path`` follows the endpoint: it begins with a slash and is encoded. Raises AccessError.
        """
        attempts = self.attempts()
        while True:
            try:
                with self.get(self.session.endpoint + path, what) as reply:
                    self.demand(reply, what)
                    return _parsed(reply.whole(LARGEST_DOCUMENT, what), what), reply.headers
            except TransientError as trouble:
                if not attempts.wait(trouble.asked):
                    raise

    def get(self, url: str, what: str, *, span: str = "", look: Callable[[Reply], None] = lambda _reply: None) -> Reply:
        """Send GET, follow redirects, and give the last answer, which may be a refusal; ``look`` sees each of them.

        ``span`` is the value of ``Range``. Raises TransientError for trouble of the network, AccessError for a redirect
        that may not be followed, and what ``look`` raises.
        """
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._sent(url, what, span)
            is_last = False
            try:
                look(reply)
                is_last = reply.status not in _REDIRECTS
                if is_last:
                    return reply
                told = reply.headers.get("location", "")
                url = redirected(url, told, self.session.origin)
                if not url:
                    raise AccessError(
                        f"{what}: {reply.host} redirects to {told[:80]!r}, which is not followed",
                        hint="only https is followed, or http on the host of an http endpoint: check HF_ENDPOINT",
                    )
            finally:
                if not is_last:
                    reply.close()
        raise AccessError(
            f"{what}: more than {MOST_REDIRECTS} redirects, one after the other", hint="check HF_ENDPOINT and the proxy"
        )

    def demand(self, reply: Reply, what: str) -> None:
        """Raise AccessError, or TransientError, for an answer that is no success."""
        if reply.status not in {200, 206}:
            has_token = bool(self.session.token) and reply.is_hub
            raise refusal(reply.status, reply.headers, what, has_token=has_token, host=reply.host)
        if reply.headers.get("content-encoding", "identity").lower() != "identity":
            raise AccessError(
                f"{what}: {reply.host} sends packed what was asked for plain",
                hint="a proxy on the way may do that: set NO_PROXY or HF_ENDPOINT",
            )

    def _sent(self, url: str, what: str, span: str) -> Reply:
        origin = origin_of(url)
        assert origin is not None, "an endpoint's address, or a redirect that was looked at"
        self.traffic.requests += 1
        try:
            response = self.session.send(url, span)
        except self.session.broken as error:
            raise self.session.unreachable(error, what, origin.host) from None
        return Reply(self, response, url, is_hub=origin == self.session.origin, host=origin.host)


class Reply:
    """One answer, its body unread; ``is_hub`` when the endpoint itself gave it. To be closed, or used with ``with``."""

    def __init__(self, client: HubClient, response: Any, url: str, *, is_hub: bool, host: str) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.url = url
        self.is_hub = is_hub
        self.host = host
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
        """Give the body as it comes; raises TransientError when it breaks, AccessError when it drips."""
        client = self._client
        body, waited, came = self._response.iter_raw(), 0.0, 0
        while True:
            before = client.clock.now()
            try:
                block: bytes = next(body, b"")
            except client.session.broken as error:
                raise client.session.unreachable(error, what, self.host) from None
            if not block:
                return
            waited += client.clock.now() - before
            came += len(block)
            client.traffic.bytes += len(block)
            if waited > GRACE_SECONDS + came / SLOWEST:
                raise AccessError(
                    f"{what}: {self.host} sent {came:,} bytes in {waited:.0f} seconds and would never end",
                    hint="try again later, or from another network",
                )
            yield block

    def whole(self, most: int, what: str) -> bytes:
        """Read the body; raises AccessError past ``most`` bytes."""
        parts, came = [], 0
        for block in self.blocks(what):
            came += len(block)
            if came > most:
                raise AccessError(
                    f"{what}: {self.host} answers with more than {most:,} bytes", hint="check HF_ENDPOINT"
                )
            parts.append(block)
        return b"".join(parts)


def _parsed(body: bytes, what: str) -> Any:
    from json import loads

    try:
        return loads(body)
    except (ValueError, RecursionError):
        raise not_a_hub(what) from None


def not_a_hub(what: str) -> AccessError:
    """Say that an answer is none that a Hub gives."""
    return AccessError(
        f"{what}: the answer is not one of a Hugging Face Hub", hint="check HF_ENDPOINT, the proxy and the firewall"
    )
