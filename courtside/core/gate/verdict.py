"""May the challenger become champion?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from courtside.contracts.records import Comparison
from courtside.core.gate.attempts import level_of
from courtside.core.gate.comparison import compare
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks import TASKS, GateTask
from courtside.core.gate.wording import brief, described, percent

Ruling = tuple[bool, str, str]
"""Whether to promote, the rule, and why."""


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The verdict, the rule that gave it, one plain sentence, and every figure behind it."""

    promote: bool
    rule: str
    reason: str
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """The champion of a version: why it cannot be compared, or in which features it differs, None where nothing is."""

    version: str
    incomparable: str | None = None
    differs: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about it."""
        if self.incomparable is not None:
            return (f"the champion (version {self.version}) cannot be compared, because {self.incomparable}",)
        return () if self.differs is None else (f"the champion (version {self.version}) {self.differs}",)


def judge(
    holdout: Holdout,
    *,
    policy: GatePolicy,
    fresher_by: int | None = None,
    rival: Rival | None = None,
    recalibrates: str | None = None,
    attempts: int = 1,
) -> GateVerdict:
    """Judge a challenger by the first rule that applies (`docs/gate.md` lists them in order).

    `fresher_by` is the number of days by which its data end after the champion's; None where that is not known, as for
    an imported champion, whose data count as older. `rival` is what is known of the champion besides its predictions.
    `recalibrates` is the version that a recalibrated challenger is after its recalibration: it ranks rows as the
    champion does, so its probabilities have to be better. `attempts` counts the challengers that were judged against
    this champion on rows of this holdout, this one included: each further one needs a wider interval.
    """
    every, holdout = holdout.labels.size, holdout.compared
    left_out = every - holdout.labels.size
    notes = (*(() if rival is None else rival.notes), *_seen(left_out, every), *_price(attempts))
    for ruling in _without_figures(holdout, policy, left_out=left_out):
        return GateVerdict(*ruling, notes=notes)
    task = TASKS[holdout.task]
    decisive = task.skill.name if recalibrates is None else task.loss.name
    if holdout.champion is None:
        decisive = next(iter(task.over_baseline))
    figures = compare(holdout, policy, decisive=decisive, level=level_of(attempts))
    found, rows = figures.comparisons, f"on the same {holdout.labels.size:,} rows"
    rulings = chain(
        _beside_baseline(found, task, policy, rows),
        _without_champion(found, task, rival) if holdout.champion is None else _guardrails(found, task, rows),
        _fresh(found, task, policy, fresher_by, rows)
        if recalibrates is None
        else _recalibrated(found, task, recalibrates, rows),
    )
    return GateVerdict(*next(rulings), tuple(found.values()), (*figures.notes, *notes))


def _price(attempts: int) -> Iterator[str]:
    if attempts > 1:
        yield (
            f"{attempts - 1} other{' challenger was' if attempts == 2 else ' challengers were'} judged against this "
            "champion on rows of this holdout, so the interval that may promote is one of "
            f"{percent(level_of(attempts))}"
        )


def _seen(left_out: int, every: int) -> Iterator[str]:
    if left_out:
        yield (
            f"{left_out:,} of the {every:,} rows of the holdout were left out: the champion may have learned from "
            "them, and nothing is kept of what it said before"
        )


FEWEST_BLOCKS = 10
"""Fewer blocks of rows that depend on each other are too few to draw from."""


def _without_figures(holdout: Holdout, policy: GatePolicy, *, left_out: int) -> Iterator[Ruling]:
    rows = holdout.labels.size
    if left_out and rows < policy.fewest_rows:
        reason = f"only {rows} of the {rows + left_out:,} holdout rows are none that the champion may have learned from"
        yield False, "too_few_unseen", f"{reason}; fewer than {policy.fewest_rows} show nothing"
    if rows < policy.fewest_rows:
        yield False, "too_few_rows", f"the holdout has {rows} rows; fewer than {policy.fewest_rows} show nothing"
    too_little = TASKS[holdout.task].too_little(holdout.labels, policy)
    if too_little is not None:
        yield False, *too_little
    blocks = rows if holdout.blocks is None else len(set(holdout.blocks.tolist()))
    if blocks < FEWEST_BLOCKS:
        reason = f"the {rows:,} holdout rows lie in {blocks} blocks of rows that depend on each other"
        yield False, "too_few_blocks", f"{reason}; fewer than {FEWEST_BLOCKS} show nothing"


def _beside_baseline(
    found: Mapping[str, Comparison], task: GateTask, policy: GatePolicy, rows: str
) -> Iterator[Ruling]:
    skill, *others = (found[name] for name in task.over_baseline)
    floor = task.floor(policy)
    if skill.challenger < floor:
        said = f"the challenger's {task.skill.title} {brief(skill.challenger)}"
        yield False, "floor", f"{said} is under the floor of {floor:.3f} {rows}"
    for comparison in (skill, *others):
        if not comparison.passed:
            yield False, "baseline", f"not shown to beat the {task.baseline}: {described(comparison)} {rows}"


def _without_champion(found: Mapping[str, Comparison], task: GateTask, rival: Rival | None) -> Iterator[Ruling]:
    over_baseline = [found[name] for name in task.over_baseline]
    first, last = over_baseline[0], over_baseline[-1]
    over = (
        f"the {task.skill.title} {brief(first.challenger)} is over the floor, and {described(last)} of the "
        f"{task.baseline}"
    )
    if rival is None:
        yield True, "first_champion", f"there is no champion yet, {over}"
    else:
        said = f"{'; '.join(rival.notes)}, so the challenger was judged as a first champion"
        yield True, "incomparable", f"{said}: {over}"


def _guardrails(found: Mapping[str, Comparison], task: GateTask, rows: str) -> Iterator[Ruling]:
    for rule, comparison in _guardrails_broken(found, task):
        yield False, rule, f"worse than the champion beyond noise and margin: {described(comparison)} {rows}"


def _fresh(
    found: Mapping[str, Comparison], task: GateTask, policy: GatePolicy, fresher_by: int | None, rows: str
) -> Iterator[Ruling]:
    """Yield what a trained challenger's skill says; the last two rules leave no gap."""
    primary = found[task.skill.name]
    numbers = f"{described(primary)} {rows}"
    if primary.low is not None and primary.low > 0:
        yield True, "better", f"better beyond noise: {numbers}"
    if not primary.passed:
        yield False, "not_shown", f"not shown to be as good: {numbers}"
    if fresher_by is not None and fresher_by < policy.fresher_days:
        ends = f"its data end {fresher_by} days after the champion's, {policy.fresher_days} are asked"
        yield False, "not_fresher", f"as good, but no fresher ({ends}): {numbers}"
    yield True, "not_worse_and_fresher", f"not worse, and trained on newer data: {numbers}"


def _recalibrated(found: Mapping[str, Comparison], task: GateTask, version: str, rows: str) -> Iterator[Ruling]:
    """Yield what a recalibrated champion's probabilities say; its ranking is the champion's, unless it was turned."""
    ranking, loss = found[task.skill.name], found[task.loss.name]
    said = f"it is version {version} recalibrated"
    if not ranking.passed:
        yield False, "not_shown", f"{said}, and not shown to rank as well: {described(ranking)} {rows}"
    if loss.high is not None and loss.high < 0:
        yield True, "better_probabilities", f"{said}, and better beyond noise: {described(loss)} {rows}"
    yield False, "no_better_probabilities", f"{said}, and not shown to be better: {described(loss)} {rows}"


def _guardrails_broken(found: Mapping[str, Comparison], task: GateTask) -> Iterator[tuple[str, Comparison]]:
    for each in (task.loss, *task.guardrails):
        if each.name in found and not found[each.name].passed:
            yield each.rule, found[each.name]
    for rule, prefix in (("segment", task.of_segment), ("class", task.of_class)):
        failed = [each for name, each in found.items() if name.startswith(prefix) and not each.passed]
        yield from ((rule, each) for each in sorted(failed, key=lambda each: each.difference or 0.0, reverse=True))
