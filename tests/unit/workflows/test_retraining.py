"""A training writes everything that later steps need, and the gate decides whether it is promoted."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.events import (
    GateRequest,
    PromoteRequest,
    PromoteResponse,
    RetrainingRequest,
    SealRequest,
    Trigger,
)
from courtside.contracts.records import Calibration, ChampionReference, GateDecision, TrainingRecord
from courtside.core.dataset import Role
from courtside.core.drift import Profile
from courtside.core.gate.policy import GatePolicy
from courtside.core.training.fit import FitOptions
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from courtside.workflows.gate import NotLoggedYet, gate
from courtside.workflows.ports import ObjectMissing
from courtside.workflows.production import Production
from courtside.workflows.promote import NotApproved, promote, seal_challenger
from courtside.workflows.sealed_models import NoReference, drift_profile, reference_in_use
from courtside.workflows.train import train
from tests.fakes.ports import ConstantChampion, InMemoryLake, InMemoryLedger, InMemoryRegistry, InMemoryTracking
from tests.fakes.production import hold

DATASET = load_dataset("nba_games")
QUICK = replace(DATASET, candidates=("logistic_regression",))
"""One candidate is enough where a test is not about the candidates."""
POLICY = GatePolicy()
NOW = datetime(2011, 7, 1, 12, tzinfo=UTC)
LEGACY = {f"ml-models/{name}.pkl" for name in ("logistic_regression", "random_forest", "xgboost", "lightgbm", "scaler")}


def request(training_id: str = "first") -> RetrainingRequest:
    return RetrainingRequest(
        model="nba_games", training_id=training_id, as_of=date(2011, 7, 1), trigger=Trigger.MANUAL, reason="test"
    )


@pytest.fixture(scope="module")
def trained() -> tuple[InMemoryLake, InMemoryTracking]:
    lake, tracking = InMemoryLake(), InMemoryTracking()
    store_games(simulate_games(seasons=[2009, 2010, 2011]), lake=lake)
    train(request(), lake=lake, tracking=tracking, dataset=DATASET)
    return lake, tracking


@pytest.fixture
def lake(trained: tuple[InMemoryLake, InMemoryTracking]) -> InMemoryLake:
    return InMemoryLake(dict(trained[0].objects))


def test_a_training_writes_everything_that_later_steps_need(
    lake: InMemoryLake, trained: tuple[InMemoryLake, InMemoryTracking]
) -> None:
    record = json.loads(lake.read(training_keys.training_record("nba_games", "first")))
    assert [model["name"] for model in record["models"]] == [
        "logistic_regression", "random_forest", "xgboost", "lightgbm",
    ]  # fmt: skip
    assert record["challenger_version"] == "1"
    assert 0.5 < record["baseline_accuracy"] < 0.65
    holdout = pq.read_table(io.BytesIO(lake.read(training_keys.training_holdout("nba_games", "first"))))
    assert record["rows_holdout"] == holdout.num_rows
    for model in record["models"]:
        assert all(0 <= low < high for low, high in model["intervals"].values())
        assert set(model["intervals"]) == {
            "test_accuracy", "test_auc", "precision", "recall", "f1_score",
            "log_loss", "brier_score", "calibration_error",
        }  # fmt: skip
    profile = Profile.from_bytes(lake.read(training_keys.training_profile("nba_games", "first")))
    assert profile.outcomes is not None
    assert (list(profile.outcomes.by_name), profile.outcomes.roles) == (["home_win"], (Role.TARGET,))
    assert profile.rows > 3_000
    assert LEGACY | {"ml-models/model_results.csv", "ml-models/set.json"} == set(lake.keys("ml-models/"))
    assert lake.keys("ml-features/") == ["ml-features/test.parquet", "ml-features/train.parquet"]
    (run,) = trained[1].runs
    assert run.attachments["reference.profile"] == lake.read(training_keys.training_profile("nba_games", "first"))


def test_an_unreachable_tracking_server_prevents_no_legacy_file() -> None:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    record = train(request(), lake=lake, tracking=InMemoryTracking(away=True), dataset=DATASET)
    assert record.spooled
    assert record.challenger_version is None
    assert set(lake.keys("ml-models/")) >= LEGACY


def test_mlflow_and_drift_can_each_be_switched_off() -> None:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2009, 2010, 2011]), lake=lake)
    record = train(request(), lake=lake, tracking=None, dataset=QUICK, with_reference=False)
    assert record.challenger_version is None
    assert training_keys.training_profile("nba_games", "first") not in lake.objects
    verdict = gate(GateRequest(model="nba_games", training_id="first"), lake=lake, policy=POLICY, now=NOW)
    assert (verdict.promote, verdict.rule) == (False, "not_registered")
    with pytest.raises(NotApproved):
        promoted(lake, InMemoryRegistry())


def test_a_champion_trained_with_drift_off_has_no_reference_profile() -> None:
    lake, tracking, registry = InMemoryLake(), InMemoryTracking(), InMemoryRegistry()
    store_games(simulate_games(seasons=[2009, 2010, 2011]), lake=lake)
    dataset = replace(QUICK, drift=False)
    train(request(), lake=lake, tracking=tracking, dataset=dataset)
    assert gate(GateRequest(model="nba_games", training_id="first"), lake=lake, policy=POLICY, now=NOW).promote
    registry.trainings["1"], registry.models["1"] = "first", b"0.5"
    assert promoted(lake, registry).after == "1"
    reference = reference_in_use("nba_games", lake=lake)
    assert reference is not None
    assert reference.profile_key is None
    with pytest.raises(
        NoReference,
        match=r"version 1 of nba_games was trained without a drift reference.*`courtside retrain --model nba_games`",
    ):
        drift_profile(reference, lake=lake)


@pytest.mark.parametrize("with_mlflow", [True, False])
@pytest.mark.parametrize("with_drift", [True, False])
def test_switching_off_mlflow_or_drift_affects_nothing_else(*, with_mlflow: bool, with_drift: bool) -> None:
    lake, tracking = InMemoryLake(), InMemoryTracking()
    store_games(simulate_games(seasons=[2011]), lake=lake)
    record = train(
        request(), lake=lake, tracking=tracking if with_mlflow else None, dataset=DATASET, with_reference=with_drift
    )
    assert (record.challenger_version, record.spooled) == ("1" if with_mlflow else None, False)
    assert len(tracking.runs) == with_mlflow
    assert (training_keys.training_profile("nba_games", "first") in lake.objects) == with_drift
    if with_mlflow:
        assert set(tracking.runs[0].attachments) == ({"reference.profile"} if with_drift else set())
    always = {
        training_keys.training_record("nba_games", "first"),
        training_keys.training_holdout("nba_games", "first"),
        training_keys.training_card("nba_games", "first"),
        training_keys.training_card_page("nba_games", "first"),
        training_keys.training_card_text("nba_games", "first"),
        lake_keys.LEGACY_SET,
    }
    assert always | LEGACY <= set(lake.objects)


def promoted(lake: InMemoryLake, registry: InMemoryRegistry) -> PromoteResponse:
    production = Production("nba_games", InMemoryLedger(), registry, lake)
    sealed = seal_challenger(SealRequest(model="nba_games", training_id="first"), production=production)
    request = PromoteRequest(model="nba_games", training_id="first", sha256=sealed.sha256)
    hold(production, "first")
    return promote(request, production=production, now=NOW)


def test_the_first_challenger_passes_the_gate_and_becomes_champion_once(lake: InMemoryLake) -> None:
    registry = InMemoryRegistry(trainings={"1": "first"})
    verdict = gate(GateRequest(model="nba_games", training_id="first"), lake=lake, policy=POLICY, now=NOW)
    assert (verdict.promote, verdict.rule) == (True, "first_champion")
    response = promoted(lake, registry)
    assert (response.before, response.after, registry.champion) == (None, "1", "1")
    assert "New champion" in response.message
    reference = ChampionReference.model_validate_json(lake.read(lake_keys.champion_reference("nba_games")))
    assert (reference.version, reference.profile_key) == (
        "1",
        f"models/nba_games/sealed/{reference.sha256}/reference.profile",
    )
    assert drift_profile(reference, lake=lake) == lake.read(training_keys.training_profile("nba_games", "first"))
    promoted(lake, registry)
    assert (registry.champion, registry.previous) == ("1", None)


def test_a_challenger_that_the_gate_rejects_cannot_be_promoted(lake: InMemoryLake) -> None:
    verdict = gate(
        GateRequest(model="nba_games", training_id="first"), lake=lake, policy=GatePolicy(floor_auc=0.99), now=NOW
    )
    assert (verdict.promote, verdict.rule) == (False, "floor")
    assert "kept" in verdict.message
    registry = InMemoryRegistry(champion="7", trainings={"1": "first"})
    with pytest.raises(NotApproved):
        promoted(lake, registry)
    assert registry.champion == "7"
    assert lake_keys.champion_reference("nba_games") not in lake.objects


def test_promotion_without_a_verdict_or_a_training_is_refused(lake: InMemoryLake) -> None:
    with pytest.raises(ObjectMissing):
        promoted(lake, InMemoryRegistry())
    with pytest.raises(ObjectMissing):
        gate(GateRequest(model="nba_games", training_id="never"), lake=lake, policy=POLICY, now=NOW)


def test_the_gate_compares_both_models_on_the_same_rows() -> None:
    lake, tracking = InMemoryLake(), InMemoryTracking(current=ConstantChampion("4"))
    store_games(simulate_games(seasons=[2009, 2010, 2011]), lake=lake)
    record = train(request(), lake=lake, tracking=tracking, dataset=DATASET)
    assert record.champion_version == "4"
    verdict = gate(GateRequest(model="nba_games", training_id="first"), lake=lake, policy=POLICY, now=NOW)
    assert verdict.rule == "better"
    assert "against 0.5000" in verdict.reason
    holdout = pa.parquet.read_table(pa.BufferReader(lake.read(training_keys.training_holdout("nba_games", "first"))))
    assert holdout.num_rows == record.rows_holdout == round(record.rows_test / 2)
    assert [(field.name, str(field.type)) for field in holdout.schema] == [
        ("label", "int8"), ("challenger", "double"), ("baseline", "double"), ("segment", "string"),
        ("id", "string"), ("day", "date32[day]"), ("champion", "double"),
    ]  # fmt: skip
    won = pa.parquet.read_table(pa.BufferReader(lake.read("ml-features/train.parquet"))).column("home_win").to_numpy()
    assert set(holdout.column("baseline").to_pylist()) == {won.mean()}
    test = pq.read_table(io.BytesIO(lake.read("ml-features/test.parquet")))
    phases = [f"{phase:g}" for phase in test.column("season_phase").to_pylist()]
    assert holdout.column("segment").to_pylist() == phases[-holdout.num_rows :]
    decision = GateDecision.model_validate_json(lake.read(training_keys.training_verdict("nba_games", "first")))
    assert (decision.challenger_version, decision.champion_version) == ("1", "4")
    assert (decision.contract_version, decision.contract_hash) == (1, DATASET.contract.sha256)


def test_the_record_contains_the_results_of_the_requested_options() -> None:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    options = FitOptions(search=2, rolling_origin=3, calibration=Calibration.ISOTONIC)
    two = replace(DATASET, candidates=("logistic_regression", "lightgbm"))
    record = train(request(), lake=lake, tracking=None, dataset=two, options=options, with_reference=False)
    assert TrainingRecord.model_validate_json(lake.read(training_keys.training_record("nba_games", "first"))) == record
    assert [model.calibration for model in record.models if model.name != record.best] == [None]
    chosen = next(model for model in record.models if model.name == record.best)
    assert chosen.calibration is Calibration.ISOTONIC
    assert chosen.selection_auc == max(model.selection_auc or 0 for model in record.models)
    for model in record.models:
        assert model.params["random_state"] == 42
        assert model.rolling_origin is not None
        assert model.rolling_origin.folds == 3
        assert 0.5 < (model.rolling_origin.auc_mean or 0) < 0.8
        assert (model.rolling_origin.auc_sd or 0) > 0


def test_the_record_warns_of_a_season_that_training_never_saw() -> None:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2006, 2007, 2008, 2009, 2010, 2011]), lake=lake)
    record = train(request(), lake=lake, tracking=None, dataset=QUICK, with_reference=False)
    assert record.warnings == ("the holdout has values of season that training never saw: 2011",)


def test_a_training_that_is_not_logged_yet_is_not_judged() -> None:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    train(request(), lake=lake, tracking=InMemoryTracking(away=True), dataset=QUICK, with_reference=False)
    with pytest.raises(NotLoggedYet, match="--resume-logging"):
        gate(GateRequest(model="nba_games", training_id="first"), lake=lake, policy=POLICY, now=NOW)
    assert training_keys.training_verdict("nba_games", "first") not in lake.objects


@pytest.mark.parametrize("step", ["challengers.fit_profile", "train.log_training", "train.write_card"])
def test_a_training_that_fails_replaces_no_legacy_file(
    step: str, lake: InMemoryLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise BadInput("it cannot go on")

    before = {key: lake.read(key) for prefix in ("ml-models/", "ml-features/") for key in lake.keys(prefix)}
    monkeypatch.setattr(f"courtside.workflows.{step}", fails)
    with pytest.raises(BadInput, match="it cannot go on"):
        train(request("second"), lake=lake, tracking=InMemoryTracking(), dataset=QUICK)
    after = {key: lake.read(key) for prefix in ("ml-models/", "ml-features/") for key in lake.keys(prefix)}
    assert after == before


def test_on_a_stage_the_legacy_files_are_published_only_by_the_promotion(lake: InMemoryLake) -> None:
    before = lake.read(lake_keys.LEGACY_SET)
    train(request("second"), lake=lake, tracking=InMemoryTracking(), dataset=DATASET, publish=False)
    assert lake.read(lake_keys.LEGACY_SET) == before
    kept = {
        key.removeprefix(training_keys.training_legacy("nba_games", "second"))
        for key in lake.keys("models/nba_games/training/second/legacy/")
    }
    assert kept == LEGACY | {"ml-models/model_results.csv", "ml-features/train.parquet", "ml-features/test.parquet"}
