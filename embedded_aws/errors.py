"""These errors of the embedded AWS carry the data that explains them."""

from collections.abc import Sequence
from pathlib import Path

from courtside.contracts.errors import BadInput, CourtsideError


def _quoted(log: Sequence[str]) -> str:
    if not log:
        return " It wrote no log."
    return "\nIts last log lines:\n" + "\n".join(f"    {line}" for line in log)


class ToolsMissing(CourtsideError):
    """The packages of the dependency group ``local`` are not installed."""

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(f"The embedded AWS needs the package {package}, which is not installed here. Run `uv sync`.")


class PortTaken(BadInput):
    """Another process listens on the requested port."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(f"Port {port} on 127.0.0.1 is taken. Name another one, or none to have a free one chosen.")


class StateFolderUnusable(BadInput):
    """The folder that remembers what runs cannot be written."""

    def __init__(self, folder: Path, detail: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder}, where Courtside remembers which embedded AWS runs, cannot be written ({detail}). Set "
            "COURTSIDE_STATE_DIR to a folder that you can write to."
        )


class EmulatorNotReady(CourtsideError):
    """The emulator process did not come up."""

    def __init__(self, reason: str, log: Sequence[str]) -> None:
        self.reason = reason
        self.log = tuple(log)
        super().__init__(f"The embedded AWS did not start: {reason}.{_quoted(log)}")


class ServiceDied(CourtsideError):
    """A process of the embedded AWS ended, or never answered, while it was needed."""

    def __init__(self, service: str, reason: str, log: Sequence[str]) -> None:
        self.service = service
        self.reason = reason
        self.log = tuple(log)
        super().__init__(f"{service} {reason}.{_quoted(log)}")


class NoReachableFolder(CourtsideError):
    """PostgreSQL runs as `nobody`, who can enter none of the temporary folders."""

    def __init__(self, tried: Sequence[Path]) -> None:
        self.tried = tuple(tried)
        super().__init__(
            "PostgreSQL does not run as root but as the user `nobody`, who can enter none of the folders "
            f"{', '.join(str(folder) for folder in tried)}. Set TMPDIR to a folder that every user may pass through "
            "(chmod o+x, also its parents) and that is not mounted noexec, or run this as an ordinary user."
        )


class StackFailed(CourtsideError):
    """CloudFormation refused a stack; `failures` holds (logical id, type, reason)."""

    def __init__(self, stack: str, status: str, failures: Sequence[tuple[str, str, str]]) -> None:
        self.stack = stack
        self.status = status
        self.failures = tuple(failures)
        causes = "".join(f"\n    {name} ({kind}): {reason}" for name, kind, reason in failures)
        super().__init__(f"Stack {stack} ended as {status}.{causes or ' No resource gave a reason.'}")


class AssemblyInvalid(BadInput):
    """The directory is not a cloud assembly that can be deployed."""

    def __init__(self, directory: Path, reason: str) -> None:
        self.directory = directory
        self.reason = reason
        super().__init__(f"{directory} is not a deployable cloud assembly: {reason}. Write one with `cdk synth`.")


class ImageUnknown(CourtsideError):
    """A container or function names an image that belongs to no deployed assembly."""

    def __init__(self, image: str, known: Sequence[str]) -> None:
        self.image = image
        self.known = tuple(known)
        super().__init__(
            f"No asset folder is known for image {image} (known tags: {', '.join(known) or 'none'}). "
            "Only images of a deployed assembly's own assets run on the embedded AWS."
        )


class DockerfileInvalid(CourtsideError):
    """A Dockerfile does not say what to run."""

    def __init__(self, dockerfile: Path, reason: str) -> None:
        self.dockerfile = dockerfile
        self.reason = reason
        super().__init__(f"{dockerfile} cannot be run as a process: {reason}.")


class InstanceUnknown(BadInput):
    """No embedded AWS with this id is known."""

    def __init__(self, instance_id: str, known: Sequence[str]) -> None:
        self.instance_id = instance_id
        self.known = tuple(known)
        super().__init__(
            f"No embedded AWS is called {instance_id!r}; known: {', '.join(known) or 'none'}. "
            "See `courtside local status`."
        )


class NoneRunning(BadInput):
    """No embedded AWS was left running."""

    def __init__(self) -> None:
        super().__init__("No embedded AWS is running. Start one with `courtside local up`.")


class EngineFailed(CourtsideError):
    """The container engine refused something."""

    def __init__(self, what: str, log: Sequence[str]) -> None:
        self.what = what
        self.log = tuple(log)
        super().__init__(f"The container engine failed to {what}.{_quoted(log)}")


class NoBaseImage(CourtsideError):
    """A base image can neither be pulled nor be made here."""

    def __init__(self, image: str, missing: str) -> None:
        self.image = image
        super().__init__(
            f"{image} cannot be pulled, and {missing}, so no stand-in can be made of Debian's packages. "
            "Name a mirror in images/bases.json, or see docs/images.md"
        )
