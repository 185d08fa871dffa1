"""Which candidates a backtest trains."""

from collections.abc import Collection, Sequence

from courtside.contracts.errors import BadInput
from courtside.contracts.own_candidates import is_own
from courtside.core.dataset import Dataset
from courtside.core.sentences import enumerated
from courtside.core.training.candidates import Candidate
from courtside.core.training.candidates import candidates_of as of_task
from courtside.core.training.own_candidates import chosen


class CandidateUnknown(BadInput):
    """There is no candidate of that name which can learn the contract's task."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        self.name = name
        super().__init__(f"there is no candidate {name!r}; choose from {enumerated(sorted(known))}")


def candidates_of(dataset: Dataset, names: Sequence[str] | None = None) -> Sequence[Candidate]:
    """Return the named candidates, or those of the contract; a team's own are imported, as by a training.

    Raises `CandidateUnknown`, and what `chosen` raises.
    """
    known = of_task(dataset.task)
    for name in names or ():
        if name not in known and not is_own(name):
            raise CandidateUnknown(name, known)
    return chosen(names or dataset.candidates, task=dataset.task)
