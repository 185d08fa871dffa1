"""The heat map: which features moved when, a row for each feature and a column for each day or week.

What did not move is not drawn, so a quiet year is an empty page. Hue is the verdict and strength the size of the move;
broken, usual and unjudged cells also differ in height, for eyes and printers that see no hues.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from courtside.core.dashboard.views import CheckPoint
from courtside.core.drift.reports.report import BROKEN, Verdict
from courtside.core.pages.markup import Markup, element

ROW = 18
GAP = 2
MOST_DAYS = 400
"""Longer views have a column for each week."""
STEPS = (0.1, 0.2, 0.4)
"""Moves of at least so much are drawn stronger."""
WARMING = 0.07
"""A move of at least so much is drawn faintly even where it is not drift."""
HEIGHTS = {"usual": 0.5, "unjudged": 0.25, "broken": 1.0}
_LOOKS: Mapping[str | None, str] = {
    **dict.fromkeys(BROKEN, "broken"),
    Verdict.USUAL: "usual",
    Verdict.ACCEPTED: "usual",
    Verdict.INSUFFICIENT_DATA: "unjudged",
}
_RANKS = {"": 0, "warm": 1, "unjudged": 2, "usual": 3, "drift1": 4, "drift2": 5, "drift3": 6, "drift4": 7, "broken": 8}


@dataclass(frozen=True, slots=True)
class Column:
    """What the checks of the days from `start` to `end` (not included) found; `check` is the worst one of them.

    `cells` has the look of each feature, empty where it did not move.
    """

    start: date
    end: date
    check: CheckPoint
    cells: tuple[str, ...]

    @property
    def moved(self) -> list[int]:
        """The features that drifted or broke."""
        return [n for n, cell in enumerate(self.cells) if cell == "broken" or cell.startswith("drift")]


def columns(checks: Sequence[CheckPoint], start: date, end: date) -> list[Column]:
    """Return a column for each day or week with a check; of several in one, each feature shows its worst."""
    length = 7 if (end - start).days > MOST_DAYS else 1
    found: dict[date, list[CheckPoint]] = {}
    for check in (each for each in checks if start <= each.day < end):
        first = check.day - timedelta(days=check.day.weekday() if length > 1 else 0)
        found.setdefault(max(start, first), []).append(check)
    return [
        _column(first, min(end, first + timedelta(days=length - (first.weekday() if length > 1 else 0))), group)
        for first, group in found.items()
    ]


def cell(verdict: str | None, effect: float | None) -> str:
    """Return the look of one feature in one check, empty where there is nothing to see."""
    if verdict == Verdict.NO_DRIFT:
        return "warm" if effect is not None and effect >= WARMING else ""
    if verdict == Verdict.DRIFT:
        return f"drift{1 + sum((effect or 0.0) >= step for step in STEPS)}"
    return _LOOKS.get(verdict, "")


def by_movement(features: int, found: Sequence[Column]) -> list[int]:
    """Return the features in order: those that move now, then those that moved longest, then as they were."""
    newest = found[-1].cells if found else ("",) * features
    weight = [0] * features
    for column in found:
        for position in column.moved:
            weight[position] += 1
    return sorted(range(features), key=lambda n: (-max(0, _RANKS[newest[n]] - 3), -weight[n], n))


def drawn(found: Sequence[Column], rows: Sequence[int], start: date) -> Iterator[Markup]:
    """Yield a path for each look, in which neighbouring cells of the same look are one stroke."""
    strokes: dict[str, list[str]] = {}
    for line, feature in enumerate(rows):
        for look, first, days in _runs(found, feature, start):
            height = (ROW - GAP) * HEIGHTS.get(look, 1.0)
            top = line * ROW + GAP / 2 + (ROW - GAP - height)
            strokes.setdefault(look, []).append(f"M{first} {top + height / 2:g}h{days}")
    for look in sorted(strokes, key=_RANKS.__getitem__):
        yield element("path", d="".join(strokes[look]), class_=f"cell {look}")


def unchecked(found: Iterable[Column], start: date, end: date, height: int) -> Markup | None:
    """Return the days on which no check ran, as one path; None if there is none."""
    steps, place = [], 0
    for column in found:
        first = (column.start - start).days
        if first > place:
            steps.append(f"M{place} 0h{first - place}v{height}h{place - first}z")
        place = (column.end - start).days
    if (end - start).days > place:
        steps.append(f"M{place} 0H{(end - start).days}v{height}H{place}z")
    return element("path", d="".join(steps), class_="unchecked") if steps else None


def _column(first: date, end: date, checks: list[CheckPoint]) -> Column:
    found = [tuple(map(cell, check.verdicts, check.effects)) for check in checks]
    worst = max(range(len(checks)), key=lambda n: (sum(_RANKS[look] for look in found[n]), n))
    cells = (
        found[0] if len(found) == 1 else tuple(max(looks, key=_RANKS.__getitem__) for looks in zip(*found, strict=True))
    )
    return Column(first, end, checks[worst], cells)


def _runs(found: Sequence[Column], feature: int, start: date) -> Iterator[tuple[str, int, int]]:
    """Yield the look, the place and the number of days of each stretch in which a feature looks the same."""
    look, first, last = "", 0, 0
    for column in found:
        begins, ends = (column.start - start).days, (column.end - start).days
        if column.cells[feature] == look and begins == last:
            last = ends
            continue
        if look:
            yield look, first, last - first
        look, first, last = column.cells[feature], begins, ends
    if look:
        yield look, first, last - first
