"""Other processes see an embedded AWS by its state file: whether it still runs, and how to end it."""

import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from courtside.contracts.channels import Channel
from embedded_aws import processes
from embedded_aws.environments import client_environment
from embedded_aws.errors import InstanceUnknown, NoneRunning, StateFolderUnusable
from embedded_aws.keys import Keys
from embedded_aws.settings import certificate
from embedded_aws.webhooks import Journal

STATE_DIRECTORY = "COURTSIDE_STATE_DIR"
DIRECTORY_PREFIX = "courtside-local-"
_OWN_TRACKING = "COURTSIDE_TRACKING_URI"
_STOP_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Instance:
    """What the supervisor wrote down about its embedded AWS."""

    id: str
    directory: str
    endpoint: str
    tracking_url: str
    region: str
    supervisor_pid: int
    supervisor_started: float
    emulator_pid: int
    access_key_id: str
    secret_access_key: str = field(repr=False)
    webhooks: dict[str, str] = field(repr=False, default_factory=dict)
    kept: bool = False
    stage: str | None = None

    @property
    def keys(self) -> Keys:
        """The keys that its callers sign with."""
        return Keys(self.access_key_id, self.secret_access_key)

    def received(self, channel: Channel) -> Journal:
        """Return what the instance's own webhook of a channel received; `webhooks` has the addresses by channel."""
        return Journal(Path(self.directory), channel)

    @property
    def certificate(self) -> Path | None:
        """The certificate that its callers have to trust; None without TLS."""
        return certificate(Path(self.directory)) if self.endpoint.startswith("https:") else None

    @property
    def running(self) -> bool:
        """Whether its supervisor is alive; a state file without a living supervisor is stale."""
        return processes.is_alive(self.supervisor_pid, self.supervisor_started)

    def environment(self) -> dict[str, str]:
        """Return the variables that point AWS SDKs and MLflow clients at this instance."""
        return client_environment(self.endpoint, self.region, self.keys, self.certificate, self.tracking_url)

    def shell_environment(self) -> dict[str, str]:
        """Return these variables and the one that points `courtside` here."""
        # The stage's own tracking address leads through an API that is not emulated.
        return self.environment() | {_OWN_TRACKING: self.tracking_url}


def shell_variables() -> list[str]:
    """Return the names of all variables that an instance's `shell_environment` may have."""
    return [*client_environment("", "", Keys("", ""), Path(), ""), _OWN_TRACKING]


def state_directory() -> Path:
    """Return the folder of state files: ``COURTSIDE_STATE_DIR``, or one below the XDG state directory."""
    if chosen := os.environ.get(STATE_DIRECTORY):
        return Path(chosen)
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    # Unlike `Path.home`, this does not fail for a user who has no home.
    return Path(os.path.expanduser(base)) / "courtside"  # noqa: PTH111


def prepare_state(directory: Path) -> None:
    """Make the folder of state files and check that it can be written to; raises `StateFolderUnusable`."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise StateFolderUnusable(directory, error.strerror or str(error)) from error


def _file(instance_id: str, directory: Path) -> Path:
    return directory / f"{instance_id}.json"


def write(instance: Instance, directory: Path) -> None:
    """Write (or rewrite) the state file in one step, readable by its owner only."""
    draft = directory / f".{instance.id}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(instance), indent=2))
    draft.replace(_file(instance.id, directory))


def forget(instance_id: str, directory: Path) -> None:
    """Remove the state file, if there is one."""
    _file(instance_id, directory).unlink(missing_ok=True)


def instances(directory: Path | None = None) -> list[Instance]:
    """Return every instance with a state file, stale ones included, oldest first."""
    return sorted(_read(directory or state_directory()), key=lambda instance: instance.supervisor_started)


def _read(directory: Path) -> Iterator[Instance]:
    known = {each.name for each in fields(Instance)}
    for path in directory.glob("*.json"):
        # A file that is being removed does not belong to an instance.
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            held = json.loads(path.read_text())
            # Another release may have written more or fewer fields; what it started should be seen and stopped all the
            # same.
            yield Instance(**{name: value for name, value in held.items() if name in known})


def find_running(instance_id: str | None, directory: Path | None = None) -> Instance:
    """Return the instance of this id, or the newest one that runs; raises `InstanceUnknown` and `NoneRunning`."""
    if instance_id is not None:
        return find(instance_id, directory)
    running = [instance for instance in instances(directory) if instance.running]
    if not running:
        raise NoneRunning
    return running[-1]


def find(instance_id: str, directory: Path | None = None) -> Instance:
    """Return one instance by its id; raises `InstanceUnknown`."""
    known = {instance.id: instance for instance in instances(directory)}
    if instance_id not in known:
        raise InstanceUnknown(instance_id, sorted(known))
    return known[instance_id]


def down(instance: Instance, directory: Path | None = None) -> None:
    """Stop an instance, or clean up after one whose supervisor is gone, and forget it."""
    if instance.running:
        os.kill(instance.supervisor_pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while instance.running and time.monotonic() < deadline:
            time.sleep(0.05)
    clear(instance.id, instance.directory)
    forget(instance.id, directory or state_directory())


def clear(instance_id: str, directory: str) -> None:
    """End every process that carries the instance's marker and remove its working files."""
    processes.end(processes.marked(instance_id))
    # A state file is only a file, so remove nothing that we would not have made.
    if Path(directory).name.startswith(DIRECTORY_PREFIX):
        shutil.rmtree(directory, ignore_errors=True)
