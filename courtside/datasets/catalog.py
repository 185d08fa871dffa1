"""Read dataset contracts: those that ship with Courtside by name, a team's own by path."""

from importlib.resources import files
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset, Feature, FeatureKind, Phase


class DatasetInvalid(BadInput):
    """A dataset contract is missing or says something impossible."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(f"dataset {name}: {'; '.join(problems)}")


class _Comparable(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phase: Phase | None = None


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    purpose: str | None = Field(default=None, min_length=1)
    time_column: str
    season_column: str | None = None
    id_columns: list[str]
    target: str
    prediction: str | None = None
    builder: str | None = None
    reference_seasons: int = Field(default=3, ge=1)
    segment: str | None = None
    comparable: _Comparable = _Comparable()
    features: dict[str, FeatureKind] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_have_one_role(self) -> Self:
        names = [*self.features, self.target, *([self.prediction] if self.prediction else [])]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"{', '.join(repeated)} cannot be feature, target and prediction at once")
        return self


def load_dataset(name: str) -> Dataset:
    """Return the contract called `name`, or the one in the YAML file at that path; raises `DatasetInvalid`."""
    try:
        document = _Document.model_validate(yaml.safe_load(_text(name)))
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc'])) or 'document'}: {e['msg']}" for e in error.errors()]
        raise DatasetInvalid(name, problems) from error
    except yaml.YAMLError as error:
        raise DatasetInvalid(name, [f"not readable as YAML: {error}"]) from error
    features = tuple(Feature(feature, kind) for feature, kind in document.features.items())
    fields = document.model_dump(exclude={"features", "id_columns", "comparable"})
    return Dataset(**fields, features=features, id_columns=tuple(document.id_columns), phase=document.comparable.phase)


def _text(name: str) -> str:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise DatasetInvalid(name, ["no such file"])
        return path.read_text(encoding="utf-8")
    shipped = files(__package__)
    resource = shipped / f"{name}.yaml"
    if not resource.is_file():
        known = sorted(item.name.removesuffix(".yaml") for item in shipped.iterdir() if item.name.endswith(".yaml"))
        raise DatasetInvalid(name, [f"unknown; shipped: {', '.join(known)}; your own: give the path of its YAML file"])
    return resource.read_text(encoding="utf-8")
