"""What a decision found that people should know, as findings of incidents, and which incidents it shows to be over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from courtside.contracts.events import Trigger
from courtside.contracts.incidents import Severity
from courtside.contracts.records.situations import Situation
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision import Action, Decision, DecisionPolicy, RollBack, decide, evidence
from courtside.core.decision_alert import AlertContext, done
from courtside.core.drift.reports.report import DriftReport
from courtside.core.drift_alert import BROKEN_DATA, DRIFT, drift_alert, moved_in_one_line
from courtside.core.incidents import Finding
from courtside.core.performance_alert import CALIBRATION, PERFORMANCE, ROLL_BACK, in_one_line, performance_alert

_MENDED_FIRST = frozenset({"broken_columns", "files_quarantined"})
DRIFT_OFF = "drift_off"
"""Why nothing was checked where the contract wants no checks."""
_SETTLED = frozenset({"no_drift", "usual", "accepted"})
_ACTIONS = {PERFORMANCE: Action.RETRAIN, CALIBRATION: Action.RECALIBRATE, ROLL_BACK: Action.ROLL_BACK}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what it was made from; `report` is None where nothing was checked.

    `performance` is what people are told of the champion's, in sentences. A check is `late` if a round has decided
    about a later day already.
    """

    situation: Situation
    policy: DecisionPolicy
    decision: Decision
    report: DriftReport | None
    performance: tuple[str, ...] = ()
    late: bool = False

    def findings(self, context: AlertContext, *, evidence_id: str, at: datetime) -> Iterator[Finding]:
        """Yield what people should know, once for each matter; `evidence_id` names this check."""
        finding = partial(Finding, context.model, at=at, evidence=evidence_id, report=context.report_uri)
        view = self._of_the_data
        if self.report is not None and view.action in {Action.ALERT, Action.RETRAIN}:
            broken, drift = view.rule in _MENDED_FIRST, self.situation.drift
            kind = BROKEN_DATA if broken else DRIFT
            unread = tuple(file.file for file in self.report.files_quarantined)
            yield finding(
                kind=kind,
                alert=drift_alert(self.report, self.decision, context, kind=kind),
                line=f"{self._moved(broken=broken)}. {done(self.decision, context)}",
                subjects=(*drift.features_broken, *unread) if broken else drift.moved,
                did=context.execution_arn is not None and self.decision.trigger is view.trigger,
                severity=Severity.CRITICAL if broken and drift.features_broken else None,
            )
        if (found := self._of_performance) is not None:
            kind, test = found
            yield finding(
                kind=kind,
                alert=performance_alert(kind, test, self.situation, self.decision, context),
                line=f"{in_one_line(test, self.situation)} {done(self.decision, context)}",
                subjects=self._worse_than(kind, test),
                did=context.execution_arn is not None
                and self.decision.action is _ACTIONS[kind]
                and self.decision.trigger not in {Trigger.DRIFT, Trigger.SCHEDULE},
                severity=Severity.CRITICAL if test.opponent is Opponent.BASELINE else None,
            )

    def over(self) -> Iterator[tuple[str, str]]:
        """Yield the kinds of incidents that cannot be open after this check, and why not.

        A window that a person names may lie long ago, so it shows nothing to be over, and neither does a late one.
        """
        situation = self.situation
        if situation.named or self.late:
            return
        if situation.drift.unchecked == DRIFT_OFF:
            yield from ((kind, "the contract says that nothing is checked any more") for kind in (DRIFT, BROKEN_DATA))
        if self.report is not None:
            if self._of_the_data.rule in _SETTLED:
                yield DRIFT, f"{self._of_the_data.reason} in the window that ends before {situation.as_of}"
            if not situation.drift.features_broken and not situation.drift.files_quarantined:
                yield BROKEN_DATA, f"all columns and files of the window that ends before {situation.as_of} can be used"
        if not situation.performance.metric:  # the archives could not be read
            return
        champion = f"champion version {situation.history.champion_version}"
        if evidence.below(situation) is None:
            yield PERFORMANCE, f"labels do not show that {champion} does worse than it should"
        if evidence.miscalibrated(situation) is None:
            yield CALIBRATION, f"labels do not show that the probabilities of {champion} are off"
        if evidence.beaten_by_previous(situation) is None:
            yield ROLL_BACK, f"labels do not show that the version before does better than {champion}"

    @property
    def _of_the_data(self) -> Decision:
        """What would have been decided if nothing but the data mattered."""
        unknown = self.situation.performance.model_copy(update={"tests": ()})
        data = self.situation.model_copy(update={"performance": unknown, "due": None, "overdue_since": None})
        return decide(data, self.policy)

    @property
    def _of_performance(self) -> tuple[str, PromiseTest] | None:
        """The one matter of performance that people are told of: what mends it says which."""
        situation = self.situation
        if self.policy.roll_back is not RollBack.NEVER and (test := evidence.beaten_by_previous(situation)):
            return ROLL_BACK, test
        if self.decision.rule != "performance_worse" and (test := evidence.miscalibrated(situation)):
            return CALIBRATION, test
        return None if (test := evidence.below(situation)) is None else (PERFORMANCE, test)

    def _worse_than(self, kind: str, test: PromiseTest) -> tuple[str, ...]:
        if kind != PERFORMANCE:
            return (f"version {test.version}",)
        bars = [each for each in evidence.tests(self.situation) if each.opponent in evidence.BARS]
        return tuple(f"version {each.version} than {each.opponent}" for each in bars if each.outcome == evidence.WORSE)

    def _moved(self, *, broken: bool) -> str:
        assert self.report is not None
        if broken:
            return "The data must be mended first"
        return f"What moved: {moved_in_one_line(self.report)}"
