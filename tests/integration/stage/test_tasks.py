"""A model of several classes and one of values live in a stage beside the model of games, from contract to rollback."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.scoring import Opponent
from embedded_aws.demo.loop import Loop
from tests.fakes.own_points import courtside, done
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import approvals
from tests.integration.stage.tables_of_tasks import (
    BEGINS,
    CONTRACTS,
    DELIVERIES_A_DAY,
    DIGITS_A_DAY,
    KNOWN,
    MOVED,
    NOISE,
    QUIET,
    WORDS,
    Rows,
    deliveries,
    digits,
)
from tests.integration.stage.test_loop import texts, told_once

pytestmark = pytest.mark.usefixtures("champion")
MODELS = tuple(CONTRACTS)
RETRAINED, WEEK = KNOWN + QUIET + MOVED, QUIET
RETRAINING = f"drift-v1-{RETRAINED - MOVED}-{RETRAINED}-calibrated"
"""The id of the training that a check of the last three weeks starts; both models have one of this name."""
LOSS = {"digits": "log_loss", "deliveries": "squared_error"}
A_DAY = {"digits": DIGITS_A_DAY, "deliveries": DELIVERIES_A_DAY}
FIGURES = {"digits": ("macro AUC", "macro_auc", "log_loss"), "deliveries": ("R²", "r2", "mae")}
"""What the gate says, and the names of the figures that it compares first."""
OF_ANOTHER_TASK = {"digits": r"class [01]\b|\bnan\b", "deliveries": r"class [01]\b|\bnan\b|\bauc\b|log loss"}
"""Words that nobody may read of a model."""


COMMANDS = (
    ("status",),
    ("runs", "list"),
    ("versions", "list"),
    ("versions", "compare", "2", "1"),
    ("performance", "--as-of", str(RETRAINED + WEEK)),
    ("performance", "--details", "--as-of", str(RETRAINED + WEEK)),
    ("decide",),
)


@pytest.fixture(scope="module")
def rows() -> dict[str, Rows]:
    return {"digits": digits(), "deliveries": deliveries()}


@pytest.fixture(scope="module", autouse=True)
def loops(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Loop]]:
    """Put both models into the stage for as long as these tests run."""
    folder = tmp_path_factory.mktemp("tasks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        for model, contract in CONTRACTS.items():
            (folder / f"{model}.yaml").write_text(contract)
            assert done("models", "add", str(folder / f"{model}.yaml"))["outcome"] == "added"
        yield {model: Loop(stage.aws, stage="dev", model=model) for model in MODELS}
        for model in MODELS:
            done("models", "remove", model, "--yes")
            for key in stage.lake.keys(lake_keys.incoming(model)):  # nobody would look at them any more
                stage.aws.client("s3").delete_object(Bucket=stage.lake.bucket, Key=key)


def loaded(table: pa.Table, model: str, folder: Path) -> None:
    pq.write_table(table, folder / "rows.parquet")
    done("tables", "load", "--table", str(folder / "rows.parquet"), "--model", model)


def arrived(stage: Stage, table: pa.Table, name: str, model: str) -> None:
    pq.write_table(table, content := pa.BufferOutputStream())
    stage.lake.write(f"{lake_keys.incoming(model)}{name}", content.getvalue().to_pybytes())


def labelled(table: pa.Table, model: str, known_on: date, folder: Path) -> dict[str, Any]:
    """Load labels as people do, from a file of text, and return what the load did."""
    csv.write_csv(table, folder / "labels.csv")
    found: dict[str, Any] = done(
        "labels", "load", str(folder / "labels.csv"), "--model", model, "--as-of", known_on.isoformat()
    )
    return found


def watched(model: str, as_of: date) -> dict[str, Any]:
    """Run a round of a model and return what it did, which must not have failed."""
    (settled,) = done("watch", "--model", model, "--as-of", as_of.isoformat())["settled"]
    assert settled["outcome"] != "failed", settled
    found: dict[str, Any] = settled
    return found


def shown(*words: str) -> str:
    """Return what a command tells people."""
    found = CliRunner().invoke(app, [*words, "--stage", "dev"], env={"COLUMNS": "400"})
    assert found.exit_code == 0, found.exception or found.output
    return found.output


def said(model: str, as_of: date) -> dict[str, dict[str, Any]]:
    """Return what the champion is shown to predict, by row."""
    found = done("predict", "--model", model, "--as-of", as_of.isoformat())["predictions"]
    return {each["id"]: each for each in found}


def test_rows_come_and_the_first_champions_are_trained_judged_and_served(
    stage: Stage, loops: dict[str, Loop], rows: dict[str, Rows], tmp_path: Path
) -> None:
    loaded(rows["digits"].between(BEGINS, KNOWN), "digits", tmp_path)
    arrived(stage, rows["deliveries"].between(BEGINS, KNOWN), "known.parquet", "deliveries")
    (arrival,) = done("tables", "arrivals", "--now", "--model", "deliveries")
    assert (arrival["outcome"], arrival["wrong"]) == ("loaded", 0)
    arns = {
        model: loop.retrain(
            RetrainingRequest(
                model=model, training_id=f"first-{model}", as_of=KNOWN, trigger=Trigger.INITIAL, reason="a test"
            )
        )
        for model, loop in loops.items()
    }
    for model, loop in loops.items():
        assert stage.end(arns[model]) == "SUCCEEDED"
        verdict, (title, skill, loss) = loop.verdict(f"first-{model}"), FIGURES[model]
        assert (verdict.promote, verdict.rule) == (True, "first_champion"), verdict.reason
        beaten = (skill,) if skill == "r2" else (skill, loss)  # the median itself has the least absolute error
        assert [each.name for each in verdict.comparisons] == [f"{name}_over_baseline" for name in beaten]
        assert title in told_once(stage, containing=f"version 1 of {model} is champion")
        (version,) = done("versions", "list", "--model", model)
        assert (version["version"], version["aliases"]) == ("1", "champion")
        card = loop.read(training_keys.training_card(model, f"first-{model}").replace(".json", ".md")).decode()
        assert not re.search(OF_ANOTHER_TASK[model], card, re.IGNORECASE)
    assert {each["name"]: each["task"] for each in done("models", "list")} == {
        "digits": "multiclass",
        "deliveries": "regression",
        "nba_games": "binary",
    }


def test_notebooks_load_the_champions_from_the_registry(stage: Stage, rows: dict[str, Rows]) -> None:
    mlflow.set_tracking_uri(stage.aws.tracking_url)
    week = {model: each.between(KNOWN, KNOWN + QUIET).to_pandas() for model, each in rows.items()}
    shares, values = (mlflow.pyfunc.load_model(f"models:/{model}@champion").predict(week[model]) for model in MODELS)
    likeliest = np.array(sorted(WORDS))[np.asarray(shares).argmax(axis=1)]
    assert np.mean(likeliest == week["digits"]["digit"]) > 0.85
    assert np.sqrt(np.mean((np.ravel(values) - week["deliveries"]["minutes"]) ** 2)) < 1.5 * NOISE


def test_a_round_predicts_what_comes_and_the_next_judges_it_by_its_labels(
    stage: Stage, rows: dict[str, Rows], tmp_path: Path
) -> None:
    judged_on = KNOWN + QUIET
    for model, each in rows.items():
        loaded(each.coming(KNOWN, judged_on), model, tmp_path)
        done_first = watched(model, KNOWN)
        assert (done_first["predicted"], done_first["rule"]) == (WEEK.days * A_DAY[model], "no_drift")
    for row in said("digits", KNOWN).values():
        shares = dict(row["probabilities"])
        assert shares.keys() == set(WORDS)
        assert sum(shares.values()) == pytest.approx(1)
        assert row["prediction"] == max(shares.values()) == shares[row["predicted"]]
    for row in said("deliveries", KNOWN).values():
        assert row["low"] < row["prediction"] < row["high"]
        assert len(row["contributions"]) == 2
    known = labelled(rows["digits"].labels(KNOWN, judged_on), "digits", judged_on, tmp_path)
    assert (known["new"], known["unknown"], known["wrong"]) == (WEEK.days * DIGITS_A_DAY, 0, 0)
    arrived(stage, rows["deliveries"].between(KNOWN, judged_on), "labelled.parquet", "deliveries")
    for model in MODELS:
        assert watched(model, judged_on)["judged"] == 1
        figures = performance(model, judged_on)
        best, low, high = (
            figures[(model == "digits" and "accuracy") or "coverage"][name] for name in ("value", "low", "high")
        )
        assert 0.8 < low < best < high <= 1
        assert all(each["promise"] is not None for each in figures.values())


def performance(model: str, as_of: date) -> dict[str, dict[str, Any]]:
    """Return the champion's figures of the newest window, by metric."""
    found = done("performance", "--model", model, "--as-of", as_of.isoformat())["lines"]
    newest = max(each["window_start"] for each in found)
    lines = [each for each in found if each["window_start"] == newest and each["segment"] is None]
    return {each["metric"]: each for each in lines if each["role"] == "champion"}


