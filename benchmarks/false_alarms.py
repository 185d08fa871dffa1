"""Print how often each policy raises false alarms, and what it still detects, as one JSON object.

`independent` and `dependent` give the share of windows with any alarm among 16 features without drift; in `by_team`
each team of a season is an entity. `power` is the share of windows in which the one shifted feature is flagged. No
setting was chosen on the draws of `held_out`. `real_windows.py` uses real games.
"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Policy, Profile, check, fit

Floats = NDArray[np.float64]
POLICIES: dict[str, Policy] = {"calibrated": CalibratedPolicy(), "classic": ClassicPolicy()}
LENGTHS = (30, 100, 300, 1_000, 10_000)
REFERENCE_ROWS = 20_000
WINDOWS = 200
ENOUGH = 100
EPOCH = np.datetime64("2015-01-01")
ROWS_A_DAY = 30


@dataclass(frozen=True, slots=True)
class Share:
    """A share for each policy, and the number of cases."""

    windows: int
    calibrated: float
    classic: float

    def to_dict(self) -> dict[str, float]:
        """Return the JSON form."""
        return {
            "windows": self.windows,
            "calibrated": round(self.calibrated, 4),
            "classic": round(self.classic, 4),
        }


def share(reports: Iterable[dict[str, DriftReport]], *, of: Callable[[DriftReport], float]) -> Share:
    """Average a figure over windows for each policy."""
    found = [{name: of(report) for name, report in each.items()} for each in reports]
    means = {name: float(np.mean([each[name] for each in found])) for name in POLICIES}
    return Share(len(found), **means)


def alarmed(report: DriftReport) -> float:
    """Return 1 if any feature is flagged."""
    return float(report.drift_detected)


def judged(reference: Profile, current: pa.Table) -> dict[str, DriftReport]:
    """Judge one window by every policy."""
    profile = reference.summarize(current)
    return {name: check(reference, profile, policy) for name, policy in POLICIES.items()}


MIXED = [
    *(Feature(f"normal_{i}", FeatureKind.NUMERIC) for i in range(4)),
    *(Feature(f"lognormal_{i}", FeatureKind.NUMERIC) for i in range(3)),
    *(Feature(f"count_{i}", FeatureKind.NUMERIC) for i in range(3)),
    *(Feature(f"binary_{i}", FeatureKind.BINARY) for i in range(3)),
    *(Feature(f"category_{i}", FeatureKind.CATEGORICAL) for i in range(3)),
]
LEVELS = (3, 12, 200)


def independent_rows(rng: np.random.Generator, rows: int, *, shift: float = 0.0, dated: bool = False) -> pa.Table:
    """Draw 16 features of several kinds; the first is shifted by `shift` standard deviations."""
    columns: dict[str, Any] = {f"normal_{i}": rng.normal(size=rows) + shift * (i == 0) for i in range(4)}
    columns |= {f"lognormal_{i}": rng.lognormal(sigma=1 + i, size=rows) for i in range(3)}
    columns |= {f"count_{i}": rng.poisson(1 + 6 * i, rows) for i in range(3)}
    columns |= {f"binary_{i}": rng.random(rows) < (0.02, 0.3, 0.5)[i] for i in range(3)}
    columns |= {f"category_{i}": [f"c{v}" for v in rng.integers(0, LEVELS[i], rows)] for i in range(3)}
    if dated:
        columns["day"] = EPOCH + np.arange(rows) // ROWS_A_DAY
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def independent(rng: np.random.Generator, *, dated: bool) -> dict[str, dict[str, float]]:
    """Measure alarms on windows like the reference, with and without dates."""
    reference = independent_reference(rng, dated=dated)
    return {
        str(rows): share(
            (judged(reference, independent_rows(rng, rows, dated=dated)) for _ in range(windows(rows))), of=alarmed
        ).to_dict()
        for rows in LENGTHS
    }


def independent_reference(rng: np.random.Generator, *, dated: bool) -> Profile:
    """Fit a reference of independent rows."""
    table = independent_rows(rng, REFERENCE_ROWS, dated=dated)
    return fit(table, MIXED, time_column="day" if dated else None, calibrated=True)


def windows(rows: int) -> int:
    """Return how many windows to draw: fewer of the long ones, because those take long."""
    return WINDOWS if rows < LENGTHS[-1] else WINDOWS // 2


def power(rng: np.random.Generator, *, dated: bool) -> dict[str, dict[str, float]]:
    """Measure how often one shifted feature of 16 is flagged, by shift and rows."""
    reference = independent_reference(rng, dated=dated)

    def heard(report: DriftReport) -> float:
        return float("normal_0" in report.features_drifted)

    return {
        f"{shift} sd, n={rows}": share(
            (judged(reference, independent_rows(rng, rows, shift=shift, dated=dated)) for _ in range(WINDOWS)),
            of=heard,
        ).to_dict()
        for shift, rows in ((0.5, 100), (0.5, 300), (0.25, 1_000), (0.25, 3_000))
    }


GAMES_A_TEAM, AFTER, SEASON_DAYS = 82, 3, 170
LEAGUES = 8
SHIFT = 0.3
"""This is about half a standard deviation of a ten-game mean over all teams."""
STRENGTH = 0.4
"""The spread of team strengths in single-game standard deviations."""


@dataclass(frozen=True, slots=True)
class League:
    """Teams of lasting strength, to which each season adds its own `change` (in single-game standard deviations).

    In each season a share `redrawn` (of the variance) of the lasting part is drawn anew for good; 1 means other
    teams every season.
    """

    teams: int = 30
    rolling: int = 10
    reference_seasons: int = 3
    change: float = 0.0
    redrawn: float = 0.0
    by_month: bool = False


CHOSEN = {"season change 0.0 sd": League(), "season change 0.2 sd": League(change=0.2)}
HELD_OUT = {
    **CHOSEN,
    "season change 0.2 sd, compared by month": League(change=0.2, by_month=True),
    "season change 0.4 sd": League(change=0.4),
    "other teams every season": League(redrawn=1.0),
    "a tenth redrawn for good every season": League(redrawn=0.1),
    "a third redrawn for good every season": League(redrawn=0.36),
    "20 teams, season change 0.2 sd": League(teams=20, change=0.2),
    "two reference seasons, season change 0.2 sd": League(reference_seasons=2, change=0.2),
    "five reference seasons, season change 0.2 sd": League(reference_seasons=5, change=0.2),
    "5-game means, season change 0.2 sd": League(rolling=5, change=0.2),
    "20-game means, season change 0.2 sd": League(rolling=20, change=0.2),
}


def rolling_seasons(rng: np.random.Generator, league: League) -> pa.Table:
    """Simulate seasons of games whose 16 features are rolling means of team figures."""
    strength = rng.normal(0, STRENGTH, (league.teams, 8))
    parts = []
    for season in range(league.reference_seasons + AFTER):
        parts.append(_season(rng, strength + rng.normal(0, league.change, strength.shape), season, league.rolling))
        fresh = rng.normal(0, STRENGTH, strength.shape)
        strength = np.sqrt(1 - league.redrawn) * strength + np.sqrt(league.redrawn) * fresh
    return pa.concat_tables(parts)


ROLLING_FEATURES = [Feature(f"{side}_{i}", FeatureKind.NUMERIC) for side in ("home", "away") for i in range(8)]
BY_TEAM = [replace(feature, entity=(f"{feature.name.split('_')[0]}_team", "season")) for feature in ROLLING_FEATURES]


def _season(rng: np.random.Generator, strength: Floats, season: int, rolling: int) -> pa.Table:
    rounds, teams = np.arange(GAMES_A_TEAM + rolling), len(strength)
    figures = strength[None] + rng.normal(size=(rounds.size, teams, 8))
    sums = np.cumsum(np.concatenate((np.zeros((1, teams, 8)), figures)), axis=0)
    means = (sums[rolling:-1] - sums[: -rolling - 1]) / rolling
    pairs = np.array([rng.permutation(teams) for _ in range(len(means))]).reshape(len(means), 2, teams // 2)
    day = season_start(season) + np.arange(len(means)) * SEASON_DAYS // len(means)
    columns: dict[str, Any] = {"day": np.repeat(day, teams // 2)}
    columns["season"] = np.full(columns["day"].size, season)
    for place, side in enumerate(("home", "away")):
        chosen = np.take_along_axis(means, pairs[:, place, :, None], axis=1).reshape(-1, 8)
        columns[f"{side}_team"] = pairs[:, place].ravel()
        columns |= {f"{side}_{i}": chosen[:, i] for i in range(8)}
    return pa.table(columns)


def season_start(season: int) -> np.datetime64:
    """Return the first day of a season."""
    return np.datetime64(f"{2001 + season}-10-28")


def dependent(
    rng: np.random.Generator,
    league: League,
    features: Sequence[Feature] = ROLLING_FEATURES,
    *,
    shift: float = 0.0,
    of: Callable[[DriftReport], float] = alarmed,
) -> dict[str, dict[str, float]]:
    """Measure alarms on windows of the three seasons after the reference's, by days.

    `shift` (single-game standard deviations) is added to `home_0` in them.
    """
    cases: dict[int, list[dict[str, DriftReport]]] = {14: [], 30: [], 90: [], SEASON_DAYS: []}
    phase = Phase.MONTH if league.by_month else None
    for _ in range(LEAGUES):
        games = rolling_seasons(rng, league)
        day, cut = games["day"].to_numpy(), season_start(league.reference_seasons)
        past = games.filter(pa.array(day < cut))
        reference = fit(past, features, time_column="day", calibrated=True, phase=phase)
        for days, found in cases.items():
            starts = [cut, *(season_start(league.reference_seasons + later) for later in range(1, AFTER))]
            for start in starts if days == SEASON_DAYS else np.arange(cut, day.max(), days):
                window = shifted(games.filter(pa.array((day >= start) & (day < start + days))), shift)
                if window.num_rows >= ENOUGH:
                    found.append(judged(reference, window))
    return {f"{days} days": share(found, of=of).to_dict() for days, found in cases.items() if found}


def shifted(games: pa.Table, shift: float) -> pa.Table:
    """Shift one feature."""
    place = games.column_names.index("home_0")
    return games.set_column(place, "home_0", pa.array(games["home_0"].to_numpy() + shift))


def moved_found(report: DriftReport) -> float:
    """Return 1 if the shifted feature is flagged."""
    return float("home_0" in report.features_drifted)


def main() -> None:
    """Measure every case and print the shares."""
    rng, unseen = np.random.default_rng(7), np.random.default_rng(20_261_124)
    teams = np.random.default_rng(20_261_128)
    result = {
        "benchmark": "false_alarms",
        "independent_without_dates": independent(rng, dated=False),
        "independent_with_dates": independent(rng, dated=True),
        "dependent_rolling_means": {name: dependent(rng, league) for name, league in CHOSEN.items()},
        "dependent_held_out": {name: dependent(unseen, league) for name, league in HELD_OUT.items()},
        "dependent_held_out_by_team": {name: dependent(teams, league, BY_TEAM) for name, league in HELD_OUT.items()},
        "dependent_power": dependent(teams, HELD_OUT["season change 0.2 sd"], shift=SHIFT, of=moved_found),
        "dependent_power_by_team": dependent(
            teams, HELD_OUT["season change 0.2 sd"], BY_TEAM, shift=SHIFT, of=moved_found
        ),
        "power_without_dates": power(rng, dated=False),
        "power_with_dates": power(rng, dated=True),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
