"""Record which data a training uses, so that it can be repeated bit for bit."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from courtside.contracts import training_keys
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.loads import Loads
from courtside.contracts.records import DataManifest, FrozenObject, InferredFeatures, SplitRule
from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.policies import policy_named
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.proposal import Part, inferred_features
from courtside.core.rows import TimeColumnNeeded, period, within
from courtside.core.sentences import in_a_row, plural
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.lake_documents import read_document
from courtside.workflows.loads import in_order, read_loads, vanished
from courtside.workflows.ports import Lake, ObjectMissing, StoredObject
from courtside.workflows.rows import ReadFile, TrainingFeatures, reason, rows_before, rows_of, training_features

DEFAULT_SPLIT = SplitRule()
DEFAULT_SEED = 42
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class UnusableFile:
    """One file of the lake that cannot be trained on, and why in one sentence."""

    file: str
    reason: str


class DataUnusable(BadInput):
    """Files of a dataset cannot be used; a training on what is left would be silently wrong."""

    def __init__(self, dataset: str, files: list[UnusableFile]) -> None:
        self.dataset = dataset
        self.files = tuple(files)
        listed = in_a_row(f"{each.file}: {each.reason}" for each in files[:MOST_NAMED])
        more = f"; and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
        super().__init__(
            f"{len(files)} {plural('file', files)} of {dataset} cannot be trained on: {listed}{more}; load what is "
            "named again or move it elsewhere, then start the training again"
        )


class ModelDiffers(BadInput):
    """A training was asked for one model and given the contract of another."""

    def __init__(self, training_id: str, model: str, contract: str) -> None:
        self.training_id = training_id
        super().__init__(
            f"training {training_id} is one of {model}, and its contract is that of {contract}; give both one name"
        )


class ContractNotFrozen(CourtsideError):
    """The manifest of a training does not say where its contract lies."""

    def __init__(self, training_id: str, model: str) -> None:
        self.training_id = training_id
        self.model = model
        super().__init__(
            f"the manifest of training {training_id} names no contract, so nobody knows what to train; start another "
            f"training with `courtside retrain --model {model}`"
        )


class FrozenOtherwise(BadInput):
    """A training id already stands for data other than what is asked for."""

    def __init__(self, training_id: str, differences: list[str]) -> None:
        self.training_id = training_id
        self.differences = tuple(differences)
        super().__init__(
            f"training {training_id} has frozen its data with another {', '.join(differences)}; "
            "start the training under a new id"
        )


def freeze(
    request: RetrainingRequest,
    *,
    lake: Lake,
    dataset: Dataset,
    split: SplitRule = DEFAULT_SPLIT,
    seed: int = DEFAULT_SEED,
    newest_rows: int | None = None,
    contract_key: str | None = None,
) -> DataManifest:
    """Write the manifest of a training and return it; an existing manifest is returned as it is.

    Every object is read and checked against the contract, and the features are built or inferred, so that whatever
    would stop a training is reported here. `contract_key` is where the contract lies in the lake, None for one that
    does not lie there; `newest_rows` trains on only that many of the newest rows of features (None:
    all). Raises `DataUnusable`, `FilesDiffer`, `NoRows`, `TargetNotBinary`, `RowsRepeated`, `TimeColumnNeeded`,
    `NothingToLearnFrom`, `ThresholdInvalid`, `ModelDiffers`, and `FrozenOtherwise` if the existing manifest is for
    other data (its split and seed are kept, whatever is asked for).
    """
    if request.model != dataset.name:
        raise ModelDiffers(request.training_id, request.model, dataset.name)
    key = training_keys.training_manifest(request.model, request.training_id)
    try:
        return _as_asked(read_document(DataManifest, key, lake=lake), request, dataset, newest_rows)
    except ObjectMissing:
        manifest = _manifest(request, lake=lake, dataset=dataset, split=split, seed=seed, newest_rows=newest_rows)
        manifest = manifest.model_copy(update={"contract_key": contract_key})
    if lake.claim(key, manifest.model_dump_json(indent=2).encode()):
        return manifest
    return _as_asked(read_document(DataManifest, key, lake=lake), request, dataset, newest_rows)


def frozen_contract(model: str, training_id: str, *, lake: Lake) -> Dataset:
    """Return the contract that a training was frozen with, wherever the stage's contract has gone since.

    Raises `ObjectMissing`, `ContractNotFrozen` and `DatasetInvalid`.
    """
    manifest = read_document(DataManifest, training_keys.training_manifest(model, training_id), lake=lake)
    if manifest.contract_key is None:
        raise ContractNotFrozen(training_id, model)
    return parse_dataset(lake.uri(manifest.contract_key), lake.read(manifest.contract_key))


def _as_asked(
    there: DataManifest, request: RetrainingRequest, dataset: Dataset, newest_rows: int | None
) -> DataManifest:
    asked = {
        "dataset": (there.dataset, dataset.name),
        "dataset contract": (there.contract_hash, dataset.contract.sha256),
        "as_of": (there.as_of, request.as_of),
        "number of newest rows": (there.newest_rows, newest_rows),
    }
    differences = [name for name, (found, wanted) in asked.items() if found != wanted]
    if differences:
        raise FrozenOtherwise(request.training_id, differences)
    return there


def _manifest(
    request: RetrainingRequest,
    *,
    lake: Lake,
    dataset: Dataset,
    split: SplitRule,
    seed: int,
    newest_rows: int | None,
) -> DataManifest:
    loads, _ = read_loads(rows_of(dataset).prefix, lake=lake)
    if dataset.time_column is None and (newest_rows is not None or not (loads.loads or request.as_of == date.max)):
        raise TimeColumnNeeded(dataset.name, "a training on the newest rows, or on rows before a day,")
    objects, files = _read(request, loads, lake=lake, dataset=dataset)
    rows = rows_before(request.as_of, files, dataset=dataset)
    found = training_features(rows, dataset=dataset, newest_rows=newest_rows)
    inferred = inferred_of(found, dataset)
    first_day, last_day = period(rows, dataset.time_column) if dataset.time_column else (None, None)
    contract = dataset.contract.sha256
    content = {
        "objects": [[each.key, each.rows, each.sha256, *["revises"] * each.revises] for each in objects],
        "contract": contract,
        "as_of": request.as_of.isoformat(),
        "split": split.model_dump(),
        "seed": seed,
        "newest_rows": newest_rows,
    }
    if inferred is not None:
        content["features"] = inferred.kinds
    return DataManifest(
        training_id=request.training_id,
        dataset=dataset.name,
        contract_version=dataset.version,
        contract_hash=contract,
        as_of=request.as_of,
        objects=tuple(objects),
        rows=rows.num_rows,
        first_day=first_day,
        last_day=last_day,
        split=split,
        seed=seed,
        newest_rows=newest_rows,
        inferred=inferred,
        content_hash=_hash(content),
    )


def inferred_of(found: TrainingFeatures, dataset: Dataset) -> InferredFeatures | None:
    """Return the features that a training's rows have, None where the contract names them; raises as said there."""
    if not dataset.to_infer:
        return None
    guesses = inferred_features(found.written, dataset, table=f"the table of {dataset.name}")
    features = [guess for guess in guesses if guess.part is Part.FEATURE]
    policy = policy_named(dataset.policy, thresholds=dataset.thresholds)
    policy.require_known([guess.column for guess in features])
    return InferredFeatures(
        kinds={guess.column: guess.kind.value for guess in features if guess.kind},
        reasons={guess.column: guess.reason for guess in features},
        left_out={guess.column: guess.reason for guess in guesses if guess not in features},
    )


