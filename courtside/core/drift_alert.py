"""What people are told of a drift check: what moved, how the model does, what was done and what they can do."""

from collections.abc import Sequence

from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, NAME_LIMIT, Alert, bullet, first, section
from courtside.core.decision import Decision
from courtside.core.decision_alert import AlertContext, closing
from courtside.core.display_text import display_text
from courtside.core.drift.reports.quarantine import QuarantinedFile
from courtside.core.drift.reports.report import DriftReport, FeatureDrift, Verdict
from courtside.core.drift.story import headline
from courtside.core.performance.spark import spark
from courtside.core.sentences import plural

MOST_USUAL, MOST_IN_SEGMENTS, MOST_POINTS = 2, 3, 12
_FEWEST_POINTS = 3


DRIFT, BROKEN_DATA = "drift", "broken_data"
"""The kinds of incidents that are about data."""


def drift_alert(report: DriftReport, decision: Decision, context: AlertContext, *, kind: str = DRIFT) -> Alert:
    """Write the alert for a report that asks for one; `kind` is that of its incident."""
    window, model = f"{context.start} to {context.end}", display_text(context.model, MODEL_LIMIT)
    features = plural("feature", range(report.features_checked))
    lines = [
        (
            f"*Drift in {model}*: {len(report.features_drifted)} of {report.features_checked} {features} moved "
            f"between the champion's reference and the window {window} ({report.current.rows:,} rows)."
        ),
        "",
        *section("*What moved*", _moved(report)),
        *section("*Only in a segment*", _in_segments(report)),
        *section("*Target and prediction*", [bullet(headline.outcome(outcome)) for outcome in report.outcomes_drifted]),
        *section("*Moved as usual*, so not counted", _usual(report)),
        *section("*Moved as accepted*, so not counted", _accepted(report)),
        *section("*Contract and reference differ*", first([*map(bullet, report.differing.sentences)], most=MOST_USUAL)),
        *section("*Files set aside*, so their rows are in no figure", _set_aside(report.files_quarantined)),
        f"*Does it matter?* Severity {report.severity}{_weight(report)}. {_differ(context)}",
        "",
        *closing(decision, context, kind=kind),
    ]
    what = "drift" if report.drift_detected else "unreadable files"
    return Alert.written(f"Courtside: {what} in {display_text(model, NAME_LIMIT)}, {window}", lines)


def moved_in_one_line(report: DriftReport) -> str:
    """Say what moved, for those who know the rest."""
    names = [*report.features_drifted, *(each.name for each in report.table_drifted)]
    names += [each.name for each in report.segments_apart]
    more = f" and {len(names) - _FEWEST_POINTS} more" if len(names) > _FEWEST_POINTS else ""
    return f"{', '.join(display_text(name, NAME_LIMIT) for name in names[:_FEWEST_POINTS])}{more}"


def _set_aside(files: Sequence[QuarantinedFile]) -> list[str]:
    return first([bullet(f"{display_text(file.file, LINE_LIMIT // 2)}: {file.reason}") for file in files])


def _moved(report: DriftReport) -> list[str]:
    """Write one story per line where it is known which features move together, else one feature per line."""
    table = [bullet(headline.table(each)) for each in report.table_drifted]
    named = {feature.name: feature for feature in report.features}
    if report.groups:
        return first([*table, *(f"{bullet(g.headline)}{_course(named.get(g.features[0]))}" for g in report.groups)])
    drifted = sorted((f for f in report.features if f.drifted), key=lambda f: f.statistic("psi") or 0.0, reverse=True)
    return first(
        table
        + [f"{bullet(f'{display_text(each.name, NAME_LIMIT)}: {each.reason}')}{_course(each)}" for each in drifted]
    )


def _course(feature: FeatureDrift | None) -> str:
    """Draw how a feature went over the window, where that is known."""
    if feature is None or feature.trend is None:
        return ""
    values = [point.value for point in feature.trend.points[-MOST_POINTS:]]
    return f" {spark(values)}" if sum(value is not None for value in values) >= _FEWEST_POINTS else ""


def _in_segments(report: DriftReport) -> list[str]:
    return first([bullet(headline.segment(each)) for each in report.segments_apart], most=MOST_IN_SEGMENTS)


def _usual(report: DriftReport) -> list[str]:
    usual = [feature for feature in report.features if feature.verdict is Verdict.USUAL]
    return first(
        [bullet(f"{display_text(feature.name, NAME_LIMIT)}: {feature.reason}") for feature in usual], most=MOST_USUAL
    )


def _accepted(report: DriftReport) -> list[str]:
    return first([bullet(headline.accepted(each)) for each in report.acceptances], most=MOST_USUAL)


def _weight(report: DriftReport) -> str:
    if report.share_importance is None:
        return ""
    return f": what moved carries {report.share_importance:.0%} of the model's importance"


def _differ(context: AlertContext) -> str:
    differ = f"The inputs differ from what champion version {context.champion} learned from"
    if context.performance:
        return f"{differ}; how its predictions do is said below."
    return f"{differ}; whether its predictions suffer shows only when results are in."
