"""Windows are judged when their labels are in, judged anew when labels change, and what was said first is kept."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import Window
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.scoring import NEWEST_WINDOWS, WindowState
from courtside.core.performance.rules import PerformanceRules
from courtside.core.performance.windows import window_of
from courtside.workflows.label_loads import load_labels
from courtside.workflows.performance.details import details
from courtside.workflows.performance.told import Asked
from tests.fakes.judging import MONDAY, JudgedLoans, days, noon
from tests.fakes.model_cards import card
from tests.fakes.predicting import loans

NEXT_MONDAY = MONDAY + days(7)
WEEK = Window(start=MONDAY, end=NEXT_MONDAY)


@pytest.fixture
def stage() -> JudgedLoans:
    stage = JudgedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    return stage


def test_a_week_is_stated_once_it_has_ended_and_its_labels_are_in(stage: JudgedLoans) -> None:
    stage.week()
    assert stage.check(NEXT_MONDAY - days(1)).windows == ()
    done = stage.check(NEXT_MONDAY)
    assert [(each.window, each.state, each.share_labelled) for each in done.windows] == [
        (WEEK, WindowState.STATED, 1.0)
    ]
    assert (done.stated, done.restated, done.immature, done.problems) == (1, 0, 0, ())
    (row,) = stage.statements()
    assert (row["window_start"], row["window_end"]) == (MONDAY, NEXT_MONDAY)
    assert (row["version"], row["role"], row["statement"], row["stated_on"]) == ("1", "champion", 1, NEXT_MONDAY)
    assert (row["rows"], row["predicted"], row["labelled"], row["blocks"]) == (84, 84, 84, 7)
    assert row["low"] < row["value"] < row["high"] < 1
    assert row["promise_low"] < row["promise"] < row["promise_high"]
    assert row["baseline"] == 0.5
    north = stage.statements(segment_column="branch", segment="north")
    assert [each["predicted"] for each in north] == [42]


def test_doing_it_again_changes_nothing(stage: JudgedLoans) -> None:
    stage.week()
    stage.check(NEXT_MONDAY)
    before = dict(stage.lake.objects)
    assert stage.check(NEXT_MONDAY).windows == ()
    assert stage.lake.objects == before
    assert stage.check(NEXT_MONDAY + days(3)).windows == ()
    assert stage.check(NEXT_MONDAY - days(5)).windows == ()
    assert len(stage.statements()) == 1


def test_a_corrected_label_restates_the_window_and_the_first_figure_is_kept(stage: JudgedLoans) -> None:
    stage.week(wrong=0)
    stage.check(NEXT_MONDAY)
    stage.repay(MONDAY, wrong=3)
    done = stage.check(NEXT_MONDAY + days(1))
    assert (done.stated, done.restated, done.labels_new, done.labels_changed) == (0, 1, 0, 3)
    first, second = stage.statements()
    assert (first["statement"], second["statement"]) == (1, 2)
    assert second["value"] < first["value"] == 1.0
    assert first["low"] is None
    stage.repay(MONDAY, wrong=0)
    assert stage.check(NEXT_MONDAY + days(2)).restated == 1
    assert [each["value"] for each in stage.statements()] == [1.0, second["value"], 1.0]


def test_a_window_waits_for_its_labels_and_its_share_is_told(stage: JudgedLoans) -> None:
    stage.week(repaid=False)
    done = stage.check(NEXT_MONDAY)
    assert [(each.state, each.share_labelled) for each in done.windows] == [(WindowState.IMMATURE, 0.0)]
    for number in range(7):
        stage.repay(MONDAY + days(number), wrong=1, known=9)
    done = stage.check(NEXT_MONDAY + days(1))
    assert (done.immature, done.windows[0].share_labelled, stage.statements()) == (1, 0.75, [])
    for number in range(7):
        stage.repay(MONDAY + days(number), wrong=1)
    assert stage.check(NEXT_MONDAY + days(2)).stated == 1


def test_a_window_is_judged_by_what_it_has_when_no_more_labels_are_awaited(stage: JudgedLoans) -> None:
    stage.week(repaid=False)
    for number in range(7):
        stage.repay(MONDAY + days(number), wrong=1, known=6)
    final = NEXT_MONDAY + stage.dataset.label_delay
    assert stage.check(final - days(1)).immature == 1
    assert stage.check(final).stated == 1
    (row,) = stage.statements()
    assert (row["predicted"], row["labelled"]) == (84, 42)


def test_a_window_without_any_label_is_given_up_when_none_is_awaited(stage: JudgedLoans) -> None:
    stage.week(repaid=False)
    done = stage.check(NEXT_MONDAY + stage.dataset.label_delay)
    assert (done.windows, stage.statements()) == ((), [])


def test_labels_that_are_loaded_long_after_restate_their_window_alone(stage: JudgedLoans) -> None:
    stage.week()
    later = MONDAY + days(200)
    stage.check(NEXT_MONDAY)
    for monday in (later, later + days(7)):
        stage.week(monday - days(later.weekday()))
    today = later + days(30)
    stage.check(today)
    known = len(stage.statements())
    file = pa.table(
        {"loan": [MONDAY.toordinal() * 1_000, 5], "asked_on": pa.array([MONDAY, MONDAY]), "repaid": pa.array([0, 1])}
    )
    amount = stage.amounts[MONDAY][0] or 0
    correct = int(amount > 0.5)
    file = file.set_column(2, "repaid", pa.array([correct, 1]))  # the week said the opposite of the first loan
    loaded = load_labels(file, file="late.csv", as_of=today, lake=stage.lake, dataset=stage.dataset, now=noon(today))
    assert (loaded.load.changed, loaded.load.unknown) == (1, 1)
    done = stage.check(today + days(1))
    assert [(each.window.start, each.state) for each in done.windows] == [(MONDAY, WindowState.RESTATED)]
    assert len(stage.statements()) == known + 1
    assert stage.check(today + days(2)).windows == ()


def test_what_was_missed_for_months_is_made_up_for(stage: JudgedLoans) -> None:
    mondays = [MONDAY + days(7 * number) for number in range(13)]
    for monday in mondays:
        stage.week(monday)
    done = stage.check(mondays[-1] + days(7))
    # Labels are taken from the rows of the last two months; older ones have to be loaded.
    assert done.stated == len({row["window_start"] for row in stage.statements()})
    assert done.stated >= 8
    assert len(done.windows) <= NEWEST_WINDOWS
    assert done.windows[-1].window.start == mondays[-1]


def test_days_without_rows_make_no_windows(stage: JudgedLoans) -> None:
    assert stage.check(NEXT_MONDAY).windows == ()
    stage.week()
    stage.week(MONDAY + days(28))
    done = stage.check(MONDAY + days(35))
    assert [each.window.start for each in done.windows] == [MONDAY, MONDAY + days(28)]


def test_windows_are_as_long_as_the_contract_says(stage: JudgedLoans) -> None:
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(window=days(1)))
    stage.week()
    done = stage.check(NEXT_MONDAY)
    assert done.stated == 7
    assert [each["blocks"] for each in stage.statements()] == [12] * 7


def test_another_length_of_windows_is_another_statement_about_the_same_first_day(stage: JudgedLoans) -> None:
    stage.week()
    stage.check(NEXT_MONDAY)
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(window=days(1)))
    stage.repay(MONDAY, wrong=2)
    done = stage.check(NEXT_MONDAY + days(1))
    assert {each.state for each in done.windows} == {WindowState.STATED}
    ends = [(row["window_end"], row["statement"]) for row in stage.statements(window_start=MONDAY)]
    assert ends == [(NEXT_MONDAY, 1), (MONDAY + days(1), 2)]


def test_a_longer_window_waits_for_its_labels_though_a_shorter_one_of_its_first_day_was_stated(
    stage: JudgedLoans,
) -> None:
    longer = window_of(MONDAY, days(28))
    stage.week(longer.start)
    stage.check(longer.start + days(7))
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(window=days(28)))
    for number in (1, 2, 3):
        stage.week(longer.start + days(7 * number), repaid=False)
    waits = [(each.window, each.state, each.share_labelled) for each in stage.check(longer.end).windows]
    assert waits == [(longer, WindowState.IMMATURE, 0.25)]
    assert [row["window_end"] for row in stage.statements()] == [longer.start + days(7)]


def test_shadows_are_judged_on_the_same_rows_and_compared_with_the_champion(stage: JudgedLoans) -> None:
    stage.promote("2", 0.9)
    stage.shadowed_by("previous")
    stage.week()
    done = stage.check(NEXT_MONDAY)
    assert done.problems == ()
    rows = stage.statements(metric="log_loss")
    assert [(row["role"], row["version"], row["predicted"]) for row in rows] == [
        ("champion", "2", 84), ("previous", "1", 84)
    ]  # fmt: skip
    champion, previous = rows
    assert champion["difference"] is None
    assert previous["difference"] == pytest.approx(champion["value"] - previous["value"])
    assert previous["difference_low"] < previous["difference"] < previous["difference_high"]
    assert champion["promise"] is None


def test_before_and_after_a_promotion_each_champion_is_judged_by_its_own_rows(stage: JudgedLoans) -> None:
    for number in range(7):
        if number == 3:
            stage.promote("2", 0.8)
        stage.ask(MONDAY + days(number))
        stage.repay(MONDAY + days(number), wrong=1)
    stage.check(NEXT_MONDAY)
    assert [(row["version"], row["predicted"], row["rows"]) for row in stage.statements()] == [
        ("2", 48, 84), ("1", 36, 84)
    ]  # fmt: skip


def test_a_first_check_long_after_the_rows_finds_nothing_that_is_final_without_labels(stage: JudgedLoans) -> None:
    stage.week(repaid=False)
    assert stage.check(date(2027, 1, 4)).windows == ()


def test_a_label_of_no_class_is_no_row_of_the_other_class_and_is_told(stage: JudgedLoans) -> None:
    name = stage.dataset.name
    interface = ModelInterface.of("repaid", ("no", "yes"), {"amount": "number"})
    promised = card().model_copy(update={"interface": interface})
    stage.lake.objects[training_keys.training_card(name, "t1")] = promised.model_dump_json().encode()
    stage.week(repaid=False)
    for number in range(7):
        day = MONDAY + days(number)
        labels = ["yes" if (each or 0) > 0.5 else "no" for each in stage.amounts[day]]
        if number == 0:
            labels[0] = "perhaps"
        table = loans(day.toordinal() * 1_000, stage.amounts[day], day=day)
        column = table.schema.get_field_index("repaid")
        stage.put(day.isoformat(), table.set_column(column, "repaid", pa.array(labels)))
    done = stage.check(NEXT_MONDAY)
    (problem,) = done.problems
    assert problem.startswith("labels such as perhaps are neither no nor yes, which version 1 tells apart, so ")
    (row,) = stage.statements()
    assert (row["predicted"], row["labelled"], row["value"]) == (84, 83, 1.0)
    (found,) = details(Asked(as_of=NEXT_MONDAY), lake=stage.lake, dataset=stage.dataset)
    assert sum(found.confusion) == sum(each.rows for each in found.reliability) == 83


def test_labels_of_the_day_itself_may_come_after_its_round(stage: JudgedLoans) -> None:
    stage.dataset = replace(
        stage.dataset, label_delay=days(0), performance=PerformanceRules(window=days(1), mature=0.5)
    )
    stage.ask(MONDAY)
    assert stage.check(MONDAY).windows == ()
    stage.repay(MONDAY)
    done = stage.check(MONDAY + days(1))
    assert (done.labels_new, [each.window.start for each in done.windows]) == (12, [MONDAY])
