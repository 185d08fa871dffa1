"""What the setting `training_packages` may be: pinned packages and wheels of the checkout, each once."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from courtside.contracts.own_candidates import WHEELS, TrainingPackage

_CHECKOUT = Path(__file__).parents[1]


def _package(requirement: str) -> str:
    package = TrainingPackage.parse(requirement)
    if package.is_wheel and not (_CHECKOUT / requirement).is_file():
        raise ValueError("is no file of the checkout")
    return requirement


def _once_each(requirements: tuple[str, ...]) -> tuple[str, ...]:
    names = [TrainingPackage.parse(requirement).import_name for requirement in requirements]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"names {', '.join(twice)} twice")
    return requirements


TrainingPackages = Annotated[
    tuple[Annotated[str, AfterValidator(_package)], ...],
    AfterValidator(_once_each),
    Field(
        description="the packages of your own candidates and all that they need besides Courtside's, each with its "
        f"version, like ('churn-models==1.2.0',), or as the path of a wheel in {WHEELS}/"
    ),
]
