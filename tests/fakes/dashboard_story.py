"""A year of an invented model in which everything happens that a page must show.

Of 365 days: drift of three features ends with a retraining on day 110, a column breaks for some days on 200, a
promotion on 250 proves to be worse and is rolled back on 285, and drift from 290 on ends with a retraining on 330. No
check runs on three days from 140 on, and a new incident stays open.
"""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from courtside.contracts import drift_keys, training_keys
from courtside.core.dashboard.views import CheckPoint, DecisionLine, IncidentLine, Tenure

YEAR = 365
CHANGES = (
    (110, "promotion", "gate", "drift of 3 features; AUC 0.812 against 0.787 on the same 4,349 rows"),
    (250, "promotion", "approved", "monthly training, approved by dana: the gate could not tell the two apart"),
    (285, "rollback", "by hand", "version 3 loses 0.031 AUC against version 2 on the same rows"),
    (330, "promotion", "gate", "drift of 2 features; AUC 0.821 against 0.806 on the same 4,349 rows"),
)
DRIFTED = 0.1


def moment(day: date, hour: int, minute: int) -> datetime:
    """Return a moment of a day in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def _cycle(days: int) -> int:
    """Return the length of the stretch that everything happens in: a year, or all of a shorter view."""
    return min(days, YEAR)


def _on(day: int, cycle: int) -> int:
    return round(day * cycle / YEAR)


def champions_of(model: str, start: date, days: int) -> tuple[Tenure, ...]:
    """Return who was champion when; the first one from before the view."""
    cycle = _cycle(days)
    changes: list[tuple[int, str, str, str]] = [(-40, "import", "by hand", "the model that was in use before")]
    changes += [
        (first + _on(at, cycle), how, rule, reason)
        for first in range(0, days, cycle)
        for at, how, rule, reason in CHANGES
    ]
    changes = [each for each in changes if each[0] < days]
    since = [moment(start + timedelta(days=each[0]), 7, 40) for each in changes]
    versions: list[str] = []
    for _, how, _, _ in changes:
        versions.append(versions[-2] if how == "rollback" else str(len(set(versions)) + 1))
    return tuple(
        Tenure(
            version=version,
            since=began,
            until=until,
            how=how,
            rule=rule,
            reason=reason,
            by="dana" if how != "promotion" or rule == "approved" else "courtside",
            training_id=f"drift-{began:%Y%m%d}",
            card_key=training_keys.training_card_page(model, f"drift-{began:%Y%m%d}"),
        )
        for (_, how, rule, reason), version, began, until in zip(
            changes, versions, since, [*since[1:], None], strict=True
        )
    )


def _effects(days: int, features: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return how far each feature has moved on each day, shape (days, features)."""
    cycle = _cycle(days)
    effects = np.abs(rng.normal(0.035, 0.014, (days, features)))
    day = np.arange(days) % cycle * YEAR / cycle
    for feature, first, last, rise in (
        (0, 62, 110, 0.34), (1, 70, 110, 0.22), (2, 84, 110, 0.14), (4, 290, 330, 0.19), (7, 298, 330, 0.26),
        (6, 170, 235, 0.13), (1, 352, 366, 0.2), (10, 356, 366, 0.12),
    ):  # fmt: skip
        if feature < features:
            moves = (day >= first) & (day < last)
            effects[moves, feature] += rise * ((day[moves] - first) / (last - first)) ** 0.6
    return effects


