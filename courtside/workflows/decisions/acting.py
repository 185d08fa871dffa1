"""Doing what was decided, once, and telling people of it."""

from dataclasses import dataclass
from datetime import date

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.execution_names import (
    roll_back_of,
    training_by_performance,
    training_by_schedule,
    training_of_check,
)
from courtside.contracts.records import DecisionRecord
from courtside.core.dataset import Dataset
from courtside.core.decision import ACTS, Action, Decision
from courtside.core.decision_alert import AlertContext
from courtside.core.decision_findings import Decided
from courtside.core.incidents.changes import FOUND_AGAIN
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import Lake, Ledger, Retraining
from courtside.workflows.undone_trainings import not_undone


@dataclass(frozen=True, slots=True)
class Acting:
    """Carries out decisions about one model; whatever is repeated happens once."""

    lake: Lake
    dataset: Dataset
    retraining: Retraining
    incidents: Incidents
    ledger: Ledger

    def request(self, record: DecisionRecord, decision: Decision, *, as_of: date) -> RetrainingRequest | None:
        """Return what a decision asks the retraining machine for, None where it changes nothing.

        Its id is that of what led to it, so that the same cause starts nothing twice; rows before `as_of` count.
        """
        if decision.action not in ACTS:
            return None
        versions = {}
        if decision.action is Action.ROLL_BACK:
            versions = {"roll_back_to": decision.version, "roll_back_from": record.champion_version}
        by_data = decision.trigger in {Trigger.DRIFT, Trigger.SCHEDULE}
        return RetrainingRequest(
            model=self.dataset.name,
            training_id=training_id_of(record, decision),
            as_of=record.window.end if by_data else as_of,
            trigger=decision.trigger or Trigger.PERFORMANCE,
            reason=record.reason,
            report=self.lake.uri(record.report_key) if record.report_key else "",
            cooldown_days=self.dataset.retrain.cooldown.days if decision.action is not Action.ROLL_BACK else 0,
            recalibrate=decision.action is Action.RECALIBRATE,
            **versions,
            history=decision.history or "all",
        )

    def start(self, record: DecisionRecord) -> DecisionRecord:
        """Start what a record asks for, and return the record with the execution.

        What a restore has undone is started again, under another name, which the record then has too.
        """
        if record.request is None:
            return record
        request = not_undone(record.request, ledger=self.ledger)
        return record.model_copy(update={"request": request, "execution_arn": self.retraining.start(request)})

    def tell(self, decided: Decided, record: DecisionRecord, *, page_key: str | None = None) -> bool:
        """Report what people should know, and end the incidents that are over; return whether anything was new."""
        key = page_key or record.report_key
        context = AlertContext(
            model=self.dataset.name,
            start=record.window.start,
            end=record.window.end,
            champion=record.champion_version,
            report_uri=self.lake.uri(key) if key else "",
            execution_arn=record.execution_arn,
            performance=decided.performance,
        )
        findings = decided.findings(context, evidence_id=record.check_id, at=record.decided_at)
        incidents = [self.incidents.report(finding) for finding in findings]
        self.end(decided, record)
        return any(each.events[-1].what != FOUND_AGAIN for each in incidents)

    def end(self, decided: Decided, record: DecisionRecord) -> None:
        """End the incidents that a check shows to be over."""
        evidence = f"{record.check_id}-{decided.situation.as_of}"
        for kind, said in decided.over():
            self.incidents.resolve(self.dataset.name, kind, at=record.decided_at, evidence=evidence, said=said)


def training_id_of(record: DecisionRecord, decision: Decision) -> str:
    """Return the id of what a decision starts: the same cause has the same one."""
    version, due = record.champion_version, decision.due
    if decision.version is not None:
        return roll_back_of(version, to=decision.version)
    if due is None:
        return training_of_check(record.check_id)
    if decision.trigger is Trigger.SCHEDULE:
        return training_by_schedule(version, due)
    return training_by_performance(version, due, recalibrate=decision.action is Action.RECALIBRATE)
