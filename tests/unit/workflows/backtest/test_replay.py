"""A policy lives through a stream: what it trains, when, and with what it predicts."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.backtest.policies import policy_of
from courtside.core.rows import TimesMissing
from courtside.core.training.candidates import REGISTRY
from courtside.workflows.backtest import Plan, Round, Stream, backtest, replay
from courtside.workflows.backtest.life import NoFirstChampion
from courtside.workflows.backtest.plan import NothingToReplay
from courtside.workflows.backtest.stream import PLACE, PlaceColumnTaken
from tests.fakes.replayed_streams import FIRST, VISITS, visit_stream, visits

BEGIN, END = FIRST + timedelta(days=200), FIRST + timedelta(days=400)
PLAN = Plan(BEGIN, END, candidates=[REGISTRY["logistic_regression"]])


@pytest.fixture(scope="module")
def stream() -> Stream:
    return visit_stream(days=400)


class Watching:
    """Keeps the rounds that it saw."""

    def __init__(self) -> None:
        self.rounds: list[Round] = []

    def see(self, lived: Round) -> None:
        self.rounds.append(lived)


def test_never_predicts_all_rows_with_the_first_model(stream: Stream) -> None:
    watching = Watching()
    found = replay(stream, policy_of("never", VISITS.retrain), PLAN, witnesses=[watching])
    assert found.places.tolist() == list(range(stream.position(BEGIN), stream.position(END)))
    assert (found.result.rows, found.result.trainings, found.result.promotions) == (1_000, 1, 1)
    assert {lived.champion.number for lived in watching.rounds} == {"1"}
    assert found.result.auc is not None
    assert found.result.auc > 0.75


def test_a_period_trains_that_often(stream: Stream) -> None:
    found = replay(stream, policy_of("every:56d", VISITS.retrain), PLAN).result
    assert [each.day for each in found.trained] == [BEGIN + timedelta(days=56 * number) for number in range(4)]
    assert {each.trigger for each in found.trained[1:]} == {"schedule"}
    assert found.promotions == 1 + sum(each.promoted for each in found.trained[1:])


def test_what_comes_later_changes_nothing_before() -> None:
    """Rows after a day, whatever they say, change no prediction before it."""
    moved = BEGIN + timedelta(days=91)
    policy = policy_of("both", VISITS.retrain)
    one, other = (replay(visit_stream(days=400, moves_on=day), policy, PLAN) for day in (None, moved))
    known = one.places < visit_stream(days=400).position(moved)
    assert (one.probability[known] == other.probability[known]).all()
    assert (one.probability[~known] != other.probability[~known]).any()


def test_replays_are_compared_on_the_same_rows(stream: Stream) -> None:
    names = ("never", "every:28d", "never")
    never, every, again = backtest(stream, [policy_of(name, VISITS.retrain) for name in names], PLAN).results
    assert never.versus_first is None
    assert every.versus_first is not None
    assert every.versus_first.difference("log_loss").difference == pytest.approx(every.log_loss - never.log_loss)
    assert again.versus_first is not None
    assert again.versus_first.difference("accuracy").difference == 0.0


@pytest.mark.parametrize(
    ("begin", "end", "why"),
    [
        (FIRST, END, "no row with a label lies before"),
        (date(2030, 1, 1), date(2031, 1, 1), "lies in these days"),
        (END, BEGIN, "lies in these days"),
    ],
)
def test_days_without_rows_are_refused(stream: Stream, begin: date, end: date, why: str) -> None:
    with pytest.raises(NothingToReplay, match=why):
        replay(stream, policy_of("never", VISITS.retrain), Plan(begin, end))


def test_too_few_rows_for_a_first_champion_are_told_with_the_option_that_helps(stream: Stream) -> None:
    early = Plan(FIRST + timedelta(days=40), END, candidates=PLAN.candidates)
    with pytest.raises(NoFirstChampion, match=r"the holdout has 20 rows; .* begin on a later day \(--from\)"):
        replay(stream, policy_of("never", VISITS.retrain), early)


def test_the_last_round_ends_with_the_plan() -> None:
    rounds = Plan(date(2020, 1, 1), date(2020, 1, 17)).rounds()
    assert rounds == [
        (date(2020, 1, 1), date(2020, 1, 8)),
        (date(2020, 1, 8), date(2020, 1, 15)),
        (date(2020, 1, 15), date(2020, 1, 17)),
    ]


def test_rows_are_in_the_order_of_their_times() -> None:
    table = visits(days=30, a_day=10)
    shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
    stream = Stream.of(shuffled, VISITS)
    assert stream.table.column("visit").to_pylist() == list(range(300))
    assert stream.written.column("bought").to_pylist() == table.column("bought").to_pylist()


def test_a_column_of_the_own_name_is_refused() -> None:
    table = visits(days=30)
    with pytest.raises(PlaceColumnTaken, match=PLACE):
        Stream.of(table.append_column(PLACE, table.column("visit")), VISITS)


def test_rows_without_a_time_are_refused() -> None:
    table = visits(days=30)
    days = pa.array([None, *table.column("day").to_pylist()[1:]], pa.date32())
    with pytest.raises(TimesMissing, match="'day' holds no time in 1 rows"):
        Stream.of(table.set_column(table.schema.get_field_index("day"), "day", days), VISITS)
