from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, Trigger, Window
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.core.decision import DecisionPolicy
from courtside.core.drift import ClassicPolicy, fit
from courtside.core.features import build_features
from courtside.core.reference import reference_rows
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.check_drift import DriftMonitor, EmptyWindow, NoChampion
from courtside.workflows.games import NoGames, read_games, store_games
from tests.fakes.ports import InMemoryLake, RecordedAlerts, RecordedRetraining

DATASET = load_dataset("nba_games")
NOW = datetime(2019, 7, 1, 12, tzinfo=UTC)
QUIET = Window(start=date(2010, 7, 1), end=date(2011, 7, 1))
CHANGED = Window(start=date(2018, 7, 1), end=date(2019, 7, 1))


@pytest.fixture(scope="module")
def games() -> pa.Table:
    return simulate_games(seasons=[2006, 2007, 2008, 2009, 2010, 2011, 2018, 2019])


@pytest.fixture
def lake(games: pa.Table) -> InMemoryLake:
    lake = InMemoryLake()
    store_games(games, lake=lake)
    known = build_features(read_games(lake=lake, until=QUIET.start), dataset=DATASET)
    profile = fit(reference_rows(known, dataset=DATASET), DATASET.features, time_column=DATASET.time_column)
    lake.write(lake_keys.training_profile("initial"), profile.to_bytes())
    reference = ChampionReference(
        version="1", training_id="initial", profile_key=lake_keys.training_profile("initial"), dataset="nba_games"
    )
    lake.write(lake_keys.CHAMPION_REFERENCE, reference.model_dump_json().encode())
    return lake


class Setup:
    def __init__(self, lake: InMemoryLake) -> None:
        self.lake, self.alerts, self.retraining = lake, RecordedAlerts(), RecordedRetraining()
        self.monitor = DriftMonitor(
            lake=lake,
            alerts=self.alerts,
            retraining=self.retraining,
            dataset=DATASET,
            drift_policy=ClassicPolicy(),
            decision_policy=DecisionPolicy(),
            window_days=30,
        )


@pytest.fixture
def setup(lake: InMemoryLake) -> Setup:
    return Setup(lake)


def test_a_quiet_window_starts_and_sends_nothing_but_is_logged(setup: Setup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(window=QUIET), now=NOW)
    assert (answer.decision, answer.features_drifted, answer.alerted) == ("nothing", (), False)
    assert not setup.alerts.sent
    assert not setup.retraining.started
    logged = DecisionRecord.model_validate_json(setup.lake.read(lake_keys.decision(QUIET.end, answer.check_id)))
    assert (logged.action, logged.rule, logged.done) == ("nothing", "no_drift", True)
    assert answer.report_key in setup.lake.objects


def test_a_changed_window_alerts_and_starts_one_retraining(setup: Setup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(window=CHANGED), now=NOW)
    scoring = {f"{side}_rolling_{what}" for side in ("home", "away") for what in ("ppg", "papg")}
    assert scoring <= set(answer.features_drifted)
    assert answer.decision == "retrain"
    (request,) = setup.retraining.started.values()
    assert (request.trigger, request.as_of) == (Trigger.DRIFT, CHANGED.end)
    (alert,) = setup.alerts.sent
    assert answer.execution_arn is not None
    assert answer.execution_arn in alert.text
    assert "home_rolling_ppg: mean rose" in alert.text
    assert answer.report_key in alert.text


def test_the_same_event_twice_alerts_once(setup: Setup) -> None:
    first = setup.monitor.run(DriftCheckRequest(window=CHANGED), now=NOW)
    again = setup.monitor.run(DriftCheckRequest(window=CHANGED), now=NOW + timedelta(hours=1))
    assert (again.duplicate, again.alerted) == (True, False)
    assert again.execution_arn == first.execution_arn
    assert len(setup.alerts.sent) == len(setup.retraining.started) == 1


def test_a_check_that_broke_before_its_alert_is_finished_by_the_retry(setup: Setup) -> None:
    setup.alerts.failures = 1
    with pytest.raises(ConnectionError):
        setup.monitor.run(DriftCheckRequest(window=CHANGED), now=NOW)
    answer = setup.monitor.run(DriftCheckRequest(window=CHANGED), now=NOW)
    assert (answer.duplicate, answer.alerted) == (False, True)
    assert len(setup.alerts.sent) == len(setup.retraining.started) == 1


def test_the_schedules_time_gives_the_window(setup: Setup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(as_of=datetime(2011, 1, 31, 9, tzinfo=UTC)), now=NOW)
    assert answer.window == Window(start=date(2011, 1, 1), end=date(2011, 1, 31))


def test_missing_champion_games_and_rows_are_named(setup: Setup) -> None:
    summer = Window(start=date(2011, 7, 2), end=date(2011, 8, 1))
    with pytest.raises(EmptyWindow, match="2011-07-02"):
        setup.monitor.run(DriftCheckRequest(window=summer), now=NOW)
    with pytest.raises(NoGames):
        setup.monitor.run(DriftCheckRequest(window=Window(start=date(1950, 1, 1), end=date(1950, 2, 1))), now=NOW)
    del setup.lake.objects[lake_keys.CHAMPION_REFERENCE]
    with pytest.raises(NoChampion, match="courtside retrain"):
        setup.monitor.run(DriftCheckRequest(window=QUIET), now=NOW)


def test_features_of_a_window_do_not_depend_on_how_much_history_was_read(lake: InMemoryLake) -> None:
    """The check reads two seasons only; training reads all: both must see the same rows."""
    short = build_features(read_games(lake=lake, until=QUIET.end, since_season=2009), dataset=DATASET)
    full = build_features(read_games(lake=lake, until=QUIET.end), dataset=DATASET)
    start = pa.scalar(QUIET.start, pa.date32())
    short, full = (t.filter(pa.compute.greater_equal(t.column("game_date"), start)) for t in (short, full))
    assert short.equals(full)
