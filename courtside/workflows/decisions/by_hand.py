"""What people decide themselves is logged like what a stage decides: it is history for the decisions that follow."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Window
from courtside.contracts.records import DecisionRecord, Reign
from courtside.core.decision import Action
from courtside.workflows import rollback
from courtside.workflows.check_records import decision_key, document_of
from courtside.workflows.decisions.logged import logged_decisions
from courtside.workflows.ports import Lake

BY_HAND = "manual"
PROMOTE = "promote"
"""What only people do: make a version champion that no gate let pass."""
_DAY = timedelta(days=1)
_ACTIONS = {rollback.BY_HAND: PROMOTE, rollback.ROLLBACK: Action.ROLL_BACK.value}


@dataclass(frozen=True, slots=True)
class DecisionsByHand:
    """Logs what a person does with one model."""

    lake: Lake
    model: str
    by: str

    def start(self, request: RetrainingRequest, start: Callable[[RetrainingRequest], str], *, now: datetime) -> str:
        """Start a training that a person asks for, and return its execution; the decision is logged before.

        Where the same person asked for the same within a day and it broke off, that training goes on under its own id.
        """
        begun = self._broken_off(request, now=now)
        record = begun or self._record(
            request.training_id,
            Action.RECALIBRATE if request.recalibrate else Action.RETRAIN,
            request.as_of,
            reason=request.reason,
            now=now,
        ).model_copy(update={"request": request, "history": None if request.recalibrate else request.history})
        self._log(record)
        arn = start(record.request or request)
        self._log(record.model_copy(update={"execution_arn": arn, "done": True}))
        return arn

    def _broken_off(self, request: RetrainingRequest, *, now: datetime) -> DecisionRecord | None:
        """Return the decision about the same request that was logged, and of which nobody knows that it started."""
        day = request.as_of
        for record in reversed(logged_decisions(self.model, lake=self.lake, since=day, until=day)):
            known, asked = record.request, {"training_id": request.training_id}
            same = known is not None and known.model_copy(update=asked) == request
            if same and record.by == self.by and not record.done and record.decided_at > now - _DAY:
                return record
        return None

    def moved(self, reigns: list[Reign]) -> None:
        """Log how people made the newest champions, given the history of all; what is logged already stays as it is.

        The champion before the newest one is looked at too, because a command may have broken off before it was logged.
        A repair, after which the same version is champion, is no decision, and what a stage decided is logged by it.
        """
        for before, reign in list(itertools.pairwise([None, *reigns]))[-2:]:
            by_a_person = reign is not None and reign.rule in _ACTIONS and reign.by != rollback.DECISION
            version = "" if before is None else before.version
            if reign is None or not by_a_person or reign.version == version:
                continue
            action = _ACTIONS[reign.rule]
            name = f"{action}-v{version or None}-to-v{reign.version}-{reign.since:%Y%m%dT%H%M%S}"
            record = self._record(name, action, reign.since.date(), reason=reign.reason, now=reign.since)
            changes = {"champion_version": version, "done": True, "by": reign.by}
            self.lake.claim(decision_key(record), document_of(record.model_copy(update=changes)))

    def _record(self, name: str, action: str, day: date, *, reason: str, now: datetime) -> DecisionRecord:
        return DecisionRecord(
            model=self.model,
            check_id=lake_keys.decided_by_hand(name),
            window=Window(start=day - _DAY, end=day),
            champion_version="",
            action=action,
            rule=BY_HAND,
            reason=reason,
            report_key="",
            decided_at=now,
            by=self.by,
        )

    def _log(self, record: DecisionRecord) -> None:
        self.lake.write(decision_key(record), document_of(record))
