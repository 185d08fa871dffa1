"""Give each process its environment and command: the emulator in place of AWS, loopback in place of a network."""

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from courtside.contracts.names import TRACKING_AUTH
from embedded_aws.images import Image
from embedded_aws.keys import Keys
from embedded_aws.ports import LOOPBACK
from embedded_aws.processes import MARKER
from embedded_aws.settings import EmulatorSettings

# On AWS this is the tracking API's address: HTTP API → VPC link → service. Neither of the first two is emulated, so a
# process that would get this address is given the server's own.
_TRACKING_API = re.compile(r"https?://[a-z0-9]+\.execute-api\.[^\s,;/\"']+(?:/[^\s,;\"']*)?")
_FOREIGN = (
    "AWS_", "MINISTACK_", "GATEWAY_", "MLFLOW_", "PG", "COURTSIDE_", "PYTHON", "DOCKER_",
    "BIND_HOST", "IOT_MTLS_", "SFTP_", "LOG_LEVEL",
)  # fmt: skip
_PYTHON = re.compile(r"python(3(\.\d+)?)?")
_DOCKER_HOST = "host.docker.internal"
_ANYWHERE = "0.0.0.0"  # noqa: S104 (the address that is replaced, never bound)
_LOCAL_HOSTS = "localhost,localhost:*,127.0.0.1,127.0.0.1:*"


def aws_environment(endpoint: str, region: str, keys: Keys, certificate: Path | None = None) -> dict[str, str]:
    """Return the variables that make any AWS SDK talk to the emulator as the account's root."""
    return ({"AWS_CA_BUNDLE": str(certificate)} if certificate else {}) | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": keys.key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A developer's own profiles must neither be used nor get in the way.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def client_environment(
    endpoint: str, region: str, keys: Keys, certificate: Path | None, tracking_url: str
) -> dict[str, str]:
    """Return the variables that point AWS SDKs and MLflow clients at an instance."""
    return aws_environment(endpoint, region, keys, certificate) | {
        "MLFLOW_TRACKING_URI": tracking_url,
        "MLFLOW_TRACKING_AUTH": TRACKING_AUTH,
    }


def clean_environment(source: Mapping[str, str], instance_id: str) -> dict[str, str]:
    """Return the machine's environment without variables that would leak into a deployed process."""
    kept = {name: value for name, value in source.items() if not name.startswith(_FOREIGN)}
    venv = str(Path(sys.executable).parent)
    path = source.get("PATH", os.defpath).split(os.pathsep)
    kept["PATH"] = os.pathsep.join([venv, *(folder for folder in path if folder != venv)])
    kept["PYTHONUNBUFFERED"] = "1"
    kept[MARKER] = instance_id
    return kept


def process_environment(
    requested: Mapping[str, str], *, image: Image, settings: EmulatorSettings, server: bool = False
) -> dict[str, str]:
    """Return the environment of a container or function that runs as a process.

    `requested` is what its definition sets; the modules of its `image` take precedence over installed ones; `server`
    says that it listens, so that it is put on loopback.
    """
    environment = clean_environment(os.environ, settings.instance_id)
    environment |= container_environment(requested, settings=settings, server=server)
    return environment | {"PYTHONPATH": image.python_path}


def container_environment(
    requested: Mapping[str, str], *, settings: EmulatorSettings, server: bool = False
) -> dict[str, str]:
    """Return what a definition sets, with this machine's addresses in place of AWS's."""
    environment = {name: _moved(value, settings) for name, value in requested.items()}
    # This comes last, because ministack gives containers an endpoint on Docker's network.
    environment |= aws_environment(settings.endpoint, settings.region, settings.keys, settings.certificate)
    if "PGHOST" in environment:
        _database(environment, settings)
    if server:
        _server(environment, settings)
    return environment


def _moved(value: str, settings: EmulatorSettings) -> str:
    return _TRACKING_API.sub(settings.tracking_url, value).replace(_DOCKER_HOST, LOOPBACK)


def _database(environment: dict[str, str], settings: EmulatorSettings) -> None:
    # RDS uses TLS; the PostgreSQL on loopback does not.
    environment["PGSSLMODE"] = "disable"
    if settings.backend_store_uri is not None:
        for name in [name for name in environment if name.startswith("PG")]:
            del environment[name]
        environment["MLFLOW_BACKEND_STORE_URI"] = settings.backend_store_uri


def _server(environment: dict[str, str], settings: EmulatorSettings) -> None:
    environment["MLFLOW_HOST"] = LOOPBACK
    environment["MLFLOW_PORT"] = str(settings.server_port)
    allowed = environment.get("MLFLOW_SERVER_ALLOWED_HOSTS")
    environment["MLFLOW_SERVER_ALLOWED_HOSTS"] = f"{allowed},{_LOCAL_HOSTS}" if allowed else _LOCAL_HOSTS


def command_here(
    words: Sequence[str], *, environment: Mapping[str, str], settings: EmulatorSettings, ports: Sequence[int] = ()
) -> list[str]:
    """Return a container's command as it runs here.

    `python` is this interpreter, programs are found in its environment, and a server whose command line names its
    address or one of its container `ports` is put on loopback.
    """
    moved = [word.replace(_ANYWHERE, LOOPBACK) for word in words]
    for port in ports:
        flag = re.compile(rf"((?:^|\s)(?:--port[= ]|-p )){port}\b")
        moved = [flag.sub(rf"\g<1>{settings.server_port}", word) for word in moved]
        moved = [
            str(settings.server_port) if word == str(port) and before in {"--port", "-p"} else word
            for before, word in zip(["", *moved], moved, strict=False)
        ]
    return [_program(moved[0], environment.get("PATH", os.defpath)), *moved[1:]]


def _program(word: str, path: str) -> str:
    name = Path(word).name
    if _PYTHON.fullmatch(name):
        return sys.executable
    return shutil.which(word, path=path) or shutil.which(name, path=path) or word
