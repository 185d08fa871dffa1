"""The demo's steps run in this order; each says what it saw and fails when that is not what it should be."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.events import DriftCheckResponse, RetrainingRequest, Trigger, Window
from courtside.contracts.names import StackOutput
from courtside.workflows.games import store_games
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.containers.build import context_here
from embedded_aws.containers.engine import Engine
from embedded_aws.demo import pages, second_model
from embedded_aws.demo.commands import Commands
from embedded_aws.demo.loop import Execution, Loop
from embedded_aws.demo.narrator import Narrator, Step
from embedded_aws.demo.next_season import NextSeason
from embedded_aws.demo.plan import DemoPlan
from embedded_aws.demo.result import AlertResult, CheckResult, DemoResult, ExecutionResult
from embedded_aws.demo.sdks import point_sdks_at
from embedded_aws.demo.second_model import SecondModel
from embedded_aws.demo.side_by_side import SideBySide
from embedded_aws.demo.synthesis import Synthesis
from embedded_aws.webhooks import SLACK, Journal

STAGE = "dev"
ALERT_TIMEOUT_SECONDS = 20
FIRST_TRAINING = "initial"


@dataclass(slots=True)
class Story:
    """One run of the demo; results go into `result` as they happen, so that a failure loses nothing."""

    games: pa.Table
    plan: DemoPlan
    options: LocalOptions
    narrator: Narrator
    result: DemoResult
    resources: ExitStack
    aws: LocalAws
    loop: Loop
    second: SecondModel
    next_season: NextSeason
    slack: Journal
    side_by_side: SideBySide | None = None
    retraining_arn: str = ""
    alerts_expected: int = 0

    @classmethod
    def begin(
        cls,
        games: pa.Table,
        plan: DemoPlan,
        options: LocalOptions,
        narrator: Narrator,
        resources: ExitStack,
        *,
        folder: Path,
        side_by_side: bool,
    ) -> "Story":
        """Start the embedded AWS and deploy the unmodified template onto it; `folder` is for what people may read.

        With `side_by_side` a second model of the same games is trained and compared with the first.
        """
        with narrator.step("start", "Starting the embedded AWS") as step:
            context = context_here(Engine(), narrator.progress) if options.containers else {}
            aws = resources.enter_context(LocalAws.start(options, progress=narrator.progress))
            # The assembly belongs to the instance, not to this process: a kept instance runs functions and tasks from
            # it.
            out = aws.directory / "cdk.out"
            synthesis = Synthesis(out, stage=STAGE, context=context, instance_id=aws.instance.id)
            resources.callback(synthesis.abandon)
            point_sdks_at(aws, resources)
            involved = "its images as containers" if options.containers else "no account and no Docker involved"
            step.says(
                f"an AWS of your own answers at {aws.endpoint}, {involved}; "
                f"functions and tasks may do {'what their roles grant' if options.enforce_iam else 'anything'}"
            )
        with narrator.step("deploy", "Synthesizing and deploying the CDK app") as step:
            outputs = aws.deploy(synthesis.finish())
            loop = Loop(aws, stage=STAGE)
            loop.set_webhooks(aws.instance.webhooks)
            step.says(f"{len(outputs)} stacks deployed from the unmodified template: {', '.join(outputs)}")
        commands = Commands(stage=STAGE, instance_id=aws.instance.id)
        second = SecondModel(Loop(aws, stage=STAGE, model=second_model.MODEL), commands, folder)
        next_season = NextSeason(loop, STAGE, plan)
        result = DemoResult(games=games.num_rows, second=second.result)
        slack = aws.instance.received(SLACK)
        story = cls(games, plan, options, narrator, result, resources, aws, loop, second, next_season, slack)
        story.side_by_side = SideBySide.of(next_season, aws, commands) if side_by_side else None
        return story

    def tell(self) -> None:
        """Run the loop from the first games to the second champion, and beside it the second model's."""
        self.add_models()
        self.load_rows()
        self.first_training()
        self.check_quiet_window()
        self.check_changed_window()
        self.predict_next_season()
        self.look_at_second_model()
        self.retrain()
        self.judge_next_season()
        self.compare_models()
        self.list_models()
        self.write_pages()

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The models of the stage."""
        return (self.loop, self.second.loop, *(() if self.side_by_side is None else (self.side_by_side.loop,)))

    def add_models(self) -> None:
        """Add both models to the stage; nothing is deployed for it."""
        with self.narrator.step("add models", "Adding two models to the stage") as step:
            added = self.second.add()
            step.says(f"{' and '.join(added)}: nothing was deployed for them")

    def load_rows(self) -> None:
        """Put games and bills into the lake."""
        with self.narrator.step("load rows", "Writing games and bills to the lake") as step:
            with ThreadPoolExecutor(1) as beside:
                bills = beside.submit(self.second.load)
                keys = store_games(self.games, lake=self.lake())
            step.says(
                f"{self.games.num_rows:,} games of {len(keys)} seasons and {bills.result()} lie in the lake as parquet"
            )

    def first_training(self) -> None:
        """Train through the state machine on what was known then; the best model becomes the first champion."""
        request = RetrainingRequest(
            model=self.loop.model,
            training_id=FIRST_TRAINING,
            as_of=self.plan.first_as_of,
            trigger=Trigger.INITIAL,
            reason="first training",
        )
        with self.narrator.step("first training", "Training four models through the state machine") as step:
            arn = self.loop.retrain(request)
            self.second.begin_training()
            self.aws.wait_for_tracking()
            self.loop.wait_for_end(arn, progress=self.narrator.progress)
            step.says(self._training_line(FIRST_TRAINING))
        with self.narrator.step("champion", "Looking up the champion") as step:
            champion = self._champion(step)
            self.result.champion.before = champion
            step.says(
                f"version {champion} is registered as champion; its reference profile is what drift is checked by"
            )
        with self.narrator.step("second model", "Following the other model's training") as step:
            self.second.follow_training(step, progress=self.narrator.progress)
            self._expect_alerts(step, 2)

    def check_quiet_window(self) -> None:
        """Check a season that is like its reference: nothing may happen."""
        with self.narrator.step("quiet check", "Checking a season like the reference") as step:
            answer = self._check(self.plan.quiet)
            step.expect(answer.decision == "nothing", f"decided {answer.decision}: {answer.reason}")
            step.expect(len(self.loop.executions()) == 1, "a retraining was started")
            step.says(
                f"{_season(self.plan.quiet)}: {answer.rows:,} games, {answer.reason}; nothing was started or sent"
            )

    def check_changed_window(self) -> None:
        """Check a season after a real change: an alert must arrive and a retraining must start."""
        with self.narrator.step("changed check", "Checking a season after a real change") as step:
            answer = self._check(self.plan.changed)
            step.expect(answer.decision == "retrain", f"decided {answer.decision}: {answer.reason}")
            step.expect(answer.execution_arn is not None, "no retraining was started")
            self.retraining_arn = answer.execution_arn or ""
            self._expect_alerts(step, 3)
            step.says(
                f"{_season(self.plan.changed)}: {answer.reason} ({', '.join(answer.features_drifted)}); "
                "the alert reached Slack"
            )

    def predict_next_season(self) -> None:
        """Predict the first weeks of the season after the change, while a challenger is trained."""
        with self.narrator.step("predictions", "Predicting the games that come after the change") as step:
            self.next_season.predict(step, champion=self.result.champion.before or "")

    def look_at_second_model(self) -> None:
        """Run a round over the second model while the first one is retrained: its change must be found and told."""
        with self.narrator.step("round", "Running a round over the second model") as step:
            self.second.look(step)
            self._expect_alerts(step, 4)

    def retrain(self) -> None:
        """Follow the retraining that the check started: train, gate, promote."""
        execution = Execution(self.retraining_arn, "RUNNING")
        with self.narrator.step("retraining", "Training a challenger on newer games") as step:
            self.loop.wait_for_state(execution.arn, "Train", progress=self.narrator.progress)
            self.result.models = list(self.loop.training(execution.name).models)
            step.says(self._training_line(execution.name))
        with self.narrator.step("gate", "Judging challenger and champion on the same holdout") as step:
            self.loop.wait_for_state(execution.arn, "Gate", progress=self.narrator.progress)
            verdict = self.loop.verdict(execution.name)
            step.expect(verdict.promote, verdict.reason)
            step.says(verdict.reason)
        with self.narrator.step("promotion", "Promoting") as step:
            self.loop.wait_for_end(execution.arn, progress=self.narrator.progress)
            champion = self._champion(step)
            self.result.champion.after = champion
            before = self.result.champion.before
            step.expect(champion != before, f"version {champion} is still champion")
            self._expect_alerts(step, 5)
            step.says(
                f"version {champion} is champion and passed its smoke check, version {before} is kept as previous; "
                "Slack was told"
            )

    def judge_next_season(self) -> None:
        """Predict the weeks after the promotion with both versions, and judge all weeks by their scores."""
        with self.narrator.step("new champion", "Predicting with the new champion, and the old one beside it") as step:
            champions = self.result.champion
            self.next_season.predict_with_both(step, champion=champions.after or "", previous=champions.before or "")
        with self.narrator.step("performance", "Judging both by the scores that came in") as step:
            self.result.performance = self.next_season.judge(step)

    def compare_models(self) -> None:
        """Train another model of the same games, let both predict the season, and say which one is better."""
        if self.side_by_side is not None:
            compared = self.side_by_side.tell(self.narrator, told=lambda step: self._expect_alerts(step, 6))
            self.result.side_by_side = compared

    def list_models(self) -> None:
        """Ask the stage what it looks after."""
        with self.narrator.step("models", "Listing the stage's models") as step:
            self.result.stage_models = rows = self.second.listed()
            names = [row["model"] for row in rows]
            step.expect({each.model for each in self.loops} <= set(names), f"the stage lists {names}")
            step.says(f"the stage looks after {len(rows)}: {', '.join(names)}")

    def write_pages(self) -> None:
        """Write the pages that people look at into the demo's folder."""
        with self.narrator.step("pages", "Building the pages of both models") as step:
            pages.built_by_round(step, lake=self.lake())
            for model in (*(loop.model for loop in self.loops if loop is not self.second.loop), None):
                self.loop.publish(model)  # the models of games were watched step by step, without a round
            self.result.urls["dashboard"] = pages.write(step, self.second.commands, self.second.folder)

    def lake(self) -> S3Lake:
        """Return the stage's lake."""
        return S3Lake(self.loop.output(StackOutput.LAKE_BUCKET))

    def collect(self) -> None:
        """Record what there is to see, however the story ended."""
        self.result.executions = [
            ExecutionResult(model=loop.model, name=each.name, status=each.status)
            for loop in self.loops
            for each in loop.executions()
        ]
        texts = [message.text for message in self.slack.messages]
        missing = max(0, self.alerts_expected - len(texts))
        self.result.alerts = [
            AlertResult(channel="slack", delivered=bool(text), text=text) for text in [*texts, *[""] * missing]
        ]

    def _expect_alerts(self, step: Step, total: int) -> None:
        """Wait until `total` alerts have come since the start."""
        self.alerts_expected = total
        heard = self.slack.wait_for(total, timeout=ALERT_TIMEOUT_SECONDS)
        step.expect(len(heard) >= total, f"{len(heard)} of {total} alerts reached Slack in {ALERT_TIMEOUT_SECONDS} s")

    def _check(self, window: Window) -> DriftCheckResponse:
        answer = self.loop.check_drift(window)
        self.result.checks.append(
            CheckResult(
                window=(window.start.isoformat(), window.end.isoformat()),
                rows=answer.rows,
                features_drifted=list(answer.features_drifted),
                decision=answer.decision,
            )
        )
        return answer

    def _champion(self, step: Step) -> str:
        version = MlflowRegistry(self.aws.tracking_url).champion_version()
        step.expect(version is not None, "no version is registered as champion")
        reference = self.loop.drift_reference().version
        step.expect(version == reference, f"drift is measured against version {reference}, the champion is {version}")
        return version or ""

    def _training_line(self, training_id: str) -> str:
        record = self.loop.training(training_id)
        best = next(model for model in record.models if model.name == record.best)
        return (
            f"{record.rows_train:,} games to train on, {record.rows_test:,} newer ones to test; "
            f"best of {len(record.models)}: {best.name}, AUC {best.test_auc:.3f}, accuracy {best.test_accuracy:.3f}"
        )


def _season(window: Window) -> str:
    return f"season {window.start.year}-{window.end.year % 100:02d}"
