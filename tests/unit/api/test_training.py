"""`train`, `propose_contract` and `load_contract` work on frames as on files."""

from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

import courtside
from courtside.api.contracts import ContractThere
from courtside.contracts.errors import InputMismatch
from tests.datasets.churn import CONTRACT, DATASET, churn_table

QUICK = replace(DATASET, candidates=("logistic_regression",))


def figures(trained: courtside.Training) -> dict[str, object]:
    """Return the record of a training without its id, its duration, and its reason, which names the source."""
    own = {"training_id", "reason", "seconds"}
    return {key: value for key, value in trained.to_dict().items() if key not in own}


def test_a_frame_trains_the_models_that_its_parquet_file_trains(tmp_path: Path) -> None:
    table = churn_table(500)
    pq.write_table(table, tmp_path / "churn.parquet")
    of_file = courtside.train(tmp_path / "churn.parquet", QUICK, out=tmp_path / "of-file")
    for name, frame in (
        ("pandas", table.to_pandas()),
        ("polars", pl.DataFrame(table)),
        ("duckdb", duckdb.from_arrow(table)),
    ):
        of_frame = courtside.train(frame, QUICK, out=tmp_path / name)
        same = {key: value for key, value in figures(of_frame).items() if key != "data_hash"}
        assert same == {key: value for key, value in figures(of_file).items() if key != "data_hash"}
        assert of_frame.profile is not None
        assert of_file.profile is not None
        later = [courtside.check_drift(each.profile, churn_table(seed=8)) for each in (of_frame, of_file)]
        assert later[0].to_dict() == later[1].to_dict()


def test_a_training_reports_its_steps_and_gives_its_card_and_best_model(tmp_path: Path) -> None:
    told: list[str] = []
    trained = courtside.train(churn_table(500), QUICK, out=tmp_path / "models", drift=False, progress=told.append)
    assert "fit" in told
    assert trained.card.read_text().startswith("<!doctype html>")
    assert trained.profile is None
    assert "Best: logistic_regression" in repr(trained)
    assert trained.best.name == "logistic_regression"


def test_a_contract_proposed_from_a_frame_never_overwrites_a_file(tmp_path: Path) -> None:
    proposed = courtside.propose_contract(churn_table(500), target="churned")
    path = proposed.save(tmp_path / "churn.yaml")
    assert courtside.load_contract(path).target == "churned"
    assert repr(proposed) == proposed.to_yaml()
    path.write_text("mine")
    with pytest.raises(ContractThere):
        proposed.save(path)
    assert path.read_text() == "mine"


def test_the_record_names_the_contract_as_it_was_when_it_was_loaded(tmp_path: Path) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text(CONTRACT.read_text())
    loaded = courtside.load_contract(path)
    path.write_text(CONTRACT.read_text().replace("numeric", "categorical"))
    trained = courtside.train(
        churn_table(500), replace(loaded, candidates=("logistic_regression",)), out=tmp_path / "models"
    )
    assert trained.record.contract_hash == replace(loaded, candidates=("logistic_regression",)).contract.sha256


def test_training_refuses_a_profile_and_a_dataset_built_from_games(tmp_path: Path) -> None:
    trained = courtside.train(churn_table(500), QUICK, out=tmp_path / "models")
    assert trained.profile is not None
    detection = courtside.DataDriftDetection().setup(reference_data=trained.profile)
    assert detection.detect_drift(churn_table(500))["summary"]["features_drifted"] == []
    with pytest.raises(InputMismatch, match="holds no rows"):
        courtside.train(trained.profile, QUICK, out=tmp_path / "other")
    with pytest.raises(InputMismatch, match="built from games"):
        courtside.train(churn_table(500), "nba_games", out=tmp_path / "other")
    with pytest.raises(InputMismatch, match="one of sigmoid, isotonic"):
        courtside.train(churn_table(500), QUICK, out=tmp_path / "other", calibrate="platt")
    with pytest.raises(InputMismatch, match="a frame holds no rows before 1999-01-01; give a later day"):
        courtside.train(churn_table(500), QUICK, out=tmp_path / "other", as_of="1999-01-01")
    assert not (tmp_path / "other").exists()
