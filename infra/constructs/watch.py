"""A schedule starts the rounds of the watch; each looks at every model of the stage that is due."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from courtside.contracts import lake_keys
from courtside.contracts.environment import Environment, FindDueEnv, SettleEnv, TendIncidentsEnv
from infra.constructs.alerts import Alerts
from infra.constructs.buckets import PrivateBucket
from infra.constructs.figures import FIVE_MINUTES
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import KEPT, KEPT_OF_STAGE, grant_incidents
from infra.constructs.ledger import INCIDENTS, MODELS, ROUNDS, grant_models, grant_partitions
from infra.constructs.logs import vended_log_group
from infra.constructs.scheduled_work import ScheduledWork
from infra.constructs.watch_steps import (
    SHORT_TIMEOUT,
    FunctionsOfModel,
    each_model,
    find_due,
    publish_stage,
    steps_of_model,
    tend_incidents,
)
from infra.stage import StageSettings

LISTS = f"{lake_keys.WATCH_PREFIX}*"
_LONGEST_ROUND = cdk.Duration.hours(12)


class Watch(ScheduledWork):
    """`tend_incidents`, `find_due`, and then the functions of each model that is due, in a state machine.

    TendIncidents → FindDue → IsAnythingDue → EachModel (AreFilesDue → ReceiveRows → ArePredictionsDue → Predict →
    IsJudgementDue → CheckPerformance → IsCheckDue → CheckDrift → Settle → Publish) → PublishStage. The schedule passes
    its own time as `as_of`, so a late or repeated round looks at the same rows.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: PrivateBucket,
        ledger: dynamodb.ITableV2,
        alerts: Alerts,
        functions: FunctionsOfModel,
        settings: StageSettings,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            alerts=alerts,
            alarm="RoundMissed",
            meaning="A round of the watch could not be started; what should have started it waits in the dead letter "
            "queue",
            runbook="round-missed",
        )
        self._lake, self._ledger, self._alerts, self._settings = lake, ledger, alerts, settings
        self.tend_incidents = self._tend_incidents()
        self.find_due = self._find_due()
        self.settle = self._settle()
        self.machine = self._machine(functions)
        self._run_on_schedule()
        self._alert()

    def _tend_incidents(self) -> ImageFunction:
        environment = TendIncidentsEnv(
            **self._names(),
            **self._telling(),
            escalation_hours=self._settings.alert_escalation_hours or 0,
        )
        function = self._function("tend_incidents", environment)
        self._let_report(function, KEPT, KEPT_OF_STAGE)
        # It looks at all incidents, and at which models are left.
        grant_partitions(self._ledger, function, INCIDENTS, MODELS, actions=("Query",))
        return function

    def _find_due(self) -> ImageFunction:
        environment = FindDueEnv(**self._names(), **self._telling())
        function = self._function("find_due", environment)
        self._lake.grant_list(function)
        self._lake.grant_put(function, LISTS)
        grant_partitions(self._ledger, function, MODELS, ROUNDS, actions=("Query",))
        self._let_report(function, KEPT_OF_STAGE)
        return function

    def _settle(self) -> ImageFunction:
        environment = SettleEnv(**self._names(), **self._telling())
        function = self._function("settle", environment)
        grant_models(function, ledger=self._ledger, lake=self._lake)
        self._lake.grant_put(function, LISTS)
        grant_partitions(self._ledger, function, ROUNDS, actions=("GetItem", "PutItem"))
        self._let_report(function, KEPT)
        return function

    def _let_report(self, function: ImageFunction, *kept: str) -> None:
        grant_incidents(
            function,
            ledger=self._ledger,
            lake=self._lake,
            topic=self._alerts.topic,
            links=self._settings.alert_links,
            kept=kept,
        )

    def _telling(self) -> dict[str, Any]:
        return {"alert_topic_arn": self._alerts.topic.topic_arn, "alert_links": self._settings.alert_links}

    def _names(self) -> dict[str, str]:
        return {"lake_bucket": self._lake.bucket_name, "ledger_table": self._ledger.table_name}

    def _function(self, verb: str, environment: Environment) -> ImageFunction:
        name = f"{verb.title().replace('_', '')}Function"  # the steps have the names without it
        return ImageFunction(
            self, name, verb=verb, environment=environment, settings=self._settings, timeout=SHORT_TIMEOUT
        )

    def _machine(self, functions: FunctionsOfModel) -> sfn.StateMachine:
        steps = steps_of_model(self, functions, settle=self.settle)
        each = each_model(self, lake=self._lake, steps=steps, settings=self._settings)
        due = sfn.Condition.jsonata("{% $states.input.due > 0 %}")
        done = sfn.Succeed.jsonata(self, "Finished")
        anything = sfn.Choice.jsonata(self, "IsAnythingDue").when(due, each).otherwise(done)
        each.next(publish_stage(self, functions.publish, then=done))
        found = find_due(self, self.find_due)
        found.next(anything)
        begin = tend_incidents(self, self.tend_incidents, then=found)
        machine = sfn.StateMachine(
            self,
            "Machine",
            comment="Tend incidents, find the models that are due, and work on each of them",
            # The states are written in JSONata, but for the map: it names a key.
            query_language=sfn.QueryLanguage.JSON_PATH,
            definition_body=sfn.DefinitionBody.from_chainable(begin),
            timeout=_LONGEST_ROUND,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=vended_log_group(
                    self, "Logs", service="states/watch", retention_days=self._settings.log_retention_days
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        # CDK's map may read every object of the lake.
        machine.add_to_role_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=["s3:GetObject"],
                not_resources=[self._lake.arn_for_objects(LISTS)],
            )
        )
        return machine

    def _run_on_schedule(self) -> None:
        as_of = scheduler.ScheduleTargetInput.from_object({"as_of": scheduler.ContextAttribute.scheduled_time})
        self.add_schedule(
            "Schedule",
            self._settings.watch_schedule,
            target=targets.StepFunctionsStartExecution(self.machine, input=as_of, **self.delivery),
            description="Watch",
            enabled=self._settings.watch_enabled,
        )

    def _alert(self) -> None:
        hours = self._settings.watch_overdue_hours
        self.alert_unless_done(
            self.machine.metric_succeeded(period=cdk.Duration.hours(1), statistic="Sum"),
            alarm="NoRoundFinished",
            hours=hours,
            meaning=f"No round of the watch has finished in {hours} hours, so nobody knows whether data arrives or "
            "drifts",
            runbook="no-round-finished",
            enabled=self._settings.watch_enabled,
        )
        self._alerts.when(
            self.machine.metric_failed(period=FIVE_MINUTES),
            construct_id="RoundFailed",
            meaning="A round of the watch failed as a whole: it could not find out which models are due, or could not "
            "settle them",
            runbook="round-failed",
        )
        self._alerts.when(
            self.tend_incidents.metric_errors(period=FIVE_MINUTES),
            construct_id="TendIncidentsErrors",
            meaning="Open incidents could not be looked after, so perhaps nobody hears of what was not acknowledged",
            runbook="function-errors",
        )
        self._alerts.when(
            self.settle.metric_errors(period=FIVE_MINUTES),
            construct_id="SettleErrors",
            meaning="What a round did with a model could not be kept, so perhaps nobody was told that it fails",
            runbook="function-errors",
        )
