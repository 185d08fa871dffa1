"""A model's contract in the lake is deleted, cut or replaced."""

from pathlib import Path

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import StageModel
from courtside.workflows.ledger_documents import read
from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.model import TO_COME, Model, contract
from tests.faults.state.damage import Damage, do_damage
from tests.faults.truths.commands import printed
from tests.integration.stage.scoring import Scored
from tests.integration.stage.steps import ledger


def contract_key(model: Model) -> str:
    entry, _ = read(ledger(model.stage), ledger_keys.stage_model(model.name), StageModel)
    assert entry is not None
    return entry.contract_key


@fault(
    "The model's contract in the lake was {damage}.",
    promise="Nothing is predicted by it, whoever asks is told which file it is, and adding its file again mends it.",
)
@pytest.mark.parametrize("damage", Damage)
def test_the_contract_is_damaged(model: Model, damage: Damage, tmp_path: Path) -> None:
    scored, key = Scored(model.stage, model.name), contract_key(model)
    scored.predicted(TO_COME)
    do_damage(model, key, damage)
    scored.kill(after=0)  # a warm function knows the contract by its digest and goes on
    answer, error = scored.invoked(StackOutput.PREDICT, TO_COME)
    assert (error, key in answer["errorMessage"]) == ("ContractChanged", True)
    assert "fail" in [each["level"] for each in printed("doctor", codes=(1,)) if key in each["detail"]]
    (tmp_path / "again.yaml").write_text(contract(model.name))
    assert done("models", "add", str(tmp_path / "again.yaml"))["outcome"] == "unchanged"
    assert scored.predicted(TO_COME)["version"] == "1"
