"""A round looks at what is due and keeps what came of it; a model that fails hurts no other and is told once."""

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.rounds import Arrived, Checked, DueModel, Judged, Predicted, SettleRequest, StepFailure
from courtside.contracts.versioned import TooNew
from courtside.core.watch import NOTHING_CAME
from courtside.workflows.ports import LedgerWrite
from tests.fakes.rounds import (
    BROKEN,
    DAY,
    FAILS,
    HOUR,
    NO_CHAMPION,
    NO_FILES,
    NO_WINDOW,
    NOON,
    WELL,
    WORKS,
    Rounds,
    failing,
)


def test_the_first_round_does_everything_and_then_each_model_has_its_own_rhythm(rounds: Rounds) -> None:
    rounds.add("weekly", more="watch: {every: 7d}\n")
    assert {each.outcome for each in rounds.round(NOON).values()} == {"nothing"}
    assert rounds.round(NOON + HOUR) == {}
    assert rounds.round(NOON + DAY).keys() == {"a", "b", "c"}
    assert rounds.round(NOON + 7 * DAY).keys() == {"a", "b", "c", "weekly"}
    # Rounds that were missed are made up for by one, and the hour stays.
    assert rounds.record("a").next_due == NOON + 8 * DAY
    assert rounds.told == []


def test_files_that_wait_make_only_their_own_model_due_and_only_until_they_are_taken_in(rounds: Rounds) -> None:
    rounds.round(NOON)
    rounds.incoming.put("b/march.csv", b"1")
    rounds.incoming.put("nobody/march.csv", b"1")
    rounds.incoming.put("beside.csv", b"1")
    _, (due,) = rounds.find(NOON + HOUR)
    assert (due.model, due.receive, due.check) == ("b", True, False)
    # Only rows that really arrive are predicted.
    assert (due.predict, due.judge) == (False, False)
    waiting = Arrived(files=1, rows=9, waiting=1)
    rounds.receive = lambda _: waiting
    assert rounds.round(NOON + HOUR)["b"].rows == 9
    rounds.receive = lambda _: waiting.model_copy(update={"waiting": 0})
    assert rounds.round(NOON + 2 * HOUR)["b"].outcome == "received"
    assert rounds.round(NOON + 3 * HOUR) == {}
    # An upload in parts has the time at which it began, which may lie before that of a file that is known.
    content, at = rounds.incoming.contents["b/march.csv"]
    rounds.incoming.contents["b/february.csv"] = (content, at - DAY)
    assert rounds.round(NOON + 4 * HOUR).keys() == {"b"}
    rounds.incoming.contents["b/february.csv"] = (b"corrected", at - DAY)
    assert rounds.round(NOON + 5 * HOUR).keys() == {"b"}
    assert rounds.record("b").last_outcome == "nothing"


def test_a_round_says_how_many_files_are_in_a_folder_of_no_model(rounds: Rounds) -> None:
    rounds.models.remove("c", now=NOON)
    for path in ("nobody/a.csv", "beside.csv", "c/late.csv", "a/march.csv", "nobody/"):
        rounds.incoming.put(path, b"1")
    found, _ = rounds.find(NOON)
    assert (found.astray, found.astray_file) == (3, "s3://team/incoming/beside.csv")


def test_a_model_with_a_place_of_its_own_is_asked_every_round(rounds: Rounds) -> None:
    rounds.add("team", more="incoming: s3://team-bucket/churn/\n")
    rounds.round(NOON)
    _, (due,) = rounds.find(NOON + HOUR)
    assert (due.model, due.receive, due.check) == ("team", True, False)


def test_a_changed_contract_is_due_at_once(rounds: Rounds) -> None:
    rounds.round(NOON)
    rounds.add("a", more="version: 2\nwatch: {every: 12h}\n")
    assert rounds.round(NOON + HOUR)["a"].outcome == "nothing"
    assert rounds.round(NOON + 12 * HOUR).keys() == {"a"}


