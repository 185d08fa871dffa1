"""The demo works as a person starts it, on simulated games and on real ones."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fakes.links import dead_links, pages_below

pytestmark = pytest.mark.e2e

REAL_GAMES = Path(__file__).parents[3] / "shared" / "data" / "nba_games.csv.gz"
SCORING = {f"{side}_rolling_{what}" for side in ("home", "away") for what in ("ppg", "papg")}
STEPS = [
    "start", "deploy", "add models", "load rows", "first training", "champion", "second model",
    "quiet check", "changed check", "predictions", "round", "retraining", "gate", "promotion",
    "new champion", "performance", "models", "pages",
]  # fmt: skip
OF_TWO_MODELS = ["ratings", "both predict", "side by side"]
"""Steps of a demo on games that were given, before the models are listed."""
MODELS = ["logistic_regression", "random_forest", "xgboost", "lightgbm"]


def demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "courtside.cli", "demo", "--out", str(folder / "out"), *arguments]
    environment = os.environ | {"COURTSIDE_STATE_DIR": str(folder / "state"), "E2E_MARK": str(folder)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def left_over(folder: Path) -> list[str]:
    """Return the processes that carry this test's mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("E2E_MARK") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.fixture(
    scope="module",
    params=[
        "simulated",
        pytest.param(
            "real",
            marks=pytest.mark.skipif(not REAL_GAMES.is_file(), reason="the real games are not beside the project"),
        ),
    ],
)
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp(request.param)
    games = ["--games", str(REAL_GAMES)] if request.param == "real" else []
    process = demo(folder, "--json", str(folder / "result.json"), *games)
    output, _ = process.communicate(timeout=900)
    assert process.returncode == 0, output
    return folder, json.loads((folder / "result.json").read_text())


Finished = tuple[Path, dict[str, Any]]


def test_every_step_succeeds(finished: Finished) -> None:
    _, result = finished
    assert result["ok"] is True
    assert [step["name"] for step in result["steps"] if step["name"] not in OF_TWO_MODELS] == STEPS
    assert all(step["ok"] and step["detail"] for step in result["steps"])
    assert "at https://" in result["steps"][0]["detail"], "the emulator enforces IAM only over TLS"
    assert "may do what their roles grant" in result["steps"][0]["detail"]
    assert result["games"] >= 43_000


def test_a_quiet_season_leads_to_nothing_and_a_changed_one_to_a_retraining(finished: Finished) -> None:
    _, result = finished
    quiet, changed = result["checks"]
    assert quiet["window"] == ["2010-07-01", "2011-07-01"]
    assert (quiet["features_drifted"], quiet["decision"]) == ([], "nothing")
    assert changed["window"] == ["2018-07-01", "2019-07-01"]
    assert set(changed["features_drifted"]) >= SCORING
    assert changed["decision"] == "retrain"


def test_a_second_champion_is_trained_judged_and_promoted(finished: Finished) -> None:
    _, result = finished
    assert result["champion"] == {"before": "1", "after": "2"}
    assert [model["name"] for model in result["models"]] == MODELS
    assert all(0.6 < model["test_auc"] < 0.8 for model in result["models"])
    executions = [(each["model"], each["status"]) for each in result["executions"]]
    beside = [("nba_ratings", "SUCCEEDED")] if result["side_by_side"] else []
    assert executions == [("nba_games", "SUCCEEDED"), ("nba_games", "SUCCEEDED"), ("churn", "SUCCEEDED"), *beside]


def test_two_models_of_the_same_games_are_compared_where_games_were_given(finished: Finished) -> None:
    folder, result = finished
    names, found = [step["name"] for step in result["steps"]], result["side_by_side"]
    if folder.name.startswith("simulated"):
        assert found is None
        assert not set(names) & set(OF_TWO_MODELS)
        return
    at = names.index("models")
    assert names[at - 3 : at] == OF_TWO_MODELS
    assert (found["model"], found["other"], found["verdict"]) == ("nba_ratings", "nba_games", "better")
    assert found["low"] <= found["difference"] <= found["high"] < 0
    assert found["rows"] > 700
    assert "2019-11-18" < found["since"] < "2020-03-09"


