"""The functions of the retraining state machine, each with what it may do and nothing more."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from courtside.contracts import lake_keys
from courtside.contracts.environment import (
    ApprovalEnv,
    Environment,
    FreezeEnv,
    GateEnv,
    LockEnv,
    PromoteEnv,
)
from infra.constructs.functions import ImageFunction
from infra.constructs.ledger import grant_ledger
from infra.constructs.private_api import PrivateApi
from infra.stage import StageSettings

# What each may read of the lake, and add to it, in the spelling of `courtside.contracts.lake_keys`.
FREEZE_READABLE = (f"{lake_keys.GAMES_PREFIX}*", f"{lake_keys.TABLES_PREFIX}*", lake_keys.training_manifest("*"))
GATE_READABLE = (f"{lake_keys.TRAININGS_PREFIX}*", lake_keys.CHAMPION_REFERENCE)
APPROVAL_READABLE = (lake_keys.training_verdict("*"),)
CHAMPION_READABLE = (lake_keys.training_record("*"), lake_keys.training_verdict("*"))
FREEZE_WRITABLE = lake_keys.training_manifest("*")
GATE_WRITABLE = lake_keys.training_verdict("*")
CHAMPION_WRITABLE = lake_keys.CHAMPION_REFERENCE

TIMEOUT = cdk.Duration.minutes(4)


class RetrainingFunctions(Construct):
    """`lock`, `freeze`, `gate`, `request_approval`, `promote`, `roll_back` and `unlock`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: s3.IBucket,
        ledger: dynamodb.ITableV2,
        api: PrivateApi,
        topic: sns.ITopic,
        undelivered: sqs.IQueue,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._lake, self._ledger, self._api = lake, ledger, api
        self._settings = settings
        lock = LockEnv(ledger_table=ledger.table_name, cooldown_days=settings.cooldown_days)
        self.lock = self._function("Lock", lock)
        # A rule calls it too, for an execution that was stopped: what it cannot do then must not be lost.
        self.unlock = self._function("Unlock", lock, dead_letter_queue=undelivered)
        self.freeze = self._on_lake("Freeze", FreezeEnv(**self._names()), reads=FREEZE_READABLE, writes=FREEZE_WRITABLE)
        gate = GateEnv(**self._names(), approval=settings.approval)
        self.gate = self._on_lake("Gate", gate, reads=GATE_READABLE, writes=GATE_WRITABLE)
        asks = ApprovalEnv(**self._names(), alert_topic_arn=topic.topic_arn, stage=settings.stage)
        self.request_approval = self._on_lake("RequestApproval", asks, reads=APPROVAL_READABLE)
        topic.grant_publish(self.request_approval)
        self.promote = self._moves_champion("Promote")
        self.roll_back = self._moves_champion("RollBack")

    def _names(self) -> dict[str, str]:
        return {
            "lake_bucket": self._lake.bucket_name,
            "dataset": self._settings.dataset,
            "ledger_table": self._ledger.table_name,
        }

    def _function(
        self, name: str, environment: Environment, *, dead_letter_queue: sqs.IQueue | None = None
    ) -> ImageFunction:
        """Return the function of a state: its folder is the state's name in snake case, and it keeps the lease."""
        verb = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
        function = ImageFunction(
            self,
            name,
            verb=verb,
            environment=environment,
            settings=self._settings,
            timeout=TIMEOUT,
            dead_letter_queue=dead_letter_queue,
        )
        grant_ledger(self._ledger, function)
        return function

    def _on_lake(
        self, name: str, environment: Environment, *, reads: tuple[str, ...], writes: str | None = None
    ) -> ImageFunction:
        function = self._function(name, environment)
        for pattern in reads:
            self._lake.grant_read(function, pattern)
        if writes:
            self._lake.grant_put(function, writes)
        return function

    def _moves_champion(self, name: str) -> ImageFunction:
        environment = PromoteEnv(**self._names(), tracking_uri=self._api.tracking_uri)
        function = self._on_lake(name, environment, reads=CHAMPION_READABLE, writes=CHAMPION_WRITABLE)
        self._api.grant_invoke(function)
        return function
