"""Estimates are neither lost nor doubled, whoever is killed when and whoever runs beside whom."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from tests.fakes.dying_lake import BrokeOff, WatchedLake
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days, noon

LAST = MONDAY + days(13)


def begun() -> EstimatedLoans:
    """Return a stage of two weeks that wait for their labels, of which the first was estimated before it was over."""
    return _begun().copied()


@cache
def _begun() -> EstimatedLoans:
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    stage.week(repaid=False)
    stage.estimate(MONDAY + days(2))
    stage.week(MONDAY + days(7), repaid=False)
    return stage


def said(stage: EstimatedLoans) -> list[tuple[Any, ...]]:
    return [(row["window_start"], row["rows"], row["made_as_of"], row["value"]) for row in stage.estimates()]


def at_every_step(happens: Callable[[EstimatedLoans], Callable[[], None] | None]) -> Iterator[EstimatedLoans]:
    """Yield a stage for each step of an estimate, reads too, before which something happens."""
    step = 1
    while True:
        stage = begun()
        lake = WatchedLake(stage.lake.objects, changes_left=step, interrupt=happens(stage))
        with suppress(BrokeOff):
            stage.estimate(LAST, lake=lake)
        if lake.changes_left > 0:
            assert step > 8
            return
        yield stage
        step += 1


def test_who_is_killed_at_any_step_is_finished_by_the_next() -> None:
    whole = begun()
    whole.estimate(LAST)
    assert [each[1] for each in said(whole)] == [36, 84, 84]
    for stage in at_every_step(lambda _: None):
        assert not stage.estimate(LAST).problems
        assert said(stage) == said(whole)


def test_two_at_once_do_what_one_does() -> None:
    whole = begun()
    whole.estimate(LAST)
    for stage in at_every_step(lambda stage: lambda: stage.estimate(LAST) and None):
        assert said(stage) == said(whole)


def test_a_champion_that_moves_meanwhile_is_estimated_by_the_next_round() -> None:
    def moves(stage: EstimatedLoans) -> Callable[[], None]:
        def move() -> None:
            stage.promote("2", 0.8)
            stage.promised("2")

        return move

    for stage in at_every_step(moves):
        stage.predict(LAST, now=noon(LAST))
        assert not stage.estimate(LAST).problems
        newest = {row["window_start"]: row["version"] for row in stage.estimates()}
        assert newest[MONDAY + days(7)] == "2"  # the loans of its last day are served by the new one
