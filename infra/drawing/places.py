"""Where everything goes: who acts stands in columns, what is acted upon lies across below (or above) as a rail.

Lines are vertical, pass behind the rails that they have nothing to do with, and end at the one they are for.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.drawing.graph import Access, Box, Graph, Role

MARGIN, GUTTER = 12, 138
COLUMN, WIDE = 114, 100
LINE, RAIL = 13, 26
_GAP, _TRACK = 16, 12
_ACROSS = 18
_HEADING = 30
# What a box has room for, of the large type and the small.
_LETTERS, _SMALL_LETTERS = 14, 17


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Line:
    """A way from the one who acts to what is acted upon."""

    points: tuple[tuple[float, float], ...]
    access: Access


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole drawing: bands behind, then lines, then boxes."""

    width: float
    height: float
    bands: dict[str, Place]
    boxes: dict[Box, Place]
    lines: tuple[Line, ...]


class NotDrawable(ValueError):
    """An arrow that the drawing has no way for."""

    def __init__(self, source: Box, target: Box) -> None:
        super().__init__(f"no way from {source.title} ({source.service}) to {target.title} ({target.service})")


def arrange(graph: Graph) -> Sheet:
    """Place the boxes of a graph; raises `NotDrawable`."""
    return _Arrangement(graph).sheet()


def inscription(box: Box) -> tuple[list[str], list[str]]:
    """Return the lines in a box that acts: those of its name, and the small ones below."""
    small = textwrap.wrap(box.service, _SMALL_LETTERS)
    return textwrap.wrap(box.title, _LETTERS), small + _joined(box.members)


def _joined(names: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for name in names:
        if lines and len(f"{lines[-1]} · {name}") <= _SMALL_LETTERS:
            lines[-1] += f" · {name}"
        else:
            lines.append(name)
    return lines


class _Arrangement:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._boxes: dict[Box, Place] = {}
        self._bands: dict[str, Place] = {}
        kept, self._below = (
            next(box.stack for box in graph.boxes if box.service == each) for each in ("S3", "API Gateway")
        )
        above = [box for box in graph.boxes if box.stack not in {kept, self._below}]
        self._above = max(box.stack for box in above)
        self._actors = self._in_order([box for box in above if box.role is Role.ACTOR])
        self._width = GUTTER + len(self._actors) * COLUMN + MARGIN
        self._height = self._place(above, kept)

    def sheet(self) -> Sheet:
        drawn: list[Line] = []
        for actor in self._boxes:
            if actor.role is Role.ACTOR:
                drawn += self._rails_of(actor)
        for source, target in self._between():
            lanes = sum(len(line.points) > 2 for line in drawn)
            drawn.append(self._call(source, target, lanes))
        return Sheet(self._width, self._height, self._bands, self._boxes, tuple(drawn))

    def _in_order(self, actors: list[Box]) -> list[Box]:
        """Whoever is called stands right of the caller."""
        calls = self._graph.arrows
        ordered: dict[Box, None] = {}

        def follow(box: Box) -> None:
            if box in actors and box not in ordered:
                ordered[box] = None
                for called in actors:
                    if calls.get((box, called)):
                        follow(called)

        called = {target for source, target in calls if source.role is not Role.STORE}
        starting = [target for source, target in calls if source.role is Role.TRIGGER]
        for box in [*starting, *(each for each in actors if each not in called), *actors]:
            follow(box)
        return list(ordered)

    def _place(self, above: list[Box], kept: str) -> float:
        y = float(MARGIN)
        top = y
        triggers = [box for box in above if box.role is Role.TRIGGER]
        y = self._row([(box, self._column_of_callee(box)) for box in triggers], y + MARGIN)
        y = self._row([(box, number) for number, box in enumerate(self._actors)], y + _ACROSS + 2 * _GAP)
        y = self._rails((box for box in above if box.role is Role.STORE), y + 2 * _GAP)
        self._band(self._above, top, y)
        top = y + MARGIN + _GAP
        y = self._rails((box for box in self._graph.boxes if box.stack == kept), top + _HEADING)
        self._band(kept, top, y)
        top = y + MARGIN + _GAP
        below = [box for box in self._graph.boxes if box.stack == self._below]
        y = self._rails((box for box in below if box.role is Role.STORE), top + _HEADING)
        acting = [box for box in below if box.role is Role.ACTOR]
        first = len(self._actors) - len(acting)
        y = self._row([(box, first + number) for number, box in enumerate(acting)], y + 2 * _GAP)
        self._band(self._below, top, y)
        return y + 2 * MARGIN

    def _column_of_callee(self, trigger: Box) -> int:
        return next(n for n, box in enumerate(self._actors) if (trigger, box) in self._graph.arrows)

    def _row(self, boxes: list[tuple[Box, int]], y: float) -> float:
        height = max(MARGIN + LINE * sum(map(len, inscription(box))) for box, _ in boxes)
        for box, column in boxes:
            self._boxes[box] = Place(GUTTER + column * COLUMN + (COLUMN - WIDE) / 2, y, WIDE, height)
        return y + height

    def _rails(self, boxes: Iterable[Box], y: float) -> float:
        for box in boxes:
            self._boxes[box] = Place(2 * MARGIN, y, self._width - 4 * MARGIN, RAIL)
            y += RAIL + MARGIN
        return y - MARGIN

    def _band(self, stack: str, top: float, bottom: float) -> None:
        self._bands[stack] = Place(MARGIN, top, self._width - 2 * MARGIN, bottom - top + MARGIN)

    def _rails_of(self, actor: Box) -> list[Line]:
        found = {box: access for (source, box), access in self._graph.arrows.items() if source == actor}
        found |= {box: access for (box, target), access in self._graph.arrows.items() if target == actor}
        rails = sorted((box for box in found if box.role is Role.STORE), key=lambda box: self._boxes[box].y)
        return [self._drop(actor, rail, number, len(rails)) for number, rail in enumerate(rails)]

    def _drop(self, actor: Box, rail: Box, number: int, of: int) -> Line:
        place, other = self._boxes[actor], self._boxes[rail]
        upwards = other.y < place.y
        # Those from below stand between those from above.
        x = place.x + place.width / 2 + (number - of // 2 + upwards / 2) * _TRACK
        ends = ((x, place.y), (x, other.bottom)) if upwards else ((x, place.bottom), (x, other.y))
        called = (rail, actor) in self._graph.arrows
        access = self._graph.arrows[(rail, actor) if called else (actor, rail)]
        return Line(ends[::-1] if called else ends, access)

    def _between(self) -> list[tuple[Box, Box]]:
        return [pair for pair in self._graph.arrows if Role.STORE not in {pair[0].role, pair[1].role}]

    def _call(self, source: Box, target: Box, lanes: int) -> Line:
        first, second = self._boxes[source], self._boxes[target]
        if source.role is Role.TRIGGER and first.x == second.x:
            x = first.x + WIDE / 2
            return Line(((x, first.bottom), (x, second.y)), Access.CALL)
        if source.role is Role.TRIGGER or first.y != second.y:
            raise NotDrawable(source, target)
        if second.x - first.x == COLUMN:
            y = first.y + _ACROSS
            return Line(((first.x + WIDE, y), (second.x, y)), Access.CALL)
        lane = first.y - _GAP - lanes * _TRACK
        start, end = (place.x + place.width / 2 + (lanes + 1) * _TRACK for place in (first, second))
        return Line(((start, first.y), (start, lane), (end, lane), (end, second.y)), Access.CALL)
