"""What people are told of a file that arrived and could not be used."""

from courtside.contracts.records import ArrivalOutcome, ArrivalRecord
from courtside.core.alerting import LINE_LIMIT, NAME_LIMIT, Alert
from courtside.core.display_text import display_text


def quarantine_alert(record: ArrivalRecord, *, report: str) -> Alert:
    """Write the one alert for a file that was set aside, whole or in part."""
    model, file = display_text(record.model, NAME_LIMIT), display_text(record.file, LINE_LIMIT)
    partly = record.outcome is not ArrivalOutcome.QUARANTINED
    what = "part of a file" if partly else "a file"
    rest = " Its other rows were taken in." if partly else " None of its rows was taken in."
    return Alert.written(
        f"Courtside: {what} of {model} in quarantine",
        [
            f"*{what[0].upper()}{what[1:]} of {model} cannot be used*: {file}.{rest}",
            f"*Why*: {display_text(record.reason, 2 * LINE_LIMIT)}.",
            (
                "*What to do*: correct the file and write it again, to its old place or under another name. The next "
                "round takes it in, and rows that are known already do nothing. This is said once."
            ),
            f"*Report*, with the original file: {report}",
            "Runbook: docs/runbooks.md#a-file-in-quarantine",
        ],
    )
