"""What people would have been told in a replay: the incidents of a stage, kept in memory."""

from dataclasses import dataclass, field

from courtside.contracts.records import DecisionRecord, IncidentRecord
from courtside.core.decision_alert import AlertContext
from courtside.core.decision_findings import Decided
from courtside.core.incidents import changes


@dataclass
class ReplayedIncidents:
    """The newest incident of each kind; `told` counts the alerts about all of them."""

    newest: dict[str, IncidentRecord] = field(default_factory=dict)
    told: int = 0

    def take(self, decided: Decided, record: DecisionRecord, *, started: bool) -> int:
        """Take in what a decision found and ended, and return how many alerts people would have been sent.

        Nobody answers an incident in a replay.
        """
        context = AlertContext(
            model=record.model,
            start=record.window.start,
            end=record.window.end,
            champion=record.champion_version,
            report_uri="",
            execution_arn=record.check_id if started else None,
            performance=decided.performance,
        )
        before, at = self.told, record.decided_at
        for finding in decided.findings(context, evidence_id=record.check_id, at=at):
            self._keep(changes.found(self.newest.get(finding.kind), finding))
        evidence = f"{record.check_id}-{decided.situation.as_of}"
        for kind, said in decided.over():
            after = changes.over(self.newest.get(kind), at=at, evidence=evidence, said=said)
            if after is not None:
                self._keep(after)
        return self.told - before

    def _keep(self, record: IncidentRecord) -> None:
        while record.unsent:
            record = changes.sent(record, record.unsent[0].id)
            self.told += 1
        self.newest[record.kind] = record
