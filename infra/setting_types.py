"""What the values of settings may be, each with what is wrong with any other."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from courtside.contracts.emails import is_email
from courtside.contracts.incoming import bucket_and_prefix

ZONES = 2
_SCHEDULE = re.compile(r"rate\([1-9]\d* (minutes?|hours?|days?)\)|cron\(([^\s()]+ ){5}[^\s()]+\)")
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def _email(address: str) -> str:
    if not is_email(address):
        raise ValueError("is not an e-mail address")
    return address


def _schedule(expression: str) -> str:
    if not _SCHEDULE.fullmatch(expression):
        raise ValueError("is not a rate(…) or six-field cron(…) expression")
    if expression.startswith("cron"):
        fields = expression[len("cron(") : -1].split(" ")
        if (fields[_DAY_OF_MONTH] == "?") == (fields[_DAY_OF_WEEK] == "?"):
            raise ValueError("needs '?' in exactly one of day-of-month and day-of-week")
    return expression


def _incoming(address: str) -> str:
    bucket_and_prefix(address)
    return address


def _exact(image: str) -> str:
    if ":" not in image.rsplit("/", 1)[-1]:
        raise ValueError("has neither a tag nor a digest")
    return image


def _two_zones(zones: tuple[str, ...]) -> tuple[str, ...]:
    if zones and len(set(zones)) != ZONES:
        raise ValueError(f"needs {ZONES} different zones, or none")
    return zones


_IMAGE = r"^[\w./-]+(:\d+/[\w./-]+)?(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$"
_ZoneId = Annotated[str, Field(pattern=r"^[a-z]+\d+(-[a-z]+\d+)*-az\d+$")]
ImageReference = Annotated[str, Field(pattern=_IMAGE), AfterValidator(_exact)]
Zones = Annotated[tuple[_ZoneId, ...], AfterValidator(_two_zones)]
Email = Annotated[str, AfterValidator(_email)]
Schedule = Annotated[str, AfterValidator(_schedule)]
Incoming = Annotated[str, AfterValidator(_incoming)]
