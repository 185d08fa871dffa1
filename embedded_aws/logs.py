"""Read the last lines of a log file, for messages that must explain a failure or show progress."""

import json
import os
from pathlib import Path

_TAIL_BYTES = 16_384


def tail(path: Path, lines: int = 20) -> list[str]:
    """Return the last `lines` lines of a text file, or none for an absent or unreadable file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()][-lines:]


def said(line: str) -> str:
    """Return what a log line says to people: the message of a JSON line, or any other line unchanged."""
    try:
        found = json.loads(line)
    except ValueError:
        return line
    return str(found.get("message", "")) if isinstance(found, dict) else line
