import pytest
from pydantic import ValidationError

from courtside.contracts.environment import CheckDriftEnv, EnvironmentInvalid, PromoteEnv, TrainEnv
from courtside.contracts.events import DriftCheckRequest, Window

CHECK = CheckDriftEnv(
    lake_bucket="lake", alert_topic_arn="arn:t", retraining_arn="arn:r", ledger_table="ledger", policy="classic"
)


def test_the_process_reads_back_what_infra_writes() -> None:
    assert CheckDriftEnv.read(CHECK.as_env()) == CHECK
    assert CHECK.as_env()["COURTSIDE_POLICY"] == "classic"


def test_variables_of_mlflow_keep_their_own_names() -> None:
    written = TrainEnv(lake_bucket="lake", tracking_uri="https://api", ledger_table="ledger").as_env()
    assert written["MLFLOW_TRACKING_URI"] == "https://api"
    assert written["MLFLOW_TRACKING_AUTH"] == "courtside-sigv4"


def test_a_missing_variable_is_named_as_it_would_be_set() -> None:
    with pytest.raises(EnvironmentInvalid, match="MLFLOW_TRACKING_URI") as caught:
        PromoteEnv.read({"COURTSIDE_LAKE_BUCKET": "lake", "COURTSIDE_LEDGER_TABLE": "ledger"})
    assert len(caught.value.problems) == 1


def test_payloads_refuse_unknown_fields_and_backward_windows() -> None:
    with pytest.raises(ValidationError, match="windw"):
        DriftCheckRequest.model_validate({"windw": {}})
    with pytest.raises(ValidationError, match="after its start"):
        Window.model_validate({"start": "2019-01-02", "end": "2019-01-02"})
