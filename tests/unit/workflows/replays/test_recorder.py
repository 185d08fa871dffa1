"""What a replay records is what the dashboard of a stage reads: champions, decisions, drift, performance, incidents."""

from datetime import timedelta
from pathlib import Path

import pytest

from courtside.bootstrap.replays import ReplayFolder
from courtside.contracts import dashboard_keys, drift_keys
from courtside.core.dashboard.views import Health, ModelView
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.replays import NoReplay, replays_of
from courtside.workflows.replays.served import midnight
from tests.fakes.links import dead_links
from tests.fakes.replayed import BACK, END, MOVED, START, WEEK, InventedReplay, invented_folder

BOTH, NEVER = "churn-both-10y", "churn-never-10y"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ReplayFolder:
    found = invented_folder(tmp_path_factory.mktemp("replays"))
    found.publish()
    return found


def view(folder: ReplayFolder, model: str = BOTH) -> ModelView:
    dashboard = Dashboard("replay", folder.models, replays=replays_of(folder.ledger, lake=folder.lake))
    return dashboard.model_view(model, now=midnight(END), start=START, end=END)


def test_champions_are_those_of_the_replay_with_the_drift_that_led_to_each(folder: ReplayFolder) -> None:
    found = view(folder)
    first, second = found.champions
    assert (first.version, first.since.date(), first.until) == ("1", START, second.since)
    assert (second.version, second.until, second.rule) == ("2", None, "better")
    assert MOVED <= second.since.date() < BACK
    assert [each.version for each in view(folder, NEVER).champions] == ["1"]


def test_every_check_is_there_and_the_report_of_each_that_told_people_something(folder: ReplayFolder) -> None:
    found = view(folder)
    assert [each.day for each in found.checks] == [START + week * WEEK for week in range((END - START) // WEEK)]
    assert len(found.decisions) == len(found.checks)
    moved = [each for each in found.checks if "drift" in each.verdicts]
    assert {each.day for each in moved} == {each.day for each in found.checks if MOVED <= each.day < BACK}
    told = {each.day for each in found.decisions if each.action in {"alert", "retrain"}}
    assert told
    assert {each.day for each in found.checks if each.report_key} == told
    assert all(folder.lake.keys(each.report_key) for each in found.checks if each.report_key)


def test_each_window_is_judged_by_the_champion_that_predicted_it_beside_its_promise(folder: ReplayFolder) -> None:
    found = view(folder)
    points = [each for each in found.performance if each.metric == "auc"]
    assert [each.start for each in points] == [START + week * WEEK for week in range((END - START) // WEEK)]
    since = found.champions[1].since.date()
    assert all(each.version == ("1" if each.start < since else "2") for each in points)
    assert all(each.value is not None and each.promise is not None and each.labelled == 60 for each in points)
    assert len({each.promise for each in points}) == 2


def test_drift_is_an_incident_that_is_over_when_it_is_over(folder: ReplayFolder) -> None:
    (incident,) = view(folder).incidents
    assert (incident.kind, incident.opened_at.date()) == ("drift", MOVED)
    assert incident.resolved_at is not None
    assert incident.resolved_at.date() == BACK
    assert incident.report_key in folder.lake.keys(drift_keys.drift_reports(BOTH))


def test_pages_say_that_they_show_a_replay_and_name_no_command_of_a_stage(folder: ReplayFolder) -> None:
    for model, policy in ((BOTH, "both"), (NEVER, "never")):
        page = folder.lake.read(dashboard_keys.model_page(model)).decode()
        assert "No stage did this." in page
        assert f"with the policy {policy} and trainings on the last 10 years" in page
        assert "Made on 29 Nov 2026 12:00 UTC" in page
        assert "--stage" not in page
    overview = folder.lake.read(dashboard_keys.OVERVIEW_PAGE).decode()
    assert overview.index(f">{BOTH}<") < overview.index(f">{NEVER}<"), "the one with the smaller loss comes first"
    assert "--stage" not in overview


def test_no_link_of_the_pages_leads_nowhere(folder: ReplayFolder) -> None:
    assert not dead_links(folder.root / dashboard_keys.OVERVIEW_PAGE)


def test_the_newest_day_is_the_replays_last_one(folder: ReplayFolder) -> None:
    found = view(folder)
    assert found.freshness.newest_row == END - timedelta(days=1)
    assert found.summary.health is Health.GOOD
    assert found.replay is not None
    assert found.replay.of == "churn"


def test_a_replay_that_broke_off_leaves_the_same_when_it_is_lived_through_from_its_last_state(
    folder: ReplayFolder, tmp_path: Path
) -> None:
    replay = InventedReplay(ReplayFolder(tmp_path))
    replay.live(end=BACK)
    replay.champion = "1"  # as it was before the drift
    replay.live(start=MOVED - 2 * WEEK)
    replay.finish()
    assert view(replay.folder) == view(folder)


def test_a_replay_that_begins_anew_leaves_nothing_of_the_one_before(folder: ReplayFolder, tmp_path: Path) -> None:
    other = ReplayFolder(tmp_path)
    before = InventedReplay(other)
    before.live()
    before.finish()
    again = InventedReplay(other, trains=False)
    again.live()
    again.finish()
    found = view(other)
    assert [each.version for each in found.champions] == ["1"]
    assert found.performance == view(folder, NEVER).performance


def test_a_replay_that_did_not_end_has_no_pages(tmp_path: Path) -> None:
    folder = ReplayFolder(tmp_path)
    with pytest.raises(NoReplay):
        folder.publish()
    assert not list(tmp_path.iterdir())
    InventedReplay(folder).live(end=START + WEEK)
    with pytest.raises(NoReplay, match="courtside backtest --pages"):
        folder.publish()
