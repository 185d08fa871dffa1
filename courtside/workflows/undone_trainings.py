"""What restores have undone may be done again, although AWS keeps the name of its execution for 90 days."""

from collections.abc import Iterable

from courtside.contracts import ledger_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.execution_names import execution_name, named_anew
from courtside.contracts.records import UndoneTrainings
from courtside.workflows.ledger_documents import read
from courtside.workflows.ledger_transactions import change
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Ledger

MOST = 1000
"""A ledger's document holds as many names."""


def not_undone(request: RetrainingRequest, *, ledger: Ledger) -> RetrainingRequest:
    """Return a request under a name that no undone training has: its own, if no restore has undone it."""
    known = read(ModelLedger(ledger, request.model), ledger_keys.UNDONE_TRAININGS, UndoneTrainings)[0]
    undone = frozenset() if known is None else frozenset(known.executions)
    name, times = request.training_id, 0
    while execution_name(request.model, name) in undone:
        times += 1
        name = named_anew(request.training_id, times=times)
    return request.model_copy(update={"training_id": name})


def note_undone(executions: Iterable[str], *, ledger: Ledger, models: Iterable[str] = ()) -> None:
    """Note that restores have undone these executions, each named after its model, and no others of their models.

    Of `models` that none of them is about, nothing is undone. Twice is as good as once.
    """
    undone: dict[str, list[str]] = {model: [] for model in models}
    for each in dict.fromkeys(executions):
        undone.setdefault(each.partition(".")[0], []).append(each)
    for model, found in undone.items():

        def noted(_: UndoneTrainings, found: list[str] = found) -> tuple[UndoneTrainings, None]:
            return UndoneTrainings(executions=tuple(found[-MOST:])), None

        change(ModelLedger(ledger, model), ledger_keys.UNDONE_TRAININGS, UndoneTrainings(), noted, anew=True)
