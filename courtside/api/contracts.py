"""Propose the contract of a table: `courtside init` as a function."""

import os
from dataclasses import dataclass
from pathlib import Path

from courtside.adapters.files import write_files
from courtside.api.inputs import Table, opened_rows, shown
from courtside.contracts.errors import BadInput, InputMismatch
from courtside.contracts.shortening import listed, quoted
from courtside.core.proposal import Proposal, propose
from courtside.core.tasks import REGISTRY
from courtside.datasets.written import contract_name, contract_text


class ContractThere(BadInput):
    """A file that somebody may have edited stands where a contract should be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is there already and is not overwritten; choose another file (--out or `out`), or delete it"
        )


@dataclass(frozen=True, repr=False)
class ProposedContract:
    """A contract that was guessed from a table; `proposal` holds the reason for each part."""

    proposal: Proposal

    def to_yaml(self, *, name: str | None = None) -> str:
        """Return the contract as commented YAML; `name` is the model's, by default the table's."""
        return contract_text(self.proposal, name=name or contract_name(self.proposal.table))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the contract, called by its file, into a new file; raises `ContractThere`, `FolderNotWritable`."""
        file = Path(path)
        if file.exists():
            raise ContractThere(file)
        write_files({file: self.to_yaml(name=contract_name(file.name)).encode()})
        return file

    def __repr__(self) -> str:
        return self.to_yaml()


def propose_contract(table: Table, *, target: str | None = None, task: str | None = None) -> ProposedContract:
    """Guess the contract of a table (a path, an address or a frame) for this target and task, or the likeliest ones.

    Up to 100,000 rows from all over the table are looked at. Raises `EmptyWindow`, `MissingColumns`, `TargetUnfit`,
    `NoTarget`, `NothingToLearnFrom` and `InputMismatch` for a task that does not exist, and what reading the table
    raises.

    >>> import pyarrow as pa
    >>> table = pa.table({"age": [20.0 + i % 50 for i in range(200)], "churned": [i % 7 < 3 for i in range(200)]})
    >>> proposed = propose_contract(table)
    >>> proposed.proposal.target.column, [each.column for each in proposed.proposal.guesses]
    ('churned', ['age', 'churned'])
    >>> "age: numeric" in proposed.to_yaml(name="churn")
    True
    """
    if task is not None and task not in REGISTRY:
        raise InputMismatch(f"no task is called {quoted(task)}; there are {listed(list(REGISTRY))}")
    sample = opened_rows(table, name="given").sample()
    return ProposedContract(propose(sample, table=shown(table, name="table"), target=target, task=task))
