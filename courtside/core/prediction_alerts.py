"""What people are told of rows that nobody can predict."""

from collections.abc import Mapping

from courtside.contracts.records import UnpredictableRows
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, Alert
from courtside.core.display_text import display_text
from courtside.core.sentences import plural

MOST_REASONS = 10
"""So many reasons at most are named in one alert: with their files at their longest, they fit."""


def unpredictable_alert(reports: Mapping[str, UnpredictableRows]) -> Alert:
    """Write the one alert for all rows of a model that could not be predicted, by the addresses of their reports."""
    newest = list(reports.values())[-1]
    model, rows = display_text(newest.model, MODEL_LIMIT), sum(each.rows for each in reports.values())
    what = f"{rows} {plural('row', range(rows))}"
    reasons = [
        f"• {count} of {display_text(file, LINE_LIMIT)}: {display_text(why, LINE_LIMIT)}"
        for each in reports.values()
        for file, why, count in each.reasons
    ]
    more = len(reasons) - MOST_REASONS
    return Alert.written(
        f"Courtside: {what} of {model} cannot be predicted",
        [
            f"*{what} of {model} cannot be predicted* by champion version {newest.champion}; all others were.",
            *reasons[:MOST_REASONS],
            *[f"and {more} more reasons, which the reports list."][: max(more, 0)],
            (
                "*What to do*: correct the rows and load them again, or deliver them in a file of their own. The next "
                "round predicts them."
            ),
            *[f"*Report*, with the ids: {address}" for address in list(reports)[-MOST_REASONS:]],
            "Runbook: docs/runbooks.md#rows-that-cannot-be-predicted",
        ],
    )
