"""What a contract's keys must be together: no column with two roles, no pattern that fits nothing."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from courtside.contracts.model_card import BINARY, REGRESSION
from courtside.contracts.own_candidates import is_own, package_of
from courtside.contracts.shortening import shortened
from courtside.core.drift.errors import ThresholdInvalid
from courtside.core.gate.policy import BLOCKS_OF_TIME, OF_REGRESSION, limits_of_others
from courtside.core.performance.rules import METHODS, EstimateMethod
from courtside.core.tasks import task_of
from courtside.datasets.contract_keys import ContractDocument
from courtside.datasets.problems import unknown_word
from courtside.datasets.strict_yaml import Document, Path


def _entities_of_nothing(contract: ContractDocument, document: Document) -> list[str]:
    """Say which entities are those of no feature, or of one by a column that only the future knows."""
    problems = []
    for pattern, columns in contract.entities.items():
        line = f"line {document.line(('entities', pattern))}"
        if contract.features and not any(fnmatchcase(feature, pattern) for feature in contract.features):
            problems.append(f"{line}: no feature is called {pattern}; write a feature's name, or a pattern like home_*")
        if not columns or {contract.target.column, contract.prediction} & set(columns):
            problems.append(
                f"{line}: {pattern} must list the columns that say which rows hang together, like [customer_id]; "
                "target and prediction cannot be among them"
            )
    return problems


def _phase_without_time(contract: ContractDocument, document: Document) -> list[str]:
    if contract.comparable.phase is None or contract.time_column is not None:
        return []
    line = document.line(("comparable", "phase"))
    return [f"line {line}: comparable.phase compares days of the year, and there is no time_column; name it too"]


def _block_without_time(contract: ContractDocument, document: Document) -> list[str]:
    block = contract.gate.block
    if block not in BLOCKS_OF_TIME or contract.time_column is not None:
        return []
    line = document.line(("gate", "block"))
    return [f"line {line}: gate.block is a {block}, and there is no time_column; name it too, or a column of blocks"]


def _years_without_time(contract: ContractDocument, document: Document) -> list[str]:
    history = contract.retrain.history
    if history in {"all", "auto"} or contract.time_column is not None:
        return []
    line = document.line(("retrain", "history"))
    return [f"line {line}: retrain.history asks for the newest years, and there is no time_column; name it too"]


def _refit_without_times_or_ids(contract: ContractDocument, document: Document) -> list[str]:
    """Say what a refit that was asked for lacks; it is the default, which needs nothing."""
    missing = [key for key in ("time_column", "id_columns") if not getattr(contract, key)]
    if not missing or not contract.retrain.refit or "refit" not in contract.retrain.model_fields_set:
        return []
    line = document.line(("retrain", "refit"))
    return [f"line {line}: retrain.refit needs {' and '.join(missing)}, to know what a version learned; name it too"]


def _figure_of_no_task(contract: ContractDocument, document: Document) -> list[str]:
    """Say that the figure that is to choose candidates is none of the contract's task."""
    known = [figure.name for figure in task_of(contract.task).figures]
    if contract.primary_metric in {None, *known}:
        return []
    return [f"{unknown_word(('primary_metric',), known, document)}, which are the figures of {contract.task}"]


def _limits_of_other_tasks(contract: ContractDocument, document: Document) -> list[str]:
    """Say which limits of the gate mean nothing for the contract's task."""
    others = limits_of_others(contract.task)
    tasks = "a regression" if others == OF_REGRESSION else "classes"
    return [
        f"line {document.line(('gate', key))}: gate.{key} is a limit of {tasks}, and the task is {contract.task}; "
        "leave it out"
        for key in sorted(contract.gate.model_fields_set & others)
    ]


def _means_of_other_tasks(contract: ContractDocument, document: Document) -> list[str]:
    """Say what is asked for that the contract's task does not have."""
    problems = []
    if contract.task != BINARY and contract.target.positive is not None:
        line = document.line(("target", "positive"))
        problems.append(
            f"line {line}: target.positive is class 1 of two, and the task is {contract.task}; leave it out"
        )
    if contract.task != BINARY and contract.retrain.recalibrate and "recalibrate" in contract.retrain.model_fields_set:
        line = document.line(("retrain", "recalibrate"))
        problems.append(
            f"line {line}: retrain.recalibrate corrects probabilities of two classes, and the task is {contract.task}; "
            "leave it out"
        )
    if contract.task not in {BINARY, REGRESSION} and contract.predict.explain:
        line = document.line(("predict", "explain"))
        problems.append(f"line {line}: predict.explain: predictions of several classes are not explained; leave it out")
    return problems


def _estimate_of_another_task(contract: ContractDocument, document: Document) -> list[str]:
    """Say that the method that is named estimates no model of the contract's task."""
    method, known = contract.performance.estimate, [each.value for each in METHODS[contract.task]]
    if "estimate" not in contract.performance.model_fields_set or method in {EstimateMethod.NONE.value, *known}:
        return []
    line = document.line(("performance", "estimate"))
    words = f"{', '.join(known)} or none, or leave it out"
    return [f"line {line}: performance.estimate: {method} does not estimate the task {contract.task}; write {words}"]


