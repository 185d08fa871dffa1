"""Where the `courtside` command begins and ends: everything becomes an exit code and a message, never a traceback.

Nothing heavy is imported before it is in place: the rest takes a while to import, and a Ctrl-C may come meanwhile.
"""

import os
import signal
import sys
import threading
from typing import TextIO

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
COMPLETION = "_COURTSIDE_COMPLETE"
"""The shell sets this variable to ask for completions; what goes wrong then must not spoil the line being typed."""


def main() -> None:
    """Run the command as a program and exit."""
    threading.excepthook = _thread_failed
    code = run()
    # While the interpreter shuts down, an interruption has nothing left to interrupt and would be shown as a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def _thread_failed(ended: threading.ExceptHookArgs) -> None:
    """Say what ended a thread, which would otherwise be shown as a traceback; the command itself goes on."""
    if ended.exc_value is not None:
        _told(ended.exc_value)


def run() -> int:
    """Run the command in `sys.argv` and return its exit code."""
    try:
        code = _command()
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BaseException as error:  # noqa: BLE001 — the last place that can turn it into words
        code = _told(error)
    return _flushed(code)


def _command() -> int:
    if sys.stdout is None or sys.stderr is None:  # closed by the shell: >&-
        _replace_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from courtside.cli.hints import named_model, named_stage
    from courtside.cli.main import app

    named_model.set(None)
    named_stage.set(None)
    try:
        app(prog_name="courtside")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else EXIT_FAILED
    return 0


def _told(error: BaseException) -> int:
    """Say what went wrong, as far as it can still be said, and return the exit code."""
    if COMPLETION in os.environ:
        return EXIT_FAILED
    try:
        from courtside.cli.failures import tell

        return tell(error)
    except BaseException:  # noqa: BLE001 — not even the words could be printed: the code alone must do
        return EXIT_FAILED


def _flushed(code: int) -> int:
    """Write out what is still buffered; a reader that went away or a full disk must not be told at shutdown."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            code = code or _told(error)
            _silence(stream)
    return code


def _silence(stream: TextIO) -> None:
    """Let a stream that cannot be written lead nowhere, so that the interpreter's own flush succeeds."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def _replace_closed() -> None:
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115, PTH123 — lives as long as the process
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123
