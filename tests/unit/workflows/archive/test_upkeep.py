"""A model's part of a round leaves its rows as its documents are, and its past days in few files."""

from datetime import date, timedelta

from courtside.contracts.archive import STAGE_ITSELF, table_named
from courtside.workflows.archive.compact import FEWEST
from courtside.workflows.archive.upkeep import ArchiveUpkeep
from tests.fakes.ports import InMemoryLedger
from tests.unit.workflows.archive.sources import MODEL, NOON, Sources
from tests.unit.workflows.archive.test_compact import append


def test_rows_are_derived_and_past_days_merged_of_the_model_that_is_asked_for() -> None:
    ledger, asked = InMemoryLedger(), []
    sources = Sources()
    sources.run("t1")
    sources.decide("a")
    sources.open("stage-1", model="")
    today = NOON + timedelta(days=9)
    append(sources.lake, *range(1, FEWEST + 1))
    append(sources.lake, *range(1, FEWEST + 1), day=today.date())

    upkeep = ArchiveUpkeep(sources.lake, ledger, lambda model: (asked.append(model), sources.executions)[1])
    for _ in range(2):
        upkeep.tend(MODEL, now=today)
    assert asked == [MODEL, MODEL]
    assert [row["id"] for row in sources.rows("runs")] == ["a", "t1"]
    estimates = table_named("estimates")
    assert len(sources.lake.keys(estimates.day_of(MODEL, date(2026, 3, 1)))) == 1
    assert len(sources.lake.keys(estimates.day_of(MODEL, today.date()))) == FEWEST
    assert sources.rows("incidents", STAGE_ITSELF) == []
    upkeep.tend(None, now=today)
    assert [row["id"] for row in sources.rows("incidents", STAGE_ITSELF)] == ["stage-1"]
