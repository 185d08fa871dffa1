"""The alert about data that should have come and did not."""

from datetime import date

from courtside.core.alerting import MODEL_LIMIT, Alert
from courtside.core.display_text import display_text


def overdue_alert(*, dataset: str, newest: date, today: date) -> Alert:
    """Write the one alert for a stretch without new rows."""
    name, days = display_text(dataset, MODEL_LIMIT), (today - newest).days
    return Alert.written(
        f"Courtside: no new data of {name} since {newest}",
        [
            (
                f"*No new data of {name}* for {days} days: the newest row is of {newest}. Rows were to be expected: "
                "the contract's `watch.season` says so, or a year ago they came at this time, or the lake holds no "
                "year yet by which an off-season could be known."
            ),
            (
                "*What it means*: until rows come, drift checks find little or nothing to look at, and nobody watches "
                "the champion."
            ),
            (
                f"*What to do*: find out why nothing was loaded, and load it (`courtside games load --model {name}` "
                f"or `courtside tables load --model {name}` for a table). If none is expected at "
                "this time of the year, write `watch.season` into the contract; if no more will come, "
                f"`courtside models pause {name}`. Runbook: "
                "docs/runbooks.md#no-new-data"
            ),
        ],
    )
