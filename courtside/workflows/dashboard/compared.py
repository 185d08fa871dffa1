"""Models of the same target beside each other: compared anew when windows of one were judged since, and kept."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys
from courtside.contracts.errors import CourtsideError
from courtside.core.dashboard.views import Pair, PairFigure, Summary
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.performance.comparison_wording import sentences_of
from courtside.core.performance.model_comparison import ModelComparison, Verdict
from courtside.core.sentences import ended
from courtside.workflows.dashboard.archived import Archived
from courtside.workflows.performance.comparing_models import compared_models
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.stage_models import StageModels

logger = logging.getLogger(__name__)

MOST_PAIRS = 12


@dataclass(frozen=True, slots=True)
class KeptPair:
    """A pair, and what tells the contracts and statements that it was made from from any others."""

    pair: Pair
    made_from: str


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The pairs of models of the same target; `left_out` counts those that were too many."""

    pairs: tuple[KeptPair, ...] = ()
    left_out: int = 0

    def of(self, model: str) -> tuple[Pair, ...]:
        """Return the pairs that a model is one of."""
        return tuple(each.pair for each in self.pairs if model in (each.pair.model, each.pair.other))


_KEPT = TypeAdapter(Comparisons)


def kept_comparisons(lake: Lake) -> Comparisons:
    """Return what was compared last; nothing where nothing was yet, or another Courtside wrote it."""
    try:
        return _KEPT.validate_json(lake.read(dashboard_keys.COMPARISONS))
    except (ObjectMissing, ValidationError):
        return Comparisons()


def renew_comparisons(models: StageModels, summaries: Iterable[Summary], *, now: datetime) -> None:
    """Compare the models of the same target, at most `MOST_PAIRS` pairs; a pair that cannot be compared says why.

    A failure that nobody foresaw is logged, and what was kept stays.
    """
    try:
        kept, pairs = kept_comparisons(models.lake), list(pairs_alike(summaries))
        before = {(each.pair.model, each.pair.other): each for each in kept.pairs}
        found = tuple(_renewed(*pair, models, before.get(pair), now=now) for pair in pairs[:MOST_PAIRS])
        renewed = Comparisons(found, max(0, len(pairs) - MOST_PAIRS))
        if renewed != kept:
            models.lake.write(dashboard_keys.COMPARISONS, _KEPT.dump_json(renewed, indent=2))
    except Exception:  # one like an archive that another release wrote must not take the page of all models along
        logger.exception("models of the same target could not be compared")


def pairs_alike(summaries: Iterable[Summary]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of models that can be compared, each by name."""
    groups = defaultdict(list)
    for each in summaries:
        if each.alike:
            groups[each.alike].append(each.model)
    for _, names in sorted(groups.items()):
        yield from combinations(sorted(names), 2)


def _renewed(model: str, other: str, models: StageModels, before: KeptPair | None, *, now: datetime) -> KeptPair:
    today, entries = now.date(), [models.show(each) for each in (model, other)]
    archives = [Archived.listed(each.name, lake=models.lake, today=today) for each in entries]
    said = [f"{entry.sha256} {archive.statements}" for entry, archive in zip(entries, archives, strict=True)]
    made_from = " ".join(said)
    if before is not None and before.made_from == made_from:
        return before
    try:
        mine, theirs = (models.said_by(each) for each in entries)
        newest = [day for each in archives if (day := each.newest_day) is not None]
        as_of = max([today, *newest])
        found = compared_models(mine, theirs, lake=models.lake, as_of=as_of, days=_days(archives))
    except CourtsideError as error:
        nothing = Pair(model=model, other=other, verdict=Verdict.NOT_KNOWN.value, rows=0, sentence=ended(str(error)))
        return KeptPair(nothing, made_from)
    return KeptPair(_pair(found, task=mine.task), made_from)


def _days(archives: Iterable[Archived]) -> Days:
    """Return the days that are compared: from the start of the year before that of the newest window.

    The first day stays the same for a year, since an interval that holds at every look begins at one day.
    """
    newest = [day for each in archives if (day := each.newest_window) is not None]
    return Days(date(max(newest).year - 1, 1, 1), None) if newest else ALL_DAYS


def _pair(found: ModelComparison, *, task: str) -> Pair:
    return Pair(
        model=found.model,
        other=found.other,
        verdict=found.verdict.value,
        rows=found.rows,
        sentence=". ".join(_begun(said, found.model) for said in sentences_of(found, task=task)) + ".",
        figures=tuple(
            PairFigure(
                title=each.title,
                model=each.model,
                other=each.other,
                difference=each.difference.value,
                low=each.difference.low,
                high=each.difference.high,
            )
            for each in found.figures
        ),
    )


def _begun(said: str, model: str) -> str:
    """Begin a sentence with a capital, unless it begins with a model's name."""
    return said if said.startswith(model) else f"{said[:1].upper()}{said[1:]}"