def test_paused_and_removed_models_are_not_due(rounds: Rounds) -> None:
    rounds.models.pause("a")
    rounds.models.remove("b", now=NOON)
    answer, due = rounds.find(NOON)
    assert [each.model for each in due] == ["c"]
    assert (answer.models, answer.paused, answer.due, answer.checks, answer.arrivals) == (1, 1, 1, 1, 1)
    rounds.models.resume("a")
    assert rounds.round(NOON).keys() == {"a", "c"}


def test_a_person_may_ask_for_everything_or_for_one_model_without_moving_the_rhythm(rounds: Rounds) -> None:
    rounds.round(NOON)
    assert rounds.round(NOON + HOUR, everything=True).keys() == {"a", "b", "c"}
    assert rounds.round(NOON + HOUR, model="b", everything=True).keys() == {"b"}
    assert rounds.record("b").next_due == NOON + DAY
    # A check of a day long past says nothing about today, and one of a day to come puts nothing off.
    rounds.check = failing("b")
    assert rounds.round(NOON - 30 * DAY, everything=True)["b"].outcome == "failed"
    assert rounds.record("b").last_outcome == "nothing"
    due = next(each for each in rounds.find(NOON + 900 * DAY, everything=True)[1] if each.model == "a")
    rounds.settle.run(rounds.answered(due), now=NOON + 2 * HOUR)
    assert rounds.record("a").next_due == NOON + DAY
    assert rounds.told == []


def test_one_failing_model_hurts_no_other_and_is_told_once_until_it_works_again(rounds: Rounds) -> None:
    rounds.check = failing("b")
    found = rounds.round(NOON)
    assert {name: each.outcome for name, each in found.items()} == {"a": "nothing", "b": "failed", "c": "nothing"}
    assert rounds.told == [FAILS.format("b")]
    assert "check_drift failed with DocumentDamaged: the reference is cut off" in rounds.alerts.sent[0].text
    tried = [hours for hours in range(1, 100) if rounds.round(NOON + hours * HOUR, f"later-{hours}").get("b")]
    # Again at once, then after as long as it has been failing, and at least once a day.
    assert tried == [1, 2, 4, 8, 16, 32, 56, 80]
    assert rounds.told == [FAILS.format("b")]
    assert rounds.find(NOON + 100 * HOUR)[0].failing == 1
    rounds.check = failing()
    rounds.round(NOON + 104 * HOUR)
    assert rounds.told == [FAILS.format("b"), WORKS.format("b")]
    assert "since 2026-11-29 12:01 UTC" in rounds.alerts.sent[1].text
    assert rounds.record("b").next_due == NOON + 128 * HOUR
    rounds.check = failing("b")
    rounds.round(NOON + 128 * HOUR)
    assert rounds.told == [FAILS.format("b"), WORKS.format("b"), FAILS.format("b")]


def test_rows_that_cannot_be_taken_in_do_not_keep_a_model_from_its_check(rounds: Rounds) -> None:
    rounds.receive = lambda due: BROKEN if due.model == "a" else NO_FILES
    assert rounds.round(NOON)["a"].outcome == "failed"
    record = rounds.record("a")
    assert (record.failing, record.next_due) == (("receive_rows",), NOON + DAY)
    for hours in (1, 2, 24):
        assert "a" in rounds.round(NOON + hours * HOUR)
    assert rounds.told == [FAILS.format("a")]
    rounds.receive = lambda _: NO_FILES
    assert rounds.round(NOON + 25 * HOUR).keys() == {"a"}
    assert rounds.told == [FAILS.format("a"), WORKS.format("a")]


