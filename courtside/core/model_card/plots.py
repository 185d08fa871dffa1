"""A candidate's four plots: on the card's page, and as image files that need nothing else."""

from courtside.contracts.model_card import CandidateCard
from courtside.core.model_card.confusion_matrix import confusion_chart
from courtside.core.model_card.importance import importance_chart
from courtside.core.model_card.reliability import reliability_chart
from courtside.core.model_card.roc_curve import roc_chart
from courtside.core.pages.document import style
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import Description

TITLES = {
    "confusion_matrix": "Confusion matrix at probability 0.5",
    "roc_curve": "ROC curve",
    "calibration": "Calibration",
    "importances": "Feature importances",
}


def charts(candidate: CandidateCard, *, key: str) -> dict[str, Markup]:
    """Return the charts by name, without importances where there are none; `key` makes their ids unique on a page."""
    curves = candidate.curves
    right = curves.confusion[0] + curves.confusion[3]
    texts = {
        "confusion_matrix": f"{right:,} of {sum(curves.confusion):,} rows of the test part predicted right.",
        "roc_curve": "True positive rate over false positive rate on the test part; the diagonal is guessing.",
        "calibration": "Share of class 1 over predicted probability in ten bins with 95 % intervals; "
        "on the diagonal, probabilities come true as often as they say. Bars: rows of each bin.",
        "importances": "Each feature's share of the model's importance, the largest first.",
    }
    said = {
        name: Description(f"{key}-{name}", f"{title}: {candidate.name}", texts[name]) for name, title in TITLES.items()
    }
    drawn = {
        "confusion_matrix": confusion_chart(curves.confusion, said["confusion_matrix"]),
        "roc_curve": roc_chart(curves.roc, said["roc_curve"]),
        "calibration": reliability_chart(curves.reliability, said["calibration"]),
    }
    if candidate.importances:
        drawn["importances"] = importance_chart(candidate.importances, said["importances"])
    return drawn


def plot_files(candidate: CandidateCard) -> dict[str, bytes]:
    """Return file name → SVG document; each contains its own style, so that it looks the same everywhere."""
    return {f"{name}.svg": _standalone(chart) for name, chart in charts(candidate, key="plot").items()}


def _standalone(chart: Markup) -> bytes:
    opening = '<svg xmlns="http://www.w3.org/2000/svg" style="background:var(--card)" '
    inside = chart.removeprefix("<svg ").replace(">", f">{element('style', style())}", 1)
    return f"{opening}{inside}\n".encode()
