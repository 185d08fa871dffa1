"""The state machine retrains: lock → freeze → train → gate → seal → smoke → approve? → promote → announce → unlock."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from courtside.contracts.retraining_ends import Ending
from infra.constructs.announcements import Announcements
from infra.constructs.logs import vended_log_group
from infra.constructs.retraining_functions import RetrainingFunctions
from infra.constructs.retraining_steps import ANNOUNCED, FAILED, ROLLS_BACK, RetrainingSteps
from infra.constructs.training_task import TrainingTask
from infra.stage import StageSettings

ALERT = ("subject", "message")
"""What a function writes for people, beside its answer."""


class Retraining(Construct):
    """Takes a `RetrainingRequest`; one of a model runs at a time, and every failure is announced.

    Lock → IsMine → Freeze → Train → Gate → ShouldPromote → Seal → Smoke → NeedsApproval → GiveSlotBack → Approve →
    IsApproved → Promote → AnnouncePromotion → Unlock → HowItEnded. A step that fails → AnnounceFailure → Unlock, which
    gives lock and slot back and starts what waited. Only what was sealed and then passed its smoke check is promoted.
    A request to roll back trains nothing: IsRollback → FindPrevious → IsWanted → SmokePrevious → RollBack →
    AnnounceRollBack → Unlock.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        training: TrainingTask,
        functions: RetrainingFunctions,
        topic: sns.ITopic,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._functions = functions
        self._tell = Announcements(self, announce=functions.announce, topic=topic, then=self._give_back())
        failure = ("failed_step", "error", "cause")
        failed = self._tell.state("AnnounceFailure", Ending.FAILED, *failure, outcome=FAILED)
        self._steps = RetrainingSteps(self, training=training, failed=failed, settings=settings)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            comment="Train challengers, judge the best on the champion's holdout, and promote it or keep the champion",
            query_language=sfn.QueryLanguage.JSONATA,
            definition_body=sfn.DefinitionBody.from_chainable(self._definition()),
            timeout=cdk.Duration.minutes(settings.training_timeout_minutes + settings.approval_hours * 60 + 120),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=vended_log_group(
                    self, "Logs", service="states", retention_days=settings.log_retention_days
                ),
                level=sfn.LogLevel.ALL,
                # The data holds the token for a person's answer; whoever may read the history finds all of it there.
                include_execution_data=False,
            ),
        )
        # The step that publishes includes the right to publish, but not the right to use the topic's key.
        topic.grant_publish(self.machine)
        self._let_unlock_start_what_waited()
        self._keep_it_to_its_own_tasks(training)

    def _definition(self) -> sfn.IChainable:
        steps, functions = self._steps, self._functions
        # A slot may have been kept for it, which another request gets now.
        not_started = self._tell.state("AnnounceNotStarted", Ending.NOT_STARTED, *ALERT, outcome="not_started")
        judged = steps.call("Gate", functions.gate).next(self._should_promote())
        trains = steps.call("Freeze", functions.freeze, payload=steps.REQUEST).next(steps.train(then=judged))
        work = (
            sfn.Choice.jsonata(self, "IsRollback")
            .when(sfn.Condition.jsonata(f"{{% {ROLLS_BACK} %}}"), self._roll_back(unwanted=not_started))
            .otherwise(trains)
        )
        return steps.call("Lock", functions.lock, payload=steps.REQUEST).next(
            sfn.Choice.jsonata(self, "IsMine")
            .when(sfn.Condition.jsonata("{% $states.input.outcome = 'acquired' %}"), work)
            .otherwise(not_started)
        )

    def _roll_back(self, *, unwanted: sfn.IChainable) -> sfn.IChainable:
        """Try the version that is wanted back and make it champion, unless the champion has changed meanwhile."""
        steps, function = self._steps, self._functions.roll_back
        sealed = {**steps.ROLLBACK, "sha256": "{% $states.input.sha256 %}"}
        moved = steps.call("RollBack", function, payload=sealed).next(
            self._tell.state("AnnounceRollBack", Ending.ROLLED_BACK, *ALERT, outcome="rolled_back")
        )
        wanted = sfn.Condition.jsonata("{% $states.input.wanted %}")
        return steps.call("FindPrevious", function, payload=steps.ROLLBACK).next(
            sfn.Choice.jsonata(self, "IsWanted")
            .when(wanted, steps.smoke("SmokePrevious", then=moved))
            .otherwise(unwanted)
        )

    def _should_promote(self) -> sfn.Choice:
        steps = self._steps
        kept = self._tell.state("AnnounceRejection", Ending.REJECTED, *ALERT, outcome="kept")
        sealed = steps.call("Seal", self._functions.seal, outputs=steps.WITH_ANSWER)
        passed = sfn.Condition.jsonata("{% $states.input.promote %}")
        works = sealed.next(steps.smoke("Smoke", then=self._needs_approval()))
        return sfn.Choice.jsonata(self, "ShouldPromote").when(passed, works).otherwise(kept)

    def _needs_approval(self) -> sfn.Choice:
        promote = self._promote()
        asks = sfn.Condition.jsonata("{% $states.input.needs_approval %}")
        return sfn.Choice.jsonata(self, "NeedsApproval").when(asks, self._approve(promote)).otherwise(promote)

    def _approve(self, promote: sfn.IChainable) -> sfn.IChainable:
        expired = self._tell.state("AnnounceExpiry", Ending.EXPIRED, outcome="kept")
        refused = self._tell.state("AnnounceRefusal", Ending.REFUSED, "by", outcome="kept")
        asked = self._steps.ask("Approve", self._functions.request_approval, expired=expired)
        yes = sfn.Condition.jsonata("{% $states.input.approved = true %}")
        asked.next(sfn.Choice.jsonata(self, "IsApproved").when(yes, promote).otherwise(refused))
        return RetrainingSteps.give_slot_back(self, self._functions.unlock, then=asked)

    def _promote(self) -> sfn.IChainable:
        payload = {
            **self._steps.TRAINING,
            "sha256": "{% $states.input.sha256 %}",
            "by": "{% $exists($states.input.by) ? $states.input.by : 'gate' %}",
        }
        return self._steps.call("Promote", self._functions.promote, payload=payload).next(
            self._tell.state("AnnouncePromotion", Ending.PROMOTED, *ALERT, outcome="promoted")
        )

    def _give_back(self) -> sfn.IChainable:
        """Unlock, and end as the training ended; a lock that cannot be released expires."""
        how = (
            sfn.Choice.jsonata(self, "HowItEnded")
            .when(
                sfn.Condition.jsonata(f"{{% $states.input.outcome = '{FAILED}' %}}"),
                sfn.Fail.jsonata(
                    self,
                    "RetrainingFailed",
                    error=ANNOUNCED,
                    cause="The failure was announced; see the step that failed",
                ),
            )
            .otherwise(sfn.Succeed.jsonata(self, "Finished"))
        )
        return RetrainingSteps.unlock(self, self._functions.unlock, then=how)

    def _let_unlock_start_what_waited(self) -> None:
        # This is a separate policy: as part of the role's default one, function and machine would need each other.
        role = self._functions.unlock.role
        assert role is not None
        iam.Policy(
            self,
            "StartWaitingPolicy",
            roles=[role],
            statements=[
                iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.machine.state_machine_arn])
            ],
        )

    def _keep_it_to_its_own_tasks(self, training: TrainingTask) -> None:
        # CDK's state that runs a task may describe and stop every task of the account.
        tasks = cdk.Stack.of(self).format_arn(
            service="ecs", resource="task", resource_name=f"{training.cluster.cluster_name}/*"
        )
        self.machine.add_to_role_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY, actions=["ecs:DescribeTasks", "ecs:StopTask"], not_resources=[tasks]
            )
        )
        # It may pass the task's roles to ECS only, which CDK's own statement leaves open.
        self.machine.add_to_role_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=["iam:PassRole"],
                resources=["*"],
                conditions={"StringNotEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            )
        )
        # A task that is started with tags needs this in addition to the right to start it.
        self.machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["ecs:TagResource"],
                resources=[tasks],
                conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}},
            )
        )
