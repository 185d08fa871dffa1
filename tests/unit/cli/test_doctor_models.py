"""The doctor examines each model of a stage, and says which one a finding is about."""

from datetime import UTC, datetime

import pytest

from courtside.adapters.deployment import StageOutputs
from courtside.cli import doctor
from courtside.contracts.names import StackOutput
from courtside.workflows.stage_models import StageModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger

CHURN = "name: churn\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n"


def test_a_stage_without_models_and_one_whose_contracts_were_changed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    models, outputs = StageModels(InMemoryLedger(), InMemoryLake()), StageOutputs("dev")
    outputs |= {StackOutput.TRACKING_URI: "http://127.0.0.1:9", StackOutput.RETRAINING: "arn"}
    monkeypatch.setattr(doctor, "stage_models", lambda _: models)
    (none,) = doctor._models(outputs)
    assert (none.level, none.fix) == ("warn", "courtside models add CONTRACT.yaml")
    for name in ("churn", "fraud"):
        text = CHURN.replace("name: churn", f"name: {name}")
        models.add(text.encode(), source="churn.yaml", by="ann", now=datetime(2026, 11, 29, tzinfo=UTC))
        models.lake.write(models.show(name).contract_key, b"by hand")
    found = list(doctor._models(outputs))
    assert [(each.level, each.check) for each in found] == [
        ("fail", "model of churn"),
        ("ok", "rounds of churn"),
        ("fail", "model of fraud"),
        ("ok", "rounds of fraud"),
    ]
    assert all("ContractChanged" in each.detail for each in found if each.level == "fail")
