"""The plots and tables of a multiclass candidate."""

from collections.abc import Callable

from courtside.contracts.curves import ClassCurves, ClassFigures
from courtside.contracts.shortening import shortened
from courtside.core.model_card.multiclass.matrix import matrix_chart
from courtside.core.model_card.reliability import reliability_chart
from courtside.core.pages.markup import Markup
from courtside.core.pages.parts import Table
from courtside.core.pages.plot import Description
from courtside.core.pages.wording import DASH, counted, percent

TITLES = {
    "confusion_matrix": "Confusion matrix, % of each actual class",
    "calibration": "Calibration of the likeliest class",
}
MOST_RELIABILITIES = 6
"""Classes whose reliability is drawn: those with the most rows."""
MOST_ROWS = 20


def class_charts(curves: ClassCurves, described: Callable[[str, str, str], Description]) -> dict[str, Markup]:
    """Return the charts by name; `described` makes a description of a chart's name, title and text."""
    text = f"{curves.right:,} of {curves.rows:,} rows predicted right.{_left_out(curves)}"
    drawn = {"confusion_matrix": matrix_chart(curves, described("confusion_matrix", TITLES["confusion_matrix"], text))}
    if curves.confidence:
        text = (
            "Share of rows predicted right over the probability of the class predicted, in ten bins with 95 % "
            "intervals; on the diagonal, it comes true as often as it says. Bars: rows of each bin."
        )
        said = described("calibration", TITLES["calibration"], text)
        drawn["calibration"] = reliability_chart(curves.confidence, said, share_of="share predicted right")
    for place, figures in enumerate(_drawn_apart(curves), 1):
        name, title = f"calibration_class_{place}", f"Calibration of class {shortened(figures.label, 40)}"
        text = "Share of this class over its predicted probability in ten bins with 95 % intervals."
        drawn[name] = reliability_chart(
            figures.reliability, described(name, title, text), share_of="share of this class"
        )
    return drawn


def class_titles(curves: ClassCurves) -> dict[str, str]:
    """Return the title of each chart by its name."""
    apart = enumerate(_drawn_apart(curves), 1)
    named = {f"calibration_class_{place}": f"Calibration of class {shortened(f.label, 40)}" for place, f in apart}
    return {**TITLES, **named}


def class_tables(curves: ClassCurves) -> list[Table]:
    """Return the table of classes and that of the pairs that are confused most often."""
    told = sorted(curves.told, key=lambda figures: -figures.rows)[:MOST_ROWS]
    hidden = curves.classes - len(told)
    caption = "By class" + (f", the {len(told)} of {curves.classes:,} with the most rows" if hidden else "")
    columns = ("class", "rows", "precision", "recall", "F1", "AUC")
    tables = [Table(caption, columns, [_row(figures) for figures in told])]
    if curves.confused:
        pairs = [
            (f"{shortened(each.actual, 40)}, called {shortened(each.predicted, 40)}", f"{each.rows:,}")
            for each in curves.confused
        ]
        tables.append(Table("Confused most often", ("", "rows"), pairs))
    return tables


def class_notes(curves: ClassCurves) -> dict[str, str]:
    """Return what stands in words below a chart, by the chart's name."""
    return {"confusion_matrix": f"{curves.right:,} of {curves.rows:,} rows are predicted right.{_left_out(curves)}"}


def class_words(curves: ClassCurves) -> list[str]:
    """Return sentences about classes of which the rows say little or nothing."""
    said = []
    if curves.absent:
        which = "class has" if curves.absent == 1 else "classes have"
        said.append(
            f"{curves.absent:,} {which} no row in the test part, so no figure says how well they are predicted."
        )
    if curves.unseen:
        said.append(_unseen(curves))
    return said


def _row(figures: ClassFigures) -> tuple[str, ...]:
    share = precision_recall_f1(figures)
    area = DASH if figures.auc is None else f"{figures.auc:.4f}"
    return (shortened(figures.label, 40), f"{figures.rows:,}", *(percent(each) for each in share), area)


def precision_recall_f1(figures: ClassFigures) -> tuple[float | None, float | None, float | None]:
    """Return precision, recall and F1 of a class, each None where it is undefined.

    Source: C. J. van Rijsbergen, "Information Retrieval", 2nd edition (1979), for F1.
    """
    both = figures.called + figures.rows
    return (
        figures.right / figures.called if figures.called else None,
        figures.right / figures.rows if figures.rows else None,
        2 * figures.right / both if both else None,
    )


def _drawn_apart(curves: ClassCurves) -> list[ClassFigures]:
    frequent = sorted(curves.told, key=lambda figures: -figures.rows)[:MOST_RELIABILITIES]
    return [figures for figures in curves.told if figures in frequent and figures.reliability]


def _left_out(curves: ClassCurves) -> str:
    pooled = f" Of {curves.classes:,} classes, the ones that are confused most are shown." if curves.pooled else ""
    return f"{pooled} {_unseen(curves)}" if curves.unseen else pooled


def _unseen(curves: ClassCurves) -> str:
    rows = f"{counted(curves.unseen, 'row')} {'is' if curves.unseen == 1 else 'are'}"
    return f"{rows} of a class that the training part does not hold, and never right."
