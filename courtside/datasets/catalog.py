"""Read dataset contracts: those that ship with Courtside by name, a team's own by path."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from courtside.contracts.errors import BadInput
from courtside.contracts.key_names import NameUnusable, key_name
from courtside.core.dataset import Dataset, Feature, FeatureKind, Phase
from courtside.datasets.problems import problem, unknown_key, unknown_word
from courtside.datasets.strict_yaml import Document, YamlRefused, read_document


class DatasetInvalid(BadInput):
    """A dataset contract is missing or says something impossible."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(f"dataset {name}: {'; '.join(problems)}")


def _part_of_keys(name: str) -> str:
    try:
        return key_name(name, "the name of a dataset")
    except NameUnusable as error:
        raise ValueError(str(error)) from error


class _Comparable(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phase: Phase | None = None


Text = Annotated[str, Field(min_length=1)]


class _Target(BaseModel):
    model_config = ConfigDict(extra="forbid")

    column: Text
    positive: Text | None = None


def _as_mapping(target: Any) -> Any:
    return target if isinstance(target, dict) else {"column": target}


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, AfterValidator(_part_of_keys)]
    purpose: Text | None = None
    time_column: Text | None = None
    season_column: Text | None = None
    id_columns: list[Text] = []
    target: Annotated[_Target, BeforeValidator(_as_mapping)]
    prediction: Text | None = None
    builder: Text | None = None
    reference_seasons: int = Field(default=3, ge=1)
    segment: Text | None = None
    comparable: _Comparable = _Comparable()
    entities: dict[Text, list[Text]] = {}
    features: dict[Text, FeatureKind] = Field(min_length=1)


def load_dataset(name: str) -> Dataset:
    """Return the contract called `name`, or the one in the YAML file at that path; raises `DatasetInvalid`."""
    try:
        document = read_document(_content(name))
    except YamlRefused as error:
        raise DatasetInvalid(name, [str(error)]) from error
    try:
        contract = _Document.model_validate(_with_positive_as_written(document))
    except ValidationError as error:
        raise DatasetInvalid(name, [_told(each, document) for each in error.errors()]) from error
    if problems := [
        *_with_two_roles(contract, document),
        *_entities_of_nothing(contract, document),
        *_phase_without_time(contract, document),
    ]:
        raise DatasetInvalid(name, problems)
    features = tuple(Feature(feature, kind, _entity(feature, contract)) for feature, kind in contract.features.items())
    fields = contract.model_dump(exclude={"features", "id_columns", "comparable", "entities", "target"})
    return Dataset(
        **fields,
        target=contract.target.column,
        positive=contract.target.positive,
        features=features,
        id_columns=tuple(contract.id_columns),
        phase=contract.comparable.phase,
    )


def _with_positive_as_written(document: Document) -> Any:
    """Return a document's values with the class 1 of a column of numbers or truth values as the text it is written as.

    A word that only YAML takes for a truth value, like Yes, stays refused, because a text may have been meant.
    """
    scalar = document.scalars.get(("target", "positive"))
    if scalar is None or not (scalar.kind == "a number" or scalar.written in {"true", "false"}):
        return document.values
    target = {**document.values["target"], "positive": scalar.written}
    return {**document.values, "target": target}


def _entity(feature: str, contract: _Document) -> tuple[str, ...]:
    """Return the columns of the first pattern that fits a feature, none where none does."""
    found = (columns for pattern, columns in contract.entities.items() if fnmatchcase(feature, pattern))
    return tuple(next(found, ()))


def _entities_of_nothing(contract: _Document, document: Document) -> list[str]:
    """Say which entities are those of no feature, or of one by a column that only the future knows."""
    problems = []
    for pattern, columns in contract.entities.items():
        line = f"line {document.line(('entities', pattern))}"
        if not any(fnmatchcase(feature, pattern) for feature in contract.features):
            problems.append(f"{line}: no feature is called {pattern}; write a feature's name, or a pattern like home_*")
        if not columns or {contract.target.column, contract.prediction} & set(columns):
            problems.append(
                f"{line}: {pattern} must list the columns that say which rows hang together, like [customer_id]; "
                "target and prediction cannot be among them"
            )
    return problems


def _phase_without_time(contract: _Document, document: Document) -> list[str]:
    if contract.comparable.phase is None or contract.time_column is not None:
        return []
    line = document.line(("comparable", "phase"))
    return [f"line {line}: comparable.phase compares days of the year, and there is no time_column; name it too"]


def _with_two_roles(contract: _Document, document: Document) -> list[str]:
    """Say which columns would be both what is predicted and an input of the prediction, or its time."""
    problems = []
    columns = {"target": contract.target.column, "prediction": contract.prediction, "time_column": contract.time_column}
    single: list[str] = []
    for role, column in columns.items():
        others = [key for key in single if columns[key] == column]
        if column is None:
            continue
        if column in contract.features:
            others.append("feature")
        if role != "time_column" and column in contract.id_columns:
            others.append("id column")
        if others:
            problems.append(
                f"line {document.line((role,))}: {column} cannot be {', '.join([*others, role])} at once; "
                "give each role a column of its own"
            )
        single.append(role)
    return problems


def _told(error: ErrorDetails, document: Document) -> str:
    if error["loc"] == ("target", "column") and not isinstance(document.at(("target",)), dict):
        error = {**error, "loc": ("target",)}
    models: dict[tuple[int | str, ...], Iterable[str]] = {
        (): _Document.model_fields,
        ("comparable",): _Comparable.model_fields,
        ("target",): _Target.model_fields,
    }
    if error["type"] == "extra_forbidden":
        return unknown_key(error["loc"], models[error["loc"][:-1]], document)
    if error["type"] == "enum":
        return unknown_word(error["loc"], Phase if error["loc"][0] == "comparable" else FeatureKind, document)
    return problem(error, document)


def _content(name: str) -> bytes:
    path = Path(name)
    if path.suffix.lower() in {".yaml", ".yml"} or len(path.parts) != 1:
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise DatasetInvalid(name, ["no such file"]) from error
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or str(error)
            raise DatasetInvalid(name, [f"cannot be read ({problem}); give the path of a YAML file"]) from error
    shipped = {item.name.removesuffix(".yaml"): item for item in files(__package__).iterdir() if ".yaml" in item.name}
    if name not in shipped:
        known = ", ".join(sorted(shipped))
        raise DatasetInvalid(name, [f"unknown; shipped: {known}; your own: give the path of its YAML file"])
    return shipped[name].read_bytes()
