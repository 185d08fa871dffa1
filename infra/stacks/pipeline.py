"""This stack watches and retrains; it can be rebuilt from code at any time."""

import aws_cdk as cdk
from constructs import Construct

from courtside.contracts.names import StackOutput
from courtside.contracts.own_candidates import published
from infra.constructs.alarms import StageAlarms
from infra.constructs.alarms_over import AlarmsOver
from infra.constructs.alerts import Alerts
from infra.constructs.arrivals import Arrivals
from infra.constructs.budget import MonthlyBudget
from infra.constructs.dashboard import StageDashboard
from infra.constructs.drift_check import DriftCheck
from infra.constructs.figures import Figures
from infra.constructs.functions import ImageFunction
from infra.constructs.notices import DatabaseNotices
from infra.constructs.publishing import Publishing
from infra.constructs.retraining import Retraining
from infra.constructs.retraining_functions import RetrainingFunctions
from infra.constructs.retraining_watch import RetrainingWatch
from infra.constructs.scoring import Scoring
from infra.constructs.tracking_upkeep import TrackingUpkeep
from infra.constructs.training_task import TrainingTask
from infra.constructs.watch import Watch
from infra.constructs.watch_steps import FunctionsOfModel
from infra.constructs.webhook_channel import Notifier
from infra.outputs import publish
from infra.placement import placement
from infra.stacks.data import DataStack
from infra.stacks.tracking import TrackingStack
from infra.stage import StageSettings


class PipelineStack(cdk.Stack):
    """Rounds on a schedule → drift checks → retraining → gate → promotion, with alerts along the way."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        data: DataStack,
        tracking: TrackingStack,
        commit: str,
    ) -> None:
        super().__init__(
            scope, construct_id, description="Courtside: watch, retraining, alerts", env=placement(settings)
        )
        self._commit = commit
        self._settings = settings
        self._data = data
        self._tracking = tracking
        self.alerts = Alerts(self, "Alerts", emails=settings.alert_emails, channels=settings.channels)
        self._unattended: dict[str, ImageFunction] = {
            channel.notifier: Notifier(
                self,
                channel=channel,
                webhook=data.webhooks[channel.name],
                ledger=data.ledger,
                alerts=self.alerts,
                settings=settings,
            )
            for channel in settings.channels
        }
        MonthlyBudget(self, "Budget", topic=self.alerts.topic, settings=settings)
        DatabaseNotices(self, "DatabaseNotices", alerts=self.alerts)
        AlarmsOver(self, "AlarmsOver", alerts=self.alerts)
        self.retraining = self._retraining()
        self.check = DriftCheck(
            self,
            "DriftCheck",
            lake=data.lake,
            artifacts=data.artifacts,
            ledger=data.ledger,
            api=tracking.api,
            alerts=self.alerts,
            retraining=self.retraining,
            settings=settings,
        )
        self.arrivals = Arrivals(
            self, "Arrivals", lake=data.lake, ledger=data.ledger, alerts=self.alerts, settings=settings
        )
        self.scoring = Scoring(
            self, "Scoring", lake=data.lake, ledger=data.ledger, alerts=self.alerts, settings=settings
        )
        self.publishing = Publishing(
            self,
            "Publishing",
            lake=data.lake,
            ledger=data.ledger,
            alerts=self.alerts,
            machine=self.retraining.machine,
            settings=settings,
        )
        self.watch = Watch(
            self,
            "Watch",
            lake=data.lake,
            ledger=data.ledger,
            alerts=self.alerts,
            functions=FunctionsOfModel(
                receive_rows=self.arrivals.function,
                predict=self.scoring.predict,
                check_drift=self.check.function,
                check_performance=self.scoring.check_performance,
                publish=self.publishing.function,
            ),
            settings=settings,
        )
        TrackingUpkeep(
            self,
            "TrackingUpkeep",
            server=tracking.server,
            database=data.database,
            artifacts=data.artifacts,
            lake=data.lake,
            alerts=self.alerts,
            settings=settings,
        )
        self._monitor()
        self._publish()

    def _retraining(self) -> Retraining:
        training = TrainingTask(
            self,
            "Training",
            vpc=self._data.vpc,
            lake=self._data.lake,
            artifacts=self._data.artifacts,
            api=self._tracking.api,
            settings=self._settings,
            commit=self._commit,
        )
        functions = RetrainingFunctions(
            self,
            "Steps",
            lake=self._data.lake,
            artifacts=self._data.artifacts,
            ledger=self._data.ledger,
            api=self._tracking.api,
            topic=self.alerts.topic,
            undelivered=self.alerts.undelivered,
            settings=self._settings,
        )
        self._unattended["Unlock"] = functions.unlock
        retraining = Retraining(
            self,
            "Retraining",
            training=training,
            functions=functions,
            topic=self.alerts.topic,
            settings=self._settings,
        )
        RetrainingWatch(
            self,
            "RetrainingWatch",
            machine=retraining.machine,
            announce=functions.announce,
            unlock=functions.unlock,
            undelivered=self.alerts.undelivered,
        )
        return retraining

    def _monitor(self) -> None:
        figures = Figures(
            stage=self._settings.stage,
            unattended=self._unattended,
            machine=self.retraining.machine,
            server=self._tracking.server.service,
            database=self._data.database.instance,
            api_id=self._tracking.api.api_id,
            topic=self.alerts.topic,
        )
        StageAlarms(self, "Alarms", alerts=self.alerts, figures=figures, settings=self._settings)
        StageDashboard(self, "Dashboard", figures=figures, alarms=self.alerts.alarms)

    def _publish(self) -> None:
        publish(self, StackOutput.ALERT_TOPIC, self.alerts.topic.topic_arn, meaning="Every alert goes through here")
        publish(
            self,
            StackOutput.RETRAINING,
            self.retraining.machine.state_machine_arn,
            meaning="Start a retraining with a RetrainingRequest as input",
        )
        publish(
            self,
            StackOutput.WATCH,
            self.watch.machine.state_machine_arn,
            meaning="Start a round of the watch with a WatchRequest as input",
        )
        publish(
            self,
            StackOutput.CHECK_DRIFT,
            self.check.function.function_name,
            meaning="Invoke the drift check with a DriftCheckRequest as event",
        )
        publish(
            self,
            StackOutput.RECEIVE_ROWS,
            self.arrivals.function.function_name,
            meaning="Invoke the taking in of arrived rows with an ArrivalsRequest as event",
        )
        publish(
            self,
            StackOutput.TRAINING_PACKAGES,
            published(self._settings.training_packages),
            meaning="What the training image holds for a team's own candidates",
        )
        publish(
            self,
            StackOutput.PREDICT,
            self.scoring.predict.function_name,
            meaning="Invoke the predictions of a model with a PredictRequest as event",
        )
        publish(
            self,
            StackOutput.CHECK_PERFORMANCE,
            self.scoring.check_performance.function_name,
            meaning="Invoke the judgement of a model with a PerformanceRequest as event",
        )
