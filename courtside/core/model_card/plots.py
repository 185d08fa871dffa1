"""A candidate's plots: on the card's page, and as image files that need nothing else."""

from collections.abc import Callable

from courtside.contracts.curves import AnyCurves, ClassCurves, Curves, ValueCurves
from courtside.contracts.model_card import CandidateCard
from courtside.core.model_card.confusion_matrix import confusion_chart
from courtside.core.model_card.importance import importance_chart
from courtside.core.model_card.multiclass import class_charts, class_notes, class_tables, class_titles, class_words
from courtside.core.model_card.regression import value_charts, value_notes, value_tables, value_titles, value_words
from courtside.core.model_card.reliability import reliability_chart
from courtside.core.model_card.roc_curve import roc_chart
from courtside.core.pages.document import style
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import Table
from courtside.core.pages.plot import Description

Described = Callable[[str, str, str], Description]
"""Makes a description of a chart's name, its title and its text."""

BINARY_TITLES = {
    "confusion_matrix": "Confusion matrix at probability 0.5",
    "roc_curve": "ROC curve",
    "calibration": "Calibration",
}


def titles(curves: AnyCurves) -> dict[str, str]:
    """Return the title of each chart by its name."""
    if isinstance(curves, ClassCurves):
        named = class_titles(curves)
    else:
        named = value_titles(curves) if isinstance(curves, ValueCurves) else BINARY_TITLES
    return {**named, "importances": "Feature importances"}


def charts(candidate: CandidateCard, *, key: str) -> dict[str, Markup]:
    """Return the charts by name, without importances where there are none; `key` makes their ids unique on a page."""

    def described(name: str, title: str, text: str) -> Description:
        return Description(f"{key}-{name}", f"{title}: {candidate.name}", text)

    drawn = charts_of(candidate.curves, described)
    if candidate.importances:
        text = "Each feature's share of the model's importance, the largest first."
        said = described("importances", "Feature importances", text)
        drawn["importances"] = importance_chart(candidate.importances, said)
    return drawn


def charts_of(curves: AnyCurves, described: Described) -> dict[str, Markup]:
    """Return the charts of how predictions meet labels, by name."""
    if isinstance(curves, ClassCurves):
        return class_charts(curves, described)
    return value_charts(curves, described) if isinstance(curves, ValueCurves) else _binary_charts(curves, described)


def notes(curves: AnyCurves) -> dict[str, str]:
    """Return what stands in words below a chart, by the chart's name."""
    if isinstance(curves, ClassCurves):
        return class_notes(curves)
    return value_notes(curves) if isinstance(curves, ValueCurves) else {}


def tables(curves: AnyCurves) -> list[Table]:
    """Return the tables that stand beside the charts: by class, or by segment and over time."""
    if isinstance(curves, ClassCurves):
        return class_tables(curves)
    return value_tables(curves) if isinstance(curves, ValueCurves) else []


def words(curves: AnyCurves, *, target: str) -> list[str]:
    """Return what to keep in mind of how predictions meet labels, in sentences."""
    if isinstance(curves, ClassCurves):
        return class_words(curves)
    return value_words(curves, target=target) if isinstance(curves, ValueCurves) else []


def _binary_charts(curves: Curves, described: Described) -> dict[str, Markup]:
    right = curves.confusion[0] + curves.confusion[3]
    texts = {
        "confusion_matrix": f"{right:,} of {sum(curves.confusion):,} rows of the test part predicted right.",
        "roc_curve": "True positive rate over false positive rate on the test part; the diagonal is guessing.",
        "calibration": "Share of class 1 over predicted probability in ten bins with 95 % intervals; "
        "on the diagonal, probabilities come true as often as they say. Bars: rows of each bin.",
    }
    said = {name: described(name, title, texts[name]) for name, title in BINARY_TITLES.items()}
    return {
        "confusion_matrix": confusion_chart(curves.confusion, said["confusion_matrix"]),
        "roc_curve": roc_chart(curves.roc, said["roc_curve"]),
        "calibration": reliability_chart(curves.reliability, said["calibration"]),
    }


def plot_files(candidate: CandidateCard) -> dict[str, bytes]:
    """Return file name → SVG document; each contains its own style, so that it looks the same everywhere."""
    return {f"{name}.svg": _standalone(chart) for name, chart in charts(candidate, key="plot").items()}


def _standalone(chart: Markup) -> bytes:
    opening = '<svg xmlns="http://www.w3.org/2000/svg" style="background:var(--card)" '
    inside = chart.removeprefix("<svg ").replace(">", f">{element('style', style())}", 1)
    return f"{opening}{inside}\n".encode()
