"""How a life is brought to its end, and what must be there then: all that was acknowledged, once."""

import time
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys
from courtside.contracts.execution_names import execution_name
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.parquet import read_parquet_content
from courtside.workflows.decisions.logged import logged_decisions
from tests.faults.load import deeds, mishaps
from tests.faults.load.life import PATIENCE_SECONDS, Life
from tests.faults.model import Model
from tests.faults.truths.alerts import letters
from tests.faults.truths.trainings import executions

TRAINS = "A challenger is being trained"
"""What is told of each training that drift starts, though its matter is known."""


def ended(life: Life, letters_before: int) -> None:
    """Let what still runs come to its end, answer who waits, send what was not told, and let two more days pass."""
    at_rest(life)
    for _ in range(deeds.LABEL_DAYS):
        deeds.a_round(life, life.days)
    at_rest(life)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while letters(life.model) > letters_before:
        assert time.monotonic() < deadline, "alerts stay among the dead letters"
        life.patiently("alerts are sent again", lambda: life.of_stage("alerts", "redrive"))


def at_rest(life: Life) -> None:
    """Wait until nothing of the model runs or waits; challengers that wait for a person are rejected."""
    deadline, model = time.monotonic() + PATIENCE_SECONDS, life.model
    while model.running() or model.lock().holder or model.lock().waiting:
        assert time.monotonic() < deadline, f"{model.running()} still run, and the lock says {model.lock()}"
        deeds.answered(life, life.chance("end", 0), yes=0.0)
        time.sleep(0.5)


def require_whole(life: Life) -> None:
    """Require that all is there that was acknowledged, and that nothing is there twice."""
    require_rows(life)
    require_checks(life)
    require_trainings(life)
    require_champions(life)


def _table(model: Model, prefix: str, empty: pa.Table) -> pa.Table:
    lake = model.stage.lake
    found = [read_parquet_content(lake.read(key)) for key in lake.keys(prefix) if key.endswith(".parquet")]
    return pa.concat_tables([empty, *(each.select(empty.column_names) for each in found)])


def require_rows(life: Life) -> None:
    """Require each row in the table, one prediction of it by each champion that predicted it, and its newest label."""
    model, kept = life.model, life.kept
    loaded = {
        each
        for key in model.stage.lake.keys(lake_keys.tables(model.name))
        if key.endswith(".parquet") and "/_" not in key
        for each in deeds.ids(read_parquet_content(model.stage.lake.read(key)))
    }
    assert kept.rows <= loaded, f"rows were lost: {sorted(kept.rows - loaded)[:5]}"
    predictions = _table(model, lake_keys.predictions(model.name), PREDICTIONS.empty_table().select(["id", "role"]))
    predicted = set(
        predictions.filter(pc.equal(predictions.column("role"), pa.scalar(Role.CHAMPION.value)))["id"].to_pylist()
    )
    assert kept.predicted <= predicted, (
        f"{len(kept.predicted - predicted)} of {len(kept.predicted)} predictions were lost, such as "
        f"{sorted(kept.predicted - predicted)[:5]}; there are {sorted(predicted)[:5]}"
    )
    labels = _table(model, lake_keys.labels(model.name), LABELS.empty_table())
    wrong = deeds.labels_differ(labels, kept.labels)
    assert not wrong, f"labels were lost or changed: {wrong[:5]}"


def require_checks(life: Life) -> None:
    """Require each check that was answered in the log, and no other one of its window by the same champion."""
    logged = Counter(each.check_id for each in logged_decisions(life.model.name, lake=life.model.stage.lake))
    asked = {check for checks in life.kept.checks.values() for check in checks}
    assert asked <= logged.keys(), f"decisions were lost: {sorted(asked - logged.keys())[:5]}"
    assert not [check for check in asked if logged[check] > 1]


def require_trainings(life: Life) -> None:
    """Require that each training that was asked for ran or made way for the next, and that people know how it ended."""
    model = life.model
    found = {each["name"]: each["status"] for each in executions(model)}
    for training in life.kept.trainings:
        assert execution_name(model.name, training) in found, f"{training} was lost"
    for name, status in found.items():
        training = name.partition(".")[2]
        if status != "SUCCEEDED":
            assert model.told(training), f"nobody was told that {training} ended as {status}"


def require_champions(life: Life) -> None:
    """Require that history names each move by a person, in their order."""
    history = [each["version"] for each in life.command("versions", "history")]
    moves = iter(history)
    assert all(any(version == each for each in moves) for version in life.kept.champions), (
        f"the history {history} lacks some of the moves {life.kept.champions}"
    )


def require_told_once(life: Life, messages_before: int) -> None:
    """Require that people were told the same no more often than a process was killed that may just have told them.

    Nobody can see whether a process was killed right before or right after a message left it, so it is sent again.
    """
    texts = [message.text for message in life.model.stage.slack.messages[messages_before:]]
    again = {text: count - 1 for text, count in Counter(texts).items() if count > 1 and TRAINS not in text}
    assert sum(again.values()) <= life.kept.mishaps[mishaps.KILLED], f"people were told again: {again}"
