"""What `courtside performance --details` prints of each version, by the task of its model."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from courtside.cli.console import print_table, say
from courtside.contracts.curves import ClassCurves, ReliabilityBin, ResidualGroup, ValueCurves

if TYPE_CHECKING:
    from courtside.workflows.performance.details import Details, DetailsOfTask

OTHERS = "others"


def print_details(details: "Details | DetailsOfTask") -> None:
    """Print the tables of a version, and what they leave out."""
    from courtside.workflows.performance.details import Details

    of = f"Version {details.version} ({details.role})"
    if isinstance(details, Details):
        tables = _of_two_classes(details)
    elif isinstance(details.curves, ClassCurves):
        tables = _of_classes(details.curves)
    else:
        tables = _of_values(details.curves)
    for title, rows in tables:
        print_table(f"{of}: {title}", rows)
    if not isinstance(details, Details) and isinstance(details.curves, ClassCurves) and details.curves.unseen:
        say(
            f"rows of a class that version {details.version} does not know, which are in none of these tables: "
            f"{details.curves.unseen:,}"
        )


def details_document(details: "Details | DetailsOfTask") -> dict[str, Any]:
    """Return the JSON form."""
    from courtside.workflows.performance.details import Details

    who = {"role": details.role, "version": details.version}
    if not isinstance(details, Details):
        return {**who, **details.curves.model_dump(mode="json")}
    return {
        **who,
        "confusion": list(details.confusion),
        "reliability": [each.model_dump() for each in details.reliability],
    }


Tables = Iterator[tuple[str, list[dict[str, Any]]]]


def _of_two_classes(details: "Details") -> Tables:
    negatives, positives = details.confusion[:2], details.confusion[2:]
    yield (
        "what was predicted at 0.5 against what happened",
        [
            {"happened": actual, "predicted class 0": cells[0], "predicted class 1": cells[1]}
            for actual, cells in (("class 0", negatives), ("class 1", positives))
        ],
    )
    yield "predicted probability against the share of class 1", _reliability(details.reliability)


def _of_classes(curves: ClassCurves) -> Tables:
    from courtside.core.model_card.multiclass.plots import precision_recall_f1

    told = sorted(curves.told, key=lambda each: -each.rows)
    named = ("precision", "recall", "F1")
    rows = [
        {"class": each.label, "rows": each.rows, "predicted": each.called}
        | dict(zip(named, precision_recall_f1(each), strict=True))
        | {"AUC": each.auc}
        for each in told
    ]
    yield "each class" if len(told) == curves.classes else f"the {len(told)} classes with the most rows", rows
    names = [*curves.shown, *([OTHERS] if curves.pooled else [])]
    matrix = [
        {"happened": name} | {f"predicted {other}": count for other, count in zip(names, counts, strict=True)}
        for name, counts in zip(names, curves.matrix, strict=True)
    ]
    yield "what was predicted as the likeliest class against what happened", matrix
    yield "probability of the likeliest class against the share that happened", _reliability(curves.confidence)


def _of_values(curves: ValueCurves) -> Tables:
    means = [{"predicted": each.predicted, "happened": each.actual, "rows": each.rows} for each in curves.means]
    yield "predicted against what happened, in tenths of the rows", means
    yield "what happened less what was predicted, over time", [_group(each) for each in curves.over_time]
    if curves.intervals is not None:
        groups = [_group(each) for each in curves.intervals.by_prediction]
        yield f"how often the intervals held, which are said to hold in {curves.intervals.level:.0%}", groups


def _group(group: ResidualGroup) -> dict[str, Any]:
    when = {} if group.days is None else {"from": str(group.days[0]), "to": str(group.days[1])}
    held = {} if group.covered is None else {"held": group.covered}
    return (
        when
        | ({"predicted": group.name} if group.name else {})
        | {"rows": group.rows, "mean": group.mean, "10 %": group.low, "90 %": group.high, "RMSE": group.rmse}
        | held
    )


def _reliability(bins: tuple[ReliabilityBin, ...]) -> list[dict[str, Any]]:
    return [{"predicted": each.probability, "happened": each.share, "rows": each.rows} for each in bins]
