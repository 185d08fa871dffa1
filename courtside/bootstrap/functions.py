"""The workflows of the Lambda functions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from courtside.bootstrap import stage
from courtside.contracts.environment import (
    AnnounceEnv,
    ApprovalEnv,
    CheckDriftEnv,
    FindDueEnv,
    FreezeEnv,
    GateEnv,
    LedgerEnv,
    NotifyEnv,
    PromoteEnv,
    PublishEnv,
    ReceiveRowsEnv,
    SettleEnv,
    SignInEnv,
    TendIncidentsEnv,
)
from courtside.contracts.events import (
    ApprovalRequest,
    FreezeResponse,
    GateRequest,
    GateResponse,
    PromoteRequest,
    PromoteResponse,
    RetrainingRequest,
    SealRequest,
    SealResponse,
    UnlockRequest,
    UnlockResponse,
)
from courtside.contracts.records import ApprovalRecord
from courtside.contracts.retraining_ends import AnnounceRequest, AnnounceResponse, RollBackRequest, RollBackResponse

if TYPE_CHECKING:
    from courtside.contracts.channels.message import ChannelMessage
    from courtside.workflows.arrivals import Arrivals
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.find_due import FindDue
    from courtside.workflows.incidents import TendIncidents
    from courtside.workflows.production import Production
    from courtside.workflows.publish import Publish
    from courtside.workflows.retraining_lock import RetrainingLock
    from courtside.workflows.settle import Settle
    from courtside.workflows.sign_in import SignIn


def drift_monitor(model: str) -> "DriftMonitor":
    """Wire the drift check of a model."""
    return stage.drift_monitor_of(CheckDriftEnv.read(), model)


def arrivals(model: str) -> "Arrivals":
    """Wire what takes in the files of a model's rows that arrive in the lake, and in the team's own place."""
    from courtside.adapters.s3_incoming import S3Incoming
    from courtside.contracts.incoming import bucket_and_prefix
    from courtside.contracts.lake_keys import incoming
    from courtside.workflows.arrivals import Arrivals

    env = ReceiveRowsEnv.read()
    dataset = stage.stage_models(env).dataset(model)
    places = [(env.lake_bucket, incoming(dataset.name))]
    if dataset.incoming is not None:
        places.append(bucket_and_prefix(dataset.incoming))
    return Arrivals(
        dataset=dataset,
        places=[S3Incoming(bucket, prefix) for bucket, prefix in places],
        lake=stage.lake_of(env.lake_bucket),
        ledger=stage.ledger_of(env.ledger_table, model),
        incidents=stage.incidents_of(env, model),
    )


def tending_incidents() -> "TendIncidents":
    """Wire what tends the incidents of the stage before a round."""
    from courtside.workflows.incidents import TendIncidents

    env = TendIncidentsEnv.read()
    escalate_after = timedelta(hours=env.escalation_hours) if env.escalation_hours else None
    return TendIncidents(stage.stage_models(env), partial(stage.incidents_of, env), escalate_after)


def finding_due() -> "FindDue":
    """Wire the first step of a round."""
    from courtside.adapters.s3_incoming import S3Incoming
    from courtside.contracts.lake_keys import INCOMING_PREFIX
    from courtside.workflows.find_due import FindDue

    env = FindDueEnv.read()
    incoming = S3Incoming(env.lake_bucket, INCOMING_PREFIX)
    return FindDue(stage.stage_models(env), incoming, stage.incidents_of(env, ""))


def settling(model: str) -> "Settle":
    """Wire the last step of a model's round."""
    from courtside.workflows.settle import Settle

    env = SettleEnv.read()
    return Settle(stage.stage_models(env), stage.incidents_of(env, model))


def publishing(model: str | None) -> "Publish":
    """Wire what builds the pages of a model, or the page of all models, and tends the archive."""
    from courtside.adapters.executions import StepFunctionsExecutions
    from courtside.workflows.archive.upkeep import ArchiveUpkeep
    from courtside.workflows.publish import Publish

    env = PublishEnv.read()
    models = stage.stage_models(env)
    executions = partial(StepFunctionsExecutions, env.retraining_arn)
    archive = ArchiveUpkeep(models.lake, models.ledger, executions)
    return Publish(stage.dashboard_of(models, env.stage), archive, stage.incidents_of(env, model or ""))


def retraining_lock(model: str) -> "RetrainingLock":
    """Wire the lock's functions."""
    return stage.retraining_lock_of(LedgerEnv.read(), model)


def unlock(request: UnlockRequest) -> UnlockResponse:
    """Give back what a retraining held, and start what waited for it."""
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.workflows import unlock as workflow

    lock, machine = retraining_lock(request.request.model), StepFunctionsRetraining(request.machine, compares=False)
    return workflow.unlock(request, lock=lock, retraining=machine, now=datetime.now(UTC))


def freeze_data(request: RetrainingRequest) -> FreezeResponse:
    """Freeze a training's data."""
    from courtside.workflows.freeze import freeze

    env = FreezeEnv.read()
    stage.retraining_lock_of(env, request.model).renew(request.training_id, now=datetime.now(UTC))
    models = stage.stage_models(env)
    entry = models.show(request.model)
    manifest = freeze(
        request,
        lake=models.lake,
        dataset=models.said_by(entry),
        contract_key=entry.contract_key,
    )
    return FreezeResponse(training_id=request.training_id, rows=manifest.rows, content_hash=manifest.content_hash)


