"""Where the NBA's teams play: public facts about arenas, from the season 1979-80 on."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from courtside.core.features.arrays import Floats, Ints

EARTH_RADIUS_KM = 6371.0

# Team by today's code → (first season, latitude, longitude, hours from UTC in winter). A season is named by the year in
# which it ends; arenas in one town are told apart only where that changes a journey.
_ARENAS: dict[str, tuple[tuple[int, float, float, int], ...]] = {
    "ATL": ((0, 33.76, -84.40, -5),),
    "BKN": ((0, 40.52, -74.44, -5), (1982, 40.81, -74.07, -5), (2011, 40.73, -74.17, -5), (2013, 40.68, -73.97, -5)),
    "BOS": ((0, 42.37, -71.06, -5),),
    "CHA": ((0, 35.23, -80.84, -5),),
    "CHI": ((0, 41.88, -87.67, -6),),
    "CLE": ((0, 41.25, -81.59, -5), (1995, 41.50, -81.69, -5)),  # Richfield, then Cleveland
    "DAL": ((0, 32.79, -96.81, -6),),
    "DEN": ((0, 39.75, -105.01, -7),),
    "DET": ((0, 42.65, -83.26, -5), (2018, 42.34, -83.06, -5)),  # Pontiac and Auburn Hills, then Detroit
    "GSW": ((0, 37.75, -122.20, -8), (2020, 37.77, -122.39, -8)),
    "HOU": ((0, 29.75, -95.36, -6),),
    "IND": ((0, 39.76, -86.16, -5),),
    "LAC": ((0, 32.76, -117.21, -8), (1985, 34.04, -118.27, -8), (2025, 33.94, -118.34, -8)),  # San Diego, then LA
    "LAL": ((0, 33.96, -118.34, -8), (2000, 34.04, -118.27, -8)),
    "MEM": ((0, 49.28, -123.11, -8), (2002, 35.14, -90.05, -6)),  # Vancouver, then Memphis
    "MIA": ((0, 25.78, -80.19, -5),),
    "MIL": ((0, 43.04, -87.92, -6),),
    "MIN": ((0, 44.98, -93.28, -6),),
    "NOP": ((0, 29.95, -90.08, -6), (2006, 35.46, -97.51, -6), (2008, 29.95, -90.08, -6)),  # two years in Oklahoma City
    "NYK": ((0, 40.75, -73.99, -5),),
    "OKC": ((0, 47.62, -122.35, -8), (2009, 35.46, -97.51, -6)),  # Seattle, then Oklahoma City
    "ORL": ((0, 28.54, -81.38, -5),),
    "PHI": ((0, 39.90, -75.17, -5),),
    "PHX": ((0, 33.45, -112.07, -7),),
    "POR": ((0, 45.53, -122.67, -8),),
    "SAC": ((0, 39.09, -94.61, -6), (1986, 38.58, -121.50, -8)),  # Kansas City, then Sacramento
    "SAS": ((0, 29.43, -98.44, -6),),
    "TOR": ((0, 43.64, -79.38, -5), (2021, 27.94, -82.45, -5), (2022, 43.64, -79.38, -5)),  # a season in Tampa
    "UTA": ((0, 40.77, -111.90, -7),),
    "WAS": ((0, 38.90, -76.85, -5), (1998, 38.90, -77.02, -5)),  # Landover, then Washington
}
_BUBBLE_FROM, _BUBBLE_TO = date(2020, 7, 22), date(2020, 10, 31)
_BUBBLE = (28.34, -81.56, -5.0)
"""In the summer of 2020 all games were played near Orlando, where nobody was at home."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Places:
    """Places of games or teams, each array of shape (n,): degrees and hours from UTC, NaN where nobody knows."""

    latitude: Floats
    longitude: Floats
    hours: Floats

    def at(self, rows: Ints | NDArray[np.bool_]) -> "Places":
        """Return some of the places."""
        return Places(self.latitude[rows], self.longitude[rows], self.hours[rows])

    def where(self, chosen: NDArray[np.bool_], others: "Places") -> "Places":
        """Return these places where they are chosen, and others elsewhere."""
        return Places(
            np.where(chosen, self.latitude, others.latitude),
            np.where(chosen, self.longitude, others.longitude),
            np.where(chosen, self.hours, others.hours),
        )

    def km_to(self, others: "Places") -> Floats:
        """Return the great-circle distances by the haversine formula.

        >>> boston, seattle = (home_places(np.array([team]), np.array([2000])) for team in ("BOS", "OKC"))
        >>> boston.km_to(seattle).round().tolist()
        [4001.0]
        """
        north, other_north = np.radians(self.latitude), np.radians(others.latitude)
        east = np.radians(self.longitude - others.longitude)
        chord = np.sin((north - other_north) / 2) ** 2 + np.cos(north) * np.cos(other_north) * np.sin(east / 2) ** 2
        return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord)))


def home_places(team: NDArray[np.object_], season: Ints) -> Places:
    """Return where teams, given by their codes, are at home in a season; NaN for a team that is not the NBA's."""
    codes, number = np.unique(team.astype(str), return_inverse=True)
    found = np.full((3, season.size), np.nan)
    for each, code in enumerate(codes.tolist()):
        rows = np.flatnonzero(number == each)
        for first, *place in _ARENAS.get(code, ()):
            found[:, rows[season[rows] >= first]] = np.array(place)[:, None]
    return Places(*found)


def is_neutral(day: Ints) -> NDArray[np.bool_]:
    """Tell on which days, counted since 1970, games were played where nobody was at home."""
    first, last = ((each - _EPOCH).days for each in (_BUBBLE_FROM, _BUBBLE_TO))
    return np.asarray((day >= first) & (day <= last))


def neutral_places(count: int) -> Places:
    """Return the place of such games, so many times."""
    return Places(*(np.full(count, each) for each in _BUBBLE))
