"""`courtside backtest` replays policies on a table, and says in one line or table what came of it."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.files import FolderNotWritable
from courtside.cli.backtest import PagesNotOfTask, StepTooLong
from courtside.cli.main import app
from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, model_page
from courtside.contracts.errors import InputMismatch
from courtside.core.backtest.policies import PolicyNotKnown
from courtside.core.drift.errors import TimeOutOfRange
from courtside.datasets.catalog import DatasetInvalid
from courtside.workflows.backtest.candidates import CandidateUnknown
from courtside.workflows.replays import replay_name
from tests.fakes.replayed_streams import visits
from tests.fakes.replayed_tasks import CONTRACTS, parcels

CONTRACT = """
name: visits
time_column: day
id_columns: [visit]
target: bought
features: {pages: numeric, minutes: numeric}
candidates: [logistic_regression]
"""
BOTH = ("--candidates", "random_forest", "--candidates", "logistic_regression")
KEYS = {
    *("model", "policy", "window", "rows", "log_loss", "brier", "accuracy", "auc"),
    *("trainings", "promotions", "alerts", "seconds", "delay", "false_retrains", "versus_first", "versus_best"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("visits")
    pq.write_table(visits(days=300, a_day=15), made / "visits.parquet")
    (made / "visits.yaml").write_text(CONTRACT, encoding="utf-8")
    (made / "policy.yaml").write_text("retrain: {on_drift: false, every: 60d}\n", encoding="utf-8")
    return made


def replayed(folder: Path, *options: str) -> Result:
    rows = ("--model", str(folder / "visits.yaml"), "--table", str(folder / "visits.parquet"))
    return CliRunner().invoke(app, ["backtest", *rows, "--state", str(folder / "state"), *options])


def test_a_list_has_a_result_for_each_policy(folder: Path) -> None:
    done = replayed(folder, "--policy", "never", "--policy", "every:60d", "--json")
    assert done.exit_code == 0, done.output
    never, every = json.loads(done.stdout)
    assert never.keys() >= KEYS
    assert (never["model"], never["policy"], never["trainings"]) == ("visits", "never", 1)
    assert never["versus_first"] is None
    assert every["versus_first"]["policy"] == "never"
    assert every["trainings"] > 1
    assert never["rows"] == every["rows"]


def test_people_get_a_table_and_how_sure_it_is(folder: Path) -> None:
    done = replayed(folder, "--policy", "never", "--policy", "every:60d")
    heads, *rows = (line.split("\t") for line in done.stdout.splitlines())
    assert heads[:3] == ["policy", "window", "log loss"]
    assert [row[0] for row in rows] == ["never", "every:60d"]
    assert "every:60d against never: log loss" in done.stderr


def test_policies_that_predict_the_same_are_told_so(folder: Path) -> None:
    done = replayed(folder, "--policy", "never", "--policy", "every:360d")
    assert "every:360d against never: the same log loss on all" in done.stderr
    assert ", 1 training\n" in done.stderr


def test_a_policy_that_is_missing_is_not_taken_for_a_contract(folder: Path) -> None:
    done = replayed(folder, "--policy", "gone.yaml")
    assert "a policy is a YAML file with the key `retrain`" in str(done.exception)


def test_a_file_holds_a_policy(folder: Path) -> None:
    done = replayed(folder, "--policy", str(folder / "policy.yaml"), "--window", "all", "--json")
    (found,) = json.loads(done.stdout)
    assert found["policy"] == str(folder / "policy.yaml")
    assert found["window"] == "all"
    assert {each["trigger"] for each in found["trained"]} == {"initial", "schedule"}


def test_the_same_command_again_only_reads(folder: Path) -> None:
    first, again = (replayed(folder, "--policy", "never", "--round", "14d") for _ in range(2))
    assert again.stdout == first.stdout
    assert "rounds" in first.stderr
    assert "rounds" not in again.stderr


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--policy", "weekly"), PolicyNotKnown),
        (("--policy", "gone.yaml"), DatasetInvalid),
        (("--round", "1h"), StepTooLong),
        (("--round", "soon"), StepTooLong),
        (("--candidates", "forest"), CandidateUnknown),
        (("--games", "games.csv"), InputMismatch),
    ],
)
def test_what_cannot_be_replayed_is_refused(folder: Path, options: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(replayed(folder, *options).exception, error)


def test_a_replay_ends_with_the_rows_however_late_a_day_is_given(folder: Path) -> None:
    usual, late = (replayed(folder, "--policy", "never", "--json", *to) for to in ((), ("--to", "9999-12-31")))
    assert late.exit_code == 0, late.output
    assert late.stdout == usual.stdout


def test_what_lies_ahead_is_said_before_anything_is_trained(folder: Path) -> None:
    options = ("--policy", "never", "--policy", "every:60d", "--round", "14d")
    lines = [replayed(folder, *options, *names).stderr.splitlines()[0] for names in ((), BOTH)]
    ahead = "15 steps of 14 days by each policy (never and every:60d); a training fits"
    assert lines[0].endswith(f"{ahead} logistic_regression.")
    assert lines[1].endswith(
        f"{ahead} logistic_regression and random_forest. This can take minutes to hours; "
        "`--candidates logistic_regression` fits one only, and `--from` replays less."
    )


def test_a_row_on_the_last_day_of_the_calendar_is_refused_by_name(tmp_path: Path) -> None:
    rows = visits(days=200, a_day=15)
    days = rows.column("day").to_pylist()
    rows = rows.set_column(rows.column_names.index("day"), "day", pa.array([*days[:-1], date.max], pa.date32()))
    pq.write_table(rows, tmp_path / "visits.parquet")
    (tmp_path / "visits.yaml").write_text(CONTRACT, encoding="utf-8")
    assert isinstance(replayed(tmp_path, "--policy", "never").exception, TimeOutOfRange)


def test_a_file_in_place_of_the_folder_of_pages_is_refused_by_its_option(folder: Path) -> None:
    refused = replayed(folder, "--policy", "never", "--pages", str(folder / "visits.yaml"))
    assert isinstance(refused.exception, FolderNotWritable)
    assert str(refused.exception).endswith("choose another place (--pages)")


TITLES = {
    "multiclass": ["log loss", "accuracy", "macro AUC", "Brier score"],
    "regression": ["RMSE", "MAE", "R²"],
}


@pytest.fixture(scope="module", params=sorted(TITLES))
def parcels_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    made = tmp_path_factory.mktemp("parcels")
    pq.write_table(parcels(days=300), made / "visits.parquet")
    (made / "visits.yaml").write_text(CONTRACTS[request.param], encoding="utf-8")
    return request.param, made


def test_other_tasks_are_replayed_by_their_own_figures(parcels_of: tuple[str, Path]) -> None:
    task, folder = parcels_of
    options = ("--policy", "never", "--policy", "every:60d")
    done = replayed(folder, *options)
    heads, *rows = (line.split("\t") for line in done.stdout.splitlines())
    assert heads[2:-4] == TITLES[task]
    assert len(rows) == 2
    loss = {"multiclass": "log loss", "regression": "squared error"}[task]
    assert f"every:60d against never: {loss} " in done.stderr
    never, every = json.loads(replayed(folder, *options, "--json").stdout)
    assert (never["task"], never["figures"].keys()) == (task, every["figures"].keys())
    assert loss.replace(" ", "_") in every["versus_first"]["differences"]
    assert not {"log_loss", "brier", "accuracy"} & never.keys()


def test_pages_of_other_tasks_are_refused_by_name(parcels_of: tuple[str, Path], tmp_path: Path) -> None:
    task, folder = parcels_of
    refused = replayed(folder, "--policy", "never", "--pages", str(tmp_path / "pages"))
    assert isinstance(refused.exception, PagesNotOfTask)
    assert f"is {task}, and pages of replays (--pages) show models of two classes only" in str(refused.exception)
    assert not (tmp_path / "pages").exists()


def test_candidates_of_another_task_are_refused(parcels_of: tuple[str, Path]) -> None:
    task, folder = parcels_of
    other = {"multiclass": "ridge", "regression": "logistic_regression"}[task]
    assert isinstance(replayed(folder, "--candidates", other).exception, CandidateUnknown)


def test_games_are_no_table(folder: Path) -> None:
    table = str(folder / "visits.parquet")
    done = CliRunner().invoke(app, ["backtest", "--table", table])
    assert isinstance(done.exception, InputMismatch)
    assert "--games" in str(done.exception)


def test_what_policies_live_through_is_shown_on_pages_and_nothing_else_changes(folder: Path, tmp_path: Path) -> None:
    options = ("--policy", "never", "--policy", "every:60d", "--round", "14d", "--json")
    plain, recorded = replayed(folder, *options), replayed(folder, *options, "--pages", str(tmp_path / "pages"))
    assert recorded.exit_code == 0, recorded.output
    results = [json.loads(each.stdout) for each in (plain, recorded)]
    for each in (result for found in results for result in found):
        del each["seconds"]
    assert results[0] == results[1]
    assert "courtside dashboard --replay" in recorded.stderr
    overview = (tmp_path / "pages" / OVERVIEW_PAGE).read_text(encoding="utf-8")
    assert "2 replays, as if they were live." in overview
    for result in results[1]:
        name = replay_name("visits", result["policy"], result["window"])
        assert f"{result['log_loss']:.4f}" in overview
        page = (tmp_path / "pages" / model_page(name)).read_text(encoding="utf-8")
        assert f"the policy {result['policy']}" in page
