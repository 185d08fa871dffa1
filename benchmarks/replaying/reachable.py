"""What could be reached by who knew that only the newest rows count: no policy, but a yardstick for policies."""

from datetime import timedelta
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from courtside.core.dataset import FeatureKind
from courtside.core.evaluation import log_losses
from courtside.workflows.backtest import Plan, Stream

NEWEST_DAYS = 90


def reachable(stream: Stream, plan: Plan) -> float:
    """Return the log loss of a logistic regression of the newest 90 days, fitted in each round and never judged."""
    features, losses = _numbers(stream), []
    for day, until in plan.rounds():
        known_before = plan.known_before(day)
        past = slice(stream.position(known_before - timedelta(days=NEWEST_DAYS)), stream.position(known_before))
        rows = slice(stream.position(day), stream.position(until))
        model = LogisticRegression(max_iter=1_000).fit(features[past], stream.labels[past])
        losses.append(log_losses(stream.labels[rows], model.predict_proba(features[rows])[:, 1]))
    return float(np.concatenate(losses).mean())


def _numbers(stream: Stream) -> Any:
    """Return the features as numbers, shape (n, d): scaled, and a column for each category."""
    features = stream.dataset.features
    worded = [each.name for each in features if each.kind is FeatureKind.CATEGORICAL]
    others = [each.name for each in features if each.name not in worded]
    scaled = StandardScaler().fit_transform(stream.frame[others].astype(np.float64))
    return np.hstack([scaled, OneHotEncoder(sparse_output=False).fit_transform(stream.frame[worded])])
