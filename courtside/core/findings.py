"""What an examination finds: one line per check, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: nothing to do, worth a look, or does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome; `fix` is what to do, empty where there is nothing."""

    check: str
    level: Level
    detail: str
    fix: str = ""


def fine(check: str, detail: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(check, Level.OK, detail)


def doubtful(check: str, detail: str, fix: str) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(check, Level.WARN, detail, fix)


def broken(check: str, detail: str, fix: str) -> Finding:
    """Return a finding about something that does not work."""
    return Finding(check, Level.FAIL, detail, fix)


def failed(findings: Iterable[Finding]) -> bool:
    """Say whether anything does not work."""
    return any(finding.level is Level.FAIL for finding in findings)
