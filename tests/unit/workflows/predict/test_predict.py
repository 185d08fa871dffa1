"""What comes is predicted once by each version, and again if it changed; what is kept answers later questions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from courtside.contracts.scoring import Role
from courtside.core.predictions.rules import PredictRules
from courtside.workflows.predict.newest import newest_predictions
from tests.fakes.predicting import DAY, NOW, LoansStage, loans


@pytest.fixture
def stage() -> LoansStage:
    stage = LoansStage()
    stage.promote("1", 0.5)
    return stage


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_a_prediction_says_of_which_row_it_is_when_and_by_whom_it_was_made_and_from_what(stage: LoansStage) -> None:
    stage.put("march", loans(7, [0.25]))
    done = stage.predict()
    (row,) = stage.kept()
    assert (done.version, done.predicted, done.unchanged, done.set_aside, done.problems) == ("1", 1, 0, 0, ())
    assert row["id"] == "7|2026-03-10"
    assert (row["time"].date(), row["as_of"], row["made_at"]) == (DAY, DAY, NOW)
    assert (row["version"], row["role"], row["prediction"], row["revision"]) == ("1", "champion", 0.125, 1)
    assert row["sha256"] == stage.ledger.documents["champion/current"].document.split('"sha256":"')[1][:64]
    assert len(row["features_hash"]) == 16
    assert (row["segments"], row["contributions"]) == ([("branch", "north")], None)


@pytest.mark.parametrize("fraction", [0, 123])
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_rows_whose_times_have_nanoseconds_are_predicted_once(
    stage: LoansStage, fraction: int, zone: str | None
) -> None:
    second = int(datetime(2026, 3, 10, 8, tzinfo=UTC).timestamp())
    # Two moments that are the same but for their nanoseconds are two rows.
    moments = pa.array([second * 10**9, second * 10**9 + fraction], pa.int64()).cast(pa.timestamp("ns", zone))
    stage.put("march", loans(1, [0.1, 0.2]).set_column(1, "asked_on", moments))
    done = stage.predict()
    assert (done.predicted, done.set_aside, done.problems) == (2, 0, ())
    ids = [row["id"] for row in stage.kept()]
    assert ids == ["1|2026-03-10T08:00:00.000000Z", f"2|2026-03-10T08:00:00.{'000000123' if fraction else '000000'}Z"]
    assert stage.predict().unchanged == 2


def test_doing_it_again_changes_nothing(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1, 0.2]))
    stage.predict()
    before = dict(stage.lake.objects)
    again = stage.predict()
    assert (again.predicted, again.unchanged) == (0, 2)
    assert stage.lake.objects == before


def test_a_row_is_predicted_again_on_another_day_only_if_its_features_changed(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1, 0.2]))
    stage.predict()
    assert stage.predict(DAY + days(1)).predicted == 0
    stage.put("march", loans(1, [0.1, 0.8]))
    assert stage.predict(DAY + days(2)).predicted == 1
    newest = stage.kept(as_of=DAY + days(2))
    assert [(row["id"], row["prediction"], row["revision"]) for row in newest] == [("2|2026-03-10", 0.4, 1)]
    assert len(stage.kept()) == 3


def test_a_feature_that_changes_on_the_same_day_makes_a_revision_and_keeps_the_old_one(stage: LoansStage) -> None:
    for amount in (0.1, 0.2, 0.1):
        stage.put("march", loans(1, [amount]))
        stage.predict()
    assert [(row["revision"], row["prediction"]) for row in stage.kept()] == [(1, 0.05), (2, 0.1), (3, 0.05)]
    assert stage.predict().unchanged == 1


def test_columns_that_the_model_does_not_read_change_nothing(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1]))
    stage.predict()
    table = loans(1, [0.1])
    stage.put("march", table.set_column(3, "branch", [["west"]]))
    assert stage.predict().unchanged == 1


def test_rows_await_their_label_for_as_long_as_the_contract_says(stage: LoansStage) -> None:
    stage.dataset = replace(stage.dataset, label_delay=days(5), predict=PredictRules(ahead=days(2)))
    for number, offset in enumerate(range(-7, 5)):
        stage.put(f"day{offset}", loans(number, [0.5], day=DAY + days(offset)))
    stage.predict()
    assert sorted(row["time"].date() - DAY for row in stage.kept()) == [days(each) for each in range(-4, 3)]


def test_a_row_with_a_label_is_predicted_only_if_it_is_of_the_day_or_later(stage: LoansStage) -> None:
    for number, offset in enumerate((-1, 0, 1)):
        stage.put(f"day{offset}", loans(number, [0.5], day=DAY + days(offset), repaid=1))
    stage.predict()
    assert sorted(row["time"].date() - DAY for row in stage.kept()) == [days(0), days(1)]


def test_rows_without_times_are_predicted_while_they_have_no_label(stage: LoansStage) -> None:
    stage.dataset = replace(stage.dataset, time_column=None)
    stage.put("new", loans(1, [0.1, 0.2], day=DAY))
    stage.put("labelled", loans(3, [0.3], repaid=0))
    assert stage.predict().predicted == 2
    assert stage.said() == {"1": 0.05, "2": 0.1}
    assert {row["time"] for row in stage.kept()} == {None}
    assert stage.predict(DAY + days(400)).unchanged == 2


def test_a_day_without_rows_and_a_model_without_champion_predict_nothing() -> None:
    stage = LoansStage()
    stage.put("march", loans(1, [0.1]))
    assert stage.predict().version is None
    assert "loans has no champion yet, so nothing is predicted" in stage.predict().problems[0]
    stage.promote("1")
    done = stage.predict(date(2030, 1, 1))
    assert (done.version, done.predicted, done.unchanged, done.problems) == ("1", 0, 0, ())
    assert LoansStage().predict().predicted == 0
    assert stage.kept() == []


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_others(stage: LoansStage, day: date) -> None:
    stage.put("march", loans(1, [0.1]))
    assert stage.predict(day).predicted == 0
    assert newest_predictions(day, lake=stage.lake, dataset=stage.dataset).num_rows == 0


def test_a_contract_without_ids_keeps_nothing_and_says_what_to_write(stage: LoansStage) -> None:
    stage.dataset = replace(stage.dataset, id_columns=())
    stage.put("march", loans(1, [0.1]))
    done = stage.predict()
    assert (done.version, done.predicted, stage.kept()) == ("1", 0, [])
    assert "id_columns: [customer_id]" in done.problems[0]


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Tokyo", 20), ("America/New_York", 3), ("UTC", 0)])
def test_rows_of_a_day_are_shown_by_the_day_of_their_own_zone(stage: LoansStage, zone: str, hour: int) -> None:
    """In Tokyo a row of the 11th may lie on the 10th in UTC, in New York one of the 10th on the 11th."""
    moment = datetime.combine(DAY, time(hour), UTC)
    own = moment.astimezone(ZoneInfo(zone)).date()
    for_two_days = [moment, moment + days(1)]
    table = loans(1, [0.4, 0.2])
    stage.put("march", table.set_column(1, "asked_on", pa.array(for_two_days, pa.timestamp("us", tz=zone))))
    assert stage.predict(own - days(1)).predicted == 2
    for offset, expected in ((-1, 2), (0, 2), (1, 1), (2, 0)):
        shown = newest_predictions(own + days(offset), lake=stage.lake, dataset=stage.dataset)
        assert shown.num_rows == expected, (zone, offset)


def test_a_clock_that_is_behind_doubles_nothing_and_hides_nothing(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1]))
    stage.predict(DAY, now=NOW)
    stage.put("march", loans(1, [0.9]))
    stage.predict(DAY, now=NOW - days(300))
    stage.predict(DAY, now=NOW - days(400))
    assert [(row["revision"], row["prediction"]) for row in stage.kept()] == [(1, 0.05), (2, 0.45)]


def test_an_earlier_day_is_predicted_as_if_later_ones_had_not_been(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1]))
    stage.predict(DAY + days(1))
    assert stage.predict(DAY).predicted == 1
    assert [row["as_of"] for row in stage.kept()] == [DAY, DAY + days(1)]
    assert (stage.predict(DAY).predicted, stage.predict(DAY + days(1)).predicted) == (0, 0)


def test_a_new_champion_predicts_what_the_one_before_had_predicted(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.4]))
    stage.predict()
    stage.promote("2", 0.25)
    assert stage.predict().predicted == 1
    assert [(row["version"], row["prediction"]) for row in stage.kept()] == [("1", 0.2), ("2", 0.1)]


def test_large_batches_are_cut_into_files_that_are_each_whole(
    stage: LoansStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courtside.workflows.predict.round.MOST_ROWS", 3)
    stage.put("march", loans(1, [0.1] * 4))
    stage.put("april", loans(11, [0.1] * 4))
    assert stage.predict().predicted == 8
    assert len([key for key in stage.lake.objects if key.startswith("archive/predictions")]) == 3
    assert len(stage.said()) == 8


def test_contributions_are_kept_where_the_contract_asks_for_them(stage: LoansStage) -> None:
    stage.shadowed_by(explain=2)
    stage.put("march", loans(1, [0.4]))
    assert stage.predict().problems == ()
    assert stage.kept()[0]["contributions"] == [("amount", 0.2)]
    stage.promote("2", 0.25, needs_all=True)
    assert stage.predict().problems == ("version 2 is of a kind whose predictions are not explained",)
    assert stage.kept(version="2")[0]["contributions"] is None


def test_rows_that_cannot_be_predicted_or_explained_keep_no_others_from_being_explained(stage: LoansStage) -> None:
    stage.shadowed_by(explain=2)
    stage.promote("2", 0.5, column="income")
    stage.put("march", loans(1, [0.1]).append_column("income", pa.array([0.8])))
    stage.put("april", loans(11, [0.1]))
    assert (stage.predict().predicted, stage.kept()[0]["contributions"]) == (1, [("income", 0.4)])
    stage.promote("3", 0.5, unexplainable=True)
    done = stage.predict()
    assert (done.predicted, done.problems) == (2, ("version 3 is of a kind whose predictions are not explained",))


def test_a_model_is_opened_once_while_its_process_lives(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.4]))
    for offset in range(3):
        stage.predict(DAY + days(offset))
    assert stage.models.opened_times == 1
    stage.promote("2")
    stage.predict()
    assert stage.models.opened_times == 2


def test_a_version_is_known_by_its_role_too(stage: LoansStage) -> None:
    """A shadow that becomes champion predicts again, or nobody would be served."""
    stage.put("march", loans(1, [0.4]))
    stage.seal("2", 0.25)
    stage.predict(versions=("2",))
    stage.promote("2", 0.25)
    stage.predict()
    assert [(row["version"], row["role"], row["revision"]) for row in stage.kept()] == [
        ("1", Role.CHAMPION, 1),
        ("2", Role.SHADOW, 1),
        ("2", Role.CHAMPION, 2),
    ]