@pytest.mark.parametrize(
    ("step", "field", "done"),
    [("predict", "predict", NO_CHAMPION), ("check_performance", "judge", NO_WINDOW)],
)
def test_what_cannot_predict_or_judge_is_tried_again_alone_and_less_and_less_often(
    rounds: Rounds, step: str, field: str, done: Predicted | Judged
) -> None:
    setattr(rounds, field, lambda due: BROKEN if due.model == "b" else done)
    rounds.round(NOON)
    assert rounds.told == [FAILS.format("b")]
    record = rounds.record("b")
    assert (record.failing, record.last_rule, record.next_due) == ((step,), step, NOON + DAY)
    _, (due,) = rounds.find(NOON + HOUR)
    others = {"receive", "predict", "check", "judge"} - {field}
    assert (due.model, getattr(due, field), [getattr(due, each) for each in others]) == ("b", True, [False] * 3)
    tried = [hours for hours in range(1, 24) if rounds.round(NOON + hours * HOUR, f"later-{hours}").get("b")]
    assert tried == [1, 2, 4, 8, 16]
    # The check is due in its own rhythm, whatever else fails.
    assert rounds.round(NOON + DAY)["b"].outcome == "failed"
    assert rounds.record("b").next_due == NOON + 2 * DAY
    setattr(rounds, field, lambda _: done)
    mended = rounds.round(NOON + 32 * HOUR)["b"]
    assert mended.outcome == "scored"
    assert rounds.told == [FAILS.format("b"), WORKS.format("b")]
    assert rounds.round(NOON + 33 * HOUR) == {}


def test_a_round_says_what_was_predicted_set_aside_and_judged(rounds: Rounds) -> None:
    rounds.predict = lambda _: Predicted(version="3", predicted=15, set_aside=1)
    rounds.judge = lambda _: Judged(stated=2, restated=1)
    found = rounds.round(NOON)["a"]
    assert (found.outcome, found.predicted, found.set_aside, found.judged) == ("nothing", 15, 1, 3)


@pytest.mark.parametrize(
    ("predicted", "said"),
    [
        (Predicted(version="3", predicted=15, set_aside=1, problems=("1 row lacks x",)), ("1 row lacks x",)),
        (Predicted(version="3", unchanged=15), ()),
        (Predicted(version="3"), (NOTHING_CAME,)),
        (Predicted(problems=("a has no champion yet",)), ("a has no champion yet",)),
        (
            Predicted(version="3", problems=("one", "two", "three", "four", "x" * 900)),
            ("one", "two", "three", "and 2 more"),
        ),
    ],
)
def test_a_round_says_why_it_predicted_nothing_until_one_predicts(
    rounds: Rounds, predicted: Predicted, said: tuple[str, ...]
) -> None:
    rounds.predict = lambda _: predicted
    assert rounds.round(NOON)["a"].predictions == rounds.record("a").predictions == said
    rounds.receive = lambda _: Arrived(files=1)
    rounds.round(NOON + HOUR)  # nothing is predicted in this one, so that the earlier word stands
    assert rounds.record("a").predictions == said
    rounds.predict = lambda _: Predicted(version="3", predicted=1)
    rounds.round(NOON + DAY)
    assert rounds.record("a").predictions == ()


def test_rows_that_arrive_often_do_not_put_off_a_check_that_failed(rounds: Rounds) -> None:
    rounds.add("team", more="incoming: s3://team-bucket/churn/\n")
    rounds.receive = lambda _: Arrived(files=1, rows=9)
    rounds.predict = rounds.check = lambda _: BROKEN
    tried: list[int] = []
    for hours in range(60):
        _, due = rounds.find(NOON + hours * HOUR, model="team")
        tried += [hours for each in due if each.check]
        for each in due:
            rounds.settle.run(rounds.answered(each), now=NOON + hours * HOUR)
    assert tried == [0, 1, 2, 4, 8, 16, 32, 56]


def written_by_hand(rounds: Rounds, key: str, document: str) -> None:
    entry = rounds.ledger.get(key)
    rounds.ledger.put(LedgerWrite(key, document, entry.revision if entry else 0))


