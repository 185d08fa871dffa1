"""Promise tests are followed day by day, and it makes no difference in how many parts."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts.events import Window
from courtside.core.performance.courses import Course, followed, recalibrated_after
from courtside.core.performance.evidence import compare
from courtside.core.performance.evidence_archive import evidence_table, standing
from courtside.core.performance.promise_tests import newest_of, table_of_tests
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.core.recalibration import RecalibratedDay
from courtside.core.sequential import Outcome
from tests.unit.core.performance.test_evidence import LABELS, PROMISED, SAID
from tests.unit.core.performance.worlds import MONDAY, served

NOON = datetime.fromisoformat("2026-03-20T12:00:00+00:00")


def row(day: int, total: float, **more: Any) -> dict[str, Any]:
    usual = {"version": "1", "opponent": "promise", "opponent_version": None, "loss": "log_loss", "rows": 10}
    return usual | {"day": MONDAY + timedelta(days=day), "total": total, "scale": 0.6, "error": 0.01} | more


def rows(count: int, *, above: float = 0.0, **more: Any) -> list[dict[str, Any]]:
    noise = np.random.default_rng(count).normal(above, 0.1, count)
    return [row(day, 10 * value, **more) for day, value in enumerate(noise.tolist())]


def only(courses: tuple[Course, ...]) -> Course:
    (course,) = courses
    return course


@pytest.mark.parametrize("cut", [1, 7, 39])
@pytest.mark.parametrize("opponent", ["promise", "best_promise"])
def test_evidence_may_be_counted_in_parts(opponent: str, cut: int) -> None:
    evidence = rows(40, opponent=opponent)
    for day in range(20, 40):  # another champion, whose promise is known less exactly
        evidence[day] |= {"error": 0.03, "scale": 0.5}
    assert followed(followed([], evidence[:cut]), evidence[cut:]) == followed([], list(reversed(evidence)))


def test_a_champion_that_does_worse_is_found_out_and_another_is_not() -> None:
    worse = only(followed([], rows(60, above=0.2)))
    assert worse.outcome(0.01) is Outcome.WORSE
    assert worse.running.since is not None
    same = only(followed([], rows(60, error=0.0, scale=30.0)))
    assert same.outcome(0.01) is Outcome.EQUIVALENT
    assert only(followed([], rows(60, error=0.0))).outcome(0.0001) is Outcome.NOT_KNOWN


@pytest.mark.parametrize(("scale", "days"), [(0.6, 17), (0.1, 100), (1e-9, 2_000), (0.0, 2_000)])
def test_where_few_rows_have_most_of_the_loss_more_rows_are_needed(scale: float, days: int) -> None:
    evidence = rows(2_000, above=0.2, scale=scale)
    assert only(followed([], evidence[: days - 1])).running.interval().low is None
    assert only(followed([], evidence[:days])).running.interval().low is not None


def test_so_are_they_for_what_a_recalibration_gains() -> None:
    state = {"opponent": "recalibrated", "weighed": 5.0, "pairs": 2.0, "ordered": 0.3}
    evidence = pa.Table.from_pylist(rows(120, above=0.2, scale=0.1, **state))
    early, late = (recalibrated_after({}, evidence.slice(0, days))["1"] for days in (99, 100))
    assert early.gain.interval().low is None
    assert late.gain.interval().low is not None


def test_the_error_of_several_promises_is_their_mean_by_rows() -> None:
    evidence = [row(0, 0.1, error=0.01), row(1, 0.1, error=0.03, rows=30), row(2, 0.1, error=0.01, rows=40)]
    assert only(followed([], evidence)).running.offset_error == pytest.approx((0.1 + 0.9 + 0.4) / 80)
    evidence[1] |= {"rows": 0}
    assert only(followed([], evidence)).running.offset_error == 0.01


def test_two_champions_of_one_day_are_one_day_of_what_goes_on_across_them() -> None:
    evidence = [row(0, 1.0, opponent="best_promise", version="2"), row(0, 2.0, opponent="best_promise", version="10")]
    course = only(followed([], evidence))
    assert (course.newest.version, course.running.days, course.running.rows) == ("10", 1, 20)
    assert course.running.total == 3.0
    own = followed([], [each | {"opponent": "promise"} for each in evidence])
    assert [each.newest.version for each in own] == ["10", "2"]


def test_days_without_rows_are_no_evidence() -> None:
    assert followed([], [row(0, 0.0, rows=0)]) == ()
    assert followed([], [row(0, 1.0), row(1, 0.0, rows=0)]) == followed([], [row(0, 1.0)])


def test_of_each_day_the_newest_statement_about_it_counts() -> None:
    def stated(length: int, *, on: int, first: int = 0, upto: int = 120) -> Any:
        start = MONDAY + timedelta(days=first)
        table = served(LABELS[:upto], SAID[:upto], first + np.arange(upto) % length)
        compared = compare(table, promises={"3": PROMISED}, champions={"3": MONDAY})
        window = Window(start=start, end=start + timedelta(days=length))
        return evidence_table(compared, window, stated_on=MONDAY + timedelta(days=on), recorded_at=NOON, files=on)

    week, one_day = stated(7, on=7), stated(1, on=9, first=2, upto=30)
    counted = standing([one_day, week]).to_pylist()
    promised = [each for each in counted if each["opponent"] == "promise" and each["loss"] == "log_loss"]
    by_day = {(each["day"] - MONDAY).days: each["rows"] for each in promised}
    assert len(promised) == 7
    assert by_day[2] == 30
    assert sum(by_day.values()) == 30 + 120 - 17
    # A newer statement about the week that has nothing to say about a day takes that day's rows away.
    gone = standing([week, stated(7, on=8, upto=3)])
    assert len({each["day"] for each in gone.to_pylist()}) == 3
    assert standing([]).num_rows == 0


def test_the_tests_of_the_newest_champion_are_told_in_order() -> None:
    evidence = [
        *rows(5, version="9"),
        *(row(day, 0.1, version="10", opponent="previous", opponent_version="9") for day in range(5, 8)),
        *(row(day, 0.1, version="10", opponent="previous", opponent_version="8") for day in range(5, 7)),
        *(row(day, 0.1, version="10") for day in range(5, 8)),
        *(row(day, 0.1, version="10", loss="brier_score") for day in range(5, 8)),
    ]
    table = table_of_tests(followed([], evidence), {}, margin=0.01, as_of=date(2026, 4, 1), recorded_at=NOON, files=3)
    told = [(each["version"], each["opponent"], each["opponent_version"]) for each in newest_of(table, loss="log_loss")]
    assert told == [("10", "promise", None), ("10", "previous", "9")]
    (before,) = newest_of(table, loss="log_loss", version="9")
    assert (before["days"], before["rows"], before["margin"]) == (5, 50, pytest.approx(0.006))
    assert newest_of(table, loss="log_loss", version="1") == []


@pytest.mark.parametrize(("scale", "ranking"), [(0.6, "broke"), (0.01, "not_known")])
def test_where_few_rows_have_most_of_the_loss_a_ranking_is_judged_by_more_rows(scale: float, ranking: str) -> None:
    evidence = [row(day, 0.1, opponent="recalibrated", scale=scale) for day in range(40)]
    days = [
        RecalibratedDay(each["day"], each["rows"], each["total"], 0.0, 2.0, 0.01 * (each["rows"] % 3))
        for each in evidence
    ]
    table = table_of_tests(
        followed([], evidence),
        {"1": (RecalibratedCourse().extended(days), 0.1)},
        margin=0.01,
        as_of=date(2026, 4, 1),
        recorded_at=NOON,
        files=3,
    )
    assert table.column("ranking").to_pylist() == [ranking]
