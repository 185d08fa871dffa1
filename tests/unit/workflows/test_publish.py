"""Pages are built after a model's part of a round; people hear once that they cannot be, and once that they can."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from courtside.contracts.errors import CourtsideError
from courtside.contracts.rounds import PublishRequest, PublishResponse
from courtside.workflows.publish import Publish
from courtside.workflows.stage_model_errors import ModelRemoved
from tests.fakes.rounds import HOUR, NOON, Rounds


@dataclass
class Builder:
    """Builds two pages of a model and one of all, unless something is wrong."""

    wrong: Exception | None = None
    built: list[str] = field(default_factory=list)

    def publish_model(self, model: str, *, now: datetime) -> Sequence[str]:
        return self._build(f"{model} at {now:%H}", "summary")

    def publish_stage(self, *, now: datetime) -> Sequence[str]:
        return self._build(f"all at {now:%H}")

    def _build(self, *pages: str) -> Sequence[str]:
        if self.wrong is not None:
            raise self.wrong
        self.built += pages
        return pages


@dataclass
class Tended:
    """Notes whose rows of the archive were brought up to date, unless something is wrong."""

    wrong: Exception | None = None
    models: list[str | None] = field(default_factory=list)

    def tend(self, model: str | None, *, now: datetime) -> None:
        assert now.tzinfo is not None
        if self.wrong is not None:
            raise self.wrong
        self.models.append(model)


def asked(at: datetime, model: str | None) -> PublishRequest:
    return PublishRequest(round=f"{at:%d-%H}", model=model)


@pytest.mark.parametrize(("model", "pages"), [("churn", 2), (None, 1)])
def test_it_says_how_many_pages_it_wrote_and_tells_nobody(rounds: Rounds, model: str | None, pages: int) -> None:
    builder = Builder()
    answer = Publish(builder, Tended(), rounds.incidents).run(asked(NOON, model), now=NOON)
    assert answer == PublishResponse(model=model, pages=pages)
    assert builder.built[0] == f"{model or 'all'} at 12"
    assert rounds.told == []


@pytest.mark.parametrize(
    ("model", "begins", "ends"),
    [
        ("churn", "pages of churn cannot be built", "resolved: pages of churn cannot be built"),
        (None, "the page of all models cannot be built", "resolved: the page of all models cannot be built"),
    ],
)
@pytest.mark.parametrize("wrong", [CourtsideError("the archive is cut off"), ZeroDivisionError("no rows")])
def test_people_hear_once_that_pages_cannot_be_built_and_once_that_they_can_again(
    rounds: Rounds, wrong: Exception, model: str | None, begins: str, ends: str
) -> None:
    builder = Builder(wrong)
    publish = Publish(builder, Tended(), rounds.incidents)
    for at in (NOON, NOON + HOUR):
        with pytest.raises(type(wrong), match=str(wrong)):
            publish.run(asked(at, model), now=at)
    assert rounds.told == [begins]
    (sent,) = rounds.alerts.sent
    assert (sent.kind, f"{type(wrong).__name__}: {wrong}" in sent.text) == ("pages_not_built", True)
    assert "`courtside dashboard --build" in sent.text
    builder.wrong = None
    publish.run(asked(NOON + 2 * HOUR, model), now=NOON + 2 * HOUR)
    assert rounds.told == [begins, ends]
    publish.run(asked(NOON + 3 * HOUR, model), now=NOON + 3 * HOUR)
    assert rounds.told == [begins, ends]


def test_a_model_that_was_removed_meanwhile_has_no_pages_and_that_is_no_failure(rounds: Rounds) -> None:
    gone = ModelRemoved("churn", NOON, (), contract=None)
    answer = Publish(Builder(gone), archive := Tended(), rounds.incidents).run(asked(NOON, "churn"), now=NOON)
    assert (answer.pages, rounds.told, archive.models) == (0, [], [])


@pytest.mark.parametrize("model", ["churn", None])
def test_the_archive_is_tended_after_the_pages_and_holds_none_of_them_up(rounds: Rounds, model: str | None) -> None:
    builder, archive = Builder(), Tended()
    publish = Publish(builder, archive, rounds.incidents)
    publish.run(asked(NOON, model), now=NOON)
    assert archive.models == [model]
    archive.wrong = CourtsideError("a log is cut off")
    with pytest.raises(CourtsideError, match="cut off"):
        publish.run(asked(NOON + HOUR, model), now=NOON + HOUR)
    assert f"{model or 'all'} at 13" in builder.built
    (sent,) = rounds.alerts.sent
    assert rounds.told == [f"rows that queries read of {model or 'the stage itself'} cannot be written"]
    assert (sent.kind, "CourtsideError: a log is cut off" in sent.text) == ("pages_not_built", True)
    archive.wrong = None
    publish.run(asked(NOON + 2 * HOUR, model), now=NOON + 2 * HOUR)
    assert rounds.told[1:] == [f"resolved: {rounds.told[0]}"]
