"""What a replay records is what the dashboard of a stage reads: champions, decisions, drift, performance, incidents."""

from datetime import timedelta
from pathlib import Path

import pytest

from courtside.bootstrap.replays import ReplayFolder
from courtside.contracts import dashboard_keys
from courtside.core.dashboard.views import Health, ModelView
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.replays import NoReplay, replays_of
from courtside.workflows.replays.served import noon
from courtside.workflows.stage_models import StageModels
from tests.fakes.links import dead_links, pages_below
from tests.fakes.replayed import (
    BOTH,
    END,
    MONTHLY,
    MOVED,
    START,
    WEEK,
    Breaking,
    Stopped,
    begun,
    lived,
    replayed_folder,
    stream,
)

DAYS = [START + week * WEEK for week in range((END - START) // WEEK)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ReplayFolder:
    found = replayed_folder(tmp_path_factory.mktemp("replays"))
    found.publish()
    return found


def view(folder: ReplayFolder, model: str = BOTH) -> ModelView:
    dashboard = Dashboard(
        "replay", StageModels(folder.ledger, folder.lake), replays=replays_of(folder.ledger, lake=folder.lake)
    )
    return dashboard.model_view(model, now=noon(END), start=START, end=END)


def test_champions_are_those_of_the_replay(folder: ReplayFolder) -> None:
    first, *later = view(folder, MONTHLY).champions
    assert (first.version, first.since, first.rule) == ("1", noon(START), "first_champion")
    assert first.until == later[0].since
    assert [each.version for each in later] == ["2", "3"]
    assert later[-1].until is None
    assert [each.version for each in view(folder).champions] == ["1"], "its challengers did not pass the gate"


def test_every_check_is_there_and_the_report_of_each_that_told_people_something(folder: ReplayFolder) -> None:
    found = view(folder)
    assert [each.day for each in found.checks] == DAYS
    assert [each.day for each in found.decisions] == DAYS
    assert all(("drift" in each.verdicts) == (each.day > MOVED) for each in found.checks)
    told = {each.day for each in found.decisions if each.action != "nothing"}
    assert told == {day for day in DAYS if day > MOVED}
    assert {each.day for each in found.checks if each.report_key} == told
    assert all(folder.lake.keys(each.report_key) for each in found.checks if each.report_key)


@pytest.mark.parametrize("model", [BOTH, MONTHLY], ids=["stated_by_rounds", "stated_at_the_end"])
def test_each_window_is_judged_by_the_champions_that_predicted_it_beside_their_promise(
    folder: ReplayFolder, model: str
) -> None:
    found = view(folder, model)
    points = [each for each in found.performance if each.metric == "log_loss"]
    assert len({each.start for each in points}) >= len(DAYS) - 1
    assert all(each.value is not None and each.promise is not None for each in points)
    assert sum(each.labelled for each in points) >= 20 * 7 * (len(DAYS) - 1)
    reigns = {each.version: each for each in found.champions}
    for each in points:
        assert reigns[each.version].since.date() < each.end
        until = reigns[each.version].until
        assert until is None or each.start <= until.date()
    for version in reigns:
        assert len({each.promise for each in points if each.version == version}) == 1
    before, after = ([each.value for each in points if (each.start >= MOVED) is late] for late in (False, True))
    assert max(filter(None, before)) < min(filter(None, after))


def test_incidents_are_those_that_people_would_have_been_told_of(folder: ReplayFolder) -> None:
    found = view(folder)
    assert [each.kind for each in found.incidents] == ["drift", "calibration", "performance"]
    assert found.incidents[0].opened_at.date() == MOVED + WEEK
    assert all(each.resolved_at is None and folder.lake.keys(each.report_key) for each in found.incidents)
    assert (found.summary.health, found.summary.open_incidents) == (Health.WARNING, 3)
    assert view(folder, MONTHLY).incidents == ()


def test_pages_say_that_they_show_a_replay_and_name_no_command_of_a_stage(folder: ReplayFolder) -> None:
    for model, policy in ((BOTH, "both"), (MONTHLY, "every:30d")):
        page = folder.lake.read(dashboard_keys.model_page(model)).decode()
        assert "No stage did this." in page
        assert f"with the policy {policy} and trainings on all of the past" in page
        assert "Made on 29 Nov 2026 12:00 UTC" in page
    overview = folder.root / dashboard_keys.OVERVIEW_PAGE
    assert "2 replays, as if they were live." in overview.read_text()
    assert not [page for page in pages_below(overview) if "--stage" in page.read_text()]


def test_replays_are_listed_by_their_loss(folder: ReplayFolder) -> None:
    found = {each.model: each.log_loss or 0.0 for each in replays_of(folder.ledger, lake=folder.lake)}
    overview = folder.lake.read(dashboard_keys.OVERVIEW_PAGE).decode()
    first, second = sorted(found, key=found.__getitem__)
    assert overview.index(f">{first}<") < overview.index(f">{second}<")
    assert f"{found[first]:.4f}" in overview


def test_no_link_of_the_pages_leads_nowhere(folder: ReplayFolder) -> None:
    below = list(pages_below(folder.root / dashboard_keys.OVERVIEW_PAGE))
    assert len(below) > 10
    assert {page: dead for page in below if (dead := dead_links(page))} == {}


def test_the_newest_row_is_that_of_the_replays_last_day(folder: ReplayFolder) -> None:
    assert view(folder).freshness.newest_row == END - timedelta(days=1)


def test_a_replay_that_broke_off_has_no_pages_and_leaves_nothing_when_it_begins_anew(
    folder: ReplayFolder, tmp_path: Path
) -> None:
    other, visited = ReplayFolder(tmp_path), stream()
    with pytest.raises(Stopped):
        lived(begun(other, MONTHLY), visited, "both", until=[Breaking(MOVED + 5 * WEEK)])
    with pytest.raises(NoReplay):
        other.publish()
    lived(begun(other, MONTHLY), visited, "every:30d")
    assert view(other, MONTHLY) == view(folder, MONTHLY)


def test_a_folder_without_a_replay_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(NoReplay, match="courtside backtest --pages"):
        ReplayFolder(tmp_path).publish()
    assert not list(tmp_path.iterdir())
