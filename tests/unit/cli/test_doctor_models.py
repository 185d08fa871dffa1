"""The doctor examines each model of a stage, and says which one a finding is about."""

from datetime import UTC, datetime

import pytest

from courtside.adapters.deployment import StageOutputs
from courtside.cli import doctor
from courtside.contracts.names import StackOutput
from courtside.core.findings import broken
from courtside.workflows.stage_models import StageModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger

CHURN = "name: churn\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n"


@pytest.mark.parametrize(
    ("fix", "named"),
    [
        ("courtside retrain --trigger initial", "courtside retrain --trigger initial --model churn"),
        ("wait, or `courtside retrain`", "wait, or `courtside retrain --model churn`"),
        ("`courtside tables loads` lists the files", "`courtside tables loads --model churn` lists the files"),
        ("look at the alarm", "look at the alarm"),
        ("", ""),
    ],
)
def test_a_finding_names_its_model_also_in_the_command_that_mends_it(fix: str, named: str) -> None:
    found = doctor._named("churn", broken("lock", "it is held", fix))
    assert (found.check, found.fix) == ("lock of churn", named)


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
        ("fail", "model of fraud"),
    ]
    assert all("ContractChanged" in each.detail for each in found)
