"""Erase every row about an id, prove it by reading everything again, and keep a record that does not name the id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import forget_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.records import DataManifest, ForgottenRecord, RetrainingLockState, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.forget import Wanted
from courtside.workflows.arrival import Arrival
from courtside.workflows.forget.erase import Erased, Eraser
from courtside.workflows.forget.errors import FilesWait, IdsOfGames, RunsWait, TrainingReads
from courtside.workflows.forget.ledger import documents_naming, mask_documents
from courtside.workflows.forget.places import is_of_spool
from courtside.workflows.forget.search import Findings, Held, Progress, Search, by_key
from courtside.workflows.lake_documents import find_document, read_document
from courtside.workflows.ledger_documents import read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Incoming, Ledger, VersionedLake


@dataclass(frozen=True, slots=True)
class Found:
    """What would be erased: object versions of the lake, documents of the ledger, and the trainings that read them."""

    findings: Findings
    documents: int
    trainings: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether no place names any of the ids."""
        return not (self.findings.held or self.documents)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, with its record, and the proof: what a search of everything found afterwards."""

    record: ForgottenRecord
    key: str
    proof: Findings
    documents: int

    @property
    def proven(self) -> bool:
        """Whether everything was read again and nothing held an id."""
        return not (self.proof.held or self.proof.unread or self.documents)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Erases ids from all that a stage keeps of one model; `incoming` is where its files arrive in the lake."""

    lake: VersionedLake
    ledger: Ledger
    incoming: Incoming
    search: Search

    @classmethod
    def of(
        cls,
        wanted: Wanted,
        *,
        dataset: Dataset,
        lake: VersionedLake,
        ledger: Ledger,
        incoming: Incoming,
        contracts: Sequence[Dataset] = (),
        progress: Progress,
    ) -> "Forgetting":
        """Wire what erases these ids; `contracts` are those that the model had before.

        Raises `IdsOfGames` for a model of games.
        """
        if dataset.builder is not None:
            raise IdsOfGames(dataset.name)
        legacy_set = any(each.legacy_set for each in (dataset, *contracts))
        return cls(lake, ledger, incoming, Search(lake, dataset, wanted, progress, legacy_set))

    def look(self, *, now: datetime) -> Found:
        """Search everything and return what would be erased; nothing is changed.

        Raises `TrainingReads`, `RunsWait` and `FilesWait`.
        """
        self._require_no_training(now)
        findings = self.search.everywhere()
        waiting = [each.version.key for each in findings.held if is_of_spool(each.version.key) and each.version.newest]
        if waiting:
            raise RunsWait(self._model, waiting)
        self._require_taken_in(findings.held)
        return Found(findings, len(self._documents()), self._trainings(findings.held))

    def erase(self, found: Found, *, by: str, now: datetime) -> Forgotten:
        """Erase what was found, then search everything again. Raises `LakeBusy` and `LedgerBusy`.

        A run that breaks off is finished by running it again: what has no ids and is found by the rows that have them
        comes first, those rows come last.
        """
        key = forget_keys.forgotten_record(self._model, f"{now:%Y-%m-%dT%H%M%S}-{now.microsecond:06d}")
        eraser, objects, done = Eraser(self.search, now), by_key(found.findings.held), list[Erased]()
        record = ForgottenRecord(
            model=self._model,
            by=by,
            began_at=now,
            ids=len(self.search.wanted.values),
            columns=self.search.wanted.columns,
            rewritten=self._masked(filter(eraser.rewrites, objects)),  # a restore must know, even if this breaks off
            rows=sum(each.rows for each in found.findings.held),
            trainings=found.trainings,
        )
        self._write(key, record)
        for place, (each, held) in enumerate(objects.items(), start=1):
            self.search.progress(f"Erasing from object {place:,} of {len(objects):,}")
            erased = eraser.erase(each, held)
            done += [] if erased is None else [erased]
        mask_documents(self.search.wanted, model=self._model, ledger=self.ledger)
        self.search.progress("Reading everything again")
        proof = self.search.everywhere()
        record = self._ended(record, done, proof, now=now)
        self._write(key, record)
        return Forgotten(record, key, proof, len(self._documents()))

    def _ended(
        self, record: ForgottenRecord, done: Sequence[Erased], proof: Findings, *, now: datetime
    ) -> ForgottenRecord:
        left = {each.version.key for each in proof.held} | {each.version.key for each in proof.unread}
        return record.model_copy(
            update={
                "rewritten": self._masked(each.key for each in done if each.rewritten),
                "removed": self._masked(each.key for each in done if not each.rewritten),
                "versions": sum(each.versions for each in done),
                "ended_at": now,
                "read_again": proof.versions,
                "left": self._masked(left),
            }
        )

    def _masked(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({self.search.masked(key) for key in keys}))

    def _write(self, key: str, record: ForgottenRecord) -> None:
        self.lake.write(key, record.model_dump_json(indent=2).encode())

    @property
    def _model(self) -> str:
        return self.search.dataset.name

    def _documents(self) -> list[str]:
        found = documents_naming(self.search.wanted, model=self._model, ledger=self.ledger)
        return [each.key for each in found]

    def _require_no_training(self, now: datetime) -> None:
        lock, _ = read(ModelLedger(self.ledger, self._model), ledger_keys.RETRAINING_LOCK, RetrainingLockState)
        if lock is not None and lock.holder is not None and (lock.lease_until or now) > now:
            raise TrainingReads(self._model, lock.holder)

    def _require_taken_in(self, held: Sequence[Held]) -> None:
        newest = {self.lake.uri(each.version.key) for each in held if each.version.newest and not each.version.removed}
        known = set(self.lake.keys(lake_keys.arrivals(self._model)))
        arrived = [each for each in self.incoming.files() if each.uri in newest]
        waiting = [each for each in arrived if lake_keys.arrival(self._model, Arrival.of(each).id) not in known]
        if waiting:
            raise FilesWait(self._model, [each.uri for each in waiting])

    def _trainings(self, held: Sequence[Held]) -> tuple[str, ...]:
        """Return the trainings that read rows which are found, each with the version that it made."""
        keys, found = {each.version.key for each in held if each.rows}, []
        home = training_keys.trainings(self._model)
        for key in self.lake.keys(home):
            training_id, _, name = key.removeprefix(home).partition("/")
            if name != training_keys.MANIFEST_NAME:
                continue
            manifest = read_document(DataManifest, key, lake=self.lake)
            if keys.intersection(each.key for each in manifest.objects):
                record_key = training_keys.training_record(self._model, training_id)
                record = find_document(TrainingRecord, record_key, lake=self.lake)
                version = None if record is None else record.challenger_version
                found.append(training_id if version is None else f"{training_id} (version {version})")
        return tuple(found)
