"""The tables that people query: each is named once, described, and lies apart from the others."""

from datetime import date
from itertools import permutations

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.archive import STAGE_ITSELF, TABLES, ArchiveTable, NoSuchTable, day_of_file, table_named
from courtside.contracts.key_names import NameUnusable, is_name

DAY = date(2026, 3, 1)


def test_every_table_that_people_query_is_there_under_its_own_name() -> None:
    assert list(TABLES) == [
        "arrivals", "decisions", "drift", "estimates", "evidence", "incidents", "labels", "performance", "predictions",
        "production", "promise_tests", "runs",
    ]  # fmt: skip
    assert {name: table.name for name, table in TABLES.items()} == {name: name for name in TABLES}
    with pytest.raises(NoSuchTable, match=r"no table 'games'; its tables are arrivals, decisions"):
        table_named("games")


def test_no_table_lies_within_another_or_beside_records_that_are_not_parquet() -> None:
    prefixes = [*(table.prefix for table in TABLES.values()), lake_keys.DECISIONS_PREFIX]
    assert [(one, other) for one, other in permutations(prefixes, 2) if one.startswith(other)] == []
    for table in TABLES.values():
        assert table.of("churn") in lake_keys.all_of("churn")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_and_each_of_its_columns_is_described_in_words(table: ArchiveTable) -> None:
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert not {"model", "dt"} & set(names)
    assert all(name == name.lower() and name.isidentifier() for name in names)
    assert all(column.meaning.endswith(".") and column.meaning[0].isupper() for column in table.columns)
    assert table.about
    assert table.day


def test_the_stage_itself_is_no_model_and_no_name_leads_elsewhere() -> None:
    incidents = table_named("incidents")
    assert not is_name(STAGE_ITSELF)
    assert incidents.day_of(STAGE_ITSELF, DAY) == "archive/incident_rows/model=stage.itself/dt=2026-03-01/"
    assert incidents.of("*") == "archive/incident_rows/model=*/"
    with pytest.raises(NameUnusable):
        incidents.of("../games")


def test_only_files_below_a_day_are_rows() -> None:
    labels = table_named("labels")
    assert day_of_file(f"{labels.day_of('churn', DAY)}000001.parquet") == DAY
    for other in ("_progress.json", "dt=2026-03-01/_000001.parquet", "dt=2026-02-30/1.parquet", "dt=2026-03-01/1.json"):
        assert day_of_file(f"{labels.of('churn')}{other}") is None
