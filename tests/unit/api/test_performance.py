"""`courtside.performance` gives what the command shows as frames."""

from types import SimpleNamespace

import pytest

import courtside
from tests.fakes.judging import MONDAY, JudgedLoans, days


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> JudgedLoans:
    made = JudgedLoans()
    made.promote("1", 1.0)
    made.promised("1")
    models = SimpleNamespace(lake=made.lake, only=lambda: made.dataset.name, dataset=lambda _: made.dataset)
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {})
    monkeypatch.setattr("courtside.bootstrap.stage.deployed_models", lambda _: models)
    made.week(wrong=2)
    made.check(MONDAY + days(7))
    return made


@pytest.mark.usefixtures("stage")
def test_lines_and_the_curve_are_frames() -> None:
    found = courtside.performance(by="branch", since="2026-03-01")
    frame = found.to_frame()
    assert frame.shape[0] == 2 * 5
    assert set(frame["segment"]) == {"north", "south"}
    assert (frame["share_labelled"] == 1).all()
    assert (frame["first_value"] == frame["value"]).all()
    assert found.to_arrow().num_rows == 10
    curve = found.curve_frame()
    assert list(curve.columns) == ["days", "rows", "labelled", "share"]
    assert curve["share"].iloc[-1] == 1
    assert found.to_dict()["model"] == "loans"
    tests = found.tests_frame()
    assert list(tests["opponent"]) == ["promise", "best_promise", "baseline", "recalibrated"]
    assert set(tests["loss"]) == {"log_loss"}
    assert set(found.tests_frame("brier_score")["loss"]) == {"brier_score"}


@pytest.mark.usefixtures("stage")
def test_it_shows_itself_as_the_command_does() -> None:
    told = repr(courtside.performance(model="loans")).splitlines()
    assert told[0] == "from\trows\tlabels\tAUC\t95 %\ttrend\tpromise"
    assert told[1].startswith("2026-03-09\t84\t100% in\t0.")
    assert told[2].startswith("version 1 promised 0.")


@pytest.mark.usefixtures("stage")
def test_windows_of_a_day_are_judged_now() -> None:
    assert courtside.performance(window="1d").told.lines.num_rows == 7 * 5


@pytest.mark.usefixtures("stage")
def test_bad_input_is_named() -> None:
    with pytest.raises(courtside.BadInput, match="not whole days"):
        courtside.performance(window="36h")
    with pytest.raises(courtside.BadInput, match="no figures by plan; there are figures by branch"):
        courtside.performance(by="plan")
