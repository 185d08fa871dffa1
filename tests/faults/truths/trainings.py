"""At most one training of a model runs at a time, each that was asked for and no other runs, and the lock is free."""

import itertools
import re
from collections import Counter
from datetime import datetime
from typing import Any

from courtside.contracts import ledger_keys
from courtside.contracts.execution_names import execution_name
from courtside.contracts.names import StackOutput
from courtside.contracts.records import TrainingSlots, UndoneTrainings
from courtside.workflows.decisions.logged import logged_decisions
from courtside.workflows.ledger_documents import read
from tests.faults.model import Model
from tests.faults.truths.truth import Before, Forgiven, truth
from tests.integration.stage.steps import ledger


def executions(model: Model) -> list[dict[str, Any]]:
    """Return the executions about a model, as Step Functions lists them."""
    pages = model.stage.aws.client("stepfunctions").get_paginator("list_executions")
    machine = model.loop.output(StackOutput.RETRAINING)
    found = [each for page in pages.paginate(stateMachineArn=machine) for each in page["executions"]]
    return [each for each in found if each["name"].startswith(execution_name(model.name, ""))]


@truth
def the_lock_is_free_and_nothing_waits(model: Model, _: Before, __: Forgiven) -> None:
    lock = model.lock()
    assert (lock.holder, lock.waiting, lock.behind) == (None, None, None)
    slots, _revision = read(ledger(model.stage), ledger_keys.TRAINING_SLOTS, TrainingSlots)
    if slots is not None:
        assert model.name not in [each.model for each in slots.running]
        assert model.name not in slots.waiting


@truth
def no_two_trainings_ran_at_once(model: Model, before: Before, _: Forgiven) -> None:
    began = [each for each in executions(model) if each["startDate"] >= before.at]
    spans = sorted(filter(None, (_training(model, each["executionArn"]) for each in began)))
    for (_, ended), (begun, _) in itertools.pairwise(spans):
        assert ended <= begun, f"one training began at {begun}, before the one before it had ended at {ended}"


def _training(model: Model, arn: str) -> tuple[datetime, datetime] | None:
    """Return when an execution trained: from its state Train's beginning to its end, or to the execution's own."""
    history = model.loop.history(arn)
    entered = [e for e in history if dict(e.get("stateEnteredEventDetails") or {}).get("name") == "Train"]  # type: ignore[call-overload]
    if not entered:
        return None
    left = [e for e in history if dict(e.get("stateExitedEventDetails") or {}).get("name") == "Train"]  # type: ignore[call-overload]
    return entered[0]["timestamp"], (left or history)[-1]["timestamp"]  # type: ignore[return-value]


@truth
def every_decision_that_asked_for_something_has_its_execution(model: Model, before: Before, _: Forgiven) -> None:
    there = {each["name"] for each in executions(model)}
    for record in logged_decisions(model.name, lake=model.stage.lake):
        if record.request is not None and record.decided_at >= before.at:
            name = execution_name(model.name, record.request.training_id)
            assert name in there, f"{record.check_id} asked for {name}, which was never started"


@truth
def every_execution_was_asked_for_and_each_cause_trained_once(model: Model, before: Before, _: Forgiven) -> None:
    decided = logged_decisions(model.name, lake=model.stage.lake)
    asked = {*model.asked, *(each.request.training_id for each in decided if each.request is not None)}
    known = {execution_name(model.name, training_id) for training_id in asked} | _undone(model)
    began = {each["executionArn"]: _cause(each["name"]) for each in executions(model) if each["startDate"] >= before.at}
    unasked = set(began.values()) - known
    assert not unasked, f"nobody asked for {sorted(unasked)}"
    trained = Counter(cause for arn, cause in began.items() if _training(model, arn) is not None)
    again = [cause for cause, count in trained.items() if count > 1]
    assert not again, f"these trainings were asked for once and ran several times: {again}"


def _cause(execution: str) -> str:
    """Return the name of the execution that was put off, for one that takes its turn; of any other its own."""
    return re.sub(r"\.again\d*-", ".", execution)


def _undone(model: Model) -> frozenset[str]:
    """Return the executions that restores have undone, with the decisions that had asked for them."""
    found, _revision = read(model.ledger, ledger_keys.UNDONE_TRAININGS, UndoneTrainings)
    return frozenset() if found is None else frozenset(found.executions)
