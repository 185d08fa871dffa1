"""The drawing as SVG that follows the reader's choice of light or dark."""

from collections.abc import Iterator
from html import escape

from infra.drawing.graph import Access, Box, Role
from infra.drawing.places import LINE, MARGIN, Line, Place, Sheet, inscription

_LEGEND = 26
_STYLE = """
  svg { --page: #ffffff; --band: #f6f8fa; --edge: #d1d9e0; --box: #ffffff; --rail: #eaeef2; --ink: #1f2328;
    --quiet: #59636e; --call: #0969da; --data: #6e7781; }
  @media (prefers-color-scheme: dark) { svg { --page: #0d1117; --band: #151b23; --edge: #3d444d; --box: #212830;
    --rail: #2a313c; --ink: #f0f6fc; --quiet: #9198a1; --call: #4493f8; --data: #8b949e; } }
  text { fill: var(--ink); font: 12px -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, sans-serif; }
  .quiet { font-size: 10.5px; fill: var(--quiet); }
  .stack { font-size: 11px; fill: var(--quiet); letter-spacing: .06em; }
  .page { fill: var(--page); } .band { fill: var(--band); stroke: var(--edge); }
  .box { fill: var(--box); stroke: var(--quiet); } .rail { fill: var(--rail); stroke: var(--edge); }
  .trigger { stroke-dasharray: 4 3; }
  .call, .data { fill: none; stroke-width: 1.5; } .call { stroke: var(--call); } .data { stroke: var(--data); }
  .callhead { fill: var(--call); } .datahead { fill: var(--data); }
"""


def svg(sheet: Sheet, *, title: str) -> str:
    """Return the drawing; the same sheet gives the same bytes."""
    width, height = sheet.width, sheet.height + _LEGEND
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f"<defs>{_head('call')}{_head('data')}</defs>",
        '<rect class="page" width="100%" height="100%" rx="6"/>',
        *(_band(name, place) for name, place in sheet.bands.items()),
        *(_line(line) for line in sheet.lines),
        *(part for box, place in sheet.boxes.items() for part in _box(box, place)),
        *_legend(sheet),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(name: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path class="{name}head" d="M0 0.5L8 4L0 7.5z"/></marker>'
    )


def _band(stack: str, place: Place) -> str:
    label = stack.rpartition("-")[2].upper()
    text = f'<text class="stack" x="{place.x + MARGIN:g}" y="{place.y + 21:g}">{label}</text>'
    return _rectangle("band", place, 6) + text


def _rectangle(kind: str, place: Place, radius: int) -> str:
    size = f'x="{place.x:g}" y="{place.y:g}" width="{place.width:g}" height="{place.height:g}"'
    return f'<rect class="{kind}" {size} rx="{radius}"/>'


def _line(line: Line) -> str:
    kind = "call" if line.access & Access.CALL else "data"
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in line.points)
    heads = [f'marker-end="url(#{kind})"'] if line.access & (Access.CALL | Access.WRITE) else []
    heads += ['marker-start="url(#data)"'] if line.access & Access.READ else []
    return f'<path class="{kind}" d="{path}" {" ".join(heads)}/>'


def _box(box: Box, place: Place) -> Iterator[str]:
    if box.role is Role.STORE:
        yield _rectangle("rail", place, 4)
        y = place.y + place.height / 2 + 4
        service = f'<tspan class="quiet">{escape(box.service)}</tspan>'
        yield f'<text x="{place.x + 8:g}" y="{y:g}">{escape(box.title)} {service}</text>'
        return
    yield _rectangle("box trigger" if box.role is Role.TRIGGER else "box", place, 4)
    name, small = inscription(box)
    lines = [(text, "") for text in name] + [(text, ' class="quiet"') for text in small]
    middle = place.x + place.width / 2
    for number, (text, style) in enumerate(lines):
        y = place.y + MARGIN + 4 + LINE * number
        yield f'<text{style} x="{middle:g}" y="{y:g}" text-anchor="middle">{escape(text)}</text>'


def _legend(sheet: Sheet) -> Iterator[str]:
    x, y = 2.0 * MARGIN, sheet.height + 8
    for access, text in (
        (Access.CALL, "starts, calls"),
        (Access.WRITE, "writes"),
        (Access.READ, "reads"),
        (Access.READ | Access.WRITE, "reads and writes"),
    ):
        yield _line(Line(((x, y), (x + 34, y)), access))
        yield f'<text class="quiet" x="{x + 42:g}" y="{y + 4:g}">{text}</text>'
        x += 150
