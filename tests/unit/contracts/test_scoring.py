"""Requests to predict and to judge name a day; the watch gives them its moment."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from courtside.contracts.scoring import PerformanceRequest, PredictRequest

DAY = date(2026, 11, 29)


@pytest.mark.parametrize("request_of", [PredictRequest, PerformanceRequest])
@pytest.mark.parametrize(
    "as_of",
    [
        "2026-11-29",
        DAY,
        "2026-11-29T00:00:00Z",
        "2026-11-29T23:59:59.999Z",
        "2026-11-29T12:00:00",
        "2026-11-28T22:30:00-05:00",
        "2026-11-30T04:30:00+05:00",
        datetime(2026, 11, 29, 12, tzinfo=UTC),
        datetime(2026, 11, 30, 4, 30, tzinfo=timezone(timedelta(hours=5))),
    ],
)
def test_the_day_of_a_moment_is_its_day_in_utc(
    request_of: type[PredictRequest | PerformanceRequest], as_of: object
) -> None:
    asked = request_of.model_validate({"model": "churn", "as_of": as_of})
    assert asked.as_of == DAY
    assert request_of.model_validate_json(asked.model_dump_json()) == asked


@pytest.mark.parametrize("as_of", ["", "today", "2026-13-01", "2026-11-29Tea", None])
def test_what_is_no_day_is_refused(as_of: object) -> None:
    with pytest.raises(ValidationError, match="as_of"):
        PredictRequest.model_validate({"model": "churn", "as_of": as_of})
