"""Whoever is killed, runs beside somebody else or finds another champion: nothing is lost and nothing doubled."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.scoring import PredictResponse
from courtside.workflows.predict.apart import MOST_IN_MEMORY
from tests.fakes.dying_lake import BrokeOff, WatchedLake
from tests.fakes.ports import InMemoryLedger
from tests.fakes.predicting import DAY, LoansStage, loans

PREDICTIONS = lake_keys.predictions("loans")


def a_stage(most_in_memory: int = MOST_IN_MEMORY) -> LoansStage:
    """Return a stage with a champion, its predecessor as a shadow, and a row that nobody can predict."""
    stage = LoansStage(most_in_memory=most_in_memory)
    stage.promote("1", 0.25, needs_all=True)
    stage.promote("2", 0.5, needs_all=True)
    stage.shadowed_by("previous")
    stage.put("march", loans(1, [0.2, 0.4, None]))
    stage.put("april", loans(11, [0.6]))
    return stage


def interrupted(
    stage: LoansStage, step: int, interrupt: Callable[[], None] | None
) -> tuple[bool, PredictResponse | None]:
    """Predict and let something happen before a step; return whether it was reached, and the answer if there is one."""
    lake = WatchedLake(stage.lake.objects, changes_left=step, interrupt=interrupt)
    done = None
    with suppress(BrokeOff):
        done = stage.predict(lake=lake)
    return lake.changes_left <= 0, done


def at_every_step(
    interrupt: Callable[[LoansStage], Callable[[], None] | None], most_in_memory: int = MOST_IN_MEMORY
) -> Iterator[tuple[LoansStage, Any]]:
    """Yield a stage for every step of a prediction before which something happens, and the answer."""
    step = 1
    while True:
        stage = a_stage(most_in_memory)
        reached, done = interrupted(stage, step, interrupt(stage))
        if not reached:
            assert step > 20
            return
        yield stage, done
        step += 1


def predictions(stage: LoansStage) -> list[tuple[Any, ...]]:
    names = ("id", "version", "role", "as_of", "revision", "prediction")
    return sorted(tuple(row[name] for name in names) for row in stage.kept())


@pytest.fixture(scope="module")
def expected() -> list[tuple[Any, ...]]:
    stage = a_stage()
    done = stage.predict()
    assert (done.predicted, done.set_aside, done.shadows[0].predicted) == (3, 1, 3)
    return predictions(stage)


def test_who_is_killed_at_any_step_is_finished_by_the_next(expected: list[tuple[Any, ...]]) -> None:
    for stage, _ in at_every_step(lambda _: None):
        stage.predict()
        assert predictions(stage) == expected
        assert len(stage.alerts.sent) == 1


@pytest.mark.parametrize("most_in_memory", [MOST_IN_MEMORY, 0])
def test_two_at_once_do_what_one_does(expected: list[tuple[Any, ...]], most_in_memory: int) -> None:
    for stage, done in at_every_step(lambda stage: lambda: stage.predict() and None, most_in_memory):
        assert predictions(stage) == expected
        assert done.predicted + done.unchanged == 3
        assert len(stage.alerts.sent) == 1


def test_rows_that_change_between_two_at_once_are_revised_and_not_doubled() -> None:
    def change(stage: LoansStage) -> Callable[[], None]:
        def both() -> None:
            stage.put("april", loans(11, [0.8]))
            stage.predict()

        return both

    for stage, _ in at_every_step(change):
        stage.predict()
        rows = stage.kept(id="11|2026-03-10", role="champion")
        assert [row["revision"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows[-1]["prediction"] == 0.4
        hashes = [row["features_hash"] for row in rows]
        assert all(one != other for one, other in pairwise(hashes))


def test_a_champion_that_moves_in_between_leaves_no_row_to_the_one_before_alone() -> None:
    def move(stage: LoansStage) -> Callable[[], None]:
        return lambda: stage.promote("3", 0.125)

    versions = set()
    for stage, done in at_every_step(move):
        versions.add(done.version)
        first = predictions(stage)
        stage.predict()
        assert len({row[:5] for row in predictions(stage)}) == len(predictions(stage))
        assert set(first) <= set(predictions(stage))
        assert {row["id"] for row in stage.kept(version="3", role="champion")} == {
            "1|2026-03-10",
            "2|2026-03-10",
            "3|2026-03-10",
            "11|2026-03-10",
        }
    assert versions == {"2", "3"}


def test_nothing_is_served_by_a_champion_that_was_replaced_before_it_wrote() -> None:
    stage = a_stage()
    moved = replace(stage)
    moved.ledger = _MovesAt(stage.ledger.documents, reads=2, move=lambda: stage.promote("3", 0.125))
    done = moved.predict()
    assert done.version == "3"
    assert {row["version"] for row in stage.kept(role="champion")} == {"3"}


class _MovesAt(InMemoryLedger):
    """Lets the champion move just before it is asked for the given time."""

    def __init__(self, documents: Any, *, reads: int, move: Callable[[], None]) -> None:
        super().__init__(documents)
        self.reads, self.move = reads, move

    def get(self, key: str) -> Any:
        self.reads -= 1
        if self.reads == 0:
            self.move()
        return super().get(key)


def test_what_is_kept_is_never_replaced_or_removed() -> None:
    stage = a_stage()
    stage.predict()
    before = {key: content for key, content in stage.lake.objects.items() if key.startswith(PREDICTIONS)}
    stage.put("april", loans(11, [0.9]))
    stage.predict()
    stage.promote("3")
    stage.predict()
    assert before.items() <= stage.lake.objects.items()


def test_a_day_that_others_wrote_to_is_read_before_anything_is_decided() -> None:
    stage = a_stage()
    stage.predict()
    fresh = replace(stage)  # another process, which remembers nothing
    assert fresh.predict().predicted == 0
    assert fresh.predict(DAY).shadows[0].unchanged == 3
