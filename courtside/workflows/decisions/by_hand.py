"""What people decide themselves is logged like what a stage decides: it is history for the decisions that follow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Window
from courtside.contracts.records import DecisionRecord
from courtside.core.decision import Action
from courtside.workflows.check_records import decision_key, document_of
from courtside.workflows.ports import Lake
from courtside.workflows.rollback import Moved

BY_HAND = "manual"
PROMOTE = "promote"
"""What only people do: make a version champion that no gate let pass."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DecisionsByHand:
    """Logs what a person does with one model."""

    lake: Lake
    model: str
    by: str

    def start(self, request: RetrainingRequest, start: Callable[[RetrainingRequest], str], *, now: datetime) -> str:
        """Start a training that a person asks for, and return its execution; the decision is logged before."""
        record = self._record(
            request.training_id,
            Action.RECALIBRATE if request.recalibrate else Action.RETRAIN,
            Window(start=request.as_of - _DAY, end=request.as_of),
            reason=request.reason,
            now=now,
        ).model_copy(update={"request": request, "history": None if request.recalibrate else request.history})
        self._log(record)
        arn = start(request)
        self._log(record.model_copy(update={"execution_arn": arn, "done": True}))
        return arn

    def moved(self, moved: Moved, action: str, *, reason: str, now: datetime) -> None:
        """Log that a person made another version champion (`PROMOTE`), or an earlier one again; a repair is neither."""
        if moved.before == moved.after:
            return
        today = now.date()
        record = self._record(
            f"{action}-v{moved.before}-to-v{moved.after}-{now:%Y%m%dT%H%M%S}",
            action,
            Window(start=today - _DAY, end=today),
            reason=reason,
            now=now,
        )
        self._log(record.model_copy(update={"champion_version": moved.before or "", "done": True}))

    def _record(self, name: str, action: str, window: Window, *, reason: str, now: datetime) -> DecisionRecord:
        return DecisionRecord(
            model=self.model,
            check_id=lake_keys.decided_by_hand(name),
            window=window,
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
