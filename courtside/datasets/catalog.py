"""Read dataset contracts: those that ship with Courtside by name, a team's own by path."""

from dataclasses import fields
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from courtside.contracts.errors import BadInput
from courtside.contracts.versioned import require_readable
from courtside.core.dataset import Dataset, Feature, FeatureKind, Inference, Phase, entity_of
from courtside.core.decision_policy import DecisionPolicy, RollBack
from courtside.core.gate.policy import GatePolicy, limits_of_others
from courtside.core.performance.rules import EstimateMethod, PerformanceRules, method_for
from courtside.core.predictions.rules import PredictRules
from courtside.core.rhythm import PartOfYear, WatchRhythm, parse_duration
from courtside.core.sentences import enumerated
from courtside.core.tasks import task_of
from courtside.datasets.contract_checks import CHECKS
from courtside.datasets.contract_keys import FORMAT, PARTS, RENAMED, ContractDocument
from courtside.datasets.problems import problem, unknown_key, unknown_word
from courtside.datasets.rhythm_keys import Performance, Predict, Retrain, Watch
from courtside.datasets.strict_yaml import MOST_BYTES, Document, YamlRefused, read_document

CATALOG: Traversable = files(__package__)
"""Where the contracts lie that are called by their name."""
_NO_CONTRACT = "no such file; `courtside init TABLE` writes a contract"
_NO_POLICY = "no such file; a policy is a YAML file with the key `retrain`, such as `retrain: {cooldown: 150d}`"


class DatasetInvalid(BadInput):
    """A dataset contract is missing or says something impossible."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(f"contract {name}: {'; '.join(problems)}")


def load_dataset(name: str) -> Dataset:
    """Return the contract called `name`, or the one in the YAML file at that path; raises `DatasetInvalid`."""
    dataset, shipped = parse_dataset(name, contract_content(name)), _shipped()
    own = Path(name if _is_path(name) else str(shipped[name])).resolve()
    catalog = {file: Path(str(file)).resolve() for file in shipped.values()}
    for file, path in catalog.items():
        if path == own:
            continue
        other = parse_dataset(file.name, file.read_bytes())
        if own in catalog.values() or other.contract != dataset.contract:  # a copy elsewhere is no other contract
            _require_own_names(name, dataset, other, file)
    return dataset


def parse_dataset(name: str, content: bytes) -> Dataset:
    """Return the contract that a YAML document states; errors call it `name`. Raises `DatasetInvalid`, `TooNew`."""
    try:
        document = read_document(content)
    except YamlRefused as error:
        raise DatasetInvalid(name, [str(error)]) from error
    require_readable(document.values, what=f"contract {name}", newest=FORMAT)
    try:
        contract = ContractDocument.model_validate(document.values)
    except ValidationError as error:
        raise DatasetInvalid(name, [_told(each, document) for each in error.errors()]) from error
    if problems := [told for check in CHECKS for told in check(contract, document)]:
        raise DatasetInvalid(name, problems)
    return _dataset(contract)


def load_policy(name: str) -> DecisionPolicy:
    """Return the policy of the contract called `name`, or in the YAML file at that path; raises as `load_dataset`.

    The file may hold nothing but the contract's `retrain` section.
    """
    content = contract_content(name, missing=_NO_POLICY)
    try:
        document = read_document(content)
    except YamlRefused as error:
        raise DatasetInvalid(name, [str(error)]) from error
    keys = set(document.values) if isinstance(document.values, dict) else set()
    if keys and keys <= set(Retrain.model_fields):
        raise DatasetInvalid(name, [f"put {enumerated(sorted(keys))} under the key `retrain`, as in a contract"])
    if keys != {"retrain"}:
        return parse_dataset(name, content).retrain
    try:
        return policy_of(Retrain.model_validate(document.values["retrain"]))
    except ValidationError as error:
        told = [_told({**each, "loc": ("retrain", *each["loc"])}, document) for each in error.errors()]
        raise DatasetInvalid(name, told) from error


def _require_own_names(name: str, dataset: Dataset, other: Dataset, file: Traversable) -> None:
    """Refuse a contract whose models would go where those of another contract, in `file`, go."""
    for key in ("contract", "registered_model", "experiment"):
        called = getattr(dataset.place, key)
        if called == getattr(other.place, key):
            what = "name" if key == "contract" else key
            problem = f"its {what} is {called}, and so is that of {file}; give one of the two another {what}"
            raise DatasetInvalid(name, [problem])


def table_address(name: str, dataset: Dataset) -> str | None:
    """Return where the table of the contract called `name` lies; a relative path starts at the contract's folder."""
    if dataset.table is None or "://" in dataset.table:
        return dataset.table
    return str(Path(name).parent / dataset.table)


