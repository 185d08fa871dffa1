"""The gate judges real games: a champion trained on half of the history against challengers trained on all of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from courtside.core.evaluation import auc, majority_baseline, score
from courtside.core.features import build_features
from courtside.core.games import read_games
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from courtside.core.training.candidates.logistic_regression import CANDIDATE
from courtside.core.training.fit import feature_frame, labels
from courtside.core.training.split import split_rows
from courtside.datasets.catalog import load_dataset
from tests.unit.core.evaluation.samples import expit

REAL_GAMES = Path(__file__).parents[5] / "shared" / "data" / "nba_games.csv.gz"
DATASET = load_dataset("nba_games")
NEWEST = 43_485
POLICY = GatePolicy()

pytestmark = pytest.mark.skipif(not REAL_GAMES.is_file(), reason="the real games are not beside the project")


@pytest.fixture(scope="module")
def retrained() -> Holdout:
    """Return the probabilities of two logistic regressions; the champion was trained on the older half of the rows."""
    features = build_features(read_games(REAL_GAMES).table, dataset=DATASET)
    split = split_rows(features.slice(features.num_rows - NEWEST), dataset=DATASET)
    held = split.test.slice(split.test.num_rows // 2)
    said = []
    for rows in (split.train, split.train.slice(0, split.train.num_rows // 2)):
        model = CANDIDATE.build(CANDIDATE.params).fit(feature_frame(rows, DATASET), labels(rows, DATASET))
        said.append(np.asarray(model.predict_proba(feature_frame(held, DATASET)))[:, 1])
    phases = held.column("season_phase").to_numpy().astype(np.int64).astype(np.str_)
    baseline = majority_baseline(labels(split.train, DATASET), rows=held.num_rows)
    return Holdout(labels(held, DATASET), said[0], champion=said[1], baseline=baseline, segments=phases)


def test_a_challenger_trained_later_is_promoted(retrained: Holdout) -> None:
    verdict = judge(retrained, policy=POLICY, fresher_by=365)
    assert verdict.promote, verdict.reason
    assert len([comparison for comparison in verdict.comparisons if "segment" in comparison.name]) == 3


def test_a_first_champion_is_promoted(retrained: Holdout) -> None:
    assert judge(replace(retrained, champion=None), policy=POLICY).rule == "first_champion"


def test_shuffled_predictions_are_rejected(retrained: Holdout) -> None:
    shuffled = np.random.default_rng(0).permutation(retrained.challenger)
    assert judge(replace(retrained, challenger=shuffled), policy=POLICY).rule == "floor"


def test_overconfident_probabilities_of_the_same_order_are_rejected(retrained: Holdout) -> None:
    logits = np.log(retrained.challenger / (1 - retrained.challenger))
    sure = replace(retrained, challenger=expit(1.4 * logits))
    assert score(auc, sure.labels, sure.challenger) == score(auc, retrained.labels, retrained.challenger)
    verdict = judge(sure, policy=POLICY, fresher_by=365)
    assert (verdict.promote, verdict.rule) == (False, "log_loss")
    lenient = judge(sure, policy=GatePolicy(log_loss_margin=1), fresher_by=365)
    assert (lenient.promote, lenient.rule) == (False, "calibration")
