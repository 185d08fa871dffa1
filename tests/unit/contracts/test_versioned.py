"""What a newer Courtside wrote is refused by name, never misread, whichever record it is."""

import json

import pytest

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
