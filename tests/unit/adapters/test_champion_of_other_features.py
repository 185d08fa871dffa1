"""A champion of an earlier contract is compared on the columns it reads, or it is reported as not comparable."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from courtside.adapters.feature_tables import open_address
from courtside.adapters.folder_lake import FolderLake
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import GateRequest, RetrainingRequest, Trigger
from courtside.contracts.names import Alias
from courtside.contracts.records import GateDecision, TrainingRecord
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift.reading import FeatureTable
from courtside.core.gate.policy import GatePolicy
from courtside.workflows.gate import gate
from courtside.workflows.tables import table_content
from courtside.workflows.train import prepared, train

NUMERIC, BINARY, CATEGORICAL = FeatureKind.NUMERIC, FeatureKind.BINARY, FeatureKind.CATEGORICAL
ROWS = 1_200
FIRST = {"income": NUMERIC, "age": NUMERIC, "senior": BINARY, "plan": CATEGORICAL}
POLICY = GatePolicy(fewest_rows=50, resamples=200)


def contract(features: dict[str, FeatureKind], *, target: str = "left", positive: str | None = "Yes") -> Dataset:
    return Dataset(
        name="evolving",
        time_column=None,
        season_column=None,
        id_columns=("id",),
        target=target,
        positive=positive,
        features=tuple(Feature(name, kind) for name, kind in features.items()),
        builder=None,
        reference_seasons=1,
        candidates=("logistic_regression",),
    )


def customers() -> pa.Table:
    rng = np.random.default_rng(11)
    income, age = rng.normal(0, 1, ROWS), rng.normal(45, 12, ROWS)
    left = rng.random(ROWS) < 1 / (1 + np.exp(-2 * income))
    return pa.table(
        {
            "id": np.arange(ROWS),
            "income": income,
            "age": age,
            "extra": income + rng.normal(0, 1, ROWS),
            "senior": rng.integers(0, 2, ROWS),
            "plan": rng.choice(["basic", "pro"], ROWS),
            "left": np.where(left, "Yes", "No"),
            "returned": rng.random(ROWS) < 1 / (1 + np.exp(-2 * income)),
        }
    )


@dataclass
class Registry:
    """A folder with a tracking store, which holds a first champion that reads the columns `FIRST`."""

    lake: FolderLake
    folder: Path
    uri: str

    def trained(self, training_id: str, dataset: Dataset, rows: pa.Table) -> TrainingRecord:
        path = self.folder / f"{training_id}.parquet"
        pq.write_table(rows, path)
        table, tracking = open_address(str(path)), MlflowTracking(self.uri)
        assert isinstance(table, FeatureTable)
        dataset = prepared(dataset, lake=self.lake, tracking=tracking)
        self.lake.write(lake_keys.loaded_table(dataset.name, "table"), table_content(table, dataset))
        asked = RetrainingRequest(
            model=dataset.name, training_id=training_id, as_of=date.max, trigger=Trigger.MANUAL, reason="test"
        )
        return train(asked, lake=self.lake, tracking=tracking, dataset=dataset)

    def judged(self, training_id: str, model: str = "evolving") -> GateDecision:
        gate(
            GateRequest(model=model, training_id=training_id),
            lake=self.lake,
            policy=POLICY,
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
        return GateDecision.model_validate_json(self.lake.read(training_keys.training_verdict(model, training_id)))

    def holdout(self, training_id: str) -> pa.Table:
        return pq.read_table(pa.BufferReader(self.lake.read(training_keys.training_holdout("evolving", training_id))))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder}/mlflow.db"
    MlflowClient(uri, uri).create_experiment("evolving", artifact_location=(folder / "artifacts").as_uri())
    found = Registry(FolderLake(folder / "lake"), folder, uri)
    first = found.trained("first", contract(FIRST), customers())
    assert (first.champion_version, found.judged("first").rule) == (None, "first_champion")
    MlflowClient(uri, uri).set_registered_model_alias("evolving", Alias.CHAMPION, str(first.challenger_version))
    yield found
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


WITHOUT_AGE = {name: kind for name, kind in FIRST.items() if name != "age"}
COMPARED = {
    "dropped": (WITHOUT_AGE, "also reads age"),
    "added": ({**FIRST, "extra": NUMERIC}, "does not read extra"),
    "another kind": ({**FIRST, "senior": CATEGORICAL}, "takes as another kind senior (number, now int64)"),
}


@pytest.mark.parametrize("change", COMPARED)
def test_champion_and_challenger_each_read_what_they_need(registry: Registry, change: str) -> None:
    features, differs = COMPARED[change]
    training_id = change.replace(" ", "-")
    record = registry.trained(training_id, contract(features), customers())
    said = np.array(registry.holdout(training_id).column("champion").to_pylist())
    assert said.std() > 0.1
    assert np.allclose(said, registry.holdout("first").column("challenger").to_pylist(), rtol=0, atol=1e-12)
    decision = registry.judged(training_id)
    assert decision.rule not in {"first_champion", "incomparable"}
    # The challengers of the other cases were judged on the same holdout before, in whatever order the tests run.
    about_features = [note for note in decision.notes if "judged against this champion on rows of this" not in note]
    assert about_features == [f"the champion (version 1) {differs}"]
    assert (record.champion_version, record.champion_incomparable) == ("1", None)
    card = registry.lake.read(training_keys.training_card_text("evolving", training_id)).decode()
    assert f"The champion then, version 1, {differs}" in card


def renamed(table: pa.Table, old: str, new: str) -> pa.Table:
    return table.rename_columns([new if name == old else name for name in table.column_names])


def as_words(table: pa.Table) -> pa.Table:
    words = pa.array(["old" if each > 45 else "young" for each in table.column("age").to_pylist()])
    return table.set_column(table.column_names.index("age"), "age", words)


INCOMPARABLE: dict[str, tuple[Dataset, pa.Table, str]] = {
    "gone": (contract(WITHOUT_AGE), customers().drop_columns("age"), "it reads age, which the rows no longer have"),
    "renamed": (
        contract({**WITHOUT_AGE, "years": NUMERIC}),
        renamed(customers(), "age", "years"),
        "it reads age, which the rows no longer have",
    ),
    "text now": (
        contract({**FIRST, "age": CATEGORICAL}),
        as_words(customers()),
        "it takes age as a number, and the rows now hold string there",
    ),
    "another target": (
        contract(FIRST, target="returned", positive=None),
        customers(),
        "it predicts left, and the contract now predicts returned",
    ),
    "another class": (
        contract(FIRST, positive="No"),
        customers(),
        "its class 1 of left is Yes, and the contract's is now No",
    ),
}


@pytest.mark.parametrize("change", INCOMPARABLE)
def test_a_champion_that_cannot_be_compared_is_reported_with_the_reason_everywhere(
    registry: Registry, change: str
) -> None:
    dataset, rows, why = INCOMPARABLE[change]
    training_id = change.replace(" ", "-")
    record = registry.trained(training_id, dataset, rows)
    assert (record.champion_version, record.champion_incomparable) == ("1", why)
    assert "champion" not in registry.holdout(training_id).column_names
    decision = registry.judged(training_id)
    said = f"the champion (version 1) cannot be compared, because {why}"
    assert (decision.promote, decision.rule) == (True, "incomparable")
    assert decision.reason.startswith(f"{said}, so the challenger was judged as a first champion: the AUC 0.")
    assert said in decision.notes
    response = gate(
        GateRequest(model="evolving", training_id=training_id),
        lake=registry.lake,
        policy=POLICY,
        now=datetime.now(UTC),
    )
    assert why in response.message
    assert why in registry.lake.read(training_keys.training_card_text("evolving", training_id)).decode()


def test_a_version_without_a_contract_cannot_be_compared(registry: Registry) -> None:
    client = MlflowClient(registry.uri, registry.uri)
    run = client.create_run(client.create_experiment("by hand"))
    folder = registry.folder / "by-hand"
    from sklearn.dummy import DummyClassifier

    mlflow.sklearn.save_model(DummyClassifier().fit([[0.0], [1.0]], [0, 1]), str(folder))
    version = client.create_model_version("evolving", folder.as_uri(), run.info.run_id).version
    client.set_registered_model_alias("evolving", Alias.CHAMPION, version)
    try:
        record = registry.trained("foreign", contract(FIRST), customers())
    finally:
        client.set_registered_model_alias("evolving", Alias.CHAMPION, "1")
    assert record.champion_incomparable == "it does not say what it reads and predicts"
    assert registry.judged("foreign").rule == "incomparable"


def test_the_champion_of_another_registered_model_is_ignored(registry: Registry) -> None:
    dataset = replace(contract(FIRST), name="other")
    record = registry.trained("other", dataset, customers())
    assert (record.champion_version, record.challenger_version) == (None, "1")
    assert registry.judged("other", "other").rule == "first_champion"


def test_a_training_that_dies_leaves_no_version_marked_as_a_candidate(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courtside.workflows import train as training

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    client = MlflowClient(registry.uri, registry.uri)
    before = client.get_registered_model("evolving").aliases
    with monkeypatch.context() as patch:
        patch.setattr(training, "write_card", dies)
        with pytest.raises(KeyboardInterrupt):
            registry.trained("dead", contract(FIRST), customers())
    (dead,) = client.search_model_versions("name = 'evolving' and tags.training_id = 'dead'")
    assert client.get_registered_model("evolving").aliases == before
    assert "stage" not in dead.tags
