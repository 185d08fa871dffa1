"""One model that fails or hangs hurts no other, whatever happens to its round, and people hear of it once."""

from datetime import UTC, datetime, timedelta

from courtside.contracts.rounds import WatchRequest
from tests.integration.watch.conftest import Watched

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WELL = tuple(f"well-{number}" for number in range(6))
ILL = ("failing-1", "hanging-1", "unjudged-1", "unpredicted-1", "unreceived-1")


def test_a_failing_and_a_hanging_model_hurt_no_other_and_are_told_once(watched: Watched) -> None:
    assert watched.end(watched.start("nobody", WatchRequest(as_of=NOON))) == "SUCCEEDED"
    watched.add(*WELL, *ILL, now=NOON)
    first = watched.start("first", WatchRequest(as_of=NOON))
    # Two rounds at once are one round too many, and nothing worse.
    at_once = watched.start("at-once", WatchRequest(as_of=NOON))
    assert [watched.end(first), watched.end(at_once)] == ["SUCCEEDED", "SUCCEEDED"]
    found = watched.outcomes("first")
    assert {each: found[each].outcome for each in (*WELL, *ILL)} == dict.fromkeys(WELL, "nothing") | dict.fromkeys(
        ILL, "failed"
    )
    assert found["failing-1"].reason.startswith("check_drift failed with ")
    assert found["failing-1"].reason.endswith(": no reference of failing-1")
    assert found["hanging-1"].reason.startswith("check_drift failed with States.Timeout")
    assert "the file is locked" in found["unreceived-1"].reason
    for model, step, why in (
        ("unpredicted-1", "predict", "the model cannot be opened"),
        ("unjudged-1", "check_performance", "the labels are cut off"),
    ):
        assert found[model].reason.startswith(f"{step} failed with ")
        assert found[model].reason.endswith(f": {why}")
    # Whatever fails, the other steps of the model are made.
    assert {each: (found[each].predicted, found[each].judged) for each in (WELL[0], *ILL)} == {
        **dict.fromkeys((WELL[0], "failing-1", "hanging-1", "unreceived-1"), (5, 2)),
        "unjudged-1": (5, 0),
        "unpredicted-1": (0, 2),
    }
    assert watched.told() == [f"{each} cannot be watched" for each in sorted(ILL)]
    record = watched.record("unreceived-1")
    assert record is not None
    # Its check was made all the same.
    assert (record.failing, record.next_due) == (("receive_rows",), NOON + timedelta(days=1))
    assert watched.end(watched.start("second", WatchRequest(as_of=NOON + HOUR))) == "SUCCEEDED"
    assert watched.outcomes("second").keys() == set(ILL)
    assert watched.told() == []


def test_a_round_that_was_stopped_half_way_is_completed_by_the_next(watched: Watched) -> None:
    late = NOON + timedelta(days=1)
    stopped = watched.start("stopped", WatchRequest(as_of=late))
    watched.aws.client("stepfunctions").stop_execution(executionArn=stopped)
    assert watched.end(stopped) == "ABORTED"
    assert watched.end(watched.start("completed", WatchRequest(as_of=late + HOUR))) == "SUCCEEDED"
    for model in WELL:
        record = watched.record(model)
        assert record is not None
        assert record.next_due == late + timedelta(days=1)
