"""Rounds of arrivals may be killed anywhere or run at once, and nothing is lost, added twice or reported twice."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from courtside.contracts.loads import LoadState
from courtside.workflows.arrival import Arrival
from courtside.workflows.loads import read_loads
from courtside.workflows.ports import IncomingFile
from courtside.workflows.rows import rows_of
from courtside.workflows.table_arrivals import TableArrived, load_arrival
from tests.datasets.churn import DATASET
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.unit.workflows.arriving import NBA, NOW, Desk
from tests.unit.workflows.test_arrivals import FIRST, TABLE, as_csv, charged
from tests.unit.workflows.test_arrivals_of_games import schedule, written

MOST_WRITES = 48


def table_desk() -> Desk:
    """Return a desk with a sound file, a revision, a copy, a file with a wrong row and a file that is not a table."""
    desk = Desk()
    times: list[Any] = FIRST["measured_at"].to_pylist()
    desk.put("a.parquet", FIRST.slice(0, 100))
    desk.put("b.parquet", charged(TABLE.slice(50, 100), 5.0))
    desk.put("c.parquet", FIRST.slice(0, 100).slice(0, 40))
    wrong = FIRST.slice(150, 30)
    times = [None, *wrong["measured_at"].to_pylist()[1:]]
    desk.put("d.csv", as_csv(wrong.set_column(1, "measured_at", [times])))
    desk.put("e.csv", b"a,b\n1,2\n")
    return desk


def games_desk() -> Desk:
    """Return a desk with a schedule, its scores with wrong rows, a correction, and a file that contains no games."""
    desk = Desk(dataset=NBA)
    games = schedule(12)
    desk.put("schedule.csv", written(games, scored=0))
    desk.put("scores.csv", written(games, scored=6))
    clashing, nameless = games[0] | {"home_team": "SAS", "away_team": "UTA"}, games[7] | {"game_id": ""}
    desk.put("wrong.csv", written([clashing, nameless, games[6]], scored=3))
    desk.put("moved.csv", written([games[8] | {"game_date": "2010-12-24"}], scored=0))
    desk.put("odd.csv", b"a,b\n1,2\n")
    return desk


def outcome(desk: Desk) -> tuple[Any, ...]:
    """Return everything that people and programs see in the end."""
    loads, _ = read_loads(rows_of(desk.dataset).prefix, lake=desk.lake)
    assert all(load.state is LoadState.LOADED for load in loads.loads)
    rows = sorted(map(str, desk.rows()))
    log = sorted((row["arrived_file"], row["arrived_revision"], str(row)) for row in desk.log())
    told = sorted(alert.text for alert in desk.alerts.sent)
    files = [(each.file, each.outcome, each.wrong, each.quarantine, each.reason) for each in desk.records()]
    kept = [key for key in desk.lake.keys("") if "/quarantine/" in key]
    return rows, log, told, files, kept


@pytest.mark.parametrize("desk_of", [table_desk, games_desk])
@pytest.mark.parametrize("writes", range(1, MOST_WRITES))
def test_a_round_killed_before_any_write_is_completed_by_the_next_one(desk_of: Callable[[], Desk], writes: int) -> None:
    sound, killed = desk_of(), desk_of()
    sound.round()
    assert -sound.lake.changes_left <= MOST_WRITES
    killed.lake.changes_left = writes
    with suppress(BrokeOff):
        killed.round()
    killed.lake.changes_left = -1
    killed.round()
    assert outcome(killed) == outcome(sound)


@pytest.mark.parametrize("desk_of", [table_desk, games_desk])
@pytest.mark.parametrize("writes", range(1, MOST_WRITES, 3))
def test_another_round_in_the_middle_of_a_round_changes_nothing(desk_of: Callable[[], Desk], writes: int) -> None:
    sound, desk = desk_of(), desk_of()
    sound.round()
    other = replace(desk, lake=InterruptedLake(desk.lake.objects))

    def interrupt() -> None:
        other.round()

    desk.lake.changes_left, desk.lake.interrupt = writes, interrupt
    desk.round()
    desk.lake.changes_left = -1
    assert outcome(desk) == outcome(sound)


@pytest.mark.parametrize("desk_of", [table_desk, games_desk])
@pytest.mark.parametrize("listing", range(8))
def test_another_round_while_a_round_lists_what_is_there_changes_nothing(
    desk_of: Callable[[], Desk], listing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, desk = desk_of(), desk_of()
    sound.round()
    other, listed, listings = replace(desk, lake=InterruptedLake(desk.lake.objects)), desk.lake.keys, iter(range(99))

    def keys(prefix: str) -> list[str]:
        if prefix == rows_of(desk.dataset).prefix and next(listings) == listing:
            other.round()
        return listed(prefix)

    with monkeypatch.context() as patched:
        patched.setattr(desk.lake, "keys", keys)
        desk.round()
    assert outcome(desk) == outcome(sound)
    assert not [key for key in desk.lake.keys("") if "/_arriving/" in key]


def test_a_file_that_another_round_has_loaded_but_not_yet_recorded_was_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    lake, prefix = InterruptedLake(), rows_of(DATASET).prefix
    arrival = Arrival.of(IncomingFile("s3://in/a.parquet", "a.parquet", "etag", 1, NOW))
    other, listed, listings = InterruptedLake(lake.objects), lake.keys, iter(range(99))

    def load(into: InterruptedLake) -> TableArrived:
        return load_arrival(FIRST, arrival, lake=into, dataset=DATASET, now=NOW)

    def keys(below: str) -> list[str]:
        if below == prefix and next(listings) == 0:
            assert load(other).new == FIRST.num_rows
        return listed(below)

    monkeypatch.setattr(lake, "keys", keys)
    found = load(lake)
    assert (found.load and found.load.state, found.new) == (LoadState.LOADED, FIRST.num_rows)
