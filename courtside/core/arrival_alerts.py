"""What people are told of a file that arrived and could not be used."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate

from courtside.contracts.records import ArrivalOutcome, ArrivalRecord
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, Alert
from courtside.core.display_text import display_text
from courtside.core.sentences import ended, plural

MOST_FILES, MOST_NAMED = 10, 2500
"""So many files, and characters about them, are in one alert at most; Slack cuts a section of 3,000 characters."""
_RUNBOOK = "Runbook: docs/runbooks.md#a-file-in-quarantine"


def quarantines_alert(reports: Mapping[str, ArrivalRecord], *, group: str) -> Alert:
    """Write the one alert for all files of a model that a round set aside, by the addresses of their reports.

    `group` is the group of commands that lists them.
    """
    if len(reports) == 1:
        ((report, record),) = reports.items()
        return quarantine_alert(record, report=report)
    model = display_text(next(iter(reports.values())).model, MODEL_LIMIT)
    files = [
        f"• {display_text(record.file, LINE_LIMIT)}, {_extent(record)}: "
        f"{ended(display_text(record.reason, LINE_LIMIT))} Report: {report}"
        for report, record in reports.items()
    ]
    named = _that_fit(files)
    more = len(files) - len(named)
    return Alert.written(
        f"Courtside: {len(files)} files of {model} in quarantine",
        [
            f"*{len(files)} files of {model} cannot be used*, or not all of their rows:",
            *named,
            *[f"*And {more} more*: `courtside {group} arrivals --quarantine --model {model}` lists all."][:more],
            (
                "*What to do*: correct the files and write them again to their old places, or under other names, and "
                "then remove the wrong ones. The next round takes them in, and rows that are known already do nothing."
            ),
            _RUNBOOK,
        ],
    )


def _that_fit(lines: Sequence[str]) -> Sequence[str]:
    """Return the first lines, of which there is at least one and which are not cut on their way to people."""
    # Slack counts what marks of its own are written as.
    lengths = accumulate(len(escape(line, quote=False)) for line in lines)
    return lines[: max(1, min(MOST_FILES, sum(length <= MOST_NAMED for length in lengths)))]


def astray_alert(files: Mapping[str, Sequence[str]]) -> Alert:
    """Write the alert for files that arrived in folders of no model: their addresses, by the folder."""
    count = sum(map(len, files.values()))
    folders = [
        f"• {display_text(folder or 'beside all folders', MODEL_LIMIT)}: {len(found)}, such as "
        f"{display_text(min(found), LINE_LIMIT)}"
        for folder, found in sorted(files.items())
    ]
    more = len(folders) - MOST_FILES
    return Alert.written(
        f"Courtside: {count} {plural('file', range(count))} in folders of no model",
        [
            "*Nobody looks at these files*, because no model of the stage has the name of their folder:",
            *folders[:MOST_FILES],
            *[f"and {more} more folders."][: max(more, 0)],
            (
                "*What to do*: move the files into the folder of their model, add the model (`courtside models add`), "
                "or remove what nobody needs."
            ),
            "Runbook: docs/runbooks.md#files-of-no-model",
        ],
    )


def _extent(record: ArrivalRecord) -> str:
    return "all of it" if record.outcome is ArrivalOutcome.QUARANTINED else "some rows"


def quarantine_alert(record: ArrivalRecord, *, report: str) -> Alert:
    """Write the one alert for a file that was set aside, whole or in part."""
    model, file = display_text(record.model, MODEL_LIMIT), display_text(record.file, LINE_LIMIT)
    partly = record.outcome is not ArrivalOutcome.QUARANTINED
    what = "part of a file" if partly else "a file"
    rest = " Its other rows were taken in." if partly else " None of its rows was taken in."
    return Alert.written(
        f"Courtside: {what} of {model} in quarantine",
        [
            f"*{what[0].upper()}{what[1:]} of {model} cannot be used*: {file}.{rest}",
            f"*Why*: {ended(display_text(record.reason, 2 * LINE_LIMIT))}",
            (
                "*What to do*: correct the file and write it again to its old place, or under another name, and then "
                "remove the wrong one. The next round takes it in, and rows that are known already do nothing."
            ),
            f"*Report*, with the original file: {report}",
            _RUNBOOK,
        ],
    )
