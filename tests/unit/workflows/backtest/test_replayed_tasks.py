"""Policies live through streams of several classes and of values as they do through those of two classes."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss, mean_squared_error

from courtside.core.backtest.policies import policy_of
from courtside.workflows.backtest import Backtest, Plan, Round, backtest, replay
from courtside.workflows.backtest.candidates import candidates_of
from courtside.workflows.backtest.rounds import Witness
from courtside.workflows.backtest.stream import Stream
from tests.fakes.replayed_streams import FIRST
from tests.fakes.replayed_tasks import parcel_stream

TASKS = ("multiclass", "regression")
BEGIN, END = FIRST + timedelta(days=200), FIRST + timedelta(days=400)
SLOWS = BEGIN + timedelta(days=28)
ALL_CLASSES = ("early", "late", "lost", "on time")
NAMES = ("never", "every:56d", "performance")


def plan(stream: Stream) -> Plan:
    return Plan(BEGIN, END, candidates=candidates_of(stream.dataset, None))


def replayed(task: str, *names: str, **changes: object) -> Backtest:
    stream = parcel_stream(task, days=400, **changes)
    return backtest(stream, [policy_of(name, stream.dataset.retrain) for name in names], plan(stream))


@pytest.fixture(scope="module", params=TASKS)
def slowed(request: pytest.FixtureRequest) -> Backtest:
    return replayed(request.param, *NAMES, slows_on=SLOWS)


def test_figures_are_those_of_the_task(slowed: Backtest) -> None:
    first, result = slowed.replays[0], slowed.results[0]
    truth = slowed.stream.labels[first.places]
    if result.task == "multiclass":
        assert first.probability.shape == (3_000, 3)
        assert result.figures["log_loss"] == pytest.approx(log_loss(truth, first.probability), rel=1e-9)
    else:
        assert result.figures["squared_error"] == pytest.approx(mean_squared_error(truth, first.probability), rel=1e-9)
        assert result.figures["rmse"] == pytest.approx(np.sqrt(result.loss), rel=1e-9)
    assert result.loss == result.figures[result.loss_name]
    written = result.model_dump(mode="json")
    assert written["task"] == slowed.stream.dataset.task
    assert not {"log_loss", "brier", "accuracy"} & written.keys()


def test_trainings_and_what_labels_prove_mend_a_concept_that_changed(slowed: Backtest) -> None:
    never, every, proved = slowed.results
    assert (never.trainings, every.trainings) == (1, 4)
    assert {each.trigger for each in proved.trained} == {"initial", "performance"}
    assert proved.trained[1].day > SLOWS
    assert proved.alerts > 0
    for result in (every, proved):
        versus = result.versus_first
        assert versus is not None
        found = versus.difference(result.loss_name)
        assert found.difference == pytest.approx(result.loss - never.loss, rel=1e-9)
        assert found.low < found.difference < found.high < 0


@pytest.mark.parametrize("task", TASKS)
def test_what_comes_later_changes_nothing_before(task: str) -> None:
    (one, _), (other, _) = (
        (made.replays[0], made) for made in (replayed(task, "both", **slows) for slows in ({}, {"slows_on": SLOWS}))
    )
    known = one.places < parcel_stream(task, days=400).position(SLOWS)
    assert (one.probability[known] == other.probability[known]).all()
    assert (one.probability[~known] != other.probability[~known]).any()


@pytest.mark.parametrize("task", TASKS)
def test_an_interruption_changes_nothing(task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("courtside.workflows.backtest.replay"), "EVERY", 3)
    stream = parcel_stream(task, days=400, slows_on=SLOWS)
    policy, lived = policy_of("both", stream.dataset.retrain), plan(stream)
    whole, left = replay(stream, policy, lived), iter(range(4))

    def stopping(_: str) -> None:
        if next(left, None) is None:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        replay(stream, policy, lived, state=tmp_path, progress=stopping)
    after = replay(stream, policy, lived, state=tmp_path)
    assert after.result.model_copy(update={"seconds": 0.0}) == whole.result.model_copy(update={"seconds": 0.0})
    assert (after.probability == whole.probability).all()
    assert replay(stream, policy, lived, state=tmp_path).result == after.result  # it is only read


class Seeing:
    """Keeps the rounds that it saw."""

    def __init__(self) -> None:
        self.rounds: list[Round] = []

    def see(self, lived: Round) -> None:
        self.rounds.append(lived)


def test_a_class_that_comes_later_is_learned_by_the_next_training() -> None:
    stream = parcel_stream("multiclass", days=400, lost_from=SLOWS)
    seeing = Seeing()
    witnesses: list[Witness] = [seeing]
    found = replay(stream, policy_of("every:56d", stream.dataset.retrain), plan(stream), witnesses=witnesses)
    lost = list(stream.several).index("lost")
    before = found.places < stream.position(SLOWS)
    assert found.probability.shape == (3_000, 4)
    assert (found.probability[before, lost] == 0).all()
    assert found.probability.sum(axis=1) == pytest.approx(1.0)
    versions = [each.version for lived in seeing.rounds for each in lived.trained if each.version is not None]
    assert [lost in (version.seen or ()) for version in versions] == [False, True, True, True]
    assert [version.promise.classes for version in versions[::3]] == [("early", "late", "on time"), (*ALL_CLASSES,)]
    assert found.result.loss > replayed("multiclass", "every:56d").results[0].loss
