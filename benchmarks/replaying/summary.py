"""Figures of a policy on streams that differ by their seed alone, beside the first policy on the same streams."""

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from scipy.stats import t

DAYS_OF_A_YEAR = 365.25
Figures = dict[str, Any]


def summary(mine: Sequence[Figures], first: Sequence[Figures]) -> Figures:
    """Return the means of a policy's figures over streams, and its loss less the first policy's on the same ones.

    False retrains are counted in a year of days on which nothing changes.
    """
    quiet = sum(each["quiet_days"] for each in mine) / DAYS_OF_A_YEAR
    delays = [delay for each in mine for delay in each["delays"]]
    answered = [delay for delay in delays if delay is not None]
    return {
        "policy": mine[0]["policy"],
        "streams": len(mine),
        "log_loss": round(fmean(each["log_loss"] for each in mine), 5),
        "versus_first": None if mine is first else _paired(mine, first),
        "accuracy": round(fmean(each["accuracy"] for each in mine), 4),
        "trainings": round(fmean(each["trainings"] for each in mine), 2),
        "promotions": round(fmean(each["promotions"] for each in mine), 2),
        "recalibrations": round(fmean(each["recalibrations"] for each in mine), 2),
        "changes": len(delays),
        "answered": len(answered),
        "delay": round(fmean(answered), 1) if answered else None,
        "false_retrains": sum(each["false_retrains"] for each in mine),
        "false_retrains_a_year": round(sum(each["false_retrains"] for each in mine) / quiet, 2),
        "false_alerts_a_year": round(sum(each["alerted"]["false_alerts"] for each in mine) / quiet, 2),
        "seconds": round(fmean(each["seconds"] for each in mine), 2),
    }


def _paired(mine: Sequence[Figures], first: Sequence[Figures]) -> Figures:
    """Return the mean difference of the log loss and its 95 % interval by Student's t over the streams.

    The interval of a stream that stands alone is its replay's own, from drawing parts of the calendar again.
    """
    if len(mine) == 1:
        return {name: round(value, 5) for name, value in mine[0]["versus_first"].items()}
    apart = [each["log_loss"] - other["log_loss"] for each, other in zip(mine, first, strict=True)]
    mean, count = fmean(apart), len(apart)
    half = float(t.ppf(0.975, count - 1)) * stdev(apart) / math.sqrt(count)
    return {"difference": round(mean, 5), "low": round(mean - half, 5), "high": round(mean + half, 5)}
