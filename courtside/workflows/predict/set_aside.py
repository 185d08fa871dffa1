"""Rows that the champion cannot predict: ids and reasons are kept, and an incident is open while there are any."""

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import PurePosixPath

import pyarrow as pa
from pyarrow import csv

from courtside.contracts import scoring_keys
from courtside.contracts.records import UnpredictableRows
from courtside.core.incidents import Finding
from courtside.core.incidents.kinds import unpredictable_rows
from courtside.core.incidents.wording import headline
from courtside.core.prediction_alerts import unpredictable_alert
from courtside.workflows.incidents import Incidents
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake
from courtside.workflows.predict.coming_rows import Unusable
from courtside.workflows.quarantine import REPORT

_ROWS = "rows.csv"
_SCHEMA = pa.schema([pa.field("file", pa.string()), pa.field("id", pa.string()), pa.field("reason", pa.string())])
_Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SetAside:
    """The rows of one model that cannot be predicted; each is known by its file, its id and the reason."""

    model: str
    lake: Lake
    incidents: Incidents

    def keep(
        self, unusable: Sequence[Unusable], *, champion: str, as_of: date, since: date | None
    ) -> dict[str, UnpredictableRows]:
        """Keep those rows that no round since a day has kept yet; return the reports of all, by their prefixes.

        Doing it again changes nothing.
        """
        found = {
            (each.file, row or f"row {place} without a usable id", reason)
            for each in unusable
            for place, (row, reason) in enumerate(zip(each.ids, each.reasons, strict=True), start=1)
        }
        known = self._known(since) if found else {}
        prefixes = [prefix for prefix, rows in known.items() if rows & found]
        if new := sorted(found.difference(*known.values())):
            prefixes.append(self._kept(new, champion=champion, as_of=as_of))
        return {
            prefix: read_document(UnpredictableRows, f"{prefix}{REPORT}", lake=self.lake)
            for prefix in dict.fromkeys(prefixes)
        }

    def tell(self, reports: Mapping[str, UnpredictableRows], *, now: datetime) -> None:
        """Tell people of the rows that cannot be predicted; if there are none, that is over."""
        kind = unpredictable_rows.KIND.name
        if not reports:
            said = "Every row that came can be predicted again, or is not waited for any more"
            self.incidents.resolve(self.model, kind, at=now, evidence=f"predicted-{now.isoformat()}", said=said)
            return
        subjects = {prefix: _subjects(report) for prefix, report in reports.items()}
        new = set(self.incidents.new_subjects(self.model, kind, chain.from_iterable(subjects.values())))
        told = {self.lake.uri(each): reports[each] for each, names in subjects.items() if new.intersection(names)}
        alert = unpredictable_alert(told or {self.lake.uri(each): report for each, report in reports.items()})
        finding = Finding(
            model=self.model,
            kind=kind,
            at=now,
            # The same rows may be wrong again after they were mended, which a later round finds.
            evidence=f"{now:%Y-%m-%dT%H}-{_digest(' '.join(reports).encode())}",
            alert=alert,
            line=headline(alert),
            subjects=tuple(chain.from_iterable(subjects.values())),
        )
        self.incidents.report(finding)

    def _kept(self, rows: Sequence[_Row], *, champion: str, as_of: date) -> str:
        listed = io.BytesIO()
        table = pa.Table.from_pylist([dict(zip(_SCHEMA.names, row, strict=True)) for row in rows], schema=_SCHEMA)
        csv.write_csv(table, listed)
        prefix = scoring_keys.unpredictable_rows(self.model, as_of, _digest(listed.getvalue()))
        reasons = Counter((file, reason) for file, _, reason in rows)
        record = UnpredictableRows(
            model=self.model,
            as_of=as_of,
            champion=champion,
            rows=len(rows),
            reasons=tuple((file, reason, count) for (file, reason), count in sorted(reasons.items())),
        )
        # The report comes last: only rows with a report are known, and people are told of nothing else.
        self.lake.claim(f"{prefix}{_ROWS}", listed.getvalue())
        self.lake.claim(f"{prefix}{REPORT}", record.model_dump_json(indent=2).encode())
        return prefix

    def _known(self, since: date | None) -> dict[str, set[_Row]]:
        known, home = {}, scoring_keys.unpredictable(self.model)
        for key in self.lake.keys(home):
            day = key.removeprefix(home)[:10]  # days sort as text
            if key.endswith(f"/{REPORT}") and (since is None or day >= since.isoformat()):
                content = self.lake.read(f"{key.removesuffix(REPORT)}{_ROWS}")
                options = csv.ConvertOptions(column_types=_SCHEMA, strings_can_be_null=False)
                rows = csv.read_csv(io.BytesIO(content), convert_options=options)
                columns = (rows.column(name).to_pylist() for name in _SCHEMA.names)
                known[key.removesuffix(REPORT)] = set(zip(*columns, strict=True))
        return known


def _subjects(report: UnpredictableRows) -> list[str]:
    return [f"{PurePosixPath(file).name}: {reason}" for file, reason, _ in report.reasons]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
