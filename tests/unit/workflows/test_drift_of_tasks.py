"""What moved in a target of several classes or of values is measured as rows have it, and told in its own words."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.api.drift import check_drift
from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import ChampionReference
from courtside.core.dataset import Dataset, Feature, FeatureKind, Role
from courtside.core.decision import Action, Decision
from courtside.core.decision_alert import AlertContext
from courtside.core.drift import CalibratedPolicy
from courtside.core.drift.story import headline
from courtside.core.drift_alert import drift_alert
from courtside.core.parquet import parquet_content
from courtside.core.report_page import render_page
from courtside.workflows.drift_window import WindowReport, report_window
from courtside.workflows.train import train
from tests.fakes.ports import InMemoryLake

ROWS, OLD = 2_400, 1_800
RNG = np.random.default_rng(5)
SIZE = RNG.normal(0, 1, ROWS)
PLACE = np.digitize(SIZE + RNG.normal(0, 0.7, ROWS), [-0.5, 0.5])
NAMES = np.array(["lily", "rose", "tulip"])
PRICE = np.round(40 + 9 * SIZE + RNG.normal(0, 4, ROWS), 2)
DAYS = np.datetime64("2024-01-01") + np.arange(ROWS) // 4
NEWEST = Window(start=date(2025, 3, 26), end=date(2025, 8, 23))
TARGETS: dict[str, Any] = {"multiclass": NAMES[PLACE], "regression": PRICE, "coded": PLACE}


def contract(task: str) -> Dataset:
    sized = (Feature("size", FeatureKind.NUMERIC),)
    only = {"regression": ("ridge",)}.get(task, ("logistic_regression",))
    task = "multiclass" if task == "coded" else task
    found = Dataset("shop", "sold_on", None, ("id",), "y", sized, builder=None, reference_seasons=3, task=task)
    return replace(found, tracking=False, candidates=only, prediction="said")


def rows(target: Any) -> pa.Table:
    said = np.roll(np.asarray(target), 3)
    made: dict[str, Any] = {"id": np.arange(ROWS), "sold_on": pa.array(DAYS), "size": SIZE, "y": target, "said": said}
    return pa.table(made)


def trained(task: str) -> InMemoryLake:
    lake = InMemoryLake()
    lake.write("tables/shop/rows.parquet", parquet_content(rows(TARGETS[task]).slice(0, OLD)))
    asked = RetrainingRequest(
        model="shop", training_id="first", as_of=date(2030, 1, 1), trigger=Trigger.MANUAL, reason="test"
    )
    train(asked, lake=lake, tracking=None, dataset=contract(task))
    return lake


@pytest.fixture(scope="module")
def lakes() -> dict[str, InMemoryLake]:
    return {task: trained(task) for task in TARGETS}


def checked(lake: InMemoryLake, task: str, target: Any) -> WindowReport:
    """Compare the newest rows with the champion's reference, as a stage does, with these targets in their place."""
    key = training_keys.training_profile("shop", "first")
    there = InMemoryLake({key: lake.read(key)})
    there.write("tables/shop/rows.parquet", parquet_content(rows(target)))
    champion = ChampionReference(version="1", training_id="first", profile_key=key, dataset="shop")
    return report_window(NEWEST, champion=champion, lake=there, dataset=contract(task), policy=CalibratedPolicy())


@pytest.mark.parametrize("task", TARGETS)
def test_a_target_that_stays_does_not_drift(lakes: dict[str, InMemoryLake], task: str) -> None:
    found = checked(lakes[task], task, TARGETS[task])
    assert [(each.role, each.name) for each in found.report.outcomes] == [(Role.TARGET, "y")]
    assert not found.report.outcomes_drifted
    assert not found.report.drift_detected


@pytest.mark.parametrize(
    ("task", "moved", "said"),
    [
        ("multiclass", np.where(RNG.random(ROWS) < 0.5, "rose", NAMES[PLACE]), "share of 'rose' rose"),
        ("multiclass", np.where(RNG.random(ROWS) < 0.4, "orchid", NAMES[PLACE]), "(such as 'orchid')"),
        ("multiclass", np.full(ROWS, "lily"), "share of 'lily' rose"),
        ("coded", np.where(RNG.random(ROWS) < 0.5, 2, PLACE), "share of '2' rose"),
        ("regression", PRICE * 1.5, "mean rose 4"),
        ("regression", (PRICE > 40).astype(float), "mean fell 4"),
        ("regression", np.where(np.arange(ROWS) % 3 == 0, 1e12, PRICE), "mean rose"),
    ],
    ids=["a share", "a new class", "one class", "numbered classes", "values", "zeros and ones", "outliers"],
)
def test_what_moved_in_the_target_is_told_and_starts_nothing(
    lakes: dict[str, InMemoryLake], task: str, moved: Any, said: str
) -> None:
    found = checked(lakes[task], task, moved)
    (target,) = found.report.outcomes
    assert target.drifted
    assert said in target.reason
    assert [each.name for each in found.report.outcomes_drifted] == ["y"]
    assert not found.report.features_drifted
    page = render_page(found.report, reference=found.reference, current=found.current)
    context = AlertContext(
        model="shop", champion="1", start=NEWEST.start, end=NEWEST.end, report_uri="s3://lake/report.json"
    )
    alert = drift_alert(found.report, Decision(Action.ALERT, "some_drift", "look"), context)
    assert f"The target y moved: {target.reason[:20]}" in alert.text
    for text in (page, alert.text, target.reason):
        assert "nan" not in text.lower().replace("tenant", "")


@pytest.mark.parametrize("task", TARGETS)
def test_labels_that_have_not_come_break_nothing(lakes: dict[str, InMemoryLake], task: str) -> None:
    found = checked(lakes[task], task, pa.nulls(ROWS, pa.array(TARGETS[task]).type))
    assert found.report.outcomes == ()
    assert not found.report.drift_detected


@pytest.mark.parametrize("task", TARGETS)
def test_predictions_that_a_table_holds_drift_apart_from_its_target(task: str) -> None:
    target = TARGETS[task]
    said = target * 2 if task == "regression" else np.full(ROWS, target[0])
    moved = rows(target).drop_columns("said").append_column("said", pa.array(said))
    found = check_drift(rows(target).slice(0, OLD), moved.slice(OLD), contract=contract(task)).comparison.report
    assert [(each.role, each.drifted) for each in found.outcomes] == [(Role.TARGET, False), (Role.PREDICTION, True)]
    assert f"The prediction said moved: {found.outcomes[1].reason}" == headline.outcome(found.outcomes[1])