def test_the_next_season_is_predicted_and_both_champions_are_judged_by_its_scores(finished: Finished) -> None:
    _, result = finished
    before, after = ("2019-11-18", "2019-12-16"), ("2019-12-16", "2020-01-13")
    judged = {(*each["window"], each["version"], each["role"]): each for each in result["performance"]}
    assert judged.keys() == {(*before, "1", "champion"), (*after, "2", "champion"), (*after, "1", "previous")}
    assert all(each["games"] > 150 for each in judged.values())
    assert all(each["low"] < each["auc"] < each["high"] and 0.5 < each["auc"] < 0.8 for each in judged.values())
    # A shadow is judged by the very games of the champion.
    assert judged[*after, "2", "champion"]["games"] == judged[*after, "1", "previous"]["games"]
    assert judged[*before, "1", "champion"]["promise"] == judged[*after, "1", "previous"]["promise"]


def test_a_second_model_of_another_table_lives_in_the_same_stage(finished: Finished) -> None:
    folder, result = finished
    second = result["second"]
    assert (second["model"], second["champion"], second["rows"]) == ("churn", "1", 36_000)
    assert [model["name"] for model in second["models"]] == ["logistic_regression"]
    assert 0.74 < second["models"][0]["test_auc"] < 0.82
    assert (second["outcome"], set(second["moved"]) >= {"plan", "monthly_price"}) == ("alert", True)
    beside = {"nba_ratings"} if result["side_by_side"] else set()
    assert {row["model"] for row in result["stage_models"]} == {"nba_games", "churn", *beside}
    assert "monthly_price" in Path(result["urls"]["churn_report"]).read_text()
    assert "churned" in Path(result["urls"]["churn_model_card"]).read_text()
    assert (folder / "out" / "churn.yaml").is_file()


def test_people_get_an_alert_about_all_that_happened(finished: Finished) -> None:
    _, result = finished
    assert all(alert["delivered"] and alert["channel"] == "slack" for alert in result["alerts"])
    texts = [alert["text"] for alert in result["alerts"]]
    if result["side_by_side"]:
        assert "nba_ratings" in texts.pop()
    assert len(texts) == 5
    assert sum("version 1" in text for text in texts[:2]) == 2
    (drift,) = (text for text in texts if "4 features moved together" in text)
    assert "since 2018-10" in drift
    assert "stop-execution" in drift
    assert sum("monthly_price" in text for text in texts) == 1
    assert "courtside versions rollback" in texts[-1]


def test_the_results_can_be_opened_and_nothing_is_left_running(finished: Finished) -> None:
    folder, result = finished
    report = json.loads(Path(result["urls"]["report_data"]).read_text())
    assert report["summary"]["drift_detected"] is True
    assert report["policy"] == "calibrated"
    assert 0 < report["summary"]["share_importance"] < 1
    page = Path(result["urls"]["report"]).read_text()
    assert "Data" in Path(result["urls"]["model_card"]).read_text()
    assert "home_rolling_ppg" in page
    assert "moved together" in page
    assert json.loads(Path(result["urls"]["state_machine_history"]).read_text())
    overview = Path(result["urls"]["dashboard"])
    assert overview == folder / "out" / "dashboard" / "index.html"
    assert all(each["model"] in overview.read_text() for each in result["stage_models"])
    assert len(pages := list(pages_below(overview))) >= 5
    assert [dead for page in pages for dead in dead_links(page)] == []
    assert not left_over(folder)
    assert not list((folder / "state").glob("*.json"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_demo_that_is_stopped_leaves_nothing_behind(how: signal.Signals, tmp_path: Path) -> None:
    process = demo(tmp_path)
    deadline = time.monotonic() + 300
    while not any("mlflow" in command for command in left_over(tmp_path)):
        assert time.monotonic() < deadline, "the tracking server never started"
        time.sleep(0.3)
    process.send_signal(how)
    process.communicate(timeout=300)
    assert process.returncode != 0
    deadline = time.monotonic() + 300
    while left_over(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.3)
    assert not left_over(tmp_path)
