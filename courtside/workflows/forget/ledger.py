"""Documents of the ledger in whose texts an id was named, such as the incidents about a file."""

from courtside.contracts import ledger_keys
from courtside.core.forget import Wanted
from courtside.workflows.ledger_documents import LedgerBusy
from courtside.workflows.ports import Ledger, LedgerEntry, LedgerWrite

_MOST_TRIES = 20
_OF_MODEL = (
    ledger_keys.HISTORY_PREFIX,
    ledger_keys.APPROVALS_PREFIX,
    ledger_keys.CHECKS_PREFIX,
    ledger_keys.BEGUN_PREFIX,
    ledger_keys.ENDS_PREFIX,
    f"{ledger_keys.partition(ledger_keys.CHAMPION)}/",
    f"{ledger_keys.partition(ledger_keys.RETRAINING_LOCK)}/",
)


def documents_naming(wanted: Wanted, *, model: str, ledger: Ledger) -> list[LedgerEntry]:
    """Return the model's documents that name a telling id."""
    own = [f"{ledger_keys.of_model(model)}{each}" for each in _OF_MODEL]
    shard = ledger_keys.shard(model)
    shared = [f"incidents-{shard}/", f"incidents-{shard}-told/", f"rounds-{shard}/"]
    entries = [*ledger.entries(*own), *(each for each in ledger.entries(*shared) if _is_of(each.key, model))]
    return [each for each in entries if wanted.mentioned(each.document)]


def mask_documents(wanted: Wanted, *, model: str, ledger: Ledger) -> int:
    """Mask the ids in the model's documents, and return how many there were; raises `LedgerBusy`."""
    masked: set[str] = set()
    for _ in range(_MOST_TRIES):
        found = documents_naming(wanted, model=model, ledger=ledger)
        if not found:
            return len(masked)
        for each in found:
            if ledger.put(LedgerWrite(each.key, wanted.masked(each.document), each.revision)):
                masked.add(each.key)
    raise LedgerBusy(found[0].key)


def _is_of(key: str, model: str) -> bool:
    return key.rpartition("/")[2].partition(".")[0] == model
