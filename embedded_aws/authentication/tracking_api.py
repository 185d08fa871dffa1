"""The tracking API of this machine passes authenticated requests on to MLflow's server.

On AWS it is an HTTP API with IAM on every route; neither that nor the link to the server is emulated.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from embedded_aws.authentication.middleware import Receive, Scope, Send
from embedded_aws.servers import Servers

# It has threads of its own, because requests that wait for MLflow must not delay the emulator's work.
_AT_ONCE = 32
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"})
_Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class TrackingApi:
    """An ASGI application that forwards every request to a server."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tracking")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, which was authenticated and read completely."""
        if scope["type"] != "http":
            return
        body = (await receive()).get("body", b"")
        loop = asyncio.get_running_loop()
        status, headers, content = await loop.run_in_executor(self._threads, self._forward, scope, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _forward(self, scope: Scope, body: bytes) -> _Answer:
        connection = HTTPConnection("tracking")
        try:
            connection.sock = self._servers.connect()
            return _asked(connection, scope, body)
        except (OSError, HTTPException):
            # API Gateway gives the same answer where nothing answers behind it.
            content = json.dumps({"message": "Service Unavailable"}).encode()
            return HTTPStatus.SERVICE_UNAVAILABLE, [(b"content-type", b"application/json")], content
        finally:
            connection.close()


def _asked(connection: HTTPConnection, scope: Scope, body: bytes) -> _Answer:
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    connection.putrequest(scope["method"], target.decode("latin-1"), skip_host=True, skip_accept_encoding=True)
    for name, value in scope["headers"]:
        if name.decode("latin-1").lower() not in _HOP_BY_HOP:
            connection.putheader(name, value)
    connection.endheaders(body or None)
    response = connection.getresponse()
    content = response.read()
    kept = [pair for pair in response.getheaders() if pair[0].lower() not in _HOP_BY_HOP]
    return response.status, [(name.encode(), value.encode("latin-1")) for name, value in kept], content