def test_drift_starts_a_training_whose_challenger_is_judged_approved_and_predicts_better(
    stage: Stage, loops: dict[str, Loop], rows: dict[str, Rows], tmp_path: Path
) -> None:
    until = RETRAINED + WEEK
    with approvals(stage):
        for model, each in rows.items():
            loaded(each.between(KNOWN + QUIET, RETRAINED), model, tmp_path)
            loaded(each.coming(RETRAINED, until), model, tmp_path)
            found = watched(model, RETRAINED)
            assert (found["outcome"], found["rule"]) == ("retrain", "share_drifted"), found["reason"]
            assert found["execution_arn"].endswith(f":{model}.{RETRAINING}")
        before = {model: said(model, RETRAINED) for model in MODELS}
        for model in MODELS:
            command = f"courtside versions approve {RETRAINING} --model {model} "
            assert FIGURES[model][0] in told_once(stage, containing=command)
            assert "waits for a person" in shown("runs", "show", RETRAINING, "--model", model)
            done("versions", "approve", RETRAINING, "--model", model)
    for model, loop in loops.items():
        assert stage.end(loop.executions()[-1].arn) == "SUCCEEDED"
        verdict, (title, skill, loss) = loop.verdict(RETRAINING), FIGURES[model]
        assert (verdict.promote, verdict.rule, verdict.champion_version) == (True, "better", "1"), verdict.reason
        assert {skill, loss} <= {each.name for each in verdict.comparisons if each.against == "champion"}
        assert title in told_once(stage, containing=f"version 2 of {model} is champion")
        after = said(model, RETRAINED)
        assert {each["version"] for each in after.values()} == {"2"}
        truth = rows[model].truth(RETRAINED, until)
        assert after.keys() == before[model].keys() == truth.keys()
        assert wrong(after, truth) < wrong(before[model], truth)