def _dataset(contract: ContractDocument) -> Dataset:
    same = {each.name for each in fields(Dataset)} & set(ContractDocument.model_fields)
    known = {key: getattr(contract, key) for key in same}
    entities = tuple((pattern, tuple(columns)) for pattern, columns in contract.entities.items())
    features = tuple(Feature(name, kind, entity_of(name, entities)) for name, kind in contract.features.items())
    return Dataset(
        **known
        | {
            "features": features,
            "target": contract.target.column,
            "positive": contract.target.positive,
            "id_columns": tuple(contract.id_columns),
            "phase": contract.comparable.phase,
            "primary_metric": _primary(contract),
            "segment": next(iter(contract.segments), None),
            "segments": tuple(contract.segments),
            "candidates": None if contract.candidates is None else tuple(contract.candidates),
            "policy": contract.watch.policy,
            "watch": _rhythm(contract.watch),
            "retrain": policy_of(contract.retrain),
            "label_delay": parse_duration(contract.label_delay),
            "predict": _predict(contract.predict),
            "performance": _performance(contract.performance, contract.task),
            "alerts": tuple(contract.alerts),
            "gate": GatePolicy(**contract.gate.model_dump()),
            "inference": None if features else Inference(tuple(contract.leave_out), entities),
            "thresholds": tuple(f"{key}={limit}" for key, limit in contract.watch.thresholds.items()),
        }
    )


def _primary(contract: ContractDocument) -> str | None:
    """Return the figure that chooses candidates, None for the task's own, whether or not the contract names it."""
    named = contract.primary_metric
    return None if named == task_of(contract.task).primary else named


def _rhythm(watch: Watch) -> WatchRhythm:
    overdue = None if watch.overdue is None else parse_duration(watch.overdue)
    season = tuple(map(PartOfYear.parse, watch.season))
    return WatchRhythm(parse_duration(watch.every), parse_duration(watch.window), season, overdue)


def _predict(predict: Predict) -> PredictRules:
    return PredictRules(parse_duration(predict.ahead), tuple(predict.shadows), predict.explain)


def _performance(judged: Performance, task: str) -> PerformanceRules:
    method = method_for(EstimateMethod(judged.estimate), task)
    return PerformanceRules(parse_duration(judged.window), judged.mature, judged.margin, method)


def policy_of(retrain: Retrain) -> DecisionPolicy:
    """Return the policy that a contract's `retrain` keys make."""
    every = None if retrain.every is None else parse_duration(retrain.every)
    limits = retrain.model_dump() | {"every": every, "cooldown": parse_duration(retrain.cooldown)}
    return DecisionPolicy(**limits | {"roll_back": RollBack(retrain.roll_back)})


def _told(error: ErrorDetails, document: Document) -> str:
    path = error["loc"]
    if path == ("target", "column") and not isinstance(document.at(("target",)), dict):
        error = {**error, "loc": ("target",)}
    if error["type"] == "extra_forbidden":
        return _told_of_key(path, document)
    if error["type"] == "enum":
        return unknown_word(path, Phase if path[0] == "comparable" else FeatureKind, document)
    if error["type"] == "literal_error":
        return unknown_word(path, get_args(_keys_of(path[:-1])[str(path[-1])].annotation), document)
    return problem(error, document, _keys_of(path[:-1]).get(str(path[-1])) if path else None)


def _told_of_key(path: tuple[int | str, ...], document: Document) -> str:
    """Say that a contract has no such key: it has another name now, or never did."""
    key = ".".join(map(str, path))
    if (now := RENAMED.get(key)) is not None:
        return f"line {document.line(path)}: the key {key} does not exist any more; write `{now}` instead"
    others = limits_of_others(str(document.values.get("task"))) if path[0] == "gate" else frozenset[str]()
    known = {name: field for name, field in _keys_of(path[:-1]).items() if name not in others}
    return unknown_key(path, known, document)


def _keys_of(path: tuple[int | str, ...]) -> dict[str, FieldInfo]:
    """Return the keys that a contract may have at a path: those of the document, of one of its parts, or none."""
    if not path:
        return ContractDocument.model_fields
    return PARTS[str(path[0])].model_fields if len(path) == 1 and path[0] in PARTS else {}


def _is_path(name: str) -> bool:
    path = Path(name)
    return path.suffix.lower() in {".yaml", ".yml"} or len(path.parts) != 1


def contract_content(name: str, *, missing: str = _NO_CONTRACT) -> bytes:
    """Return the YAML of the contract called `name`, or of the file at that path; raises `DatasetInvalid`.

    `missing` is what the error says where there is no such file.
    """
    path = Path(name)
    if _is_path(name):
        try:
            with path.open("rb") as file:  # which may never end
                return file.read(MOST_BYTES + 1)
        except FileNotFoundError as error:
            raise DatasetInvalid(name, [missing]) from error
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or str(error)
            raise DatasetInvalid(name, [f"cannot be read ({problem}); give the path of a YAML file"]) from error
    shipped = _shipped()
    if name not in shipped:
        known = ", ".join(sorted(shipped))
        raise DatasetInvalid(name, [f"unknown; shipped: {known}; your own: give the path of its YAML file"])
    return shipped[name].read_bytes()


def _shipped() -> dict[str, Traversable]:
    """Return the contracts of the catalog by the names of their files."""
    return {item.name.removesuffix(".yaml"): item for item in CATALOG.iterdir() if item.name.endswith(".yaml")}
