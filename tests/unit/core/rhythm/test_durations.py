"""Lengths of time are read and written again as the same length."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.rhythm import NotADuration, parse_duration, written


@given(hours=st.integers(0, 24 * 3650).filter(lambda hours: hours % 24 == 0 or hours < 10_000))
def test_what_is_written_is_read_again(hours: int) -> None:
    assert parse_duration(written(timedelta(hours=hours))) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["", "7", "d", "1.5d", "-1d", "1 d", "1D", "07d", "10000d", "7d\n", "\u0667d", "1d12h"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(NotADuration, match="like 12h, 7d or 2w"):
        parse_duration(text)
