"""`courtside performance`: how well a stage's model does, by the labels that came."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.estimates import print_estimates
from courtside.cli.performance_details import details_document, print_details
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_lake


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
        typer.Option(
            help="Show auc, log_loss, brier_score, accuracy or calibration_error; of several classes also "
            "balanced_accuracy, and macro_auc in place of auc; of values rmse, mae, r2, squared_error, coverage or "
            "interval_width [default: the first one of the task]."
        ),
    ] = None,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="Also show the confusion matrix and the reliability of these days, or the residuals of values.",
        ),
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
        print_json(found.to_dict() | ({"details": [details_document(each) for each in more]} if details else {}))
        return
    shown = found.metric(metric)
    print_table(f"{shown.title} of {dataset.name} by windows of {found.told.length.days} days", found.rows(metric))
    for sentence in found.sentences(metric):
        say(sentence)
    print_estimates(estimates, shown, model=dataset.name)
    for each in more:
        print_details(each)
