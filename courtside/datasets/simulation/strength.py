"""How good and how fast the teams are: autoregressive from season to season and from day to day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courtside.datasets.simulation.league import FIRST_SEASON, FRANCHISES
from courtside.datasets.simulation.streams import Part, stream

Floats = npt.NDArray[np.float64]

STRENGTH_SPREAD = 4.5  # points a game between teams of one season (standard deviation)
STRENGTH_KEPT = 0.72  # correlation of a team's strength with that of the season before
TEMPO_SPREAD, TEMPO_KEPT = 2.2, 0.6
NEWCOMER = -5.0  # an expansion team's strength
FORM_SPREAD = 1.8  # of what comes and goes within a season
FORM_KEPT = 0.98  # from one day to the next


@dataclass(frozen=True, slots=True)
class Teams:
    """One season's teams: positions in `FRANCHISES`, strength (points of margin) and tempo (points of total)."""

    position: npt.NDArray[np.int64]
    strength: Floats
    tempo: Floats


def season_teams(seed: int, season: int) -> Teams:
    """Return the teams of a season; the walk there starts in the first season, so it depends on no later one."""
    count = len(FRANCHISES)
    strength, tempo = np.zeros(count), np.zeros(count)
    for year in range(FIRST_SEASON, season + 1):
        rng = stream(seed, year, Part.STRENGTH)
        kept = STRENGTH_KEPT if year > FIRST_SEASON else 0.0
        strength = _step(strength, kept, STRENGTH_SPREAD, rng)
        tempo = _step(tempo, TEMPO_KEPT if year > FIRST_SEASON else 0.0, TEMPO_SPREAD, rng)
        new = [team.since == year > FIRST_SEASON for team in FRANCHISES]
        strength[new] = NEWCOMER
        active = np.array([team.plays(year) for team in FRANCHISES])
        strength[active] = _standardized(strength[active], STRENGTH_SPREAD)
        tempo[active] = _standardized(tempo[active], TEMPO_SPREAD)
    return Teams(np.flatnonzero(active), strength[active], tempo[active])


def daily_form(rng: np.random.Generator, *, days: int, teams: int) -> Floats:
    """Return what each team is above or below its strength on each day, shape (days, teams), in points."""
    form = rng.standard_normal((days, teams)) * FORM_SPREAD
    fresh = (1 - FORM_KEPT**2) ** 0.5
    for day in range(1, days):
        form[day] = FORM_KEPT * form[day - 1] + fresh * form[day]
    return form


def _step(before: Floats, kept: float, spread: float, rng: np.random.Generator) -> Floats:
    fresh: float = (1 - kept**2) ** 0.5 * spread
    return kept * before + fresh * rng.standard_normal(len(before))


def _standardized(values: Floats, spread: float) -> Floats:
    """Centre and scale: the league's own balance must not wander, only the teams within it."""
    centred = values - values.mean()
    scaled: Floats = centred * (spread / centred.std())
    return scaled