def wrong(predictions: dict[str, dict[str, Any]], truth: dict[str, Any]) -> float:
    """Return how far predictions are from what happened: the share of wrong classes, or the mean distance."""
    apart = (
        each["predicted"] != truth[row] if each.get("predicted") else abs(each["prediction"] - truth[row])
        for row, each in predictions.items()
    )
    return float(np.mean(list(apart)))


def test_the_new_champion_is_judged_beside_the_one_before_on_the_same_rows(
    loops: dict[str, Loop], rows: dict[str, Rows], tmp_path: Path
) -> None:
    judged_on = RETRAINED + WEEK
    for model, each in rows.items():
        known = labelled(each.labels(RETRAINED, judged_on), model, judged_on, tmp_path)
        assert (known["new"], known["unknown"], known["wrong"]) == (len(each.truth(RETRAINED, judged_on)), 0, 0)
    for model, loop in loops.items():
        judged = loop.judge(judged_on)
        assert (judged.stated, judged.restated, judged.problems) == (1, 0, ())
        of_loss = [test for test in judged.tests if (test.version, test.loss) == ("2", LOSS[model])]
        against = {test.opponent: test for test in of_loss}
        assert against.keys() == {Opponent.PROMISE, Opponent.BEST_PROMISE, Opponent.BASELINE, Opponent.PREVIOUS}
        assert against[Opponent.PREVIOUS].opponent_version == "1"
        assert against[Opponent.PREVIOUS].difference < 0
        assert against[Opponent.BASELINE].difference < 0
        figures = performance(model, judged_on)
        assert {each["version"] for each in figures.values()} == {"2"}
        assert {each["rows"] for each in figures.values()} == {len(rows[model].truth(RETRAINED, judged_on))}


def test_a_rollback_brings_the_first_champion_back() -> None:
    for model in MODELS:
        assert done("versions", "rollback", "--model", model)["after"] == "1"
        assert [each["version"] for each in done("versions", "history", "--model", model)] == ["1", "2", "1"]
        assert {each["version"] for each in said(model, RETRAINED).values()} == {"1"}


def test_people_see_both_models_beside_the_model_of_games(loops: dict[str, Loop]) -> None:
    for loop in loops.values():
        loop.publish(loop.model)
    told = {each["model"]: each for each in done("status")["models"]}
    assert {model: told[model]["metric"] for model in MODELS} == {"digits": "macro_auc", "deliveries": "rmse"}
    assert all(told[model]["promise"] is not None and any(told[model]["recent"]) for model in MODELS)
    # What other tests of this stage left may make the command end with 1.
    examined = {each["check"]: each["level"] for each in json.loads(courtside("doctor").stdout)}
    checks = ("champion", "champion loads", "loaded data", "arrivals", "lock", "last training", "rounds")
    assert {examined[f"{check} of {model}"] for check in checks for model in MODELS} == {"ok"}
    for model in MODELS:
        retraining, first = (each for each in done("runs", "list", "--model", model) if each["kind"] == "training")
        assert (retraining["id"], retraining["state"], first["id"]) == (RETRAINING, "done", f"first-{model}")


def test_people_read_of_each_model_in_its_own_words(stage: Stage, loops: dict[str, Loop], tmp_path: Path) -> None:
    for model in loops:
        done("dashboard", "--model", model, "--to", str(tmp_path))
        pages = {page.name: page.read_text() for page in tmp_path.rglob(f"models/{model}/**/*.html")}
        told = {" ".join(words): shown(*words, "--model", model) for words in COMMANDS}
        heard = {text[:40]: text for text in texts(stage, containing=f"model {model}")}
        assert len(pages) > 2
        assert len(heard) > 3
        for name, text in (pages | told | heard).items():
            read = re.sub(r"<(style|script)\b.*?</\1>|<svg.*?</svg>", "", text, flags=re.DOTALL)
            odd = re.search(f"(?i).{{0,80}}({OF_ANOTHER_TASK[model]}).{{0,40}}", read)
            assert odd is None, f"{name} says of {model}: {odd.group()}"
        assert FIGURES[model][0] in told["status"]
