"""What pages say of a replay, so that nobody takes it for what a stage did."""

from collections.abc import Sequence
from datetime import timedelta

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, from_page, model_page
from courtside.contracts.records import ReplayRecord
from courtside.contracts.shortening import shortened
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section, wide
from courtside.core.pages.wording import DASH, counted, moment, period

COLUMNS = ("Replay", "policy", "learns from", "rows", "log loss", "accuracy", "AUC", "trainings", "new champions")
_LONGEST = 60


def replay_note(replay: ReplayRecord) -> Markup:
    """Return what a replayed model's page says at its top."""
    trained = f"{counted(replay.trainings, 'training')} and {counted(replay.promotions, 'new champion')}"
    said = (
        f"No stage did this. The days {_days(replay)} were lived through once more with the policy "
        f"{shortened(replay.policy, _LONGEST)} and trainings on {_past(replay)}: {counted(replay.rows, 'row')} of "
        f"{replay.of} were predicted, each before its label was known, with {trained}. "
        f"Made on {moment(replay.made_at, None)} UTC."
    )
    return element("p", element("strong", "A replay. "), said, class_="note replay")


def replays_section(replays: Sequence[ReplayRecord]) -> Markup | None:
    """Return the replays of a folder side by side, those with the smallest loss first; None for a stage."""
    if not replays:
        return None
    head = element("tr", *(element("th", text, scope="col") for text in COLUMNS))
    ordered = sorted(replays, key=lambda each: (each.log_loss is None, each.log_loss or 0.0, each.model))
    note = (
        "No stage did this: each line is one policy that lived through the same history. A smaller log loss is better."
    )
    return section(
        "replays",
        "Replays",
        element("p", note, class_="note"),
        wide(element("table", element("thead", head), element("tbody", *map(_row, ordered))), label="Replays compared"),
    )


def _row(replay: ReplayRecord) -> Markup:
    link = element("a", shortened(replay.model, _LONGEST), href=from_page(OVERVIEW_PAGE, model_page(replay.model)))
    figures = (replay.log_loss, replay.accuracy, replay.auc)
    cells = [
        shortened(replay.policy, _LONGEST),
        _past(replay),
        f"{replay.rows:,}",
        *(DASH if each is None else f"{each:.4f}" for each in figures),
        f"{replay.trainings:,}",
        f"{replay.promotions:,}",
    ]
    return element("tr", element("th", link, scope="row"), *(element("td", cell) for cell in cells))


def _days(replay: ReplayRecord) -> str:
    return period((replay.start, replay.end - timedelta(days=1)))


def _past(replay: ReplayRecord) -> str:
    """Say which part of the past the trainings of a replay learn from.

    >>> from datetime import UTC, date, datetime
    >>> when = {"start": date(2000, 1, 1), "end": date(2001, 1, 1), "made_at": datetime(2026, 11, 29, tzinfo=UTC)}
    >>> counts = {"rows": 1, "trainings": 1, "promotions": 1}
    >>> said = {"model": "a", "of": "a", "policy": "never", **when, **counts}
    >>> _past(ReplayRecord(window="10y", **said)), _past(ReplayRecord(window="all", **said))
    ('the last 10 years', 'all of the past')
    """
    window = replay.window
    if window == "all":
        return "all of the past"
    if window == "auto":
        return "the window that each training chose"
    return f"the last {window[:-1]} years" if window.endswith("y") and window[:-1].isdigit() else window
