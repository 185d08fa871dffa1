"""The demo's season after the change: it is predicted week by week, its scores come in, and the versions are judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from courtside.api.performance import performance
from courtside.contracts.events import Window
from courtside.contracts.scoring import Role
from embedded_aws.demo.loop import Loop
from embedded_aws.demo.narrator import Step
from embedded_aws.demo.plan import FOUR_WEEKS, DemoPlan
from embedded_aws.demo.result import JudgedResult

_WEEK = timedelta(weeks=1)


@dataclass(slots=True)
class NextSeason:
    """Eight weeks of games, which a champion predicts before it is replaced, and its successor after that."""

    loop: Loop
    stage: str
    plan: DemoPlan

    def predict(self, step: Step, *, champion: str) -> None:
        """Let the first champion predict four weeks."""
        games = self.predicted(self.plan.before, champion, step)
        step.says(
            f"version {champion} made {games} predictions for the games of four weeks from {self.plan.before.start} "
            "on, each week before it began"
        )

    def predict_with_both(self, step: Step, *, champion: str, previous: str) -> None:
        """Let the new champion predict the next four weeks, and the one before it as its shadow."""
        games = self.predicted(self.plan.after, champion, step, beside=(Role.PREVIOUS,))
        step.says(
            f"version {champion} made {games} predictions for the next four weeks; version {previous} did so too, as "
            "its shadow"
        )

    def predicted(self, window: Window, champion: str, step: Step, *, beside: tuple[str, ...] = ()) -> int:
        """Predict each week of a window before it begins, as a version must; return how many games."""
        games = 0
        for monday in _weeks(window):
            answer = self.loop.predict(monday, versions=beside)
            step.expect(answer.version == champion, f"version {answer.version} predicted, the champion is {champion}")
            step.expect(not answer.problems, "; ".join(answer.problems))
            games += answer.predicted
        step.expect(games > 0, f"no game from {window.start} to {window.end} was predicted")
        return games

    def judge(self, step: Step) -> list[JudgedResult]:
        """Judge the eight weeks by the scores that came since, as a round does; return how well both versions did."""
        stated = self.loop.judge(self.plan.after.end)
        step.expect(stated.stated > 0, f"no window was judged: {stated}")
        found = [*self._performance(), *self._performance(role=Role.PREVIOUS)]
        step.expect(len(found) == 3, f"two champions and a shadow were to be judged, not {found}")
        step.says("; ".join(map(_sentence, found)))
        return found

    def _performance(self, *, role: Role | None = None) -> Iterator[JudgedResult]:
        """Ask as people do in Python, which takes less time than a command for each question."""
        asked = performance(
            stage=self.stage,
            model=self.loop.model,
            since=self.plan.before.start,
            until=self.plan.after.end,
            as_of=self.plan.after.end,
            window=f"{FOUR_WEEKS.days}d",
            role=role,
        )
        for line in asked.to_arrow().to_pylist():
            if line["metric"] == "auc" and line["segment"] is None:
                yield _result(line)


def _weeks(window: Window) -> Iterator[date]:
    monday = window.start
    while monday < window.end:
        yield monday
        monday += _WEEK


def _result(line: dict[str, Any]) -> JudgedResult:
    return JudgedResult(
        window=(line["window_start"].isoformat(), line["window_end"].isoformat()),
        games=line["labelled"],
        auc=line["value"],
        **{name: line[name] for name in ("version", "role", "low", "high", "promise")},
    )


def _sentence(each: JudgedResult) -> str:
    return (
        f"version {each.version} ({each.role}) on {each.games} games from {each.window[0]}: AUC {each.auc:.3f} "
        f"({each.low:.3f} to {each.high:.3f}), promised {each.promise:.3f}"
    )
