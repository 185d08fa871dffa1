"""Open ports on loopback, and only there."""

import random
import socket
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from embedded_aws.errors import PortTaken

LOOPBACK = "127.0.0.1"
# These are below the range that kernels use for outgoing connections, so that a port chosen now is still free when a
# slow starter (MLflow imports for seconds) binds it.
_CHOICE = range(20_000, 32_000)
_BACKLOG = 512


def listening_socket(port: int | None = None) -> socket.socket:
    """Return a listening socket on loopback, on `port` or on a free one; raises `PortTaken`."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.bind((LOOPBACK, port or 0))
        server.listen(_BACKLOG)
    except OSError as error:
        server.close()
        raise PortTaken(port or 0) from error
    return server


def free_port() -> int:
    """Return a port on loopback that nobody listens on now."""
    # This need not be cryptographic: two launchers should merely not try the same ports in the same order.
    for port in random.sample(_CHOICE, len(_CHOICE)):
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise PortTaken(_CHOICE.start)


def answers(port: int, path: str, headers: Mapping[str, str], *, timeout: float = 1.0) -> bool:
    """Return whether an HTTP GET of `path` on a loopback port gives 200; `timeout` is in seconds."""
    with closing(HTTPConnection(LOOPBACK, port, timeout=timeout)) as connection:
        try:
            connection.request("GET", path, headers=dict(headers))
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
