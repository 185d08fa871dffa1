"""The trainings of a replay: a champion is judged by no row that it learned from, and can be recalibrated."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.core.training.candidates import REGISTRY
from courtside.workflows.backtest import Plan, Stream, Version
from courtside.workflows.backtest.training import Trainer
from tests.fakes.replayed_streams import FIRST, VISITS, visit_stream

BEGIN = FIRST + timedelta(days=200)
PLAN = Plan(BEGIN, FIRST + timedelta(days=400), candidates=[REGISTRY["logistic_regression"]])


@pytest.fixture(scope="module")
def stream() -> Stream:
    return visit_stream(days=400, a_day=20)


def request(days: int, *, recalibrate: bool = False) -> RetrainingRequest:
    return RetrainingRequest(
        model="visits",
        training_id=f"t{days}",
        as_of=BEGIN + timedelta(days=days),
        trigger=Trigger.MANUAL,
        reason="test",
        recalibrate=recalibrate,
    )


def champion(stream: Stream, *, refit: bool = True) -> tuple[Trainer, Version]:
    dataset = replace(VISITS, retrain=replace(VISITS.retrain, refit=refit))
    trainer = Trainer(stream, PLAN, dataset)
    return trainer, trainer.again("1", request(0), None)


@pytest.mark.parametrize("fit", [("refit", True, 4_000), ("judged", False, 3_200)], ids=lambda fit: fit[0])
def test_a_version_has_learned_from_all_rows_or_from_its_training_part(
    stream: Stream, fit: tuple[str, bool, int]
) -> None:
    _, refit, learned = fit
    assert champion(stream, refit=refit)[1].learned_before == learned


def test_a_champion_is_judged_by_what_it_said_before_it_learned(stream: Stream) -> None:
    _, version = champion(stream)
    said = version.said_unseen(stream, np.arange(3_400, 4_200))
    selection, judged, later = said[:200], said[200:600], said[600:]
    assert np.isnan(selection).all(), "nobody kept what was said of the rows that selected it"
    assert judged.tolist() == [version.judged[place] for place in range(3_600, 4_000)]
    assert (later == version.said(stream, 4_000, 4_200)).all()
    assert (judged != version.said(stream, 3_600, 4_000)).any(), "the fit on all rows is another one"


def test_a_recalibrated_champion_is_one_of_the_same_model(stream: Stream) -> None:
    trainer, version = champion(stream)
    trained = trainer.train(request(60, recalibrate=True), number="2", champion=version, earlier=())
    made = trained.version
    assert made is not None
    assert trained.verdict is not None
    assert trained.verdict.rule in {"better_probabilities", "no_better_probabilities"}
    assert (made.of, made.as_of, made.data_until, made.profile) == (
        version,
        version.as_of,
        version.data_until,
        version.profile,
    )
    place = np.argsort(version.said(stream, 4_000, 4_200))
    assert (np.diff(made.said(stream, 4_000, 4_200)[place]) >= 0).all(), "a map of probabilities keeps their order"
    again = trainer.again("2", request(60, recalibrate=True), version)
    assert (again.said(stream, 5_000, 5_100) == made.said(stream, 5_000, 5_100)).all()


def test_too_few_rows_make_a_failed_training(stream: Stream) -> None:
    trainer, version = champion(stream)
    trained = trainer.train(request(2, recalibrate=True), number="2", champion=version, earlier=())
    assert trained.version is None
    assert "a recalibration of visits needs" in trained.failure
