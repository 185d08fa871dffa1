"""Wrap a web application in authentication: a request that is refused reaches no handler.

Browser pages have no business here: their requests cannot be signed, and no answer allows pages to read it.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from embedded_aws.authentication.refusals import Refused, answer, unknown_key
from embedded_aws.authentication.request import Request
from embedded_aws.authentication.signatures import AnyClaim, read_claim
from embedded_aws.ports import LOOPBACK

# Servers pass mappings of their own types.
Scope = Any
Message = Any
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
SecretOf = Callable[[str, str], str | None]
"""Returns the secret of a key id and its session token, or None if it was not given out."""

_NAMES = (LOOPBACK, "localhost", "[::1]")
# These are the emulator's own endpoints, which wipe, configure and read everything, whatever a caller's role allows.
_OWNERS = ("/_ministack", "/_localstack", "/_aws")
_CORS = b"access-control-"


class _Gone(Exception):
    """The client left before its request was complete."""


class Authenticated:
    """Lets a request through to `app` if its Host is ours and its signature is right.

    `port` is where it is served, `owner` is the key id that may use the emulator's own endpoints, and `secret_of`
    knows all keys.
    """

    def __init__(self, app: Application, *, port: int, owner: str, secret_of: SecretOf) -> None:
        self._app = app
        self._hosts = frozenset(f"{name}:{port}" for name in _NAMES)
        self._owner = owner
        self._secret_of = secret_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the scope of one connection, as ASGI defines it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request.read(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
        claim: AnyClaim | None = None
        try:
            self._expect_our_name(request)
            claim = read_claim(request, now=datetime.now(UTC))
            body = await self._verified(claim, scope["path"], receive)
        except Refused as refused:
            await _refuse(refused, claim, request, send)
        except _Gone:
            return
        else:
            await self._app(scope, replayed(body, receive), _without_cors(send))

    def _expect_our_name(self, request: Request) -> None:
        """Refuse a name that somebody made resolve to this machine, and requests that only a page's browser makes."""
        if request.headers.get("host") not in self._hosts:
            raise Refused("AccessDenied", "This embedded AWS answers only at its own loopback address.")
        if request.method == "OPTIONS":
            raise Refused("AccessDenied", "This embedded AWS does not serve the pages of a browser.")

    async def _verified(self, claim: AnyClaim, path: str, receive: Receive) -> bytes:
        """Return the body of a request whose signature is right; that of an unknown key is not even read."""
        secret = self._secret_of(claim.key_id, claim.token)
        if secret is None:
            raise unknown_key()
        body = await _body(receive)
        claim.verify(secret, body)
        if claim.key_id != self._owner and path.startswith(_OWNERS):
            raise Refused("AccessDenied", "Only the owner of this embedded AWS may do that.")
        return body


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that repeats the body once, and then passes on what still comes."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def _without_cors(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if not pair[0].lower().startswith(_CORS)]
            message = {**message, "headers": kept}
        await send(message)

    return sent


async def _refuse(refused: Refused, claim: AnyClaim | None, request: Request, send: Send) -> None:
    status, kind, body = answer(refused, claim.service if claim else "", request.headers)
    headers = {
        "content-type": kind,
        "content-length": str(len(body)),
        "x-amzn-errortype": refused.code,
        # A client whose clock is wrong learns by how much from AWS's answer.
        "date": formatdate(usegmt=True),
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})
