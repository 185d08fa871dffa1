"""Courtside: drift checks, retraining, a gate and a registry that look after a small team's models.

What the commands do with files, in Python:

- `check_drift` compares two tables, files or frames, and returns a report that shows itself in a notebook;
- `DataDriftDetection` is the same engine behind the interface of the system that Courtside replaces;
- `Candidate`, `Flavor` and `Preprocessing` are what a package of your own makes a candidate of;
- `propose_contract` guesses a table's contract, `load_contract` reads one, `train` trains its models;
- `predict` lets a version in a stage predict a table, `performance` says how well a stage's model does.

What is wrong with an input is raised as a subclass of `BadInput`, other expected failures of `CourtsideError`.

The folders are the architecture; each may import only what stands to its right
(``make check`` enforces it)::

    cli → api → bootstrap → adapters → workflows → datasets → core → contracts
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courtside.api.contracts import ProposedContract, propose_contract
    from courtside.api.detection import DataDriftDetection
    from courtside.api.drift import check_drift
    from courtside.api.drift_result import DriftResult
    from courtside.api.inputs import load_contract
    from courtside.api.performance import Performance, performance
    from courtside.api.predictions import predict
    from courtside.api.training import Training, train
    from courtside.contracts.errors import BadInput, CourtsideError
    from courtside.core.training.candidates import Candidate, Flavor, Preprocessing

__all__ = [
    "BadInput",
    "Candidate",
    "CourtsideError",
    "DataDriftDetection",
    "DriftResult",
    "Flavor",
    "Performance",
    "Preprocessing",
    "ProposedContract",
    "Training",
    "check_drift",
    "load_contract",
    "performance",
    "predict",
    "propose_contract",
    "train",
]

# Each is imported when it is first asked for: every function of a stage imports this package as well.
_HOMES = {
    "BadInput": "contracts.errors",
    "Candidate": "core.training.candidates",
    "CourtsideError": "contracts.errors",
    "DataDriftDetection": "api.detection",
    "DriftResult": "api.drift_result",
    "Flavor": "core.training.candidates",
    "Performance": "api.performance",
    "Preprocessing": "core.training.candidates",
    "ProposedContract": "api.contracts",
    "Training": "api.training",
    "check_drift": "api.drift",
    "load_contract": "api.inputs",
    "performance": "api.performance",
    "predict": "api.predictions",
    "propose_contract": "api.contracts",
    "train": "api.training",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
