"""The doctor names a model that fails, and one about which the ledger holds what cannot be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from courtside.adapters.examination.rounds import rounds
from courtside.contracts import ledger_keys
from courtside.contracts.records import ModelRound, StageModel
from courtside.core.findings import Finding
from courtside.workflows.ledger_documents import written
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.stage_overview import overview
from tests.fakes.ports import InMemoryLedger

NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
FAILING: dict[str, Any] = {
    "last_outcome": "failed",
    "last_reason": "check_drift: ContractChanged: somebody changed it by hand",
    "failing": ("receive_rows", "check_drift"),
    "failing_since": NOW,
}


def found(document: str | ModelRound, *, paused: bool = False) -> Finding:
    ledger, key = InMemoryLedger(), ledger_keys.model_round("churn")
    stored = LedgerWrite(key, document, 0) if isinstance(document, str) else written(key, document, expected_revision=0)
    assert ledger.put(stored)
    entry = StageModel(name="churn", version=1, sha256="", contract_key="", added_at=NOW, added_by="ann", paused=paused)
    (told,) = rounds(overview([entry], ledger=ledger, now=NOW)[0])
    return told


def test_a_model_that_fails_is_told_with_the_steps_the_reason_and_what_to_do() -> None:
    told = found(ModelRound(model="churn", **FAILING))
    assert (told.check, told.level) == ("rounds", "fail")
    assert told.detail.startswith("receive_rows and check_drift fail since 2026-11-29 07:00 UTC: check_drift: Contract")
    assert told.fix == "correct the cause, then `courtside watch --model churn`"


@pytest.mark.parametrize(
    ("document", "named", "fix"),
    [
        (
            "no JSON",
            "LedgerDocumentDamaged",
            "put back what the ledger said before, then `courtside watch --model churn`",
        ),
        ('{"model": "churn", "format": 9}', "TooNew", "deploy the Courtside that wrote it"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_with_what_to_do(document: str, named: str, fix: str) -> None:
    told = found(document)
    assert told.level == "fail"
    assert told.detail.startswith(f"{named}: ")
    assert told.fix.startswith(fix)


@pytest.mark.parametrize(
    ("round_", "paused", "said"),
    [({}, False, "not yet"), ({"last_outcome": "nothing"}, False, "nothing"), (FAILING, True, "paused")],
)
def test_a_model_whose_rounds_work_or_that_is_paused_is_in_order(
    round_: dict[str, Any], said: str, *, paused: bool
) -> None:
    told = found(ModelRound(model="churn", **round_), paused=paused)
    assert (told.level, told.detail) == ("ok", said)
