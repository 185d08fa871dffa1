"""`courtside performance` shows a line for each window; the stage is one in memory here."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from courtside.cli.main import app
from tests.fakes.judging import MONDAY, JudgedLoans, days


def shown(*options: str) -> Result:
    return CliRunner().invoke(app, ["performance", *options])


def table(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    heads, *rows = (line.split("\t") for line in result.stdout.splitlines())
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> JudgedLoans:
    made = JudgedLoans()
    made.promote("1", 1.0)
    made.promised("1")
    monkeypatch.setattr("courtside.cli.performance.stage_lake", lambda *_: (made.lake, made.dataset))
    return made


@pytest.fixture
def judged(stage: JudgedLoans) -> JudgedLoans:
    """Return a stage of three weeks, of which the first was restated and the last waits for labels."""
    for number in range(2):
        stage.week(MONDAY + days(7 * number), wrong=2)
        stage.check(MONDAY + days(7 * number + 7))
    stage.repay(MONDAY, wrong=8)
    stage.week(MONDAY + days(14), repaid=False)
    stage.check(MONDAY + days(21))
    return stage


@pytest.mark.usefixtures("judged")
def test_a_line_has_figure_interval_trend_promise_and_what_was_said_first() -> None:
    result = shown()
    first, second = table(result)
    assert list(first) == ["from", "rows", "labels", "AUC", "95 %", "trend", "promise", "first said"]
    assert (first["from"], first["rows"], first["labels"], first["trend"]) == ("2026-03-09", "84", "100% in", "▅")
    low, high = (float(end) for end in first["95 %"].split(" to "))
    assert low < float(first["AUC"]) < high
    assert float(first["first said"]) > float(first["AUC"])
    assert (second["first said"], second["trend"]) == ("", "▁█")
    assert "version 1 promised" in result.stderr
    assert "a constant prediction has 0.500" in result.stderr
    assert "windows that wait for their labels: 2026-03-23 (0% in)" in result.stderr
    assert "labels come in:" in result.stderr


def test_json_has_every_metric_the_curve_and_what_waits(judged: JudgedLoans) -> None:
    told = json.loads(shown("--json", "--details").stdout)
    assert (told["model"], told["window_days"]) == (judged.dataset.name, 7)
    assert len(told["lines"]) == 2 * 5
    assert {each["metric"] for each in told["lines"]} == {
        "auc", "log_loss", "brier_score", "accuracy", "calibration_error"
    }  # fmt: skip
    line = told["lines"][0]
    assert (line["statement"], line["share_labelled"], line["window_start"]) == (2, 1.0, "2026-03-09")
    assert line["first_value"] > line["value"]
    assert told["curve"][0].keys() == {"days", "rows", "labelled", "share"}
    assert [each["window"]["start"] for each in told["waiting"]] == ["2026-03-23"]
    (details,) = told["details"]
    assert sum(details["confusion"]) == sum(each["rows"] for each in details["reliability"]) == 2 * 84


@pytest.mark.usefixtures("judged")
def test_what_was_known_on_an_earlier_day_has_one_answer() -> None:
    (first, _) = table(shown())
    (then,) = table(shown("--as-of", "2026-03-16"))
    assert then["AUC"] == first["first said"]
    assert "first said" not in then
    assert table(shown("--as-of", "2026-03-30"))[0] == first


@pytest.mark.usefixtures("judged")
def test_below_the_table_stands_what_promise_tests_say() -> None:
    lines = shown().stderr.splitlines()
    told = [line for line in lines if "worse than" in line]
    assert [line.split(" than ")[1].split(":")[0] for line in told] == [
        "it promised", "the best promise so far (its own)", "a constant prediction"
    ]  # fmt: skip
    assert all(": its log loss is 0." in line and " over 14 days" in line for line in told)
    assert lines[-1].startswith("it is not known yet whether the probabilities of version 1 have held: recalibrated ")
    before = shown("--as-of", "2026-03-16", "--metric", "brier_score").stderr
    assert ": its Brier score is 0." in before
    assert " over 7 days, which is too little to tell" in before
    assert "worse than" not in shown("--as-of", "2026-03-15").stderr
    assert "worse than" not in shown("--version", "7").stderr
    tests = json.loads(shown("--json").stdout)["tests"]
    by_loss = {
        loss: [each["opponent"] for each in tests if each["loss"] == loss] for loss in ("log_loss", "brier_score")
    }
    assert by_loss["brier_score"] == ["promise", "best_promise", "baseline"]
    assert by_loss["log_loss"] == [*by_loss["brier_score"], "recalibrated"]
    assert all(each["outcome"] in {"worse", "equivalent", "not_known"} for each in tests)


@pytest.mark.usefixtures("judged")
def test_a_champion_is_compared_with_no_test_of_another_role() -> None:
    assert json.loads(shown("--role", "previous", "--json").stdout)["tests"] == []


@pytest.mark.usefixtures("judged")
def test_windows_are_chosen_by_their_days() -> None:
    starts = {
        ("--from", "2026-03-16"): ["2026-03-16"],
        ("--from", "2026-03-15"): ["2026-03-09", "2026-03-16"],
        ("--to", "2026-03-16"): ["2026-03-09"],
        ("--from", "2026-03-10", "--to", "2026-03-17"): ["2026-03-09", "2026-03-16"],
    }
    assert {options: [row["from"] for row in table(shown(*options))] for options in starts} == starts


@pytest.mark.usefixtures("judged")
def test_windows_of_another_length_are_judged_now() -> None:
    rows = table(shown("--window", "1d"))
    assert len(rows) == 14
    assert {row["rows"] for row in rows} == {"12"}
    whole = table(shown("--window", "2w", "--as-of", "2026-03-30"))  # half of the second one has no labels yet
    assert [(row["from"], row["rows"]) for row in whole] == [("2026-03-02", "84")]


@pytest.mark.usefixtures("judged")
def test_segments_metrics_and_versions_are_chosen() -> None:
    by = table(shown("--by", "branch", "--metric", "log_loss"))
    assert [(row["from"], row["segment"]) for row in by] == [
        ("2026-03-09", "north"), ("2026-03-09", "south"), ("2026-03-16", "north"), ("2026-03-16", "south")
    ]  # fmt: skip
    assert "log loss" in by[0]
    assert "baseline" in by[0]
    assert table(shown("--version", "1")) == table(shown())
    assert "none" in shown("--version", "7").stderr
    assert "none" in shown("--role", "previous").stderr


def test_a_shadow_has_the_champions_lead(stage: JudgedLoans) -> None:
    stage.promote("2", 0.8)
    stage.shadowed_by("previous")
    stage.week(wrong=2)
    stage.check(MONDAY + days(7))
    (row,) = table(shown("--role", "previous", "--metric", "brier_score"))
    assert row["champion's lead"].startswith(("+", "-"))
    assert " to " in row["95 % of it"]


@pytest.mark.usefixtures("judged")
def test_details_are_shown_below() -> None:
    assert "predicted class 0\tpredicted class 1" in shown("--details").stdout
    assert "predicted\thappened\trows" in shown("--details").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--window", "12h"), "windows of '12h' are not whole days; write for example 1d, 7d or 4w"),
        (("--window", "0d"), "not whole days"),
        (("--window", "weekly"), "'weekly' is not a length of time"),
        (("--metric", "r2"), "there is no metric 'r2'; there are auc, log_loss"),
        (("--role", "king"), "there is no role 'king'; there are champion, challenger, previous, shadow"),
        (("--by", "plan"), "there are no figures by plan; there are figures by branch"),
        (("--as-of", "tomorrow"), "'tomorrow' is not a day"),
        (("--as-of", "9999-12-31"), "nothing can have become known on 9999-12-31"),
        (("--from", "2026-03-16", "--to", "2026-03-16"), "the date range from 2026-03-16 to 2026-03-16 is empty"),
    ],
)
@pytest.mark.usefixtures("judged")
def test_bad_input_is_named(options: tuple[str, ...], said: str) -> None:
    from courtside.contracts.errors import BadInput

    result = shown(*options)
    assert isinstance(result.exception, BadInput)
    assert said in str(result.exception)


@pytest.mark.usefixtures("stage")
def test_a_model_of_which_nothing_is_known_is_told_as_such() -> None:
    result: Any = shown()
    assert (result.exit_code, result.stdout) == (0, "")
    assert "none" in result.stderr
    assert json.loads(shown("--json").stdout)["lines"] == []
    assert "none" in shown("--window", "1d").stderr


@pytest.mark.parametrize("window", [(), ("--window", "1d")])
@pytest.mark.usefixtures("judged")
def test_the_ends_of_the_calendar_are_days_like_others(window: tuple[str, ...]) -> None:
    everything = table(shown(*window))
    assert table(shown(*window, "--from", "0001-01-01", "--to", "9999-12-31")) == everything
    for options in (("--from", "9999-12-31"), ("--to", "0001-01-01"), ("--as-of", "0001-01-01")):
        result = shown(*window, *options, "--details")
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
