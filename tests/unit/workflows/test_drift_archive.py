"""A drift check stores its report as JSON, page and rows, and logs a short run."""

import io
import json
from datetime import date

import pyarrow.parquet as pq
import pytest

from courtside.contracts import drift_keys, lake_keys
from courtside.contracts.events import DriftCheckRequest, Window
from courtside.contracts.names import DRIFT_PAGE
from courtside.contracts.records import DecisionRecord
from courtside.core import report_page
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, check
from courtside.core.drift.reading import NothingReadable
from courtside.workflows.check_drift import EmptyWindow
from courtside.workflows.drift_archive import ROWS_SCHEMA, report_rows
from tests.fakes.drift_setup import CHANGED, NOW, QUIET, DriftSetup
from tests.unit.core.drift import plans
from tests.unit.core.drift.turned import DAYS, reference, turned

CHANGED_RUN = DriftCheckRequest(model="nba_games", window=CHANGED)


def test_a_report_is_stored_as_json_page_and_rows_under_its_day(setup: DriftSetup) -> None:
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    kept = [key for key in setup.lake.keys("") if "/dt=2019-07-01/" in key and "decisions" not in key]
    assert kept == sorted(
        [
            f"models/nba_games/drift/dt=2019-07-01/{answer.check_id}.json",
            f"models/nba_games/drift/dt=2019-07-01/{answer.check_id}.html",
            f"archive/drift/model=nba_games/dt=2019-07-01/{answer.check_id}.parquet",
        ]
    )
    summary = json.loads(setup.lake.read(answer.report_key))["summary"]
    assert summary["features_drifted"] == list(answer.features_drifted)
    assert date(2018, 7, 1) <= date.fromisoformat(summary["began"]) < date(2019, 7, 1)
    page = setup.lake.read(answer.page_key or "").decode()
    assert "2018-07-01 to 2019-07-01" in page
    assert "at least 20%: retraining" in page
    assert 'href="../../../../dashboard/models/nba_games/index.html"' in page
    assert "Drift report of 2019-07-01" in page


def test_the_archive_has_a_fixed_schema_and_one_row_per_feature(setup: DriftSetup) -> None:
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    rows = pq.read_table(io.BytesIO(setup.lake.read(drift_keys.drift_rows("nba_games", CHANGED.end, answer.check_id))))
    assert rows.schema.equals(ROWS_SCHEMA)
    report = json.loads(setup.lake.read(answer.report_key))
    assert rows.column("feature").to_pylist() == list(report["features"])
    for row in rows.to_pylist():
        feature = report["features"][row["feature"]]
        for name in ("psi", "psi_equal_width", "ks", "verdict"):
            assert row[name] == feature[name]
        assert (row["check_id"], row["checked_at"], row["backfilled"]) == (answer.check_id, NOW, False)
        assert (row["current_rows"], row["action"], row["window_end"]) == (answer.rows, "retrain", CHANGED.end)
        assert (row["contract_version"], row["contract_hash"]) == (1, report["contract"]["sha256"])


def test_the_rows_of_all_checks_read_as_one_table(setup: DriftSetup) -> None:
    for window in (QUIET, CHANGED):
        setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW)
    keys = setup.lake.keys(lake_keys.DRIFT_ROWS_PREFIX)
    tables = [pq.read_table(io.BytesIO(setup.lake.read(key))) for key in keys]
    assert len(tables) == 2
    assert tables[0].schema == tables[1].schema


def test_a_short_run_is_logged_with_the_page(setup: DriftSetup) -> None:
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    run = setup.tracking.runs[answer.check_id]
    assert answer.tracking_run_id == f"run-of-{answer.check_id}"
    assert run.attachments == {DRIFT_PAGE: setup.lake.read(answer.page_key or "")}
    assert run.metrics["features_drifted"] == len(answer.features_drifted)
    assert len(run.metrics) <= 10
    assert (run.tags["decision"], run.tags["window_end"]) == ("retrain", "2019-07-01")


def test_an_unreachable_tracking_server_loses_only_the_run(setup: DriftSetup) -> None:
    setup.tracking.away = True
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    assert (answer.alerted, answer.tracking_run_id) == (True, None)
    assert answer.page_key in setup.lake.objects
    assert len(setup.alerts.sent) == len(setup.retraining.started) == 1


