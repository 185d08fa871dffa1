"""What a replayed model's decisions remember: trainings, rollbacks and checks, as a stage's log has them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import DecisionRecord, PastCheck, PastRollBack, PastTraining
from courtside.workflows.decisions.history import MOST_CHECKS, REMEMBERED


@dataclass
class History:
    """The past of a model; `checks` have the version that was champion at each."""

    trainings: list[PastTraining] = field(default_factory=list)
    roll_backs: list[PastRollBack] = field(default_factory=list)
    checks: list[tuple[str, PastCheck]] = field(default_factory=list)

    def started(self, training_id: str) -> bool:
        """Tell whether a training of this name, or a rollback, was started before: a name starts nothing twice."""
        return any(each.training_id == training_id for each in self.trainings)

    def asked(self, record: DecisionRecord, request: RetrainingRequest) -> None:
        """Take note of what a decision started."""
        if request.roll_back_to is not None:
            version = request.roll_back_from or record.champion_version
            self.roll_backs.append(PastRollBack(version=version, to=request.roll_back_to, day=request.as_of))
            return
        self.trainings.append(
            PastTraining(
                training_id=request.training_id,
                as_of=request.as_of,
                trigger=request.trigger,
                recalibrated=request.recalibrate,
                moved=record.situation.drift.moved if record.situation else (),
                champion=record.champion_version,
            )
        )

    def checked(self, record: DecisionRecord) -> None:
        """Take note of a round's decision."""
        situation = record.situation
        assert situation is not None
        check = PastCheck(
            day=situation.as_of,
            moved=situation.drift.moved,
            unchecked=bool(situation.drift.unchecked),
            action=record.action,
            rule=record.rule,
        )
        self.checks.append((situation.history.champion_version, check))
        del self.checks[:-MOST_CHECKS]

    def facts(self, champion: str, as_of: date) -> dict[str, Any]:
        """Return what a decision about a champion may know on a day."""
        since = as_of - REMEMBERED
        return {
            "trainings": tuple(each for each in self.trainings if each.as_of >= since),
            "roll_backs": tuple(each for each in self.roll_backs if each.day >= since),
            "checks": tuple(check for version, check in self.checks if version == champion),
        }
