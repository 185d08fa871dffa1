"""A replay sees what a stage would see: drift, broken promises, and what people would be told of them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from courtside.contracts.events import Window
from courtside.core.backtest.policies import policy_of
from courtside.core.drift.policies.by_name import policy_named
from courtside.core.training.candidates import REGISTRY
from courtside.workflows.backtest import Plan, Replay, Round, Stream, replay
from courtside.workflows.backtest.attempts import Attempt, count_of
from courtside.workflows.backtest.watching import Watching
from tests.fakes.replayed_streams import FIRST, VISITS, visit_stream, visits

BEGIN, END = FIRST + timedelta(days=200), FIRST + timedelta(days=400)
CHANGED = BEGIN + timedelta(days=91)
LR = [REGISTRY["logistic_regression"]]
PLAN = Plan(BEGIN, END, candidates=LR)


class Keeping:
    """Keeps the rounds that it saw."""

    def __init__(self) -> None:
        self.rounds: list[Round] = []

    def see(self, lived: Round) -> None:
        self.rounds.append(lived)


def _lived(stream: Stream, policy: str, plan: Plan = PLAN) -> tuple[Replay, list[Round]]:
    watching = Keeping()
    return replay(stream, policy_of(policy, stream.dataset.retrain), plan, witnesses=[watching]), watching.rounds


@pytest.fixture(scope="module")
def moved() -> Stream:
    return visit_stream(days=400, a_day=20, moves_on=CHANGED)


@pytest.fixture(scope="module")
def turned() -> Stream:
    return visit_stream(days=400, a_day=20, turns_on=CHANGED)


def test_drift_starts_a_training_soon_after_the_change(moved: Stream) -> None:
    found, rounds = _lived(moved, "drift")
    _, *later = found.result.trained
    assert later
    assert all(each.trigger == "drift" and each.day > CHANGED for each in later)
    assert later[0].day - CHANGED <= timedelta(days=14)
    assert later[0].moved == ("pages",)
    assert all(lived.record.action != "retrain" for lived in rounds if lived.day <= CHANGED)


def test_people_are_told_once_of_what_lasts(moved: Stream) -> None:
    _, rounds = _lived(moved, "drift")
    told = [lived.day for lived in rounds if lived.alerts]
    found_again = [lived for lived in rounds if lived.record.situation and lived.record.situation.drift.moved]
    assert told
    assert told[0] > CHANGED
    assert len(told) < len(found_again) + 2


def test_a_concept_that_turned_breaks_the_promise(turned: Stream) -> None:
    found, rounds = _lived(turned, "performance")
    _, *later = found.result.trained
    assert later
    assert all(each.trigger == "performance" and each.day > CHANGED for each in later)
    assert later[0].day - CHANGED <= timedelta(days=42)
    tests = rounds[-1].record.situation
    assert tests is not None
    assert tests.performance.tests


def test_what_a_policy_cannot_act_on_is_looked_at_if_asked(turned: Stream) -> None:
    (blind, _), (seeing, _) = (_lived(turned, "never", plan) for plan in (PLAN, replace(PLAN, watch_all=True)))
    assert blind.result.alerts == 0
    assert seeing.result.alerts > 0
    assert (blind.probability == seeing.probability).all()


def test_a_check_is_that_of_a_stage(moved: Stream) -> None:
    """The report of a window equals that of the workflow that a stage runs, on the same reference and rows."""
    _, rounds = _lived(moved, "drift")
    lived = next(each for each in rounds if each.watched is not None and each.day > CHANGED)
    assert lived.watched is not None
    version = next(each.version for lived in rounds for each in lived.trained if each.version is not None)
    again = Watching(moved, policy_named("calibrated")).check(version, lived.watched.window)
    assert again is not None
    assert again.report.features == lived.watched.report.features
    assert lived.watched.current.rows == moved.position(lived.watched.window.end) - moved.position(
        lived.watched.window.start
    )


def test_a_window_without_rows_is_not_checked(moved: Stream) -> None:
    _, rounds = _lived(moved, "drift", replace(PLAN, end=BEGIN + timedelta(days=7)))
    watching = Watching(moved, policy_named("calibrated"))
    assert watching.check(rounds[0].champion, Window(start=date(2030, 1, 1), end=date(2030, 2, 1))) is None


def test_shadows_predict_where_the_contract_names_them() -> None:
    dataset = replace(VISITS, predict=replace(VISITS.predict, shadows=("previous",)))
    stream = Stream.of(visits(days=400, a_day=20, turns_on=CHANGED), dataset)
    _, rounds = _lived(stream, "both")
    roles = {row["role"] for lived in rounds for said in lived.statements for row in said.to_pylist()}
    promoted = any(each.promoted for lived in rounds[1:] for each in lived.trained)
    assert ("previous" in roles) is promoted


@pytest.mark.parametrize(
    ("champion", "since", "as_of", "count"),
    [
        ("1", date(2020, 3, 1), date(2020, 5, 1), 2),
        ("2", date(2020, 3, 1), date(2020, 5, 1), 1),
        ("1", date(2020, 4, 1), date(2020, 5, 1), 1),
        ("1", date(2019, 1, 1), date(2020, 1, 1), 1),
    ],
)
def test_attempts_on_shared_rows_against_one_champion_count(
    champion: str, since: date, as_of: date, count: int
) -> None:
    earlier = [Attempt("1", date(2020, 1, 1), date(2020, 4, 1))]
    assert count_of(Attempt(champion, since, as_of), earlier) == count
