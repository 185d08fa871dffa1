"""Print as one JSON object how many alerts people get about drift in a year of one model, on the real games.

Every July a champion is trained on all games so far. Until the next July its newest 30 days are checked every week, as
the contract `nba_games` asks for, and each check goes through drift, decision and incident. An alert is whatever people
are told: an incident is opened, updated or resolved. The years are those of `real_windows.py`, whose seasons were
called quiet or shifted before anything was measured.

Beside it stand two that know no incident: `classic` alerts at each check in which any feature passes the classic
thresholds, and `every_check` at each check that finds drift by Courtside's own policy.

A decision to train needs a gate: with `passes` each challenger becomes champion on the day of its training, and with
`rejects` none does, which is the worst for people. What other policies would have told is measured with `rejects`,
because what a check finds depends on no policy then.

The real games must lie beside the project. Run `python -m benchmarks.alerts_a_year [--years N] [--every DAYS]` from the
project's root; with 12 years it takes about three minutes of processor
time.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.real_windows import GAMES, QUIET, SHIFTED
from courtside.contracts.events import Trigger
from courtside.contracts.records import DriftFacts, HistoryFacts, IncidentRecord, PastCheck, PastTraining, Situation
from courtside.core.alerting import Alert
from courtside.core.dataset import Dataset
from courtside.core.decision import ACTS, Action, DecisionPolicy, decide
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, Profile, check, fit
from courtside.core.drift.reading.days import Days
from courtside.core.drift.story.facts import drift_facts
from courtside.core.drift.successive import former_windows, with_former
from courtside.core.features import build_features
from courtside.core.games import read_games
from courtside.core.incidents import Finding
from courtside.core.incidents.changes import found, over, sent
from courtside.core.reference import reference_rows
from courtside.core.rows import within
from courtside.datasets.catalog import load_dataset

MODEL = "nba_games"
POLICIES: Mapping[str, DecisionPolicy] = {
    "default": DecisionPolicy(),
    "share 0.3": DecisionPolicy(share=0.3),
    "persistence 2": DecisionPolicy(persistence=2),
    "persistence 2, one training a month": DecisionPolicy(persistence=2, most_a_month=1),
}


def main() -> None:
    """Print what is counted."""
    parser = argparse.ArgumentParser(description="Count the alerts of a year of one model.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--years", type=int, default=12, help="so many years, half of them quiet")
    parser.add_argument("--every", type=int, default=7, help="days between two checks")
    asked = parser.parse_args()
    if not GAMES.is_file():
        print(json.dumps({"benchmark": "alerts_a_year", "skipped": "the real games do not lie beside the project"}))
        return
    dataset = load_dataset(MODEL)
    table = build_features(read_games(GAMES).table, dataset=dataset)
    half = asked.years // 2
    years = {"quiet": _spread(QUIET, half), "changing": _spread(sorted(SHIFTED), half)}
    measured = {
        name: _group([Year(season, table, dataset, asked.every) for season in seasons])
        for name, seasons in years.items()
    }
    print(json.dumps({"benchmark": "alerts_a_year", "days_between_checks": asked.every, **measured}, indent=2))


def _spread(seasons: Sequence[int], count: int) -> list[int]:
    """Return so many seasons, evenly spread over all of them, or all if there are fewer."""
    count = min(count, len(seasons))
    return [seasons[round(place * (len(seasons) - 1) / max(1, count - 1))] for place in range(count)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check found, and whether any feature passed the classic thresholds."""

    facts: DriftFacts
    classic: bool


@dataclass(eq=False)
class Year:
    """The checks from one July to the next; what a champion's reference says of a day is counted once."""

    season: int
    table: pa.Table
    dataset: Dataset
    every: int
    known: dict[date, Profile] = field(default_factory=dict)
    seen: dict[tuple[date, date], Seen] = field(default_factory=dict)

    @property
    def start(self) -> date:
        """The first of July before the season."""
        return date(self.season - 1, 7, 1)

    def days(self) -> Iterator[date]:
        """Yield the days of the checks."""
        for number in range(self.every, 366, self.every):
            yield self.start + timedelta(days=number)

    def check(self, day: date, trained: date) -> Seen | None:
        """Check the window before a day against the champion of a day; None for a window without rows."""
        if (day, trained) not in self.seen:
            window = self._rows(day - self.dataset.watch.window, day)
            if window.num_rows == 0:
                return None
            self.seen[day, trained] = self._checked(window, day, self._reference(trained))
        return self.seen[day, trained]

    def _rows(self, start: date | None, end: date) -> pa.Table:
        return within(self.table, self.dataset.time_column, Days(start, end))

    def _reference(self, trained: date) -> Profile:
        if trained not in self.known:
            past = self._rows(None, trained)
            self.known[trained] = fit(
                reference_rows(past, dataset=self.dataset).to_batches(),
                self.dataset.features,
                time_column=self.dataset.time_column,
                calibrated=True,
                history=past.to_batches(),
                phase=self.dataset.phase,
                segments=self.dataset.segments,
            )
        return self.known[trained]

    def _checked(self, window: pa.Table, day: date, reference: Profile) -> Seen:
        assert reference.period is not None
        policy, length = CalibratedPolicy(), self.dataset.watch.window
        current = reference.summarize(window)
        spans = former_windows(day - length, length.days, after=reference.period[1] + timedelta(days=1))
        former = [(start, reference.summarize(self._rows(start, end))) for start, end in spans]
        report = check(reference, current, policy, contract=self.dataset.features, segments=self.dataset.segments)
        report = with_former(report, reference=reference, current=current, former=former, policy=policy)
        classic = check(reference, current, ClassicPolicy(), contract=self.dataset.features)
        return Seen(drift_facts(report), bool(classic.features_drifted))


