"""Files that arrived and cannot be used: they are kept as they came, and people are told of them.

What a round sets aside, people are told in one alert at its end; the next round tells it if that one was killed first.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
from pyarrow import csv

from courtside.contracts import lake_keys
from courtside.contracts.records import ArrivalRecord
from courtside.core.alerting import Alert
from courtside.core.arrival_alerts import quarantines_alert
from courtside.workflows.claims import Claims
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import AlertChannel, Lake
from courtside.workflows.quarantine_notices import REPORT, Notices

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The files of one model that are set aside; each is known by its content, so that nobody hears of it twice."""

    model: str
    lake: Lake
    claims: Claims
    alerts: AlertChannel

    def set_aside(self, record: ArrivalRecord, content: bytes, wrong: pa.Table | None) -> ArrivalRecord:
        """Keep a file as it came and what is wrong with it; return its record with the place."""
        digest = hashlib.sha256(content or record.etag.encode()).hexdigest()[:16]
        prefix = lake_keys.quarantine(self.model, digest)
        record = record.model_copy(update={"quarantine": prefix})
        if content:
            self.lake.claim(f"{prefix}original/{PurePosixPath(record.file).name[-_LONGEST_NAME:]}", content)
        if wrong is not None:
            listed = io.BytesIO()
            csv.write_csv(wrong, listed)
            self.lake.write(f"{prefix}rows.csv", listed.getvalue())
        self.lake.claim(f"{prefix}{REPORT}", record.model_dump_json(indent=2).encode())
        return record

    def tell(self) -> None:
        """Tell people in one alert of all that is set aside and that they have not been told of."""
        notices = Notices(
            lake_keys.quarantines(self.model), "arrivals", self.model, self.lake, self.claims, self.alerts
        )
        notices.tell(self._alert)

    def _alert(self, prefixes: Sequence[str]) -> Alert:
        reports = [read_document(ArrivalRecord, f"{prefix}{REPORT}", lake=self.lake) for prefix in prefixes]
        return quarantines_alert({self.lake.uri(each.quarantine or ""): each for each in reports})
