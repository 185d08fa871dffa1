"""The functions that predict and judge are killed between their writes."""

import signal
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest

from courtside.contracts import lake_keys
from tests.faults.fault import fault
from tests.faults.kills.killing import JUDGE, PREDICT, Moment, kill, twice, worked
from tests.faults.model import TO_COME, Model, load, rows
from tests.faults.truths.rows import predictions

FIRST, A_DAY, WEEK = 200_000, 40, 7
PREDICTING = {
    Moment("as it begins", "DynamoDB.*GetItem"): date(2026, 3, 3),
    Moment("by SIGTERM while it reads the rows", "GET .*/tables/.*parquet", number=signal.SIGTERM): date(2026, 3, 4),
    Moment("just before it keeps the predictions", "PUT .*/archive/predictions/"): date(2026, 3, 5),
    Moment("just after it kept the predictions", "PUT .*/archive/predictions/", after=True): date(2026, 3, 6),
    Moment("just before it keeps the estimate of performance", "PUT .*/archive/estimates/"): date(2026, 3, 13),
    Moment("just after it kept the estimate", "PUT .*/archive/estimates/", after=True): date(2026, 3, 20),
}
JUDGING = {
    twice("before its first write", "PUT "): date(2026, 3, 26),
    Moment("between its first write and the second", "PUT ", skip=1): date(2026, 4, 2),
    Moment("just after it noted how far it came", "PUT .*_progress.json", after=True): date(2026, 4, 9),
}


@pytest.fixture(scope="module")
def days(model: Model) -> None:
    """Load some rows of each day to come."""
    load(model.name, rows(first=FIRST, start=TO_COME + timedelta(1), days=50, a_day=A_DAY, labelled=False))


def first_of(day: date) -> int:
    return FIRST + (day - TO_COME - timedelta(1)).days * A_DAY


def ids_of(day: date) -> list[str]:
    return [f"{each}|{day}" for each in range(first_of(day), first_of(day) + A_DAY)]


@pytest.mark.usefixtures("days")
@fault(
    "The function that predicts is killed {moment}.",
    promise="The next call predicts what is missing: every row is predicted once.",
)
@pytest.mark.parametrize("moment", PREDICTING, ids=str)
def test_a_killed_prediction_is_completed(model: Model, moment: Moment) -> None:
    day = PREDICTING[moment]
    event = {"model": model.name, "as_of": f"{day - timedelta(1)}"}
    kill(model, PREDICT, event, moment)
    answer = worked(model, PREDICT, event)
    kept = moment.after or "estimate" in moment.said
    assert (answer["predicted"] == 0) == kept
    assert answer["predicted"] + answer["unchanged"] >= A_DAY  # rows of the days before are looked at again
    made = Counter(row for row, *_ in predictions(model))
    assert [made[each] for each in ids_of(day)] == [1] * A_DAY
    assert worked(model, PREDICT, event)["predicted"] == 0


@pytest.mark.usefixtures("days")
@fault(
    "The function that judges a model is killed {moment}.",
    promise="The next call judges all that is known, and the one after it finds nothing left to do.",
)
@pytest.mark.parametrize("moment", JUDGING, ids=str)
def test_a_killed_judgement_is_completed(model: Model, moment: Moment, tmp_path: Path) -> None:
    day = JUDGING[moment]
    assert worked(model, PREDICT, {"model": model.name, "as_of": f"{day - timedelta(1)}"})["predicted"] >= A_DAY
    labels = rows(first=first_of(day), start=day, days=WEEK, a_day=A_DAY).select(["parcel", "at", "late"])
    pa.csv.write_csv(labels.set_column(1, "at", pc.cast(labels.column("at"), pa.string())), tmp_path / "labels.csv")
    assert model.command("labels", "load", f"{tmp_path / 'labels.csv'}")["new"] == WEEK * A_DAY
    event = {"model": model.name, "as_of": f"{datetime.now(UTC).date()}"}
    kill(model, JUDGE, event, moment)
    worked(model, JUDGE, event)
    before = written(model)
    again = worked(model, JUDGE, event)
    assert (again["stated"], again["restated"]) == (0, 0)
    assert written(model) == before


def written(model: Model) -> list[str]:
    """Return the keys of all that judgements are made of and come to."""
    lake, name = model.stage.lake, model.name
    return [key for prefix in (lake_keys.performance(name), lake_keys.evidence(name)) for key in lake.keys(prefix)]
