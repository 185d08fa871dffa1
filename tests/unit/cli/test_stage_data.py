import pytest

from courtside.cli.stage_data import DatasetNotServed, StageContractMissing, stage_lake
from courtside.contracts.environment import LakeEnv
from courtside.contracts.names import StackOutput


def test_a_refused_table_is_told_how_a_stage_gets_its_contract() -> None:
    said = str(DatasetNotServed("the table of churn", "nba_games", "dev", hint="train here"))
    assert "courtside/datasets/<name>.yaml" in said
    assert 'dataset="<name>" in infra/settings.py' in said


def test_a_stage_with_a_contract_that_is_not_here_asks_for_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = {StackOutput.CHECK_DRIFT: "check", StackOutput.LAKE_BUCKET: "lake"}
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr(
        "courtside.adapters.function_environment.function_environment",
        lambda _: LakeEnv(lake_bucket="lake", dataset="churn").as_env(),
    )
    with pytest.raises(StageContractMissing, match=r"courtside/datasets/churn\.yaml") as caught:
        stage_lake("dev")
    assert (caught.value.dataset, caught.value.stage) == ("churn", "dev")
