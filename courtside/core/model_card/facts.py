"""The figures behind a card's plots, and the sentences that both of its forms share."""

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.curves import Curves, ValueCurves
from courtside.contracts.model_card import CandidateCard, ModelCard
from courtside.contracts.records import HistoryRecord, ModelRecord, Refit, TrainingRecord
from courtside.contracts.shortening import listed, shortened
from courtside.core.drift.columns.arrow import Period
from courtside.core.model_card.best_reachable import best_reachable_of
from courtside.core.model_card.confusion_matrix import confusion
from courtside.core.model_card.measured import best_of, written
from courtside.core.model_card.plots import words
from courtside.core.model_card.reliability import reliability
from courtside.core.model_card.roc_curve import roc
from courtside.core.pages.wording import percent, period
from courtside.core.tasks import BINARY, task_of


def curves(labels: NDArray[np.int8], probability: NDArray[np.float64]) -> Curves:
    """Return what the plots draw; labels 0/1 of both classes and probabilities of class 1, shape (n,)."""
    return Curves(
        confusion=confusion(labels, probability),
        roc=roc(labels, probability),
        reliability=reliability(labels, probability),
    )


def primary_figure(record: TrainingRecord) -> str:
    """Return the figure that the best candidate was chosen by, on the test part, with its name."""
    task = task_of(record.task, record.primary_metric)
    of = task.figure(task.primary)
    best = next(model for model in record.models if model.name == record.best)
    reached = best.measured(of.key)
    return f"{of.title} {'unknown' if reached is None else f'{reached:.4g}'}"


def _chosen(card: ModelCard) -> CandidateCard:
    return next(candidate for candidate in card.candidates if candidate.name == card.record.best)


def why(card: ModelCard) -> str:
    """Say why the best candidate was chosen."""
    chosen = best_of(card)
    if (known := card.record.recalibrates) is not None:
        line = f"its log odds times {known.slope:.3f}, {known.intercept:+.3f}"
        return f"It is version {known.version} recalibrated: {line}. The {chosen.name} inside was not trained again."
    if chosen.selection is not None:
        return _why_of_task(card, chosen, chosen.selection)
    part, metric = ("test", "test_auc") if chosen.selection_auc is None else ("selection", "selection_auc")
    others = [model for model in card.record.models if model.name != chosen.name]
    value = getattr(chosen, metric)
    said = f"{chosen.name} has the highest AUC on the {part} part, {value:.4f}"
    if not others:
        return f"{chosen.name} is the only candidate; its AUC on the {part} part is {value:.4f}."
    second = max(others, key=lambda model: getattr(model, metric) or 0.0)
    return f"{said}; {second.name} follows with {getattr(second, metric) or 0.0:.4f}."


def _why_of_task(card: ModelCard, chosen: ModelRecord, value: float) -> str:
    task = task_of(card.record.task, card.record.primary_metric)
    of = task.figure(task.primary)
    reached = written(of.key, value)
    others = [model for model in card.record.models if model.name != chosen.name and model.selection is not None]
    if not others:
        return f"{chosen.name} is the only candidate; its {of.title} on the selection part is {reached}."
    second = min(others, key=lambda model: abs((model.selection or 0.0) - value))
    extreme = "highest" if of.higher_is_better else "lowest"
    said = f"{chosen.name} has the {extreme} {of.title} on the selection part, {reached}"
    return f"{said}; {second.name} follows with {written(of.key, second.selection or 0.0)}."


def caveats(card: ModelCard) -> list[str]:
    """Return what to keep in mind: the data's warnings first, then what holds for every training."""
    record = card.record
    said = list(record.warnings)
    if record.baseline_accuracy is not None:
        said.append(
            f"Always predicting the more frequent class is right on {percent(record.baseline_accuracy)} of "
            f"the test part; {record.best} on {percent(best_of(card).test_accuracy)}."
        )
    if (best := best_reachable_of(card)) is not None:
        said.append(best.sentence())
    said += _about_baselines(card)
    said += words(_chosen(card).curves, target=record.target or "the target")
    said += _about_champion(record)
    said += _about_refit(record)
    newest = "the newest " if card.test_period else ""
    holdout = f" The gate decides on {newest}{record.rows_holdout:,} of them." if record.rows_holdout else ""
    said.append(f"The figures rest on {_rows(record.rows_test, card.test_period, sign=' of')}.{holdout}")
    said.append("The past is no promise: drift checks tell when the data no longer looks as it did in training.")
    return said


