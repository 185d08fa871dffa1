"""The functions that score may read the rows and sealed models of the stage, and add only what they find."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.environment import CheckPerformanceEnv, Environment, PredictEnv
from courtside.contracts.own_candidates import published
from infra.constructs.alerts import Alerts
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import grant_incidents
from infra.constructs.ledger import grant_models, grant_partitions
from infra.constructs.watch_steps import SCORING_TIMEOUT
from infra.stage import StageSettings

# A model is loaded beside the rows that it predicts; windows are judged in parts, with more than one processor.
MEMORY_MIB = 2048
# Rows that do not fit into memory wait on disk: 100 million predictions that are joined with labels take 4 GB of it,
# and more if their ids are long. This is the most that Lambda offers, and costs a hundredth of what the memory does.
DISK_MIB = 10_240

_ROWS = (f"{lake_keys.GAMES_PREFIX}*", f"{lake_keys.TABLES_PREFIX}*")
# The champion's seal is in the ledger; of a version, nothing else can be believed.
_SEALED = f"{lake_keys.seals('*')}*"
_PREDICTIONS, _QUARANTINE = f"{lake_keys.PREDICTIONS_PREFIX}*", f"{lake_keys.quarantines('*')}*"
_ESTIMATES = f"{lake_keys.ESTIMATES_PREFIX}*"
_PERFORMANCE = f"{lake_keys.PERFORMANCE_PREFIX}*"
_JUDGED = (
    f"{lake_keys.LABELS_PREFIX}*",
    _PERFORMANCE,
    f"{lake_keys.EVIDENCE_PREFIX}*",
    f"{lake_keys.PROMISE_TESTS_PREFIX}*",
)
_CHAMPION, _HISTORY, _APPROVALS = (
    f"*/{ledger_keys.partition(key)}"
    for key in (ledger_keys.CHAMPION, ledger_keys.HISTORY_PREFIX, ledger_keys.APPROVALS_PREFIX)
)

# A training's manifest holds its contract, which says whose packages may be opened.
_MANIFESTS = training_keys.training_manifest("*", "*")
# What a version promised is in what its training left.
_PROMISES = tuple(key("*", "*") for key in (training_keys.training_card, training_keys.training_holdout))

# Estimates are learnt from the champion's holdout, and made of the windows about which nothing is stated yet.
_LEARNT_FROM = training_keys.training_holdout("*", "*")

PREDICT_READS = (*_ROWS, _SEALED, _MANIFESTS, _PREDICTIONS, _QUARANTINE, _LEARNT_FROM, _PERFORMANCE, _ESTIMATES)
PREDICT_WRITES = (_PREDICTIONS, _QUARANTINE, _ESTIMATES)
JUDGE_READS = (*_ROWS, _SEALED, *_PROMISES, _PREDICTIONS, *_JUDGED)
JUDGE_WRITES = _JUDGED


class Scoring(Construct):
    """`predict` writes what the champion and its shadows say of coming rows; `check_performance` judges it later.

    Only `predict` opens models, some of which are a team's own code, so it may touch no champion, no seal, no row and
    no label; what judges a model runs none of its code.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: s3.IBucket,
        ledger: dynamodb.ITableV2,
        alerts: Alerts,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._lake, self._ledger, self._settings = lake, ledger, settings
        names = {"lake_bucket": lake.bucket_name, "ledger_table": ledger.table_name}
        self.predict = self._function(
            "predict",
            PredictEnv(
                **names,
                alert_topic_arn=alerts.topic.topic_arn,
                alert_links=settings.alert_links,
                training_packages=published(settings.training_packages),
            ),
            reads=PREDICT_READS,
            writes=PREDICT_WRITES,
        )
        grant_partitions(ledger, self.predict, _CHAMPION, actions=("GetItem",))
        # The request for a person's answer says which challenger waits.
        grant_partitions(ledger, self.predict, _HISTORY, _APPROVALS, actions=("Query",))
        grant_incidents(self.predict, ledger=ledger, lake=lake, topic=alerts.topic, links=settings.alert_links)
        self.check_performance = self._function(
            "check_performance",
            CheckPerformanceEnv(**names),
            reads=JUDGE_READS,
            writes=JUDGE_WRITES,
        )

    def _function(
        self,
        verb: str,
        environment: Environment,
        *,
        reads: tuple[str, ...],
        writes: tuple[str, ...],
    ) -> ImageFunction:
        function = ImageFunction(
            self,
            verb.title().replace("_", ""),
            verb=verb,
            environment=environment,
            settings=self._settings,
            timeout=SCORING_TIMEOUT,
            memory_mib=MEMORY_MIB,
            disk_mib=DISK_MIB,
        )
        for pattern in reads:
            self._lake.grant_read(function, pattern)
        for pattern in writes:
            self._lake.grant_put(function, pattern)
        grant_models(function, ledger=self._ledger, lake=self._lake)
        return function
