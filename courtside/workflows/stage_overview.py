"""The models of a stage at a glance: the champion of each, what the rounds left of it, and what is under way."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import (
    ApprovalRecord,
    ChampionPointer,
    IncidentRecord,
    ModelRound,
    Reign,
    RetrainingLockState,
    StageModel,
)
from courtside.contracts.versioned import TooNew
from courtside.core.dashboard.health import Judged, Known, health_of
from courtside.workflows.incidents.incidents import listed_incidents
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Ledger

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What happens to a model now: the training that runs, the one that is remembered, and who waits for a person."""

    training: str | None = None
    remembered: str | None = None
    approval: ApprovalRecord | None = None

    def __str__(self) -> str:
        """Say it in one line, empty where nothing is under way."""
        said = []
        if self.approval is not None:
            said.append(f"training {self.approval.training_id} waits for approval")
        elif self.training is not None:
            said.append(f"training {self.training} runs")
        if self.remembered is not None:
            said.append(f"training {self.remembered} is remembered")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """One model as of a moment: its entry, its champion, its newest round and what is under way.

    `round` is None where there was none yet. `problem` is why the ledger's entries of these cannot be read;
    `incidents` are the open ones, the newest first.
    """

    entry: StageModel
    at: datetime
    champion: Reign | None = None
    round: ModelRound | None = None
    under_way: UnderWay = UnderWay()
    problem: CourtsideError | None = None
    incidents: tuple[IncidentRecord, ...] = ()

    @property
    def next_due(self) -> datetime | None:
        """When the next check is due; None where nobody knows it, and for a paused model, which rounds pass over."""
        return None if self.round is None or self.entry.paused else self.round.next_due

    @property
    def judged(self) -> Judged:
        """How the model is, and why."""
        newest = self.round or ModelRound(model=self.entry.name)
        return health_of(
            Known(
                model=self.entry.name,
                at=self.at,
                problem=str(self.problem or ""),
                paused=self.entry.paused,
                has_champion=self.champion is not None,
                training=self.under_way.training or "",
                approval=self.under_way.approval.training_id if self.under_way.approval else "",
                failing=newest.failing,
                failing_since=newest.failing_since,
                last=newest.last_outcome,
                last_round_at=newest.last_round_at,
                ran_at=newest.ran_at,
                next_due=newest.next_due,
                incidents=self.incidents,
            )
        )


def overview(entries: Iterable[StageModel], *, ledger: Ledger, now: datetime) -> list[ModelOverview]:
    """Return these models of a stage at a glance, in their order; one that cannot be read hides no other."""
    entries, opened = list(entries), dict[str, list[IncidentRecord]]()
    for incident in listed_incidents(ledger, entries[0].name if len(entries) == 1 else None):
        opened.setdefault(incident.model, []).append(incident)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda entry: _of(entry, ledger, now, tuple(opened.get(entry.name, ()))), entries))


def _of(entry: StageModel, ledger: Ledger, now: datetime, incidents: tuple[IncidentRecord, ...]) -> ModelOverview:
    own = ModelLedger(ledger, entry.name)
    try:
        round_, _ = read(ledger, ledger_keys.model_round(entry.name), ModelRound)
        return ModelOverview(entry, now, champion_of(own), round_, _under_way(own, now), incidents=incidents)
    except (LedgerDocumentDamaged, TooNew) as error:
        return ModelOverview(entry, now, problem=error, incidents=incidents)


def _under_way(ledger: ModelLedger, now: datetime) -> UnderWay:
    lock = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()
    remembered = lock.waiting.training_id if lock.waiting else None
    if lock.holder is None or lock.lease_until is None or lock.lease_until <= now:  # a dead holder's lease ends
        return UnderWay(remembered=remembered)
    asked, _ = read(ledger, ledger_keys.approval(lock.holder), ApprovalRecord)
    waits = asked is not None and asked.approved is None and asked.expires_at > now
    return UnderWay(lock.holder, remembered, asked if waits else None)


def champion_of(ledger: Ledger) -> Reign | None:
    """Return the entry of a model's champion in the production history, None where there is no champion.

    Raises `LedgerDocumentDamaged` for an entry that is damaged or gone, and `TooNew`.
    """
    pointer, _ = read(ledger, ledger_keys.CHAMPION, ChampionPointer)
    if pointer is None or pointer.version is None or pointer.history_key is None:
        return None
    reign, _ = read(ledger, pointer.history_key, Reign)
    if reign is None:
        again = f"there is none; promoting version {pointer.version} again writes another one"
        raise LedgerDocumentDamaged(pointer.history_key, again, revision=0)
    return reign
