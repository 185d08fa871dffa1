"""The champion, recalibrated each day by what is known of the days before, and what that would have been worth.

Every row is predicted by a map that has not seen it, so what is gained is no optimism: a champion whose probabilities
are right loses a little by it, and one whose probabilities broke gains (A. P. Dawid, "Present position and potential
developments: the prequential approach", Journal of the Royal Statistical Society A 147, 1984).

The gain is the log of a likelihood ratio, so a bet on it is fair for a champion that is calibrated (V. Vovk, R. Wang,
"E-values: calibration, combination and applications", Annals of Statistics 49, 2021). Rows of a day depend on each
other, and days on the days before, which would make a day count as many. So a day's evidence is its gain divided by how
many times as much as independent rows its labels vary.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from courtside.core.evaluation import Labels, Probabilities, log_losses, placements
from courtside.core.recalibration.platt import MapEvidence, PlattMap, clipped

HALF_LIFE_DAYS, HALF_LIFE_ROWS = 30, 2_000
"""A day counts half as much after so many days with labels or so many rows, whichever comes later."""
_EFFECT, _EFFECT_DAYS = 0.02, 10
"""The squared day effect, on the log odds, that is expected at first, and the days that this counts as much as."""
_OVER_DAYS = 8.0
"""How many times as much as independent day effects those of many days vary together, as the promise test assumes."""


@dataclass(frozen=True, slots=True)
class RecalibratedDay:
    """What one day of `rows` rows says; all other figures are totals of its rows.

    `gain` is the champion's log loss less the recalibrated one's, and `evidence` the part of it that counts, in nats.
    `ordered` is how far the AUC within the day is above 0.5, times `pairs`: so many pairs of a row of each class there
    are for each row. Neither depends on the probabilities, but for the order that they put the rows in.
    """

    day: date
    rows: int
    gain: float
    evidence: float
    pairs: float
    ordered: float


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What the days so far say, in a few numbers: the map, and how much more than independent rows its days vary.

    `effect` and `weight` add up what two days one after the other say about the squared day effect. `last` are the
    newest day's own effect, as its labels show it, and the variance of its labels (None before the first day).
    """

    evidence: MapEvidence = field(default_factory=MapEvidence)
    effect: float = 0.0
    weight: float = 0.0
    last: tuple[float, float] | None = None

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as JSON holds them."""
        return asdict(self)

    @classmethod
    def of_plain(cls, fields: Mapping[str, Any]) -> Self:
        """Return the state whose `to_plain` is given."""
        evidence = MapEvidence(**{name: tuple(value) for name, value in fields["evidence"].items()})
        last = None if fields["last"] is None else tuple(fields["last"])
        return cls(**{**fields, "evidence": evidence, "last": last})

    @property
    def map(self) -> PlattMap:
        """The map that the next day is predicted by."""
        return self.evidence.map()

    def after(self, day: date, labels: Labels, probability: Probabilities) -> tuple[RecalibratedDay, "Recalibration"]:
        """Judge a day, the next one in time, by what was known before it; return that and what is known after it.

        Labels are 0/1 and probabilities the champion's for class 1, each shape (n,), n > 0.
        """
        said = self.map.of(probability)
        loss = log_losses(labels, said)
        gain = float((log_losses(labels, clipped(probability)) - loss).sum())
        variance = float((said * (1 - said)).sum())
        counts = 1 / self._dispersion(variance)
        newest = float((labels - said).sum()) / variance, variance
        effect, weight = (0.0, 0.0) if self.last is None else _effect(self.last, newest)
        judged = RecalibratedDay(day, labels.size, gain, gain * counts, *ranked(labels, probability))
        return judged, Recalibration(
            evidence=self.evidence.faded(kept_after(labels.size)).with_rows(labels, probability, weight=counts),
            effect=self.effect + effect * weight,
            weight=self.weight + weight,
            last=newest,
        )

    def _dispersion(self, variance: float) -> float:
        """Return how many times as much as independent rows those of a day vary, at least 1."""
        first = _EFFECT_DAYS * variance**2
        effect = (self.effect + _EFFECT * first) / (self.weight + first)
        return 1 + _OVER_DAYS * max(effect, 0.0) * variance


def kept_after(rows: int) -> float:
    """Return the share of what was known that still counts after another day of so many rows."""
    return math.pow(0.5, min(rows / HALF_LIFE_ROWS, 1 / HALF_LIFE_DAYS))


def ranked(labels: Labels, probability: Probabilities) -> tuple[float, float]:
    """Return how many pairs of a row of each class there are for each row, and that times the AUC less 0.5.

    `labels` are 0/1 and `probability` is of class 1, each shape (n,).
    """
    ones = int(labels.sum())
    if ones in {0, labels.size}:
        return 0.0, 0.0
    pairs = ones * (labels.size - ones) / labels.size
    return pairs, pairs * (float(placements(labels, probability)[labels == 1].mean()) - 0.5)


def _effect(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    """Return the squared day effect that two days show, and what that weighs.

    What both have in common is what broke, and does not count.
    """
    (was, variance), (now, newest) = before, after
    return ((now - was) ** 2 - 1 / variance - 1 / newest) / 2, (2 / (1 / variance + 1 / newest)) ** 2
