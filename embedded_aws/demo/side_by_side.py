"""The demo's second model of the same games: it predicts what the first one predicts, and both are compared."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from courtside.contracts.events import RetrainingRequest, Trigger
from embedded_aws.aws import LocalAws
from embedded_aws.demo.commands import Commands
from embedded_aws.demo.loop import Loop
from embedded_aws.demo.narrator import Narrator, Step
from embedded_aws.demo.next_season import NextSeason
from embedded_aws.demo.result import SideBySideResult

MODEL = "nba_ratings"
FIRST_TRAINING = "initial"
_IN_WORDS = {
    "better": "is better than",
    "worse": "is worse than",
    "equivalent": "is as good as",
    "not_known": "is not known yet to be better than",
}


@dataclass(slots=True)
class SideBySide:
    """A model that ships with Courtside, added to the stage by a command beside the one of the same games."""

    mine: NextSeason
    theirs: NextSeason
    commands: Commands

    @classmethod
    def of(cls, theirs: NextSeason, aws: LocalAws, commands: Commands) -> "SideBySide":
        """Put a model beside the one that predicts the season already."""
        loop = Loop(aws, stage=theirs.stage, model=MODEL)
        return cls(NextSeason(loop, theirs.stage, theirs.plan), theirs, commands)

    @property
    def loop(self) -> Loop:
        """The second model of the games."""
        return self.mine.loop

    def tell(self, narrator: Narrator, *, told: Callable[[Step], None]) -> SideBySideResult:
        """Train the model, let both predict the season, and compare them; `told` waits for the training's alert."""
        with narrator.step("ratings", "Training a second model of the same games") as step:
            self.train(step, progress=narrator.progress)
            told(step)
        with narrator.step("both predict", "Predicting the season with both models") as step:
            self.predict(step)
        with narrator.step("side by side", "Comparing both on the games that both predicted") as step:
            return self.compare(step)

    def train(self, step: Step, *, progress: Callable[[str], None]) -> None:
        """Add the model and train its first champion on what the other one's champion has learnt from."""
        self.commands.run("models", "add", MODEL)
        request = RetrainingRequest(
            model=MODEL,
            training_id=FIRST_TRAINING,
            as_of=self.mine.plan.changed.end,
            trigger=Trigger.INITIAL,
            reason="first training",
        )
        self.loop.wait_for_end(self.loop.retrain(request), progress=progress)
        record = self.loop.training(FIRST_TRAINING)
        best = next(model for model in record.models if model.name == record.best)
        step.says(
            f"{MODEL}, from ratings of teams: {record.rows_train:,} games to train on, {record.rows_test:,} newer ones "
            f"to test; {best.name}, AUC {best.test_auc:.3f}, accuracy {best.test_accuracy:.3f}"
        )

    def predict(self, step: Step) -> None:
        """Let both models predict the games of sixteen weeks, of which the other one has predicted eight."""
        plan, theirs = self.mine.plan, self.theirs.loop.drift_reference().version
        mine, games = self.loop.drift_reference().version, 0
        for window in (plan.before, plan.after, plan.later):
            games += self.mine.predicted(window, mine, step)
            self.loop.judge(window.end)  # takes the labels that came, which are not looked for much later
        self.theirs.predicted(plan.later, theirs, step)
        self.theirs.loop.judge(plan.later.end)
        step.says(f"{games} games of sixteen weeks from {plan.before.start} on, each week before it began")

    def compare(self, step: Step) -> SideBySideResult:
        """Ask which of the two is better, as people do."""
        other, until = self.theirs.loop.model, self.mine.plan.later.end
        said = json.loads(self.commands.run("models", "beside", MODEL, other, "--as-of", until.isoformat(), "--json"))
        found = SideBySideResult(**{name: said[name] for name in SideBySideResult.model_fields})
        step.expect(found.rows > 0, f"{MODEL} and {other} have no game in common")
        step.expect(found.verdict != "worse", f"{MODEL} is worse than {other}: {said}")
        aucs = next((each["model"], each["other"]) for each in said["figures"] if each["metric"] == "auc")
        ends = "" if found.low is None else f" (interval {found.low:+.3f} to {found.high:+.3f})"
        sure = f", surely since {found.since}" if found.since else ""
        step.says(
            f"{MODEL} {_IN_WORDS[found.verdict]} {other}{sure}: log loss {found.difference:+.3f}{ends}, "
            f"AUC {aucs[0]:.3f} against {aucs[1]:.3f}, on the same {found.rows:,} games"
        )
        return found
