"""Print as one JSON object what each rule finds and flags on real games, which must lie beside the project.

Windows are cut by a rule that looks at no value: every regular season from 1987-88 on, its calendar months, and its
stretches of 14 days from the first game on, if they hold 100 games or more. Each is compared with the same time of
the year in the three seasons before. The twelve features of teams and rest are counted, without the four of the
calendar.

The expected answers were also written down first. Nobody who knows the sport speaks of a change in the `QUIET`
seasons. In the `SHIFTED` ones scoring left the level of the three seasons before, or the season was played in fewer
days. A month of a quiet season may really differ from the same months before, and a month of a shifted season may
not, so no rule reaches 0 and 1 on parts of seasons.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.core.dataset import Feature
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Profile, check, fit
from courtside.core.drift.policies.calibrated import NOT_ALONE
from courtside.core.drift.successive import SPANS, Former, with_former
from courtside.core.features import build_nba_features
from courtside.datasets.catalog import load_dataset

GAMES = Path(__file__).resolve().parents[2] / "shared" / "data" / "nba_games.csv.gz"
BACK = 3
ENOUGH = 100
SCORING = tuple(f"{side}_rolling_{name}" for side in ("home", "away") for name in ("ppg", "papg"))
REST = ("home_rest_days", "home_back_to_back")
QUIET = (*range(1988, 1994), *range(2000, 2007), *range(2008, 2012), 2015, 2022, 2024, 2025)
SHIFTED: Mapping[int, tuple[str, ...]] = {
    **dict.fromkeys((1994, 1996, 1997, 1998, 2014, *range(2016, 2021), 2023), SCORING),
    **dict.fromkeys((1999, 2012, 2021), (*SCORING, *REST)),
}
LEVELS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
EFFECT = CalibratedPolicy().effect
Judged = tuple[int, str, dict[str, DriftReport]]
Rule = Callable[[Mapping[str, DriftReport], str], bool]


def main() -> None:
    """Judge all windows and print the shares."""
    games = pyarrow.csv.read_csv(GAMES)
    contract = load_dataset("nba_games")
    features = tuple(feature for feature in contract.features if feature.entity)
    nulls = {"entities": features, "history": tuple(replace(feature, entity=()) for feature in features)}
    regular = games.filter(pc.equal(games["is_playoff"], pa.scalar(0)))["game_id"]
    table = build_nba_features(games)
    table = table.filter(pc.is_in(table["game_id"], value_set=regular))
    windows = [window for season in (*QUIET, *SHIFTED) for window in judged(table, season, nulls)]
    print(json.dumps({"benchmark": "real_windows"} | summary(windows, nulls), indent=2))


def judged(table: pa.Table, season: int, nulls: Mapping[str, tuple[Feature, ...]]) -> Iterator[Judged]:
    """Yield each window of a season with its reports by rule."""
    of = table["season"].to_numpy()
    before = table.filter(pa.array((of >= season - BACK) & (of < season)))
    phase = load_dataset("nba_games").phase
    known = {
        name: fit(before, features, time_column="game_date", calibrated=True, phase=phase)
        for name, features in nulls.items()
    }
    former: dict[str, list[Former]] = {}
    for kind, window in cut(table.filter(pa.array(of == season))):
        seen = {name: reference.summarize(window) for name, reference in known.items()}
        found = reports(known, seen)
        for name, current in seen.items():
            earlier = former.setdefault(f"{name} {kind}", [])
            found[f"{name}, with the windows before"] = with_former(
                found[name],
                reference=known[name],
                current=current,
                former=earlier[1 - max(SPANS) :],
                policy=CalibratedPolicy(),
            )
            earlier.append((window["game_date"][0].as_py(), current))
        yield season, kind, found


def cut(season: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Cut a season by time alone."""
    day = season["game_date"].to_numpy().astype("datetime64[D]")
    yield "season", season
    for kind, part in (
        ("month", day.astype("datetime64[M]").astype(int)),
        ("14 days", (day - day.min()).astype(int) // 14),
    ):
        for number in np.unique(part):
            window = season.filter(pa.array(part == number))
            if window.num_rows >= ENOUGH:
                yield kind, window


def reports(known: Mapping[str, Profile], seen: Mapping[str, Profile]) -> dict[str, DriftReport]:
    """Judge a window by every rule."""
    found = {name: check(known[name], current, CalibratedPolicy()) for name, current in seen.items()}
    return found | {"classic": check(known["history"], seen["history"], ClassicPolicy())}


def summary(windows: Sequence[Judged], nulls: Iterable[str]) -> dict[str, Any]:
    """Return the shares found and falsely flagged by rule and kind of window, their curve, and the seasons flagged."""
    kinds = list(dict.fromkeys(kind for _, kind, _ in windows))
    rules: dict[str, Rule] = {
        **{name: partial(_drifted, rule=name) for name in (*nulls, "classic")},
        **{name: partial(_drifted, rule=name) for name in (f"{each}, with the windows before" for each in nulls)},
        **{f"{name}, usual": partial(_usual, rule=name) for name in nulls},
        "always": lambda _found, _name: True,
    }
    curve = {f"{name} at {level:g}": partial(_rare, rule=name, level=level) for name in nulls for level in LEVELS}
    lasting = [f"{name}{rule}" for name in nulls for rule in ("", ", with the windows before")]
    return {
        "sequences": {name: {kind: _sequences(windows, kind, name) for kind in kinds} for name in lasting},
        "shares": {name: {kind: _shares(windows, kind, rule) for kind in kinds} for name, rule in rules.items()},
        "curve": {name: {kind: _shares(windows, kind, rule) for kind in kinds} for name, rule in curve.items()},
        "whole_seasons_flagged": {
            name: {
                str(season): list(found[name].features_drifted)
                for season, kind, found in sorted(windows, key=lambda window: window[0])
                if kind == "season" and found[name].features_drifted
            }
            for name in nulls
        },
    }


def _drifted(found: Mapping[str, DriftReport], name: str, *, rule: str) -> bool:
    return name in found[rule].features_drifted


def _usual(found: Mapping[str, DriftReport], name: str, *, rule: str) -> bool:
    return name in found[rule].features_usual


def _rare(found: Mapping[str, DriftReport], name: str, *, rule: str, level: float) -> bool:
    """Return whether a feature would be flagged at another level by KS or total variation, without `usual`.

    The level is that of the feature's own corrected p-value, or of that of the columns that belong together.
    """
    (feature,) = (feature for feature in found[rule].features if feature.name == name)
    if (feature.effect or 0.0) <= EFFECT or feature.p_adjusted is None:
        return False
    shown = feature.together.shown if feature.together else None
    moved = shown is not None and shown.pvalue_of_others <= NOT_ALONE and shown.moved[name] > 0
    joint = feature.together.p_adjusted if feature.together and moved else 1.0
    return min(feature.p_adjusted, joint) <= level


def _sequences(windows: Sequence[Judged], kind: str, rule: str) -> dict[str, float]:
    """Return the shares of a season's features that any of its windows flags, in quiet and in shifted seasons."""
    flagged: dict[tuple[int, str], bool] = {}
    for season, of, found in windows:
        if of == kind:
            for feature in found[rule].features:
                key = (season, feature.name)
                flagged[key] = flagged.get(key, False) or feature.drifted
    quiet = [found for (season, _), found in flagged.items() if season in QUIET]
    shifted = [found for (season, name), found in flagged.items() if season not in QUIET and name in SHIFTED[season]]
    return {"share_flagged": round(float(np.mean(quiet)), 4), "share_found": round(float(np.mean(shifted)), 4)}


def _shares(windows: Sequence[Judged], kind: str, rule: Rule) -> dict[str, float]:
    quiet, shifted = [], []
    for season, of, found in windows:
        if of == kind:
            for feature in found["entities"].features:
                if season in QUIET:
                    quiet.append(rule(found, feature.name))
                elif feature.name in SHIFTED[season]:
                    shifted.append(rule(found, feature.name))
    return {
        "flagged": sum(quiet),
        "quiet": len(quiet),
        "found": sum(shifted),
        "shifted": len(shifted),
        "share_flagged": round(float(np.mean(quiet)), 4),
        "share_found": round(float(np.mean(shifted)), 4),
    }


if __name__ == "__main__":
    main()
