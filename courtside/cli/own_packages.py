"""Packages of a team's own, as commands treat them: nothing of one is imported unless a person trusts it by name."""

from typing import TYPE_CHECKING, Annotated

import typer

from courtside.contracts.names import StackOutput
from courtside.contracts.own_candidates import imported_by, is_own, require_package
from courtside.datasets.strict_yaml import read_document

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.core.dataset import Dataset

Trusted = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-package",
        metavar="PACKAGE",
        help="Load classes of this package of your own, whose code runs here; it must be installed. May be repeated.",
    ),
]


def require_packages(dataset: "Dataset", content: bytes, outputs: "StageOutputs") -> None:
    """Raise `CandidateAbsent` for an own candidate whose package the stage's training image has not; import nothing.

    Raises `OutputMissing` for a stage that an earlier release deployed, if there are such candidates.
    """
    document = read_document(content)
    for place, candidate in enumerate(dataset.candidates or ()):
        if is_own(candidate):
            packages = imported_by(outputs[StackOutput.TRAINING_PACKAGES])
            require_package(candidate, packages, line=document.line(("candidates", place)))
