"""However a command ends, a person gets a message and a documented exit code."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from courtside.cli import main as commands
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.records import IncidentEvent
from tests.fakes.console_script import Done, run

COMMAND = [sys.executable, "-m", "courtside.cli"]


def broken_by(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Done:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(commands, "app", fail)
    return run("status")


def _not_kept(note: str) -> Exception:
    """Return the error of a document that cannot be written because of what a person wrote."""
    with pytest.raises(ValueError, match="surrogates") as caught:
        IncidentEvent(at=datetime(2026, 11, 29, tzinfo=UTC), what="snoozed", by="me", said=note).model_dump_json()
    return caught.value


def _aws(status: int, code: str, *, date: str = "") -> ClientError:
    """Return an error of AWS as boto3 raises it."""
    met = {"HTTPStatusCode": status, "HTTPHeaders": {"date": date} if date else {}}
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": met}, "GetItem")  # type: ignore[typeddict-item]


def _caused_by(cause: BaseException) -> BaseException:
    """Return an error in which a library hides what really happened."""
    error = EndpointConnectionError(endpoint_url="https://sts")
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CourtsideError("do this"), 1, "CourtsideError: do this"),
        (BadInput("do [that]"), 2, "BadInput: do [that]"),
        (KeyboardInterrupt(), 130, ""),
        (
            OSError(errno.ENOSPC, "No space left on device", "report.html"),
            1,
            "no space left on the disk while report.html",
        ),
        (PermissionError(errno.EACCES, "Denied", "/home/models"), 2, "/home/models cannot be read or written"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 5_000), 2, "x… cannot be"),
        (EndpointConnectionError(endpoint_url="https://sts"), 1, "AwsUnusable"),
        (EndpointConnectionError(endpoint_url="https://127.0.0.1:4566"), 1, "`eval $(courtside local env --unset)`"),
        (_aws(403, "AccessDenied"), 1, "AwsUnusable"),
        (_aws(503, "SlowDown"), 1, "AwsBusy"),
        (_aws(400, "ThrottlingException"), 1, "run the same command again"),
        (_aws(400, "RequestExpired", date="Tue, 01 Jan 2019 00:00:00 GMT"), 1, "ClockSkewed"),
        (ReadTimeoutError(endpoint_url="https://sts"), 1, "AwsBusy"),
        (OSError(errno.EMFILE, "Too many open files"), 1, "OpenFilesLimit"),
        (_caused_by(OSError(errno.EMFILE, "Too many open files")), 1, "ulimit -n"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), 2, "rename the file"),
        (_not_kept("\udcff"), 2, "write the remark anew"),
        (MemoryError(), 1, "memory"),
        (BrokenPipeError(), 1, ""),
    ],
)
def test_every_known_error_ends_with_its_message_and_exit_code(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = broken_by(error, monkeypatch)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert bool(done.stderr) == bool(said)


def test_an_unforeseen_error_prints_one_line_and_writes_a_private_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = broken_by(KeyError("postgresql://me:secret@host/db\nand more"), monkeypatch)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Please report it" in done.stderr
    (log,) = tmp_path.iterdir()
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text()
    assert "secret" not in log.read_text() + done.stderr
    assert log.stat().st_mode & 0o777 == 0o600


def test_an_unforeseen_error_is_reported_even_if_no_log_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    done = broken_by(KeyError("x"), monkeypatch)
    assert done.returncode == 1
    assert "No log could be written" in done.stderr


def told(*, arguments: str = "--help", redirected: str = "", **variables: str) -> tuple[int, str]:
    """Run the command in a shell and return its exit code and everything that it printed."""
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirected}', "bash", *COMMAND, *arguments.split()],
        capture_output=True, text=True, timeout=300, check=False, env=os.environ | variables,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("redirected", "code"),
    [("> /dev/full", 1), (">&-", 0), ("2>&-", 0), ("| head -1; exit ${PIPESTATUS[0]}", 0), ("> /dev/full 2>&1", 1)],
)
def test_an_output_that_cannot_be_written_causes_no_traceback(redirected: str, code: int) -> None:
    got, said = told(arguments="versions --help", redirected=redirected)
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert got == code or "head" in redirected


@pytest.mark.parametrize("words", ["", "courtside versions ", "courtside versions 'x", "courtside --\x00 nothing"])
def test_shell_completion_never_prints_a_traceback(words: str) -> None:
    variables = {"_COURTSIDE_COMPLETE": "complete_bash", "COMP_CWORD": "nonsense"}
    code, said = told(**variables, **({"COMP_WORDS": words.replace("\x00", "")} if words else {}))
    assert code in {0, 1}
    assert "Traceback" not in said


def test_an_early_interruption_causes_no_traceback() -> None:
    codes = set()
    for wait in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6):
        process = subprocess.Popen(
            [sys.executable, "-c", "import courtside.cli.entry as e; print(flush=True); e.main()", "status"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=300)
        assert not re.search("Traceback|Exception ignored", said), said
        codes.add(process.returncode)
    assert codes <= {130, 1}
    assert 130 in codes


def test_an_error_in_a_thread_is_reported_like_one_in_the_command() -> None:
    program = (
        "import threading, courtside.cli.entry as entry\n"
        "def fail(): raise KeyError('x')\n"
        "def run():\n"
        "    thread = threading.Thread(target=fail); thread.start(); thread.join(); return 0\n"
        "entry.run = run\n"
        "entry.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "KeyError: 'x'. Please report it" in done.stderr
