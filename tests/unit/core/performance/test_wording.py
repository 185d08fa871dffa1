"""A line says what differs between windows, and sentences what is the same for all of them."""

from datetime import date, timedelta
from typing import Any

from courtside.contracts.events import Window
from courtside.contracts.records import LabelsIn
from courtside.contracts.scoring import JudgedWindow, WindowState
from courtside.core.performance.metrics import ALL, metrics_of
from courtside.core.performance.promise_wording import difference_in_words
from courtside.core.performance.wording import interval, percent, sentences, window_lines

AUC, LOG_LOSS, *_ = metrics_of("binary")
FIRST = date(2026, 3, 2)


def line(week: int = 0, value: float | None = 0.7, **changed: Any) -> dict[str, Any]:
    start = FIRST + timedelta(days=7 * week)
    whole = {
        "window_start": start, "version": "1", "role": "champion", "segment": None, "metric": "auc", "value": value,
        "low": 0.6, "high": 0.8, "predicted": 100, "labelled": 99, "baseline": 0.5, "promise": 0.72,
        "promise_low": 0.7, "promise_high": 0.74, "difference": None, "difference_low": None, "difference_high": None,
        "first_value": value,
    }  # fmt: skip
    return whole | changed


def told(*lines: dict[str, Any], **known: Any) -> list[str]:
    given: dict[str, Any] = {"curve": (), "waiting": (), "mature": 0.95} | known
    return list(sentences(lines, AUC, **given))


def waiting(week: int, share: float) -> JudgedWindow:
    start = FIRST + timedelta(days=7 * week)
    window = Window(start=start, end=start + timedelta(days=7))
    return JudgedWindow(window=window, state=WindowState.IMMATURE, share_labelled=share)


def test_what_is_the_same_for_all_lines_has_no_column() -> None:
    (row,) = window_lines([line()], AUC)
    assert row == {
        "from": "2026-03-02", "rows": 99, "labels": "99% in", "AUC": 0.7, "95 %": "0.600 to 0.800", "trend": "▅",
        "promise": 0.72,
    }  # fmt: skip
    assert window_lines([line(metric="log_loss")], AUC) == []


def test_what_differs_has_one() -> None:
    lines = [line(), line(1, version="2", promise=None), line(2, role="previous", baseline=0.6, segment="pro")]
    rows = window_lines(lines, AUC)
    assert [row["version"] for row in rows] == ["1", "2", "1"]
    assert [row["role"] for row in rows] == ["champion", "champion", "previous"]
    assert [row["baseline"] for row in rows] == [0.5, 0.5, 0.6]
    assert [row["segment"] for row in rows] == [None, None, "pro"]


def test_a_trend_is_that_of_the_same_segment_and_role() -> None:
    lines = [line(week, value + offset, segment=segment) for week, value in enumerate((0.6, 0.8, 0.72))
             for segment, offset in (("pro", 0.0), ("free", 0.1))]  # fmt: skip
    rows = window_lines(lines, AUC)
    assert [row["trend"] for row in rows if row["segment"] == "pro"] == ["▅", "▁█", "▁█▅"]
    many = window_lines([line(week, week / 10) for week in range(10)], AUC)
    assert many[-1]["trend"] == "▁▂▃▄▅▆▇█"


def test_only_a_line_whose_figure_changed_says_what_was_said_first() -> None:
    rows = window_lines([line(first_value=0.64), line(1, first_value=0.7001), line(2, first_value=None)], AUC)
    assert [row["first said"] for row in rows] == [0.64, None, None]
    assert window_lines([line(value=None, first_value=0.64, low=None, high=None)], AUC)[0]["first said"] == 0.64


def test_the_lead_of_the_champion_has_its_sign_and_interval() -> None:
    apart = {"difference": 0.0123, "difference_low": -0.01, "difference_high": 0.03}
    (row,) = window_lines([line(**apart)], AUC)
    assert (row["champion's lead"], row["95 % of it"]) == ("+0.012", "-0.010 to 0.030")
    (row,) = window_lines([line(**apart, metric="log_loss")], LOG_LOSS)  # less is better
    assert (row["champion's lead"], row["95 % of it"]) == ("-0.012", "-0.030 to 0.010")


def test_sentences_tell_promises_constants_and_what_waits() -> None:
    two = [line(), line(1, version="2", promise=None)]
    assert told(*two) == ["version 1 promised 0.720 (0.700 to 0.740) on its holdout", "a constant prediction has 0.500"]
    assert told(line(baseline=None, promise=None)) == []
    weeks = [waiting(week, week / 10) for week in range(7)]
    named = "2026-03-16 (20% in), 2026-03-23 (30% in), 2026-03-30 (40% in), 2026-04-06 (50% in), 2026-04-13 (60% in)"
    assert told(waiting=weeks) == [f"windows that wait for their labels: {named} and 2 before"]
    assert told(waiting=weeks[:1]) == ["windows that wait for their labels: 2026-03-02 (0% in)"]


def test_a_sentence_tells_how_labels_come_in() -> None:
    curve = [LabelsIn(days=day, rows=100, labelled=labelled) for day, labelled in enumerate((0, 55, 96))]
    assert told(curve=curve) == ["labels come in: 50% within 1 day, 95% within 2 days"]
    slower = [*curve, LabelsIn(days=3, rows=50, labelled=50)]
    assert told(curve=slower) == ["labels come in: 50% within 1 day, 95% within 2 days, 100% within 3 days"]
    slow = [LabelsIn(days=0, rows=10, labelled=1)]
    assert told(curve=slow) == ["labels come in: 10% within the day"]


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert [percent(part, 1_000) for part in (0, 4, 999, 1_000)] == ["0%", "0%", "99%", "100%"]
    assert interval(0.1, None) == ""


def test_figures_in_the_unit_of_a_target_have_digits_that_count_however_large_it_is() -> None:
    rmse, coverage, r2 = (next(each for each in ALL if each.name == name) for name in ("rmse", "coverage", "r2"))
    assert [rmse.told(value) for value in (0.00012345, 0.61234, 54.3118, 123456.7, 1.09e11)] == [
        "0.0001234", "0.6123", "54.31", "123,457", "1.09e+11"
    ]  # fmt: skip
    assert (coverage.told(0.9), r2.told(-12.34567)) == ("0.900", "-12.346")
    assert interval(1234.5, 99999.0, rmse) == "1234 to 99,999"
    test = {"difference": 1e12, "low": 2.5e11, "high": 1.75e12, "margin": 3e9}
    assert difference_in_words(test) == "1e+12 higher (2.5e+11 to 1.75e+12)"