def _about_baselines(card: ModelCard) -> list[str]:
    record = card.record
    if record.baseline is None:
        return []
    task = task_of(record.task, record.primary_metric)
    of = task.figure(task.primary)
    reached = written(of.key, best_of(card).measured(of.key) or 0.0)
    known = f"By the {task.baseline_title} of {record.target} in the training part"
    alone = f"{known} alone, the {of.title} on the test part is"
    said = [f"{alone} {written(of.key, record.baseline)}; that of {record.best} is {reached}."]
    if record.baseline_last is not None:
        said.append(f"By the last value of the training part alone, it is {written(of.key, record.baseline_last)}.")
    return said


def _about_champion(record: TrainingRecord) -> list[str]:
    champion = f"The champion then, version {record.champion_version},"
    if record.champion_incomparable is not None:
        why = f"cannot be compared with this model, because {record.champion_incomparable}"
        return [f"{champion} {why}: the gate judges the model as a first champion."]
    return [] if record.champion_differs is None else [f"{champion} {record.champion_differs}."]


def _about_refit(record: TrainingRecord) -> list[str]:
    found = record.refit
    if found is None or found.until is None:
        return []
    fit = f"{record.best} fitted once more, with the same parameters, on {found.rows:,} rows up to {found.until}"
    judged = "the fit that was judged, which learned from none of the rows that judged it"
    return [f"The version is {fit}, so that it knows the newest ones too. All figures here are those of {judged}."]


def _rows(count: int, days: Period | None, *, sign: str = ",") -> str:
    return f"{count:,} rows{sign} {period(days)}" if days else f"{count:,} rows"


def data_facts(card: ModelCard) -> dict[str, str]:
    """Return what the models were trained and tested on."""
    record = card.record
    sign = "before" if card.test_period else "loads up to"
    until = "everything" if record.as_of.year == 9999 else f"{sign} {record.as_of.isoformat()}"
    contracted = record.contract_hash is not None
    newest = ", the newest" if card.test_period else ""
    known = {
        "Dataset": record.dataset,
        "Contract": f"version {record.contract_version}, SHA-256 {record.contract_hash}" if contracted else None,
        "Class 1": f"{record.positive}, of the target {record.target}" if record.positive is not None else None,
        "Predicts": None if record.task == BINARY else f"{task_of(record.task).predicts} of {record.target}",
        "Classes": listed([shortened(name) or repr(name) for name in record.classes]) if record.classes else None,
        "Features": _features(record),
        trained_on(card): _rows(record.rows_train, card.train_period),
        "History": None if record.history is None else history(record.history),
        "Test part": _rows(record.rows_test, card.test_period),
        "Fitted once more": None if record.refit is None else refit(record.refit),
        "Holdout of the gate": f"{record.rows_holdout:,} rows{newest}" if record.rows_holdout else None,
        "Chosen by": chosen_by(record),
        "Split": record.split,
        "Data as of": until,
        "Data hash": record.data_hash,
    }
    return {name: value for name, value in known.items() if value is not None}


def history(found: HistoryRecord) -> str:
    """Say how much of the past a training learned from, why, and what time folds said of each window.

    >>> from datetime import date
    >>> history(HistoryRecord(asked="5y", window="5y", reason="so asked", since=date(2019, 7, 1), rows_left_out=100))
    '5y, since 2019-07-01 (100 older rows were left out): so asked'
    """
    left_out = (
        f", since {found.since} ({found.rows_left_out:,} older rows were left out)" if found.rows_left_out else ""
    )
    each = ", ".join(f"{score.window} {score.log_loss:.4f}" for score in found.windows)
    folds = f". {found.loss.capitalize()} of {found.candidate} on {found.folds} time folds: {each}" if each else ""
    return f"{found.window}{left_out}: {found.reason}{folds}"


