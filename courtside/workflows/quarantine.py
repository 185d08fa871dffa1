"""Files that arrived and cannot be used: they are kept as they came, and an incident is open while they are wrong.

What a round sets aside, people are told in one alert at its end; the next round tells it if that one was killed first.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

import pyarrow as pa
from pyarrow import csv

from courtside.contracts import lake_keys
from courtside.contracts.records import ArrivalRecord
from courtside.core.arrival_alerts import quarantines_alert
from courtside.core.incidents import Finding
from courtside.core.incidents.kinds import quarantine
from courtside.core.sentences import plural
from courtside.workflows.arrival import Arrival
from courtside.workflows.incidents import Incidents
from courtside.workflows.lake_documents import find_document, read_document
from courtside.workflows.ports import Lake

REPORT = "report.json"
"""The report of one file in quarantine, below its own prefix."""
ORIGINAL = "original/"
"""Where a file in quarantine lies as it came, below its own prefix."""
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The files of one model that are set aside; each is known by its content, so that nobody hears of it twice.

    `group` is the group of commands that lists them, such as ``tables``.
    """

    model: str
    group: str
    lake: Lake
    incidents: Incidents

    def set_aside(self, record: ArrivalRecord, content: bytes, wrong: pa.Table | None) -> ArrivalRecord:
        """Keep a file as it came and what is wrong with it; return its record with the place."""
        digest = hashlib.sha256(content or record.etag.encode()).hexdigest()[:16]
        prefix = lake_keys.quarantine(self.model, digest)
        record = record.model_copy(update={"quarantine": prefix})
        if content:
            self.lake.claim(f"{prefix}{ORIGINAL}{PurePosixPath(record.file).name[-_LONGEST_NAME:]}", content)
        if wrong is not None:
            listed = io.BytesIO()
            csv.write_csv(wrong, listed)
            self.lake.write(f"{prefix}rows.csv", listed.getvalue())
        self.lake.claim(f"{prefix}{REPORT}", record.model_dump_json(indent=2).encode())
        return record

    def tell(self, listed: Sequence[Arrival], *, whole: bool, now: datetime) -> None:
        """Tell people of the files that are wrong, among those that lie where files arrive; if none is, it is over.

        The list is `whole` unless some place could not be read, which proves nothing about the files in it.
        """
        wrong = self._wrong({each.file.uri: each for each in listed})
        if wrong:
            self._report(wrong, now=now)
        elif whole:
            said = "Each file in quarantine was corrected and taken in, or removed"
            self.incidents.resolve(
                self.model, quarantine.KIND.name, at=now, evidence=f"mended-{now.isoformat()}", said=said
            )

    def _wrong(self, listed: Mapping[str, Arrival]) -> dict[ArrivalRecord, str]:
        """Return the reports of the files that are still as they were set aside, with the ids of their arrivals.

        A report counts for as long as any file of its content is there, under whatever name.
        """
        by_content: dict[str, list[Arrival]] = {}
        for arrival in listed.values():
            by_content.setdefault(arrival.file.etag, []).append(arrival)
        found = {}
        for prefix in self._prefixes():
            report = read_document(ArrivalRecord, f"{prefix}{REPORT}", lake=self.lake)
            own = [listed[report.file]] if report.file in listed else []
            for arrival in (*own, *by_content.get(report.etag, [])):
                key = lake_keys.arrival(self.model, arrival.id)
                record = find_document(ArrivalRecord, key, lake=self.lake)
                if record is None or record.quarantine == prefix:
                    found[report] = arrival.id
                    break
        return found

    def _prefixes(self) -> list[str]:
        home = lake_keys.quarantines(self.model)
        keys = (key for key in self.lake.keys(home) if key.removeprefix(home).count("/") == 1)
        return [key.removesuffix(REPORT) for key in keys if key.endswith(f"/{REPORT}")]

    def _report(self, wrong: Mapping[ArrivalRecord, str], *, now: datetime) -> None:
        kind, names = quarantine.KIND.name, {report: _subject(report) for report in wrong}
        new = self.incidents.new_subjects(self.model, kind, names.values())
        told = [report for report, name in names.items() if name in new] or list(wrong)
        count = f"{len(wrong)} {plural('file', range(len(wrong)))}"
        finding = Finding(
            model=self.model,
            kind=kind,
            at=now,
            evidence=hashlib.sha256(" ".join(sorted(wrong.values())).encode()).hexdigest()[:16],
            alert=quarantines_alert({self.lake.uri(each.quarantine or ""): each for each in told}, group=self.group),
            line=f"{count} of {self.model} cannot be used, such as {_name(told[-1])}",
            subjects=tuple(names.values()),
        )
        self.incidents.report(finding)


def _subject(report: ArrivalRecord) -> str:
    """Return a name that a file has only with its present content."""
    return f"{_name(report)} ({PurePosixPath(report.quarantine or '').name})"


def _name(report: ArrivalRecord) -> str:
    return PurePosixPath(report.file).name
