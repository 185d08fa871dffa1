"""What a model's page shows, put together from what rounds, trainings and people left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from courtside.contracts import dashboard_keys, drift_keys, lake_keys, ledger_keys, scoring_keys, training_keys
from courtside.contracts.archive import day_of_file
from courtside.contracts.incidents import IncidentState, Severity
from courtside.core.dashboard.views import Freshness, Health, ModelView
from courtside.workflows.archive_log import LogDamaged
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import LedgerWrite
from tests.fakes.model_cards import card
from tests.fakes.ports import InMemoryLake
from tests.fakes.recorded_year import NOW, TODAY, WEEK, RecordedStage, noon

DAY = timedelta(days=1)


@dataclass
class CountingLake(InMemoryLake):
    """A lake that remembers which keys were read."""

    read_keys: list[str] = field(default_factory=list)

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self.read_keys.append(key)
        return super().read(key, version_id=version_id)


@pytest.fixture
def stage() -> RecordedStage:
    found = RecordedStage(CountingLake(), features=3)
    found.add("churn")
    found.promote("churn", "1", NOW - 300 * DAY)
    return found


def view(stage: RecordedStage, start: date | None = None, end: date | None = None, *, now: datetime = NOW) -> ModelView:
    return Dashboard("dev", stage.models).model_view("churn", now=now, start=start, end=end)


def test_a_model_of_which_nothing_is_known_has_a_page() -> None:
    stage = RecordedStage()
    stage.add("churn")
    found = view(stage)
    assert (found.start, found.end) == (TODAY + DAY - timedelta(days=60), TODAY + DAY)
    assert (found.checks, found.performance, found.champions, found.years) == ((), (), (), ())
    assert (found.summary.health, found.summary.last_check) == (Health.NEW, "")
    assert (found.owner, found.summary.metric) == ("The retention team", "auc")
    assert found.freshness == Freshness(newest_row=None, last_arrival=None, overdue_since=None)


def test_checks_are_in_order_with_a_verdict_for_each_feature_and_the_reports_that_there_are(
    stage: RecordedStage,
) -> None:
    stage.check("churn", TODAY, moved=["f01"])
    stage.features = 2
    stage.check("churn", TODAY - DAY)
    stage.lake.remove([drift_keys.drift_page("churn", TODAY - DAY, f"{TODAY - DAY:%Y%m%d}")])
    before, newest = (found := view(stage)).checks
    assert found.features == ("f00", "f01", "f02")
    assert (newest.verdicts, newest.effects) == (("no_drift", "drift", "no_drift"), (0.02, 0.4, 0.02))
    assert before.verdicts == ("no_drift", "no_drift", None)
    assert (before.report_key, newest.report_key) == ("", drift_keys.drift_page("churn", TODAY, f"{TODAY:%Y%m%d}"))
    assert found.summary.last_check == "1 of 3 features moved (f01): alert"
    assert found.summary.report_key == newest.report_key
    assert [each.action for each in found.decisions] == ["nothing", "alert"]
    assert found.decisions[1].numbers == (("share", 1 / 3),)


def test_a_check_that_was_computed_later_counts_only_where_no_other_was_made(stage: RecordedStage) -> None:
    stage.check("churn", TODAY, backfilled=True, moved=["f00"])
    stage.check("churn", TODAY - DAY, backfilled=True, moved=["f00"])
    stage.check("churn", TODAY)
    found = view(stage)
    assert [(each.day, each.action) for each in found.checks] == [(TODAY - DAY, "alert"), (TODAY, "nothing")]
    assert [each.day for each in found.decisions] == [TODAY]


def test_the_newest_statement_about_a_window_counts_beside_what_was_estimated(stage: RecordedStage) -> None:
    start = TODAY - 6 * WEEK
    stage.estimate("churn", start, 0.69)
    stage.state("churn", start, 0.70)
    stage.state("churn", start, 0.66, statement=2)
    stage.estimate("churn", start + 5 * WEEK, 0.71)
    found = view(stage)
    assert found.metrics[0] == "auc"
    stated, waiting = (each for each in found.performance if each.metric == "auc")
    assert (stated.value, stated.restated, stated.estimate, stated.final) == (0.66, 1, 0.69, True)
    assert (waiting.value, waiting.estimate, waiting.promise, waiting.final) == (None, 0.71, 0.72, False)
    assert found.summary.recent == (0.66, None)
    assert found.summary.promise == 0.72


def test_who_was_champion_and_how_it_became_that(stage: RecordedStage) -> None:
    stage.promote("churn", "2", NOW - 40 * DAY)
    stage.promote("churn", "1", NOW - timedelta(hours=3), rule="rollback")
    stage.lake.remove([training_keys.training_card_page("churn", "t2")])
    found = view(stage)
    assert [(each.version, each.how, bool(each.card_key)) for each in found.champions] == [
        ("1", "promotion", True), ("2", "promotion", False), ("1", "rollback", True),
    ]  # fmt: skip
    assert found.champions[1].until == found.champions[2].since
    assert found.summary.changed == ("Rolled back to version 1 (by 0.01)",)
    then = view(stage, TODAY - 200 * DAY, TODAY - 100 * DAY)
    assert [each.version for each in then.champions] == ["1"]


def test_a_reign_that_cannot_be_read_hides_no_other(stage: RecordedStage) -> None:
    stage.promote("churn", "2", NOW - 40 * DAY)
    own, key = ModelLedger(stage.ledger, "churn"), ledger_keys.history(NOW - 300 * DAY, "1")
    entry = own.get(key)
    assert entry is not None
    assert own.put(LedgerWrite(key, "no JSON", entry.revision))
    assert [each.version for each in view(stage).champions] == ["2"]


def test_incidents_are_those_of_the_days_that_are_shown_as_they_are_now(stage: RecordedStage) -> None:
    report = stage.lake.uri(drift_keys.drift_report("churn", TODAY, "a"))
    long_ago = NOW - 200 * DAY
    old = f"drift-{long_ago:%Y-%m-%d}-00000000"
    ended = stage.open(
        "churn", id=old, opened_at=long_ago, resolved_at=long_ago + 9 * DAY, state=IncidentState.RESOLVED
    )
    opened = stage.open("churn", report=report, severity=Severity.CRITICAL, by="ann", state=IncidentState.ACKNOWLEDGED)
    stage.lake.write(lake_keys.incident("churn", f"drift-{TODAY}-broken00"), b"no JSON")
    stage.open("fraud")
    found = view(stage)
    assert [each.id for each in found.incidents] == [ended.id, opened.id]
    assert found.incidents[1].report_key == drift_keys.drift_page("churn", TODAY, "a")
    assert (found.incidents[1].severity, found.incidents[1].by) == ("critical", "ann")
    assert (found.summary.health, found.summary.open_incidents) == (Health.CRITICAL, 1)
    assert [each.id for each in view(stage, TODAY - 195 * DAY, TODAY - 100 * DAY).incidents] == [ended.id]
    assert view(stage, TODAY - 150 * DAY, TODAY - 100 * DAY).incidents == ()


@pytest.mark.parametrize("form", [drift_keys.drift_report, drift_keys.drift_page])
def test_an_incident_leads_to_its_report_whichever_form_of_it_was_told(
    stage: RecordedStage, form: Callable[[str, date, str], str]
) -> None:
    stage.open("churn", report=stage.lake.uri(form("churn", TODAY, "a")))
    (incident,) = view(stage).incidents
    assert incident.report_key == drift_keys.drift_page("churn", TODAY, "a")


def test_rows_are_as_fresh_as_what_was_loaded_and_overdue_while_an_incident_says_so(stage: RecordedStage) -> None:
    stage.load("churn", TODAY - WEEK)
    assert view(stage).freshness == Freshness(
        newest_row=TODAY - WEEK, last_arrival=noon(TODAY - WEEK), overdue_since=None
    )
    stage.open("churn", "no_new_data")
    assert view(stage).freshness.overdue_since == TODAY - WEEK


def test_calibration_is_that_of_the_holdout_until_a_prediction_has_its_label(stage: RecordedStage) -> None:
    assert (view(stage).calibration, view(stage).calibration_of) == ((), "")
    stage.lake.write(training_keys.training_card("churn", "t1"), card().model_dump_json().encode())
    stage.state("churn", TODAY - 5 * WEEK, 0.7)
    promised = view(stage)
    assert promised.calibration
    assert promised.calibration_of.endswith("test rows of training t1, because no prediction has its label yet")
    stage.predict("churn", TODAY - 3 * DAY, 400)
    assert view(stage).calibration == promised.calibration  # nothing was judged since
    stage.state("churn", TODAY - 4 * WEEK, 0.7)
    served = view(stage)
    assert served.calibration_of.startswith("400 predictions of version 1 since ")
    assert sum(each.rows for each in served.calibration) == 400
    assert all(each.low <= each.observed <= each.high for each in served.calibration)


def test_shadows_are_those_beside_the_champion_that_is(stage: RecordedStage) -> None:
    stage.test_promise("churn", TODAY)
    (shadow,) = view(stage).shadows
    assert (shadow.version, shadow.role, shadow.metric, shadow.outcome) == ("2", "shadow", "log_loss", "not_known")
    assert [each.labelled for each in view(stage).maturity] == [40, 97]
    stage.promote("churn", "3", NOW)
    assert view(stage).shadows == ()


@pytest.mark.parametrize(("newest", "last"), [(TODAY, TODAY), (TODAY - 30 * DAY, TODAY), (TODAY + DAY, TODAY + DAY)])
def test_the_newest_year_ends_today_or_with_newer_checks(newest: date, last: date, stage: RecordedStage) -> None:
    stage.check("churn", newest)
    assert view(stage).end == last + DAY


def test_the_newest_year_is_that_of_the_checks_where_they_lie_far_back(stage: RecordedStage) -> None:
    stage.check("churn", date(2019, 4, 1))
    stage.check("churn", date(2017, 5, 1))
    found = view(stage)
    assert (found.end, found.years) == (date(2019, 4, 2), (2017,))
    assert [each.day for each in found.checks] == [date(2019, 4, 1)]


def test_what_people_decide_today_about_data_of_long_ago_moves_no_page(stage: RecordedStage) -> None:
    stage.check("churn", date(2019, 4, 1))
    by_hand = stage.lake.read(lake_keys.decision("churn", date(2019, 4, 1), "20190401"))
    stage.lake.write(lake_keys.decision("churn", TODAY, lake_keys.decided_by_hand("a")), by_hand)
    found = view(stage)
    assert (found.end, found.years) == (date(2019, 4, 2), (2026,))


@pytest.mark.parametrize(
    ("oldest", "years"),
    [(TODAY - 364 * DAY, ()), (TODAY - 365 * DAY, (2025,)), (date(2025, 3, 1), (2025,)), (date(2024, 3, 1), (2024,))],
)
def test_a_year_has_a_page_of_its_own_where_the_newest_one_lacks_a_day_of_it(
    oldest: date, years: tuple[int, ...], stage: RecordedStage
) -> None:
    stage.check("churn", TODAY)
    stage.check("churn", oldest)
    assert view(stage).years == years


def test_months_that_are_over_are_read_once_until_something_of_them_changes(stage: RecordedStage) -> None:
    lake = stage.lake
    assert isinstance(lake, CountingLake)
    for number in range(0, 300, 20):
        stage.check("churn", TODAY - number * DAY)
    first = view(stage)
    lake.read_keys.clear()
    assert view(stage) == first
    days = [day_of_file(key) for key in lake.read_keys if key.startswith(lake_keys.DRIFT_ROWS_PREFIX)]
    assert days == [each.day for each in first.checks if each.day >= date(2026, 10, 1)]
    old = TODAY - 290 * DAY
    stage.check("churn", old, moved=["f02"])
    assert [each.action for each in view(stage).checks if each.day == old] == ["alert"]


def test_a_note_that_somebody_damaged_is_written_again(stage: RecordedStage) -> None:
    old = TODAY - 200 * DAY
    stage.check("churn", old)
    first, note = view(stage), dashboard_keys.month_note("churn", old.year, old.month)
    kept = stage.lake.read(note)
    for damaged in (b"no JSON", b"[]", b'{"digest": "", "month": {}}', kept[:-20]):
        stage.lake.write(note, damaged)
        assert view(stage) == first
        assert stage.lake.read(note) == kept


def test_a_decision_that_was_damaged_is_shown_again_once_it_is_restored(stage: RecordedStage) -> None:
    old = TODAY - 200 * DAY
    stage.check("churn", old)
    key = lake_keys.decision("churn", old, f"{old:%Y%m%d}")
    content = stage.lake.read(key)
    stage.lake.write(key, b"no JSON")
    assert view(stage).decisions == ()
    stage.lake.write(key, content)
    assert [each.day for each in view(stage).decisions] == [old]


def test_what_cannot_be_read_is_left_out_but_not_the_archives(stage: RecordedStage) -> None:
    stage.check("churn", TODAY)
    stage.lake.write(lake_keys.decision("churn", TODAY, "broken"), b"no JSON")
    stage.lake.write(scoring_keys.performance_progress("churn"), b"no JSON")
    stage.lake.write(lake_keys.loads(lake_keys.tables("churn")), b"no JSON")
    found = view(stage)
    assert (len(found.decisions), found.maturity, found.freshness.newest_row) == (1, (), None)
    damaged = drift_keys.drift_rows("churn", TODAY, f"{TODAY:%Y%m%d}")
    stage.lake.write(damaged, b"no parquet")
    with pytest.raises(LogDamaged, match=damaged):
        view(stage)