def refit(found: Refit) -> str:
    """Say what the version learned from after it was judged, or why it was not fitted once more.

    >>> refit(Refit(why_not="the contract says `retrain: {refit: false}`"))
    'no, because the contract says `retrain: {refit: false}`'
    """
    if found.since is None or found.until is None:
        return f"no, because {found.why_not}"
    return f"on {_rows(found.rows, (found.since, found.until))}"


def chosen_by(record: TrainingRecord) -> str | None:
    """Return the figure that the contract chooses the best candidate by, None where it is the task's own."""
    if record.primary_metric is None:
        return None
    return f"{task_of(record.task).figure(record.primary_metric).title}, as the contract says"


def trained_on(card: ModelCard) -> str:
    """Say what the rows are called that a training learned from."""
    return "Training part" if card.record.recalibrates is None else "Recalibrated on"


def _features(record: TrainingRecord) -> str | None:
    """Say which features were inferred and what was left out, None where the contract names them."""
    found = record.inferred
    if found is None:
        return None
    taken = listed([f"{name} ({kind})" for name, kind in found.kinds.items()])
    others = listed([f"{shortened(name)} ({why})" for name, why in found.left_out.items()])
    return f"inferred from the rows: {taken}" + (f"; left out: {others}" if others else "")


def lineage(card: ModelCard) -> dict[str, str]:
    """Return where the models come from and where they went."""
    record, logged, known = card.record, card.logged, card.record.recalibrates
    facts = {
        "Training": record.training_id,
        "Trigger": record.trigger.value,
        "Reason": record.reason,
        "Recalibrates": f"version {known.version}, of training {known.training_id}" if known else None,
        "Manifest": card.manifest_key,
        "Git commit": card.provenance.git_commit,
        "Image": card.provenance.image_digest,
        "Registered as": f"{card.registered_model} version {logged.version}" if logged else None,
        "Parent run": logged.parent_run_id if logged else None,
        "Champion then": f"version {record.champion_version}" if record.champion_version else None,
    }
    runs = {f"Run of {name}": run_id for name, run_id in logged.run_ids.items()} if logged else {}
    return {name: value for name, value in facts.items() if value is not None} | runs


def usage(card: ModelCard) -> str | None:
    """Return Python that loads the chosen model and predicts with it, None where it was not registered."""
    if card.logged is None or card.interface is None:
        return None
    library = next(each.flavor for each in card.candidates if each.name == card.record.best)
    address = f'"models:/{card.registered_model}/{card.logged.version}"'
    classes = [shortened(str(each)) for each in card.interface.classes]
    said = "probability = model.predict(rows)[:, 1]" if card.interface.task == BINARY else "said = model.predict(rows)"
    of = f"of class 1, {classes[1]}" if card.interface.task == BINARY else f"of {listed(classes)}"
    told, called = (f"  # {of}", f"  # {' or '.join(classes)}") if classes else ("", "")
    return "\n".join(
        [
            "import mlflow",
            "import pandas as pd",
            "",
            "# MLFLOW_TRACKING_URI names the server.",
            'rows = pd.read_parquet("rows.parquet")',
            f"model = mlflow.pyfunc.load_model({address})",
            f"{said}{told}",
            *_native(card, f"mlflow.{library}.load_model({address})", called),
        ]
    )


def _native(card: ModelCard, loaded: str, called: str) -> list[str]:
    curves = _chosen(card).curves
    if not isinstance(curves, ValueCurves) or curves.intervals is None:
        return [f"prediction = {loaded}.predict(rows){called}"]
    return [f"native = {loaded}", "prediction = native.predict(rows)", "low, high = native.predict_interval(rows).T"]
