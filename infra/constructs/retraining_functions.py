"""Each function of the retraining state machine has the permissions it needs and no more."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.environment import (
    AnnounceEnv,
    ApprovalEnv,
    Environment,
    FreezeEnv,
    GateEnv,
    LedgerEnv,
    PromoteEnv,
)
from infra.constructs import tracking_routes
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import grant_incidents
from infra.constructs.ledger import grant_ledger, grant_models, grant_partitions
from infra.constructs.mlflow_server import ARTIFACT_FOLDER
from infra.constructs.private_api import PrivateApi
from infra.stage import StageSettings

_LEGACY = f"{lake_keys.LEGACY_MODELS_PREFIX}*"

# Each function may read and add only these objects in the lake.
FREEZE_READABLE = (
    f"{lake_keys.GAMES_PREFIX}*",
    f"{lake_keys.TABLES_PREFIX}*",
    training_keys.training_manifest("*", "*"),
)
GATE_READABLE = (f"{training_keys.trainings('*')}*", lake_keys.champion_reference("*"))
APPROVAL_READABLE = (training_keys.training_verdict("*", "*"),)
SEALED = f"{lake_keys.seals('*')}*"
SEAL_READABLE = (f"{training_keys.trainings('*')}*", SEALED)
ROLL_BACK_READABLE = (SEALED, lake_keys.champion_reference("*"), _LEGACY)
PROMOTE_READABLE = (training_keys.training_verdict("*", "*"), *ROLL_BACK_READABLE)
FREEZE_WRITABLE = (training_keys.training_manifest("*", "*"),)
GATE_WRITABLE = (training_keys.training_verdict("*", "*"),)
SEAL_WRITABLE = (SEALED,)
PROMOTE_WRITABLE = (lake_keys.champion_reference("*"), _LEGACY, f"{lake_keys.LEGACY_FEATURES_PREFIX}*")
# The staged legacy files are under this prefix.
PROMOTE_DELETABLE = f"{lake_keys.LEGACY_STAGED_PREFIX}*"
# MLflow keeps the files of models under this prefix, but nothing about runs.
MODEL_FILES = f"{ARTIFACT_FOLDER}/*/models/*"
_LEASE_BEYOND_TRAINING = 30
"""A task needs these minutes to start and be retried, because a training does not renew its lease while it works."""

TIMEOUT = cdk.Duration.minutes(4)


class RetrainingFunctions(Construct):
    """`lock`, `freeze`, `gate`, `seal`, `request_approval`, `promote`, `roll_back`, `announce` and `unlock`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: s3.IBucket,
        artifacts: s3.IBucket,
        ledger: dynamodb.ITableV2,
        api: PrivateApi,
        topic: sns.ITopic,
        undelivered: sqs.IQueue,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._lake, self._ledger = lake, ledger
        self._settings = settings
        lock = LedgerEnv(**self._ledger_names())
        self.lock = self._function("Lock", lock)
        # A rule calls it too, for an execution that was stopped; if that call fails, the event must not be lost.
        self.unlock = self._function("Unlock", lock, dead_letter_queue=undelivered)
        self.freeze = self._on_lake("Freeze", FreezeEnv(**self._names()), reads=FREEZE_READABLE, writes=FREEZE_WRITABLE)
        gate = GateEnv(**self._names(), approval=settings.approval)
        self.gate = self._on_lake("Gate", gate, reads=GATE_READABLE, writes=GATE_WRITABLE)
        asks = ApprovalEnv(**self._names(), alert_topic_arn=topic.topic_arn, stage=settings.stage)
        self.request_approval = self._on_lake(
            "RequestApproval", asks, reads=APPROVAL_READABLE, documents=(ledger_keys.APPROVALS_PREFIX,)
        )
        topic.grant_publish(self.request_approval)
        tracked = PromoteEnv(**self._names(), tracking_uri=api.tracking_uri)
        self.seal = self._on_lake("Seal", tracked, reads=SEAL_READABLE, writes=SEAL_WRITABLE)
        artifacts.grant_read(self.seal, MODEL_FILES)
        api.grant_routes(self.seal, tracking_routes.SEAL)
        self.promote = self._moving("Promote", tracked, api=api, reads=PROMOTE_READABLE)
        self.roll_back = self._moving("RollBack", tracked, api=api, reads=ROLL_BACK_READABLE)
        # A version that was champion is found by its reign, under the seal it had then.
        reigns = ledger_keys.partition(ledger_keys.HISTORY_PREFIX)
        grant_partitions(ledger, self.roll_back, f"*/{reigns}", actions=("Query",))

        self.announce = self._announcing(topic, undelivered)

    def _announcing(self, topic: sns.ITopic, undelivered: sqs.IQueue) -> ImageFunction:
        """Return the function that tells people how a retraining ended; it knows nothing of locks and champions."""
        names = {"lake_bucket": self._lake.bucket_name, "ledger_table": self._ledger.table_name}
        environment = AnnounceEnv(**names, alert_topic_arn=topic.topic_arn, alert_links=self._settings.alert_links)
        function = ImageFunction(
            self,
            "Announce",
            verb="announce",
            environment=environment,
            settings=self._settings,
            timeout=TIMEOUT,
            # A rule calls it too, for an execution that was stopped.
            dead_letter_queue=undelivered,
        )
        grant_ledger(self._ledger, function, ledger_keys.ENDS_PREFIX)
        grant_incidents(function, ledger=self._ledger, lake=self._lake, topic=topic, links=self._settings.alert_links)
        return function

    def _moving(self, name: str, environment: PromoteEnv, *, api: PrivateApi, reads: tuple[str, ...]) -> ImageFunction:
        """Return a function that moves the champion."""
        function = self._on_lake(
            name,
            environment,
            reads=reads,
            writes=PROMOTE_WRITABLE,
            documents=(ledger_keys.CHAMPION, ledger_keys.HISTORY_PREFIX),
        )
        # CDK's own grant would let it delete versions too, for good.
        iam.Grant.add_to_principal(
            grantee=function,
            actions=["s3:DeleteObject"],
            resource_arns=[self._lake.arn_for_objects(PROMOTE_DELETABLE)],
        )
        api.grant_routes(function, tracking_routes.PROMOTION)
        return function

    def _ledger_names(self) -> dict[str, Any]:
        return {
            "ledger_table": self._ledger.table_name,
            "lease_minutes": self._settings.training_timeout_minutes + _LEASE_BEYOND_TRAINING,
            "trainings_at_once": self._settings.trainings_at_once,
        }

    def _names(self) -> dict[str, Any]:
        return {
            "lake_bucket": self._lake.bucket_name,
            **self._ledger_names(),
        }

    def _function(
        self,
        name: str,
        environment: Environment,
        *,
        documents: tuple[str, ...] = (),
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> ImageFunction:
        """Return the function of a state; its folder is the state's name in snake case.

        It renews the retraining's lease and its slot, and changes the other given `documents` of the ledger.
        """
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
        shared = (ledger_keys.TRAINING_SLOTS,)
        grant_ledger(self._ledger, function, ledger_keys.RETRAINING_LOCK, *documents, stage=shared)
        return function

    def _on_lake(
        self,
        name: str,
        environment: Environment,
        *,
        reads: tuple[str, ...],
        writes: tuple[str, ...] = (),
        documents: tuple[str, ...] = (),
    ) -> ImageFunction:
        function = self._function(name, environment, documents=documents)
        if isinstance(environment, FreezeEnv | GateEnv | PromoteEnv):
            grant_models(function, ledger=self._ledger, lake=self._lake)
        for pattern in reads:
            self._lake.grant_read(function, pattern)
        for pattern in writes:
            self._lake.grant_put(function, pattern)
        return function
