"""A command finds the model that it is about, or says what to type instead."""

from datetime import UTC, datetime

import pytest

from courtside.cli.stage_data import ContractDiffers, RowsOfAnotherKind, games_lake, games_of, stage_lake, stage_table
from courtside.contracts.errors import BadInput
from courtside.contracts.names import StackOutput
from courtside.datasets.catalog import contract_content, parse_dataset
from courtside.workflows.stage_model_errors import ModelNotNamed, ModelUnknown, NoModel
from courtside.workflows.stage_models import StageModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger

GAMES = contract_content("nba_games")
CHURN = b"name: churn\ntime_column: day\ntarget: left\nfeatures: {age: numeric}\n"
LOANS = CHURN.replace(b"churn", b"loans")


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> StageModels:
    models = StageModels(InMemoryLedger(), InMemoryLake())
    outputs = {StackOutput.LAKE_BUCKET: "lake", StackOutput.LEDGER_TABLE: "ledger"}
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.cli.stage_data.stage_models", lambda _: models)
    return models


def add(models: StageModels, *contracts: bytes) -> None:
    for content in contracts:
        models.add(content, source="contract.yaml", by="me", now=datetime(2026, 11, 29, tzinfo=UTC))


def test_the_only_model_need_not_be_named(models: StageModels) -> None:
    add(models, CHURN)
    assert stage_lake("dev")[1].name == "churn"
    assert stage_table("dev")[1].name == "churn"


def test_the_only_model_of_a_kind_need_not_be_named(models: StageModels) -> None:
    add(models, CHURN, GAMES)
    assert (games_of("dev")[1].name, stage_table("dev")[1].name) == ("nba_games", "churn")


def test_of_several_models_one_has_to_be_named(models: StageModels) -> None:
    add(models, CHURN, LOANS)
    with pytest.raises(ModelNotNamed, match="churn, loans; say which one is meant with --model"):
        stage_lake("dev")
    assert stage_lake("dev", "loans")[1].name == "loans"
    with pytest.raises(ModelUnknown):
        stage_lake("dev", "houses")


def test_a_stage_without_models_says_how_to_add_one(models: StageModels) -> None:
    with pytest.raises(NoModel, match="courtside models add CONTRACT"):
        stage_lake("dev")
    add(models, CHURN)
    with pytest.raises(NoModel, match=r"no model of games; its models are churn\."):
        games_of("dev")


def test_games_are_those_of_all_models_of_games_so_none_of_them_has_to_be_named(models: StageModels) -> None:
    with pytest.raises(NoModel):
        games_lake("dev")
    elo = GAMES.replace(b"name: nba_games", b"name: elo").replace(b"nba-game-predictions", b"elo")
    elo = elo.replace(b"legacy_set: true", b"legacy_set: false")
    add(models, CHURN, GAMES, elo)
    with pytest.raises(ModelNotNamed):
        games_of("dev")
    for model in (None, "nba_games", "elo"):
        assert games_lake("dev", model).bucket == "lake"
    with pytest.raises(RowsOfAnotherKind):
        games_lake("dev", "churn")


@pytest.mark.parametrize(
    ("model", "find"), [("churn", games_of), ("nba_games", lambda *said: stage_table("dev", model=said[1]))]
)
def test_rows_of_another_kind_are_refused(models: StageModels, model: str, find: object) -> None:
    add(models, CHURN, GAMES)
    assert callable(find)
    with pytest.raises(RowsOfAnotherKind, match=f"{model} does not learn from them"):
        find("dev", model)


def test_a_contract_that_says_something_else_is_refused(models: StageModels) -> None:
    add(models, CHURN)
    same, other = (parse_dataset("c.yaml", text) for text in (CHURN, CHURN.replace(b"numeric", b"categorical")))
    assert stage_table("dev", same)[1].name == "churn"
    with pytest.raises(ContractDiffers, match="another contract of churn"):
        stage_table("dev", other)
    with pytest.raises(BadInput):
        stage_table("dev", parse_dataset("c.yaml", LOANS))
