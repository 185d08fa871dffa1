"""A folder with two replays of a year of invented visits, whose pages are more from a day on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from courtside.bootstrap.replays import ReplayFolder
from courtside.core.backtest.policies import policy_of
from courtside.core.training.candidates import REGISTRY
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.backtest import Plan, Replay, Round, Stream, replay
from courtside.workflows.replays import Recorder, RecordingWitness, replay_name
from tests.fakes.replayed_streams import FIRST, visits

CONTRACT = b"""\
name: visits
time_column: day
id_columns: [visit]
target: bought
experiment: shop
reference_seasons: 1
features: {pages: numeric, minutes: numeric}
retrain: {refit: false, recalibrate: false}
"""
"""Without a second fit and a recalibration no challenger passes the gate after the change, so incidents stay open."""
START, END = FIRST + timedelta(days=200), FIRST + timedelta(days=410)
MOVED = START + timedelta(days=91)
"""From this day on, visitors look at more pages."""
WEEK = timedelta(days=7)
MADE_AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
WINDOW = "all"
BOTH, MONTHLY = (replay_name("visits", each, WINDOW) for each in ("both", "every:30d"))
PLAN = Plan(START, END, candidates=[REGISTRY["logistic_regression"]], window=WINDOW)


class Stopped(Exception):
    """A replay was broken off."""


class Breaking:
    """A witness that breaks a replay off on a day."""

    def __init__(self, day: date) -> None:
        self.day = day

    def see(self, lived: Round) -> None:
        if lived.day >= self.day:
            raise Stopped


def stream() -> Stream:
    """Return the visits."""
    return Stream.of(visits(days=410, a_day=20, moves_on=MOVED), parse_dataset("visits.yaml", CONTRACT))


def begun(folder: ReplayFolder, name: str = BOTH) -> Recorder:
    """Begin the records of a replay anew."""
    return Recorder.begun(CONTRACT, name, start=START, lake=folder.lake, ledger=folder.ledger)


def lived(recorder: Recorder, visited: Stream, policy: str = "both", *, until: Sequence[Breaking] = ()) -> Replay:
    """Live through the plan's days, record them, and return the replay."""
    witness = RecordingWitness(recorder, visited)
    done = replay(visited, policy_of(policy, visited.dataset.retrain), PLAN, witnesses=[witness, *until])
    witness.finish(done.result, made_at=MADE_AT)
    return done


def replayed_folder(root: Path) -> ReplayFolder:
    """Return a folder with two replays of the same history."""
    folder, visited = ReplayFolder(root), stream()
    for policy, name in (("both", BOTH), ("every:30d", MONTHLY)):
        lived(begun(folder, name), visited, policy)
    return folder
