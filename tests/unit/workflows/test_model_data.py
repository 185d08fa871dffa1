"""The data of a model is deleted when a person says so, and nobody else's."""

import inspect
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest

from courtside.contracts import dashboard_keys, drift_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.records import ChampionPointer, RetrainingLockState
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.model_data import TrainingRuns, delete_data
from courtside.workflows.model_ledger import ModelLedger
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryRegistry

NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
DAY = date(2026, 11, 29)


def keys_of(model: str) -> list[str]:
    return [
        lake_keys.contract(model, 1, "a" * 64),
        training_keys.training_record(model, "t"),
        f"{lake_keys.sealed(model, 'b' * 64)}model",
        lake_keys.champion_reference(model),
        drift_keys.drift_report(model, DAY, "c"),
        drift_keys.drift_rows(model, DAY, "c"),
        lake_keys.decision(model, DAY, "c"),
        lake_keys.arrival(model, "a"),
        lake_keys.arrived_load(model, DAY, "l"),
        lake_keys.loaded_table(model, "l"),
        lake_keys.unloaded_table(model, "l"),
        f"{lake_keys.quarantine(model, 'q')}rows.csv",
        f"{lake_keys.incoming(model)}march.csv",
        dashboard_keys.model_page(model),
        dashboard_keys.month_note(model, 2026, 3),
    ]


def test_every_key_that_begins_with_a_model_lies_among_all_of_it() -> None:
    """Games, the legacy files and what rounds leave are the stage's, so they are not a model's alone."""
    given = {"model": "churn", "dataset": "churn", "day": DAY, "version": 1}
    found = {}
    functions = (inspect.getmembers(module, inspect.isfunction) for module in (lake_keys, training_keys))
    for name, make in chain.from_iterable(functions):
        parameters = list(inspect.signature(make).parameters)
        if parameters[:1] in (["model"], ["dataset"]) and name[0] != "_" and name != "all_of":
            found[name] = make(*(given.get(each, "a" * 64) for each in parameters))
    assert len(found) > 39
    assert {name for name, key in found.items() if not key.startswith(lake_keys.all_of("churn"))} == set()


def test_all_of_the_model_goes_and_nothing_of_others_or_of_all() -> None:
    others = [*keys_of("churn2"), *keys_of("chur"), lake_keys.games(2011), lake_keys.LEGACY_SET]
    lake, ledger = InMemoryLake(dict.fromkeys([*keys_of("churn"), *others], b"")), InMemoryLedger()
    pointer = ChampionPointer(version="3", previous="2", reason="better")
    for name in ("churn", "churn2"):
        assert ModelLedger(ledger, name).put(written(ledger_keys.CHAMPION, pointer, expected_revision=0))
    registry = InMemoryRegistry(champion="3", previous="2")
    churn = ModelLedger(ledger, "churn")
    assert delete_data(churn, lake=lake, registry=registry, now=NOW) == len(keys_of("churn"))
    assert (registry.champion_version(), registry.previous_version()) == (None, None)
    assert sorted(lake.objects) == sorted(others)
    champions = {name: read(ModelLedger(ledger, name), ledger_keys.CHAMPION, ChampionPointer)[0] for name in
                 ("churn", "churn2")}  # fmt: skip
    assert champions["churn"] is not None
    assert champions["churn"].version is None
    assert champions["churn2"] == pointer
    assert delete_data(churn, lake=lake, registry=None, now=NOW) == 0


@pytest.mark.parametrize(("ends", "refused"), [(NOW + timedelta(hours=1), True), (NOW - timedelta(hours=1), False)])
def test_nothing_is_deleted_while_a_training_runs(*, ends: datetime, refused: bool) -> None:
    lake, ledger = InMemoryLake(dict.fromkeys(keys_of("churn"), b"")), ModelLedger(InMemoryLedger(), "churn")
    state = RetrainingLockState(holder="t", lease_until=ends)
    assert ledger.put(written(ledger_keys.RETRAINING_LOCK, state, expected_revision=0))
    if refused:
        with pytest.raises(TrainingRuns, match=r"churn was removed .* training t of it still runs"):
            delete_data(ledger, lake=lake, registry=None, now=NOW)
    else:
        delete_data(ledger, lake=lake, registry=None, now=NOW)
    assert bool(lake.objects) is refused
