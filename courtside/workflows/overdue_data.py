"""Overdue data: announced once, by the age of the newest row."""

from dataclasses import dataclass
from datetime import date, timedelta

from courtside.contracts import ledger_keys
from courtside.contracts.records import ChampionReference
from courtside.core.data_alerts import overdue_alert
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.rhythm import LOOK_BACK, overdue_since
from courtside.workflows.claims import Claims
from courtside.workflows.ports import AlertChannel, Lake
from courtside.workflows.row_days import days_with_rows
from courtside.workflows.scheduled_training import data_until


@dataclass(frozen=True, slots=True)
class OverdueData:
    """Tells people about missing data; the contract says how late rows may be, and in which season they come."""

    lake: Lake
    dataset: Dataset
    claims: Claims
    alerts: AlertChannel

    def tell(self, today: date, *, champion: ChampionReference, newest: date | None) -> date | None:
        """Return the newest row's day if newer rows are overdue, and tell people once; else return None.

        `newest` is the newest row's day where the caller knows it: while it is recent, nothing has to be read. Rows
        that are too old to be looked for are known from the champion, which was trained on them.
        """
        watch = self.dataset.watch
        if newest is not None and today - newest <= watch.patience:
            return None
        days = days_with_rows(Days(today - LOOK_BACK, today), lake=self.lake, dataset=self.dataset)
        if not days and (known_until := data_until(self.dataset.name, champion.training_id, lake=self.lake)):
            days = {known_until - timedelta(days=1)}
        since = overdue_since(days, today=today, patience=watch.patience, season=watch.season)
        if since is not None:
            alert = overdue_alert(dataset=self.dataset.name, newest=since, today=today)
            key = ledger_keys.notice("overdue", since.isoformat())
            self.claims.once(key, lambda: self.alerts.publish(alert))
        return since
