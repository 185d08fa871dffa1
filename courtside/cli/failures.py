"""The words for what ended a command: expected failures, limits of the machine, and errors that nobody foresaw."""

import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from importlib.metadata import version

from courtside.cli.console import say_failure
from courtside.cli.entry import EXIT_BAD_INPUT, EXIT_FAILED
from courtside.cli.extras import extra_missing
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.machine_limits import FULL, limit_behind
from courtside.contracts.secrecy import without_secrets

_NAME_LIMIT = 200


def tell(error: BaseException) -> int:
    """Print one message for what ended the command and return its exit code."""
    if isinstance(error, ModuleNotFoundError):
        error = extra_missing(error) or error
    if _refused_by_aws(error):
        from courtside.adapters.deployment import aws_failure

        error = aws_failure(error)
    if not isinstance(error, CourtsideError):
        error = limit_behind(error) or error
    if isinstance(error, CourtsideError):
        say_failure(type(error).__name__, str(error))
        return EXIT_BAD_INPUT if isinstance(error, BadInput) else EXIT_FAILED
    if isinstance(error, BrokenPipeError):
        return EXIT_FAILED
    if isinstance(error, OSError) and isinstance(error.filename, str) and error.errno not in FULL:
        name = error.filename if len(error.filename) <= _NAME_LIMIT else f"{error.filename[:_NAME_LIMIT]}…"
        say_failure(
            "FileUnusable", f"{name} cannot be read or written ({error.strerror}); choose another file or folder"
        )
        return EXIT_BAD_INPUT
    # Pydantic wraps the error in its own, which is not imported here because it takes time at each start.
    if isinstance(error, ValueError) and "surrogates not allowed" in str(error):
        say_failure(
            "NameUnreadable",
            "a name or a remark that was given is no text in UTF-8, which this command needs; rename the file, or "
            "write the remark anew",
        )
        return EXIT_BAD_INPUT
    say_failure(*_limit(error) or ("Unforeseen", _unforeseen(error)))
    return EXIT_FAILED


def _limit(error: BaseException) -> tuple[str, str] | None:
    """Return the words for a limit of the machine, None where it is something else."""
    if isinstance(error, MemoryError):
        return "OutOfMemory", "this machine's memory did not suffice; give it less data at once, or more memory"
    if isinstance(error, OSError) and error.errno in FULL:
        where = f" while {error.filename} was written" if error.filename else ""
        return "DiskFull", f"there is no space left on the disk{where}; free some and run the command again"
    return None


def _refused_by_aws(error: BaseException) -> bool:
    """Say whether AWS, or the way to it, is what failed; without loading its library for those who do not use it."""
    library = sys.modules.get("botocore.exceptions")
    return library is not None and isinstance(error, library.BotoCoreError | library.ClientError)


def _unforeseen(error: BaseException) -> str:
    said = next(iter(str(error).splitlines()), "")
    return without_secrets(
        f"something went wrong that this command does not know: {type(error).__name__}: {said[:300]}. {_logged(error)}"
    )


def _logged(error: BaseException) -> str:
    """Keep the whole story in a file of its own, readable by its owner only, and say where it is."""
    try:
        # The temporary folder, because a home directory may be read-only or not there at all.
        handle, path = tempfile.mkstemp(prefix="courtside-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(without_secrets(_story(error)))
    except OSError as problem:
        return (
            f"No log could be written ({problem.strerror}); please report it with this line and the command you typed"
        )
    return f"Please report it with the file {path}, which tells the whole story"


def _story(error: BaseException) -> str:
    return "\n".join([
        f"courtside {version('courtside')}, Python {platform.python_version()}, {platform.platform()}",
        f"{datetime.now(UTC).isoformat()}  {sys.argv}",
        "".join(traceback.format_exception(error)),
    ])  # fmt: skip
