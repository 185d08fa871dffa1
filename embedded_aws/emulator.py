"""Run the emulator (ministack with our patches), which serves its owner on loopback until its supervisor is gone.

Standard input: one JSON line with the settings, then silence; its end means stop. Standard output: one JSON line
saying that it serves, or why not.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from courtside.contracts.channels import CHANNELS
from embedded_aws.authentication.known_keys import caller_of, secrets_known_to
from embedded_aws.authentication.middleware import Authenticated
from embedded_aws.authentication.tracking_api import TrackingApi
from embedded_aws.certificate import write_certificate
from embedded_aws.environments import aws_environment
from embedded_aws.errors import PortTaken
from embedded_aws.faults.gate import Faults, Faulty
from embedded_aws.forkserver.client import Launcher
from embedded_aws.images import ImageRegistry
from embedded_aws.keys import Keys
from embedded_aws.ports import LOOPBACK, free_port, listening_socket
from embedded_aws.settings import EmulatorSettings
from embedded_aws.webhooks import Journal, Webhook

if TYPE_CHECKING:
    from hypercorn.config import Config

IMAGES_FILE = "images.json"
_CLOSE_SECONDS = 10.0
_GRACEFUL_SECONDS = 0.3
_KEEP_ALIVE_SECONDS = 30 * 24 * 3600.0


def main() -> None:
    """Serve until told to stop; what ministack prints goes to the log on standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    try:
        server, tracking = listening_socket(order["port"]), listening_socket()
    except PortTaken:
        _say(answers, event="port-taken", port=order["port"])
        return
    settings = EmulatorSettings(
        instance_id=order["id"],
        directory=Path(order["directory"]),
        region=order["region"],
        port=server.getsockname()[1],
        tracking_port=tracking.getsockname()[1],
        server_port=free_port(),
        keys=Keys(**order["keys"]),
        backend_store_uri=order["backend_store_uri"],
        enforce_iam=order["enforce_iam"],
        containers=order["containers"],
    )
    settings.logs.mkdir()
    settings.servers.make_folder()
    _configure(settings)
    Emulator(settings, server, tracking, answers).run()


def _configure(settings: EmulatorSettings) -> None:
    """Set the variables that ministack reads when it is imported."""
    scratch = settings.directory / "tmp"
    scratch.mkdir()
    os.environ |= aws_environment(settings.endpoint, settings.region, settings.keys, settings.certificate) | {
        "AUTH": str(settings.enforce_iam).lower(),
        "GATEWAY_PORT": str(settings.port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_REGION": settings.region,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # A Docker daemon on this machine is none of our business.
        "DOCKER_HOST": f"unix://{settings.directory}/no-docker.sock",
        "TMPDIR": str(scratch),
    }


class Emulator:
    """The emulator: ministack, its patches, and everything that they start."""

    def __init__(
        self, settings: EmulatorSettings, server: socket.socket, tracking: socket.socket, answers: TextIO
    ) -> None:
        # The import waits until the environment is set, because ministack reads it at import.
        from embedded_aws.patches import PatchContext, patch_all

        self._server = server
        self._tracking = tracking
        self._answers = answers
        self._webhooks = [Webhook(Journal(settings.directory, channel)) for channel in CHANNELS.values()]
        self._settings = settings
        self._context = PatchContext(
            settings=settings, images=ImageRegistry(settings.directory / IMAGES_FILE), launcher=Launcher(settings)
        )
        self._closing = threading.Lock()
        patch_all(self._context)

    def run(self) -> None:
        """Serve until a signal or the end of standard input, close what was started, and exit."""
        with contextlib.ExitStack() as serving:
            for webhook in self._webhooks:
                serving.enter_context(webhook)
            asyncio.run(self._serve())
        # Threads of running executions must not delay the end.
        os._exit(0)

    async def _serve(self) -> None:
        from hypercorn.asyncio import serve
        from ministack import app

        settings, stop = self._settings, asyncio.Event()
        authenticated = partial(Authenticated, owner=settings.keys.key_id, secret_of=secrets_known_to(settings.keys))
        faulty = partial(Faulty, faults=Faults(), caller_of=caller_of)
        aws, tracking = server_config(self._server), server_config(self._tracking)
        if settings.certificate:
            key = settings.directory / "key.pem"
            write_certificate(settings.certificate, key)
            aws.certfile, aws.keyfile = str(settings.certificate), str(key)
        await asyncio.gather(
            serve(
                authenticated(faulty(app.app), port=settings.port),
                aws,
                shutdown_trigger=partial(self._until_stopped, stop),
            ),
            serve(
                authenticated(faulty(TrackingApi(settings.servers), service="tracking"), port=settings.tracking_port),
                tracking,
                shutdown_trigger=stop.wait,
            ),
        )

    async def _until_stopped(self, stop: asyncio.Event) -> None:
        """Announce readiness (hypercorn calls this once it serves) and wait for the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, stop.set)
        threading.Thread(target=self._watch_supervisor, args=(loop, stop), daemon=True).start()
        addresses = {"port": self._settings.port, "tracking_port": self._settings.tracking_port}
        webhooks = {webhook.channel.name: webhook.url for webhook in self._webhooks}
        _say(self._answers, event="ready", **addresses, webhooks=webhooks)
        await stop.wait()
        # This happens while the API still answers, because what is being stopped may want to call it.
        await asyncio.to_thread(self._close)

    def _watch_supervisor(self, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(stop.set)
        # Should the event loop hang, what was started must end all the same.
        threading.Event().wait(_CLOSE_SECONDS)
        self._close()
        os._exit(1)

    def _close(self) -> None:
        with self._closing:
            self._context.close()


def server_config(server: socket.socket) -> "Config":
    """Return how hypercorn serves at a listening socket, which it takes over."""
    from hypercorn.config import Config

    from embedded_aws.connections import end_with_their_clients, write_at_once

    end_with_their_clients()
    write_at_once()
    config = Config()
    config.bind = [f"fd://{server.detach()}"]
    config.graceful_timeout = _GRACEFUL_SECONDS
    # A client that merely waits does not answer when TLS is to be closed, which ends in a traceback 30 s later. So the
    # clients close, which are processes of this machine.
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    config.keep_alive_max_requests = sys.maxsize
    config.loglevel = "WARNING"
    return config


def _say(answers: TextIO, **message: Any) -> None:
    print(json.dumps(message), file=answers, flush=True)


if __name__ == "__main__":
    main()