def test_a_page_that_cannot_be_rendered_delays_no_alert(setup: DriftSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(report_page, "render_page", broken)
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    assert (answer.alerted, answer.page_key) == (True, None)
    (alert,) = setup.alerts.sent
    assert answer.report_key in alert.text


def test_an_unreadable_file_is_named_in_the_alert_and_hides_no_drift(setup: DriftSetup) -> None:
    key = lake_keys.games(2018)
    setup.lake.objects[key] = setup.lake.objects[key][:-500]
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    assert answer.files_quarantined == (f"memory://{key}",)
    assert {"home_rolling_ppg", "away_rolling_papg"} <= set(answer.features_drifted)
    assert answer.decision == "alert"
    assert not setup.retraining.started, "no retraining may start, because it would read the same file"
    (alert,) = setup.alerts.sent
    assert f"{key}: unreadable" in alert.text
    assert "4 features moved together" in alert.text
    report = json.loads(setup.lake.read(answer.report_key))
    assert report["summary"]["files_quarantined"] == 1
    assert report["files_quarantined"][0]["file"] == f"memory://{key}"


def test_an_unreadable_file_in_a_quiet_window_raises_its_own_alert(setup: DriftSetup) -> None:
    setup.lake.objects["games/season=2009/stray.parquet"] = b"not parquet"
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=QUIET), now=NOW)
    assert (answer.decision, answer.features_drifted) == ("alert", ())
    (alert,) = setup.alerts.sent
    assert alert.subject.startswith("Courtside: unreadable files in nba_games")
    assert "What moved" not in alert.text


def test_an_error_names_the_files_if_none_can_be_read(setup: DriftSetup) -> None:
    setup.lake.objects[lake_keys.games(2019)] = b""
    with pytest.raises(EmptyWindow, match=r"games/season=2019/games\.parquet is unreadable"):
        setup.monitor.run(CHANGED_RUN, now=NOW)
    for key in setup.lake.keys(lake_keys.GAMES_PREFIX):
        setup.lake.objects[key] = b"PAR1"
    with pytest.raises(NothingReadable, match="none of the 2 files"):
        setup.monitor.run(CHANGED_RUN, now=NOW)


def test_a_season_file_of_another_schema_is_set_aside(setup: DriftSetup) -> None:
    key = lake_keys.games(2018)
    table = pq.read_table(io.BytesIO(setup.lake.objects[key]))
    content = io.BytesIO()
    pq.write_table(
        table.rename_columns([name.replace("home_points", "points") for name in table.column_names]), content
    )
    setup.lake.objects[key] = content.getvalue()
    answer = setup.monitor.run(CHANGED_RUN, now=NOW)
    assert answer.files_quarantined == (f"memory://{key}",)


def test_the_points_of_a_trend_add_up_to_the_window(setup: DriftSetup) -> None:
    window = Window(start=date(2018, 11, 1), end=date(2018, 12, 1))
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW)
    report = json.loads(setup.lake.read(answer.report_key))
    points = report["features"]["home_rolling_ppg"]["trend"]["points"]
    assert sum(point["rows"] for point in points) == answer.rows == report["current"]["rows"]
    assert (points[0]["start"], points[-1]["end"]) == ("2018-11-01", "2018-12-01")


def test_drift_of_the_whole_table_is_stored_in_every_row() -> None:
    known = reference()
    current = known.summarize(turned(3, days=10, correlation=-0.6, first_day=DAYS))
    report = check(known, current, CalibratedPolicy())
    record = DecisionRecord(
        model="nba_games",
        check_id="c", window=CHANGED, champion_version="1", action="alert", rule="table_drift", reason="r",
        report_key="k", decided_at=NOW,
    )  # fmt: skip
    rows = report_rows(report, record).to_pylist()
    (found,) = report.table
    figures = (found.found.effect, found.found.pvalue, True)
    keys = ("correlation_change", "correlation_change_pvalue", "correlation_change_drifted")
    assert [tuple(row[key] for key in keys) for row in rows] == [figures] * 4
    classic = report_rows(check(known, current, ClassicPolicy()), record).to_pylist()
    assert {row[key] for row in classic for key in keys} == {None}


def test_a_row_of_the_archive_names_the_segments_in_which_a_feature_drifted() -> None:
    known = plans.reference()
    current = known.summarize(plans.rows(1_500, seed=2, start=plans.LATER, shift=0.7))
    report = check(known, current, CalibratedPolicy(), segments=["plan"])
    record = DecisionRecord(
        model="nba_games",
        check_id="c", window=CHANGED, champion_version="1", action="alert", rule="segment_drift", reason="r",
        report_key="k", decided_at=NOW,
    )  # fmt: skip
    rows = {row["feature"]: row for row in report_rows(report, record).to_pylist()}
    (drifted,) = report.segments_drifted[0].drifted
    use = rows["use"]
    assert (use["segments_drifted"], use["segments_checked"]) == (["plan=pro"], 3)
    assert (use["segments_effect"], use["segments_p_adjusted"]) == ([drifted.effect], [drifted.p_adjusted])
    assert rows["x0"]["segments_drifted"] == []
    assert report.segments_not_in_reference == ()
