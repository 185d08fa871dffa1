"""What the values of a contract's keys may be."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from courtside.contracts.emails import EMAIL, is_email
from courtside.contracts.history import HISTORY_PATTERN
from courtside.contracts.incoming import INCOMING_ADDRESS, INCOMING_RULE
from courtside.contracts.key_names import VISIBLE, NameUnusable, key_name
from courtside.contracts.shortening import shortened
from courtside.core.rhythm import NotADuration, NotPartOfAYear, PartOfYear, parse_duration, written
from courtside.core.rhythm.durations import DURATION
from courtside.core.rhythm.seasons import PART_OF_YEAR

Text = Annotated[str, Field(min_length=1, pattern=VISIBLE)]
Names = Annotated[list[Text], Field(json_schema_extra={"uniqueItems": True})]
Count = Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Limit = Annotated[float, Field(gt=0, le=1_000_000, strict=True, allow_inf_nan=False)]
Margin = Annotated[float, Field(ge=0, lt=1, strict=True)]


class Keys(BaseModel):
    """Keys of a contract; others are refused."""

    model_config = ConfigDict(extra="forbid")


class Length:
    """What a length of time must be: within bounds, in whole days where the least of them is written in days."""

    def __init__(self, least: str, most: str) -> None:
        self._least, self._most = least, most
        self._unit, self._units = (
            (timedelta(days=1), "days or weeks, like 7d or 2w")
            if least.endswith("d")
            else (timedelta(hours=1), "hours, days or weeks, like 12h, 7d or 2w")
        )

    def __call__(self, given: Any) -> str:
        """Return the length as it is written shortest; raises `ValueError`."""
        try:
            length = parse_duration(str(given))
        except NotADuration:
            length = timedelta(-1)
        if not parse_duration(self._least) <= length <= parse_duration(self._most) or length % self._unit:
            raise ValueError(f"it must be from {self._least} to {self._most} in whole {self._units}")
        return written(length)


def _part_of_year(given: Any) -> str:
    try:
        PartOfYear.parse(str(given))
    except NotPartOfAYear as error:
        raise ValueError(str(error)) from error
    return str(given)


def _email(given: Any) -> str:
    if not is_email(str(given)):
        raise ValueError(f"{shortened(str(given))!r} is not an e-mail address; write one like team@example.com")
    return str(given)


def _shadow(given: Any) -> str:
    said = str(given)
    if said not in {"challenger", "previous"} and not (said.isdecimal() and 0 < int(said) < 10**9):
        raise ValueError(f"{shortened(said)!r} is no version; write challenger, previous, or a number like 12")
    return said


def _history(given: Any) -> str:
    said = str(given)
    if re.fullmatch(HISTORY_PATTERN, said) is None:
        raise ValueError(f"{shortened(said)!r} is no part of the past; write all, auto, or the newest years, like 5y")
    return said


def _part_of_keys(name: str) -> str:
    try:
        return key_name(name, "the name of a dataset")
    except NameUnusable as error:
        raise ValueError(str(error)) from error


def _prefix_in_s3(address: str) -> str:
    if not INCOMING_ADDRESS.fullmatch(address):
        raise ValueError(INCOMING_RULE)
    return address


def text_like(pattern: str) -> WithJsonSchema:
    """Return what editors know of a text that is checked more closely when it is read."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


A_LENGTH = text_like(DURATION)
SeasonPart = Annotated[str, BeforeValidator(_part_of_year), text_like(PART_OF_YEAR)]
Email = Annotated[str, BeforeValidator(_email), text_like(EMAIL)]
History = Annotated[str, BeforeValidator(_history), text_like(HISTORY_PATTERN)]
Shadow = Annotated[str, BeforeValidator(_shadow), text_like(r"^(challenger|previous|[1-9][0-9]{0,8})$")]
KeyName = Annotated[Text, AfterValidator(_part_of_keys)]
PrefixInS3 = Annotated[Text, AfterValidator(_prefix_in_s3)]
