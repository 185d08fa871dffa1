"""Rows follow the documents that they are made from, and only what changed is read again."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.archive import STAGE_ITSELF, table_named
from courtside.contracts.incidents import IncidentState
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.archive.derive import derive_incidents
from courtside.workflows.archive.deriving import DerivingBusy
from courtside.workflows.ports import StoredObject
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.archive.sources import DAY, HOUR, MODEL, NEXT, NOON, Sources, request


def test_a_decision_is_a_row_with_its_numbers_and_what_it_asked_for() -> None:
    sources = Sources()
    sources.decide("a", numbers={"psi": 0.3}, would_change=("less",), request=request(), load="l1")
    sources.decide("manual-b", NEXT, by="Ana", overdue_since=DAY)
    assert sources.derive() == 2
    first, second = sources.rows("decisions")
    assert (first["check_id"], first["dt"], first["model"], first["action"]) == ("a", "2026-03-01", MODEL, "alert")
    assert (first["numbers"], first["would_change"], first["load_id"]) == ([("psi", 0.3)], ["less"], "l1")
    assert (first["asked_for"], first["training_id"], first["by_hand"]) == ("retraining", "t1", False)
    assert (second["by_hand"], second["decided_by"], second["overdue_since"]) == (True, "Ana", DAY)
    assert second["asked_for"] is None


def test_a_check_is_a_run_too_and_what_a_person_decided_is_none() -> None:
    sources = Sources()
    sources.decide("a")
    sources.decide("manual-b")
    sources.lake.write(lake_keys.decision(MODEL, NEXT, "c"), b"{")
    sources.derive()
    assert [(row["id"], row["kind"], row["state"], row["failed"]) for row in sources.rows("runs")] == [
        ("a", "check", "done", False),
        ("c", "check", "failed", True),
    ]
    assert [row["check_id"] for row in sources.rows("decisions")] == ["a", "manual-b"]


def test_an_incident_is_a_row_as_it_stands_under_the_day_on_which_it_was_opened() -> None:
    sources = Sources()
    sources.open("i1", subjects=("age",))
    sources.derive()
    assert [(row["state"], row["subjects"], row["resolved_at"]) for row in sources.rows("incidents")] == [
        ("open", ["age"], None)
    ]
    sources.open("i1", state=IncidentState.RESOLVED, resolved_at=NOON + timedelta(days=9), by="Ana", note="fixed")
    sources.open("stage-1", model="")
    assert sources.derive() == 1
    (row,) = sources.rows("incidents")
    assert (row["dt"], row["state"], row["answered_by"], row["note"]) == ("2026-03-01", "resolved", "Ana", "fixed")
    assert derive_incidents("", lake=sources.lake) == 1
    assert [row["id"] for row in sources.rows("incidents", STAGE_ITSELF)] == ["stage-1"]


def test_the_production_history_is_rows_and_a_champion_that_ends_is_written_anew() -> None:
    sources = Sources()
    sources.crown("1", NOON)
    assert sources.derive() == 1
    sources.crown("1", NOON, NOON + timedelta(days=1), revision=1)
    sources.crown("2", NOON + timedelta(days=1))
    assert sources.derive() == 2
    assert [(row["version"], row["champion_until"], row["decided_by"]) for row in sources.rows("production")] == [
        ("1", NOON + timedelta(days=1), "gate"),
        ("2", None, "gate"),
    ]


def test_a_training_is_a_row_that_stays_when_step_functions_forgets_it() -> None:
    sources = Sources()
    sources.run("t1")
    sources.derive()
    assert [(row["id"], row["state"], row["ended_at"]) for row in sources.rows("runs")] == [("t1", "running", None)]
    sources.run("t1", "FAILED", ended_at=NOON + HOUR, error="Boom")
    sources.derive()
    assert [(row["state"], row["outcome"], row["failed"]) for row in sources.rows("runs")] == [("failed", "Boom", True)]
    sources.executions.known.clear()
    sources.run("t2", started_at=NOON + HOUR)
    assert sources.derive() == 1
    assert sorted((row["id"], row["state"]) for row in sources.rows("runs")) == [("t1", "failed"), ("t2", "running")]


def test_without_changes_no_document_is_read_through_and_nothing_is_written() -> None:
    sources = filled()
    sources.derive()
    before = dict(sources.lake.objects)
    assert sources.derive() == 0
    assert sources.lake.objects == before


def test_only_the_days_of_changed_documents_are_written() -> None:
    sources = filled()
    sources.derive()
    before = dict(sources.lake.objects)
    sources.decide("b", NEXT, done=True)
    assert sources.derive() == 1
    changed = {key for key, content in sources.lake.objects.items() if before.get(key) != content}
    decisions, runs = table_named("decisions"), table_named("runs")
    assert changed <= {
        lake_keys.decision(MODEL, NEXT, "b"),
        decisions.derived_file(MODEL, NEXT, "decisions"),
        decisions.derived_from(MODEL, "decisions"),
        runs.derived_file(MODEL, NEXT, "decisions"),
    }
    assert [row["done"] for row in sources.rows("decisions")] == [False, False, True]


def test_rows_go_with_their_document() -> None:
    sources = filled()
    sources.derive()
    sources.lake.remove([lake_keys.decision(MODEL, DAY, "a"), lake_keys.incident(MODEL, "i1")])
    assert sources.derive() == 2
    assert [row["check_id"] for row in sources.rows("decisions")] == ["a2", "b"]
    assert [row["id"] for row in sources.rows("runs")] == ["a2", "t1", "b"]
    assert sources.rows("incidents") == []


def test_a_damaged_note_is_made_anew() -> None:
    sources = filled()
    sources.derive()
    note = table_named("decisions").derived_from(MODEL, "decisions")
    rows, noted = sources.rows("decisions"), sources.lake.objects[note]
    sources.lake.write(note, b"{")
    assert sources.derive() == 2
    assert (sources.rows("decisions"), sources.lake.objects[note]) == (rows, noted)


def filled(lake: InMemoryLake | None = None) -> Sources:
    sources = Sources(InMemoryLake() if lake is None else lake)
    sources.decide("a")
    sources.decide("a2")
    sources.decide("b", NEXT)
    sources.open("i1")
    sources.crown("1", NOON)
    sources.run("t1")
    return sources


def all_rows(sources: Sources) -> list[list[object]]:
    return [[*sources.rows(table)] for table in ("decisions", "incidents", "production", "runs")]


@pytest.mark.parametrize("change", range(1, 12))
def test_killed_at_any_point_it_ends_what_broke_off(change: int) -> None:
    expected = filled()
    expected.derive()
    lake = InterruptedLake()
    sources = filled(lake)
    lake.changes_left = change
    with pytest.raises(BrokeOff):
        sources.derive()
    sources.derive()
    assert all_rows(sources) == all_rows(expected)
    assert sources.derive() == 0


@pytest.mark.parametrize("change", [1, 2, 3])
def test_a_slower_one_does_not_leave_older_rows(change: int) -> None:
    """While one is about to write, another one sees a newer document and writes it first."""
    lake = InterruptedLake()
    sources = filled(lake)

    def overtake() -> None:
        sources.decide("a", done=True)
        sources.derive()

    lake.changes_left, lake.interrupt = change, overtake
    sources.derive()
    sources.derive()
    assert [row["done"] for row in sources.rows("decisions")] == [True, False, False]


@pytest.mark.parametrize("change", range(1, 12))
def test_a_slower_one_does_not_lose_a_run_that_it_has_not_seen(change: int) -> None:
    lake = InterruptedLake()
    sources = filled(lake)

    def overtake() -> None:
        sources.run("t2", started_at=NOON + HOUR)
        sources.derive()

    lake.changes_left, lake.interrupt = change, overtake
    sources.derive()
    sources.derive()
    assert {"t1", "t2"} <= {row["id"] for row in sources.rows("runs")}


def test_a_run_stays_that_was_written_before_a_column_came() -> None:
    sources, runs = Sources(), table_named("runs")
    sources.run("t1")
    sources.derive()
    key = runs.derived_file(MODEL, DAY, "executions")
    rows = read_parquet_content(sources.lake.read(key))
    sources.lake.write(key, parquet_content(rows.drop_columns(["ended_at"])))
    sources.executions.known.clear()
    sources.run("t2", started_at=NOON + HOUR)
    sources.derive()
    assert {row["id"] for row in sources.rows("runs")} == {"t1", "t2"}


def test_one_that_is_always_overtaken_gives_up() -> None:
    class Busy(InMemoryLake):
        def claim(self, key: str, content: bytes) -> bool:
            return False if key.endswith("_decisions.json") else super().claim(key, content)

    with pytest.raises(DerivingBusy, match="others kept writing the rows of decisions of churn"):
        filled(Busy()).derive()


def test_a_lake_with_versions_is_asked_for_changed_documents_only() -> None:
    """What did not change is not read: a listing says which version each document has."""

    @dataclass
    class Versions(InMemoryLake):
        seen: list[str] = field(default_factory=list)

        def list_objects(self, prefix: str) -> list[StoredObject]:
            return [replace(each, version_id=f"v{each.size}") for each in super().list_objects(prefix)]

        def read(self, key: str, *, version_id: str | None = None) -> bytes:
            self.seen.append(key)
            return super().read(key, version_id=version_id)

    lake = Versions()
    sources = filled(lake)
    sources.derive()
    sources.decide("b", NEXT, done=True)
    lake.seen.clear()
    sources.derive()
    assert [key for key in lake.seen if key.endswith(".json")] == [lake_keys.decision(MODEL, NEXT, "b")]
