"""The models of a stage at a glance: the champion of each, and what the rounds of the watch left of it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from courtside.contracts import ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ChampionPointer, ModelRound, Reign, StageModel
from courtside.contracts.versioned import TooNew
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Ledger

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """One model: its entry, its champion and its newest round (None: there was none yet).

    `problem` is why champion or round cannot be read.
    """

    entry: StageModel
    champion: Reign | None = None
    round: ModelRound | None = None
    problem: CourtsideError | None = None

    @property
    def health(self) -> str:
        """What the newest round said of the model, in few words."""
        if self.problem is not None:
            return f"unreadable: {self.problem}"
        if self.entry.paused:
            return "paused"
        if self.round is None or not self.round.last_outcome:
            return "not yet"
        if self.round.failing and self.round.failing_since is not None:
            return f"fails since {self.round.failing_since:%Y-%m-%d %H:%M}"
        return self.round.last_outcome


def overview(entries: Iterable[StageModel], *, ledger: Ledger) -> list[ModelOverview]:
    """Return these models of a stage at a glance, in their order; one that cannot be read hides no other."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda entry: _of(entry, ledger), entries))


def _of(entry: StageModel, ledger: Ledger) -> ModelOverview:
    try:
        round_, _ = read(ledger, ledger_keys.model_round(entry.name), ModelRound)
        return ModelOverview(entry, champion_of(ModelLedger(ledger, entry.name)), round_)
    except (LedgerDocumentDamaged, TooNew) as error:
        return ModelOverview(entry, problem=error)


def champion_of(ledger: Ledger) -> Reign | None:
    """Return the entry of a model's champion in the production history, None where it has none."""
    pointer, _ = read(ledger, ledger_keys.CHAMPION, ChampionPointer)
    if pointer is None or pointer.version is None or pointer.history_key is None:
        return None
    return read(ledger, pointer.history_key, Reign)[0]
