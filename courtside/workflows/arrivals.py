"""Rows arrive by themselves: each new file is taken in once, set aside where it is wrong, and recorded.

A file stays where it was written. Its record, under the id of its arrival, is written last: until then every step can
be repeated, by the same round or by another one at the same time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.events import ArrivalsResponse
from courtside.contracts.records import ArrivalOutcome, ArrivalRecord
from courtside.core.dataset import Dataset
from courtside.workflows.arrival import Arrival
from courtside.workflows.arrival_log import log_loads
from courtside.workflows.attempts import MOST_ATTEMPTS, Attempts, GivenUp
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import FileClosed, Incoming, IncomingClosed, IncomingFile, Lake, Ledger
from courtside.workflows.quarantine import Quarantine
from courtside.workflows.receivers import MOST_BYTES, FileTooLarge, Received, receiver_of

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "._copying_")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Takes in the files of one model, by its part of the ledger; `places` are where they arrive."""

    dataset: Dataset
    places: Sequence[Incoming]
    lake: Lake
    ledger: Ledger
    incidents: Incidents

    def round(self, *, now: datetime, enough: Callable[[], bool] = lambda: False) -> ArrivalsResponse:
        """Take in every file that is new, oldest first, until there is none left or it is `enough`.

        A file that was changed while it was read is left for the next round. An error that is not the file's fault ends
        the round, because what comes later must not be taken in first; the next round goes on from there. All other
        files are taken in although a place or a file cannot be read: its `IncomingClosed` or `FileClosed` is raised at
        the end, and once it can be read, what came later stays.
        """
        receiver_of(self.dataset).settle(lake=self.lake)
        found, closed = self._listed()
        try:
            new = self._new(found)
            done, unread = self._all_taken_in(new, now=now, enough=enough)
            log_loads(lake=self.lake, dataset=self.dataset)
        except Exception:
            self._tell(found, closed, now=now)
            raise
        self._tell(found, closed, now=now)
        if closed is not None:
            raise closed
        if unread:
            raise FileClosed(unread[0].address, unread[0].code, more=len(unread) - 1) from unread[0]
        return ArrivalsResponse(
            model=self.dataset.name,
            files=len(done),
            rows=sum(each.new + each.changed for each in done),
            loaded=sum(each.outcome is ArrivalOutcome.LOADED for each in done),
            refused=sum(each.outcome is ArrivalOutcome.QUARANTINED for each in done),
            quarantined=sum(each.quarantine is not None for each in done),
            waiting=len(new) - len(done),
        )

    def _listed(self) -> tuple[list[tuple[Incoming, Arrival]], IncomingClosed | None]:
        """Return the files of all places, and the error of one that cannot be read."""
        found, closed = [], None
        for place in self.places:
            try:
                found += [(place, Arrival.of(file)) for file in place.files() if _is_whole(file)]
            except IncomingClosed as error:
                closed = error
        return found, closed

    def _new(self, found: Sequence[tuple[Incoming, Arrival]]) -> list[tuple[Incoming, Arrival]]:
        known = set(self.lake.keys(lake_keys.arrivals(self.dataset.name)))
        new = [each for each in found if lake_keys.arrival(self.dataset.name, each[1].id) not in known]
        return sorted(new, key=lambda each: (each[1].file.modified_at, each[1].file.uri))

    def _tell(self, found: Sequence[tuple[Incoming, Arrival]], closed: IncomingClosed | None, *, now: datetime) -> None:
        self._quarantine.tell([arrival for _, arrival in found], whole=closed is None, now=now)

    @property
    def _quarantine(self) -> Quarantine:
        group = "tables" if self.dataset.builder is None else "games"
        return Quarantine(self.dataset.name, group, self.lake, self.incidents)

    def _all_taken_in(
        self, new: Sequence[tuple[Incoming, Arrival]], *, now: datetime, enough: Callable[[], bool]
    ) -> tuple[list[ArrivalRecord], list[FileClosed]]:
        """Return the records of the files that were taken in, and the errors of those that cannot be read."""
        done, unread = list[ArrivalRecord](), list[FileClosed]()
        for place, arrival in new:
            if enough():
                break
            try:
                record = self._taken_in(place, arrival, now=now)
            except FileClosed as error:
                unread.append(error)
            else:
                done += [] if record is None else [record]
        return done, unread

    def _taken_in(self, place: Incoming, arrival: Arrival, *, now: datetime) -> ArrivalRecord | None:
        """Take in one file and return its record, None if the file was changed since it was listed."""
        record, wrong, content = self._described(arrival, now=now), None, b""
        with Attempts(self.ledger).another(arrival.id, now=now) as killed:
            try:
                found = self._content(place, arrival, killed=killed)
                if found is None:
                    return None
                content = found
                received = receiver_of(self.dataset).receive(content, arrival, lake=self.lake, now=now)
                record, wrong = _used(record, received), received.wrong
            except BadInput as error:
                record = record.model_copy(update={"reason": str(error)})
            if record.reason:
                record = self._quarantine.set_aside(record, content, wrong)
            self.lake.claim(lake_keys.arrival(self.dataset.name, arrival.id), record.model_dump_json(indent=2).encode())
        return record

    def _content(self, place: Incoming, arrival: Arrival, *, killed: int) -> bytes | None:
        """Read a file, unless that would end the function; raises `GivenUp` and `FileTooLarge`."""
        command = receiver_of(self.dataset).command
        if killed >= MOST_ATTEMPTS:
            raise GivenUp(killed, command=command)
        if arrival.file.size > MOST_BYTES:
            raise FileTooLarge(arrival.file.size, MOST_BYTES, command=command)
        return place.read(arrival.file)

    def _described(self, arrival: Arrival, *, now: datetime) -> ArrivalRecord:
        file, contract = arrival.file, self.dataset.contract
        return ArrivalRecord(
            id=arrival.id,
            model=self.dataset.name,
            contract_version=contract.version,
            contract_hash=contract.sha256,
            file=file.uri,
            etag=file.etag,
            size=file.size,
            came_at=file.modified_at,
            seen_at=now,
            outcome=ArrivalOutcome.QUARANTINED,
        )


def _is_whole(file: IncomingFile) -> bool:
    """Tell whether a file is meant to be read: folders, hidden files and unfinished ones by their names are not."""
    hidden = any(step.startswith(("_", ".")) and "=" not in step for step in file.path.split("/"))
    return not hidden and not file.path.endswith("/") and not file.path.lower().endswith(_UNFINISHED)


def _used(record: ArrivalRecord, received: Received) -> ArrivalRecord:
    wrong = received.wrong.num_rows
    told = f"wrong rows: {_reasons(received.wrong)}" if wrong else ""
    return record.model_copy(
        update={
            "outcome": ArrivalOutcome.LOADED if received.load else ArrivalOutcome.NOTHING_NEW,
            "load": received.load,
            "new": received.new,
            "changed": received.changed,
            "same": received.same,
            "coming": received.coming,
            "wrong": wrong,
            "reason": told,
        }
    )


def _reasons(wrong: pa.Table) -> str:
    counts: dict[str, int] = {}
    for reason in wrong.column("reason").to_pylist():
        counts[str(reason)] = counts.get(str(reason), 0) + 1
    return "; ".join(f"{count} with {reason}" for reason, count in counts.items())
