"""Overdue data: announced once, by the age of the newest row."""

from dataclasses import dataclass
from datetime import date

from courtside.contracts import ledger_keys
from courtside.core.data_alerts import overdue_alert
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.rhythm import LOOK_BACK, overdue_since
from courtside.core.rows import days_of, within
from courtside.workflows.claims import Claims
from courtside.workflows.loads import days_of_load, read_loads
from courtside.workflows.ports import AlertChannel, Lake
from courtside.workflows.row_source import NoRows
from courtside.workflows.rows import rows_of, usable_files


@dataclass(frozen=True, slots=True)
class OverdueData:
    """Tells people about missing data; the contract says how late rows may be, and in which season they come."""

    lake: Lake
    dataset: Dataset
    claims: Claims
    alerts: AlertChannel

    def tell(self, today: date, *, newest: date | None) -> date | None:
        """Return the newest row's day if newer rows are overdue, and tell people once; else return None.

        `newest` is the newest row's day where the caller knows it: while it is recent, nothing has to be read.
        """
        watch = self.dataset.watch
        if newest is not None and today - newest <= watch.patience:
            return None
        since = overdue_since(self._days(today), today=today, patience=watch.patience, season=watch.season)
        if since is not None:
            alert = overdue_alert(dataset=self.dataset.name, newest=since, today=today)
            key = ledger_keys.notice("overdue", f"{self.dataset.name}-{since}")
            self.claims.once(key, lambda: self.alerts.publish(alert))
        return since

    def _days(self, today: date) -> set[date]:
        days = Days(today - LOOK_BACK, today)
        column = self.dataset.time_column
        if column is None:
            loads, _ = read_loads(rows_of(self.dataset).prefix, lake=self.lake)
            return {load.first_day for load in loads.loads if load.state.counts and days.meets(days_of_load(load))}
        try:
            files, _ = usable_files(days, lake=self.lake, dataset=self.dataset)
        except NoRows:
            return set()
        tables = [file.table for file in files if column in file.table.column_names]
        return {day for table in tables for day in days_of(within(table, column, days), column)}
