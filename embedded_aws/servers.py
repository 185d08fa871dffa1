"""The tracking servers of an instance listen on sockets or ports that are found here.

A server that runs as a process listens on a socket in a folder that only its owner can enter, and one in a
container on a port.
"""

import os
import shlex
import socket
from contextlib import suppress
from pathlib import Path

from embedded_aws.ports import LOOPBACK

_TIMEOUT_SECONDS = 120


class Servers:
    """The addresses at which the servers of one instance listen."""

    def __init__(self, directory: Path, port: int) -> None:
        self._folder = directory / "tracking"
        self._port = port

    def make_folder(self) -> None:
        """Make the folder of their sockets."""
        self._folder.mkdir(mode=0o700)

    def uvicorn_options(self, name: str, working_directory: Path) -> str:
        """Return the options that make the server called `name` listen on a socket of its own instead of a port.

        A socket's address may have only about a hundred characters, so the shorter way to write it is used.
        """
        path = self._folder / f"{name}.sock"
        return f"--uds {shlex.quote(min(str(path), os.path.relpath(path, working_directory), key=len))}"

    def connect(self) -> socket.socket:
        """Return a connection to the newest server that accepts one; raises `OSError` if none does."""
        with suppress(OSError):
            for path in sorted(self._folder.glob("*.sock"), key=lambda path: path.stat().st_mtime, reverse=True):
                with suppress(ConnectionRefusedError):
                    return _connected(path)
        return socket.create_connection((LOOPBACK, self._port), _TIMEOUT_SECONDS)


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_TIMEOUT_SECONDS)
        connection.connect(min(str(path), os.path.relpath(path), key=len))
    except OSError:
        connection.close()
        raise
    return connection
