"""Whether the retraining can run, and whether everything agrees on who is champion."""

from collections.abc import Iterator
from datetime import UTC, datetime

from courtside.adapters import aws_clients
from courtside.adapters.mlflow_models import MlflowModels
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts import ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.execution_names import execution_name
from courtside.contracts.names import ModelPlace
from courtside.contracts.records import ChampionPointer, ChampionReference, RetrainingLockState
from courtside.core.drift import Profile
from courtside.core.findings import Finding, broken, doubtful, fine
from courtside.core.runs import RunState, last_training, training_run
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Lake, ModelNotTrusted, TrackingUnavailable
from courtside.workflows.runs import Executions
from courtside.workflows.sealed_models import (
    ReferenceUnreadable,
    champion_model,
    drift_profile,
    reference_in_use,
    sealed_model,
)
from courtside.workflows.smoke import smoke
from courtside.workflows.stage_overview import champion_of
from courtside.workflows.status import training_slots

# Some may still run, or wait for a person.
_LOOKED_AT = 5


def running(machine: str) -> list[str]:
    """Return the names of the running executions, newest first."""
    pages = (
        aws_clients.client("stepfunctions")
        .get_paginator("list_executions")
        .paginate(stateMachineArn=machine, statusFilter="RUNNING")
    )
    return [each["name"] for page in pages for each in page["executions"]]


def lock(ledger: ModelLedger, *, machine: str, now: datetime) -> Iterator[Finding]:
    """Examine the retraining lock: whether its holder runs, and whether a request waits although nothing runs."""
    state = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()
    runs, slots = running(machine), training_slots(ledger.ledger, now=now)
    if state.holder is None:
        if state.waiting is not None and slots.running:
            others = ", ".join(f"{each.training_id} of {each.model}" for each in slots.running)
            said = f"free; training {state.waiting.training_id} starts when its turn comes: now it is {others}"
            yield fine("lock", said)
        elif state.waiting is not None:
            fix = f"courtside retrain --model {ledger.model}"
            yield broken("lock", f"nobody holds it, and training {state.waiting.training_id} waits to be started", fix)
        else:
            yield fine("lock", "free")
    elif execution_name(ledger.model, state.holder) in runs:
        yield fine("lock", f"held by training {state.holder}, which runs")
    elif state.lease_until is not None and state.lease_until > now:
        fix = f"wait: its lease ends at {state.lease_until:%Y-%m-%d %H:%M} UTC, and the next retraining takes it over"
        yield doubtful("lock", f"held by training {state.holder}, which does not run", fix)
    else:
        retrain = f"`courtside retrain --model {ledger.model}`"
        fix = f"nothing has to be done: the next retraining takes it over ({retrain})"
        yield doubtful("lock", f"training {state.holder} ended without giving it back; its lease is over", fix)


def trainings(executions: Executions, *, model: str) -> Iterator[Finding]:
    """Examine how the last finished training of a model ended."""
    last = last_training(training_run(each) for each in executions.recent(_LOOKED_AT))
    if last is None:
        yield fine("last training", "none has ended yet")
    elif last.state is RunState.FAILED:
        said = f"{last.id} failed at {last.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {last.outcome}"
        yield broken(
            "last training",
            said,
            f"`courtside runs show {last.id} --model {model}` tells more; correct the cause, then "
            f"`courtside retrain --model {model}`",
        )
    else:
        yield fine("last training", f"{last.id} is {last.state}: {last.outcome}")


def champion(ledger: ModelLedger, *, lake: Lake, tracking_uri: str, place: ModelPlace) -> Iterator[Finding]:
    """Examine that ledger, registry and drift reference name one champion, and that it can be loaded and predicts."""
    registered = MlflowRegistry(tracking_uri, place=place).champion_version()
    yield fine("tracking", f"{tracking_uri} answers")
    pointer = read(ledger, ledger_keys.CHAMPION, ChampionPointer)[0]
    named = registered if pointer is None else pointer.version
    reason = "let everything follow the ledger"
    repair = f'courtside versions promote {named or "VERSION"} --reason "{reason}" --model {ledger.model}'
    try:
        reference = reference_in_use(ledger.model, lake=lake)
        champion_of(ledger)
    except (ReferenceUnreadable, LedgerDocumentDamaged) as error:
        yield broken("champion", str(error), repair)
        return
    if pointer is None and reference is not None and reference.sha256 is not None:
        named = None  # versions are sealed by what writes to the ledger, so somebody took its document away
    referred = None if reference is None else reference.version
    if reference is None and named is None and registered is None:
        fix = f"courtside retrain --trigger initial --model {ledger.model}"
        yield doubtful("champion", "there is none yet, so no drift check can run", fix)
    elif reference is None or not named == registered == referred:
        said = ", ".join(
            f"the {who} names {_named(version)}"
            for who, version in (("ledger", named), ("registry", registered), ("drift reference", referred))
        )
        yield broken("champion", said, repair)
    else:
        yield fine("champion", f"version {named}: ledger, registry and drift reference agree")
        yield _loaded(reference, lake=lake, tracking=MlflowTracking(tracking_uri, place=place))


def _loaded(reference: ChampionReference, *, lake: Lake, tracking: MlflowTracking) -> Finding:
    """Load the champion and its profile as a drift check and a consumer would."""
    check = "champion loads"
    try:
        profile = _profile(reference, lake=lake)
        if reference.sha256 is None:
            champion_model(reference.dataset, lake=lake, tracking=tracking)
            return fine(check, f"version {reference.version} and {profile}")
        sealed = sealed_model(reference.dataset, reference.sha256, lake=lake)
        sealed.record()  # whoever makes it champion again needs that too
        rows = smoke(sealed, models=MlflowModels())
    except TrackingUnavailable:
        raise
    except ModelNotTrusted:  # it was smoke-tested where it is trusted, before it became champion
        return fine(check, f"version {reference.version} is of an own package, so it is not loaded here; {profile}")
    except CourtsideError as error:
        return broken(check, str(error), f"courtside versions rollback --model {reference.dataset}")
    return fine(
        check,
        f"version {reference.version} predicts {rows} known rows as in training, {profile}",
    )


def _profile(reference: ChampionReference, *, lake: Lake) -> str:
    """Say how many rows the champion's profile has; raises what reading it raises."""
    if reference.profile_key is None:
        return "no profile, because its contract says `drift: false`"
    return f"its profile of {Profile.from_bytes(drift_profile(reference, lake=lake)).rows:,} rows"


def _named(version: str | None) -> str:
    return f"version {version}" if version else "nobody"
