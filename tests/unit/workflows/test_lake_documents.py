"""A document of the lake that was cut off, emptied or overwritten is refused by name."""

import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import DriftCheckRequest, RetrainingRequest, Trigger
from courtside.contracts.records import DataManifest, DecisionRecord, GateDecision, TrainingRecord
from courtside.workflows.freeze import freeze
from courtside.workflows.lake_documents import DocumentDamaged, read_document
from tests.fakes.drift_setup import DATASET, NOW, QUIET, DriftSetup
from tests.fakes.ports import InMemoryLake

KEY = "training/t/document.json"


@pytest.mark.parametrize("kind", [TrainingRecord, GateDecision, DecisionRecord, DataManifest])
@pytest.mark.parametrize("content", [b"", b'{"training_id": "t', b"\xff\xfe", b"[]", b"{}", b"null"])
def test_a_damaged_document_is_refused_with_its_address(kind: type[TrainingRecord], content: bytes) -> None:
    lake = InMemoryLake()
    lake.write(KEY, content)
    with pytest.raises(DocumentDamaged, match=rf"{KEY} is cut off.*restore the version") as caught:
        read_document(kind, KEY, lake=lake)
    assert caught.value.uri == lake.uri(KEY)


def test_a_check_names_its_own_damaged_decision(setup: DriftSetup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=QUIET), now=NOW)
    key = lake_keys.decision("nba_games", QUIET.end, answer.check_id)
    setup.lake.objects[key] = setup.lake.objects[key][:40]
    with pytest.raises(DocumentDamaged, match=answer.check_id):
        setup.monitor.run(DriftCheckRequest(model="nba_games", window=QUIET), now=NOW)
    assert not setup.alerts.sent


def test_a_damaged_manifest_is_not_overwritten(setup: DriftSetup) -> None:
    key = training_keys.training_manifest("nba_games", "t")
    setup.lake.write(key, b'{"training_id"')
    with pytest.raises(DocumentDamaged, match=key):
        freeze(
            RetrainingRequest(model="nba_games", training_id="t", trigger=Trigger.MANUAL, as_of=QUIET.end, reason="r"),
            lake=setup.lake,
            dataset=DATASET,
        )
    assert setup.lake.read(key) == b'{"training_id"'
