"""What the page of one model shows, put together from its source."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from courtside.contracts import dashboard_keys
from courtside.core.dashboard.changes import changed
from courtside.core.dashboard.months import Check
from courtside.core.dashboard.summaries import RECENT_WINDOWS, of_champion, said_of_check
from courtside.core.dashboard.views import CheckPoint, DecisionLine, IncidentLine, ModelView, PerformancePoint, Summary
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.maturity import is_final
from courtside.core.performance.metrics import metrics_of
from courtside.workflows.dashboard.calibrated import calibration
from courtside.workflows.dashboard.compared import kept_comparisons
from courtside.workflows.dashboard.shadows import shadows
from courtside.workflows.dashboard.source import ModelSource, meets
from courtside.workflows.performance.comparing_models import compared_by

YEAR = timedelta(days=365)
SHORTEST = timedelta(days=60)
_ONE_DAY = timedelta(days=1)
_SAID_BETTER = {"squared_error"}
"""Metrics that draw nothing of their own: the RMSE is the root of the mean squared error, in the target's unit."""


def model_view(
    source: ModelSource,
    *,
    stage: str,
    start: date | None = None,
    end: date | None = None,
    month_usd: float | None = None,
) -> ModelView:
    """Return what the page of the days from `start` to `end` (not included) shows; without them, the newest year.

    The page of a model that is younger than that begins with what is known first, but shows `SHORTEST` at least.
    `month_usd` is what a model adds to a month's bill, None where nobody has estimated it.
    """
    newest = source.newest_day + _ONE_DAY
    from_first, start, end = start is None, start or newest - YEAR, end or newest
    months = source.archived.months(source.archived.between(start, end))
    checks = [each for month in months for each in month.checks if start <= each.day < end]
    decisions = tuple(each for month in months for each in month.decisions if start <= each.day < end)
    points = _judged([each for month in months for each in month.points if start <= each.start < end], source)
    incidents, features = source.incidents(start, end), _features(checks, source)
    champions = tuple(each for each in source.champions if meets(each.since, each.until, start, end))
    if from_first:
        began = [*(each.since.date() for each in champions), *(each.opened_at.date() for each in incidents)]
        shown = [*(each.day for each in checks), *(each.start for each in points)]
        start = max(start, min([newest - SHORTEST, *began, *shown]))
    calibrated, champion = calibration(source), source.live.champion
    is_newest = from_first and source.replay is None
    return ModelView(
        summary=_summary(source, checks, points, incidents, decisions),
        stage=stage,
        at=source.now,
        start=start,
        end=end,
        years=tuple(source.archived.years_outside(newest - YEAR, newest)),
        owner=source.entry.owner or "",
        features=features,
        champions=champions,
        incidents=incidents,
        metrics=_metrics(points, source),
        performance=points,
        checks=tuple(_check_point(each, features) for each in checks),
        decisions=decisions,
        maturity=tuple(source.maturity),
        calibration=calibrated.bins,
        calibration_of=calibrated.of,
        shadows=shadows(
            source.model,
            champion.version if champion else None,
            loss=next(iter(LOSSES[source.dataset.task])),
            lake=source.lake,
        ),
        freshness=source.freshness,
        month_usd=month_usd,
        replay=source.replay,
        met=calibrated.met,
        compared=kept_comparisons(source.lake).of(source.model) if is_newest else (),
    )


def _judged(points: Iterable[PerformancePoint], source: ModelSource) -> tuple[PerformancePoint, ...]:
    """Return the points, which now say whether more labels are awaited."""
    today, delay = source.now.date(), source.dataset.label_delay
    return tuple(replace(each, final=is_final(each.end, as_of=today, label_delay=delay)) for each in points)


def _features(checks: Sequence[Check], source: ModelSource) -> tuple[str, ...]:
    """Return the features in the contract's order, then those of older contracts and those that were inferred."""
    seen = dict.fromkeys(name for check in reversed(checks) for name in check.features)
    own = dict.fromkeys(name for name in source.dataset.feature_names if name in seen)
    return tuple(own | seen)


def _check_point(check: Check, features: Sequence[str]) -> CheckPoint:
    found = {name: at for at, name in enumerate(check.features)}
    places = [found.get(name) for name in features]
    return CheckPoint(
        day=check.day,
        report_key=check.report_key,
        action=check.action,
        verdicts=tuple(None if at is None else check.verdicts[at] for at in places),
        effects=tuple(None if at is None else check.effects[at] for at in places),
    )


def _metrics(points: Iterable[PerformancePoint], source: ModelSource) -> tuple[str, ...]:
    seen = {each.metric for each in points} - _SAID_BETTER
    return tuple(name for name in _by_importance(source) if name in seen)


def _by_importance(source: ModelSource) -> list[str]:
    """Return the metrics of the model's task, the one first by which its contract chooses the best candidate."""
    names, primary = [metric.name for metric in metrics_of(source.dataset.task)], source.dataset.primary_metric
    return sorted(names, key=lambda name: name != primary)


def _summary(
    source: ModelSource,
    checks: Sequence[Check],
    points: Sequence[PerformancePoint],
    incidents: Sequence[IncidentLine],
    decisions: Sequence[DecisionLine],
) -> Summary:
    newest, metric = checks[-1] if checks else None, _by_importance(source)[0]
    windows = of_champion(points, metric)[-RECENT_WINDOWS:]
    live, judged = source.live, source.live.judged
    return Summary(
        model=source.model,
        task=source.dataset.task,
        health=judged.health,
        why=judged.why,
        champion=live.champion.version if live.champion else None,
        champion_since=live.champion.since if live.champion else None,
        last_check_at=newest.at if newest else None,
        last_check=said_of_check(newest),
        report_key=newest.report_key if newest else "",
        next_due=live.next_due,
        open_incidents=len(live.incidents),
        changed=changed(champions=source.champions, incidents=incidents, decisions=decisions, now=source.now),
        metric=metric,
        recent=tuple(each.value for each in windows),
        promise=windows[-1].promise if windows else None,
        page_key=dashboard_keys.model_page(source.model),
        unsure=tuple(each.value is not None and each.low is None for each in windows),
        alike=" ".join(map(str, compared_by(source.dataset))) if source.dataset.id_columns else "",
    )
