"""Two models of one stage never share a key: not in the lake, not in the ledger, not as an execution's name."""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.execution_names import execution_name
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import LedgerWrite
from tests.fakes.ports import InMemoryLedger

NAMES = st.text("abAB01_-", min_size=1, max_size=8)
DAY, NOW = date(2026, 11, 29), datetime(2026, 11, 29, tzinfo=UTC)
GIVEN = {"day": DAY, "version": 3, "sha256": "0" * 64, "round_name": "r"}
"""What the arguments of keys other than names are in these tests."""


def _of_models() -> Iterator[Callable[..., str]]:
    """Yield every function that makes a key of the lake from the name of a model, as one of its table is too."""
    for name, make in (*vars(lake_keys).items(), *vars(training_keys).items()):
        if not inspect.isfunction(make) or name.startswith("_"):
            continue
        signature = inspect.signature(make)
        if signature.return_annotation is str and {"model", "dataset"} & set(signature.parameters):
            yield make


def _made(make: Callable[..., str], model: str, other: str) -> str:
    """Return the key of a model; names that are no model's are `other`."""
    names = {"model": model, "dataset": model}
    return make(**{name: names.get(name, GIVEN.get(name, other)) for name in inspect.signature(make).parameters})


def test_every_record_of_a_model_has_its_name_in_its_key() -> None:
    assert len(list(_of_models())) > 40


@pytest.mark.parametrize("make", list(_of_models()), ids=lambda make: make.__name__)
@given(models=st.tuples(NAMES, NAMES), names=st.tuples(NAMES, NAMES))
def test_no_key_of_a_model_is_that_of_another_or_lies_below_it(
    make: Callable[..., str], models: tuple[str, str], names: tuple[str, str]
) -> None:
    assume(models[0] != models[1])
    mine, theirs = (_made(make, model, name) for model, name in zip(models, names, strict=True))
    assert mine != theirs
    assert not mine.startswith(theirs)
    assert not theirs.startswith(mine)


@given(models=st.tuples(NAMES, NAMES))
def test_nothing_that_is_deleted_with_a_model_lies_where_another_one_has_something(models: tuple[str, str]) -> None:
    assume(models[0] != models[1])
    mine, theirs = map(lake_keys.all_of, models)
    assert mine
    assert not [a for a in mine for b in theirs if a.startswith(b) or b.startswith(a)]


@given(models=st.tuples(NAMES, NAMES), trainings=st.tuples(NAMES, NAMES))
def test_no_two_trainings_of_different_models_have_executions_of_one_name(
    models: tuple[str, str], trainings: tuple[str, str]
) -> None:
    assume(models[0] != models[1])
    mine, theirs = map(execution_name, models, trainings)
    assert mine != theirs


KEYS = st.one_of(
    st.just(ledger_keys.CHAMPION),
    st.just(ledger_keys.RETRAINING_LOCK),
    NAMES.map(ledger_keys.drift_check),
    NAMES.map(ledger_keys.approval),
    NAMES.map(lambda name: ledger_keys.history(NOW, name)),
    NAMES.map(ledger_keys.begun),
)


@given(models=st.tuples(NAMES, NAMES), keys=st.tuples(KEYS, KEYS))
def test_what_one_model_writes_into_the_ledger_is_not_there_for_another(
    models: tuple[str, str], keys: tuple[str, str]
) -> None:
    assume(models[0] != models[1])
    ledger = InMemoryLedger()
    mine, theirs = (ModelLedger(ledger, model) for model in models)
    assert mine.put(LedgerWrite(keys[0], "mine", 0))
    assert theirs.get(keys[1]) is None
    assert theirs.entries(f"{ledger_keys.partition(keys[0])}/") == []
    assert theirs.put(LedgerWrite(keys[1], "theirs", 0))
    found = mine.get(keys[0])
    assert found is not None
    assert (found.key, found.document) == (keys[0], "mine")
    assert [entry.key for entry in mine.entries(f"{ledger_keys.partition(keys[0])}/")] == [keys[0]]


@given(model=NAMES, other=NAMES)
def test_no_document_of_the_stage_is_one_of_a_model(model: str, other: str) -> None:
    stage = {ledger_keys.stage_model(other), ledger_keys.model_round(other), ledger_keys.place("experiment", other)}
    assert not [key for key in stage if ledger_keys.partition(key).startswith(ledger_keys.of_model(model))]
