"""The days of a range on which the lake has rows of a dataset."""

from datetime import date

from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.rows import days_of, within
from courtside.workflows.loads import days_of_load, read_loads
from courtside.workflows.ports import Lake
from courtside.workflows.row_source import NoRows
from courtside.workflows.rows import rows_of, usable_files


def days_with_rows(days: Days, *, lake: Lake, dataset: Dataset) -> set[date]:
    """Return the days that have rows, or, where rows have no times, those of the loads that count.

    Raises `NothingReadable`, `FilesDiffer`, `LoadsDamaged`.
    """
    column = dataset.time_column
    if column is None:
        loads, _ = read_loads(rows_of(dataset).prefix, lake=lake)
        return {load.first_day for load in loads.loads if load.state.counts and days.meets(days_of_load(load))}
    try:
        files, _ = usable_files(days, lake=lake, dataset=dataset)
    except NoRows:
        return set()
    tables = [file.table for file in files if column in file.table.column_names]
    return {day for table in tables for day in days_of(within(table, column, days), column)}