def resolved(dataset: Dataset, inferred: InferredFeatures | None) -> Dataset:
    """Return the contract with the features that a training inferred; one that names its own is returned as it is."""
    if inferred is None:
        return dataset
    return dataset.with_features({name: FeatureKind(kind) for name, kind in inferred.kinds.items()})


def _read(
    request: RetrainingRequest, loads: Loads, *, lake: Lake, dataset: Dataset
) -> tuple[list[FrozenObject], list[ReadFile]]:
    """Read the objects with rows before `as_of`; objects with only later rows are not part of the training.

    Rows without times are of the day of their load, and there the day `as_of` counts too.
    """
    source, days = rows_of(dataset), Days(end=request.as_of) if dataset.time_column else ALL_DAYS
    later = () if dataset.time_column else {load.key for load in loads.loads if load.first_day > request.as_of}
    objects, files, unusable = [], [], []
    there = {stored.key: stored for stored in lake.list_objects(source.prefix)}
    for key, problem in vanished(source, days, loads=loads, present=there).items():
        if key not in later:
            unusable.append(UnusableFile(lake.uri(key), problem))
    for key, revises in in_order(there, loads).items():
        stored = there[key]
        if key in later or not source.holds(key, days):
            continue
        name = lake.uri(stored.key)
        try:
            content = lake.read(stored.key, version_id=stored.version_id)
            table = source.read(stored.key, content)
            source.check(table)
        except BadInput as error:
            unusable.append(UnusableFile(name, reason(error)))
            continue
        if within(table, dataset.time_column, days).num_rows:
            objects.append(_frozen(stored, content, table.num_rows, revises=revises))
            files.append(ReadFile(name, table, revises))
    if unusable:
        raise DataUnusable(dataset.name, unusable)
    return objects, files


def _frozen(stored: StoredObject, content: bytes, rows: int, *, revises: bool) -> FrozenObject:
    digest = hashlib.sha256(content).hexdigest()
    return FrozenObject(key=stored.key, version_id=stored.version_id, rows=rows, sha256=digest, revises=revises)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