def checks_of(model: str, start: date, days: int, features: int, rng: np.random.Generator) -> tuple[CheckPoint, ...]:
    """Return a check a day, but for three days of each year on which none ran."""
    cycle, effects = _cycle(days), _effects(days, features, rng).round(4)
    checks = []
    for number in range(days):
        day = number % cycle * YEAR // cycle
        if 140 <= day < 143:
            continue
        verdicts = [_verdict(feature, float(effects[number, feature]), day) for feature in range(features)]
        drifted = sum(each in {"drift", "missing_column"} for each in verdicts)
        action = "retrain" if day in {109, 329} else "alert" if drifted else "nothing"
        when = start + timedelta(days=number)
        checks.append(
            CheckPoint(
                day=when,
                report_key=drift_keys.drift_page(model, when, f"{when:%Y%m%d}T0612"),
                action="roll_back" if day == 285 else action,
                verdicts=tuple(verdicts),
                effects=tuple(
                    None if each in {None, "missing_column", "insufficient_data"} else float(effects[number, feature])
                    for feature, each in enumerate(verdicts)
                ),
            )
        )
    return tuple(checks)


def _verdict(feature: int, effect: float, day: int) -> str | None:
    """Return a verdict; one column breaks for five days, one moves with the season, one is young, one is scarce."""
    if feature == 3 and 200 <= day < 205:
        return "missing_column"
    if feature == 15 and day < 120:
        return None
    if feature == 8 and day % 60 < 2:
        return "insufficient_data"
    if effect <= DRIFTED:
        return "no_drift"
    return "usual" if feature == 6 else "drift"


def incidents_of(model: str, start: date, days: int) -> tuple[IncidentLine, ...]:
    """Return five incidents a year, of which the newest stays open."""
    cycle, lines = _cycle(days), []
    for first in range(0, days, cycle):
        for at, until, kind, severity, headline in (
            (66, 110, "drift", "warning", "monthly_charges and 2 other features drifted"),
            (200, 205, "broken_data", "critical", "support_calls is missing"),
            (272, 286, "performance", "critical", "Version 3 is worse than version 2 by 0.031 AUC"),
            (294, 330, "drift", "warning", "contract_type and 1 other feature drifted"),
            (357, None, "drift", "warning", "tenure_months and 1 other feature drifted"),
        ):
            opened = start + timedelta(days=first + _on(at, cycle))
            ended = None if until is None else start + timedelta(days=first + _on(until, cycle))
            if until is None and first + cycle < days:
                continue
            lines.append(
                IncidentLine(
                    id=f"{opened:%Y%m%d}-{kind}-{len(lines) + 1}",
                    model=model,
                    kind=kind,
                    severity=severity,
                    state="open" if ended is None else "resolved",
                    headline=headline,
                    opened_at=moment(opened, 6, 13),
                    resolved_at=None if ended is None else moment(ended, 8, 2),
                    by="" if ended is None else "dana",
                    note="" if ended is None else "seen, retraining is under way",
                    report_key=drift_keys.drift_page(model, opened, f"{opened:%Y%m%d}T0612"),
                )
            )
    return tuple(lines)


def decisions_of(checks: tuple[CheckPoint, ...], champions: tuple[Tenure, ...]) -> tuple[DecisionLine, ...]:
    """Return the decision of each check."""
    promoted = {each.since.date() for each in champions}
    lines = []
    for check in checks:
        drifted = sum(each in {"drift", "missing_column"} for each in check.verdicts)
        known = sum(each is not None for each in check.verdicts)
        share = round(drifted / max(known, 1), 4)
        rules = {"nothing": "no_drift", "alert": "some_drift", "retrain": "share_drifted", "roll_back": "by_hand"}
        said = f"{drifted} of {known} features drifted"
        lines.append(
            DecisionLine(
                day=check.day,
                decided_at=moment(check.day, 6, 13),
                action=check.action,
                rule=rules[check.action],
                reason=said + {"retrain": ", at least 15%: retraining", "alert": ", under 15%"}.get(check.action, ""),
                numbers=(("share", share), ("retrain.share", 0.15)),
                would_change=(f"with `retrain.share: {share}` it would have started a training",) if drifted else (),
                report_key=check.report_key,
                by="dana" if check.action == "roll_back" or check.day in promoted else "",
            )
        )
    return tuple(lines)
