"""Pages of the dashboard among files that lie as they do in the lake."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from courtside.contracts import dashboard_keys
from courtside.core.dashboard import model_page, stage_page
from courtside.core.dashboard.views import ModelView, Pair, StageView
from courtside.core.pages.place import Place
from tests.fakes.dashboard_views import pair

SCRIPT = "<script>document.title = 'hacked'</script>"
LONG = "a_name_without_end_" * 11
ARABIC = "\u202eمعدل الشكاوى\u202c"


def lay(folder: Path, text: str, place: Place) -> Path:
    """Write a page at its place below the pages that it links, and return it."""
    for key in (dashboard_keys.OVERVIEW_PAGE, dashboard_keys.model_page(place.model)):
        _stand_in(folder, key)
    return _write(folder, place.page, text)


def lay_model(folder: Path, view: ModelView) -> Path:
    """Write a model's page and that of its newest calendar year, and return the first."""
    for year in view.years:
        _stand_in(folder, dashboard_keys.year_page(view.summary.model, year))
    for year in view.years[:1]:
        shown = replace(view, start=date(year, 1, 1), end=min(view.end, date(year + 1, 1, 1)))
        _write(folder, dashboard_keys.year_page(view.summary.model, year), model_page.render(shown))
    if not (folder / dashboard_keys.OVERVIEW_PAGE).exists():
        _stand_in(folder, dashboard_keys.OVERVIEW_PAGE)
    return _with_neighbours(folder, view, view.summary.page_key, model_page.render(view))


def lay_stage(folder: Path, view: StageView) -> Path:
    """Write the page of all models and return it."""
    return _with_neighbours(folder, view, dashboard_keys.OVERVIEW_PAGE, stage_page.render(view))


def _with_neighbours(folder: Path, view: ModelView | StageView, page: str, text: str) -> Path:
    """Write a page, and a file in the place of every other page that its view names."""
    for key in set(_keys(view)) - {page}:
        _stand_in(folder, key)
    return _write(folder, page, text)


def _stand_in(folder: Path, key: str) -> None:
    _write(folder, key, f"<!doctype html><title>{key}</title>")


def _write(folder: Path, key: str, text: str) -> Path:
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, tuple):
        for each in value:
            yield from _keys(each)
    elif isinstance(value, Pair):
        yield from map(dashboard_keys.model_page, (value.model, value.other))
    elif is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name.endswith("_key"):
                yield from filter(None, [inner])
            else:
                yield from _keys(inner)


def hostile(view: ModelView) -> ModelView:
    """Return a view in which whatever people or tables name freely is markup, endless or right to left."""
    said = f"{SCRIPT} {LONG} {ARABIC}"
    names = (SCRIPT, LONG, ARABIC)
    return replace(
        view,
        owner=said,
        summary=replace(view.summary, why=said, last_check=said, changed=names, champion=SCRIPT),
        features=(*names, *view.features[3:]),
        champions=tuple(replace(each, version=LONG, reason=said, by=SCRIPT) for each in view.champions),
        incidents=tuple(replace(each, headline=said, note=SCRIPT, by=ARABIC) for each in view.incidents),
        decisions=tuple(
            replace(each, reason=said, by=LONG, would_change=names, numbers=((SCRIPT, 0.1), (LONG, 1e12)))
            for each in view.decisions
        ),
        calibration_of=said,
        shadows=tuple(replace(each, version=LONG, outcome=SCRIPT) for each in view.shadows),
        compared=(replace(pair(view.summary.model, "other"), sentence=said, verdict=SCRIPT),),
    )
