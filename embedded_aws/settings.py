"""An embedded AWS was started with these settings: where it serves, the files it works in, and its keys."""

from dataclasses import dataclass
from pathlib import Path

from embedded_aws.keys import Keys
from embedded_aws.ports import LOOPBACK
from embedded_aws.servers import Servers


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """Where an embedded AWS is, the files it works in, its keys, and whether images run as containers or processes.

    The tracking API is served on `tracking_port`; a tracking server in a container listens on `server_port`.
    """

    instance_id: str
    directory: Path
    region: str
    port: int
    tracking_port: int
    server_port: int
    keys: Keys
    backend_store_uri: str | None = None
    enforce_iam: bool = False
    containers: bool = False

    @property
    def endpoint(self) -> str:
        """The URL of the emulated AWS API."""
        return endpoint(self.port, enforce_iam=self.enforce_iam)

    @property
    def certificate(self) -> Path | None:
        """The certificate that its callers have to trust; None without TLS."""
        return certificate(self.directory) if self.enforce_iam else None

    @property
    def tracking_url(self) -> str:
        """The URL of the tracking API, behind which MLflow's server is."""
        return f"http://{LOOPBACK}:{self.tracking_port}"

    @property
    def servers(self) -> Servers:
        """The addresses at which the tracking servers listen."""
        return Servers(self.directory, self.server_port)

    @property
    def logs(self) -> Path:
        """The folder of the logs of every process."""
        return self.directory / "logs"


def endpoint(port: int, *, enforce_iam: bool) -> str:
    """Return the URL of an emulated AWS API; with TLS where IAM is enforced, because our buckets require it."""
    return f"{'https' if enforce_iam else 'http'}://{LOOPBACK}:{port}"


def certificate(directory: Path) -> Path:
    """Return where the certificate of an instance lies in its working files."""
    return directory / "certificate.pem"
