"""Rows that the champion cannot predict: their ids and reasons are kept, and people are told of each once."""

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from pyarrow import csv

from courtside.contracts import scoring_keys
from courtside.contracts.records import UnpredictableRows
from courtside.core.alerting import Alert
from courtside.core.prediction_alerts import unpredictable_alert
from courtside.workflows.claims import Claims
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import AlertChannel, Lake
from courtside.workflows.predict.coming_rows import Unusable
from courtside.workflows.quarantine_notices import REPORT, Notices

_ROWS = "rows.csv"
_SCHEMA = pa.schema([pa.field("file", pa.string()), pa.field("id", pa.string()), pa.field("reason", pa.string())])
_Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SetAside:
    """The rows of one model that cannot be predicted; each is known by its file, its id and the reason."""

    model: str
    lake: Lake
    claims: Claims
    alerts: AlertChannel

    def keep(self, unusable: Sequence[Unusable], *, champion: str, as_of: date, since: date | None) -> None:
        """Keep those rows that no round since a day has kept yet; doing it again changes nothing."""
        found = {
            (each.file, row or f"row {place} without a usable id", reason)
            for each in unusable
            for place, (row, reason) in enumerate(zip(each.ids, each.reasons, strict=True), start=1)
        }
        if not found:
            return
        new = sorted(found - self._known(since))
        if not new:
            return
        listed = io.BytesIO()
        table = pa.Table.from_pylist([dict(zip(_SCHEMA.names, row, strict=True)) for row in new], schema=_SCHEMA)
        csv.write_csv(table, listed)
        digest = hashlib.sha256(listed.getvalue()).hexdigest()[:16]
        prefix = scoring_keys.unpredictable_rows(self.model, as_of, digest)
        reasons = Counter((file, reason) for file, _, reason in new)
        record = UnpredictableRows(
            model=self.model,
            as_of=as_of,
            champion=champion,
            rows=len(new),
            reasons=tuple((file, reason, count) for (file, reason), count in sorted(reasons.items())),
        )
        # The report comes last: only rows with a report are known, and people are told of nothing else.
        self.lake.claim(f"{prefix}{_ROWS}", listed.getvalue())
        self.lake.claim(f"{prefix}{REPORT}", record.model_dump_json(indent=2).encode())

    def tell(self) -> None:
        """Tell people in one alert of all rows that they have not been told of."""
        prefix = scoring_keys.unpredictable(self.model)
        Notices(prefix, "predictions", self.model, self.lake, self.claims, self.alerts).tell(self._alert)

    def _alert(self, prefixes: Sequence[str]) -> Alert:
        return unpredictable_alert(
            {
                self.lake.uri(prefix): read_document(UnpredictableRows, f"{prefix}{REPORT}", lake=self.lake)
                for prefix in prefixes
            }
        )

    def _known(self, since: date | None) -> set[_Row]:
        known: set[_Row] = set()
        prefix = scoring_keys.unpredictable(self.model)
        for key in self.lake.keys(prefix):
            day = key.removeprefix(prefix)[:10]  # days sort as text
            if key.endswith(f"/{REPORT}") and (since is None or day >= since.isoformat()):
                content = self.lake.read(f"{key.removesuffix(REPORT)}{_ROWS}")
                options = csv.ConvertOptions(column_types=_SCHEMA, strings_can_be_null=False)
                rows = csv.read_csv(io.BytesIO(content), convert_options=options)
                known.update(zip(*(rows.column(name).to_pylist() for name in _SCHEMA.names), strict=True))
        return known
