"""The columns of the archives that queries read: add columns at the end, never change one."""

from typing import Any

import pyarrow as pa

_TIME = pa.timestamp("us", tz="UTC")


def _schema(*fields: "pa.Field[Any]") -> pa.Schema:
    return pa.schema(list(fields))


def _always(name: str, kind: pa.DataType) -> "pa.Field[Any]":
    return pa.field(name, kind, nullable=False)


PREDICTIONS = _schema(
    _always("id", pa.string()),
    pa.field("time", _TIME),
    _always("as_of", pa.date32()),
    _always("made_at", _TIME),
    _always("version", pa.string()),
    _always("sha256", pa.string()),
    _always("role", pa.string()),
    _always("prediction", pa.float64()),
    _always("features_hash", pa.string()),
    _always("revision", pa.int32()),
    pa.field("segments", pa.map_(pa.string(), pa.string())),
    pa.field("contributions", pa.map_(pa.string(), pa.float64())),
    pa.field("in_hindsight", pa.bool_()),
    pa.field("local_day", pa.date32()),
)
"""A prediction: of which row, made when and as of which day, by which version in which role.

`prediction` is the probability of class 1, `time` the row's own; `revision` counts the predictions of a row by a
version as of a day, from 1. `in_hindsight` marks those that were made when a later day had been predicted already, so
that they never count as what was believed; `local_day` is the day of `time` in the zone that the row's file
names. Both are null in files from before these columns.
"""

LABELS = _schema(
    _always("id", pa.string()),
    pa.field("label", pa.string()),
    _always("known_on", pa.date32()),
    _always("recorded_at", _TIME),
    _always("source", pa.string()),
    _always("revision", pa.int32()),
)
"""What became known about a row, as text; null takes back what was known. `revision` counts those of a row, from 1."""

PERFORMANCE = _schema(
    _always("window_start", pa.date32()),
    _always("window_end", pa.date32()),
    _always("version", pa.string()),
    _always("role", pa.string()),
    pa.field("segment_column", pa.string()),
    pa.field("segment", pa.string()),
    _always("metric", pa.string()),
    pa.field("value", pa.float64()),
    pa.field("low", pa.float64()),
    pa.field("high", pa.float64()),
    _always("rows", pa.int64()),
    _always("labelled", pa.int64()),
    _always("predicted", pa.int64()),
    _always("blocks", pa.int64()),
    pa.field("baseline", pa.float64()),
    pa.field("promise", pa.float64()),
    pa.field("promise_low", pa.float64()),
    pa.field("promise_high", pa.float64()),
    pa.field("difference", pa.float64()),
    pa.field("difference_low", pa.float64()),
    pa.field("difference_high", pa.float64()),
    _always("stated_on", pa.date32()),
    _always("recorded_at", _TIME),
    _always("statement", pa.int32()),
    _always("files", pa.int64()),
)
"""What was said about a window's performance: a row for each version, part (null: the whole) and metric.

`rows` are those that any version predicted, `predicted` those that this one did, `labelled` those of them whose label
is known, which `value` and its 95 % interval are counted on; they lie in `blocks` blocks. `baseline` is the figure of a
constant, `promise` that of the version's holdout, and `difference` the champion's figure less that of a version in
another role, on the rows that both predicted. `statement` counts what was said about the window, from 1: it is restated
when labels come or change. `files` is from how many files of predictions and labels it was made.
"""

EVIDENCE = _schema(
    _always("window_start", pa.date32()),
    _always("window_end", pa.date32()),
    _always("day", pa.date32()),
    _always("version", pa.string()),
    _always("opponent", pa.string()),
    pa.field("opponent_version", pa.string()),
    _always("loss", pa.string()),
    _always("rows", pa.int64()),
    _always("total", pa.float64()),
    _always("scale", pa.float64()),
    _always("error", pa.float64()),
    pa.field("weighed", pa.float64()),
    pa.field("pairs", pa.float64()),
    pa.field("ordered", pa.float64()),
    pa.field("state", pa.string()),
    _always("stated_on", pa.date32()),
    _always("recorded_at", _TIME),
    _always("statement", pa.int32()),
    _always("files", pa.int64()),
)
"""What a promise test counts: a row for each day, champion, opponent and loss.

`total` is the sum, over the day's `rows` that have a label, of the loss of the champion (`version`) less that of its
opponent. `scale` is the loss that the margin is a share of, and `error` the standard error of what the opponent says, 0
where it speaks of the same rows. Of a recalibration, `weighed` is the part of the total that counts as evidence,
`ordered` how far the AUC of the day is above 0.5, times `pairs`, and `state` what had been learnt at the end of the
day. `statement` and `files` are as in `PERFORMANCE`; of several rows about a day those of the newest statement count.
"""

PROMISE_TESTS = _schema(
    _always("as_of", pa.date32()),
    _always("version", pa.string()),
    _always("opponent", pa.string()),
    pa.field("opponent_version", pa.string()),
    _always("loss", pa.string()),
    _always("first_day", pa.date32()),
    _always("last_day", pa.date32()),
    _always("days", pa.int64()),
    _always("rows", pa.int64()),
    _always("difference", pa.float64()),
    pa.field("low", pa.float64()),
    pa.field("high", pa.float64()),
    _always("margin", pa.float64()),
    _always("outcome", pa.string()),
    pa.field("since", pa.date32()),
    pa.field("calibration", pa.string()),
    pa.field("ranking", pa.string()),
    _always("recorded_at", _TIME),
    _always("files", pa.int64()),
)
"""What the promise tests said as of a day: a row for each champion, opponent and loss.

`difference` is the mean loss of the champion less that of its opponent, over `rows` of `days` days from `first_day` to
`last_day`, all of them or recent ones; `low` and `high` are its interval, which holds at every look, null where there
is none yet. `outcome` is ``worse`` (`since` the day after which that was sure first), ``equivalent`` (within `margin`)
or ``not_known``. Beside the recalibrated champion, `calibration` (``broken``, ``held``, ``not_known``) and `ranking`
(``broke``, ``held``, ``not_known``) say what became of the probabilities and of the order of the rows, and `since` is
the day on which the former broke.
"""

ESTIMATES = _schema(
    _always("window_start", pa.date32()),
    _always("window_end", pa.date32()),
    _always("version", pa.string()),
    _always("method", pa.string()),
    _always("metric", pa.string()),
    pa.field("value", pa.float64()),
    pa.field("constant", pa.float64()),
    pa.field("refused", pa.string()),
    pa.field("why", pa.string()),
    _always("rows", pa.int64()),
    _always("made_as_of", pa.date32()),
    _always("recorded_at", _TIME),
)
"""What a champion's performance in a window was estimated to be before the window's labels were in, a row for a metric.

`constant` is the version's figure on its holdout, null where it left none. `value` is null where the metric is not
defined, or where the method said nothing: then `refused` names the reason and `why` says it in a sentence. `rows` are
the predictions that it was estimated from, those that were known on `made_as_of`.
"""