_ALLOWED_TOGETHER = (
    {"feature", "segment"},
    {"feature", "season_column"},
    {"id column", "segment"},
    {"id column", "season_column"},
    {"id column", "time_column"},
    {"segment", "season_column"},
)
"""Roles that one column may have: what is reported by may be learnt from, and ids may repeat the time."""


def _with_two_roles(contract: ContractDocument, document: Document) -> list[str]:
    """Say which columns have roles that exclude each other, like what is predicted and an input of the prediction."""
    roles: dict[str, dict[str, Path]] = {}
    for role, path, column in _roles(contract):
        if column is not None:
            roles.setdefault(column, {})[role] = path
    problems = []
    for column, found in roles.items():
        clashing = [
            role for role in found if any(role != other and {role, other} not in _ALLOWED_TOGETHER for other in found)
        ]
        if clashing:
            problems.append(
                f"line {document.line(found[clashing[-1]])}: {column} cannot be {', '.join(clashing)} at once; "
                "give each role a column of its own"
            )
    return problems


def _roles(contract: ContractDocument) -> Iterator[tuple[str, Path, str | None]]:
    """Yield what the contract takes each column for, and where it says so."""
    for name in contract.features:
        yield "feature", ("features", name), name
    for role, key in (("id column", "id_columns"), ("segment", "segments"), ("leave_out", "leave_out")):
        for place, name in enumerate(getattr(contract, key)):
            if role != "leave_out" or name == contract.target.column:  # other roles are no features either
                yield role, (key, place), name
    yield "target", ("target",), contract.target.column
    for key in ("prediction", "time_column", "season_column"):
        yield key, (key,), getattr(contract, key)
    if contract.gate.block in {contract.target.column, contract.prediction}:  # it may be anything else
        yield "gate.block", ("gate", "block"), contract.gate.block


def _of_two_sources(contract: ContractDocument, document: Document) -> list[str]:
    if contract.table is None or contract.builder is None:
        return []
    return [f"line {document.line(('table',))}: rows come from `table` or from `builder`; delete one of them"]


def _unknown_candidates(contract: ContractDocument, document: Document) -> list[str]:
    from courtside.core.training.candidates import candidates_of

    ours = candidates_of(contract.task)

    problems = []
    for place, name in enumerate(contract.candidates or []):
        path = ("candidates", place)
        if is_own(name):
            problems += _unusable_path(name, document.line(path))
        elif name not in ours:
            said = unknown_word(path, ours, document)
            problems.append(f"{said}; one of your own is written package.module:NAME")
    return problems


def _unusable_path(name: str, line: int) -> list[str]:
    """Say that an own candidate's import path cannot be one; nothing is imported, because reading runs no code."""
    if package_of(name) is not None:
        return []
    said = "is no import path of a package of your own; write package.module:NAME, like churn_models.boosting:CANDIDATE"
    return [f"line {line}: candidates: {shortened(name)} {said}"]


def _repeated_names(contract: ContractDocument, document: Document) -> list[str]:
    lists: dict[Path, list[str]] = {
        (key,): getattr(contract, key) or [] for key in ("id_columns", "segments", "leave_out", "candidates", "alerts")
    }
    lists |= {("entities", pattern): columns for pattern, columns in contract.entities.items()}
    return [
        f"line {document.line((*path, place))}: {name} stands here twice; delete one of them from {path[0]}"
        for path, names in lists.items()
        for place, name in enumerate(names)
        if name in names[:place]
    ]


def _unusable_thresholds(contract: ContractDocument, document: Document) -> list[str]:
    from courtside.core.drift.policies.thresholds import Threshold

    problems = []
    for key, limit in contract.watch.thresholds.items():
        line = f"line {document.line(('watch', 'thresholds', key))}"
        try:
            feature = Threshold.parse(f"{key}={limit}").feature
        except ThresholdInvalid as error:
            problems.append(f"{line}: {error}")
            continue
        if contract.features and feature not in contract.features:
            problems.append(f"{line}: watch.thresholds.{key}: no feature is called {feature}")
    return problems


def _features_nobody_infers(contract: ContractDocument, document: Document) -> list[str]:
    """Say what contradicts that features are inferred from the rows, or needs it."""
    if contract.features:
        if not contract.leave_out:
            return []
        line = document.line(("leave_out",))
        return [f"line {line}: leave_out is for `features: infer`; delete it, since every other column is left out"]
    if contract.builder is None:
        return []
    line = document.line(("features",))
    return [f"line {line}: the features of a builder cannot be inferred; name each with its kind"]


CHECKS = (
    _with_two_roles,
    _entities_of_nothing,
    _phase_without_time,
    _block_without_time,
    _years_without_time,
    _figure_of_no_task,
    _limits_of_other_tasks,
    _means_of_other_tasks,
    _estimate_of_another_task,
    _refit_without_times_or_ids,
    _of_two_sources,
    _unknown_candidates,
    _repeated_names,
    _unusable_thresholds,
    _features_nobody_infers,
)
"""What is asked of the keys together; each returns what is wrong, one sentence a problem."""
