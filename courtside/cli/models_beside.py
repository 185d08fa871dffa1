"""`courtside models beside`: which of two models of a stage does better on the same rows."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.stage import ModelName, Stage

if TYPE_CHECKING:
    from courtside.core.performance.model_comparison import Figure

LARGE = 1e4


def models_beside(
    model: ModelName,
    other: Annotated[str, typer.Argument(help="The model to compare it with, of the same target.")],
    stage: Stage = "dev",
    since: Annotated[str | None, typer.Option("--from", help="First day of the rows to compare.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Day to stop before.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Compare what was known on this day [default: today in UTC].")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare two models of a stage that predict the same target: which is better, by how much, and how sure that is.

    Both are compared on the rows that both predicted before their labels came, found by their ids; for each model the
    prediction counts that its champion showed. The sentence is about the log loss (of values: the squared error),
    and its 95 % interval holds however often one looks. The table has all metrics, each with the 95 % interval of one
    look.

    Examples:

    - `courtside models beside nba_ratings nba_games --stage dev`

    - `courtside models beside nba_ratings nba_games --from 2024-10-01 --to 2025-07-01 --json`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.api.performance import asked_for
    from courtside.cli.stage_data import stage_models
    from courtside.core.performance.comparison_wording import sentences_of
    from courtside.workflows.performance.comparing_models import compared_models

    asked = asked_for(since=since, until=until, as_of=as_of)
    with people.status(f"Comparing {model} with {other}"), reaching_aws():
        models = stage_models(stage_outputs(stage))
        mine, theirs = models.dataset(model), models.dataset(other)
        found = compared_models(mine, theirs, lake=models.lake, as_of=asked.as_of, days=asked.days)
    if as_json:
        print_json({**asdict(found), "as_of": asked.as_of})
        return
    print_table(f"{model} and {other} on the same rows", [_row(each, model, other) for each in found.figures])
    for sentence in sentences_of(found, task=mine.task):
        say(sentence)


def _row(figure: "Figure", model: str, other: str) -> dict[str, Any]:
    difference = figure.difference
    ends = (difference.low, difference.high)
    return {
        "metric": figure.title,
        model: _text(figure.model),
        other: _text(figure.other),
        "difference": _signed(difference.value),
        "95 %": "" if None in ends else " to ".join(map(_signed, ends)),
    }


def _text(value: float | None) -> str:
    """Write a figure; one in the unit of a target may be large, which no figure of probabilities is."""
    return "" if value is None else f"{value:.4f}" if abs(value) < LARGE else f"{value:.6g}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}" if abs(value) < LARGE else f"{value:+.6g}"
