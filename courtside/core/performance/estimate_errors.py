"""How far off estimates were once the labels came, beside the constant that anybody could have said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Figures = Mapping[str, Any]
"""A row of an archive by its columns."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How far off a method was over past windows: the mean of the distances, and that of the differences.

    A positive `bias` means that it said more than what came true.
    """

    error: float
    bias: float


@dataclass(frozen=True, slots=True)
class PastErrors:
    """The errors of an estimate of a metric and of the constant, over the same `windows` past windows."""

    metric: str
    windows: int
    estimate: Errors
    constant: Errors

    @property
    def worse_than_constant(self) -> bool:
        """Whether the constant was closer to what came true."""
        return self.estimate.error > self.constant.error


@dataclass(frozen=True, slots=True)
class CameTrue:
    """A past window: its newest estimate before labels, and what was first stated, both by metric."""

    estimated: Mapping[str, Figures]
    realised: Mapping[str, float | None]


def past_errors(windows: Iterable[CameTrue]) -> Iterator[PastErrors]:
    """Yield the errors of each metric that was both estimated and realised in at least one window."""
    windows = list(windows)
    for metric in dict.fromkeys(name for window in windows for name in window.estimated):
        triples = [found for window in windows if (found := _triple(window, metric))]
        if triples:
            value, constant, realised = np.array(triples, np.float64).T
            yield PastErrors(metric, len(triples), _errors(value - realised), _errors(constant - realised))


def _triple(window: CameTrue, metric: str) -> tuple[float, float, float] | None:
    """Return what was estimated, what the constant said and what came true, None where one of them is not known."""
    said = window.estimated.get(metric, {})
    value, constant, realised = said.get("value"), said.get("constant"), window.realised.get(metric)
    return None if value is None or constant is None or realised is None else (value, constant, realised)


def _errors(differences: "np.ndarray[Any, np.dtype[np.float64]]") -> Errors:
    return Errors(float(np.abs(differences).mean()), float(differences.mean()))
