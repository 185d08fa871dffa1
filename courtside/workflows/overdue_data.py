"""Overdue data: an incident is open for as long as the newest row is too old."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courtside.contracts.records import ChampionReference
from courtside.core.data_alerts import overdue_alert
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.incidents import Finding
from courtside.core.incidents.kinds import no_new_data
from courtside.core.rhythm import LOOK_BACK, overdue_since
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import Lake
from courtside.workflows.row_days import days_with_rows
from courtside.workflows.scheduled_training import data_until


@dataclass(frozen=True, slots=True)
class OverdueData:
    """Tells people about missing data; the contract says how late rows may be, and in which season they come."""

    lake: Lake
    dataset: Dataset
    incidents: Incidents

    def tell(self, today: date, *, champion: ChampionReference, newest: date | None, now: datetime) -> date | None:
        """Return the newest row's day if newer rows are overdue, and tell people; else return None, and end that.

        `newest` is the newest row's day where the caller knows it: while it is recent, nothing has to be read. Rows
        that are too old to be looked for are known from the champion, which was trained on them.
        """
        watch = self.dataset.watch
        if newest is not None and today - newest <= watch.patience:
            self._over(today, f"The newest row is of {newest}", now=now)
            return None
        days = days_with_rows(Days(today - LOOK_BACK, today), lake=self.lake, dataset=self.dataset)
        if not days and (known_until := data_until(self.dataset.name, champion.training_id, lake=self.lake)):
            days = {known_until - timedelta(days=1)}
        since = overdue_since(days, today=today, patience=watch.patience, season=watch.season)
        if since is None:
            came = (
                f"The newest row is of {max(days)}, and no newer one is expected yet" if days else "No row is expected"
            )
            self._over(today, came, now=now)
            return None
        finding = Finding(
            model=self.dataset.name,
            kind=no_new_data.KIND.name,
            at=now,
            evidence=f"{since}-missed-{today}",
            alert=overdue_alert(dataset=self.dataset.name, newest=since, today=today),
            line=f"No new data of {self.dataset.name} since {since}",
        )
        self.incidents.report(finding)
        return since

    def _over(self, today: date, said: str, *, now: datetime) -> None:
        self.incidents.resolve(self.dataset.name, no_new_data.KIND.name, at=now, evidence=f"came-{today}", said=said)