def judge(request: GateRequest) -> GateResponse:
    """Judge a challenger."""
    from courtside.workflows.gate import gate

    env = GateEnv.read()
    stage.retraining_lock_of(env, request.model).renew(request.training_id, now=datetime.now(UTC))
    limits = stage.stage_models(env).dataset(request.model).gate
    response = gate(request, lake=stage.lake_of(env.lake_bucket), policy=limits, now=datetime.now(UTC))
    return response.model_copy(update={"needs_approval": env.approval and response.promote})


def ask_for_approval(request: ApprovalRequest) -> ApprovalRecord:
    """Ask a person for approval."""
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.approval import request_approval

    env = ApprovalEnv.read()
    lock = stage.retraining_lock_of(env, request.model)
    return request_approval(
        request,
        lake=stage.lake_of(env.lake_bucket),
        ledger=lock.ledger,
        lock=lock,
        alerts=SnsAlerts(env.alert_topic_arn, request.model),
        stage=env.stage,
        now=datetime.now(UTC),
    )


def _production(env: PromoteEnv, model: str) -> "Production":
    return stage.production_of(
        ledger_table=env.ledger_table,
        lake=stage.lake_of(env.lake_bucket),
        tracking_uri=env.tracking_uri,
        dataset=stage.stage_models(env).dataset(model),
    )


def promote(request: PromoteRequest) -> PromoteResponse:
    """Make a challenger champion; only the holder of the retraining lock promotes."""
    from courtside.workflows import promote as workflow

    env, now = PromoteEnv.read(), datetime.now(UTC)
    stage.retraining_lock_of(env, request.model).renew(request.training_id, now=now)
    return workflow.promote(request, production=_production(env, request.model), now=now)


def roll_back(request: RollBackRequest) -> RollBackResponse:
    """Find what a champion is rolled back to, or roll it back; only the holder of the retraining lock does."""
    from courtside.workflows import rollback as workflow

    env, now = PromoteEnv.read(), datetime.now(UTC)
    stage.retraining_lock_of(env, request.model).renew(request.training_id, now=now)
    return workflow.roll_back(request, production=_production(env, request.model), now=now)


def seal(request: SealRequest) -> SealResponse:
    """Seal a challenger that passed the gate."""
    from courtside.workflows.promote import seal_challenger

    env = PromoteEnv.read()
    stage.retraining_lock_of(env, request.model).renew(request.training_id, now=datetime.now(UTC))
    return seal_challenger(request, production=_production(env, request.model))


def announce(request: AnnounceRequest) -> AnnounceResponse:
    """Tell people how a retraining ended."""
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.announce import Announcing
    from courtside.workflows.claims import Claims

    env, model = AnnounceEnv.read(), request.request.model
    claims, alerts = Claims(stage.ledger_of(env.ledger_table, model)), SnsAlerts(env.alert_topic_arn, model)
    return Announcing(stage.incidents_of(env, model), claims, alerts).run(request, now=datetime.now(UTC))


def sign_in() -> "SignIn":
    """Wire what lets people sign in to the pages of the stage."""
    import secrets

    from courtside.adapters.page_signature import signature
    from courtside.adapters.user_pool import CognitoPool, client_secret
    from courtside.workflows.sign_in import SignIn

    env = SignInEnv.read()
    secret = partial(client_secret, env.user_pool_id, env.client_id)
    return SignIn(
        host=env.host,
        pool_address=env.pool,
        issuer=env.issuer,
        client_id=env.client_id,
        key_pair_id=env.key_pair_id,
        lasts=timedelta(hours=env.hours),
        pool=CognitoPool(address=env.pool, host=env.host, client_id=env.client_id, secret=secret),
        sign=partial(signature, env.signing_key_arn),
        chance=partial(secrets.token_urlsafe, 32),
    )


@cache
def _known(ledger_table: str) -> set[str]:  # noqa: ARG001 — what is known is that of one ledger
    """Return the claims of a ledger that this process knows to be settled; it stays warm for hours, not for ever."""
    return set()


def notifier() -> Callable[..., bool] | None:
    """Wire what tells the function's channel of a message (`subject`, `body`, `delivery`); None until a secret is set.

    It is not kept warm, so that a new secret counts from the next alert on. Raises `WebhookInvalid` and `BotInvalid`.
    """
    from courtside.adapters.channel_secret import BotSecret, destination_in
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.secrets import read_secret
    from courtside.adapters.slack_bot import SlackBot
    from courtside.adapters.webhook import post
    from courtside.contracts.channels import CHANNELS
    from courtside.core.sns_messages import channel_message
    from courtside.workflows.claims import Claim, Claims
    from courtside.workflows.tell_channel import LEASE_SECONDS, TellChannel, Threads

    env = NotifyEnv.read()
    channel, ledger = CHANNELS[env.channel], DynamoDbLedger(env.ledger_table)
    destination = destination_in(read_secret(env.webhook_secret_arn), channel)
    if destination is None:
        return None
    say: Callable[[ChannelMessage, Claim], object] = (
        Threads(channel.name, ledger, SlackBot(destination, channel), Claims(ledger)).say
        if isinstance(destination, BotSecret)
        else lambda message, _: post(destination, channel=channel, message=message)
    )
    teller = TellChannel(channel.name, Claims(ledger, lease=LEASE_SECONDS), say, _known(env.ledger_table))

    def tell(*, subject: str, body: str, delivery: str) -> bool:
        return teller.tell(channel_message(subject, body), delivery=delivery)

    return tell
