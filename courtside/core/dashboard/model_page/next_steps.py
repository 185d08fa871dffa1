"""What comes next where something is not there yet, with the command for it."""

from collections.abc import Iterator

from courtside.core.dashboard.views import ModelView
from courtside.core.pages.commands import command
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section


def next_steps(view: ModelView) -> Markup | None:
    """Return what this model still lacks, in the order in which it comes; None where nothing is missing."""
    steps = [element("li", element("p", said), element("p", command(typed))) for said, typed in _missing(view)]
    return section("next", "What comes next", element("ol", *steps, class_="steps")) if steps else None


def _missing(view: ModelView) -> Iterator[tuple[str, str]]:
    model, stage = view.summary.model, view.stage
    # Rows that no load recorded were found by whoever trained or checked.
    if view.freshness.newest_row is None and view.summary.champion is None and not view.checks:
        if view.freshness.of_games:
            said, typed = "No games are known yet. Put some into the lake:", "games load --games games.csv"
        else:
            said, typed = "No rows are known yet. Put the model's table into the lake:", "tables load --table rows.csv"
        yield said, f"courtside {typed} --model {model} --stage {stage}"
    if view.summary.champion is None:
        said = "There is no champion yet. Train the first one, which is promoted if it passes the gate:"
        yield said, f"courtside retrain --trigger initial --model {model} --stage {stage}"
    if not view.checks:
        said = "No drift check ran in this time. Each round of the watch checks; this one runs now:"
        yield said, f"courtside watch --model {model} --stage {stage}"
    if not any(point.value is not None for point in view.performance):
        said = "Too few labels are known to say how well it did in this time. Tell what became known of its rows:"
        yield said, f"courtside labels load labels.csv --model {model} --stage {stage}"
