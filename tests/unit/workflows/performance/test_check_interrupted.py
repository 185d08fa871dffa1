"""What is said about windows is neither lost nor doubled, whoever is killed when and whoever runs beside whom."""

from functools import cache
from typing import Any

import pytest

from courtside.contracts.scoring import WindowState
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.judging import MONDAY, JudgedLoans, days

LAST = MONDAY + days(14)
UNTIMED = ("recorded_at", "files")


def begun() -> JudgedLoans:
    """Return a stage of two weeks, of which the first has been stated and one of its labels was corrected."""
    return _begun().copied()


@cache
def _begun() -> JudgedLoans:
    stage = JudgedLoans(lake=InterruptedLake())
    stage.promote("1", 1.0)
    stage.promised("1")
    stage.week()
    stage.check(MONDAY + days(7))
    stage.week(MONDAY + days(7))
    stage.repay(MONDAY, wrong=4)
    return stage


def lake_of(stage: JudgedLoans) -> InterruptedLake:
    assert isinstance(stage.lake, InterruptedLake)
    return stage.lake


def said(stage: JudgedLoans) -> list[dict[str, Any]]:
    """Return the statements, what promise tests count, and what these said."""
    rows = (*stage.statements(), *stage.evidence(), *stage.tests())
    return [{key: row[key] for key in row if key not in UNTIMED} for row in rows]


def test_what_is_killed_at_any_write_and_repeated_ends_as_if_it_had_run_through() -> None:
    whole = begun()
    whole.check(LAST)
    assert [row["statement"] for row in whole.statements()] == [1, 2, 1]
    assert len({(row["window_start"], row["statement"]) for row in whole.evidence()}) == 3
    assert {row["as_of"] for row in whole.tests()} == {MONDAY + days(7), LAST}
    kills = 0
    for killed_at in range(1, 14):
        stage = begun()
        lake_of(stage).changes_left = killed_at
        try:
            stage.check(LAST)
        except BrokeOff:
            kills += 1
        lake_of(stage).changes_left = -1
        stage.check(LAST)
        assert said(stage) == said(whole)
    assert kills >= 8


def test_two_at_once_say_everything_once() -> None:
    whole = begun()
    whole.check(LAST)
    for beside_at in range(1, 14):
        stage = begun()
        lake_of(stage).changes_left = beside_at
        lake_of(stage).interrupt = lambda stage=stage: stage.check(LAST)
        stage.check(LAST)
        assert said(stage) == said(whole)


def test_what_is_known_last_has_the_last_word_whoever_ran_beside_whom() -> None:
    whole = begun()
    whole.repay(MONDAY, wrong=6)
    whole.check(LAST)
    for beside_at in range(1, 14):
        stage = begun()

        def more_is_known(stage: JudgedLoans = stage) -> None:
            stage.repay(MONDAY, wrong=6)
            stage.check(LAST)

        lake_of(stage).changes_left = beside_at
        lake_of(stage).interrupt = more_is_known
        stage.check(LAST)
        if lake_of(stage).changes_left > 0:
            break
        lake_of(stage).changes_left = -1
        stage.check(LAST)
        assert stage.statements(window_start=MONDAY)[-1]["value"] == whole.statements(window_start=MONDAY)[-1]["value"]
        assert stage.evidence(day=MONDAY)[-1]["total"] == whole.evidence(day=MONDAY)[-1]["total"]
        assert stage.tests(opponent="promise")[-1]["difference"] == whole.tests(opponent="promise")[-1]["difference"]
    assert beside_at >= 8


def test_a_check_as_of_an_earlier_day_does_not_restate_what_was_said_on_a_later_one() -> None:
    stage = begun()
    stage.check(LAST)
    before = said(stage)
    assert not stage.check(MONDAY + days(8)).restated
    assert said(stage) == before


def test_a_damaged_note_of_progress_is_told_and_a_missing_one_only_costs_time() -> None:
    stage = begun()
    stage.check(LAST)
    key = next(key for key in stage.lake.objects if key.endswith("_progress.json"))
    del stage.lake.objects[key]
    before = said(stage)
    done = stage.check(LAST + days(1))
    assert [each for each in done.windows if each.state is not WindowState.IMMATURE] == []
    assert said(stage) == before


@pytest.mark.parametrize("content", [b"{", b'{"format": 1}', b""])
def test_a_note_that_cannot_be_read_counts_as_none(content: bytes) -> None:
    stage = begun()
    stage.check(LAST)
    key = next(key for key in stage.lake.objects if key.endswith("_progress.json"))
    stage.lake.objects[key] = content
    before = said(stage)
    stage.check(LAST + days(1))
    assert said(stage) == before