@dataclass(eq=False)
class Told:
    """What people were told in a year, and what was decided."""

    alerts: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    incident: IncidentRecord | None = None

    def take(self, record: IncidentRecord | None) -> None:
        """Take in an incident, whose alerts are sent at once."""
        while record is not None and record.unsent:
            self.alerts[record.unsent[0].telling.value] += 1
            record = sent(record, record.unsent[0].id)
        self.incident = record


def lived(year: Year, policy: DecisionPolicy, *, passes: bool) -> Told:
    """Return what a policy tells people in a year."""
    told, trained = Told(), year.start
    history = HistoryFacts(champion_version="1", champion_since=trained)
    for day in year.days():
        seen = year.check(day, trained)
        if seen is None:
            continue
        decision = decide(Situation(model=MODEL, as_of=day, drift=seen.facts, history=history), policy)
        told.decisions[decision.action] += 1
        at, moved = datetime.combine(day, time(12), UTC), seen.facts.moved
        if decision.tells:
            alert = Alert(f"Courtside: drift in {MODEL}", decision.reason)
            did = decision.action in ACTS
            finding = Finding(MODEL, "drift", at, str(day), alert, decision.reason, subjects=moved, did=did)
            told.take(found(told.incident, finding))
        elif seen.facts.sufficient and not moved:
            told.take(over(told.incident, at=at, evidence=str(day), said="nothing drifts any more"))
        checks = (*history.checks, PastCheck(day=day, moved=moved, action=decision.action, rule=decision.rule))
        history = history.model_copy(update={"checks": checks[-60:]})
        if decision.action is Action.RETRAIN:
            training = PastTraining(training_id=str(day), as_of=day, trigger=Trigger.DRIFT, moved=moved)
            history = history.model_copy(update={"trainings": (*history.trainings, training)})
            if passes:
                trained = day
                history = history.model_copy(update={"checks": (), "champion_since": day})
    return told


def _group(years: Sequence[Year]) -> dict[str, Any]:
    default = POLICIES["default"]
    checks = [seen for year in years for day in year.days() if (seen := year.check(day, year.start)) is not None]
    classic, every = sum(each.classic for each in checks), sum(bool(each.facts.moved) for each in checks)
    passes, rejects = (_summed([lived(year, default, passes=gate) for year in years]) for gate in (True, False))
    others = {
        name: _summed([lived(year, policy, passes=False) for year in years])["alerts_a_year"]
        for name, policy in POLICIES.items()
    }
    return {
        "seasons": [year.season for year in years],
        "checks": len(checks),
        "courtside": {"passes": passes, "rejects": rejects},
        "alerts_a_year": {
            "classic": round(classic / len(years), 2),
            "every_check": round(every / len(years), 2),
            "courtside, passes": passes["alerts_a_year"],
            "courtside, rejects": rejects["alerts_a_year"],
        },
        "times_as_many": {
            "classic": _ratio(classic, passes["alerts_a_year"] * len(years)),
            "every_check": _ratio(every, passes["alerts_a_year"] * len(years)),
        },
        "alerts_a_year_by_policy": others,
    }


def _summed(years: Sequence[Told]) -> dict[str, Any]:
    alerts: Counter[str] = sum((year.alerts for year in years), Counter())
    decisions: Counter[str] = sum((year.decisions for year in years), Counter())
    silent = sum(not year.alerts for year in years)
    return {
        "alerts_a_year": round(alerts.total() / len(years), 2),
        "alerts": dict(alerts),
        "most_in_a_year": max(year.alerts.total() for year in years),
        "years_without_an_alert": silent,
        "decisions": dict(decisions),
    }


def _ratio(theirs: float, ours: float) -> float | None:
    return round(theirs / ours, 1) if ours else None


if __name__ == "__main__":
    main()
