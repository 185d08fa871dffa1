"""The gate counts which challengers were judged before against the same champion on rows of the same holdout."""

from datetime import UTC, date, datetime

import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import GateRequest, GateResponse
from courtside.contracts.records import GateDecision, TrainingRecord
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.workflows.gate import gate
from tests.fakes.ports import InMemoryLake
from tests.unit.core.gate.holdouts import holdout
from tests.unit.workflows.test_gate import stored

NOW = datetime(2019, 3, 1, 8, tzinfo=UTC)
POLICY = GatePolicy(resamples=100)
MODEL = "nba_games"
SINCE, AS_OF = date(2018, 11, 1), date(2019, 3, 1)


def training(
    lake: InMemoryLake,
    training_id: str,
    *,
    rows: Holdout | None = None,
    champion: str | None = "4",
    since: date | None = SINCE,
    as_of: date = AS_OF,
) -> None:
    """Add a training to a lake, with its holdout."""
    made = stored(holdout(n=400) if rows is None else rows, champion=champion, as_of=as_of)
    old = TrainingRecord.model_validate_json(made.read(training_keys.training_record(MODEL, "new")))
    record = old.model_copy(update={"training_id": training_id, "holdout_since": since})
    lake.write(training_keys.training_record(MODEL, training_id), record.model_dump_json().encode())
    key = training_keys.training_holdout
    lake.write(key(MODEL, training_id), made.read(key(MODEL, "new")))


def judged(lake: InMemoryLake, training_id: str) -> tuple[GateDecision, GateResponse]:
    request = GateRequest(model=MODEL, training_id=training_id)
    response = gate(request, lake=lake, policy=POLICY, now=NOW)
    key = training_keys.training_verdict(MODEL, training_id)
    return GateDecision.model_validate_json(lake.read(key)), response


def test_each_attempt_on_a_holdout_counts_and_people_are_told() -> None:
    lake = InMemoryLake()
    decisions = []
    for number in range(1, 4):
        training(lake, f"t{number}")
        decisions.append(judged(lake, f"t{number}"))
    records = [record for record, _ in decisions]
    assert [each.attempts for each in records] == [1, 2, 3]
    assert [each.earlier for each in records] == [(), ("t1",), ("t1", "t2")]
    assert [round(each.level, 4) for each in records] == [0.95, 0.9833, 0.9917]
    assert "were judged against this champion" not in decisions[0][1].message
    assert "2 other challengers were judged against this champion on rows of this holdout" in decisions[2][1].message
    assert "99.17 % interval" in decisions[2][1].message


def test_judging_a_training_again_is_no_further_attempt() -> None:
    lake = InMemoryLake()
    training(lake, "t1")
    assert judged(lake, "t1") == judged(lake, "t1")
    training(lake, "t2")
    assert judged(lake, "t2")[0].attempts == 2


@pytest.mark.parametrize(
    ("since", "as_of", "attempts"),
    [
        (date(2018, 11, 1), date(2019, 3, 1), 2),
        (date(2019, 2, 28), date(2019, 9, 1), 2),  # one day in common
        (date(2019, 3, 1), date(2019, 9, 1), 1),  # the day after the other's last one
        (date(2018, 1, 1), date(2018, 11, 1), 1),  # an earlier `as_of`, asked for by a person
        (None, date(2019, 9, 1), 2),  # of a table without times, or an older training
    ],
)
def test_only_holdouts_that_share_rows_count(since: date | None, as_of: date, attempts: int) -> None:
    lake = InMemoryLake()
    training(lake, "t1")
    judged(lake, "t1")
    training(lake, "t2", since=since, as_of=as_of)
    assert judged(lake, "t2")[0].attempts == attempts


def test_a_new_champion_is_a_new_question() -> None:
    lake = InMemoryLake()
    for number, champion in enumerate(("4", "4", "6", None, None)):
        training(lake, f"t{number}", champion=champion)
    assert [judged(lake, f"t{number}")[0].attempts for number in range(5)] == [1, 2, 1, 1, 2]


def test_what_was_rejected_before_anything_was_compared_looked_at_nothing() -> None:
    lake = InMemoryLake()
    training(lake, "t1", rows=holdout(n=90))
    assert judged(lake, "t1")[0].rule == "too_few_rows"
    training(lake, "t2")
    assert judged(lake, "t2")[0].attempts == 1


def test_another_model_is_none_of_its_attempts() -> None:
    lake = InMemoryLake()
    training(lake, "t1")
    judged(lake, "t1")
    lake = InMemoryLake({key.replace(f"/{MODEL}/", "/churn/"): content for key, content in lake.objects.items()})
    training(lake, "t2")
    assert judged(lake, "t2")[0].attempts == 1


def test_a_decision_whose_training_was_removed_counts_as_one_that_shares_rows() -> None:
    lake = InMemoryLake()
    training(lake, "t1")
    judged(lake, "t1")
    lake.remove([training_keys.training_record(MODEL, "t1")])
    training(lake, "t2")
    assert judged(lake, "t2")[0].attempts == 2


def test_a_decision_of_an_older_program_was_made_at_the_usual_level() -> None:
    lake = InMemoryLake()
    training(lake, "t1")
    written = judged(lake, "t1")[0].model_dump(mode="json")
    for new in ("attempts", "level", "earlier"):
        del written[new]
    for comparison in written["comparisons"]:
        del comparison["level"]
    read = GateDecision.model_validate(written)
    assert (read.attempts, read.level) == (1, 0.95)
    assert {each.level for each in read.comparisons} == {0.95}
