"""`courtside performance`: how well a stage's model does, by the labels that came."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.estimates import print_estimates
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_lake

if TYPE_CHECKING:
    from courtside.workflows.performance.details import Details


def performance(
    stage: Stage = "dev",
    model: Model = None,
    since: Annotated[str | None, typer.Option("--from", help="First day of the windows to show.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Day to stop before.")] = None,
    by: Annotated[str | None, typer.Option(help="Show the segments of this column.")] = None,
    version: Annotated[str | None, typer.Option(help="Show this version, whatever its role was.")] = None,
    role: Annotated[
        str | None, typer.Option(help="Show `challenger`, `previous` or `shadow` [default: champion].")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Show what was known on this day [default: today in UTC].")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(help="Judge windows of another length here and now, such as 1d or 4w [default: the contract's]."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(help="Show auc, log_loss, brier_score, accuracy or calibration_error [default: auc]."),
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also show the confusion matrix and the reliability of these days.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show how well a model's predictions did, a line for each window whose labels are in.

    A line has the figure with its 95 % interval, the trend so far, and what the version promised: its figure on rows
    that were kept out of its training. Where labels came or changed later, it also has what was said first. Below stand
    the promise tests of the champion, which may be read every day: whether it does worse than it promised, and worse
    than other predictions of the same rows. "Not known yet" means that the labels so far do not tell, and nothing has
    to be done about it. --json has all metrics of all lines.

    Examples:

    - `courtside performance --model churn`

    - `courtside performance --by plan --from 2026-10-01 --metric log_loss`

    - `courtside performance --role previous --window 1d --as-of 2026-03-10 --json`
    """
    from courtside.api.estimates import Estimates
    from courtside.api.performance import Performance, asked_for
    from courtside.workflows.estimates.told import told_estimates
    from courtside.workflows.performance.details import details as details_of
    from courtside.workflows.performance.told import told

    asked = asked_for(since=since, until=until, by=by, version=version, role=role, as_of=as_of, window=window)
    with people.status("Asking the stage"):
        lake, dataset = stage_lake(stage, model)
        estimates = Estimates(told_estimates(asked, lake=lake, dataset=dataset))
        known = told(asked, lake=lake, dataset=dataset, now=datetime.now(UTC))
        found = Performance(known, estimates, version)
        more = details_of(asked, lake=lake, dataset=dataset) if details else []
    if as_json:
        print_json(found.to_dict() | ({"details": [_document(each) for each in more]} if details else {}))
        return
    shown = found.metric(metric)
    print_table(f"{shown.title} of {dataset.name} by windows of {found.told.length.days} days", found.rows(metric))
    for sentence in found.sentences(metric):
        say(sentence)
    print_estimates(estimates, shown, model=dataset.name)
    for each in more:
        _print(each)


def _print(details: "Details") -> None:
    negatives, positives = details.confusion[:2], details.confusion[2:]
    print_table(
        f"Version {details.version} ({details.role}): what was predicted at 0.5 against what happened",
        [
            {"happened": actual, "predicted class 0": cells[0], "predicted class 1": cells[1]}
            for actual, cells in (("class 0", negatives), ("class 1", positives))
        ],
    )
    print_table(
        f"Version {details.version} ({details.role}): predicted probability against the share of class 1",
        [{"predicted": each.probability, "happened": each.share, "rows": each.rows} for each in details.reliability],
    )


def _document(details: "Details") -> dict[str, Any]:
    return {
        "role": details.role,
        "version": details.version,
        "confusion": list(details.confusion),
        "reliability": [each.model_dump() for each in details.reliability],
    }