@pytest.mark.parametrize(
    ("document", "says"),
    [('{"name": "b"', "changed it by hand"), ("[]", "changed it by hand"), ('{"name": "b", "format": 99}', "newer")],
)
def test_an_entry_that_cannot_be_read_is_told_once_and_keeps_no_other_model_from_its_turn(
    rounds: Rounds, document: str, says: str
) -> None:
    before = rounds.ledger.get(ledger_keys.stage_model("b"))
    assert before is not None
    written_by_hand(rounds, ledger_keys.stage_model("b"), document)
    for hours in range(3):
        found = rounds.round(NOON + hours * HOUR)
        assert found["b"].outcome == "failed"
        assert says in found["b"].reason
    assert rounds.record("a").last_outcome == rounds.record("c").last_outcome == "nothing"
    assert rounds.told == [FAILS.format("b")]
    written_by_hand(rounds, ledger_keys.stage_model("b"), before.document)
    assert rounds.round(NOON + 3 * HOUR)["b"].outcome == "nothing"
    assert rounds.told == [FAILS.format("b"), WORKS.format("b")]
    assert rounds.round(NOON + 4 * HOUR) == {}


def test_a_record_that_was_damaged_by_hand_is_begun_anew(rounds: Rounds) -> None:
    rounds.round(NOON)
    written_by_hand(rounds, ledger_keys.model_round("b"), '{"model": "b", "next_due": "soon"}')
    assert rounds.round(NOON + HOUR).keys() == {"b"}
    assert rounds.record("b").next_due == NOON + DAY + HOUR


def test_a_record_of_a_newer_courtside_is_refused_by_name_and_not_overwritten(rounds: Rounds) -> None:
    newer = '{"model": "b", "format": 99, "score": 1}'
    written_by_hand(rounds, ledger_keys.model_round("b"), newer)
    _, due = rounds.find(NOON)
    assert [each.model for each in due if each.problem] == ["b"]
    with pytest.raises(TooNew, match="ModelRound b has format 99"):
        rounds.settle.run(rounds.answered(next(each for each in due if each.problem)), now=NOON)
    entry = rounds.ledger.get(ledger_keys.model_round("b"))
    assert entry is not None
    assert entry.document == newer


def test_a_contract_made_invalid_by_hand_fails_only_its_own_model(rounds: Rounds) -> None:
    rounds.lake.write(rounds.models.show("b").contract_key, b"name: b\n")

    def check(due: DueModel) -> Checked | StepFailure:
        try:
            return WELL if rounds.models.dataset(due.model) else BROKEN
        except Exception as error:  # noqa: BLE001 — the function would end with it
            return StepFailure(error=type(error).__name__, cause=str(error))

    rounds.check = check
    found = rounds.round(NOON)
    assert (found["a"].outcome, found["b"].outcome, found["c"].outcome) == ("nothing", "failed", "nothing")
    assert "ContractChanged" in found["b"].reason
    assert rounds.told == [FAILS.format("b")]


def test_a_step_of_a_newer_release_may_say_more_than_settle_knows(rounds: Rounds) -> None:
    due = rounds.find(NOON, model="a")[1][0].model_dump(mode="json")
    answers = {"checked": {"decision": "nothing", "score": 1}, "arrived": {"files": 0, "late": 2}, "new": True}
    assert rounds.settle.run(SettleRequest.model_validate({**due, **answers}), now=NOON).outcome == "nothing"


def test_files_that_nobody_looks_at_are_an_incident_of_the_stage_that_stops_no_round(rounds: Rounds) -> None:
    rounds.incoming.put("strange/a.csv", b"1")
    rounds.incoming.put("beside.csv", b"2")
    rounds.alerts.failures = 1
    for hours in range(3):
        assert len(rounds.find(NOON + hours * HOUR)[1]) == 3
    assert rounds.told == ["2 files in folders of no model"]
    assert "strange: 1, such as s3://team/incoming/strange/a.csv" in rounds.alerts.sent[0].text
    rounds.incoming.put("other/a.csv", b"3")
    rounds.find(NOON + 4 * HOUR)
    for path in ("strange/a.csv", "other/a.csv", "beside.csv"):
        rounds.incoming.remove(path)
    for hours in (5, 6):
        rounds.find(NOON + hours * HOUR)
    assert [each.telling for each in rounds.alerts.sent] == ["opened", "updated", "resolved"]
    assert {each.kind for each in rounds.alerts.sent} == {"files_astray"}
