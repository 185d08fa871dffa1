"""What a newer Courtside wrote is refused by name, never misread, whichever record it is."""

import json

import pytest
from pydantic import ValidationError

from courtside.contracts import loads, model_card, records
from courtside.contracts.versioned import TooNew, Versioned

KEPT = [
    each
    for module in (records, loads, model_card)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Versioned) and each is not Versioned
]


def test_every_document_of_its_own_is_versioned() -> None:
    names = {each.__name__ for each in KEPT}
    assert names >= {"TrainingRecord", "DataManifest", "GateDecision", "DecisionRecord", "ChampionReference"}
    assert names >= {"ChampionPointer", "Reign", "RetrainingLockState", "ApprovalRecord", "ClaimState", "StageModel"}
    assert names >= {"ArrivalRecord", "SealedFiles", "Loads", "ModelCard", "SpooledRun"}


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
def test_a_newer_format_is_refused_whatever_else_it_holds(kind: type[Versioned]) -> None:
    newer = {"format": kind.newest_format + 1, "a field that nobody knows yet": [1]}
    with pytest.raises(TooNew, match=rf"{kind.__name__} has format {kind.newest_format + 1}.* a newer Courtside wrote"):
        kind.model_validate_json(json.dumps(newer))


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
def test_a_field_of_a_newer_program_is_no_damage(kind: type[Versioned]) -> None:
    assert _problems(kind, {"a field that nobody knows yet": [1]}) <= {"missing"}


def test_what_only_a_newer_program_knows_is_written_again_wherever_it_stands() -> None:
    slot = {
        "model": "churn",
        "training_id": "one",
        "lease_until": "2026-11-29T12:00:00Z",
        "started": True,
        "in_a_slot": [1],
    }
    slots = records.TrainingSlots.model_validate_json(json.dumps({"running": [slot], "besides": {"kept": True}}))
    written = json.loads(slots.model_copy(update={"waiting": ("visits",)}).model_dump_json())
    assert written == {
        "format": 1, "running": [slot], "waiting": ["visits"], "turns": 0, "besides": {"kept": True},
    }  # fmt: skip


def test_a_field_that_nobody_knows_is_refused_where_a_program_names_it() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        records.ModelRound.model_validate({"model": "churn", "next": None})


def _problems(kind: type[Versioned], document: object) -> set[str]:
    try:
        kind.model_validate_json(json.dumps(document))
    except ValidationError as error:
        return {each["type"] for each in error.errors()}
    return set()
