"""A replay that was interrupted ends as if it had not been, whenever that was."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from courtside.core.backtest.policies import policy_of
from courtside.core.training.candidates import REGISTRY
from courtside.workflows.backtest import Plan, Round, Stream, replay
from courtside.workflows.backtest.state import state_file
from tests.fakes.replayed_streams import FIRST, VISITS, visits

BEGIN = FIRST + timedelta(days=200)
CHANGED = BEGIN + timedelta(days=91)
PLAN = Plan(BEGIN, FIRST + timedelta(days=400), candidates=[REGISTRY["logistic_regression"]])
BOTH = policy_of("both", VISITS.retrain)


class Stopped(Exception):
    """The machine went away."""


class Stopping:
    """Stops a replay in a round."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, _: str) -> None:
        self.left -= 1
        if not self.left:
            raise Stopped


@pytest.fixture(scope="module")
def stream() -> Stream:
    dataset = replace(VISITS, predict=replace(VISITS.predict, shadows=("previous", "challenger")))
    return Stream.of(visits(days=400, a_day=10, turns_on=CHANGED, moves_on=CHANGED + timedelta(days=60)), dataset)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let replays keep where they are in every third round."""
    monkeypatch.setattr(import_module("courtside.workflows.backtest.replay"), "EVERY", 3)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("number", [1, 4, 6])
def test_an_interruption_changes_nothing(stream: Stream, tmp_path: Path, number: int) -> None:
    whole = replay(stream, BOTH, PLAN)
    with pytest.raises(Stopped):
        replay(stream, BOTH, PLAN, state=tmp_path, progress=Stopping(number))
    after = replay(stream, BOTH, PLAN, state=tmp_path)
    assert after.result.model_copy(update={"seconds": 0.0}) == whole.result.model_copy(update={"seconds": 0.0})
    assert (after.places == whole.places).all()
    assert (after.probability == whole.probability).all()
    assert whole.result.trainings > 2


def test_what_has_ended_is_only_read(stream: Stream, tmp_path: Path) -> None:
    told: list[str] = []
    first = replay(stream, BOTH, PLAN, state=tmp_path)
    again = replay(stream, BOTH, PLAN, state=tmp_path, progress=told.append)
    assert again.result == first.result
    assert not told


def test_a_damaged_file_counts_as_none(stream: Stream, tmp_path: Path) -> None:
    never = policy_of("never", VISITS.retrain)
    first = replay(stream, never, PLAN, state=tmp_path)
    (file,) = tmp_path.rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:100])
    assert replay(stream, never, PLAN, state=tmp_path).result.log_loss == first.result.log_loss


def test_another_replay_has_another_file(stream: Stream, tmp_path: Path) -> None:
    other = Stream.of(visits(days=400, a_day=10, turns_on=CHANGED), stream.dataset)
    plans = [PLAN, replace(PLAN, window="1y"), replace(PLAN, seed=1), replace(PLAN, candidates=[])]
    files = {state_file(tmp_path, stream, BOTH, plan).path for plan in plans}
    files |= {state_file(tmp_path, other, BOTH, PLAN).path}
    files |= {state_file(tmp_path, stream, replace(BOTH, retrain=replace(BOTH.retrain, share=0.5)), PLAN).path}
    assert len(files) == 6


def test_who_wants_to_see_every_round_does(stream: Stream, tmp_path: Path) -> None:
    seen: list[Round] = []

    class Watching:
        """Keeps the rounds."""

        def see(self, lived: Round) -> None:
            seen.append(lived)

    never = policy_of("never", VISITS.retrain)
    replay(stream, never, PLAN, state=tmp_path)
    replay(stream, never, PLAN, state=tmp_path, witnesses=[Watching()])
    assert len(seen) == len(PLAN.rounds())
