"""Contracts are loaded by their shipped name or by a path, and a wrong one is refused with the field that is wrong."""

import json
from pathlib import Path

import pytest

from courtside.core.dataset import FeatureKind, Outcome, Phase, Role
from courtside.core.features import UnknownBuilder, build_features
from courtside.datasets.catalog import CATALOG, DatasetInvalid, load_dataset
from courtside.datasets.simulated import simulate_games


def test_the_shipped_contract_has_the_16_features_in_order() -> None:
    dataset = load_dataset("nba_games")
    assert len(dataset.features) == 16
    assert dataset.feature_names[0] == "home_rolling_win_pct"
    kinds = {feature.name: feature.kind for feature in dataset.features}
    assert kinds["home_back_to_back"] is FeatureKind.BINARY
    assert dataset.phase is Phase.MONTH
    assert dataset.segment in dataset.feature_names


def test_a_contract_may_be_given_by_path_and_needs_no_builder(tmp_path: Path) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text("name: churn\ntime_column: day\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n")
    dataset = load_dataset(str(path))
    assert (dataset.name, dataset.builder, dataset.feature_names) == ("churn", None, ["age"])
    assert (dataset.phase, dataset.segment) == (None, None)
    assert dataset.outcomes == (Outcome("left", Role.TARGET),)
    rows = simulate_games(seasons=[2010])
    assert build_features(rows, dataset=dataset) is rows


def test_a_contract_may_name_a_prediction_column(tmp_path: Path) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text(
        "name: churn\ntime_column: day\nid_columns: [id]\ntarget: left\nprediction: said\nfeatures: {age: numeric}\n"
    )
    assert load_dataset(str(path)).outcomes == (Outcome("left", Role.TARGET), Outcome("said", Role.PREDICTION))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: x\n", "target"),
        ("name: x\ntime_column: d\nid_columns: []\ntarget: t\nfeatures: {a: nummeric}\n", "features.a"),
        ("name: x\ntime_column: d\nid_columns: []\ntarget: a\nfeatures: {a: numeric}\n", "a cannot be feature, target"),
        ("name: x\ntime_column: d\nid_columns: []\ntarget: t\nprediction: t\nfeatures: {a: numeric}\n", "t cannot be"),
        ("name: [", "YAML"),
        ("", "document"),
    ],
)
def test_the_error_for_a_wrong_contract_names_the_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(DatasetInvalid, match=says):
        load_dataset(str(path))


def test_an_unknown_name_or_a_missing_file_is_refused() -> None:
    with pytest.raises(DatasetInvalid, match="nba_games"):
        load_dataset("nfl")
    with pytest.raises(DatasetInvalid, match="no such file"):
        load_dataset("nowhere/x.yaml")


def test_an_unknown_builder_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("name: own\ntime_column: d\nid_columns: []\ntarget: t\nbuilder: hockey\nfeatures: {a: numeric}\n")
    with pytest.raises(UnknownBuilder, match="hockey"):
        build_features(simulate_games(seasons=[2010]), dataset=load_dataset(str(path)))


@pytest.mark.parametrize("name", ["../../evil", "my/table", "with space", "ünïcode", "a" * 65, "."])
def test_a_contract_whose_name_cannot_be_part_of_a_key_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "named.yaml"
    rest = "time_column: day\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n"
    path.write_text(f"name: {json.dumps(name)}\n{rest}", encoding="utf-8")
    with pytest.raises(DatasetInvalid, match="becomes part of a key"):
        load_dataset(str(path))


def test_the_first_pattern_that_matches_a_feature_gives_its_entity(tmp_path: Path) -> None:
    path = tmp_path / "machines.yaml"
    path.write_text(
        "name: machines\ntime_column: day\nid_columns: [id]\ntarget: failed\n"
        "features: {temperature: numeric, site_load: numeric, weekday: categorical}\n"
        "entities: {site_*: [site], weekday: [id], 't*': [device, site]}\n"
    )
    dataset = load_dataset(str(path))
    assert [feature.entity for feature in dataset.features] == [("device", "site"), ("site",), ("id",)]
    assert dataset.columns == ["id", "day", "temperature", "site_load", "weekday", "device", "site", "failed"]


def test_the_entity_of_a_team_feature_is_the_team_in_its_season() -> None:
    entities = {feature.name: feature.entity for feature in load_dataset("nba_games").features}
    assert entities["home_rest_days"] == ("home_team", "season")
    assert entities["away_rolling_ppg"] == ("away_team", "season")
    assert entities["month"] == ()


@pytest.mark.parametrize(
    ("target", "read"),
    [
        ("left", ("left", None)),
        ("{column: left}", ("left", None)),
        ('{column: left, positive: "Yes"}', ("left", "Yes")),
        ("{column: left, positive: gone}", ("left", "gone")),
        ("{column: left, positive: 2}", ("left", "2")),
        ("{column: left, positive: -1}", ("left", "-1")),
        ("{column: left, positive: 1.5}", ("left", "1.5")),
        ("{column: left, positive: true}", ("left", "true")),
        ("{column: left, positive: false}", ("left", "false")),
    ],
)
def test_the_target_may_declare_which_value_is_class_1(
    tmp_path: Path, target: str, read: tuple[str, str | None]
) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text(f"name: churn\ntime_column: day\nid_columns: [id]\ntarget: {target}\nfeatures: {{age: numeric}}\n")
    dataset = load_dataset(str(path))
    assert (dataset.target, dataset.positive) == read


def test_a_contract_needs_neither_a_time_column_nor_ids(tmp_path: Path) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text("name: churn\ntarget: left\nfeatures: {age: numeric}\n")
    dataset = load_dataset(str(path))
    assert (dataset.time_column, dataset.id_columns, dataset.columns) == (None, (), ["age", "left"])


def own(folder: Path, file: str, *, name: str, more: str = "") -> Path:
    path = folder / file
    path.write_text(f"name: {name}\ntarget: left\nfeatures: {{age: numeric}}\n{more}")
    return path


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"name": "nba_games"}, "its name is nba_games"),
        ({"name": "own", "more": "registered_model: nba-game-predictions\n"}, "its registered_model is nba-game-"),
        ({"name": "own", "more": "experiment: nba-game-predictions\n"}, "its experiment is nba-game-predictions"),
    ],
)
def test_a_contract_named_like_a_shipped_one_is_refused_and_both_files_named(
    tmp_path: Path, said: dict[str, str], what: str
) -> None:
    path = own(tmp_path, "own.yaml", **said)
    with pytest.raises(DatasetInvalid, match=what) as caught:
        load_dataset(str(path))
    assert str(path) in str(caught.value)
    assert "datasets/nba_games.yaml; give one of the two another" in str(caught.value)


def test_a_copy_of_a_shipped_contract_is_the_same_contract(tmp_path: Path) -> None:
    path = tmp_path / "copy.yaml"
    path.write_bytes((CATALOG / "nba_games.yaml").read_bytes())
    assert load_dataset(str(path)) == load_dataset("nba_games") == load_dataset(str(CATALOG / "nba_games.yaml"))


def test_contracts_of_the_catalog_have_different_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courtside.datasets.catalog.CATALOG", tmp_path)
    own(tmp_path, "first.yaml", name="churn")
    assert load_dataset("first").name == "churn"
    other = own(tmp_path, "second.yaml", name="churn")
    for name in ("first", "second", str(other)):
        with pytest.raises(DatasetInvalid, match=r"its name is churn, and so is that of .*(first|second)\.yaml"):
            load_dataset(name)
