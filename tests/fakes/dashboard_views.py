"""Views of an invented model and of a stage of them, with all that a page must show (see `dashboard_story`)."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from courtside.contracts import dashboard_keys
from courtside.contracts.curves import ClassCurves, ValueCurves
from courtside.contracts.records import LabelsIn
from courtside.core.dashboard.views import (
    CalibrationBin,
    Freshness,
    Health,
    ModelView,
    Pair,
    PairFigure,
    Shadow,
    StageView,
    Summary,
)
from tests.fakes.dashboard_performance import LABEL_DAYS, OF_TASK, performance_of
from tests.fakes.dashboard_story import YEAR, champions_of, checks_of, decisions_of, incidents_of, moment
from tests.fakes.task_cards import curves_of_classes, curves_of_values

MODEL = "churn"
END = date(2026, 11, 29)
NAMES = (
    "monthly_charges", "tenure_months", "data_used_gb", "support_calls", "contract_type", "payment_method",
    "late_payments", "roaming_minutes", "age", "region", "device_age_months", "plan_changes", "is_bundle",
    "complaints", "night_calls_share", "app_logins",
)  # fmt: skip


def model_year(
    *, days: int = YEAR, features: int = 16, seed: int = 7, model: str = MODEL, end: date = END, task: str = "binary"
) -> ModelView:
    """Return the view of a model over `days` days that end the day before `end`."""
    metrics = OF_TASK[task]
    start = end - timedelta(days=days)
    champions = champions_of(model, start, days)
    names = tuple(NAMES[n] if n < len(NAMES) else f"usage_of_feature_{n:03d}" for n in range(features))
    checks = checks_of(model, start, days, features, np.random.default_rng(seed))
    incidents = incidents_of(model, start, days)
    performance = performance_of(champions, start, end, np.random.default_rng(seed + 1), task=task)
    recent = [p.value for p in performance if p.metric == metrics[0] and p.role == "champion"]
    summary = Summary(
        model=model,
        task=task,
        health=Health.WARNING,
        why="an incident is open: tenure_months and 1 other feature drifted",
        champion=champions[-1].version,
        champion_since=champions[-1].since,
        last_check_at=moment(end - timedelta(days=1), 6, 12),
        last_check="2 of 16 features drifted",
        report_key=checks[-1].report_key,
        next_due=moment(end, 6, 0),
        open_incidents=sum(each.resolved_at is None for each in incidents),
        changed=("Incident opened: tenure_months drifted.",),
        metric=metrics[0],
        recent=tuple(recent[-30:]),
        promise=next(p.promise for p in reversed(performance) if p.metric == metrics[0]),
        page_key=dashboard_keys.model_page(model),
    )
    return ModelView(
        summary=summary,
        stage="dev",
        at=moment(end, 5, 30),
        start=start,
        end=end,
        years=tuple(range(end.year, start.year - 1, -1)),
        owner="customer-insights@example.com",
        features=names,
        champions=champions,
        incidents=incidents,
        metrics=metrics,
        performance=performance,
        checks=checks,
        decisions=decisions_of(checks, champions),
        maturity=tuple(
            LabelsIn(days=each, rows=9_000, labelled=round(9_000 * 0.98 * (1 - np.exp(-each / 8))))
            for each in range(LABEL_DAYS + 1)
        ),
        calibration=tuple(
            CalibrationBin(
                predicted=0.05 + each / 10,
                observed=0.04 + each / 10.8,
                low=0.01 + each / 11.6,
                high=0.075 + each / 10.1,
                rows=1_400 - 130 * each,
            )
            for each in range(10)
        ),
        calibration_of="version 4, 26 Oct 2026 to 22 Nov 2026, 9,120 rows with a label",
        shadows=(
            _shadow("5", "challenger", 6_210, (0.0123, 0.0041, 0.0205), "worse"),
            _shadow("2", "previous", 8_930, (-0.0072, -0.0119, -0.0025), "equivalent"),
            _shadow("6", "shadow", 402, (0.004, -0.021, 0.029), "not_known"),
        ),
        freshness=Freshness(
            newest_row=end - timedelta(days=1), last_arrival=moment(end - timedelta(days=1), 4, 58), overdue_since=None
        ),
        month_usd=0.43,
    )


def of_classes(model: str = "parcels") -> ModelView:
    """Return the view of a model of several classes that can be compared with another one of the same target."""
    view = model_year(days=120, model=model, task="multiclass")
    met = curves_of_classes(classes=5, prefix="delivered by carrier ")
    assert isinstance(met, ClassCurves)
    return replace(view, met=met, calibration=(), compared=(pair(model, "parcels_by_route"),))


def of_values(model: str = "prices") -> ModelView:
    """Return the view of a model of values with intervals."""
    met = curves_of_values(segment="part_of_the_town")
    assert isinstance(met, ValueCurves)
    view = model_year(days=120, model=model, task="regression")
    shadows = (replace(view.shadows[0], metric="squared_error", difference=812.4, low=211.0, high=1_413.0),)
    return replace(view, met=met, calibration=(), shadows=shadows)


def pair(model: str, other: str) -> Pair:
    """Return what is known of two models of the same target."""
    sentence = (
        f"{model} is better than {other}, surely since 2026-10-04: its log loss is 0.021 lower (0.008 lower to 0.034 "
        "lower) on the 9,120 rows that both predicted, of 62 days from 2026-09-21 to 2026-11-22, an interval that "
        "holds however often one looks. Rows that were left out: 210 wait for their label."
    )
    figures = (
        PairFigure(title="macro AUC", model=0.912, other=0.897, difference=0.015, low=0.006, high=0.024),
        PairFigure(title="log loss", model=0.412, other=0.433, difference=-0.021, low=-0.034, high=-0.008),
        PairFigure(title="calibration error", model=0.018, other=0.022, difference=-0.004, low=None, high=None),
    )
    return Pair(model=model, other=other, verdict="better", rows=9_120, sentence=sentence, figures=figures)


def new_model(model: str = "fraud") -> ModelView:
    """Return the view of a model that was just added: it has no champion, no check and no label yet."""
    view = model_year(days=30, model=model)
    summary = replace(
        view.summary,
        health=Health.NEW,
        why="it has no champion yet",
        champion=None,
        champion_since=None,
        last_check_at=None,
        last_check="",
        report_key="",
        open_incidents=0,
        changed=(),
        recent=(),
        promise=None,
    )
    return replace(
        view,
        summary=summary,
        years=(),
        features=(),
        champions=(),
        incidents=(),
        metrics=(),
        performance=(),
        checks=(),
        decisions=(),
        maturity=(),
        calibration=(),
        calibration_of="",
        shadows=(),
        freshness=Freshness(newest_row=None, last_arrival=None, overdue_since=None),
        month_usd=None,
    )


def stage_of(models: int) -> StageView:
    """Return the view of a stage with so many models, of which some of each health; every tenth is in trouble."""
    base, new = model_year(days=60).summary, new_model().summary
    healths = (Health.CRITICAL, Health.WARNING, Health.UNREADABLE, Health.WAITS, Health.PAUSED)
    summaries = []
    for number in range(models):
        name = f"model_{number:04d}" if models > 1 else MODEL
        like = new if number % 17 == 16 else base
        bad = number % 10 == 0
        health = healths[number // 10 % len(healths)] if bad else Health.GOOD if like is base else Health.NEW
        summaries.append(
            replace(
                like,
                model=name,
                health=health,
                why=like.why if bad or like is new else "nothing needs you",
                open_incidents=int(bad),
                changed=like.changed if bad else (),
                page_key=dashboard_keys.model_page(name),
                unsure=tuple(number % 3 == 1 and place % 5 == 4 for place in range(len(like.recent))),
            )
        )
    order = tuple(Health)
    summaries.sort(key=lambda each: (order.index(each.health), each.model))
    incidents = tuple(
        replace(incidents_of(each.model, END - timedelta(days=YEAR), YEAR)[-1], id=f"{each.model}-drift")
        for each in summaries
        if each.open_incidents
    )
    return StageView(
        stage="dev",
        at=moment(END, 5, 30),
        models=tuple(summaries),
        incidents=incidents,
        month_usd=31.36,
        compared=tuple(pair("model_0001", f"model_{other:04d}") for other in range(2, min(models, 4))),
        left_out=3 if models > 12 else 0,
    )


def _shadow(version: str, role: str, rows: int, found: tuple[float, float, float], outcome: str) -> Shadow:
    return Shadow(
        version=version,
        role=role,
        metric="log_loss",
        rows=rows,
        difference=found[0],
        low=found[1],
        high=found[2],
        outcome=outcome,
    )
